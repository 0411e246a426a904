using System.Globalization;
using System.Security.Claims;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Orders;
using Ems.Execution.Venues.Cow;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.OnChain.Runtime;
using Ems.Web.Client.Contracts;
using Ems.Web.Features.Problems;
using Ems.Web.Features.Wallets;

namespace Ems.Web.Features.Intents;

/// <summary>Signed intents over REST: quote, place with the owner's signature, follow, cancel. Everybody sees and places only those of his linked wallets.</summary>
public static class IntentEndpoints
{
    private const int ToleranceBpsMax = 1_000, ValidSecondsMin = 30, ValidSecondsMax = 3_600, DefaultToleranceBps = 50, DefaultValidSeconds = 600;

    /// <summary>Maps <c>/api/intents</c>.</summary>
    public static RouteGroupBuilder MapIntents(this RouteGroupBuilder api)
    {
        var intents = api.MapGroup("/intents").WithTags("Intents").RequireAuthorization();
        intents.MapGet("", List).WithName("GetIntents").WithSummary("Whether there are intents here, and those of your linked wallets.");
        intents.MapPost("/quote", Quote).WithName("QuoteIntent").WithSummary("A price, and what to sign for it (EIP-712, CoW Protocol).");
        intents.MapPost("", Place).WithName("PlaceIntent").WithSummary("Places what was quoted, with its owner's signature. The same one again changes nothing.");
        intents.MapGet("/{uid}", Get).WithName("GetIntent").WithSummary("One of your intents with its fills.");
        intents.MapGet("/{uid}/cancellation", AskToCancel).WithName("AskToCancelIntent").WithSummary("What to sign to cancel an intent off chain.");
        intents.MapPost("/{uid}/cancel", Cancel).WithName("CancelIntent").WithSummary("Takes an intent off the book by its owner's signature; what a solver has sent already may still be filled.");
        return api;
    }

    private static Task<IResult> List(ClaimsPrincipal me, CowRuntime cow, ChainRuntime chain, LinkedWallets wallets, CancellationToken ct) => cow.Desk is not { } desk
        ? Task.FromResult<IResult>(TypedResults.Ok(new IntentList(cow.WhyNot, null, null, null, []))) : AnswerAsync(async () =>
        {
            var rows = new List<IntentRow>();
            foreach (var owner in await wallets.OfAsync(me))
            {
                foreach (var state in await desk.OrdersOfAsync(owner, ct))
                {
                    rows.Add(IntentRows.Row(state, chain.State.Contracts, state.ExecutedSell.IsZero ? [] : await desk.TradesAsync(state.Uid, ct)));
                }
            }
            return TypedResults.Ok(new IntentList(null, desk.Domain.ChainId, desk.Domain.Settlement.ToString(), desk.Domain.Relayer.ToString(), [.. rows.OrderByDescending(r => r.CreatedAt)]));
        });

    private static async Task<IResult> Quote(Body<IntentQuoteRequest> body, ClaimsPrincipal me, CowRuntime cow, ChainRuntime chain, LinkedWallets wallets, CancellationToken ct)
    {
        var (request, tolerance, errors) = Read(body.Value, chain.State.Contracts);
        if (errors.Count > 0)
        {
            return ApiProblems.Fields(errors);
        }
        if (cow.Desk is not { } desk)
        {
            return None(cow);
        }
        return !await wallets.OwnsAsync(me, request!.From) ? NotLinked()
            : await AnswerAsync(async () => TypedResults.Ok(IntentRows.Quote(await desk.QuoteAsync(request, tolerance, ct), desk, chain.State.Contracts)));
    }

    private static Task<IResult> Place(Body<PlaceIntentRequest> body, ClaimsPrincipal me, CowRuntime cow, ChainRuntime chain, LinkedWallets wallets, CancellationToken ct) =>
        WithOneAsync(body.Value.Uid, me, cow, wallets, Signature(body.Value.Signature), async (desk, uid) =>
        {
            var state = await desk.PlaceAsync(uid, body.Value.Signature!, ct);
            return TypedResults.Created($"/api/intents/{uid}", IntentRows.Row(state, chain.State.Contracts, []));
        });

    private static Task<IResult> Get(string uid, ClaimsPrincipal me, CowRuntime cow, ChainRuntime chain, LinkedWallets wallets, CancellationToken ct) =>
        WithOneAsync(uid, me, cow, wallets, null, async (desk, name) => await desk.FindAsync(name, ct) is { } state
            ? TypedResults.Ok(IntentRows.Row(state, chain.State.Contracts, await desk.TradesAsync(name, ct))) : Unknown());

    private static Task<IResult> AskToCancel(string uid, ClaimsPrincipal me, CowRuntime cow, LinkedWallets wallets, CancellationToken ct) =>
        WithOneAsync(uid, me, cow, wallets, null, async (desk, name) => await desk.FindAsync(name, ct) is null ? Unknown()
            : TypedResults.Ok(new IntentCancellation(name.ToString(), IntentRows.Element(desk.CancellationTypedData(name)))));

    private static Task<IResult> Cancel(string uid, Body<CancelIntentRequest> body, ClaimsPrincipal me, CowRuntime cow, ChainRuntime chain, LinkedWallets wallets, CancellationToken ct) =>
        WithOneAsync(uid, me, cow, wallets, Signature(body.Value.Signature), async (desk, name) => await desk.CancelAsync(name, body.Value.Signature!, ct) is { } state
            ? TypedResults.Ok(IntentRows.Row(state, chain.State.Contracts, await desk.TradesAsync(name, ct))) : Unknown());

    private static async Task<IResult> WithOneAsync(string? uid, ClaimsPrincipal me, CowRuntime cow, LinkedWallets wallets, FieldError? error, Func<IntentDesk, CowUid, Task<IResult>> act)
    {
        CowUid name;
        try
        {
            name = CowUid.Parse(uid);
        }
        catch (EthereumFormatException)
        {
            return ApiProblems.Fields([new("uid", "uid", NumberRules.Shown(uid), "uid must be 0x and 112 digits."), .. error is null ? Array.Empty<FieldError>() : [error]]);
        }
        return error is not null ? ApiProblems.Fields([error])
            : cow.Desk is not { } desk ? None(cow)
            // Somebody else's is not told apart from none.
            : !await wallets.OwnsAsync(me, name.Owner) ? Unknown()
            : await AnswerAsync(() => act(desk, name));
    }

    private static async Task<IResult> AnswerAsync(Func<Task<IResult>> act)
    {
        try
        {
            return await act();
        }
        catch (CowRefusedException e)
        {
            return TypedResults.UnprocessableEntity(new Refusal(e.Code, e.Description, [new FieldError("intent", e.Code, null, e.Description)]));
        }
        catch (Exception e) when (e is RpcException or EthereumFormatException)
        {
            return ApiProblems.Problem(503, "OrderBookUnavailable", e.Message);
        }
    }

    private static (CowQuoteRequest? Request, int ToleranceBps, IReadOnlyList<FieldError> Errors) Read(IntentQuoteRequest r, ChainContracts contracts)
    {
        var errors = new List<FieldError>();
        if (!Address.TryParse(r.Owner, out var owner))
        {
            errors.Add(new("owner", "address", NumberRules.Shown(r.Owner), "owner must be 0x and 40 digits, its checksum right where it has one (EIP-55)."));
        }
        var (sell, buy) = (Token("sellToken", r.SellToken), Token("buyToken", r.BuyToken));
        if (sell is not null && sell == buy)
        {
            errors.Add(new("buyToken", "different", r.BuyToken, "buyToken must be another token than sellToken."));
        }
        if (r.Kind is not ("Sell" or "Buy"))
        {
            errors.Add(new("kind", "choice", NumberRules.Shown(r.Kind), "kind is Sell or Buy."));
        }
        var fixedToken = r.Kind == "Buy" ? buy : sell;
        var units = decimal.TryParse(r.Amount?.Text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) && amount > 0m && fixedToken is not null ? IntentRows.Units(amount, fixedToken.Decimals) : null;
        if (units is null && (amount <= 0m || fixedToken is not null))
        {
            errors.Add(new("amount", "amount", NumberRules.Shown(r.Amount?.Text), $"amount must be a positive number with at most {fixedToken?.Decimals ?? 18} places."));
        }
        var (tolerance, seconds) = (r.ToleranceBps ?? DefaultToleranceBps, r.ValidForSeconds ?? DefaultValidSeconds);
        if (tolerance is < 0 or > ToleranceBpsMax)
        {
            errors.Add(new("toleranceBps", "range", Text(tolerance), $"toleranceBps must be 0 to {ToleranceBpsMax}."));
        }
        if (seconds is < ValidSecondsMin or > ValidSecondsMax)
        {
            errors.Add(new("validForSeconds", "range", Text(seconds), $"validForSeconds must be {ValidSecondsMin} to {ValidSecondsMax}."));
        }
        return errors.Count > 0 ? (null, 0, errors)
            : (new(sell!.Address, buy!.Address, owner, r.Kind == "Buy" ? CowKind.Buy : CowKind.Sell, units!.Value, seconds, r.PartiallyFillable ?? false), tolerance, errors);

        ChainToken? Token(string field, string? symbol)
        {
            var token = symbol is null ? null : contracts.Token(symbol);
            if (token is null)
            {
                errors.Add(new(field, "choice", NumberRules.Shown(symbol), $"{field} is one of {string.Join(", ", contracts.Tokens.Select(t => t.Symbol))}."));
            }
            return token;
        }
    }

    private static FieldError? Signature(string? text) => text is { Length: >= 132 and <= 8_192 } && text.StartsWith("0x", StringComparison.Ordinal)
        ? null : new("signature", "signature", NumberRules.Shown(text), "signature must be 0x and at least 130 digits.");

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static IResult None(CowRuntime cow) => ApiProblems.Problem(409, "NoIntents", $"There are no intents here: {cow.WhyNot}.");

    private static IResult NotLinked() => ApiProblems.Problem(403, "WalletNotLinked", "You have not linked this address: prove that it is yours on the page Wallets.");

    private static IResult Unknown() => ApiProblems.Problem(404, "UnknownIntent", "There is no such intent of yours.");
}

using System.Security.Claims;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Engine.Accounts;
using Ems.Execution.Venues.OnChain.Bridge;
using Ems.Execution.Venues.OnChain.Keys;
using Ems.Execution.Venues.OnChain.Runtime;
using Ems.Web.Client.Contracts;
using Ems.Web.Features.Access;
using Ems.Web.Features.Problems;
using Microsoft.Extensions.Options;

namespace Ems.Web.Features.Bridge;

/// <summary>Transfers between chains over REST.</summary>
public static class BridgeFeature
{
    private const int RowsMax = 50, Digits = 6, IdMax = 36;

    /// <summary>Registers the bridge between the two local chains.</summary>
    public static IServiceCollection AddBridge(this IServiceCollection services)
    {
        services.AddSingleton(s => new BridgeStore(s.GetRequiredService<IOptions<ChainOptions>>().Value.BridgeFile));
        services.AddSingleton<IBridge>(s => new CanonicalBridge(s.GetRequiredService<ChainRuntime>(), s.GetRequiredService<LayerTwoChain>().Runtime, s.GetRequiredService<IServerKeys>(),
            s.GetRequiredService<BridgeStore>(), s.GetRequiredService<TimeProvider>(), new()));
        services.AddHostedService<BridgeKeeper>();
        return services;
    }

    /// <summary>Maps <c>/api/accounts/{account}/bridge</c>.</summary>
    public static RouteGroupBuilder MapBridge(this RouteGroupBuilder api)
    {
        var bridge = api.MapGroup("/accounts/{account}/bridge").WithTags("Bridge").AddEndpointFilter(async (context, next) =>
            context.HttpContext.RequestServices.GetService<IBridge>() is null ? ApiProblems.Problem(409, "NoLayerTwo", "This instance has no second chain.") : await next(context));
        bridge.MapGet("", List).RequireAuthorization(Policies.ViewAccount).WithName("GetTransfers").WithSummary("The account's transfers between chains, newest first.");
        bridge.MapPost("/quote", Quote).RequireAuthorization(Policies.ViewAccount).WithName("QuoteTransfer").WithSummary("What a transfer would cost and how long it would take; sends nothing.");
        bridge.MapPost("", Send).RequireAuthorization(Policies.TradeAccount).WithName("SendTransfer").WithSummary("Moves tokens of the account to another chain.");
        return api;
    }

    private static IResult List(string account, IServiceProvider services) =>
        TypedResults.Ok<IReadOnlyList<BridgeRow>>([.. services.GetRequiredService<BridgeStore>().Of(new(account), RowsMax).Select(Row)]);

    private static IResult Quote(string account, Body<BridgeRequest> body, IServiceProvider services)
    {
        var (quote, _, problem) = Read(body.Value, services.GetRequiredService<IBridge>());
        return problem ?? TypedResults.Ok(new BridgeQuoteRow(quote!.Amount, quote.Fee, quote.Receive, quote.Expected.TotalSeconds, quote.GivenBackAfter.TotalSeconds));
    }

    private static async Task<IResult> Send(string account, Body<BridgeRequest> body, ClaimsPrincipal me, IServiceProvider services, IGrainFactory grains)
    {
        var (bridge, store, r) = (services.GetRequiredService<IBridge>(), services.GetRequiredService<BridgeStore>(), body.Value);
        if (string.IsNullOrEmpty(r.Id) || r.Id.Length > IdMax || !r.Id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
        {
            return ApiProblems.Fields([new("id", "format", NumberRules.Shown(r.Id), "id is 1 to 36 letters, digits, '-' or '_'.")]);
        }
        var id = $"{account}.{r.Id}";
        var (quote, asset, problem) = Read(r, bridge);
        if (problem is not null)
        {
            return problem;
        }
        var draft = bridge.Draft(id, new(account), new(r.From!), new(r.To!), asset, quote!);
        if (store.Find(id) is { } known)
        {
            return (known.From, known.To, known.Asset, known.Amount) == (draft.From, draft.To, draft.Asset, draft.Amount) ? TypedResults.Ok(Row(known))
                : ApiProblems.Problem(409, "DuplicateTransfer", "This id was used before for another transfer.");
        }
        var grain = grains.GetGrain<IAccountGrain>(account);
        var free = (await grain.ViewAsync()).Balances.Where(b => b.Venue == draft.From && b.Asset == asset).Sum(b => b.Total - b.Held);
        if (draft.Amount > free)
        {
            return ApiProblems.Fields([new("amount", "max", draft.Amount.ToString(System.Globalization.CultureInfo.InvariantCulture), FormattableString.Invariant($"amount={draft.Amount} {asset}, free={free} at {draft.From}."))]);
        }
        // Written down first: what is in no book was not sent.
        store.Add(draft);
        await BridgeBooks.TakeAsync(grain, draft, me.Identity!.Name!);
        return TypedResults.Accepted($"/api/accounts/{account}/bridge", Row(draft));
    }

    private static (BridgeQuote? Quote, Asset Asset, IResult? Problem) Read(BridgeRequest r, IBridge bridge)
    {
        var errors = new List<FieldError>();
        var amount = NumberRules.Parse("amount", r.Amount?.Text, 0m, 1_000_000_000m, Digits, errors, exclusiveMin: true);
        foreach (var (field, text) in new[] { ("from", r.From), ("to", r.To), ("asset", r.Asset) })
        {
            if (string.IsNullOrWhiteSpace(text))
            {
                errors.Add(new(field, "required", null, $"{field} is missing."));
            }
        }
        if (errors.Count > 0 || amount is not { } given)
        {
            return (null, default, ApiProblems.Fields(errors));
        }
        var asset = new Asset(r.Asset!);
        var (quote, code, why) = bridge.Quote(new(r.From!), new(r.To!), asset, given);
        return quote is null ? (null, asset, ApiProblems.Problem(422, code!, why!)) : (quote, asset, null);
    }

    private static BridgeRow Row(BridgeTransfer t) => new(t.Id[(t.Account.Value.Length + 1)..], t.From.Value, t.To.Value, t.Asset.Code, t.Amount, t.Receive, t.State.ToString(), t.CreatedAt, t.Deadline, t.ClaimableAt,
        t.EndedAt, t.Text, t.Booked);
}

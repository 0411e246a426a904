using System.Globalization;
using System.Numerics;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Algos.Twap;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Engine.Accounts;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Signing;
using Ems.Execution.Venues.OnChain.Keys;
using Ems.Execution.Venues.OnChain.Mandates;
using Ems.Execution.Venues.OnChain.Pools;
using Ems.Execution.Venues.OnChain.Runtime;
using Ems.Web.Client.Contracts;
using Ems.Web.Features.Problems;
using Ems.Web.Features.Wallets;

namespace Ems.Web.Features.Mandates;

/// <summary>What people do with mandates. What a mandate may still sell stands in the account's ledger at the venue MANDATE, so that orders are held to it like to any balance.</summary>
public sealed class MandateService(MandateBook book, ChainRuntime chain, IServerKeys keys, ExecutorPolicy policy, Execution.Venues.OnChain.Mandates.MandateDesk desk, IGrainFactory grains, TimeProvider time)
{
    /// <summary>The venue at which mandates trade.</summary>
    public static readonly VenueId Venue = PoolVenueSpec.Mandate.Venue;

    private const int SlicesMax = 200, PauseMarginSeconds = 2;

    /// <summary>Why there are no mandates here, or null.</summary>
    public IResult? Unavailable => chain.Eth is null || chain.State.Contracts.Mandates is null
        ? ApiProblems.Problem(409, "MandatesNeedNode", $"Mandates need a node with the mandate contract; this is {chain.State.Name}.") : null;

    /// <summary>The exact terms and the text to sign.</summary>
    public async Task<IResult> PrepareAsync(MandateDraft draft, ClaimsPrincipal me, LinkedWallets wallets, CancellationToken ct)
    {
        var (state, errors) = (chain.State, new List<FieldError>());
        var contract = state.Contracts.Mandates!.Value;
        var executor = (await keys.ExecutorAsync(ct)).Address;
        var nonce = Address.TryParse(draft.Owner, out var owner)
            ? (await MandateContract.ProgressAsync(chain.Eth!, contract, "0x" + new string('0', 64), owner, ct)).Nonce : BigInteger.Zero;
        var (mandate, side, market) = MandateReader.Read(draft, state.Contracts, executor, nonce, time.GetUtcNow(), errors);
        if (mandate is null)
        {
            return ApiProblems.Fields(errors);
        }
        if (!await wallets.OwnsAsync(me, mandate.Owner))
        {
            return NotLinked();
        }
        await desk.FundAsync(executor, ct);
        var hash = Hex.Encode(await MandateContract.HashAsync(chain.Eth!, contract, mandate, ct));
        var allowed = (BigInteger)Erc20Abi.Allowance.DecodeOutput(await chain.Eth!.CallAsync(new(null, mandate.SellToken, Erc20Abi.Allowance.Encode(mandate.Owner, contract)), ct: ct))[0];
        var balance = await chain.BalanceAsync(mandate.SellToken, mandate.Owner, ct);
        return TypedResults.Ok(new MandatePrepared(hash, MandateReader.Terms(MandateText.Of(mandate), state.ChainId, contract.ToString()), mandate.TypedJson(state.ChainId, contract),
            new(mandate.SellToken.ToString(), MandateTokens.Of(market!, side).Sell.Symbol, contract.ToString(), Text(mandate.SellTotal), Text(allowed), Text(balance), Hex.Encode(Erc20Abi.Approve.Encode(contract, mandate.SellTotal)))));
    }

    /// <summary>Takes a signed mandate.</summary>
    public async Task<IResult> SubmitAsync(AccountId account, SignedMandateRequest request, ClaimsPrincipal me, LinkedWallets wallets, CancellationToken ct)
    {
        var (state, errors) = (chain.State, new List<FieldError>());
        var (mandate, side, market) = MandateReader.Read(request.Terms, state, time.GetUtcNow(), errors);
        byte[] signature = [];
        try
        {
            signature = Hex.Decode(request.Signature ?? "");
        }
        catch (EthereumFormatException e)
        {
            errors.Add(new("signature", "signature", null, e.Message));
        }
        if (errors.Count > 0 || mandate is null)
        {
            return ApiProblems.Fields(errors);
        }
        if (!await wallets.OwnsAsync(me, mandate.Owner))
        {
            return NotLinked();
        }
        if (await keys.ExecutorAsync(mandate.Executor, ct) is null)
        {
            return ApiProblems.Fields([new("terms.executor", "executor", mandate.Executor.ToString(), "The executor is not one of this server's keys.")]);
        }
        var contract = state.Contracts.Mandates!.Value;
        if (!await new ContractSignatures(chain.Eth!).IsValidAsync(mandate.Owner, mandate.SigningHash(state.ChainId, contract), signature, ct))
        {
            return ApiProblems.Fields([new("signature", "signer", null, "The signature is not the owner's for exactly these terms.")]);
        }
        var hash = Hex.Encode(await MandateContract.HashAsync(chain.Eth!, contract, mandate, ct));
        var progress = await MandateContract.ProgressAsync(chain.Eth!, contract, hash, mandate.Owner, ct);
        if (progress.Revoked || mandate.Nonce < progress.Nonce)
        {
            return ApiProblems.Problem(409, "MandateRevoked", "The owner has ended this mandate on the chain.");
        }
        var decimals = MandateTokens.Of(market!, side).Sell.Decimals;
        var total = PoolArithmetic.Tokens(mandate.SellTotal, decimals);
        var credit = total - PoolArithmetic.Tokens(progress.Sold, decimals);
        var entry = new MandateEntry(hash, account, Actor(me), market!.Instrument.Id, state.Instance, state.ChainId, contract.ToString(), MandateText.Of(mandate), Hex.Encode(signature), total,
            time.GetUtcNow(), MandateState.Active, Text(progress.Sold), progress.LastAt, [], credit, Side: side);
        if (!book.Add(entry))
        {
            return book.Find(hash) is { } known && known.Account == account ? TypedResults.Ok(await RowAsync(known, ct)) : ApiProblems.Problem(409, "MandateTaken", "Another account trades by this mandate.");
        }
        await grains.GetGrain<IAccountGrain>(account.Value).CreditAsync(Venue, side == Side.Sell ? market.Instrument.Base : market.Instrument.Quote, credit, Reference(entry, "begin"), Actor(me));
        keys.Audit(Actor(me), "mandate", mandate.Executor, hash);
        return TypedResults.Created($"/api/accounts/{account}/mandates/{hash}", await RowAsync(entry, ct));
    }

    /// <summary>Stops using a mandate, at once.</summary>
    public async Task<IResult> StopAsync(MandateEntry entry, ClaimsPrincipal me, CancellationToken ct)
    {
        var now = book.End(entry.Hash, MandateState.Stopped);
        keys.Audit(Actor(me), "mandate stopped", now.Mandate.Executor, now.Hash);
        await CancelOrdersAsync(now, Actor(me));
        return TypedResults.Ok(await RowAsync(now, ct));
    }

    /// <summary>Starts a TWAP by a mandate.</summary>
    public async Task<IResult> OrderAsync(MandateEntry entry, MandateOrderRequest request, ClaimsPrincipal me)
    {
        var errors = new List<FieldError>();
        var m = entry.Mandate;
        if (PoolVenueSpec.Mandate.Find(chain.State.Contracts, entry.Instrument) is not { } market)
        {
            return ApiProblems.Problem(409, "MandateGone", "The mandate is for another chain.");
        }
        var left = MandateTokens.BaseQty(entry, m.SellTotal - entry.SoldUnits, market);
        var qty = NumberRules.Parse("orderQty", request.OrderQty?.Text, 0m, left, 8, errors, exclusiveMin: true) ?? 0m;
        if (string.IsNullOrWhiteSpace(request.ClOrdId) || request.ClOrdId.Length > 36)
        {
            errors.Add(new("clOrdId", "length", NumberRules.Shown(request.ClOrdId), "clOrdId is 1 to 36 characters."));
        }
        var maxSlice = MandateTokens.BaseQty(entry, m.MaxSlice, market);
        // A slice's pause is counted from block to block, so a schedule needs some room beside it.
        var pause = (int)m.MinInterval + PauseMarginSeconds + (2 * (int)Math.Ceiling(chain.Profile.BlockMs / 1000.0));
        // Slices of a schedule differ by a lot; none may be above the bound.
        var lot = PoolVenueSpec.Mandate.Listings.First(l => l.Instrument == entry.Instrument).LotSize;
        var usable = maxSlice > 4m * lot ? maxSlice - (2m * lot) : maxSlice;
        var least = usable > 0m ? Math.Max(1, (int)Math.Ceiling(qty / usable)) : 1;
        var seconds = request.DurationSeconds ?? Math.Max(10, least * pause);
        if (seconds < Math.Max(10, least * pause) || seconds > 86_400)
        {
            errors.Add(new("durationSeconds", "range", seconds.ToString(CultureInfo.InvariantCulture), $"{least} slices of at most {maxSlice}, {pause} s apart, need {Math.Max(10, least * pause)} to 86400 s."));
        }
        if (errors.Count > 0)
        {
            return ApiProblems.Fields(errors);
        }
        if (entry.State != MandateState.Active)
        {
            return ApiProblems.Problem(409, "Mandate" + entry.State, $"The mandate is {entry.State}.");
        }
        var id = new ClOrdId(request.ClOrdId!);
        var worst = Steps.RoundPassive(MandateTokens.WorstPx(m, entry.Side, market.Base.Decimals, market.Quote.Decimals), PoolVenueSpec.Mandate.Listings.First(l => l.Instrument == entry.Instrument).TickSize, entry.Side);
        var spec = new ParentSpec(id, entry.Instrument, entry.Side, qty, worst, TwapAlgo.Name, new Dictionary<string, string>
        {
            ["durationSeconds"] = seconds.ToString(CultureInfo.InvariantCulture), ["slices"] = Math.Clamp(seconds / pause, least, SlicesMax).ToString(CultureInfo.InvariantCulture),
            // The contract counts sizes and pauses; chance would only run into its bounds.
            ["randomSize"] = "0", ["randomTime"] = "0", ["adaptive"] = "false", ["endAction"] = "CONTINUE", ["catchUpCap"] = "1",
        }, Venues: [Venue], Tags: "mandate");
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{entry.Hash}|{id}|{request.OrderQty}|{request.DurationSeconds}")));
        // Bound before it is taken: its first slice may be sent in the same turn.
        book.Change(entry.Hash, e => e.Orders.Contains(id.Value) ? e : e with { Orders = [.. e.Orders, id.Value] });
        var grain = grains.GetGrain<IAccountGrain>(entry.Account.Value);
        if ((await grain.PreviewAsync(spec)).Denial is { Code: DenyCode.PriceOutsideCollar })
        {
            // The mandate's worst price is further away than the account allows any order: the account's own bound is the tighter one.
            spec = spec with { LimitPx = null };
        }
        var result = await grain.SubmitAsync(new SubmitOrder(spec, hash, Actor(me)));
        return result.Errors.Count > 0 ? ApiProblems.Fields(result.Errors)
            : result.Denial is { } denial ? ApiProblems.Denied(denial)
            : TypedResults.Accepted($"/api/accounts/{entry.Account}/orders/{id}", new OrderAck(id.Value, result.OrdStatus, result.Adjustments));
    }

    /// <summary>A mandate as a row.</summary>
    public async Task<MandateRow> RowAsync(MandateEntry entry, CancellationToken ct)
    {
        var (m, contracts) = (entry.Mandate, chain.State.Contracts);
        var (sell, buy) = (contracts.Token(m.SellToken), contracts.Token(m.BuyToken));
        var decimals = sell?.Decimals ?? 18;
        var sold = PoolArithmetic.Tokens(entry.SoldUnits, decimals);
        var market = PoolVenueSpec.Mandate.Find(contracts, entry.Instrument);
        var (b, q) = entry.Side == Side.Sell ? (sell, buy) : (buy, sell);
        var problem = entry.State != MandateState.Active || chain.Eth is null ? null : await ProblemAsync(entry, ct);
        return new(entry.Hash, m.Owner.ToString(), entry.Instrument.Value, entry.Side.ToString(), sell?.Symbol ?? m.SellToken.ToString(), buy?.Symbol ?? m.BuyToken.ToString(), entry.TotalQty,
            PoolArithmetic.Tokens(m.MaxSlice, decimals), (int)m.MinInterval, MandateTokens.WorstPx(m, entry.Side, b?.Decimals ?? 18, q?.Decimals ?? 6), m.ExpiresAt, m.Executor.ToString(), entry.State.ToString(), sold,
            entry.TotalQty - sold, market is null ? 0m : Steps.RoundDown(MandateTokens.BaseQty(entry, m.SellTotal - entry.SoldUnits, market), PoolVenueSpec.Mandate.Listings.First(l => l.Instrument == entry.Instrument).LotSize),
            entry.NextAllowedAt is { } next && next > time.GetUtcNow() ? next : null, entry.Orders, entry.CreatedAt, problem?.Code, problem?.Text);
    }

    /// <summary>Cancels what trades by a mandate; true when nothing does any more.</summary>
    public async Task<bool> CancelOrdersAsync(MandateEntry entry, string actor)
    {
        var grain = grains.GetGrain<IAccountGrain>(entry.Account.Value);
        var over = true;
        foreach (var order in entry.Orders)
        {
            var id = new ClOrdId(order);
            if (await grain.FindAsync(id) is { } found && !found.Parent.Order.OrdStatus.IsTerminal())
            {
                over = false;
                _ = await grain.CancelAsync(id, actor);
            }
        }
        return over;
    }

    /// <summary>Takes out of the ledger what a mandate that is over left there: what it did not sell, and what it brought, which its owner has.</summary>
    public async Task CloseAsync(MandateEntry entry)
    {
        var grain = grains.GetGrain<IAccountGrain>(entry.Account.Value);
        var instrument = PoolVenueSpec.Instruments.First(i => i.Id == entry.Instrument);
        var (sold, brought) = (0m, 0m);
        foreach (var name in entry.Orders)
        {
            if (await grain.FindAsync(new(name)) is { } found)
            {
                var order = found.Parent.Order;
                sold += entry.Side == Side.Sell ? order.CumQty : order.CumNotional + order.Commission;
                brought += entry.Side == Side.Sell ? order.CumNotional - order.Commission : order.CumQty;
            }
        }
        var (given, gotten) = entry.Side == Side.Sell ? (instrument.Base, instrument.Quote) : (instrument.Quote, instrument.Base);
        if (entry.Credited - sold is > 0m and var rest)
        {
            await grain.CreditAsync(Venue, given, -rest, Reference(entry, "rest"), "mandates");
        }
        if (brought > 0m)
        {
            await grain.CreditAsync(Venue, gotten, -brought, Reference(entry, "brought"), "mandates");
        }
        book.Change(entry.Hash, e => e with { IsClosed = true });
    }

    private async Task<(string Code, string Text)?> ProblemAsync(MandateEntry entry, CancellationToken ct)
    {
        var m = entry.Mandate;
        if (await policy.RefusalAsync(m.Executor, ct) is { } refusal)
        {
            return refusal;
        }
        var need = BigInteger.Min(m.MaxSlice, m.SellTotal - entry.SoldUnits);
        var allowed = (BigInteger)Erc20Abi.Allowance.DecodeOutput(await chain.Eth!.CallAsync(new(null, m.SellToken, Erc20Abi.Allowance.Encode(m.Owner, Address.Parse(entry.Contract))), ct: ct))[0];
        return allowed < need ? ("MANDATE_OWNER_FUNDS", "The owner has not allowed the contract enough of the token.")
            : await chain.BalanceAsync(m.SellToken, m.Owner, ct) < need ? ("MANDATE_OWNER_FUNDS", "The owner's wallet has not enough of the token.") : null;
    }

    private static string Reference(MandateEntry entry, string what) => $"mandate/{entry.Hash}/{entry.Instance}/{what}";

    private static string Text(BigInteger value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Actor(ClaimsPrincipal user) => user.Identity?.Name ?? throw new InvalidOperationException("A mandate comes from a signed-in person.");

    private static IResult NotLinked() => ApiProblems.Problem(403, "WalletNotLinked", "You have not linked the owner's address: prove that it is yours on the page Wallets.");
}

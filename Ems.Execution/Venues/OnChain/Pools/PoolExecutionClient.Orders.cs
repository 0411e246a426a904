using System.Globalization;
using System.Numerics;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Venues.Ethereum;
using static System.FormattableString;

namespace Ems.Execution.Venues.OnChain.Pools;

/// <summary>What becomes of orders. All of it on the loop.</summary>
public sealed partial class PoolExecutionClient
{
    private const int CommissionDigits = 6, BlocksOfPatience = 5;
    private static readonly TimeSpan SwapLife = TimeSpan.FromSeconds(60);
    private static readonly decimal WeiPerCoin = 1_000_000_000_000_000_000m;

    private async Task NewAsync(VenueOrder r, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        if (Find(r.Account, r.ClOrdId) is not null)
        {
            // Not recorded: the order of that name is somebody else's truth.
            Refuse(r, "DUPLICATE_CLORDID", Invariant($"clOrdId={r.ClOrdId}"), now);
            return;
        }
        if (spec.Listings.FirstOrDefault(l => l.Instrument == r.Instrument) is not { } listing)
        {
            Refuse(r, "INSTRUMENT_UNKNOWN", Invariant($"instrument={r.Instrument}"), now);
            return;
        }
        var order = new PoolOrder(r.Account, r.ClOrdId, r.Instrument, r.Side, r.OrderQty, r.Px, OrdStatus.PendingNew, 0m, chain.State.Instance, "", false, "0", "0", now + SwapLife,
            Submission: r.Submission, PublicFallback: r.PublicFallback);
        if (Shape(r, listing) is { } shape)
        {
            End(order, OrdStatus.Rejected, ExecType.Rejected, "FILTER_FAILURE", shape);
            return;
        }
        if (Missing(r) is { } missing)
        {
            End(order, OrdStatus.Rejected, ExecType.Rejected, "INSUFFICIENT_BALANCE", missing);
            return;
        }
        if (spec.Find(chain.State.Contracts, r.Instrument) is not { } pool)
        {
            End(order, OrdStatus.Rejected, ExecType.Rejected, "POOL_UNKNOWN", Invariant($"{chain.State.Name} has no pool of {r.Instrument}"));
            return;
        }
        // A sale puts exactly its quantity in and asks for its worst price; a purchase takes exactly its quantity out and pays at most that.
        var qty = Math.Min(r.OrderQty, Steps.RoundDown(desk.MaxQty(r.Account, r.ClOrdId) ?? r.OrderQty, listing.LotSize));
        if (qty <= 0m)
        {
            End(order, OrdStatus.Rejected, ExecType.Rejected, "NOTHING_LEFT", "nothing may be moved any more for this order");
            return;
        }
        var quote = qty * r.Px;
        var (amountIn, amountOut) = r.Side == Side.Sell
            ? (PoolArithmetic.UnitsDown(qty, pool.Base.Decimals), PoolArithmetic.UnitsUp(quote, pool.Quote.Decimals))
            : (PoolArithmetic.UnitsDown(quote, pool.Quote.Decimals), PoolArithmetic.UnitsDown(qty, pool.Base.Decimals));
        order = order with
        {
            SwapQty = qty < r.OrderQty ? qty : null,
            Pool = pool.Pool.Address.ToString(), ZeroForOne = pool.Market.ZeroForOne(r.Side),
            AmountIn = amountIn.ToString(CultureInfo.InvariantCulture), AmountOut = amountOut.ToString(CultureInfo.InvariantCulture),
        };
        // Durable before anything is signed: whatever happens from here on, it is asked about under its name.
        Keep(order);
        await SendAsync(order, ct).ConfigureAwait(false);
    }

    /// <summary>Sends the order's swap; sent before, it is only taken up again.</summary>
    private async Task SendAsync(PoolOrder order, CancellationToken ct)
    {
        var (pools, why) = await desk.ForAsync(order.Account, order.ClOrdId, ct).ConfigureAwait(false);
        if (pools is null)
        {
            End(order, OrdStatus.Rejected, ExecType.Rejected, "WALLET_NOT_READY", why);
            return;
        }
        var result = await pools.SwapAsync(SwapOf(order), ct).ConfigureAwait(false);
        if (result.Report is { } sent)
        {
            if (order.OrdStatus == OrdStatus.PendingNew)
            {
                Keep(order = order with { OrdStatus = OrdStatus.New });
                Tell(order.Report(Venue, NextExecId(), ExecType.New, time.GetUtcNow()));
            }
            Settle(order, sent);
            return;
        }
        var text = result.Words;
        switch (result.Denial)
        {
            case OnChainDenial.BelowMinimum:
                // What a book says to an order that finds nothing at its price: taken, and over.
                order = order with { OrdStatus = OrdStatus.New };
                Tell(order.Report(Venue, NextExecId(), ExecType.New, time.GetUtcNow()));
                End(order, OrdStatus.Canceled, ExecType.Canceled, result.Code, "the pool's price is beyond the order's: " + text);
                break;
            case OnChainDenial.Expired:
                End(order, OrdStatus.Expired, ExecType.Expired, null, text);
                break;
            case OnChainDenial.InsufficientFunds:
                End(order, OrdStatus.Rejected, ExecType.Rejected, result.Code ?? "INSUFFICIENT_BALANCE", text);
                break;
            default:
                End(order, OrdStatus.Rejected, ExecType.Rejected, result.Code ?? "CHAIN_REFUSED", text);
                break;
        }
    }

    private async Task CancelAsync(AccountId account, ClOrdId id, CancellationToken ct)
    {
        if (!open.TryGetValue((account, id), out var order))
        {
            RefuseCancel(account, id, "UNKNOWN_ORDER", "no open order of that name");
            return;
        }
        // A swap that was just sent is final sooner than its cancellation, which would cost as much; one that waits is worth it.
        var waited = time.GetUtcNow() - (order.Deadline - SwapLife);
        var (pools, _) = waited < BlocksOfPatience * TimeSpan.FromMilliseconds(chain.Profile.BlockMs) ? (null, null) : await desk.ForAsync(account, id, ct).ConfigureAwait(false);
        if (pools is null || !await pools.CancelAsync(order.SwapId, ct).ConfigureAwait(false))
        {
            RefuseCancel(account, id, "IN_FLIGHT", "its transaction is under way: it will be final, or cancelable, soon");
        }
    }

    /// <summary>One look at everything open, after a block.</summary>
    private async Task TickAsync(CancellationToken ct)
    {
        Volatile.Write(ref ticks, 0);
        if (chain.State.Mode == Runtime.ChainMode.Starting)
        {
            return;
        }
        foreach (var gone in open.Values.Where(o => o.Instance != chain.State.Instance).ToArray())
        {
            // Only what is final was ever booked, so that nothing is lost with a local chain that was begun anew.
            End(gone, OrdStatus.Canceled, ExecType.Canceled, null, "the chain it was sent to is gone");
        }
        foreach (var group in open.Values.GroupBy(o => o.Account).ToArray())
        {
            foreach (var order in group.ToArray())
            {
                var (pools, _) = await desk.ForAsync(order.Account, order.ClOrdId, ct).ConfigureAwait(false);
                if (pools is null)
                {
                    continue;
                }
                _ = await pools.WatchAsync(ct).ConfigureAwait(false);
                if (pools.Find(order.SwapId) is { } known && order.OrdStatus != OrdStatus.PendingNew)
                {
                    Settle(order, known);
                }
                else
                {
                    // From before a restart, or a node that did not answer.
                    await SendAsync(order, ct).ConfigureAwait(false);
                }
            }
        }
    }

    private void Settle(PoolOrder order, OnChainSwapReport swap)
    {
        switch (swap.State)
        {
            case OnChainSwapState.Final:
                Fill(order, swap);
                break;
            case OnChainSwapState.Reverted:
                End(order with { Commission = GasOf(order, swap) }, OrdStatus.Canceled, ExecType.Canceled, null, "the swap reverted: the pool's price went beyond the order's before its block; gas was paid" + Way(swap));
                break;
            case OnChainSwapState.Dropped:
                End(order with { Commission = GasOf(order, swap) }, OrdStatus.Canceled, ExecType.Canceled, null, "its transaction will never happen" + Way(swap));
                break;
        }
    }

    private static string Way(OnChainSwapReport swap) => swap.Via is { } via ? $" ({via})" : "";

    private void Fill(PoolOrder order, OnChainSwapReport swap)
    {
        var pool = spec.Find(chain.State.Contracts, order.Instrument)!;
        var (moved, units) = order.Side == Side.Sell ? (swap.AmountOut!.Value, swap.AmountIn!.Value) : (swap.AmountIn!.Value, swap.AmountOut!.Value);
        var qty = order.MovedQty;
        if (units != PoolArithmetic.UnitsDown(qty, pool.Base.Decimals))
        {
            throw new InvalidOperationException($"{order.SwapId} moved {units} units of {pool.Base.Symbol}, {qty} tokens were asked.");
        }
        var (px, gas, whole) = (PoolArithmetic.Tokens(moved, pool.Quote.Decimals) / qty, GasOf(order, swap), qty == order.OrderQty);
        var done = order with { OrdStatus = whole ? OrdStatus.Filled : OrdStatus.Canceled, CumQty = qty, Commission = gas, Text = whole ? null : "no more than this may be moved at once" };
        var fill = done.Report(Venue, NextExecId(), ExecType.Trade, time.GetUtcNow()) with
        {
            OrdStatus = whole ? OrdStatus.Filled : OrdStatus.PartiallyFilled, LeavesQty = order.OrderQty - qty, Text = swap.Via,
            LastQty = qty, LastPx = px, LastLiquidityInd = LastLiquidityInd.Removed, Commission = gas, CommCurrency = pool.Instrument.Quote, Gas = gas,
        };
        var sign = order.Side.Sign();
        open.Remove((order.Account, order.ClOrdId));
        // The same sums as the ledger's, so that both agree to the last digit.
        store.Write(Venue, done, fill, [new(qty * sign, pool.Instrument.Base), new((-sign * qty * px) - gas, pool.Instrument.Quote)]);
        Tell(fill);
        if (!whole)
        {
            Tell(done.Report(Venue, NextExecId(), ExecType.Canceled, time.GetUtcNow()));
        }
    }

    private void End(PoolOrder order, OrdStatus status, ExecType type, string? code, string? text)
    {
        var ended = order with { OrdStatus = status, RejectCode = code, Text = text };
        open.Remove((order.Account, order.ClOrdId));
        var quote = QuoteOf(order);
        store.Write(Venue, ended, null, ended.Commission > 0m ? [new(-ended.Commission, quote)] : null);
        Tell(ended.Report(Venue, NextExecId(), type, time.GetUtcNow()) with { Commission = ended.Commission, Gas = ended.Commission, CommCurrency = quote });
    }

    private void Keep(PoolOrder order)
    {
        open[(order.Account, order.ClOrdId)] = order;
        store.Write(Venue, order);
    }

    private void Refuse(VenueOrder r, string code, string text, DateTimeOffset now) =>
        Tell(new ExecutionReport(Venue, r.Account, r.ClOrdId, null, NextExecId(), ExecType.Rejected, OrdStatus.Rejected, r.OrderQty, 0m, 0m, 0m, 0m, LastLiquidityInd.None, 0m, default, now, code, text));

    private decimal GasOf(PoolOrder order, OnChainSwapReport swap) => swap.GasCost.IsZero || !desk.ChargesGas ? 0m
        : Math.Round((decimal)(swap.GasCost + market.DataFee) / WeiPerCoin * (market.CoinPx(QuoteOf(order)) ?? order.Px), CommissionDigits, MidpointRounding.ToPositiveInfinity);

    private OnChainSwap SwapOf(PoolOrder o) => new(o.SwapId, Address.Parse(o.Pool), o.ZeroForOne, BigInteger.Parse(o.AmountIn, CultureInfo.InvariantCulture),
        BigInteger.Parse(o.AmountOut, CultureInfo.InvariantCulture), o.Deadline, ExactOut: o.Side == Side.Buy, chain.PolicyFor(o.Submission, o.PublicFallback, SwapLife));

    /// <summary>Why an order of this shape is nonsense here, or null.</summary>
    private static string? Shape(VenueOrder r, Core.Instruments.Listing listing) =>
        r.Side is not (Side.Buy or Side.Sell) ? Invariant($"side={r.Side}")
        : r.TimeInForce is not (TimeInForce.Ioc or TimeInForce.Fok) ? Invariant($"timeInForce={r.TimeInForce}: a pool takes what is filled at once or not at all")
        : r.PostOnly ? "postOnly: nothing rests in a pool"
        : r.ReduceOnly ? "reduceOnly: a pool knows no positions"
        : r.Px <= 0m || !Steps.IsMultiple(r.Px, listing.TickSize) ? Invariant($"px={r.Px}, tickSize={listing.TickSize}")
        : listing.Refusal(r.Px, r.OrderQty);

    /// <summary>What the account lacks for the order and its gas, or null.</summary>
    private string? Missing(VenueOrder r)
    {
        var instrument = PoolVenueSpec.Instruments.First(i => i.Id == r.Instrument);
        var asset = r.Side == Side.Buy ? instrument.Quote : instrument.Base;
        var free = store.Balances(Venue, r.Account).Where(m => m.Asset == asset).Sum(m => m.Amount)
            - open.Values.Where(o => o.Account == r.Account).Sum(o => Locked(o, asset));
        var need = r.Side == Side.Buy ? (r.OrderQty * r.Px) + (desk.ChargesGas ? market.GasIn(instrument.Quote) ?? 0m : 0m) : r.OrderQty;
        return need > free ? Invariant($"needs {need} {asset}, free {free}") : null;
    }

    private static decimal Locked(PoolOrder o, Asset asset)
    {
        var instrument = PoolVenueSpec.Instruments.First(i => i.Id == o.Instrument);
        return o.Side == Side.Buy ? instrument.Quote == asset ? o.OrderQty * o.Px : 0m : instrument.Base == asset ? o.OrderQty : 0m;
    }
}

using Ems.Execution.Core.Algos.Immediate;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Algos.Sweep;

/// <summary>Takes everything within two bounds over all venues at once: the worst single price and the worst average (orders.md 2.2).</summary>
public sealed class SweepAlgo : IExecutionAlgo
{
    /// <inheritdoc/>
    public AlgoDescriptor Descriptor { get; } = new("SWEEP", "Sweep", "Takes all venues at once up to the limit price and, if given, a worst average price; may rest what is left.",
    [
        new("maxAvgPx", ParamType.Price, "Worst average", "Takes only so deep that the average stays at or better than this; empty for the limit alone.", "quote", Min: 0.00000001m, Max: 1_000_000_000m, Group: "Limits"),
        new("allIn", ParamType.Bool, "All-in", "Whether the limit is meant with the dearest taker fee of the venues.", "", Default: "true", Group: "Limits"),
        new("postRemainder", ParamType.Bool, "Rest the remainder", "Whether what is left rests at the limit (market-to-limit) instead of being canceled.", "", Default: "false", Group: "Limits"),
    ], NeedsLimitPx: true);

    /// <inheritdoc/>
    public IEnumerable<FieldError> CrossCheck(ParentSpec spec, DateTimeOffset now)
    {
        var r = new ParamReader(Descriptor, spec);
        if (r.Number("maxAvgPx") is { } avg && spec.LimitPx is { } limit && !spec.Side.IsWithin(avg, limit))
        {
            yield return new("parameters.maxAvgPx", "within_limit", r.Text("maxAvgPx"), "The worst average is beyond the worst price, so it would never bind.");
        }
        if (spec.TimeInForce == TimeInForce.Fok)
        {
            yield return new("timeInForce", "contradiction", "Fok", "All or nothing cannot be promised over several venues.");
        }
        if (r.Flag("postRemainder") && spec.TimeInForce == TimeInForce.Ioc)
        {
            yield return new("parameters.postRemainder", "contradiction", "true", "Ioc leaves nothing to rest.");
        }
    }

    /// <inheritdoc/>
    public (ParentSpec Spec, IReadOnlyList<Adjustment> Adjustments) Precheck(ParentSpec spec, MarketView market, IReadOnlyList<Listing> listings, DateTimeOffset now) => Fitting.ToLot(spec, listings);

    /// <inheritdoc/>
    public IReadOnlyList<PlanPoint> Plan(ParentSpec spec, ulong seed, DateTimeOffset start) => [new(start, spec.OrderQty)];

    /// <inheritdoc/>
    public AlgoMemory Start(ParentSpec spec, ulong seed, MarketView market, DateTimeOffset now) => LimitMemory.Fresh;

    /// <inheritdoc/>
    public AlgoDecision Decide(AlgoInput input)
    {
        var m = (LimitMemory)input.Memory;
        var r = new ParamReader(Descriptor, input.Spec);
        var (spec, p, now) = (input.Spec, input.Progress, input.Now);
        var limit = Bound(input, r);
        if (m.Took && r.Flag("postRemainder"))
        {
            return Resting.Decide(input, m, limit, x => x);
        }
        if (Ends.Common(input) is { } end)
        {
            return Ends.Over(m, end);
        }
        if (p.WorkingQty + p.UnknownQty > 0m)
        {
            return Ends.Idle(m, spec.ExpireTime, p.UnknownQty > 0m ? "InDoubt" : "WaitingFill", "Waiting for the venues' answers.");
        }
        if (m.Took)
        {
            return Ends.Over(m, new(OrdStatus.Canceled, "SweepRemainder", $"{Fitting.Text(p.UnsentQty)} was not within the bounds."));
        }
        var there = Depth(input, limit, r.Number("maxAvgPx"));
        var qty = Ends.Sendable(input, Math.Min(there, p.UnsentQty), limit);
        var swept = m with { Took = true, LastAt = now, Px = limit };
        if (qty <= 0m)
        {
            return r.Flag("postRemainder") ? Resting.Decide(input, swept, limit, x => x)
                : Ends.Over(m, new(OrdStatus.Canceled, "NoLiquidity", $"{Fitting.Text(there)} is within the bounds."));
        }
        return new([new SubmitSlice(m.Slice + 1, qty, limit, TimeInForce.Ioc, false, $"sweeping {Fitting.Text(there)} within the bounds")], swept with { Slice = m.Slice + 1 }, spec.ExpireTime, false,
            new("Working", "Taking all venues."));
    }

    /// <summary>The worst price: the limit, less the dearest taker fee when it is meant all-in, on the finest tick.</summary>
    private static decimal Bound(AlgoInput input, ParamReader r)
    {
        var (limit, side) = (input.Spec.LimitPx ?? 0m, input.Spec.Side);
        if (!r.Flag("allIn") || input.Listings.Count == 0)
        {
            return limit;
        }
        var fee = Math.Max(0m, input.Listings.Max(l => l.TakerFee));
        return Steps.RoundPassive(limit / (1m + (side.Sign() * fee)), input.Listings.Min(l => l.TickSize), side);
    }

    /// <summary>How much is offered within the worst price, best first, as deep as the average stays within the worst average.</summary>
    private static decimal Depth(AlgoInput input, decimal worst, decimal? maxAvg)
    {
        var side = input.Spec.Side;
        var levels = input.Market.Books.SelectMany(b => b.Opposite(side)).Where(l => side.IsWithin(l.Px, worst)).OrderBy(l => l.Px * side.Sign());
        decimal qty = 0m, notional = 0m;
        foreach (var l in levels)
        {
            var take = l.Qty;
            if (maxAvg is { } avg && !side.IsWithin(l.Px, avg))
            {
                // notional + px·q stays within avg·(qty + q) for q up to this.
                take = Math.Min(take, Math.Max(0m, ((avg * qty) - notional) / (l.Px - avg)));
            }
            (qty, notional) = (qty + take, notional + (take * l.Px));
            if (take < l.Qty)
            {
                break;
            }
        }
        return qty;
    }
}

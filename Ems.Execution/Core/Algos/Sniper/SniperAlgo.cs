using Ems.Execution.Core.Algos.Immediate;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Algos.Sniper;

/// <summary>Hidden until enough quantity shows within the limit, then takes it at once; again until done (orders.md 2.2).</summary>
public sealed class SniperAlgo : IExecutionAlgo
{
    /// <inheritdoc/>
    public AlgoDescriptor Descriptor { get; } = new("SNIPER", "Sniper", "Shows nothing; takes whenever enough quantity is offered within the limit price.",
    [
        new("minQty", ParamType.Quantity, "Least quantity", "Least quantity within the limit, over all venues, that it goes for; what is left of the order when that is less.", "base", Required: true, Min: 0.00000001m, Max: 1_000_000_000m, Updatable: true, Group: "Trigger"),
        new("minFillPct", ParamType.Percent, "Least part", "Least part of what is left that must be on offer.", "", Default: "0", Min: 0, Max: 1, MaxDecimals: 4, Updatable: true, Group: "Trigger"),
        new("cooldownMs", ParamType.Integer, "Cool-down", "Wait between two shots.", "ms", Default: "500", Min: 100, Max: 600_000, MaxDecimals: 0, Updatable: true, Group: "Advanced"),
        new("maxShots", ParamType.Integer, "Shots", "Ends after so many shots.", "", Default: "1000", Min: 1, Max: 100_000, MaxDecimals: 0, Updatable: true, Group: "Advanced"),
    ], NeedsLimitPx: true);

    /// <inheritdoc/>
    public IEnumerable<FieldError> CrossCheck(ParentSpec spec, DateTimeOffset now)
    {
        var r = new ParamReader(Descriptor, spec);
        if (r.Number("minQty") > spec.OrderQty)
        {
            yield return new("parameters.minQty", "max", r.Text("minQty"), "The least quantity is more than the order.");
        }
        if (spec.TimeInForce is TimeInForce.Ioc or TimeInForce.Fok)
        {
            yield return new("timeInForce", "contradiction", spec.TimeInForce.ToString(), "A sniper waits; it cannot be immediate.");
        }
    }

    /// <inheritdoc/>
    public (ParentSpec Spec, IReadOnlyList<Adjustment> Adjustments) Precheck(ParentSpec spec, MarketView market, IReadOnlyList<Listing> listings, DateTimeOffset now) => Fitting.ToLot(spec, listings);

    /// <inheritdoc/>
    public IReadOnlyList<PlanPoint> Plan(ParentSpec spec, ulong seed, DateTimeOffset start) => [new(start, spec.OrderQty)];

    /// <inheritdoc/>
    public AlgoMemory Start(ParentSpec spec, ulong seed, MarketView market, DateTimeOffset now) => TakerMemory.Fresh;

    /// <inheritdoc/>
    public AlgoDecision Decide(AlgoInput input)
    {
        var m = (TakerMemory)input.Memory;
        var r = new ParamReader(Descriptor, input.Spec);
        var (spec, p, now) = (input.Spec, input.Progress, input.Now);
        if (Ends.Common(input) is { } end)
        {
            return Ends.Over(m, end);
        }
        if (p.WorkingQty + p.UnknownQty > 0m)
        {
            return Ends.Idle(m, spec.ExpireTime, p.UnknownQty > 0m ? "InDoubt" : "WaitingFill", "Waiting for the venues' answers.");
        }
        if (m.Slice >= r.Integer("maxShots"))
        {
            return Ends.Over(m, new(OrdStatus.Canceled, "OutOfShots", $"{m.Slice} shots left {Fitting.Text(p.UnsentQty)} undone."));
        }
        var cool = m.Slice > 0 ? m.LastAt + TimeSpan.FromMilliseconds((double)r.Required("cooldownMs")) : DateTimeOffset.MinValue;
        cool = Rejects.RetryAt(input) is { } later && later > cool ? later : cool;
        if (now < cool)
        {
            return Ends.Idle(m, spec.ExpireTime < cool ? spec.ExpireTime : cool, "CoolDown", "Waiting between two shots.");
        }
        var limit = spec.LimitPx ?? 0m;
        var there = input.Market.Books.Sum(b => b.Opposite(spec.Side).TakeWhile(l => spec.Side.IsWithin(l.Px, limit)).Sum(l => l.Qty));
        var wanted = Math.Max(Math.Min(r.Required("minQty"), p.UnsentQty), r.Required("minFillPct") * p.UnsentQty);
        var qty = there >= wanted ? Ends.Sendable(input, there, limit) : 0m;
        return qty <= 0m
            ? Ends.Idle(m, spec.ExpireTime, "WaitingLiquidity", $"{Fitting.Text(there)} within {Fitting.Text(limit)}; waiting for {Fitting.Text(wanted)}.", true)
            : new([new SubmitSlice(m.Slice + 1, qty, limit, TimeInForce.Ioc, false, $"{Fitting.Text(there)} within {Fitting.Text(limit)}")], new TakerMemory(m.Slice + 1, now), spec.ExpireTime, false,
                new("Working", "Taking what is there."));
    }
}

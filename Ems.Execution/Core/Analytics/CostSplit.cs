namespace Ems.Execution.Core.Analytics;

/// <summary>
/// An implementation shortfall in parts, quote units; positive costs, negative gains. The parts add up to <see cref="Total"/> to the
/// last digit, because total is nothing but their sum and each is an exact product of prices and quantities.
/// </summary>
/// <param name="Delay">Drift of the mid from decision to arrival, over the whole order quantity.</param>
/// <param name="Spread">Half the spread for a taker, at the moment of sending; for a maker its price against the mid at the fill, usually a gain.</param>
/// <param name="Impact">What a taker paid beyond the best price it had seen when sending: deeper levels, and prices that were gone on arrival.</param>
/// <param name="Timing">Drift of the mid from arrival to each send (taker) or fill (maker). It holds what our own earlier children moved for good: no record can tell that from the market.</param>
/// <param name="Opportunity">Drift of the mid from arrival to close, over what was not filled.</param>
/// <param name="Fees">Commission; rebates are negative.</param>
/// <param name="Gas">Paid to chains; 0 at venues without one.</param>
/// <param name="Unattributed">Cost against arrival of fills around which no quote is known: it is a cost, but which one is not known.</param>
public readonly record struct CostSplit(
    decimal Delay, decimal Spread, decimal Impact, decimal Timing, decimal Opportunity, decimal Fees, decimal Gas, decimal Unattributed)
{
    /// <summary>The shortfall.</summary>
    public decimal Total => Delay + Spread + Impact + Timing + Opportunity + Fees + Gas + Unattributed;

    /// <summary>Part by part.</summary>
    public static CostSplit operator +(CostSplit a, CostSplit b) => new(
        a.Delay + b.Delay, a.Spread + b.Spread, a.Impact + b.Impact, a.Timing + b.Timing,
        a.Opportunity + b.Opportunity, a.Fees + b.Fees, a.Gas + b.Gas, a.Unattributed + b.Unattributed);

    /// <summary>The parts in basis points of a notional; these are quotients and may be off in the last digit of a decimal.</summary>
    public CostSplit InBps(decimal notional) => new(
        Delay / notional * 10_000m, Spread / notional * 10_000m, Impact / notional * 10_000m, Timing / notional * 10_000m,
        Opportunity / notional * 10_000m, Fees / notional * 10_000m, Gas / notional * 10_000m, Unattributed / notional * 10_000m);

    /// <summary>The parts by name, in the order in which they arise.</summary>
    public IReadOnlyList<CostPart> Parts() =>
    [
        new("Delay", Delay), new("Timing", Timing), new("Spread", Spread), new("Impact", Impact),
        new("Opportunity", Opportunity), new("Fees", Fees), new("Gas", Gas), new("Unattributed", Unattributed),
    ];
}

/// <summary>One part of a split by its name.</summary>
public readonly record struct CostPart(string Name, decimal Value);

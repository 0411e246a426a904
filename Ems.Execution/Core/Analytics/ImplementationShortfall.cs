using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Analytics;

/// <summary>A fill as the analysis needs it.</summary>
/// <param name="Qty">Base units.</param>
/// <param name="Fee">Commission in quote units, negative for a rebate.</param>
/// <param name="Gas">Chain cost in quote units.</param>
/// <param name="AtSend">Quote when its child was sent, or null when not known.</param>
/// <param name="AtFill">Quote at the moment of the fill, or null when not known.</param>
/// <param name="MidsAfter">Mid at each of <see cref="MarkOuts.Horizons"/> after it; null where not known (yet).</param>
public sealed record CostFill(
    string ExecId, VenueId Venue, decimal Qty, decimal Px, decimal Fee, LastLiquidityInd Liquidity, DateTimeOffset Time,
    Quote? AtSend, Quote? AtFill, IReadOnlyList<decimal?> MidsAfter, decimal Gas = 0m);

/// <summary>The shortfall of one order.</summary>
/// <param name="DecisionMid">What it is measured against.</param>
/// <param name="Notional">Order quantity at the decision mid: what basis points are of.</param>
/// <param name="Fills">What each fill cost, in the order given.</param>
/// <param name="NotFilled">Delay and opportunity of what was not filled.</param>
/// <param name="Total">Everything: the fills and what was not filled.</param>
/// <param name="Missing">What was not known and how it was taken; empty when all was known.</param>
public sealed record Shortfall(
    decimal DecisionMid, decimal Notional, IReadOnlyList<CostSplit> Fills, CostSplit NotFilled, CostSplit Total, IReadOnlyList<string> Missing)
{
    /// <summary>The total in basis points of <see cref="Notional"/>.</summary>
    public CostSplit Bps => Total.InBps(Notional);
}

/// <summary>
/// Implementation shortfall: the paper portfolio bought at the decision price less the real one. Perold, "The implementation
/// shortfall: paper versus reality", Journal of Portfolio Management 14(3), 1988; with delay on the whole quantity and opportunity
/// from arrival on as in Kissell, "The Science of Algorithmic Trading and Portfolio Management", 2013, chapter 3 (expanded form):
/// s Q (A - D) + s sum q_i (p_i - A) + s (Q - sum q_i) (C - A) + fees, with s = +1 for a buy and -1 for a sell.
/// The middle term is split at the quote each child was sent on: mid minus arrival is timing, half the spread is spread, price minus
/// the best opposite price is impact.
/// </summary>
public static class ImplementationShortfall
{
    /// <summary>The shortfall, or null when neither a decision nor an arrival price is known.</summary>
    /// <param name="decisionMid">Mid when the order was received; without it the arrival mid is taken and said so.</param>
    /// <param name="arrivalMid">Mid when its algo started; null before: then delay is 0.</param>
    /// <param name="closeMid">Mid at its end, or now while it lives. Only needed when something is not filled.</param>
    public static Shortfall? Of(Side side, decimal orderQty, decimal? decisionMid, decimal? arrivalMid, decimal? closeMid, IReadOnlyList<CostFill> fills)
    {
        if ((decisionMid ?? arrivalMid) is not { } decision || decision <= 0m || orderQty <= 0m)
        {
            return null;
        }
        var arrival = arrivalMid ?? decision;
        var s = side.Sign();
        var missing = new List<string>();
        if (decisionMid is null)
        {
            missing.Add("No quote at the decision is known: measured from arrival, without delay.");
        }
        var costs = new List<CostSplit>(fills.Count);
        var (total, left, unknown) = (default(CostSplit), orderQty, 0);
        foreach (var fill in fills)
        {
            var cost = OfFill(s, decision, arrival, fill);
            unknown += IsAttributable(fill) ? 0 : 1;
            costs.Add(cost);
            total += cost;
            left -= fill.Qty;
        }
        if (unknown > 0)
        {
            missing.Add($"{unknown} of {fills.Count} fills have no known quote around them: their cost against arrival is not split.");
        }
        var rest = default(CostSplit);
        if (left > 0m)
        {
            rest = rest with { Delay = s * left * (arrival - decision) };
            if (closeMid is { } close)
            {
                rest = rest with { Opportunity = s * left * (close - arrival) };
            }
            else
            {
                missing.Add("No quote at the close is known: the opportunity cost of what was not filled is left out.");
            }
        }
        return new(decision, orderQty * decision, costs, rest, total + rest, missing);
    }

    private static CostSplit OfFill(int s, decimal decision, decimal arrival, CostFill f)
    {
        var cost = new CostSplit { Delay = s * f.Qty * (arrival - decision), Fees = f.Fee, Gas = f.Gas };
        if (f.Liquidity == LastLiquidityInd.Added && f.AtFill is { } then)
        {
            return cost with { Spread = s * f.Qty * (f.Px - then.Mid), Timing = s * f.Qty * (then.Mid - arrival) };
        }
        if (f.Liquidity != LastLiquidityInd.Added && f.AtSend is { } sent)
        {
            var touch = s > 0 ? sent.Ask : sent.Bid;
            return cost with { Spread = s * f.Qty * (touch - sent.Mid), Impact = s * f.Qty * (f.Px - touch), Timing = s * f.Qty * (sent.Mid - arrival) };
        }
        return cost with { Unattributed = s * f.Qty * (f.Px - arrival) };
    }

    private static bool IsAttributable(CostFill f) => (f.Liquidity == LastLiquidityInd.Added ? f.AtFill : f.AtSend) is not null;
}

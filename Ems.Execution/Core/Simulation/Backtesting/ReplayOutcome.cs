using Ems.Execution.Core.Analytics;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Simulation.Backtesting;

/// <summary>What a replayed order came to, in short: what a what-if and a preview compare.</summary>
/// <param name="FilledPct">Filled share of the order's quantity, percent.</param>
/// <param name="CostBps">Slippage against the mid at the order's start plus fees, basis points of what was filled at that mid; positive is worse. Null when nothing was filled or no mid is known.</param>
/// <param name="FeeBps">The fees in it.</param>
/// <param name="Took">From the start to the last fill.</param>
/// <param name="Makers">Fills that had rested.</param>
/// <param name="Errors">Why the ticket was refused.</param>
public sealed record ReplayOutcome(OrdStatus OrdStatus, decimal FilledPct, decimal? AvgPx, decimal? CostBps, decimal? FeeBps, TimeSpan? Took, int Fills, int Makers, IReadOnlyList<string> Errors)
{
    /// <summary>The outcome of one order of a replay.</summary>
    public static ReplayOutcome Of(ReplayParent replayed)
    {
        if (replayed.Order is not { } order)
        {
            return new(OrdStatus.Rejected, 0m, null, null, null, null, 0, 0, [.. replayed.Errors.Select(e => e.Text)]);
        }
        var fills = replayed.Fills;
        var (qty, notional) = (fills.Sum(f => f.Qty), fills.Sum(f => f.Qty * f.Px));
        decimal? average = qty > 0m ? notional / qty : null;
        decimal? fees = qty > 0m && order.ArrivalPx is { } arrival ? fills.Sum(f => f.Commission) / (arrival * qty) * 10_000m : null;
        return new(order.OrdStatus, order.Spec.OrderQty > 0m ? qty / order.Spec.OrderQty * 100m : 0m, average,
            Benchmarks.SlippageBps(order.Spec.Side, average, order.ArrivalPx) + fees, fees,
            fills.Count > 0 ? fills.Max(f => f.Time) - (order.StartedAt ?? replayed.Input.SubmitAt) : null,
            fills.Count, fills.Count(f => f.Liquidity == LastLiquidityInd.Added), []);
    }
}

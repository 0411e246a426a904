using Ems.Execution.Core.Algos.Scheduling;

namespace Ems.Execution.Core.Algos.Vwap;

/// <summary>What a VWAP order remembers beside its schedule.</summary>
/// <param name="Plan">Where the volume says it should be around the newest slice; null while it follows the usual curve alone.</param>
/// <param name="Known">Minutes of recorded volume the plan was made from.</param>
public sealed record VwapMemory(ScheduleMemory Work, VwapPlan? Plan, int Known) : AlgoMemory;

/// <summary>
/// Part of the order that should be done by four moments: one slice before the newest one, its start, its end, and one slice after. Made
/// anew with every slice from what has traded and what is forecast to trade.
/// </summary>
/// <param name="At0">First moment, as a fraction of the window; the others follow every <paramref name="Step"/>.</param>
public sealed record VwapPlan(decimal At0, decimal Step, decimal Done0, decimal Done1, decimal Done2, decimal Done3)
{
    /// <summary>Part of the order by fraction of the window: straight between the moments, and from the ends to 0 and 1.</summary>
    public double At(double f)
    {
        var (x, step) = ((double)At0, (double)Step);
        ReadOnlySpan<(double F, double Done)> points =
            [(0, 0), (Math.Max(x, 0), (double)Done0), (x + step, (double)Done1), (x + (2 * step), (double)Done2), (Math.Min(x + (3 * step), 1), (double)Done3), (1, 1)];
        for (var i = 1; i < points.Length; i++)
        {
            if (f <= points[i].F)
            {
                var (from, to) = (points[i - 1], points[i]);
                return to.F <= from.F ? to.Done : from.Done + ((to.Done - from.Done) * (f - from.F) / (to.F - from.F));
            }
        }
        return 1;
    }
}

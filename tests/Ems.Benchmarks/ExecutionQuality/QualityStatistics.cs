using Ems.Execution.Core.Primitives;

namespace Ems.Benchmarks.ExecutionQuality;

/// <summary>Means, quantiles and intervals of outcomes. The bootstrap draws blocks: all orders that begin within one window's length of a day, since overlapping windows share their market.</summary>
internal static class QualityStatistics
{
    private const int Draws = 2_000;

    public static double At(IEnumerable<double> values, double p)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[(int)Math.Clamp(p * (sorted.Length - 1), 0, sorted.Length - 1)];
    }

    /// <summary>95 % interval of a statistic of the drawn cases' indices.</summary>
    public static (double Low, double High) Interval(IReadOnlyList<QualityCase> cases, Func<IReadOnlyList<int>, double> statistic, ulong seed)
    {
        var clusters = cases.Select((c, i) => (c, i)).GroupBy(x => (x.c.Day.Day.Name, (x.c.Start - x.c.Day.Window.From).Ticks / x.c.Length.Ticks)).Select(g => g.Select(x => x.i).ToArray()).ToArray();
        var values = new double[Draws];
        for (var d = 0; d < Draws; d++)
        {
            var drawn = new List<int>(cases.Count);
            for (var k = 0; k < clusters.Length; k++)
            {
                drawn.AddRange(clusters[(int)(SeededRandom.Unit(seed, (uint)d, k) * clusters.Length)]);
            }
            values[d] = statistic(drawn);
        }
        return (At(values, 0.025), At(values, 0.975));
    }
}

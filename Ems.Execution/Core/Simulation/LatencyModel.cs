namespace Ems.Execution.Core.Simulation;

/// <summary>How far away a simulated venue is.</summary>
/// <param name="MedianMs">Median one-way latency.</param>
/// <param name="JitterMs">Half of all messages take up to this much more or less; a few take several times as much.</param>
public readonly record struct LatencyModel(double MedianMs, double JitterMs)
{
    private const double LeastMs = 0.2;

    /// <summary>No distance at all.</summary>
    public static readonly LatencyModel None;

    /// <summary>One way for a uniform draw in [0, 1): the median plus a jitter that is small for half of the messages and long-tailed for a few.</summary>
    public TimeSpan OneWay(double u)
    {
        if (this == None)
        {
            return TimeSpan.Zero;
        }
        var skew = u < 0.5 ? (u - 0.5) * 2 * JitterMs : -Math.Log(1 - ((u - 0.5) * 1.98)) * JitterMs;
        return TimeSpan.FromMilliseconds(Math.Max(LeastMs, MedianMs + skew));
    }
}

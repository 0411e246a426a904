namespace Ems.Execution.Core.MarketData;

/// <summary>
/// Volatility of one venue's prints: squared log returns over at least ten seconds, averaged with weights that fall by e in a given time,
/// five minutes unless told. The spacing keeps the bounce between bid and ask small against the moves. A model: doubles. Not thread-safe.
/// </summary>
/// <param name="memorySeconds">Time in which a return counts e times less.</param>
/// <param name="samplesMin">Returns before it says anything.</param>
public sealed class RealisedVolatility(double memorySeconds = 300, int samplesMin = 12)
{
    private static readonly TimeSpan Spacing = TimeSpan.FromSeconds(10);
    private double lastPx;
    private DateTimeOffset lastAt;
    private double weight;
    private double variancePerSecond;
    private int samples;

    /// <summary>Takes a print; one that is older than the last sample is ignored.</summary>
    public void Add(decimal px, DateTimeOffset time)
    {
        if (px <= 0m || (lastPx > 0 && time - lastAt < Spacing))
        {
            return;
        }
        if (lastPx > 0)
        {
            var seconds = (time - lastAt).TotalSeconds;
            var r = Math.Log((double)px / lastPx);
            var decay = Math.Exp(-seconds / memorySeconds);
            // A weighted mean from the first sample on, so that the start is not biased to 0.
            var w = 1 - decay;
            variancePerSecond = ((variancePerSecond * weight * decay) + (r * r / seconds * w)) / ((weight * decay) + w);
            weight = (weight * decay) + w;
            samples++;
        }
        (lastPx, lastAt) = ((double)px, time);
    }

    /// <summary>Basis points per square root of an hour, or null before enough prints.</summary>
    public decimal? Bps => samples < samplesMin ? null : Math.Round((decimal)Math.Min(Math.Sqrt(variancePerSecond * 3_600) * 10_000, 1e6), 2);
}

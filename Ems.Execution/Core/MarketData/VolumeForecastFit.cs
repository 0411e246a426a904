namespace Ems.Execution.Core.MarketData;

/// <summary>
/// The fitted figures of <see cref="VolumeForecast"/>: least squares on one-minute volumes of Binance BTCUSDT, 2025-06-01 to 06-30, every
/// fifth minute (the benchmarks measure the forecast on other days).
/// </summary>
internal static class VolumeForecastFit
{
    /// <summary>A stretch of the time ahead.</summary>
    /// <param name="To">Its end, minutes ahead; it begins where the one before ends.</param>
    /// <param name="MeanOverMedian">What the mean is above the exponential of the mean logarithm.</param>
    /// <param name="Weights">Of the constant and of the averages over <see cref="VolumeForecast.Spans"/>.</param>
    internal sealed record Block(int To, double MeanOverMedian, double[] Weights);

    /// <summary>
    /// The first stretch is fitted to its first minute: on the days for choosing (07-01 to 07-12) that gave a 5-minute error of 0.441 of
    /// the volume, a fit to all five 0.450.
    /// </summary>
    internal static readonly Block[] Blocks =
    [
        new(5, 1.355, [-0.147, 0.203, 0.286, 0.278, 0.141, 0.036, 0.066]),
        new(15, 1.160, [-0.074, 0.051, 0.171, 0.243, 0.233, 0.089, 0.140]),
        new(30, 1.159, [-0.080, 0.036, 0.098, 0.204, 0.263, 0.119, 0.180]),
        new(60, 1.137, [-0.069, 0.021, 0.052, 0.233, 0.198, 0.148, 0.218]),
        new(120, 1.124, [-0.060, 0.021, 0.043, 0.170, 0.121, 0.194, 0.277]),
        new(240, 1.113, [-0.062, 0.012, 0.014, 0.044, 0.216, 0.133, 0.354]),
        new(480, 1.100, [-0.050, 0.019, 0.008, 0.050, 0.153, 0.056, 0.436]),
        new(1_440, 1.073, [-0.032, 0.011, 0.004, 0.027, 0.060, 0.062, 0.460]),
    ];

    /// <summary>How far above the level each stretch will be, median.</summary>
    internal static double[] Excess(double[] features) => [.. Blocks.Select(b => VolumeForecast.Ratio(b.Weights.Zip(features, (w, x) => w * x).Sum()))];
}

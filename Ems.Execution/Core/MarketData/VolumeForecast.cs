namespace Ems.Execution.Core.MarketData;

/// <summary>
/// What will probably trade in the next minutes and hours: a log-HAR model (Corsi's heterogeneous autoregression, on logarithms) of volume
/// freed from its weekly curve. The last 1, 5, 30, 120, 480 and 1440 minutes against the last week tell how far above the usual the next
/// minutes will be, the next hours less, the day after tomorrow hardly at all.
/// </summary>
public sealed class VolumeForecast
{
    /// <summary>A level is measured over a week, or what there is of it.</summary>
    private const int LevelMinutes = 10_080;
    /// <summary>Keeps the logarithm of a minute without trades finite: part of the level.</summary>
    internal const double Floor = 0.05;
    private readonly VolumeCurve curve;
    private readonly DateTimeOffset now;
    private readonly long minute;
    private readonly double level;
    private readonly double[] excess;

    private VolumeForecast(VolumeCurve curve, DateTimeOffset now, long minute, double level, double[] excess)
    {
        (this.curve, this.now, this.minute, this.level, this.excess) = (curve, now, minute, level, excess);
    }

    /// <summary>Minutes the averages it looks at go back.</summary>
    internal static readonly int[] Spans = [1, 5, 30, 120, 480, 1_440];

    /// <summary>
    /// The forecast as of <paramref name="now"/>, or null when no closed minute with volume is known. Averages that reach further back than
    /// the history are taken to be at the level.
    /// </summary>
    public static VolumeForecast? Of(VolumeHistory history, VolumeCurve curve, DateTimeOffset now) =>
        Features(history, curve, out var level) is { } x ? new(curve, now, history.Open, level, VolumeForecastFit.Excess(x)) : null;

    /// <summary>
    /// Volume from now to <paramref name="to"/>, as likely to be too high as too low: what an absolute error is measured against. Base units.
    /// </summary>
    public double Median(DateTimeOffset to) => Between(now, to, false);

    /// <summary>
    /// The mean volume between two moments, above the median since bursts go up: what a schedule reckons with. Base units. (Weights of the
    /// upside from 0 to 2.5 times the mean's were tried on Binance BTCUSDT, 2025-07-01 to 07-12; none was better for every window.)
    /// </summary>
    public double Mean(DateTimeOffset from, DateTimeOffset to) => Between(from > now ? from : now, to, true);

    private double Between(DateTimeOffset from, DateTimeOffset to, bool mean)
    {
        var start = DateTimeOffset.UnixEpoch.AddMinutes(minute);
        var (sum, blocks) = (0d, VolumeForecastFit.Blocks);
        for (var k = 0; k <= blocks.Length; k++)
        {
            var a = k == 0 ? from : Later(from, start.AddMinutes(blocks[k - 1].To));
            var b = k == blocks.Length ? to : Later(a, Sooner(to, start.AddMinutes(blocks[k].To)));
            if (b > a)
            {
                sum += curve.Between(a, b) * (k == blocks.Length ? 1 : excess[k] * (mean ? blocks[k].MeanOverMedian : 1));
            }
        }
        return sum * level;
    }

    /// <summary>
    /// Logarithms of the averages over <see cref="Spans"/> against the level, the constant first; null without a level. The level is the
    /// mean volume per minute freed from the curve.
    /// </summary>
    internal static double[]? Features(VolumeHistory history, VolumeCurve curve, out double level)
    {
        var (sum, known, span) = (0d, 0, 0);
        var means = new double[Spans.Length];
        for (var back = 1; back <= LevelMinutes && history.Open - back >= history.First; back++)
        {
            if (history[history.Open - back] is var v && !double.IsNaN(v))
            {
                (sum, known) = (sum + (v / curve.MinuteWeight(history.Open - back)), known + 1);
            }
            if (span < Spans.Length && back == Spans[span])
            {
                means[span++] = known > 0 ? sum / known : double.NaN;
            }
        }
        level = known > 0 ? sum / known : 0;
        if (!(level > 0))
        {
            return null;
        }
        var x = new double[Spans.Length + 1];
        x[0] = 1;
        for (var k = 0; k < Spans.Length; k++)
        {
            x[k + 1] = k < span && !double.IsNaN(means[k]) ? Log(means[k] / level) : 0;
        }
        return x;
    }

    /// <summary>A ratio to the level as the model sees it.</summary>
    internal static double Log(double ratio) => Math.Log((ratio + Floor) / (1 + Floor));

    /// <summary>Back from there.</summary>
    internal static double Ratio(double log) => Math.Max(0, ((1 + Floor) * Math.Exp(log)) - Floor);

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private static DateTimeOffset Sooner(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}

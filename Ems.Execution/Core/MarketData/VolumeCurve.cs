namespace Ems.Execution.Core.MarketData;

/// <summary>
/// How much of a week's volume usually trades when: 168 hours of the week (Monday 00:00 UTC first) times twelve five-minute parts of
/// the hour. Crypto trades around the clock, so the week is the period.
/// </summary>
public sealed class VolumeCurve
{
    internal const int Hours = 168;
    private const int Parts = 12;
    private readonly double[] hours;
    private readonly double[] week = new double[Hours + 1];
    private readonly double[] parts = new double[Parts + 1];
    private readonly double[] partOfHour;

    /// <summary>Takes weights of any scale; every weight must be positive, so that no bucket stops a schedule for good.</summary>
    public VolumeCurve(IReadOnlyList<double> hourOfWeek, IReadOnlyList<double> partOfHour)
    {
        if (hourOfWeek.Count != Hours || partOfHour.Count != Parts || hourOfWeek.Concat(partOfHour).Any(w => !(w > 0) || double.IsInfinity(w)))
        {
            throw new ArgumentException($"A volume curve has {Hours} positive hours and {Parts} positive parts.");
        }
        var mean = hourOfWeek.Average();
        hours = [.. hourOfWeek.Select(h => h / mean)];
        this.partOfHour = [.. partOfHour.Select(p => p / partOfHour.Average())];
        for (var i = 0; i < Hours; i++)
        {
            week[i + 1] = week[i] + hours[i];
        }
        var sum = partOfHour.Sum();
        for (var i = 0; i < Parts; i++)
        {
            parts[i + 1] = parts[i] + (partOfHour[i] / sum);
        }
    }

    /// <summary>The same volume at all times.</summary>
    public static readonly VolumeCurve Flat = new([.. Enumerable.Repeat(1d, Hours)], [.. Enumerable.Repeat(1d, Parts)]);

    /// <summary>
    /// Fitted to one-minute volumes of Binance BTCUSDT, 2025-06-01 to 07-26 (mean share of the day by hour, weekdays and weekends apart;
    /// median weekend volume 0.508 of a weekday's; mean share of the hour by five minutes). Fitted to its first 40 days and tried on the
    /// last 16, its 4 h VWAP is off by 3.67 bps in the median and 14.2 at p90, a flat curve's by 4.25 and 16.0.
    /// </summary>
    public static readonly VolumeCurve Btc2025 = Of(
        [0.939, 0.837, 0.894, 0.866, 0.656, 0.815, 0.801, 1.074, 0.919, 0.955, 0.82, 0.814, 1.004, 1.533, 1.903, 1.456, 1.297, 1.119, 0.931, 1.122, 0.869, 0.976, 0.782, 0.62],
        [1.125, 0.932, 0.817, 0.694, 0.559, 0.584, 0.733, 0.787, 0.791, 0.925, 1.08, 0.803, 1.277, 1.555, 1.751, 1.304, 1.301, 0.801, 0.902, 0.925, 0.799, 1.177, 1.301, 1.076],
        0.508,
        [1.125, 1.042, 0.97, 1.006, 0.998, 0.921, 1.051, 0.976, 0.998, 1.017, 0.945, 0.95]);

    /// <summary>A week of five equal weekdays and two equal days at the weekend.</summary>
    public static VolumeCurve Of(double[] weekday, double[] weekend, double weekendRatio, double[] partOfHour) =>
        new([.. Enumerable.Range(0, 7).SelectMany(d => d < 5 ? weekday : weekend.Select(w => w * weekendRatio))], partOfHour);

    /// <summary>Part of the usual volume between <paramref name="start"/> and <paramref name="end"/> that trades by <paramref name="at"/>: 0 to 1.</summary>
    public double Share(DateTimeOffset start, DateTimeOffset end, DateTimeOffset at)
    {
        var (from, to) = (Cumulative(start), Cumulative(end));
        return to <= from ? 1 : Math.Clamp((Cumulative(at) - from) / (to - from), 0, 1);
    }

    /// <summary>Usual volume between two moments, in minutes of the week's mean.</summary>
    public double Between(DateTimeOffset from, DateTimeOffset to) => (Cumulative(to) - Cumulative(from)) * 60;

    /// <summary>Usual volume of a minute counted from 1970-01-01 UTC; the week's mean is 1.</summary>
    internal double MinuteWeight(long minute) => hours[HourOfWeek(minute)] * partOfHour[(int)(minute % 60) * Parts / 60];

    /// <summary>Usual volume of an hour of the week; the mean is 1.</summary>
    internal double HourWeight(int hourOfWeek) => hours[hourOfWeek];

    /// <summary>The same parts of the hour with other hours.</summary>
    internal VolumeCurve WithHours(double[] hourOfWeek) => new(hourOfWeek, partOfHour);

    /// <summary>Hour of the week of a minute counted from 1970-01-01 UTC, which was a Thursday.</summary>
    internal static int HourOfWeek(long minute) => (int)(((minute / 60) + 72) % Hours);

    /// <summary>Volume since a fixed Monday, in hours of the mean; O(1).</summary>
    private double Cumulative(DateTimeOffset t)
    {
        // 0001-01-01 was a Monday.
        var hour = Math.DivRem(t.UtcTicks, TimeSpan.TicksPerHour, out var within);
        var weeks = Math.DivRem(hour, Hours, out var h);
        var part = (double)within / TimeSpan.TicksPerHour * Parts;
        var p = Math.Min((int)part, Parts - 1);
        return (weeks * week[Hours]) + week[h] + (hours[h] * (parts[p] + ((part - p) * (parts[p + 1] - parts[p]))));
    }
}

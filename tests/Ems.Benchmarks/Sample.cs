using System.Globalization;

namespace Ems.Benchmarks;

/// <summary>Measured figures; durations in milliseconds.</summary>
internal sealed class Sample
{
    private readonly List<double> values = [];
    private double[]? sorted;

    public int Count => values.Count;

    public double First => values[0];

    public void Add(double ms)
    {
        lock (values)
        {
            values.Add(ms);
            sorted = null;
        }
    }

    /// <summary>The value below which the fraction <paramref name="p"/> lies.</summary>
    public double At(double p)
    {
        lock (values)
        {
            sorted ??= [.. values.Order()];
            return sorted.Length == 0 ? double.NaN : sorted[(int)Math.Min(sorted.Length - 1, Math.Floor(p * sorted.Length))];
        }
    }

    public string P50 => Text(At(0.5));

    public string P99 => Text(At(0.99));

    public static string Text(double ms) => ms.ToString(ms < 10 ? "0.00" : ms < 100 ? "0.0" : "0", CultureInfo.InvariantCulture);

    public static string Ratio(double value, double of) => (value / of).ToString("0.0", CultureInfo.InvariantCulture) + "×";

    public static string Whole(double value) => value.ToString("#,0", CultureInfo.InvariantCulture);
}

using Ems.Execution.Core.Simulation.Market;

namespace Ems.Execution.Venues.Paper.Market;

/// <summary>Count, mean and standard deviation of a sample, and the correlation of neighbours, in one pass.</summary>
internal sealed class Moments
{
    private double sum, squares, products, last = double.NaN;
    private long pairs;

    public long Count { get; private set; }
    public double Mean => Count == 0 ? 0 : sum / Count;
    public double Sd => Count < 2 ? 0 : Math.Sqrt(Math.Max(0, squares / Count - Mean * Mean));
    /// <summary>Correlation of each value with the one before it; 0 where it cannot be told.</summary>
    public double NeighbourCorrelation => pairs < 2 || Sd == 0 ? 0 : (products / pairs - Mean * Mean) / (Sd * Sd);

    public void Add(double value)
    {
        if (!double.IsNaN(last))
        {
            products += last * value;
            pairs++;
        }
        last = value;
        Count++;
        sum += value;
        squares += value * value;
    }

    /// <summary>Five significant digits: more than the sample holds, and a file that reads well.</summary>
    public static double Round(double value) => value == 0 || !double.IsFinite(value)
        ? value : double.Parse(value.ToString("G5", System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Means of <paramref name="count"/> equal slices of the sorted sample, least first.</summary>
    public static double[] Slices(List<double> sample, int count)
    {
        sample.Sort();
        var sorted = sample.ToArray();
        return [.. Enumerable.Range(0, count).Select(i => Round(Mean(sorted.AsSpan((int)((long)i * sorted.Length / count)..(int)((i + 1L) * sorted.Length / count)))))];

        static double Mean(ReadOnlySpan<double> slice)
        {
            double sum = 0;
            foreach (var x in slice)
            {
                sum += x;
            }
            return sum / slice.Length;
        }
    }

    /// <summary>
    /// The log-normal with the sample's median and mean, times <paramref name="scale"/>: the usual order and the total volume are
    /// both right, which the moments of the logarithm do not give for sizes with many crumbs.
    /// </summary>
    public static LogNormal LogNormal(List<double> sample, double scale)
    {
        sample.Sort();
        var median = sample[sample.Count / 2];
        return new(Round(Math.Log(median * scale)), Round(Math.Sqrt(2 * Math.Max(MinLogVariance, Math.Log(sample.Average() / median)))));
    }

    private const double MinLogVariance = 0.05;
}

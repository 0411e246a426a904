namespace Ems.Execution.Core.Analytics;

/// <summary>A mean with its 95 % confidence interval; Mean is null without samples, the bounds are null below two.</summary>
public sealed record Estimate(decimal? Mean, decimal? Low, decimal? High, int Count)
{
    /// <summary>Nothing known.</summary>
    public static readonly Estimate None = new(null, null, null, 0);

    /// <summary>
    /// Weighted mean, sum(w x) / sum(w), with Student's t on n-1 degrees and the variance of a ratio estimate,
    /// n/(n-1) sum(w^2 (x-mean)^2) / sum(w)^2 (Cochran, "Sampling Techniques", 1977, section 6.4). Samples of no weight do not count.
    /// Samples are taken as independent: fills of one order are not quite, so their interval is a little too narrow; orders are the better unit.
    /// </summary>
    public static Estimate Of(IEnumerable<(decimal Value, decimal Weight)> samples)
    {
        var list = samples.Where(s => s.Weight > 0m).ToList();
        if (list.Count == 0)
        {
            return None;
        }
        var weight = list.Sum(s => s.Weight);
        var mean = list.Sum(s => s.Value * s.Weight) / weight;
        if (list.Count == 1)
        {
            return new(mean, null, null, 1);
        }
        var spread = 0d;
        foreach (var (value, w) in list)
        {
            var d = (double)(w / weight) * (double)(value - mean);
            spread += d * d;
        }
        var half = (decimal)Math.Min(StudentT.Quantile975(list.Count - 1) * Math.Sqrt(spread * list.Count / (list.Count - 1)), 1e12);
        return new(mean, mean - half, mean + half, list.Count);
    }
}

/// <summary>Student's t.</summary>
public static class StudentT
{
    /// <summary>97.5 % quantiles for 1 to 10 degrees; the expansion below is too coarse there.</summary>
    private static readonly double[] Few = [12.7062047, 4.30265273, 3.18244631, 2.77644511, 2.57058184, 2.44691185, 2.36462425, 2.30600414, 2.26215716, 2.22813885];

    /// <summary>
    /// The 97.5 % quantile. Above ten degrees by the Cornish-Fisher expansion around the normal (Abramowitz and Stegun, 26.7.5), right
    /// to four digits.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Degrees below 1 have no distribution.</exception>
    public static double Quantile975(double degrees)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(degrees, 1);
        if (degrees <= Few.Length)
        {
            var below = (int)degrees;
            var low = Few[below - 1];
            return below == Few.Length ? low : low + ((degrees - below) * (Few[below] - low));
        }
        const double Z = 1.959963984540054;
        const double Z3 = Z * Z * Z;
        const double Z5 = Z3 * Z * Z;
        const double Z7 = Z5 * Z * Z;
        const double Z9 = Z7 * Z * Z;
        var n = degrees;
        return Z + ((Z3 + Z) / (4 * n)) + (((5 * Z5) + (16 * Z3) + (3 * Z)) / (96 * n * n)) + (((3 * Z7) + (19 * Z5) + (17 * Z3) - (15 * Z)) / (384 * n * n * n))
            + (((79 * Z9) + (776 * Z7) + (1482 * Z5) - (1920 * Z3) - (945 * Z)) / (92_160 * n * n * n * n));
    }
}

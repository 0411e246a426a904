namespace Ems.Execution.Core.Analytics;

/// <summary>A print of the tape and whether it was ours.</summary>
public readonly record struct SeenPrint(DateTimeOffset Time, decimal Qty, bool IsOurs);

/// <summary>
/// How well the detector told our prints from the market's. <see cref="Auc"/>: chance that one of ours looks more suspicious than one of
/// the others; 0.5 is guessing, 1 is found. Null with fewer than five prints of either kind.
/// </summary>
/// <param name="StandardError">Of the AUC (Hanley and McNeil 1982).</param>
/// <param name="PeriodSeconds">Period of the strongest pattern among prints of one size, or null when none is stronger than chance.</param>
/// <param name="Ours">Our prints looked at.</param>
/// <param name="Others">Prints of others looked at.</param>
public sealed record DetectabilityScore(double? Auc, double StandardError, double? PeriodSeconds, int Ours, int Others)
{
    /// <summary>Better than chance by more than two standard errors.</summary>
    public bool IsFound => Auc is { } auc && auc - 0.5 > 2 * StandardError;

    /// <summary>0 for guessing or worse, 1 for found without a mistake.</summary>
    public double? Score => Auc is { } auc ? Math.Max(0, (2 * auc) - 1) : null;
}

/// <summary>
/// A simple detector of sliced orders, as somebody who only sees the tape could run it: prints of nearly the same size are taken together,
/// and each such band is judged by how many more there are than its neighbourhood makes likely, and by the strength of its strongest period
/// (Lomb-Scargle for events: |sum exp(2 pi i t / P)|^2 / n, which chance lets exceed z with probability e^-z per period tried). A print is
/// as suspicious as its worst band. The score compares the suspicion of our prints with that of the others. A model: doubles.
/// </summary>
public static class Detectability
{
    private const int PrintsMax = 4_000;
    private const int EnoughOfEach = 5;
    private const int BandMin = 5;
    /// <summary>A period among more prints than this drowns.</summary>
    private const int BandMax = 400;
    private const int PeriodsMax = 400;
    /// <summary>Half cycles over the span of the slowest period tried: a pattern must repeat at least three times.</summary>
    private const int Slowest = 6;
    /// <summary>Surprise (negative log of the chance) that a period must have to be named.</summary>
    private const double Named = 7;
    private static readonly double[] Widths = [0.004, 0.05, 0.3];

    /// <summary>Scores a stretch of tape; of more than 4,000 prints every n-th of the others is looked at.</summary>
    public static DetectabilityScore Of(IReadOnlyList<SeenPrint> tape)
    {
        var prints = Thin(tape);
        var (ours, others) = (prints.Count(p => p.IsOurs), prints.Count(p => !p.IsOurs));
        if (ours < EnoughOfEach || others < EnoughOfEach)
        {
            return new(null, 0, null, ours, others);
        }
        var start = prints.Min(p => p.Time);
        var bySize = prints.Where(p => p.Qty > 0m).Select(p => (Size: Math.Log((double)p.Qty), At: (p.Time - start).TotalSeconds, p.IsOurs)).OrderBy(p => p.Size).ToArray();
        var span = Math.Max(1, bySize.Max(p => p.At));
        var suspicion = new double[bySize.Length];
        var (strongest, period) = (0.0, (double?)null);
        foreach (var width in Widths)
        {
            for (var (i, next) = (0, 0); i < bySize.Length; i = next)
            {
                // Bands overlap by half, so that no edge cuts a cluster in two.
                var end = Upper(bySize, bySize[i].Size + width);
                next = Math.Max(i + 1, Upper(bySize, bySize[i].Size + (width / 2)));
                if (end - i < BandMin)
                {
                    continue;
                }
                var crowd = Crowd(bySize, i, end, width);
                var (power, p) = end - i > BandMax ? (0.0, 0.0) : Strongest(bySize.AsSpan(i, end - i), span);
                if (power > strongest)
                {
                    (strongest, period) = (power, power >= Named ? p : period);
                }
                for (var k = i; k < end; k++)
                {
                    suspicion[k] = Math.Max(suspicion[k], crowd + power);
                }
            }
        }
        var auc = Auc(suspicion, bySize);
        return new(auc, Error(auc, ours, others), period, ours, others);
    }

    /// <summary>
    /// Marks our prints on a tape without names: each fill is the first print of its price and quantity, not yet taken, at most two
    /// seconds from it.
    /// </summary>
    public static IReadOnlyList<SeenPrint> Mark(IReadOnlyList<(DateTimeOffset Time, decimal Px, decimal Qty)> tape, IReadOnlyList<(DateTimeOffset Time, decimal Px, decimal Qty)> fills)
    {
        var near = TimeSpan.FromSeconds(2);
        var marked = new SeenPrint[tape.Count];
        var places = new Dictionary<(decimal, decimal), List<int>>();
        for (var i = 0; i < marked.Length; i++)
        {
            marked[i] = new(tape[i].Time, tape[i].Qty, false);
            if (!places.TryGetValue((tape[i].Px, tape[i].Qty), out var at))
            {
                places.Add((tape[i].Px, tape[i].Qty), at = []);
            }
            at.Add(i);
        }
        foreach (var fill in fills)
        {
            if (places.TryGetValue((fill.Px, fill.Qty), out var at) && at.FindIndex(i => !marked[i].IsOurs && (marked[i].Time - fill.Time).Duration() <= near) is var n and >= 0)
            {
                marked[at[n]] = marked[at[n]] with { IsOurs = true };
            }
        }
        return marked;
    }

    private static IReadOnlyList<SeenPrint> Thin(IReadOnlyList<SeenPrint> tape)
    {
        var stride = (tape.Count + PrintsMax - 1) / PrintsMax;
        return stride <= 1 ? tape : [.. tape.Where((p, n) => p.IsOurs || n % stride == 0)];
    }

    /// <summary>Surprise that the band holds so many, when prints lay as densely as in the band five times as wide around it.</summary>
    private static double Crowd((double Size, double At, bool IsOurs)[] bySize, int first, int end, double width)
    {
        var (low, high) = (Upper(bySize, bySize[first].Size - (2 * width)), Upper(bySize, bySize[first].Size + (3 * width)));
        var (n, around) = (end - first, high - low - (end - first));
        // Half a print more keeps an empty neighbourhood from being certainty.
        var expected = (around + 0.5) / 4;
        return n <= expected ? 0 : (n * Math.Log(n / expected)) - (n - expected);
    }

    /// <summary>The strongest period and its surprise, less what trying so many periods gives by chance.</summary>
    private static (double Surprise, double Period) Strongest(ReadOnlySpan<(double Size, double At, bool IsOurs)> band, double span)
    {
        // Frequencies in steps of half a cycle over the span; as many as so many prints can tell apart.
        var tried = (int)Math.Min(PeriodsMax, 4.0 * band.Length);
        Span<double> powers = stackalloc double[PeriodsMax];
        var best = 0.0;
        for (var k = 0; k < tried; k++)
        {
            var (c, s) = (0.0, 0.0);
            foreach (var p in band)
            {
                var (sin, cos) = Math.SinCos(Math.PI * (k + Slowest) / span * p.At);
                (c, s) = (c + cos, s + sin);
            }
            powers[k] = ((c * c) + (s * s)) / band.Length;
            best = Math.Max(best, powers[k]);
        }
        // A clock is as strong at its harmonics: the slowest of about equals is it.
        var slowest = 0;
        while (powers[slowest] < 0.6 * best)
        {
            slowest++;
        }
        var period = 2 * span / (slowest + Slowest);
        return (Math.Max(0, best - Math.Log(Math.Max(1, tried))), period);
    }

    private static int Upper((double Size, double At, bool IsOurs)[] bySize, double size)
    {
        var (low, high) = (0, bySize.Length);
        while (low < high)
        {
            var mid = (low + high) >> 1;
            (low, high) = bySize[mid].Size <= size ? (mid + 1, high) : (low, mid);
        }
        return low;
    }

    /// <summary>Mann-Whitney over all pairs, ties half.</summary>
    private static double Auc(double[] suspicion, (double Size, double At, bool IsOurs)[] bySize)
    {
        var order = Enumerable.Range(0, suspicion.Length).OrderBy(i => suspicion[i]).ToArray();
        var (ranks, ours) = (0.0, 0);
        for (var (i, end) = (0, 0); i < order.Length; i = end)
        {
            end = i + 1;
            while (end < order.Length && suspicion[order[end]] == suspicion[order[i]])
            {
                end++;
            }
            for (var k = i; k < end; k++)
            {
                if (bySize[order[k]].IsOurs)
                {
                    (ranks, ours) = (ranks + ((i + 1 + end) / 2.0), ours + 1);
                }
            }
        }
        double others = order.Length - ours;
        return (ranks - (ours * (ours + 1) / 2.0)) / (ours * others);
    }

    private static double Error(double auc, int ours, int others)
    {
        var (q1, q2) = (auc / (2 - auc), 2 * auc * auc / (1 + auc));
        var variance = ((auc * (1 - auc)) + ((ours - 1) * (q1 - (auc * auc))) + ((others - 1) * (q2 - (auc * auc)))) / ((double)ours * others);
        return Math.Sqrt(Math.Max(0, variance));
    }
}

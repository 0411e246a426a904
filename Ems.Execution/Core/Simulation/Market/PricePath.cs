namespace Ems.Execution.Core.Simulation.Market;

/// <summary>
/// A reference price as a function of absolute time: a recorded path on a grid of <see cref="StepMs"/>, repeated without end.
/// The cycle's total log return is taken out evenly over the cycle (a few thousandths of a basis point per second), so that
/// the last price meets the first: no jump at the seam, and no drift that compounds from cycle to cycle.
/// </summary>
public sealed class PricePath
{
    /// <summary>Grid step, milliseconds.</summary>
    public const long StepMs = 250;

    private readonly double[] px;

    /// <summary>Joins segments (grid prices, each in its own level) by ratio, then closes the cycle.</summary>
    public PricePath(IEnumerable<IReadOnlyList<double>> segments)
    {
        var joined = new List<double>();
        foreach (var segment in segments.Where(s => s.Count > 0))
        {
            var ratio = joined.Count == 0 ? 1 : joined[^1] / segment[0];
            joined.AddRange(segment.Select(p => p * ratio));
        }
        if (joined.Count < 2)
        {
            throw new ArgumentException("A price path needs two grid points.", nameof(segments));
        }
        px = [.. joined];
        var tilt = Math.Log(px[0] / px[^1]) / (px.Length - 1);
        for (var i = 0; i < px.Length; i++)
        {
            px[i] *= Math.Exp(tilt * i);
        }
    }

    /// <summary>Length of one cycle, milliseconds.</summary>
    public long CycleMs => px.Length * StepMs;

    /// <summary>The price that holds at <paramref name="unixMs"/>: constant within a grid step.</summary>
    public double At(long unixMs) => px[FloorMod(unixMs / StepMs, px.Length)];

    private static long FloorMod(long a, long n) => (a % n + n) % n;
}

using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Simulation.Market;

/// <summary>Random functions of absolute time, so that any moment can be asked in any order and always answers the same.</summary>
internal static class Noise
{
    /// <summary>A standard normal draw for (seed, stream, index), by Box and Muller from one 64-bit draw.</summary>
    public static double Normal(ulong seed, uint stream, long index)
    {
        var draw = SeededRandom.Draw(seed, stream, index);
        var radius = Math.Sqrt(-2 * Math.Log(((draw >> 32) + 0.5) / 4294967296.0));
        return radius * Math.Cos(2 * Math.PI * ((uint)draw / 4294967296.0));
    }

    /// <summary>A normal draw cut to +-<paramref name="bound"/>, so that log-normal sizes stay believable.</summary>
    public static double Normal(ulong seed, uint stream, long index, double bound) => Math.Clamp(Normal(seed, stream, index), -bound, bound);

    /// <summary>
    /// A smooth standard normal process with knots every <paramref name="spacingMs"/>: neighbouring knots are blended by
    /// cosine and sine, which keeps the variance one everywhere.
    /// </summary>
    public static double Smooth(ulong seed, uint stream, long unixMs, double spacingMs)
    {
        var x = unixMs / spacingMs;
        var knot = (long)Math.Floor(x);
        var (sin, cos) = Math.SinCos((x - knot) * Math.PI / 2);
        return cos * Normal(seed, stream, knot) + sin * Normal(seed, stream, knot + 1);
    }

    /// <summary>
    /// The number of the spell <paramref name="unixMs"/> falls in, spells lasting <paramref name="lifeMs"/>; each
    /// <paramref name="phase"/> (in [0, 1)) starts its spells at another moment.
    /// </summary>
    public static long Spell(long unixMs, double lifeMs, double phase) => (long)Math.Floor(unixMs / lifeMs + phase);

    /// <summary>A draw from a distribution given by the means of equal slices of its sorted sample, so that its mean is kept whatever its tail.</summary>
    public static double Slice(IReadOnlyList<double> slices, double unit) => slices[(int)(unit * slices.Count)];
}

namespace Ems.Execution.Core.Primitives;

/// <summary>
/// Random numbers as a pure function of a seed and coordinates, so that a decision replayed later, or after a crash,
/// draws the same number. The mixer is SplitMix64 (Steele, Lea, Flood 2014).
/// </summary>
public static class SeededRandom
{
    /// <summary>A 64-bit draw for (seed, stream, index).</summary>
    public static ulong Draw(ulong seed, uint stream, long index) => Mix(Mix(seed + 0x9E3779B97F4A7C15UL * (stream + 1UL)) ^ (ulong)index);

    /// <summary>A draw in [0, 1) with 53 random bits; for models and jitter, never for money.</summary>
    public static double Unit(ulong seed, uint stream, long index) => (Draw(seed, stream, index) >> 11) * (1.0 / (1UL << 53));

    /// <summary>A draw in [0, 1) with six exact decimals, for sizes.</summary>
    public static decimal UnitDecimal(ulong seed, uint stream, long index) => Draw(seed, stream, index) % 1_000_000UL / 1_000_000m;

    /// <summary>A stable 64-bit hash of text (FNV-1a then mixed): the same on every machine and run.</summary>
    public static ulong Hash(string text)
    {
        var h = 14695981039346656037UL;
        foreach (var c in text)
        {
            h = (h ^ c) * 1099511628211UL;
        }
        return Mix(h);
    }

    private static ulong Mix(ulong z)
    {
        z += 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}

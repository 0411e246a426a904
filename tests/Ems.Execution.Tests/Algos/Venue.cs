using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Tests.Algos;

/// <summary>How the loop's venue treats one child: what it fills, when it ends, how it fails.</summary>
/// <param name="FillFraction">Part of the child that fills in the end, rounded down to the lot.</param>
/// <param name="Fills">In how many parts.</param>
/// <param name="DelayMs">Time from sending to the first report, and between fills.</param>
/// <param name="RejectCode">Set when the venue refuses it.</param>
/// <param name="DoubtMs">When above 0: its fate is unknown for this long before the rest happens.</param>
internal sealed record Fate(decimal FillFraction, int Fills = 1, int DelayMs = 5, string? RejectCode = null, int DoubtMs = 0)
{
    public static readonly Fate Full = new(1m);
    public static readonly Fate None = new(0m);
    public static Fate Reject(string code) => new(0m, RejectCode: code);
}

/// <summary>Fates for a whole run.</summary>
internal static class Fates
{
    public static Func<int, TimeInForce, Fate> Always(Fate fate) => (_, _) => fate;

    /// <summary>A mixture drawn from a seed: full, partial, none, refused, in doubt.</summary>
    public static Func<int, TimeInForce, Fate> Mixed(ulong seed) => (child, tif) =>
    {
        var u = SeededRandom.Unit(seed, 90, child);
        var part = SeededRandom.UnitDecimal(seed, 91, child);
        var delay = 1 + (int)(SeededRandom.Unit(seed, 92, child) * (tif == TimeInForce.Gtc ? 3_000 : 200));
        return u switch
        {
            < 0.40 => new(1m, 1 + (child % 3), delay),
            < 0.65 => new(part, 1 + (child % 2), delay),
            < 0.80 => new(0m, 1, delay),
            < 0.88 => new(0m, 1, delay, "RATE_LIMIT"),
            < 0.94 => new(part, 1, delay, null, 2_000 + (int)(part * 8_000m)),
            _ => new(1m, 1, delay, null, 2_000 + (int)(part * 8_000m)),
        };
    };
}

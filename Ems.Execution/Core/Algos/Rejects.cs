using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Algos;

/// <summary>What a venue's refusal means for the parent (rule E12).</summary>
public enum RejectKind
{
    /// <summary>Rate limits, overload, and every code we do not know: trying again later may help.</summary>
    Transient = 0,
    /// <summary>It would have taken although it must not: another price helps.</summary>
    PostOnly,
    /// <summary>Nothing we do helps: permission, unknown instrument, below the venue's minimum.</summary>
    Permanent,
}

/// <summary>Reads children's reject codes: when to give up, and how long to hold back before trying again.</summary>
internal static class Rejects
{
    /// <summary>Post-only rejects in a row after which a resting order gives up (Bybit).</summary>
    public const int PostOnlyMax = 5;

    private const uint JitterStream = 31;
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);
    /// <summary>Refusals of size or price in a row after which they count as permanent: one may come from a price that moved.</summary>
    private const int FilterMax = 3;
    private static readonly string[] PermanentCodes =
        ["INSTRUMENT_UNKNOWN", "UNKNOWN_INSTRUMENT", "NOT_AUTHORIZED", "PERMISSION_DENIED", "ACCOUNT_UNKNOWN", "UNKNOWN_ACCOUNT", "REDUCE_ONLY"];
    private static readonly string[] FilterCodes = ["FILTER_FAILURE", "MIN_QTY", "MIN_NOTIONAL", "LOT_SIZE", "TICK_SIZE", "MAX_QTY"];

    /// <summary>The kind of a code as our venues' mappers write it.</summary>
    public static RejectKind Classify(string? code) =>
        code is null ? RejectKind.Transient
        : code.Contains("POST_ONLY", StringComparison.OrdinalIgnoreCase) ? RejectKind.PostOnly
        : PermanentCodes.Contains(code, StringComparer.OrdinalIgnoreCase) ? RejectKind.Permanent
        : RejectKind.Transient;

    /// <summary>The end to take when trying again is pointless: refused for good, or for size or price three times in a row.</summary>
    public static AlgoEnd? Permanent(AlgoInput input) => ForGood(input) ?? Stubborn(input);

    private static AlgoEnd? Stubborn(AlgoInput input)
    {
        if (input.Children.Count < FilterMax)
        {
            return null;
        }
        for (var i = input.Children.Count - FilterMax; i < input.Children.Count; i++)
        {
            if (input.Children[i] is not { OrdStatus: OrdStatus.Rejected, RejectCode: { } code } || !FilterCodes.Contains(code, StringComparer.OrdinalIgnoreCase))
            {
                return null;
            }
        }
        var last = input.Children[^1];
        return new(OrdStatus.Rejected, last.RejectCode!, $"{last.Venue} rejects its size or price: {last.RejectCode}, {FilterMax} times in a row.");
    }

    /// <summary>Set when every child of the newest slice was refused for good. One venue that refuses does not end what others fill.</summary>
    private static AlgoEnd? ForGood(AlgoInput input)
    {
        ChildView? last = null;
        for (var i = input.Children.Count - 1; i >= 0; i--)
        {
            var c = input.Children[i];
            last ??= c;
            if (c.SliceNo != last.SliceNo)
            {
                break;
            }
            if (c.OrdStatus != OrdStatus.Rejected || Classify(c.RejectCode) != RejectKind.Permanent)
            {
                return null;
            }
        }
        return last is null ? null : new(OrdStatus.Rejected, last.RejectCode!, $"{last.Venue} rejects it for good: {last.RejectCode}.");
    }

    /// <summary>
    /// When to try again after transient refusals in a row: 250 ms, doubling to 10 s, times 0.75 to 1.25 drawn from the seed so that
    /// many parents do not come back at once. Null when the newest child was not refused.
    /// </summary>
    public static DateTimeOffset? RetryAt(AlgoInput input)
    {
        var row = 0;
        DateTimeOffset? newest = null;
        for (var i = input.Children.Count - 1; i >= 0; i--)
        {
            var c = input.Children[i];
            if (c.OrdStatus != OrdStatus.Rejected || Classify(c.RejectCode) != RejectKind.Transient)
            {
                break;
            }
            newest ??= c.EndedAt ?? c.CreatedAt;
            row++;
        }
        if (newest is not { } at)
        {
            return null;
        }
        var wait = TimeSpan.FromTicks(Math.Min(First.Ticks << Math.Min(row - 1, 10), Longest.Ticks));
        return at + (wait * (0.75 + (0.5 * SeededRandom.Unit(input.Seed, JitterStream, input.Children[^1].SliceNo))));
    }
}

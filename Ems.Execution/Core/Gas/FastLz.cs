namespace Ems.Execution.Core.Gas;

/// <summary>
/// Length of data after FastLZ, level 1, as rollups measure it: greedy matches of at least three bytes, found through a table of 8,192
/// hashes of three bytes within the last 8,191 bytes. Only the length is needed, so nothing is written.
/// </summary>
public static class FastLz
{
    private const int TableBits = 13;
    private const int DistanceMax = (1 << TableBits) - 1;
    private const int LiteralRunMax = 32;
    private const int MatchMax = 262;
    // The last bytes are always literals, so that reading ahead stays inside.
    private const int Tail = 13;
    private const int MatchTail = Tail - 9;

    /// <summary>Bytes after compression.</summary>
    public static int CompressedLength(ReadOnlySpan<byte> data)
    {
        Span<int> lastSeen = stackalloc int[1 << TableBits];
        lastSeen.Clear();
        var (length, literalsFrom, end) = (0, 0, data.Length - Tail);
        var at = 2;
        while (at < end)
        {
            var found = FindMatch(data, lastSeen, ref at, end);
            if (found < 0)
            {
                break;
            }
            length += LiteralBytes(at - literalsFrom);
            var matched = MatchLength(data, found + 3, at + 3, data.Length - MatchTail);
            length += MatchBytes(matched);
            at += matched;
            // Two of the positions that the match covered are remembered, its end and the one behind.
            for (var i = 0; i < 2; i++, at++)
            {
                lastSeen[Slot(Three(data, at))] = at;
            }
            literalsFrom = at;
        }
        return length + LiteralBytes(data.Length - literalsFrom);
    }

    /// <summary>Moves on to the next position whose three bytes were seen near enough before; gives where, or -1 at the end.</summary>
    private static int FindMatch(ReadOnlySpan<byte> data, Span<int> lastSeen, ref int at, int end)
    {
        for (; at < end; at++)
        {
            var three = Three(data, at);
            ref var seen = ref lastSeen[Slot(three)];
            var candidate = seen;
            seen = at;
            // The reference implementation looks at its end before it compares, so the very last position never matches.
            if (at + 1 < end && at - candidate <= DistanceMax && three == Three(data, candidate))
            {
                return candidate;
            }
        }
        return -1;
    }

    private static int MatchLength(ReadOnlySpan<byte> data, int earlier, int later, int end)
    {
        var n = 0;
        while (later + n < end)
        {
            // The byte that ends the match is counted, as the format's lengths are.
            if (data[earlier + n] != data[later + n++])
            {
                break;
            }
        }
        return n;
    }

    private static int LiteralBytes(int count) => count + ((count + LiteralRunMax - 1) / LiteralRunMax);

    private static int MatchBytes(int matched) => (3 * ((matched - 1) / MatchMax)) + ((matched - 1) % MatchMax >= 6 ? 3 : 2);

    private static uint Three(ReadOnlySpan<byte> data, int at) => data[at] | ((uint)data[at + 1] << 8) | ((uint)data[at + 2] << 16);

    private static int Slot(uint three) => (int)((2654435769u * three) >> (32 - TableBits));
}

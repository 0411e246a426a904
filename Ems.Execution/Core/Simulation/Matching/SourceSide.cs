using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Simulation.Matching;

/// <summary>
/// One side of the market source's book and what we have taken from it. What was taken stays gone until the source shows another
/// quantity at that price: our impact lasts as long as the recording repeats itself.
/// </summary>
internal sealed class SourceSide(Side side)
{
    private long[] px = new long[64];
    private long[] shown = new long[64];
    private long[] left = new long[64];

    public int Count { get; private set; }

    public long Px(int i) => px[i];

    public long Left(int i) => left[i];

    /// <summary>One of ours took this: it stays gone until the source shows another quantity.</summary>
    public void Take(int i, long lots) => left[i] -= lots;

    /// <summary>The source itself traded this: its next book is expected to show that much less.</summary>
    public void Print(int i, long lots)
    {
        shown[i] -= Math.Min(lots, shown[i]);
        left[i] -= Math.Min(lots, left[i]);
    }

    /// <summary>Index of a price, or -1.</summary>
    public int IndexOf(long ticks)
    {
        var (low, high) = (0, Count - 1);
        while (low <= high)
        {
            var mid = (low + high) >> 1;
            if (px[mid] == ticks)
            {
                return mid;
            }
            (low, high) = IsBeyond(ticks, px[mid]) ? (mid + 1, high) : (low, mid - 1);
        }
        return -1;
    }

    /// <summary>Whether a price lies within what the source shows, a level there or not.</summary>
    public bool Covers(long ticks) => Count > 0 && !IsBeyond(ticks, px[Count - 1]);

    /// <summary>Replaces the book, best first.</summary>
    public void Replace(ReadOnlySpan<SourceLevel> levels)
    {
        Span<long> newLeft = levels.Length <= 256 ? stackalloc long[levels.Length] : new long[levels.Length];
        var old = 0;
        for (var i = 0; i < levels.Length; i++)
        {
            while (old < Count && IsBeyond(levels[i].PxTicks, px[old]))
            {
                old++;
            }
            newLeft[i] = old < Count && px[old] == levels[i].PxTicks && shown[old] == levels[i].Lots ? left[old] : levels[i].Lots;
        }
        if (px.Length < levels.Length)
        {
            (px, shown, left) = (new long[levels.Length * 2], new long[levels.Length * 2], new long[levels.Length * 2]);
        }
        for (var i = 0; i < levels.Length; i++)
        {
            (px[i], shown[i], left[i]) = (levels[i].PxTicks, levels[i].Lots, newLeft[i]);
        }
        Count = levels.Length;
    }

    /// <summary>Whether <paramref name="a"/> is a worse price of this side than <paramref name="b"/>.</summary>
    private bool IsBeyond(long a, long b) => side == Side.Buy ? a < b : a > b;
}

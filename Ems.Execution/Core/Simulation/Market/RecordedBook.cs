using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Simulation.Market;

/// <summary>A book buffer that is filled again and again while a recording is read; best levels first.</summary>
public sealed class RecordedBook
{
    /// <summary>Levels kept per side; more are dropped.</summary>
    public const int MaxLevels = 25;

    private readonly RecordedLevel[] bids = new RecordedLevel[MaxLevels];
    private readonly RecordedLevel[] asks = new RecordedLevel[MaxLevels];
    private int bidCount;
    private int askCount;

    /// <summary>Bids, best first.</summary>
    public ReadOnlySpan<RecordedLevel> Bids => bids.AsSpan(0, bidCount);
    /// <summary>Asks, best first.</summary>
    public ReadOnlySpan<RecordedLevel> Asks => asks.AsSpan(0, askCount);
    /// <summary>Whether both sides have a level.</summary>
    public bool IsTwoSided => bidCount > 0 && askCount > 0;
    /// <summary>Middle of the best prices in fixed point; only of a two-sided book.</summary>
    public double Mid => (bids[0].Px + (double)asks[0].Px) / 2;

    /// <summary>Empties both sides.</summary>
    public void Clear() => bidCount = askCount = 0;

    /// <summary>Appends the next level of a side, which must be worse than the one before. Levels without size are dropped.</summary>
    public void Add(Side side, long px, long qty)
    {
        if (px <= 0 || qty <= 0)
        {
            return;
        }
        if (side == Side.Buy && bidCount < MaxLevels)
        {
            bids[bidCount++] = new RecordedLevel(px, qty);
        }
        else if (side == Side.Sell && askCount < MaxLevels)
        {
            asks[askCount++] = new RecordedLevel(px, qty);
        }
    }

    /// <summary>Copies another buffer.</summary>
    public void CopyFrom(RecordedBook other)
    {
        other.Bids.CopyTo(bids);
        other.Asks.CopyTo(asks);
        bidCount = other.bidCount;
        askCount = other.askCount;
    }

    /// <summary>
    /// Opens a locked or crossed book to one <paramref name="tick"/> by lifting the asks that are too low onto best bid plus one
    /// tick. Some sources bucket prices coarser than they trade and so print books whose sides touch.
    /// </summary>
    public void OpenToOneTick(long tick)
    {
        if (!IsTwoSided || asks[0].Px > bids[0].Px)
        {
            return;
        }
        var floor = bids[0].Px + tick;
        var merged = new RecordedLevel(floor, 0);
        var read = 0;
        for (; read < askCount && asks[read].Px <= floor; read++)
        {
            merged = merged with { Qty = merged.Qty + asks[read].Qty };
        }
        asks[0] = merged;
        Array.Copy(asks, read, asks, 1, askCount - read);
        askCount = askCount - read + 1;
    }
}

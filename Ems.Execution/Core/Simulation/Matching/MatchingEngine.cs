using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Simulation.Matching;

/// <summary>
/// Price-time priority for one instrument at one venue, merging our orders with a market source that shows books and prints. An order
/// of ours queues behind what the source shows at its price; it fills when the source's prints have used up what is ahead of
/// it, or when the source's other side crosses its price. Quantity that leaves the queue without a print is taken to have been
/// behind us, unless less is shown than was ahead. Not thread-safe; no clock.
/// </summary>
/// <param name="sink">Hears of every fill.</param>
public sealed partial class MatchingEngine(IMatchSink sink)
{
    private readonly OwnSide ownBids = new(Side.Buy), ownAsks = new(Side.Sell);
    private readonly SourceSide sourceBids = new(Side.Buy), sourceAsks = new(Side.Sell);

    /// <summary>Takes an order: matches it, then rests, cancels or refuses what is left. Leaves tells how much.</summary>
    public MatchResult Submit(MatchOrder o)
    {
        if (o.PostOnly && WouldTake(o.Side, o.PxTicks))
        {
            return MatchResult.PostOnlyWouldTake;
        }
        if (o.TimeInForce == TimeInForce.Fok && !CanFill(o))
        {
            return MatchResult.FokUnfilled;
        }
        var selfTrade = Take(o);
        if (o.Leaves == 0)
        {
            return MatchResult.Filled;
        }
        if (selfTrade)
        {
            return MatchResult.SelfTrade;
        }
        if (o.TimeInForce is TimeInForce.Ioc or TimeInForce.Fok)
        {
            return MatchResult.Canceled;
        }
        Rest(o);
        return MatchResult.Rested;
    }

    /// <summary>Takes a resting order out; false when it does not rest here.</summary>
    public bool Cancel(MatchOrder o)
    {
        if (o.Level is null)
        {
            return false;
        }
        Own(o.Side).Remove(o);
        return true;
    }

    /// <summary>
    /// Changes a resting order. Less at the same price keeps its place; another price or more goes to the back of the queue and may
    /// trade at once. <paramref name="lots"/> is the new whole size. A post-only order that would take at the new price stays as it was.
    /// </summary>
    /// <exception cref="InvalidOperationException">The order does not rest here.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The new size is not above what is filled.</exception>
    public MatchResult Replace(MatchOrder o, long pxTicks, long lots)
    {
        var filled = o.Lots - o.Leaves;
        if (o.Level is null)
        {
            throw new InvalidOperationException($"Order {o.Id} does not rest.");
        }
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lots, filled);
        if (pxTicks == o.PxTicks && lots <= o.Lots)
        {
            o.Level.Lots -= o.Lots - lots;
            (o.Lots, o.Leaves) = (lots, lots - filled);
            return MatchResult.Rested;
        }
        if (o.PostOnly && WouldTake(o.Side, pxTicks))
        {
            return MatchResult.PostOnlyWouldTake;
        }
        Cancel(o);
        (o.PxTicks, o.Lots, o.Leaves) = (pxTicks, lots, lots - filled);
        return Submit(o);
    }

    /// <summary>Replaces the source's book, best first on both sides; crossing depth fills our resting orders at their price.</summary>
    public void ApplyBook(ReadOnlySpan<SourceLevel> bids, ReadOnlySpan<SourceLevel> asks)
    {
        sourceBids.Replace(bids);
        sourceAsks.Replace(asks);
        FillCrossed(ownBids, sourceAsks, Side.Buy);
        FillCrossed(ownAsks, sourceBids, Side.Sell);
        ShrinkQueues(ownBids, sourceBids);
        ShrinkQueues(ownAsks, sourceAsks);
    }

    /// <summary>A print between other people: it uses up the queue at its price, and everything of ours at better prices.</summary>
    public void ApplyTrade(long pxTicks, long lots, Side aggressor)
    {
        var side = aggressor.Opposite();
        var own = Own(side);
        while (lots > 0 && own.Best is { } level && Crosses(side, level.PxTicks, pxTicks))
        {
            if (level.PxTicks == pxTicks)
            {
                UseUp(level, own, lots);
                return;
            }
            // It printed through us: whatever was ahead at our price is gone.
            lots -= FillMakers(level, own, lots);
        }
    }

    /// <summary>Whether an order at this price would trade at once.</summary>
    public bool WouldTake(Side side, long pxTicks) => Best(side.Opposite()) is { } touch && Crosses(side, pxTicks, touch);

    /// <summary>Best price on a side, ours and the source's together; null when it is empty.</summary>
    public long? Best(Side side)
    {
        var own = Own(side).Best?.PxTicks;
        var source = FirstLeft(Source(side));
        return own is { } a && source is { } b ? (side == Side.Buy ? Math.Max(a, b) : Math.Min(a, b)) : own ?? source;
    }

    /// <summary>Writes the best levels of a side, ours and the source's together; returns how many.</summary>
    public int Levels(Side side, Span<SourceLevel> into)
    {
        var (own, source) = (Own(side), Source(side));
        var (i, j, n) = (0, 0, 0);
        while (n < into.Length && (i < own.Count || j < source.Count))
        {
            if (j < source.Count && source.Left(j) == 0)
            {
                j++;
                continue;
            }
            var a = i < own.Count ? own[i].PxTicks : (long?)null;
            var b = j < source.Count ? source.Px(j) : (long?)null;
            if (a == b)
            {
                into[n++] = new(a!.Value, own[i++].Lots + source.Left(j++));
            }
            else if (b is null || (a is not null && Better(side, a.Value, b.Value)))
            {
                into[n++] = new(a!.Value, own[i++].Lots);
            }
            else
            {
                into[n++] = new(b.Value, source.Left(j++));
            }
        }
        return n;
    }

    private OwnSide Own(Side side) => side == Side.Buy ? ownBids : ownAsks;

    private SourceSide Source(Side side) => side == Side.Buy ? sourceBids : sourceAsks;

    private static bool Better(Side side, long a, long b) => side == Side.Buy ? a > b : a < b;

    /// <summary>Whether an order of <paramref name="side"/> at <paramref name="px"/> can trade at <paramref name="other"/>.</summary>
    private static bool Crosses(Side side, long px, long other) => side == Side.Buy ? px >= other : px <= other;

    private static long? FirstLeft(SourceSide source)
    {
        for (var i = 0; i < source.Count; i++)
        {
            if (source.Left(i) > 0)
            {
                return source.Px(i);
            }
        }
        return null;
    }
}

using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Simulation.Matching;

/// <summary>
/// Price-time priority for one instrument at one venue, merging our orders with a market source that shows books and prints. An order
/// of ours queues behind what the source shows at its price; it fills when the source's prints have used up what is ahead of
/// it, or when the source's other side crosses its price. Quantity that leaves the queue without a print is taken to have been
/// behind us, unless less is shown than was ahead. Not thread-safe; no clock.
/// </summary>
/// <param name="sink">Hears of every fill.</param>
public sealed class MatchingEngine(IMatchSink sink)
{
    private readonly OwnSide ownBids = new(Side.Buy), ownAsks = new(Side.Sell);
    private readonly SourceSide sourceBids = new(Side.Buy), sourceAsks = new(Side.Sell);

    /// <summary>Takes an order: matches it, then rests, cancels or refuses what is left. Leaves tells how much.</summary>
    public MatchResult Submit(MatchOrder o)
    {
        if (o.PostOnly && BestOpposite(o.Side) is { } touch && Crosses(o.Side, o.PxTicks, touch))
        {
            return MatchResult.PostOnlyWouldTake;
        }
        if (o.TimeInForce == TimeInForce.Fok && Available(o) < o.Leaves)
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
    /// trade at once. <paramref name="lots"/> is the new whole size and must be above what is filled.
    /// </summary>
    public MatchResult Replace(MatchOrder o, long pxTicks, long lots)
    {
        var filled = o.Lots - o.Leaves;
        if (pxTicks == o.PxTicks && lots <= o.Lots)
        {
            o.Level!.Lots -= o.Lots - lots;
            (o.Lots, o.Leaves) = (lots, lots - filled);
            return MatchResult.Rested;
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

    private long? BestOpposite(Side side) => Best(side.Opposite());

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

    private long Available(MatchOrder o)
    {
        var (own, source) = (Own(o.Side.Opposite()), Source(o.Side.Opposite()));
        var sum = 0L;
        for (var i = 0; i < own.Count && Crosses(o.Side, o.PxTicks, own[i].PxTicks); i++)
        {
            for (var maker = own[i].First; maker is not null; maker = maker.Next)
            {
                if (maker.Owner == o.Owner)
                {
                    return sum;
                }
                sum += maker.Leaves;
            }
        }
        for (var j = 0; j < source.Count && Crosses(o.Side, o.PxTicks, source.Px(j)); j++)
        {
            sum += source.Left(j);
        }
        return sum;
    }

    /// <summary>Walks the other side. True when it met an order of its own owner and stopped.</summary>
    private bool Take(MatchOrder o)
    {
        var side = o.Side.Opposite();
        var (own, source) = (Own(side), Source(side));
        var j = 0;
        while (o.Leaves > 0)
        {
            while (j < source.Count && source.Left(j) == 0)
            {
                j++;
            }
            var level = own.Best;
            var sourcePx = j < source.Count ? source.Px(j) : (long?)null;
            if (level is null && sourcePx is null)
            {
                return false;
            }
            var useOwn = level is not null && (sourcePx is null || level.PxTicks == sourcePx || Better(side, level.PxTicks, sourcePx.Value));
            var px = useOwn ? level!.PxTicks : sourcePx!.Value;
            if (!Crosses(o.Side, o.PxTicks, px))
            {
                return false;
            }
            if (!useOwn)
            {
                TakeSource(o, source, j, Math.Min(o.Leaves, source.Left(j)));
            }
            else if (sourcePx == px)
            {
                // The queue at one price: what is ahead of our first order, then that order.
                var ahead = Math.Min(Math.Min(level!.First!.Ahead, source.Left(j)), o.Leaves);
                if (ahead > 0)
                {
                    TakeSource(o, source, j, ahead);
                    Advance(level, ahead);
                }
                else if (TakeOwn(o, level, own))
                {
                    return true;
                }
            }
            else if (TakeOwn(o, level!, own))
            {
                return true;
            }
        }
        return false;
    }

    private void TakeSource(MatchOrder o, SourceSide source, int j, long lots)
    {
        source.Take(j, lots);
        o.Leaves -= lots;
        sink.OnFill(o, source.Px(j), lots, false);
    }

    private bool TakeOwn(MatchOrder o, OwnLevel level, OwnSide own)
    {
        var maker = level.First!;
        if (maker.Owner == o.Owner)
        {
            return true;
        }
        var lots = Math.Min(o.Leaves, maker.Leaves);
        o.Leaves -= lots;
        var px = level.PxTicks;
        FillMaker(maker, level, own, lots);
        sink.OnFill(o, px, lots, false);
        return false;
    }

    private void FillMaker(MatchOrder maker, OwnLevel level, OwnSide own, long lots)
    {
        maker.Leaves -= lots;
        level.Lots -= lots;
        if (maker.Leaves == 0)
        {
            own.Remove(maker);
        }
        sink.OnFill(maker, level.PxTicks, lots, true);
    }

    private long FillMakers(OwnLevel level, OwnSide own, long lots)
    {
        var filled = 0L;
        while (filled < lots && level.First is { } maker)
        {
            var part = Math.Min(maker.Leaves, lots - filled);
            FillMaker(maker, level, own, part);
            filled += part;
        }
        return filled;
    }

    /// <summary>A print of this size at our price goes through the queue in order: others ahead, our first, others between, our second …</summary>
    private void UseUp(OwnLevel level, OwnSide own, long lots)
    {
        var source = Source(own == ownBids ? Side.Buy : Side.Sell);
        var j = source.IndexOf(level.PxTicks);
        while (lots > 0 && level.First is { } maker)
        {
            if (maker.Ahead > 0)
            {
                var others = Math.Min(maker.Ahead, lots);
                lots -= others;
                Advance(level, others);
                if (j >= 0)
                {
                    source.Take(j, Math.Min(others, source.Left(j)));
                }
                continue;
            }
            var part = Math.Min(maker.Leaves, lots);
            lots -= part;
            FillMaker(maker, level, own, part);
        }
    }

    /// <summary>The queue at a level has moved on by this much.</summary>
    private static void Advance(OwnLevel level, long lots)
    {
        for (var o = level.First; o is not null; o = o.Next)
        {
            o.Ahead = Math.Max(0, o.Ahead - lots);
        }
    }

    private void Rest(MatchOrder o)
    {
        var source = Source(o.Side);
        var j = source.IndexOf(o.PxTicks);
        o.Ahead = j >= 0 ? source.Left(j) : 0;
        // Deeper than the source shows: what is there is not known until it is.
        o.AheadKnown = j >= 0 || source.Covers(o.PxTicks) || source.Count == 0;
        Own(o.Side).Add(o);
    }

    private void FillCrossed(OwnSide own, SourceSide opposite, Side side)
    {
        for (var j = 0; j < opposite.Count; j++)
        {
            while (opposite.Left(j) > 0 && own.Best is { } level && Crosses(side, level.PxTicks, opposite.Px(j)))
            {
                opposite.Take(j, FillMakers(level, own, opposite.Left(j)));
            }
        }
    }

    private static void ShrinkQueues(OwnSide own, SourceSide source)
    {
        for (var i = 0; i < own.Count; i++)
        {
            var level = own[i];
            if (!source.Covers(level.PxTicks))
            {
                continue;
            }
            var j = source.IndexOf(level.PxTicks);
            var shown = j >= 0 ? source.Left(j) : 0;
            for (var o = level.First; o is not null; o = o.Next)
            {
                o.Ahead = o.AheadKnown ? Math.Min(o.Ahead, shown) : shown;
                o.AheadKnown = true;
            }
        }
    }
}

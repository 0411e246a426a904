using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Simulation.Matching;

/// <summary>The resting side: who is ahead of our orders, and what fills them.</summary>
public sealed partial class MatchingEngine
{
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
            if (!maker.AheadKnown)
            {
                // Who waits before it was never shown; only a print through the price proves that they are gone.
                return;
            }
            if (maker.Ahead > 0)
            {
                var others = Math.Min(maker.Ahead, lots);
                lots -= others;
                level.GoneBy += others;
                if (j >= 0)
                {
                    source.Print(j, others);
                }
                continue;
            }
            var part = Math.Min(maker.Leaves, lots);
            lots -= part;
            FillMaker(maker, level, own, part);
        }
    }

    private void Rest(MatchOrder o)
    {
        var source = Source(o.Side);
        var j = source.IndexOf(o.PxTicks);
        // Deeper than the source shows: who waits there is not known until it shows.
        o.AheadKnown = source.Covers(o.PxTicks);
        Own(o.Side).Add(o);
        o.Place = o.Level!.GoneBy + (j >= 0 ? source.Left(j) : 0);
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

    /// <summary>Nobody has more ahead than is shown; who was not known to have a place gets the last one.</summary>
    private static void ShrinkQueues(OwnSide own, SourceSide source)
    {
        for (var i = 0; i < own.Count && source.Covers(own[i].PxTicks); i++)
        {
            var level = own[i];
            var j = source.IndexOf(level.PxTicks);
            var last = level.GoneBy + (j >= 0 ? source.Left(j) : 0);
            for (var o = level.Last; o is not null && (!o.AheadKnown || o.Place > last); o = o.Previous)
            {
                (o.Place, o.AheadKnown) = (last, true);
            }
        }
    }
}

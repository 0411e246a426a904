using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Simulation.Matching;

/// <summary>The taking side: an order walks what is on the other side, best price first, and at one price in queue order.</summary>
public sealed partial class MatchingEngine
{
    /// <summary>Whether the other side can fill the whole order now, before it meets an order of its own owner. Walks as <see cref="Take"/> does.</summary>
    private bool CanFill(MatchOrder o)
    {
        var side = o.Side.Opposite();
        var (own, source) = (Own(side), Source(side));
        var (i, j, need) = (0, 0, o.Leaves);
        while (need > 0)
        {
            while (j < source.Count && source.Left(j) == 0)
            {
                j++;
            }
            var level = i < own.Count ? own[i] : null;
            var sourcePx = j < source.Count ? source.Px(j) : (long?)null;
            var useOwn = level is not null && (sourcePx is null || level.PxTicks == sourcePx || Better(side, level.PxTicks, sourcePx.Value));
            if ((useOwn ? level!.PxTicks : sourcePx) is not { } px || !Crosses(o.Side, o.PxTicks, px))
            {
                return false;
            }
            var shown = sourcePx == px ? source.Left(j++) : 0;
            if (useOwn)
            {
                var passed = 0L;
                i++;
                for (var maker = level!.First; maker is not null && need > 0; maker = maker.Next)
                {
                    var ahead = Math.Max(0, Math.Min(maker.Ahead, shown) - passed);
                    passed += ahead;
                    if (ahead < need && maker.Owner == o.Owner)
                    {
                        return false;
                    }
                    need -= ahead + maker.Leaves;
                }
                shown -= passed;
            }
            need -= shown;
        }
        return true;
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
                    level.GoneBy += ahead;
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
}

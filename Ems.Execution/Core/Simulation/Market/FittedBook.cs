using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Simulation.Market;

/// <summary>
/// A simulated book as a pure function of time. Levels stand at prices, not at ranks: each keeps its size for a spell of its
/// own, so that the book moves past standing liquidity as the price moves.
/// </summary>
internal sealed class FittedBook
{
    private const uint SpreadStream = 10, DeviationStream = 11, PlaceStream = 12, PhaseStream = 13, QtyStream = 14;
    private const double QtyBound = 3.5;

    private readonly FittedStream figures;
    private readonly Listing listing;
    private readonly MidProcess mid;
    private readonly ulong seed;
    private readonly double tick;

    public FittedBook(FittedStream figures, Listing listing, MidProcess mid, ulong seed)
    {
        this.figures = figures;
        this.listing = listing;
        this.mid = mid;
        this.seed = seed;
        tick = (double)listing.TickSize;
    }

    /// <summary>Best bid and ask in ticks, with the reference price of <paramref name="lagMs"/> ago.</summary>
    public (long Bid, long Ask) Touch(long unixMs, long lagMs)
    {
        var reference = mid.At(unixMs - lagMs) / tick;
        var spell = Noise.Spell(unixMs, figures.SpreadLifeSeconds * 1000, 0);
        var bps = Noise.Slice(figures.SpreadBps, SeededRandom.Unit(seed, SpreadStream, spell));
        var spread = Math.Max(1, (long)Math.Round(bps * 1e-4 * reference));
        var deviation = figures.DeviationBps * 1e-4 * Noise.Smooth(seed, DeviationStream, unixMs, figures.DeviationSeconds * 1000);
        var bid = BookShaper.Touch(reference * (1 + deviation), reference, spread);
        return (bid, bid + spread);
    }

    /// <summary>One side from the touch down.</summary>
    public BookLevel[] Side(long unixMs, long touchTicks, Side side)
    {
        var away = -side.Sign();
        var cell = Math.Max(1, (long)Math.Round(figures.LevelGapBps * 1e-4 * touchTicks));
        var levels = new BookLevel[Math.Min(figures.Levels.Count, BookShaper.Depth)];
        levels[0] = Level(unixMs, touchTicks, side, 0);
        var next = Math.DivRem(touchTicks, cell).Quotient + away;
        for (var rank = 1; rank < levels.Length; rank++, next += away)
        {
            // One level per cell, at a place in it that is the cell's own.
            var ticks = next * cell + (long)(SeededRandom.Draw(seed, PlaceStream, next) % (ulong)cell);
            if (ticks <= 0)
            {
                return levels[..rank];
            }
            levels[rank] = Level(unixMs, ticks, side, rank);
        }
        return levels;
    }

    private BookLevel Level(long unixMs, long ticks, Side side, int rank)
    {
        var place = side == Primitives.Side.Buy ? ticks : ~ticks;
        var life = (rank == 0 ? figures.TouchLifeSeconds : figures.LevelLifeSeconds) * 1000;
        var spell = Noise.Spell(unixMs, life, SeededRandom.Unit(seed, PhaseStream, place));
        var law = figures.Levels[rank];
        var qty = Math.Exp(law.LogMean + law.LogSd * Noise.Normal(seed ^ (ulong)place, QtyStream, spell, QtyBound));
        var lots = Math.Max(1, (long)(qty / (double)listing.LotSize));
        return new BookLevel(ticks * listing.TickSize, lots * listing.LotSize);
    }
}

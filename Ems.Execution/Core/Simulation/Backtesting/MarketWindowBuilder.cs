using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Market;
using Ems.Execution.Core.Simulation.Matching;

namespace Ems.Execution.Core.Simulation.Backtesting;

/// <summary>Collects the events of a <see cref="MarketWindow"/>, listing by listing or mixed; sorts them by time.</summary>
public sealed class MarketWindowBuilder(string name, IReadOnlyList<Listing> listings)
{
    private readonly List<WindowRow> rows = [];
    private readonly List<SourceLevel> levels = [];
    private readonly (long Tick, long Lot)[] steps = [.. listings.Select(l => (Fixed(l.TickSize), Fixed(l.LotSize)))];

    /// <summary>A whole book, best first on both sides; levels that are worth no lot or fall together are dropped or merged.</summary>
    public void AddBook(int stream, DateTimeOffset at, IReadOnlyList<BookLevel> bids, IReadOnlyList<BookLevel> asks)
    {
        var first = levels.Count;
        var b = Side(stream, bids);
        Row(stream, at, Primitives.Side.None, first, b, Side(stream, asks));
    }

    /// <summary>A whole recorded book.</summary>
    public void AddBook(int stream, DateTimeOffset at, RecordedBook book)
    {
        var first = levels.Count;
        var b = Side(stream, book.Bids);
        Row(stream, at, Primitives.Side.None, first, b, Side(stream, book.Asks));
    }

    /// <summary>A print; dropped when it is worth no lot.</summary>
    public void AddTrade(int stream, DateTimeOffset at, decimal px, decimal qty, Side aggressor) => AddTrade(stream, at, Fixed(px), Fixed(qty), aggressor);

    /// <summary>A print in fixed point (1e-8).</summary>
    public void AddTrade(int stream, DateTimeOffset at, long px, long qty, Side aggressor)
    {
        var lots = qty / steps[stream].Lot;
        if (lots > 0 && px > 0)
        {
            levels.Add(new(Nearest(px, steps[stream].Tick), lots));
            Row(stream, at, aggressor, levels.Count - 1, 1, 0);
        }
    }

    /// <summary>The window.</summary>
    /// <exception cref="InvalidOperationException">Nothing was added.</exception>
    public MarketWindow Build()
    {
        if (rows.Count == 0)
        {
            throw new InvalidOperationException($"{name} has no event in this time.");
        }
        // Stable, so that events of one moment keep the order in which they were added.
        return new MarketWindow(name, listings, [.. rows.Select((r, i) => (r, i)).OrderBy(x => x.r.Ticks).ThenBy(x => x.r.Stream).ThenBy(x => x.i).Select(x => x.r)], [.. levels]);
    }

    private void Row(int stream, DateTimeOffset at, Side aggressor, int first, int bids, int asks) =>
        rows.Add(new(at.UtcTicks, stream, aggressor, first, (byte)bids, (byte)asks));

    private int Side(int stream, IReadOnlyList<BookLevel> side)
    {
        var start = levels.Count;
        for (var i = 0; i < side.Count; i++)
        {
            Level(stream, start, Fixed(side[i].Px), Fixed(side[i].Qty));
        }
        return levels.Count - start;
    }

    private int Side(int stream, ReadOnlySpan<RecordedLevel> side)
    {
        var start = levels.Count;
        foreach (var level in side)
        {
            Level(stream, start, level.Px, level.Qty);
        }
        return levels.Count - start;
    }

    private void Level(int stream, int start, long px, long qty)
    {
        var (ticks, lots) = (Nearest(px, steps[stream].Tick), qty / steps[stream].Lot);
        if (lots <= 0)
        {
            return;
        }
        if (levels.Count > start && levels[^1].PxTicks == ticks)
        {
            levels[^1] = new(ticks, levels[^1].Lots + lots);
        }
        else if (levels.Count - start < MarketWindow.LevelsMax)
        {
            levels.Add(new(ticks, lots));
        }
    }

    private static long Nearest(long px, long tick) => (px + (tick / 2)) / tick;

    private static long Fixed(decimal value) => (long)Math.Round(value * RecordingCursor.Scale);
}

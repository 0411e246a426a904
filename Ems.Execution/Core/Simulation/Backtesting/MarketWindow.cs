using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Market;
using Ems.Execution.Core.Simulation.Matching;

namespace Ems.Execution.Core.Simulation.Backtesting;

/// <summary>One public event of a window. A book: <see cref="Bids"/> then <see cref="Asks"/> levels from <see cref="First"/> on, best first; a trade: one level.</summary>
/// <param name="Ticks">UTC time, 100 ns.</param>
/// <param name="Stream">Index of its listing.</param>
/// <param name="Aggressor">Taker's side of a trade; None for a book.</param>
internal readonly record struct WindowRow(long Ticks, int Stream, Side Aggressor, int First, byte Bids, byte Asks)
{
    public bool IsTrade => Aggressor != Side.None;
}

/// <summary>
/// A piece of recorded or simulated market, held in memory in whole ticks and lots so that it can be replayed many times: every book and
/// print of some listings between two moments, in time order. Never changes once made.
/// </summary>
public sealed class MarketWindow
{
    /// <summary>Levels kept per side of a book.</summary>
    public const int LevelsMax = 25;

    private readonly WindowRow[] rows;
    private readonly SourceLevel[] levels;

    internal MarketWindow(string name, IReadOnlyList<Listing> listings, WindowRow[] rows, SourceLevel[] levels) =>
        (Name, Listings, this.rows, this.levels) = (name, listings, rows, levels);

    /// <summary>Where it comes from.</summary>
    public string Name { get; }
    /// <summary>What it shows, in stream order.</summary>
    public IReadOnlyList<Listing> Listings { get; }
    /// <summary>Books and prints in it.</summary>
    public int Count => rows.Length;
    /// <summary>Time of the first event; the window is not empty.</summary>
    public DateTimeOffset From => At(rows[0].Ticks);
    /// <summary>Time of the last event.</summary>
    public DateTimeOffset To => At(rows[^1].Ticks);

    internal ReadOnlySpan<WindowRow> Rows => rows;

    /// <summary>Index of the first event at or after a moment; <see cref="Count"/> when there is none.</summary>
    public int IndexOf(DateTimeOffset at)
    {
        var (low, high) = (0, rows.Length);
        while (low < high)
        {
            var mid = (low + high) >> 1;
            (low, high) = rows[mid].Ticks < at.UtcTicks ? (mid + 1, high) : (low, mid);
        }
        return low;
    }

    /// <summary>Quantity printed on all listings of an instrument in [from, to), base units.</summary>
    public decimal Volume(InstrumentId instrument, DateTimeOffset from, DateTimeOffset to)
    {
        var sum = 0m;
        for (var i = IndexOf(from); i < rows.Length && rows[i].Ticks < to.UtcTicks; i++)
        {
            var row = rows[i];
            if (row.IsTrade && Listings[row.Stream].Instrument == instrument)
            {
                sum += levels[row.First].Lots * Listings[row.Stream].LotSize;
            }
        }
        return sum;
    }

    /// <summary>What the newest book of each listing of an instrument offers a taker within this many basis points of its best price, base units.</summary>
    public decimal DepthWithin(InstrumentId instrument, DateTimeOffset at, Side side, decimal bps)
    {
        var (sum, seen) = (0m, new HashSet<int>());
        for (var i = IndexOf(at) - 1; i >= 0 && seen.Count < Listings.Count; i--)
        {
            var row = rows[i];
            if (row.IsTrade || !seen.Add(row.Stream) || Listings[row.Stream].Instrument != instrument)
            {
                continue;
            }
            var offers = side == Side.Buy ? Asks(row) : Bids(row);
            foreach (var level in offers)
            {
                sum += side.IsWithin(level.PxTicks, offers[0].PxTicks * (1m + (side.Sign() * bps / 10_000m))) ? level.Lots * Listings[row.Stream].LotSize : 0m;
            }
        }
        return sum;
    }

    internal ReadOnlySpan<SourceLevel> Bids(in WindowRow row) => levels.AsSpan(row.First, row.Bids);

    internal ReadOnlySpan<SourceLevel> Asks(in WindowRow row) => levels.AsSpan(row.First + row.Bids, row.Asks);

    /// <summary>
    /// Records a source from <paramref name="from"/> to <paramref name="to"/> (exclusive). Events of one moment keep the order of their
    /// listings. Throws when nothing happens in that time.
    /// </summary>
    public static MarketWindow Record(IMarketSource source, IReadOnlyList<Listing> listings, DateTimeOffset from, DateTimeOffset to)
    {
        var builder = new MarketWindowBuilder(source.Name, listings);
        for (var s = 0; s < listings.Count; s++)
        {
            foreach (var e in source.Events(listings[s].Venue, listings[s].Instrument, from))
            {
                if (e.Time >= to)
                {
                    break;
                }
                switch (e)
                {
                    case BookEvent b:
                        builder.AddBook(s, b.Time, b.Bids, b.Asks);
                        break;
                    case TradeEvent t:
                        builder.AddTrade(s, t.Time, t.Px, t.Qty, t.Aggressor);
                        break;
                }
            }
        }
        return builder.Build();
    }

    /// <summary>
    /// One recording in its own time and at its own prices, on the listing's tick and lot: what a day really was, not re-centred. Rows
    /// outside [from, to) are left out; null bounds are the recording's own.
    /// </summary>
    public static MarketWindow Of(IRecording recording, Listing listing, DateTimeOffset? from = null, DateTimeOffset? to = null)
    {
        var builder = new MarketWindowBuilder(recording.Name, [listing]);
        var book = new RecordedBook();
        var (first, end, lastSide, shown) = (from?.ToUnixTimeMilliseconds() ?? long.MinValue, to?.ToUnixTimeMilliseconds() ?? long.MaxValue, Side.None, false);
        using var cursor = recording.Open();
        while (cursor.MoveNext() && cursor.TimeMs < end)
        {
            if (cursor.TimeMs < first)
            {
                continue;
            }
            var at = DateTimeOffset.FromUnixTimeMilliseconds(cursor.TimeMs);
            if (cursor.Kind == RecordedKind.Book)
            {
                cursor.ReadBook(book);
                if (book.IsTwoSided)
                {
                    shown = true;
                    builder.AddBook(0, at, book);
                }
            }
            else if (shown)
            {
                // Before the first book nobody knows what a print did.
                var trade = cursor.ReadTrade();
                lastSide = trade.Aggressor == Side.None ? QuoteRule.Infer(trade.Px, book, lastSide) : trade.Aggressor;
                builder.AddTrade(0, at, trade.Px, trade.Qty, lastSide);
            }
        }
        return builder.Build();
    }

    internal static DateTimeOffset At(long ticks) => new(ticks, TimeSpan.Zero);
}

using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Market;
using Ems.Execution.Core.Simulation.Matching;

namespace Ems.Execution.Venues.Paper;

/// <summary>One instrument of a paper venue: its matching engine and its public market data.</summary>
internal sealed class PaperInstrument(Listing listing, Instrument instrument, PaperVenue venue)
{
    private const int PublishedLevels = 25;
    private readonly Lock gate = new();
    private Action<BookSnapshot>[] onBook = [];
    private Action<MarketTrade>[] onTrade = [];
    private BookSnapshot? published;
    private DateTimeOffset sourceTime;
    private long sequence, tradeId;
    private bool changed;

    public Listing Listing { get; } = listing;
    public Instrument Instrument { get; } = instrument;
    public MatchingEngine Engine { get; } = new(venue);
    public CandleSeries Candles { get; } = new();
    public BookSnapshot? Book => Volatile.Read(ref published);

    public long Ticks(decimal px) => (long)(px / Listing.TickSize);

    public long Lots(decimal qty) => (long)(qty / Listing.LotSize);

    public decimal Px(long ticks) => ticks * Listing.TickSize;

    public decimal Qty(long lots) => lots * Listing.LotSize;

    public void Apply(MarketEvent e)
    {
        changed = true;
        switch (e)
        {
            case BookEvent b:
                Span<SourceLevel> bids = stackalloc SourceLevel[Math.Min(b.Bids.Count, 64)];
                Span<SourceLevel> asks = stackalloc SourceLevel[Math.Min(b.Asks.Count, 64)];
                Fill(bids, b.Bids);
                Fill(asks, b.Asks);
                sourceTime = b.Time;
                Engine.ApplyBook(bids, asks);
                break;
            case TradeEvent t:
                Engine.ApplyTrade(Ticks(t.Px), Lots(t.Qty), t.Aggressor);
                Print(t.Px, t.Qty, t.Aggressor, t.Time);
                break;
        }
    }

    /// <summary>Puts a trade on the tape.</summary>
    public void Print(decimal px, decimal qty, Side aggressor, DateTimeOffset at)
    {
        changed = true;
        Candles.Add(at, px, qty);
        var trade = new MarketTrade(venue.Spec.Venue, Listing.Instrument, ++tradeId, px, qty, aggressor, at);
        foreach (var listener in Volatile.Read(ref onTrade))
        {
            listener(trade);
        }
    }

    /// <summary>Marks the book changed by an own order.</summary>
    public void Touch() => changed = true;

    public void PublishIfChanged(DateTimeOffset now)
    {
        if (!changed)
        {
            return;
        }
        changed = false;
        Span<SourceLevel> levels = stackalloc SourceLevel[PublishedLevels];
        var bids = Read(levels[..Engine.Levels(Side.Buy, levels)]);
        var asks = Read(levels[..Engine.Levels(Side.Sell, levels)]);
        var book = new BookSnapshot(venue.Spec.Venue, Listing.Instrument, ++sequence, sourceTime, bids, asks);
        Volatile.Write(ref published, book);
        if (book.Mid is { } mid)
        {
            Candles.Add(now, mid, 0m);
        }
        foreach (var listener in Volatile.Read(ref onBook))
        {
            listener(book);
        }
    }

    public IDisposable Subscribe(Action<BookSnapshot>? book, Action<MarketTrade>? trade)
    {
        lock (gate)
        {
            onBook = book is null ? onBook : [.. onBook, book];
            onTrade = trade is null ? onTrade : [.. onTrade, trade];
        }
        return new Unsubscriber(() =>
        {
            lock (gate)
            {
                onBook = [.. onBook.Where(b => b != book)];
                onTrade = [.. onTrade.Where(t => t != trade)];
            }
        });
    }

    private void Fill(Span<SourceLevel> into, IReadOnlyList<BookLevel> levels)
    {
        for (var i = 0; i < into.Length; i++)
        {
            into[i] = new(Ticks(levels[i].Px), Lots(levels[i].Qty));
        }
    }

    private BookLevel[] Read(ReadOnlySpan<SourceLevel> levels)
    {
        var read = new BookLevel[levels.Length];
        for (var i = 0; i < levels.Length; i++)
        {
            read[i] = new(Px(levels[i].PxTicks), Qty(levels[i].Lots));
        }
        return read;
    }

    private sealed class Unsubscriber(Action undo) : IDisposable
    {
        public void Dispose() => undo();
    }
}

/// <summary>One-minute candles, newest last, bounded. Thread-safe.</summary>
internal sealed class CandleSeries
{
    private const int Kept = 1_440;
    private readonly Lock gate = new();
    private readonly List<Candle> candles = [];

    public void Load(IReadOnlyList<Candle> history)
    {
        lock (gate)
        {
            candles.AddRange(history.TakeLast(Kept));
        }
    }

    /// <summary>A price seen; quantity 0 for a quote, which moves a candle but only opens one when there was no print.</summary>
    public void Add(DateTimeOffset at, decimal px, decimal qty)
    {
        var minute = new DateTimeOffset(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero);
        lock (gate)
        {
            if (candles.Count > 0 && candles[^1].OpenTime >= minute)
            {
                var c = candles[^1];
                candles[^1] = c with { High = Math.Max(c.High, px), Low = Math.Min(c.Low, px), Close = px, Volume = c.Volume + qty };
                return;
            }
            candles.Add(new(minute, px, px, px, px, qty));
            if (candles.Count > Kept * 2)
            {
                candles.RemoveRange(0, Kept);
            }
        }
    }

    public IReadOnlyList<Candle> Last(int max)
    {
        lock (gate)
        {
            return [.. candles.TakeLast(max)];
        }
    }
}

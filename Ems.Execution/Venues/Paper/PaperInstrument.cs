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
        venue.Publish(() =>
        {
            foreach (var listener in venue.Faults.Disconnected ? [] : Volatile.Read(ref onTrade))
            {
                listener(trade);
            }
        });
    }

    /// <summary>Marks the book changed by an own order.</summary>
    public void Touch() => changed = true;

    /// <summary>Sends the book out when it changed.</summary>
    public void PublishIfChanged(DateTimeOffset now)
    {
        if (!changed)
        {
            return;
        }
        changed = false;
        var book = Snapshot();
        if (book.Mid is { } mid)
        {
            Candles.Add(now, mid, 0m);
        }
        venue.Publish(() => Tell(book));
    }

    /// <summary>Sends the book out without delay: at the opening.</summary>
    public void PublishNow() => Tell(Snapshot());

    private BookSnapshot Snapshot()
    {
        Span<SourceLevel> levels = stackalloc SourceLevel[PublishedLevels];
        var bids = Read(levels[..Engine.Levels(Side.Buy, levels)]);
        var asks = Read(levels[..Engine.Levels(Side.Sell, levels)]);
        return new BookSnapshot(venue.Spec.Venue, Listing.Instrument, ++sequence, sourceTime, bids, asks);
    }

    private void Tell(BookSnapshot book)
    {
        if (venue.Faults.Disconnected || book.Sequence <= (Book?.Sequence ?? 0))
        {
            return;
        }
        Volatile.Write(ref published, book);
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

using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Simulation.Backtesting;

/// <summary>The market of a replay as the account sees it: books and prints arrive one latency after they happened.</summary>
internal sealed class ReplayMarket(InstrumentCatalog catalog, IReadOnlyDictionary<VenueId, SimulatedVenue> venues)
{
    /// <summary>Bound after which a book is not traded on (rule E8); the engine's.</summary>
    private static readonly TimeSpan StaleAfter = TimeSpan.FromSeconds(3);

    private readonly Dictionary<InstrumentId, (PrintTape Tape, PriorityQueue<MarketTrade, (long Due, long No)> OnTheWay)> tapes = [];
    private long number;

    /// <summary>A print leaves its venue.</summary>
    public void Print(VenueId venue, InstrumentId instrument, decimal px, decimal qty, Side aggressor, long nowTicks)
    {
        var lane = Lane(instrument);
        lane.OnTheWay.Enqueue(new MarketTrade(venue, instrument, ++number, px, qty, aggressor, MarketWindow.At(nowTicks)), (nowTicks + venues[venue].PublicDelay.Ticks, number));
        Drain(lane.Tape, lane.OnTheWay, nowTicks);
    }

    /// <summary>The tape as far as it has arrived.</summary>
    public PrintTape Tape(InstrumentId instrument, long nowTicks)
    {
        var lane = Lane(instrument);
        Drain(lane.Tape, lane.OnTheWay, nowTicks);
        return lane.Tape;
    }

    /// <summary>The fresh books of one instrument, in venue order.</summary>
    public IReadOnlyList<BookSnapshot> FreshBooks(InstrumentId instrument, DateTimeOffset now)
    {
        var fresh = new List<BookSnapshot>(venues.Count);
        foreach (var l in catalog.Listings(instrument))
        {
            if (venues[l.Venue].Book(instrument).Seen(now.UtcTicks) is { } book && !book.IsStale(now, StaleAfter))
            {
                fresh.Add(book);
            }
        }
        return fresh;
    }

    private (PrintTape Tape, PriorityQueue<MarketTrade, (long Due, long No)> OnTheWay) Lane(InstrumentId instrument)
    {
        if (!tapes.TryGetValue(instrument, out var lane))
        {
            tapes[instrument] = lane = (new(), new());
        }
        return lane;
    }

    private static void Drain(PrintTape tape, PriorityQueue<MarketTrade, (long Due, long No)> onTheWay, long nowTicks)
    {
        while (onTheWay.TryPeek(out var trade, out var at) && at.Due <= nowTicks)
        {
            onTheWay.Dequeue();
            tape.Add(trade);
        }
    }
}

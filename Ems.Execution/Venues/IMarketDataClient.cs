using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Routing;

namespace Ems.Execution.Venues;

/// <summary>The way to one venue's public market data. Snapshots are immutable and may be read from any thread.</summary>
public interface IMarketDataClient
{
    /// <summary>The venue.</summary>
    VenueId Venue { get; }
    /// <summary>What the venue lists.</summary>
    IReadOnlyList<Listing> Listings { get; }
    /// <summary>The instruments behind the listings.</summary>
    IReadOnlyList<Instrument> Instruments { get; }
    /// <summary>The newest book, or null before the first.</summary>
    BookSnapshot? Book(InstrumentId instrument);
    /// <summary>Candles of one minute up to now, oldest first, at most <paramref name="max"/>; includes the time before start where the source has it.</summary>
    IReadOnlyList<Candle> Candles(InstrumentId instrument, int max);
    /// <summary>Calls <paramref name="onBook"/> and <paramref name="onTrade"/> on the venue's own thread for every change; they must not block. Dispose to stop.</summary>
    IDisposable Subscribe(InstrumentId instrument, Action<BookSnapshot>? onBook, Action<MarketTrade>? onTrade);
}

/// <summary>Implemented by the market data of a venue that trades against pools instead of a book.</summary>
public interface IPoolLiquidity
{
    /// <summary>The newest state of the pool as an order of <paramref name="side"/> takes it, or null when there is none.</summary>
    PoolQuote? Pool(InstrumentId instrument, Side side);
}

using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Simulation.Market;

/// <summary>Something that happened on a venue's public market at <paramref name="Time"/>.</summary>
public abstract record MarketEvent(VenueId Venue, InstrumentId Instrument, DateTimeOffset Time);

/// <summary>The whole visible book, replacing the one before: bids from the best down, asks from the best up, on the listing's tick and lot.</summary>
public sealed record BookEvent(
    VenueId Venue, InstrumentId Instrument, DateTimeOffset Time,
    IReadOnlyList<BookLevel> Bids, IReadOnlyList<BookLevel> Asks) : MarketEvent(Venue, Instrument, Time);

/// <summary>A print between other people; <paramref name="Aggressor"/> is the taker's side.</summary>
public sealed record TradeEvent(
    VenueId Venue, InstrumentId Instrument, DateTimeOffset Time,
    decimal Px, decimal Qty, Side Aggressor) : MarketEvent(Venue, Instrument, Time);

/// <summary>
/// Where a paper venue's market comes from: a recording, a fitted simulation, later a live feed. Endless and ordered in time;
/// the same source gives the same events for the same start, however often it is asked.
/// </summary>
public interface IMarketSource
{
    /// <summary>Short name for logs and the screen.</summary>
    string Name { get; }
    /// <summary>One sentence on where the market comes from.</summary>
    string Description { get; }
    /// <summary>One-minute candles up to <paramref name="now"/>, oldest first.</summary>
    IReadOnlyList<Candle> History(VenueId venue, InstrumentId instrument, DateTimeOffset now);
    /// <summary>The events of one venue and instrument from <paramref name="start"/> on, in time order, without end. The first is a book.</summary>
    IEnumerable<MarketEvent> Events(VenueId venue, InstrumentId instrument, DateTimeOffset start);
}

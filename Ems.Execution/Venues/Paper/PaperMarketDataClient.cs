using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Venues.Paper;

/// <summary>Market data of a paper venue: the source's book with our own resting orders in it.</summary>
public sealed class PaperMarketDataClient(PaperVenue venue) : IMarketDataClient
{
    /// <inheritdoc/>
    public VenueId Venue => venue.Spec.Venue;

    /// <inheritdoc/>
    public IReadOnlyList<Listing> Listings => venue.Spec.Listings;

    /// <inheritdoc/>
    public IReadOnlyList<Instrument> Instruments => PaperVenueSpec.Instruments;

    /// <inheritdoc/>
    public BookSnapshot? Book(InstrumentId instrument) => venue.Find(instrument)?.Book;

    /// <inheritdoc/>
    public IReadOnlyList<Candle> Candles(InstrumentId instrument, int max) => venue.Find(instrument)?.Candles.Last(max) ?? [];

    /// <inheritdoc/>
    public IDisposable Subscribe(InstrumentId instrument, Action<BookSnapshot>? onBook, Action<MarketTrade>? onTrade) =>
        (venue.Find(instrument) ?? throw new ArgumentException($"{Venue} does not list {instrument}.", nameof(instrument))).Subscribe(onBook, onTrade);
}

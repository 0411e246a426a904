using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Simulation.Market;

/// <summary>
/// A simulated market whose figures were fitted to recordings. Everything is a pure function of seed and absolute time: venues
/// agree on the price, a stream started later is the tail of one started earlier, and a restart finds the market where it would be.
/// </summary>
public sealed class FittedMarket : IMarketSource
{
    private readonly Dictionary<(VenueId, InstrumentId), FittedMarketStream> streams = [];

    /// <summary>Builds the streams of the given listings; a listing without figures throws.</summary>
    public FittedMarket(FittedParameters parameters, IEnumerable<Listing> listings, ulong seed)
    {
        var mids = parameters.Instruments.ToDictionary(i => i.Instrument, i => new MidProcess(i, seed));
        var venues = parameters.Streams.Select(s => s.Venue).Distinct().OrderBy(v => v.Value, StringComparer.Ordinal).ToList();
        foreach (var listing in listings)
        {
            var figures = parameters.Streams.FirstOrDefault(s => s.Venue == listing.Venue && s.Instrument == listing.Instrument);
            if (figures is null || !mids.TryGetValue(listing.Instrument, out var mid))
            {
                throw new ArgumentException($"No fitted figures for {listing.Instrument} on {listing.Venue}.", nameof(parameters));
            }
            var lagMs = venues.IndexOf(listing.Venue) * FittedMarketStream.LagStepMs;
            var streamSeed = SeededRandom.Draw(seed, 0, (long)SeededRandom.Hash($"{listing.Venue}/{listing.Instrument}"));
            streams.Add((listing.Venue, listing.Instrument), new FittedMarketStream(figures, listing, mid, streamSeed, lagMs));
        }
        Description = $"Simulated market, fitted to recordings, seed {seed}.";
    }

    /// <inheritdoc/>
    public string Name => "fitted";
    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public IReadOnlyList<Candle> History(VenueId venue, InstrumentId instrument, DateTimeOffset now) => Stream(venue, instrument).History(now);

    /// <inheritdoc/>
    public IEnumerable<MarketEvent> Events(VenueId venue, InstrumentId instrument, DateTimeOffset start) => Stream(venue, instrument).Events(start);

    private FittedMarketStream Stream(VenueId venue, InstrumentId instrument) => streams.TryGetValue((venue, instrument), out var stream)
        ? stream : throw new ArgumentException($"{venue} does not list {instrument}.", nameof(instrument));
}

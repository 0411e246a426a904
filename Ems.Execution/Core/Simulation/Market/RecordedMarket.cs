using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Simulation.Market;

/// <summary>
/// Recorded markets replayed at today's clock. Every stream has a real recording's book shape and tape; since the recordings
/// are of different days, one of them sets an instrument's price and the others are re-centred on it (see <see cref="BookShaper"/>).
/// </summary>
public sealed class RecordedMarket : IMarketSource
{
    private readonly Dictionary<(VenueId, InstrumentId), (RecordedStreamPlan Plan, Listing Listing)> streams = [];

    /// <summary>Takes one plan per listing; a listing without a plan throws.</summary>
    public RecordedMarket(IReadOnlyCollection<RecordedStreamPlan> plans, IEnumerable<Listing> listings)
    {
        foreach (var listing in listings)
        {
            var plan = plans.FirstOrDefault(p => p.Venue == listing.Venue && p.Instrument == listing.Instrument)
                ?? throw new ArgumentException($"No recording feeds {listing.Instrument} on {listing.Venue}.", nameof(plans));
            streams.Add((listing.Venue, listing.Instrument), (plan, listing));
        }
        Description = $"Recorded markets replayed endlessly: {string.Join(", ", plans.Select(p => p.Recording.Name).Distinct())}.";
    }

    /// <inheritdoc/>
    public string Name => "recorded";
    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public IReadOnlyList<Candle> History(VenueId venue, InstrumentId instrument, DateTimeOffset now)
    {
        var (plan, listing) = Stream(venue, instrument);
        return PathCandles.UpTo(now, plan.Reference.At,
            (from, to) => plan.Survey.Volume(from + plan.OffsetMs, to + plan.OffsetMs) * plan.SizeScale,
            PricePath.StepMs, listing.TickSize, listing.LotSize);
    }

    /// <inheritdoc/>
    public IEnumerable<MarketEvent> Events(VenueId venue, InstrumentId instrument, DateTimeOffset start)
    {
        var (plan, listing) = Stream(venue, instrument);
        return Fresh();

        // Each enumeration gets its own stream state.
        IEnumerable<MarketEvent> Fresh()
        {
            foreach (var e in new RecordedStream(plan, listing).Events(start))
            {
                yield return e;
            }
        }
    }

    private (RecordedStreamPlan Plan, Listing Listing) Stream(VenueId venue, InstrumentId instrument) =>
        streams.TryGetValue((venue, instrument), out var stream)
            ? stream : throw new ArgumentException($"{venue} does not list {instrument}.", nameof(instrument));
}

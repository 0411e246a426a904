using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Market;

namespace Ems.Execution.Tests.Engine;

/// <summary>A small seeded market for engine tests: a book five times a second around a slow walk, a print now and then.</summary>
public sealed class WalkingMarket(IReadOnlyList<Listing> listings, decimal start = 60_000m) : IMarketSource
{
    public string Name => "test";

    public string Description => "a seeded walk";

    public IReadOnlyList<Candle> History(VenueId venue, InstrumentId instrument, DateTimeOffset now) => [];

    public IEnumerable<MarketEvent> Events(VenueId venue, InstrumentId instrument, DateTimeOffset start0)
    {
        var listing = listings.First(l => l.Venue == venue && l.Instrument == instrument);
        var seed = SeededRandom.Hash(venue.Value + instrument.Value);
        for (var i = 0L; ; i++)
        {
            var at = start0 + TimeSpan.FromMilliseconds(200 * i);
            var mid = start * (1m + (((decimal)SeededRandom.Unit(1, 1, i / 10) - 0.5m) * 0.0002m));
            var bids = Enumerable.Range(0, 10).Select(l => new BookLevel(Steps.RoundDown(mid * (1m - (0.00005m * (l + 1))), listing.TickSize), Qty(seed, i, l, listing))).DistinctBy(l => l.Px).ToList();
            var asks = Enumerable.Range(0, 10).Select(l => new BookLevel(Steps.RoundUp(mid * (1m + (0.00005m * (l + 1))), listing.TickSize), Qty(seed, i, l + 20, listing))).DistinctBy(l => l.Px).ToList();
            yield return new BookEvent(venue, instrument, at, bids, asks);
            if (i % 3 == 1)
            {
                var sell = SeededRandom.Unit(seed, 3, i) < 0.5;
                yield return new TradeEvent(venue, instrument, at, sell ? bids[0].Px : asks[0].Px, Qty(seed, i, 40, listing), sell ? Side.Sell : Side.Buy);
            }
        }
    }

    private static decimal Qty(ulong seed, long i, int level, Listing listing) =>
        Steps.RoundDown(0.2m + SeededRandom.UnitDecimal(seed, (uint)(50 + level), i), listing.LotSize);
}

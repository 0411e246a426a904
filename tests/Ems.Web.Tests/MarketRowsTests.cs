using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;
using Ems.Web.Features.Market;

namespace Ems.Web.Tests;

public sealed class MarketRowsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Equal_prices_of_two_venues_are_one_level_with_both_shares()
    {
        var ladder = MarketRows.Ladder([Book("A", (100m, 1m), (99m, 2m)), Book("B", (100m, 3m), (98m, 4m))], Side.Buy, 2);
        ladder.Select(l => (l.Px, l.Qty)).ShouldBe([(100m, 4m), (99m, 2m)]);
        ladder[0].Venues.Select(v => (v.Venue, v.Qty)).ShouldBe([("A", 1m), ("B", 3m)]);
    }

    [Fact]
    public void A_consolidated_bar_spans_all_venues_and_follows_the_one_that_traded_most()
    {
        var bars = CandleMerge.Merge([[new(Noon, 10, 12, 9, 11, 5)], [new(Noon.AddMinutes(-1), 1, 1, 1, 1, 1), new(Noon, 20, 21, 8, 19, 7)]], 10);
        bars.ShouldBe([new Candle(Noon.AddMinutes(-1), 1, 1, 1, 1, 1), new Candle(Noon, 20, 21, 8, 19, 12)]);
        CandleMerge.Merge([bars], 1).Single().OpenTime.ShouldBe(Noon);
    }

    private static BookSnapshot Book(string venue, params (decimal Px, decimal Qty)[] bids) =>
        new(new VenueId(venue), new InstrumentId("BTC-USDT"), 1, Noon, [.. bids.Select(b => new BookLevel(b.Px, b.Qty))], []);
}

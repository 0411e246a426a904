using CsCheck;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Market;

namespace Ems.Execution.Tests.Simulation.Market;

public sealed class BookShaperTests
{
    private static readonly Gen<(RecordedBook Book, double Reference, double Deviation, Listing Listing)> Cases =
        from mid in Gen.Long[10_000_000_000, 12_000_000_000_000]
        from spread in Gen.Long[1, 200_000_000]
        from gaps in Gen.Long[1, 100_000_000].Array[1, 24]
        from sizes in Gen.Long[1, 5_000_000_000].Array[24]
        from reference in Gen.Double[50, 150_000]
        from deviation in Gen.Double[-0.003, 0.003]
        from tick in Gen.Int[0, 3].Select(i => new[] { 0.01m, 0.1m, 0.5m, 1m }[i])
        from lot in Gen.Int[0, 2].Select(i => new[] { 0.00001m, 0.001m, 0.1m }[i])
        select (Book(mid, spread, gaps, sizes), reference, deviation,
            new Listing(new("V"), new("A-B"), tick, lot, lot, 1m, 1_000_000m, 0m, 0m));

    [Fact]
    public void A_shaped_book_is_on_the_grid_ordered_open_and_encloses_the_reference() => Cases.Sample(c =>
    {
        var shaper = new BookShaper(c.Listing, 1);
        shaper.Place(c.Book, c.Reference, c.Deviation);
        var bids = shaper.Side(c.Book.Bids, Side.Buy);
        var asks = shaper.Side(c.Book.Asks, Side.Sell);

        (bids[0].Px < asks[0].Px).ShouldBeTrue();
        ((double)bids[0].Px <= c.Reference * (1 + 1e-12)).ShouldBeTrue();
        ((double)asks[0].Px >= c.Reference * (1 - 1e-12)).ShouldBeTrue();
        foreach (var level in bids.Concat(asks))
        {
            (level.Px > 0 && Steps.IsMultiple(level.Px, c.Listing.TickSize)).ShouldBeTrue();
            (level.Qty > 0 && Steps.IsMultiple(level.Qty, c.Listing.LotSize)).ShouldBeTrue();
        }
        bids.Zip(bids.Skip(1)).All(p => p.First.Px > p.Second.Px).ShouldBeTrue();
        asks.Zip(asks.Skip(1)).All(p => p.First.Px < p.Second.Px).ShouldBeTrue();
    });

    [Fact]
    public void At_its_own_price_on_its_own_grid_a_book_is_unchanged()
    {
        var book = new RecordedBook();
        book.Add(Side.Buy, 10_000_000_000, 150_000_000);
        book.Add(Side.Buy, 9_990_000_000, 200_000_000);
        book.Add(Side.Sell, 10_010_000_000, 50_000_000);
        var shaper = new BookShaper(new(new("V"), new("A-B"), 0.1m, 0.1m, 0.1m, 1m, 100m, 0m, 0m), 1);

        shaper.Place(book, 100.05, 0);

        shaper.Side(book.Bids, Side.Buy).ShouldBe([new BookLevel(100.0m, 1.5m), new BookLevel(99.9m, 2m)]);
        shaper.Side(book.Asks, Side.Sell).ShouldBe([new BookLevel(100.1m, 0.5m)]);
        shaper.Trade(new RecordedTrade(10_010_000_000, 30_000_000, Side.Buy)).ShouldBe((100.1m, 0.3m));
    }

    [Fact]
    public void Levels_that_fall_on_one_tick_are_merged_and_sizes_are_scaled()
    {
        var book = new RecordedBook();
        book.Add(Side.Buy, 10_000_000_000, 100_000_000);
        book.Add(Side.Buy, 9_999_000_000, 100_000_000);
        book.Add(Side.Buy, 9_900_000_000, 100_000_000);
        book.Add(Side.Sell, 10_001_000_000, 100_000_000);
        var shaper = new BookShaper(new(new("V"), new("A-B"), 1m, 0.01m, 0.01m, 1m, 100m, 0m, 0m), 0.5);

        shaper.Place(book, 100.5, 0);

        shaper.Side(book.Bids, Side.Buy).ShouldBe([new BookLevel(100m, 1m), new BookLevel(99m, 0.5m)]);
    }

    [Theory]
    [InlineData(10_000_000_000, Side.Sell)]
    [InlineData(10_004_000_000, Side.Buy)]
    public void A_print_at_the_recorded_touch_is_at_the_shown_touch_though_the_spread_was_widened_to_a_tick(long px, Side aggressor)
    {
        var book = new RecordedBook();
        book.Add(Side.Buy, 10_000_000_000, 1);
        book.Add(Side.Sell, 10_004_000_000, 1);
        var shaper = new BookShaper(new(new("V"), new("A-B"), 0.1m, 0.1m, 0.1m, 1m, 100m, 0m, 0m), 1);
        shaper.Place(book, 100.02, 0);

        var ticks = aggressor == Side.Buy ? shaper.AskTicks : shaper.BidTicks;
        shaper.Trade(new RecordedTrade(px, 100_000_000, aggressor))!.Value.Px.ShouldBe(ticks * 0.1m);
    }

    [Fact]
    public void A_print_far_from_the_touch_is_taken_for_a_bad_one()
    {
        var book = new RecordedBook();
        book.Add(Side.Buy, 10_000_000_000, 1);
        book.Add(Side.Sell, 10_010_000_000, 1);
        var shaper = new BookShaper(new(new("V"), new("A-B"), 0.1m, 0.1m, 0.1m, 1m, 100m, 0m, 0m), 1);
        shaper.Place(book, 100.05, 0);

        shaper.Trade(new RecordedTrade(11_000_000_000, 100_000_000, Side.Buy)).ShouldBeNull();
    }

    private static RecordedBook Book(long mid, long spread, long[] gaps, long[] sizes)
    {
        var book = new RecordedBook();
        long bid = mid, ask = mid + spread;
        for (var i = 0; i < gaps.Length; i++)
        {
            book.Add(Side.Buy, bid, sizes[i]);
            book.Add(Side.Sell, ask, sizes[^(i + 1)]);
            bid -= gaps[i];
            ask += gaps[i];
        }
        return book;
    }
}

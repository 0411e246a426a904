using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Market;

namespace Ems.Execution.Tests.Simulation.Market;

public sealed class RecordedMarketTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 10, 0, 0, TimeSpan.Zero);
    private static readonly VenueId Alpha = new("ALPHA"), Bravo = new("BRAVO");
    private static readonly InstrumentId Btc = new("BTC-USDT");

    [Fact]
    public void A_price_path_is_closed_so_that_neither_a_jump_nor_a_drift_comes_with_the_seam()
    {
        var path = new PricePath([[100, 101, 102], [50, 50, 51, 55]]);

        path.CycleMs.ShouldBe(7 * 250);
        path.At(7 * 250 * 1_000_000L).ShouldBe(path.At(0), 1e-9);
        path.At(6 * 250).ShouldBe(path.At(0), 1e-9);
        // 102 and 50 are the same moment of the joined path: only the tilt lies between them.
        Math.Abs(path.At(3 * 250) / path.At(2 * 250) - 1).ShouldBeLessThan(0.02);
    }

    [Fact]
    public void The_first_event_is_a_book_at_the_start_and_time_never_runs_back()
    {
        var events = Events(Market(), Alpha, Start, 120);

        events[0].ShouldBeOfType<BookEvent>().Time.ShouldBe(Start);
        events.Zip(events.Skip(1)).All(p => p.First.Time <= p.Second.Time).ShouldBeTrue();
        events.OfType<TradeEvent>().ShouldNotBeEmpty();
    }

    [Fact]
    public void A_slow_recording_in_a_still_market_is_shown_again_so_that_no_book_is_older_than_a_second()
    {
        var slow = MemoryRecording.Walk(50, 1_900, 110m, 0m, 0.01m, 2);
        var market = new RecordedMarket([new(Bravo, Btc, slow, RecordingSurvey.Of(slow), new PricePath([[100, 100]]), 0, 1, 20)],
            [new(Bravo, Btc, 0.01m, 0.01m, 0.01m, 5m, 100m, 0m, 0m)]);

        var books = Events(market, Bravo, Start, 120).OfType<BookEvent>().ToList();

        books.Zip(books.Skip(1)).Max(p => p.Second.Time - p.First.Time).ShouldBeLessThan(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void The_same_start_gives_the_same_events_and_a_later_start_their_tail()
    {
        var market = Market();
        var first = Events(market, Alpha, Start, 90).Select(Text).ToList();

        Events(market, Alpha, Start, 90).Select(Text).ShouldBe(first);

        var later = Events(market, Alpha, Start.AddSeconds(40), 50).Select(Text).ToList();
        later[^100..].ShouldBe(first[^100..]);
    }

    [Fact]
    public void Over_many_seams_the_venues_agree_on_the_price_and_it_never_jumps()
    {
        var market = Market();
        // Both recordings are shorter than ten minutes of play, so this crosses each one's seam many times.
        var alpha = Events(market, Alpha, Start, 600).OfType<BookEvent>().ToList();
        var bravo = Events(market, Bravo, Start, 600).OfType<BookEvent>().ToList();

        alpha.Zip(alpha.Skip(1)).Max(p => Math.Abs(Mid(p.Second) / Mid(p.First) - 1)).ShouldBeLessThan(0.002);
        foreach (var book in bravo.Where((_, i) => i % 20 == 0))
        {
            var other = alpha.Last(a => a.Time <= book.Time);
            Math.Abs(Mid(book) / Mid(other) - 1).ShouldBeLessThan(0.002);
        }
    }

    [Fact]
    public void History_is_full_and_ends_where_the_events_begin()
    {
        var market = Market();
        var now = Start.AddSeconds(30);

        var history = market.History(Alpha, Btc, now);

        history.Count.ShouldBe(PathCandles.Minutes + 1);
        history[^1].OpenTime.ShouldBe(Start);
        history.Zip(history.Skip(1)).All(p => p.Second.OpenTime - p.First.OpenTime == TimeSpan.FromMinutes(1)).ShouldBeTrue();
        history.All(c => c.Low <= Math.Min(c.Open, c.Close) && c.High >= Math.Max(c.Open, c.Close) && c.Volume > 0).ShouldBeTrue();
        var first = (BookEvent)market.Events(Alpha, Btc, now).First();
        Math.Abs((double)history[^1].Close / Mid(first) - 1).ShouldBeLessThan(0.001);
    }

    [Fact]
    public void The_volume_of_a_past_minute_is_what_the_tape_of_that_minute_sums_to()
    {
        var market = Market();
        var traded = Events(market, Bravo, Start, 60).OfType<TradeEvent>().Sum(t => t.Qty);

        var candle = market.History(Bravo, Btc, Start.AddMinutes(1))[^1];

        // The survey counts by whole seconds, so a print or two may fall on the other side of the minute.
        candle.Volume.ShouldBeInRange(traded - 0.5m, traded + 0.5m);
    }

    [Fact]
    public void A_listing_no_recording_feeds_is_named()
    {
        var listing = new Listing(new("DELTA"), Btc, 1m, 1m, 1m, 1m, 1m, 0m, 0m);

        Should.Throw<ArgumentException>(() => new RecordedMarket([], [listing])).Message.ShouldContain("BTC-USDT on DELTA");
    }

    private static RecordedMarket Market()
    {
        var anchor = MemoryRecording.Walk(400, 250, 90_000m, 5m, 0.5m, 1);
        var other = MemoryRecording.Walk(50, 1_300, 110m, 0.02m, 0.01m, 2);
        var (anchorSurvey, otherSurvey) = (RecordingSurvey.Of(anchor), RecordingSurvey.Of(other));
        var path = new PricePath([anchorSurvey.Mids]);
        return new RecordedMarket(
            [new(Alpha, Btc, anchor, anchorSurvey, path, 0, 1, 0), new(Bravo, Btc, other, otherSurvey, path, 7_000, 0.5, 20)],
            [new(Alpha, Btc, 0.1m, 0.001m, 0.001m, 5m, 100m, 0m, 0m), new(Bravo, Btc, 0.5m, 0.01m, 0.01m, 5m, 100m, 0m, 0m)]);
    }

    private static List<MarketEvent> Events(IMarketSource market, VenueId venue, DateTimeOffset start, int seconds) =>
        [.. market.Events(venue, Btc, start).TakeWhile(e => e.Time < start.AddSeconds(seconds))];

    private static double Mid(BookEvent book) => (double)(book.Bids[0].Px + book.Asks[0].Px) / 2;

    // Records compare lists by reference, so events are compared as text.
    internal static string Text(MarketEvent e) => e is BookEvent b
        ? $"{b.Time:O} {string.Join(" ", b.Bids)} | {string.Join(" ", b.Asks)}" : e.ToString();
}

using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Market;

namespace Ems.Execution.Tests.Simulation.Market;

public sealed class FittedMarketTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 10, 0, 20, TimeSpan.Zero);
    private static readonly VenueId Alpha = new("ALPHA"), Bravo = new("BRAVO");
    private static readonly InstrumentId Btc = new("BTC-USDT");
    private static readonly FittedInstrument Figures = new(Btc, "test", 90_000, 0.6, 0.5, 120, 0.4);
    private static readonly FittedTape Tape = new(2, new(0.2, 50), new(0.4, 0.25), new(-3, 1), 0.6, 0.6);

    [Fact]
    public void The_same_seed_gives_the_same_events_and_another_seed_others()
    {
        var first = Events(Market(7), Alpha, Start, 120).Select(RecordedMarketTests.Text).ToList();

        Events(Market(7), Alpha, Start, 120).Select(RecordedMarketTests.Text).ShouldBe(first);
        Events(Market(8), Alpha, Start, 120).Select(RecordedMarketTests.Text).ShouldNotBe(first);
    }

    [Fact]
    public void A_stream_started_later_is_the_tail_of_one_started_earlier()
    {
        var market = Market(7);
        var first = Events(market, Alpha, Start, 180).Select(RecordedMarketTests.Text).ToList();

        var later = Events(market, Alpha, Start.AddSeconds(95), 85).Select(RecordedMarketTests.Text).ToList();

        later.Count.ShouldBeGreaterThan(400);
        later[5..].ShouldBe(first[^(later.Count - 5)..]);
    }

    [Fact]
    public void Books_are_open_ordered_on_the_grid_and_never_old()
    {
        var books = Events(Market(3), Bravo, Start, 600).OfType<BookEvent>().ToList();

        foreach (var book in books)
        {
            (book.Bids[0].Px < book.Asks[0].Px).ShouldBeTrue();
            book.Bids.Zip(book.Bids.Skip(1)).All(p => p.First.Px > p.Second.Px).ShouldBeTrue();
            book.Asks.Zip(book.Asks.Skip(1)).All(p => p.First.Px < p.Second.Px).ShouldBeTrue();
            book.Bids.Concat(book.Asks).All(l => Steps.IsMultiple(l.Px, 0.5m) && Steps.IsMultiple(l.Qty, 0.01m) && l.Qty > 0).ShouldBeTrue();
        }
        books[0].Time.ShouldBe(Start);
        books.Zip(books.Skip(1)).Max(p => p.Second.Time - p.First.Time).ShouldBeLessThan(TimeSpan.FromSeconds(1.1));
    }

    [Fact]
    public void A_trade_prints_at_the_touch_it_took()
    {
        BookEvent? book = null;
        var trades = 0;
        foreach (var e in Events(Market(3), Alpha, Start, 120))
        {
            if (e is TradeEvent t)
            {
                trades++;
                t.Px.ShouldBe(t.Aggressor == Side.Buy ? book!.Asks[0].Px : book!.Bids[0].Px);
            }
            else
            {
                book = (BookEvent)e;
            }
        }
        trades.ShouldBeGreaterThan(100);
    }

    [Fact]
    public void The_path_has_the_fitted_volatility_and_share_of_moves()
    {
        var mid = new MidProcess(Figures, 11);
        var at = Start.ToUnixTimeMilliseconds();
        double squares = 0;
        int steps = 0, moves = 0;
        for (long t = 0; t < 3 * 86_400_000L; t += 30_000, steps++)
        {
            squares += Math.Pow(Math.Log(mid.At(at + t + 30_000) / mid.At(at + t)) * 1e4, 2);
            moves += mid.At(at + t + 250) != mid.At(at + t) ? 1 : 0;
        }

        Math.Sqrt(squares / steps / 30).ShouldBe(0.6, 0.05);
        (moves / (double)steps).ShouldBe(0.4, 0.03);
    }

    [Fact]
    public void The_path_neither_jumps_at_a_block_nor_runs_away()
    {
        var mid = new MidProcess(Figures, 11);
        const long blockMs = (1L << 18) * 250;
        for (long block = 27_000; block < 27_200; block++)
        {
            var jump = Math.Log(mid.At(block * blockMs) / mid.At(block * blockMs - 250)) * 1e4;
            Math.Abs(jump).ShouldBeLessThan(6);
            Math.Abs(Math.Log(mid.At(block * blockMs + 12_345_000) / 90_000)).ShouldBeLessThan(0.1);
        }
    }

    [Fact]
    public void Order_flow_has_the_fitted_rate_size_and_clusters()
    {
        var flow = new FittedOrderFlow(Tape, new MidProcess(Figures, 11), 5);
        var counts = new List<double>();
        var logs = new List<double>();
        for (long block = 29_000_000; block < 29_000_600; block++)
        {
            var orders = flow.Orders(block).ToList();
            counts.Add(orders.Count);
            logs.AddRange(orders.Select(o => Math.Log(o.Qty)));
        }

        (counts.Average() / 60).ShouldBe(2, 0.1);
        logs.Average().ShouldBe(-3, 0.05);
        // Poisson counts would have a variance of 120; excitation with a total branching of 0.6 has several times that.
        var variance = counts.Average(c => Math.Pow(c - counts.Average(), 2));
        variance.ShouldBeGreaterThan(3 * counts.Average());
    }

    [Fact]
    public void Venues_share_the_price_so_that_the_consolidated_book_is_hardly_ever_crossed()
    {
        var market = Market(5);
        var share = CrossedShare.Of([.. Events(market, Alpha, Start, 900).OfType<BookEvent>()], [.. Events(market, Bravo, Start, 900).OfType<BookEvent>()]);

        share.ShouldBeLessThan(0.03);
    }

    [Fact]
    public void History_comes_from_the_same_path_and_tape()
    {
        var market = Market(5);
        var events = Events(market, Alpha, new(2026, 3, 1, 10, 1, 0, TimeSpan.Zero), 60);

        var candle = market.History(Alpha, Btc, new(2026, 3, 1, 10, 2, 0, TimeSpan.Zero))[^1];

        candle.OpenTime.ShouldBe(new(2026, 3, 1, 10, 1, 0, TimeSpan.Zero));
        ((double)candle.Volume).ShouldBe((double)events.OfType<TradeEvent>().Sum(t => t.Qty), 0.1);
        var mids = events.OfType<BookEvent>().Select(b => (b.Bids[0].Px + b.Asks[0].Px) / 2).ToList();
        candle.High.ShouldBeInRange(mids.Min(), mids.Max() + 5m);
        candle.Low.ShouldBeInRange(mids.Min() - 5m, mids.Max());
    }

    private static FittedMarket Market(ulong seed)
    {
        FittedStream Stream(VenueId venue, double gap) => new(venue, Btc, "test", [0.05, 0.1, 0.1, 0.5], 1, [100, 200, 400],
            [new(0, 1), new(0.5, 0.8), new(1, 0.8)], gap, 0.5, 3, 0.2, 1.5, Tape);
        return new FittedMarket(new([Figures], [Stream(Alpha, 0.1), Stream(Bravo, 0.3)]),
            [new(Alpha, Btc, 0.1m, 0.001m, 0.001m, 5m, 100m, 0m, 0m), new(Bravo, Btc, 0.5m, 0.01m, 0.01m, 5m, 100m, 0m, 0m)], seed);
    }

    private static List<MarketEvent> Events(IMarketSource market, VenueId venue, DateTimeOffset start, int seconds) =>
        [.. market.Events(venue, Btc, start).TakeWhile(e => e.Time < start.AddSeconds(seconds))];
}

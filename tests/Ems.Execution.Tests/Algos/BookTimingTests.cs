using Ems.Execution.Core.Algos;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using static Ems.Execution.Tests.Algos.AlgoLoop;

namespace Ems.Execution.Tests.Algos;

public sealed class BookTimingTests
{
    [Fact]
    public void The_heavier_side_pushes_the_price_away_from_itself()
    {
        BookPressure.Against([Leaning(30m, 10m).Books[0]], Side.Buy).ShouldBe(0.5m);
        BookPressure.Against([Leaning(30m, 10m).Books[0]], Side.Sell).ShouldBe(-0.5m);
        BookPressure.Against([], Side.Buy).ShouldBe(0m);
        BookPressure.Against([Leaning(30m, 10m).Books[0] with { Asks = [] }], Side.Buy).ShouldBe(0m);
    }

    [Fact]
    public void A_crossing_waits_while_the_books_lean_its_way_and_never_beyond_its_discretion()
    {
        var loop = Run(_ => Leaning(100m, 1_000m), ("scheduleDiscretion", "0.2"));
        loop.Decisions.ShouldContain(d => d.Decision.WhyIdle.Code == "Leaning");
        // Two slices of ten behind is the discretion: then it crosses although the books still lean.
        loop.Children[0].CreatedAt.ShouldBeGreaterThan(T0.AddSeconds(10));
        loop.Children.Take(8).Min(c => c.CreatedAt).ShouldBeLessThan(T0.AddSeconds(40));
        loop.End!.OrdStatus.ShouldBe(OrdStatus.Filled);
    }

    [Fact]
    public void A_crossing_goes_at_once_when_the_price_is_likelier_to_run_or_the_books_are_even()
    {
        Run(_ => Leaning(1_000m, 100m)).Decisions.ShouldNotContain(d => d.Decision.WhyIdle.Code == "Leaning");
        Run(_ => Leaning(500m, 500m)).Decisions.ShouldNotContain(d => d.Decision.WhyIdle.Code == "Leaning");
    }

    [Fact]
    public void The_books_have_no_say_when_the_trader_has_switched_the_market_off_or_gives_no_discretion()
    {
        Run(_ => Leaning(100m, 1_000m), ("adaptive", "false")).Decisions.ShouldNotContain(d => d.Decision.WhyIdle.Code == "Leaning");
        Run(_ => Leaning(100m, 1_000m), ("scheduleDiscretion", "0")).Decisions.ShouldNotContain(d => d.Decision.WhyIdle.Code == "Leaning");
    }

    [Fact]
    public void What_rests_is_taken_away_before_it_is_run_over()
    {
        var loop = Run(t => t < T0.AddSeconds(13) ? Leaning(500m, 500m) : t < T0.AddSeconds(16) ? Leaning(20m, 1_000m) : Leaning(500m, 500m), (_, tif) => tif == TimeInForce.Gtc ? Fate.None : Fate.Full,
            ("style", "MIXED"), ("aggression", "0"), ("scheduleDiscretion", "0.3"), ("toleranceBand", "0.3"));
        loop.Decisions.ShouldContain(d => d.At >= T0.AddSeconds(13) && d.At < T0.AddSeconds(15) && d.Decision.Actions.OfType<CancelChild>().Any(c => c.Reason.Contains("run over", StringComparison.Ordinal)));
        loop.Children.ShouldNotContain(c => c.CreatedAt >= T0.AddSeconds(14) && c.CreatedAt < T0.AddSeconds(16));
    }

    [Fact]
    public void Mixed_without_aggression_rests_from_slice_to_slice_and_is_full_inside_its_window()
    {
        var loop = Run(_ => Leaning(500m, 500m), Resting(0.5m), ("style", "MIXED"), ("aggression", "0"), ("toleranceBand", "0.2"), ("scheduleDiscretion", "0.1"));
        loop.End!.OrdStatus.ShouldBe(OrdStatus.Filled);
        loop.Now.ShouldBeLessThanOrEqualTo(T0.AddSeconds(100));
        loop.Children.Where(c => c.Slice.PostOnly).Sum(c => c.CumQty).ShouldBeGreaterThan(4m);
    }

    [Fact]
    public void The_last_slice_is_tried_as_long_as_the_window_lasts()
    {
        // Every crossing gets a tenth: two tries per slice leave much behind, the last slice must not.
        var loop = new AlgoLoop
        {
            Spec = Ticket("TWAP", 10m, Side.Buy, ("durationSeconds", "100"), ("slices", "10"), ("randomSize", "0"), ("randomTime", "0")),
            Fates = (n, _) => n is 9 or 10 or 11 or 12 ? new Fate(0.2m) : Fate.Full,
        }.Run();
        loop.End!.OrdStatus.ShouldBe(OrdStatus.Filled);
        loop.Now.ShouldBeLessThan(T0.AddSeconds(100));
    }

    private static Func<int, TimeInForce, Fate> Resting(decimal part) => (_, tif) => tif == TimeInForce.Gtc ? new Fate(part, 1, 1_000) : Fate.Full;

    private static AlgoLoop Run(Func<DateTimeOffset, MarketView> market, params (string, string)[] parameters) => Run(market, Fates.Always(Fate.Full), parameters);

    private static AlgoLoop Run(Func<DateTimeOffset, MarketView> market, Func<int, TimeInForce, Fate> fates, params (string, string)[] parameters) => new AlgoLoop
    {
        Spec = Ticket("TWAP", 10m, Side.Buy, [("durationSeconds", "100"), ("slices", "10"), ("randomSize", "0"), ("randomTime", "0"), .. parameters]), Fates = fates, Market = market,
    }.Run();

    private static MarketView Leaning(decimal bid, decimal ask) =>
        new(new("BTC-USDT"), [new(new("ALPHA"), new("BTC-USDT"), 1, T0, [new(99.9m, bid)], [new(100.1m, ask)])], 100m, null, null, 1_000m);
}

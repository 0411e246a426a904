using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Algos.Accumulate;
using Ems.Execution.Core.Algos.Scale;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using static Ems.Execution.Tests.Algos.AlgoLoop;

namespace Ems.Execution.Tests.Algos;

public sealed class PegTests
{
    private static AlgoLoop Run(Func<DateTimeOffset, MarketView> market, double seconds, ParentSpec spec) =>
        new AlgoLoop { Spec = spec, Market = market, Fates = Fates.Always(new Fate(0m)), Limit = TimeSpan.FromSeconds(seconds) }.Run();

    [Theory]
    [InlineData("BEST", "0", "TICKS", 99.9)]
    [InlineData("BEST", "2", "TICKS", 99.7)]
    [InlineData("BEST", "-1", "TICKS", 100)]
    [InlineData("MID", "0.5", "PRICE", 99.5)]
    [InlineData("MID", "100", "BPS", 99)]
    [InlineData("LAST", "0", "TICKS", 100)]
    [InlineData("OPPOSITE", "0", "TICKS", 100.1)]
    public void It_rests_at_its_distance_from_the_reference(string reference, string offset, string type, double px) =>
        Run(_ => Book(100m), 1, Ticket("PEG", 1m, Side.Buy, ("reference", reference), ("offset", offset), ("offsetType", type))).Children[0].Px.ShouldBe((decimal)px);

    [Fact]
    public void A_sell_pegs_on_the_other_side() =>
        Run(_ => Book(100m), 1, Ticket("PEG", 1m, Side.Sell, ("offset", "2"))).Children[0].Px.ShouldBe(100.3m);

    [Fact]
    public void It_follows_after_resting_and_never_beyond_the_limit()
    {
        var loop = Run(t => Book(t < T0.AddSeconds(1.5) ? 100m : 105m), 20, Ticket("PEG", 1m, Side.Buy) with { LimitPx = 102m });
        loop.Children.Select(c => c.Px).ShouldBe([99.9m, 102m]);
    }

    [Fact]
    public void It_follows_back_unless_told_not_to_retreat()
    {
        MarketView At(DateTimeOffset t) => Book(t < T0.AddSeconds(3) ? 100m : 99m);
        Run(At, 20, Ticket("PEG", 1m, Side.Buy)).Children.Select(c => c.Px).ShouldBe([99.9m, 98.9m]);
        Run(At, 20, Ticket("PEG", 1m, Side.Buy, ("dontRetreat", "true"))).Children.Select(c => c.Px).ShouldBe([99.9m]);
    }

    [Fact]
    public void It_chases_no_farther_than_told() =>
        Run(t => Book(t < T0.AddSeconds(3) ? 100m : 110m), 20, Ticket("PEG", 1m, Side.Buy, ("maxChaseBps", "100"))).Children[^1].Px.ShouldBe(101m);

    [Fact]
    public void At_its_crossing_price_it_cancels_and_takes()
    {
        var loop = new AlgoLoop
        {
            Spec = Ticket("PEG", 1m, Side.Buy, ("wouldCross", "95")), Market = t => Book(t < T0.AddSeconds(3) ? 100m : 94m), Fates = (n, tif) => tif == TimeInForce.Ioc ? Fate.Full : new(0m),
        }.Run();
        loop.Children[^1].Slice.TimeInForce.ShouldBe(TimeInForce.Ioc);
        loop.End!.OrdStatus.ShouldBe(OrdStatus.Filled);
    }
}

public sealed class SniperAndSweepTests
{
    private static MarketView Levels(params (decimal Px, decimal Qty)[] asks) => Book(100m) with
    {
        Books = [new(new("ALPHA"), new("BTC-USDT"), 1, T0, [new(99.9m, 10m)], [.. asks.Select(a => new BookLevel(a.Px, a.Qty))])],
    };

    [Fact]
    public void A_sniper_shows_nothing_until_enough_is_there_and_takes_no_more_than_that()
    {
        var loop = new AlgoLoop
        {
            Spec = Ticket("SNIPER", 5m, Side.Buy, ("minQty", "2")) with { LimitPx = 100.2m },
            Market = t => t < T0.AddSeconds(3) ? Levels((100.1m, 1.9m), (100.3m, 50m)) : Levels((100.1m, 1m), (100.2m, 1.5m), (100.3m, 50m)),
        }.Run();
        loop.Children[0].CreatedAt.ShouldBe(T0.AddSeconds(3));
        loop.Children.Select(c => c.Qty).ShouldBe([2.5m, 2.5m]);
        (loop.Children[1].CreatedAt - loop.Children[0].CreatedAt).TotalMilliseconds.ShouldBeGreaterThanOrEqualTo(500);
    }

    [Fact]
    public void A_sniper_stops_after_its_shots()
    {
        var loop = new AlgoLoop { Spec = Ticket("SNIPER", 5m, Side.Buy, ("minQty", "1"), ("maxShots", "3")) with { LimitPx = 101m }, Fates = Fates.Always(Fate.None) }.Run();
        loop.Children.Count.ShouldBe(3);
        loop.End!.Code.ShouldBe("OutOfShots");
    }

    [Fact]
    public void A_sweep_takes_to_its_limit_and_cancels_the_rest()
    {
        var loop = new AlgoLoop { Spec = Ticket("SWEEP", 5m, Side.Buy, ("allIn", "false")) with { LimitPx = 100.2m }, Market = _ => Levels((100.1m, 1m), (100.2m, 1.5m), (100.3m, 50m)) }.Run();
        loop.Children.ShouldHaveSingleItem().Qty.ShouldBe(2.5m);
        loop.End!.Code.ShouldBe("SweepRemainder");
    }

    [Fact]
    public void A_worst_average_bounds_the_depth()
    {
        // 1 at 100 and q at 102 average 101 for q = 1.
        var loop = new AlgoLoop { Spec = Ticket("SWEEP", 5m, Side.Buy, ("allIn", "false"), ("maxAvgPx", "101")) with { LimitPx = 103m }, Market = _ => Levels((100m, 1m), (102m, 50m)) }.Run();
        loop.Children.ShouldHaveSingleItem().Qty.ShouldBe(2m);
    }

    [Fact]
    public void All_in_leaves_room_for_the_fee()
    {
        // 5 bps on 100.15 is more than what is left to 100.2.
        var loop = new AlgoLoop { Spec = Ticket("SWEEP", 5m) with { LimitPx = 100.2m }, Market = _ => Levels((100.1m, 1m), (100.2m, 50m)) }.Run();
        loop.Children.ShouldHaveSingleItem().Qty.ShouldBe(1m);
    }

    [Fact]
    public void The_remainder_may_rest_at_the_limit()
    {
        var loop = new AlgoLoop { Spec = Ticket("SWEEP", 5m, Side.Buy, ("allIn", "false"), ("postRemainder", "true")) with { LimitPx = 100.2m }, Market = _ => Levels((100.1m, 1m), (100.3m, 50m)) }.Run();
        loop.Children.Select(c => (c.Qty, c.Slice.TimeInForce)).ShouldBe([(1m, TimeInForce.Ioc), (4m, TimeInForce.Gtc)]);
        loop.End!.OrdStatus.ShouldBe(OrdStatus.Filled);
    }
}

public sealed class ScaleTests
{
    [Theory]
    [InlineData("FLAT", new[] { 2.0, 2, 2, 2, 2 })]
    [InlineData("LINEAR", new[] { 1.333, 1.666, 2, 2.333, 2.668 })]
    [InlineData("GEOMETRIC", new[] { 0.322, 0.645, 1.29, 2.58, 5.163 })]
    public void Levels_sum_to_the_order_whatever_the_skew(string skew, double[] expected)
    {
        var loop = new AlgoLoop { Spec = Ticket("SCALE", 10m, Side.Buy, ("fromPx", "99"), ("toPx", "95"), ("sizeSkew", skew)), Fates = Fates.Always(new Fate(0m)), Limit = TimeSpan.FromSeconds(5) }.Run();
        loop.Children.Select(c => (double)c.Qty).ShouldBe(expected);
        loop.Children.Select(c => c.Px).ShouldBe([99m, 98m, 97m, 96m, 95m]);
    }

    [Fact]
    public void It_ends_when_all_levels_filled() =>
        new AlgoLoop { Spec = Ticket("SCALE", 10m, Side.Sell, ("fromPx", "101"), ("toPx", "110"), ("count", "10")) }.Run().CumQty.ShouldBe(10m);

    [Fact]
    public void A_level_the_venue_ended_is_placed_again_at_its_own_price()
    {
        var loop = new AlgoLoop { Spec = Ticket("SCALE", 10m, Side.Buy, ("fromPx", "99"), ("toPx", "95")), Fates = (n, _) => n == 2 ? Fate.Reject("RATE_LIMIT") : Fate.Full }.Run();
        loop.Children.Select(c => c.Px).ShouldBe([99m, 98m, 97m, 96m, 95m, 97m]);
        loop.CumQty.ShouldBe(10m);
    }

    [Fact]
    public void Levels_on_the_wrong_side_wait_when_told_to_skip()
    {
        var loop = new AlgoLoop
        {
            Spec = Ticket("SCALE", 10m, Side.Buy, ("fromPx", "101"), ("toPx", "97"), ("crossing", "SKIP")), Fates = Fates.Always(new Fate(0m)), Limit = TimeSpan.FromSeconds(20),
            Market = t => Book(t < T0.AddSeconds(5) ? 100m : 103m),
        }.Run();
        loop.Children.Where(c => c.CreatedAt == T0).Select(c => c.Px).ShouldBe([100m, 99m, 98m, 97m]);
        loop.Children.Where(c => c.CreatedAt >= T0.AddSeconds(5)).Select(c => c.Px).ShouldBe([101m]);
    }

    [Fact]
    public void Too_many_levels_for_the_minimum_become_fewer_and_the_trader_is_told()
    {
        var (spec, adjustments) = new ScaleAlgo().Precheck(Ticket("SCALE", 0.3m, Side.Buy, ("fromPx", "99"), ("toPx", "95"), ("count", "20")), Book(100m), [Alpha], T0);
        adjustments.ShouldHaveSingleItem().Field.ShouldBe("parameters.count");
        new AlgoLoop { Spec = spec }.Run().CumQty.ShouldBe(0.3m);
    }

    [Theory]
    [InlineData(Side.Buy, "95", "99", "parameters.toPx")]
    [InlineData(Side.Sell, "101", "99", "parameters.toPx")]
    [InlineData(Side.Buy, "99", "99", "parameters.toPx")]
    public void A_ladder_goes_away_from_the_market(Side side, string from, string to, string field) =>
        new ScaleAlgo().CrossCheck(Ticket("SCALE", 1m, side, ("fromPx", from), ("toPx", to)), T0).ShouldHaveSingleItem().Field.ShouldBe(field);
}

public sealed class AccumulateTests
{
    private static ParentSpec Plain(decimal qty, params (string, string)[] more) =>
        Ticket("ACCUMULATE", qty, Side.Buy, [("componentQty", "1"), ("betweenSeconds", "10"), ("randomizeTime20", "false"), .. more]);

    [Fact]
    public void A_component_at_a_time_until_done()
    {
        var loop = new AlgoLoop { Spec = Plain(4.5m) }.Run();
        loop.Children.Select(c => (c.Qty, (c.CreatedAt - T0).TotalSeconds)).ShouldBe([(1m, 0d), (1m, 10d), (1m, 20d), (1m, 30d), (0.5m, 40d)]);
        loop.End!.OrdStatus.ShouldBe(OrdStatus.Filled);
    }

    [Fact]
    public void What_a_component_missed_is_added_to_the_next_only_when_told()
    {
        AlgoLoop Run(string catchUp) => new AlgoLoop { Spec = Plain(4m, ("catchUp", catchUp)), Fates = (n, _) => n == 0 ? Fate.None : Fate.Full }.Run();
        Run("false").Children.Select(c => c.Qty).ShouldBe([1m, 1m, 1m, 1m, 1m]);
        Run("true").Children.Select(c => c.Qty).ShouldBe([1m, 2m, 1m, 1m]);
    }

    [Fact]
    public void A_resting_component_makes_way_for_the_next()
    {
        var loop = new AlgoLoop { Spec = Plain(3m, ("style", "MAKER")), Fates = (n, _) => n == 0 ? new(0m) : Fate.Full }.Run();
        loop.Children[0].OrdStatus.ShouldBe(OrdStatus.Canceled);
        (loop.Children[1].CreatedAt - T0).TotalSeconds.ShouldBeInRange(10, 10.6);
        loop.Children.ShouldAllBe(c => c.Qty == 1m);
        loop.CumQty.ShouldBe(3m);
    }

    [Fact]
    public void It_gives_a_resting_component_up_after_its_patience()
    {
        var loop = new AlgoLoop { Spec = Plain(2m, ("style", "MAKER"), ("giveUpSeconds", "4")), Fates = (n, _) => n == 0 ? new(0m) : Fate.Full }.Run();
        (loop.Children[0].EndedAt!.Value - T0).TotalSeconds.ShouldBeInRange(4, 4.5);
    }

    [Fact]
    public void Waiting_for_fill_sends_no_component_before_the_one_ahead_is_done()
    {
        var loop = new AlgoLoop { Spec = Plain(3m, ("style", "MAKER"), ("waitForFill", "true")), Fates = (n, _) => new(1m, 1, 13_000) }.Run();
        foreach (var (first, second) in loop.Children.Zip(loop.Children.Skip(1)))
        {
            second.CreatedAt.ShouldBeGreaterThanOrEqualTo(first.EndedAt!.Value);
        }
        loop.CumQty.ShouldBe(3m);
    }

    [Fact]
    public void Sizes_and_times_vary_within_their_bounds()
    {
        var loop = new AlgoLoop { Spec = Ticket("ACCUMULATE", 60m, Side.Sell, ("componentQty", "1"), ("betweenSeconds", "10"), ("randomizeSize55", "true")) }.Run();
        loop.Children.SkipLast(1).ShouldAllBe(c => c.Qty >= 0.449m && c.Qty <= 1.55m);
        var gaps = loop.Children.Zip(loop.Children.Skip(1)).Select(p => (p.Second.CreatedAt - p.First.CreatedAt).TotalSeconds).ToList();
        gaps.ShouldAllBe(g => g >= 7.9 && g <= 12.1);
        gaps.Max().ShouldBeGreaterThan(gaps.Min() + 1);
    }

    [Fact]
    public void A_pause_does_not_release_a_burst()
    {
        var loop = new AlgoLoop { Spec = Plain(4m), Paused = (T0.AddSeconds(5), T0.AddSeconds(65)) }.Run();
        loop.Children.ShouldAllBe(c => c.Qty == 1m);
        loop.Children[1].CreatedAt.ShouldBe(T0.AddSeconds(65));
        loop.Children[2].CreatedAt.ShouldBe(T0.AddSeconds(75));
    }

    [Fact]
    public void A_component_below_the_minimum_is_raised_and_the_trader_is_told() =>
        new AccumulateAlgo().Precheck(Ticket("ACCUMULATE", 1m, Side.Buy, ("componentQty", "0.01")), Book(100m), [Alpha], T0).Adjustments.ShouldHaveSingleItem().Field.ShouldBe("parameters.componentQty");
}

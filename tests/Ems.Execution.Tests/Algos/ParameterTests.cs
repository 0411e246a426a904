using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Algos.Pov;
using Ems.Execution.Core.Algos.Vwap;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using static Ems.Execution.Tests.Algos.AlgoLoop;

namespace Ems.Execution.Tests.Algos;

/// <summary>Single parameters of the schedules and liquidity seekers, at their edges.</summary>
public sealed class ParameterTests
{
    [Fact]
    public void Blocks_are_no_volume_for_a_participation_that_filters_them()
    {
        var tape = new PrintTape();
        for (var n = 0; n < 30; n++)
        {
            tape.Add(new(new("ALPHA"), new("BTC-USDT"), n, 100m, n == 20 ? 500m : 1m, Side.Buy, T0.AddSeconds(n)));
        }
        tape.QtyLastMinute(T0.AddSeconds(30)).ShouldBe(529m);
        tape.QtyLastMinute(T0.AddSeconds(30), 10m).ShouldBe(29m);
        PovAlgo.BlockFilter(Ticket("POV", 1m, Side.Buy, ("blockFilter", "10"))).ShouldBe(10m);
        PovAlgo.BlockFilter(Ticket("POV", 1m)).ShouldBeNull();
        PovAlgo.BlockFilter(Ticket("TWAP", 1m, Side.Buy, ("blockFilter", "10"))).ShouldBeNull();
    }

    [Fact]
    public void A_participation_crosses_at_its_time_for_the_least_completion_only_and_then_follows_the_volume_again()
    {
        var loop = new AlgoLoop
        {
            Spec = Ticket("POV", 10m, Side.Buy, ("rate", "0.1"), ("completeBy", "2026-01-05T12:00:30Z"), ("minCompletion", "0.6"), ("durationSeconds", "90")),
            Market = _ => Book(100m, volume: 6m),
        }.Run();
        decimal Done(double seconds) => loop.Children.Where(c => c.CreatedAt <= T0.AddSeconds(seconds)).Sum(c => c.CumQty);
        Done(29).ShouldBeLessThan(1m);
        Done(31).ShouldBe(6m);
        loop.CumQty.ShouldBeInRange(6m, 7m);
        loop.End!.Code.ShouldBe("WindowOver");
    }

    [Fact]
    public void A_participation_takes_all_at_its_I_would_price()
    {
        var loop = new AlgoLoop { Spec = Ticket("POV", 10m, Side.Buy, ("iWouldPrice", "95")), Market = t => Book(t < T0.AddSeconds(20) ? 100m : 94m, volume: 1m) }.Run();
        loop.End!.OrdStatus.ShouldBe(OrdStatus.Filled);
        loop.Children[^1].Slice.Reason.ShouldContain("I-would");
    }

    [Theory]
    [InlineData("0.05", null, 101, 0.05)]
    [InlineData("0.05", null, 99, 0.1)]
    [InlineData(null, "0.2", 101, 0.1)]
    [InlineData(null, "0.2", 99, 0.2)]
    [InlineData("0.05", "0.2", 100, 0.1)]
    public void Half_a_band_moves_the_rate_on_its_own_side_only(string? least, string? most, double mid, double rate)
    {
        List<(string, string)> parameters = [("rate", "0.1"), ("intervalSeconds", "10"), ("randomTime", "0"), ("durationSeconds", "300")];
        if (least is not null)
        {
            parameters.Add(("minRate", least));
        }
        if (most is not null)
        {
            parameters.Add(("maxRate", most));
        }
        // It arrives at 100; from the first second on the price is where the case wants it.
        var loop = new AlgoLoop { Spec = Ticket("POV", 1_000m, Side.Buy, [.. parameters]), Market = t => Book(t > T0 ? (decimal)mid : 100m, volume: 600m) }.Run();
        // 600 a minute of which our own is part: others trade what is left.
        var others = 0m;
        foreach (var (at, decision) in loop.Decisions.Where(d => d.Decision.Actions.OfType<SubmitSlice>().Any()))
        {
            decision.Actions.OfType<SubmitSlice>().Single().Reason.ShouldContain(((decimal)rate).ToString("0.##%", System.Globalization.CultureInfo.CurrentCulture));
            others += 1m;
        }
        others.ShouldBeGreaterThan(20m);
    }

    [Theory]
    [InlineData("POV", "minCompletion", "0.5", "needs")]
    [InlineData("PEG", "offsetType", "DEPTH", null)]
    [InlineData("ICEBERG", "childTif", "IOC", "contradiction")]
    public void Contradictions_are_named(string strategy, string name, string value, string? rule)
    {
        var errors = AlgoCatalog.Find(strategy)!.CrossCheck(Ticket(strategy, 5m, Side.Buy, (name, value)), T0).ToList();
        if (rule is null)
        {
            errors.ShouldBeEmpty();
        }
        else
        {
            errors.ShouldHaveSingleItem().ShouldSatisfyAllConditions(e => e.Rule.ShouldBe(rule), e => e.Field.ShouldBe("parameters." + name));
        }
    }

    [Fact]
    public void A_depth_offset_needs_the_best_price_and_two_chases_are_one_too_many()
    {
        var peg = AlgoCatalog.Find("PEG")!;
        peg.CrossCheck(Ticket("PEG", 5m, Side.Buy, ("offsetType", "DEPTH"), ("reference", "MID")), T0).ShouldHaveSingleItem().Rule.ShouldBe("contradiction");
        peg.CrossCheck(Ticket("PEG", 5m, Side.Buy, ("offsetType", "DEPTH"), ("offset", "-1")), T0).ShouldHaveSingleItem().Rule.ShouldBe("contradiction");
        peg.CrossCheck(Ticket("PEG", 5m, Side.Buy, ("maxChaseBps", "5"), ("maxChasePx", "1")), T0).ShouldHaveSingleItem().Rule.ShouldBe("exactly_one");
    }

    [Theory]
    [InlineData("0", 99.9)]
    [InlineData("4", 99.9)]
    [InlineData("6", 99.8)]
    [InlineData("40", 99.5)]
    public void A_peg_by_depth_rests_where_so_much_is_ahead_of_it(string depth, double px)
    {
        MarketView Market(DateTimeOffset _) => new(new("BTC-USDT"), [new(new("ALPHA"), new("BTC-USDT"), 1, T0, [new(99.9m, 5m), new(99.8m, 5m), new(99.5m, 20m)], [new(100.1m, 50m)])], 100m, null, null);
        new AlgoLoop { Spec = Ticket("PEG", 1m, Side.Buy, ("offsetType", "DEPTH"), ("offset", depth)), Market = Market, Fates = Fates.Always(Fate.None), Limit = TimeSpan.FromSeconds(1) }.Run()
            .Children[0].Px.ShouldBe((decimal)px);
    }

    [Fact]
    public void A_peg_chases_no_farther_than_a_distance_in_price() =>
        new AlgoLoop { Spec = Ticket("PEG", 1m, Side.Buy, ("maxChasePx", "2.5")), Market = t => Book(t < T0.AddSeconds(3) ? 100m : 110m), Fates = Fates.Always(Fate.None), Limit = TimeSpan.FromSeconds(20) }.Run()
            .Children[^1].Px.ShouldBe(102.5m);

    [Fact]
    public void An_iceberg_of_immediate_tips_takes_at_its_price_and_never_rests()
    {
        var loop = new AlgoLoop
        {
            Spec = Ticket("ICEBERG", 2m, Side.Buy, ("displayQty", "0.5"), ("variance", "0"), ("preference", "FIXED_PRICE"), ("childTif", "IOC")) with { LimitPx = 100.5m },
            Market = t => Book(t < T0.AddSeconds(10) ? 101m : 100m),
        }.Run();
        loop.Children.ShouldAllBe(c => c.Slice.TimeInForce == TimeInForce.Ioc && c.CreatedAt >= T0.AddSeconds(10));
        loop.Decisions[0].Decision.WhyIdle.Code.ShouldBe("WaitingPrice");
        loop.End!.OrdStatus.ShouldBe(OrdStatus.Filled);
    }

    [Fact]
    public void A_tilted_volume_curve_runs_ahead_and_ends_at_the_same_place()
    {
        decimal Planned(string tilt, double minutes) =>
            VwapAlgo.ScheduleOf(Ticket("VWAP", 10m, Side.Buy, ("durationSeconds", "3600"), ("alphaTilt", tilt)), T0).PlannedQty(10m, T0.AddMinutes(minutes));
        Planned("1", 20).ShouldBeGreaterThan(Planned("0", 20));
        Planned("-1", 20).ShouldBeLessThan(Planned("0", 20));
        Planned("1", 60).ShouldBe(10m);
    }
}

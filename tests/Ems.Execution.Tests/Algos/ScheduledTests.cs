using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Algos.Shortfall;
using Ems.Execution.Core.Algos.Vwap;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using static Ems.Execution.Tests.Algos.AlgoLoop;

namespace Ems.Execution.Tests.Algos;

public sealed class VwapTests
{
    [Fact]
    public void The_curve_is_a_distribution_over_any_window()
    {
        foreach (var hours in new[] { 0.1, 1, 7, 24, 200 })
        {
            var end = T0.AddHours(hours);
            VolumeCurve.Btc2025.Share(T0, end, T0).ShouldBe(0, 1e-9);
            VolumeCurve.Btc2025.Share(T0, end, end).ShouldBe(1, 1e-9);
            var shares = Enumerable.Range(0, 101).Select(i => VolumeCurve.Btc2025.Share(T0, end, T0.AddHours(hours * i / 100))).ToList();
            shares.ShouldBe(shares.Order());
        }
    }

    [Fact]
    public void A_flat_curve_is_even_and_the_fitted_one_gives_the_afternoon_more_than_the_night()
    {
        var day = new DateTimeOffset(2026, 1, 6, 0, 0, 0, TimeSpan.Zero);
        VolumeCurve.Flat.Share(day, day.AddDays(1), day.AddHours(6)).ShouldBe(0.25, 1e-9);
        double Hour(int h) => VolumeCurve.Btc2025.Share(day, day.AddDays(1), day.AddHours(h + 1)) - VolumeCurve.Btc2025.Share(day, day.AddDays(1), day.AddHours(h));
        Hour(14).ShouldBe(1.903 / 24, 0.001);
        Hour(4).ShouldBe(0.656 / 24, 0.001);
    }

    [Fact]
    public void Weights_that_are_not_positive_are_refused()
    {
        Should.Throw<ArgumentException>(() => new VolumeCurve([.. Enumerable.Repeat(0d, 168)], [.. Enumerable.Repeat(1d, 12)]));
        Should.Throw<ArgumentException>(() => new VolumeCurve([1d], [1d]));
        Should.Throw<ArgumentException>(() => new VolumeCurve([.. Enumerable.Repeat(double.NaN, 168)], [.. Enumerable.Repeat(1d, 12)]));
    }

    [Fact]
    public void Slices_follow_the_curve_and_add_up()
    {
        // 12:00 to 16:00 UTC on a Monday: the hour from 14:00 usually trades 1.903 / 1.004 of the hour from 12:00.
        var spec = Ticket("VWAP", 100m, Side.Buy, ("durationSeconds", "14400"), ("slices", "48"), ("randomSize", "0"), ("randomTime", "0"));
        var loop = new AlgoLoop { Spec = spec }.Run();
        decimal Hour(int h) => loop.Children.Where(c => c.CreatedAt >= T0.AddHours(h) && c.CreatedAt < T0.AddHours(h + 1)).Sum(c => c.Qty);
        loop.CumQty.ShouldBe(100m);
        ((double)(Hour(2) / Hour(0))).ShouldBe(1.903 / 1.004, 0.01);
        ((double)(Hour(1) / Hour(0))).ShouldBe(1.533 / 1.004, 0.01);
    }

    [Fact]
    public void Never_take_only_rests()
    {
        var loop = new AlgoLoop { Spec = Ticket("VWAP", 10m, Side.Buy, ("durationSeconds", "60"), ("slices", "6"), ("noTakeLiq", "true")), Fates = Fates.Mixed(5) }.Run();
        loop.Children.ShouldNotBeEmpty();
        loop.Children.ShouldAllBe(c => c.Slice.PostOnly);
    }

    [Fact]
    public void The_schedule_is_the_plan() =>
        VwapAlgo.ScheduleOf(Ticket("VWAP", 10m, Side.Buy, ("durationSeconds", "3600")), T0).PlannedQty(10m, T0.AddHours(1)).ShouldBe(10m);
}

public sealed class ShortfallTests
{
    [Theory]
    [InlineData(1e-6, 0.60707616324706279, 911226.98630379355, 364128572058.141, new[] { 458044.44562607771, 252101.33496398724, 141956.73158821191, 85755.686215957118, 62141.801605766027 })]
    [InlineData(2e-6, 0.84629713450125627, 1140715.1670497853, 201931287150.52432, new[] { 571401.15425298271, 245666.03148524956, 106637.09264630609, 48652.344218555247, 27643.37739690639 })]
    public void Almgren_and_Chriss_own_example_comes_out_to_the_last_digits(double lambda, double kappa, double cost, double variance, double[] trades)
    {
        var model = new AlmgrenChriss(1_000_000, 5, 5, 0.95, 0.0625, 2.5e-6, 2.5e-7, lambda);
        model.Kappa.ShouldBe(kappa, 1e-12);
        (model.ExpectedCost / cost).ShouldBe(1, 1e-12);
        (model.Variance / variance).ShouldBe(1, 1e-12);
        for (var j = 1; j <= 5; j++)
        {
            model.Trade(j).ShouldBe(trades[j - 1], 1e-5);
        }
    }

    [Fact]
    public void Without_risk_aversion_it_is_the_even_schedule()
    {
        var model = new AlmgrenChriss(1_000_000, 5, 5, 0.95, 0.0625, 2.5e-6, 2.5e-7, 0);
        model.ExpectedCost.ShouldBe(662_500, 1e-6);
        (model.Variance / 1.083e12).ShouldBe(1, 1e-12);
        model.Trade(1).ShouldBe(200_000, 1e-6);
    }

    [Fact]
    public void What_is_left_stays_finite_for_any_haste()
    {
        foreach (var kappaT in new[] { 0, 1e-9, 1e-3, 1, 20, 1_000, 1e6 })
        {
            AlmgrenChriss.Remaining(kappaT, 0).ShouldBe(1, 1e-9);
            AlmgrenChriss.Remaining(kappaT, 1).ShouldBe(0, 1e-9);
            AlmgrenChriss.Remaining(kappaT, 0.5).ShouldBeInRange(0, 0.5 + 1e-9);
        }
    }

    [Fact]
    public void More_aversion_more_volatility_and_less_depth_move_the_front_load_the_right_way()
    {
        decimal Kappa(string aversion, decimal vol, decimal depth) => ShortfallAlgo.KappaT(
            new ParamReader(ShortfallAlgo.Definition, Ticket("IS", 10m, Side.Buy, ("riskAversion", aversion))), Side.Buy, Book(100m, depth: depth), 10m, TimeSpan.FromMinutes(30), vol);
        Kappa("AGGRESSIVE", 60m, 5m).ShouldBeGreaterThan(Kappa("NEUTRAL", 60m, 5m));
        Kappa("NEUTRAL", 60m, 5m).ShouldBeGreaterThan(Kappa("PASSIVE", 60m, 5m));
        Kappa("NEUTRAL", 120m, 5m).ShouldBeGreaterThan(Kappa("NEUTRAL", 60m, 5m));
        Kappa("NEUTRAL", 60m, 20m).ShouldBeGreaterThan(Kappa("NEUTRAL", 60m, 5m));
        Kappa("PASSIVE", 60m, 5m).ShouldBeGreaterThan(0m);
        Kappa("GET_DONE", 5_000m, 1_000m).ShouldBe(20m);
    }

    [Fact]
    public void The_estimate_is_shown_written_into_the_ticket_and_followed()
    {
        var (spec, adjustments) = new ShortfallAlgo().Precheck(Ticket("IS", 10m, Side.Buy, ("durationSeconds", "600"), ("slices", "20")), Book(100m, depth: 5m) with { VolatilityBps = 80m }, [Alpha], T0);
        adjustments.ShouldContain(a => a.Field == "parameters.kappaT" && a.Rule == "estimated");
        spec.Parameters["kappaT"].ShouldBe(adjustments[^1].To);
        new ShortfallAlgo().Precheck(spec, Book(100m), [Alpha], T0).Adjustments.ShouldBeEmpty();
    }

    [Fact]
    public void It_front_loads_by_its_kappa()
    {
        var spec = Ticket("IS", 100m, Side.Buy, ("durationSeconds", "500"), ("slices", "5"), ("kappaT", "3"), ("randomSize", "0"), ("randomTime", "0"));
        var loop = new AlgoLoop { Spec = spec }.Run();
        for (var j = 1; j <= 5; j++)
        {
            ((double)loop.Children[j - 1].Qty).ShouldBe(100 * (AlmgrenChriss.Remaining(3, (j - 1) / 5d) - AlmgrenChriss.Remaining(3, j / 5d)), 0.002);
        }
        loop.CumQty.ShouldBe(100m);
    }

    [Fact]
    public void A_volatility_regime_change_re_plans_the_rest_and_a_small_one_does_not()
    {
        AlgoLoop Run(decimal later) => new AlgoLoop
        {
            Spec = Ticket("IS", 100m, Side.Buy, ("durationSeconds", "1000"), ("slices", "20"), ("kappaT", "1"), ("randomSize", "0"), ("randomTime", "0")),
            Market = t => Book(100m, depth: 20m) with { VolatilityBps = t < T0.AddSeconds(220) ? 60m : later },
        }.Run();
        decimal After(AlgoLoop l) => l.Children.Where(c => c.CreatedAt > T0.AddSeconds(220) && c.CreatedAt < T0.AddSeconds(500)).Sum(c => c.Qty);
        After(Run(240m)).ShouldBeGreaterThan(After(Run(60m)) * 1.1m);
        After(Run(80m)).ShouldBe(After(Run(60m)));
        Run(240m).CumQty.ShouldBe(100m);
        Run(15m).CumQty.ShouldBe(100m);
    }

    [Fact]
    public void Books_that_stay_deeper_make_haste_cheaper_and_re_plan_the_rest_and_one_deep_moment_does_not()
    {
        AlgoLoop Run(Func<DateTimeOffset, decimal> depth) => new AlgoLoop
        {
            Spec = Ticket("IS", 100m, Side.Buy, ("durationSeconds", "1000"), ("slices", "20"), ("kappaT", "1"), ("randomSize", "0"), ("randomTime", "0"), ("volatilityBps", "300")),
            Market = t => Book(100m, depth: depth(t)),
        }.Run();
        decimal After(AlgoLoop l) => l.Children.Where(c => c.CreatedAt > T0.AddSeconds(220) && c.CreatedAt < T0.AddSeconds(500)).Sum(c => c.Qty);
        var calm = After(Run(_ => 20m));
        After(Run(t => t < T0.AddSeconds(220) ? 20m : 2_000m)).ShouldBeGreaterThan(calm * 1.05m);
        After(Run(t => t >= T0.AddSeconds(220) && t < T0.AddSeconds(260) ? 25m : 20m)).ShouldBe(calm);
    }

    [Fact]
    public void Completion_is_forced_before_the_window_is_over()
    {
        var loop = new AlgoLoop { Spec = Ticket("IS", 10m, Side.Buy, ("durationSeconds", "20"), ("slices", "4")), Fates = (n, _) => n < 9 ? new Fate(0.1m) : Fate.Full }.Run();
        loop.CumQty.ShouldBe(10m);
        loop.Now.ShouldBeLessThanOrEqualTo(T0.AddSeconds(20));
    }
}

public sealed class PovTests
{
    private static AlgoLoop Run(decimal volume, params (string, string)[] parameters) => new AlgoLoop
    {
        Spec = Ticket("POV", 1_000m, Side.Buy, [("durationSeconds", "600"), .. parameters]), Market = _ => Book(100m, volume: volume),
    }.Run();

    [Fact]
    public void Own_part_of_all_volume_is_the_rate()
    {
        // The tape prints 600 a minute, own fills included: at 10 % that is 60 a minute.
        var own = Run(600m, ("rate", "0.1"), ("intervalSeconds", "10")).CumQty;
        ((double)(own / 6_000m)).ShouldBe(0.1, 0.004);
    }

    [Fact]
    public void Counting_own_prints_changes_the_share()
    {
        ((double)(Run(600m, ("rate", "0.1"), ("includeOwn", "true")).CumQty / 6_000m)).ShouldBe(0.1, 0.004);
    }

    [Fact]
    public void A_dead_market_makes_no_progress()
    {
        var loop = Run(0m, ("rate", "0.1"));
        loop.Children.ShouldBeEmpty();
        loop.End!.Code.ShouldBe("WindowOver");
    }

    [Fact]
    public void Without_a_tape_it_says_so()
    {
        var loop = new AlgoLoop { Spec = Ticket("POV", 10m), Market = _ => Book(100m, volume: null), Limit = TimeSpan.FromSeconds(60) }.Run();
        loop.Children.ShouldBeEmpty();
        loop.Decisions.ShouldContain(d => d.Decision.WhyIdle.Code == "NoVolume");
    }

    [Fact]
    public void The_band_trades_more_when_the_price_is_better_than_arrival()
    {
        decimal At(decimal mid) => new AlgoLoop
        {
            Spec = Ticket("POV", 1_000m, Side.Buy, ("rate", "0.1"), ("minRate", "0.05"), ("maxRate", "0.2"), ("durationSeconds", "300")),
            Market = t => Book(t == T0 ? 100m : mid, volume: 600m),
        }.Run().CumQty;
        ((double)(At(99m) / 3_000m)).ShouldBe(0.2, 0.01);
        ((double)(At(100m) / 3_000m)).ShouldBe(0.1, 0.01);
        ((double)(At(101m) / 3_000m)).ShouldBe(0.05, 0.01);
    }

    [Fact]
    public void From_its_time_on_it_completes_whatever_the_volume()
    {
        var loop = new AlgoLoop { Spec = Ticket("POV", 10m, Side.Buy, ("completeBy", "2026-01-05T12:00:30Z")), Market = _ => Book(100m, volume: 1m) }.Run();
        loop.CumQty.ShouldBe(10m);
        loop.Now.ShouldBeLessThan(T0.AddSeconds(40));
    }
}

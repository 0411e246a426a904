using Ems.Execution.Core.Algos.Vwap;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;
using static Ems.Execution.Tests.Algos.AlgoLoop;

namespace Ems.Execution.Tests.Algos;

/// <summary>Volume minute by minute: written down, learned from, forecast, followed.</summary>
public sealed class VolumeTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 19, 12, 0, 0, TimeSpan.Zero);

    /// <summary>A history of <paramref name="days"/> up to now, minute by minute.</summary>
    private static VolumeHistory History(double days, Func<DateTimeOffset, double> qty)
    {
        var log = new VolumeLog();
        log.Load(Enumerable.Range(1, (int)(days * 1_440)).Select(i => Now.AddMinutes(-i)).Select(t => (t, qty(t))), Now);
        return log.At(Now);
    }

    [Fact]
    public void The_first_minute_is_not_known_and_silence_counts_as_nothing()
    {
        var log = new VolumeLog();
        log.Add(Now.AddSeconds(30), 5m);
        log.Add(Now.AddSeconds(70), 2m);
        var view = log.At(Now.AddMinutes(4));
        log.Add(Now.AddMinutes(4), 9m);
        view.KnownMinutes(TimeSpan.FromDays(1)).ShouldBe(3);
        view.Between(Now.AddMinutes(1), Now.AddMinutes(4)).ShouldBe(2d);
        view.Between(Now, Now.AddMinutes(4)).ShouldBeNull();
        view.OpenQty.ShouldBe(0, "a view is of its moment");
        log.At(Now.AddMinutes(5)).Between(Now.AddMinutes(1), Now.AddMinutes(5)).ShouldBe(11d);
    }

    [Fact]
    public void What_was_recorded_before_goes_on_in_the_running_minute()
    {
        var log = new VolumeLog();
        log.Load([(Now.AddMinutes(-2), 3d), (Now.AddMinutes(-1), 4d), (Now, 1d)], Now.AddSeconds(20));
        log.Add(Now.AddSeconds(40), 2m);
        var view = log.At(Now.AddMinutes(1));
        view.Between(Now.AddMinutes(-2), Now.AddMinutes(1)).ShouldBe(10d);
        view.Between(Now.AddSeconds(-90), Now.AddSeconds(-30))!.Value.ShouldBe(3.5, 1e-9);
        Should.Throw<InvalidOperationException>(() => log.Load([], Now));
    }

    [Fact]
    public void Months_of_silence_or_of_prints_do_not_grow_the_log()
    {
        var log = new VolumeLog();
        log.Add(Now, 1m);
        log.Add(Now.AddDays(400), 1m);
        log.At(Now.AddDays(401)).KnownMinutes(TimeSpan.FromDays(999)).ShouldBe(1_439);
        for (var d = 0; d < 90; d++)
        {
            log.Add(Now.AddDays(401 + d), 1m);
        }
        log.At(Now.AddDays(491)).KnownMinutes(TimeSpan.FromDays(999)).ShouldBeInRange(VolumeLog.DaysKept * 1_440, (VolumeLog.DaysKept + 1) * 1_440);
    }

    [Fact]
    public void Without_history_the_curve_is_the_one_to_start_from()
    {
        VolumeLearning.Learn(VolumeHistory.Empty, TimeSpan.FromDays(14), VolumeCurve.Btc2025).ShouldBe(VolumeCurve.Btc2025);
        VolumeForecast.Of(VolumeHistory.Empty, VolumeCurve.Btc2025, Now).ShouldBeNull();
        VolumeForecast.Of(History(1, _ => 0), VolumeCurve.Btc2025, Now).ShouldBeNull();
    }

    [Fact]
    public void A_fortnight_teaches_the_instrument_s_own_hours_and_an_hour_of_it_hardly_anything()
    {
        // Asia's morning is this instrument's time: three times the rest.
        static double Own(DateTimeOffset t) => t.Hour is >= 1 and < 4 ? 3 : 1;
        double Share(VolumeCurve c) => c.Share(Now.Date, Now.Date.AddDays(1), Now.Date.AddHours(4)) - c.Share(Now.Date, Now.Date.AddDays(1), Now.Date.AddHours(1));
        var truth = 9d / 30;
        var usual = Share(VolumeCurve.Btc2025);
        Share(VolumeLearning.Learn(History(28, Own), TimeSpan.FromDays(28), VolumeCurve.Btc2025)).ShouldBe(truth, 0.06);
        var fortnight = Share(VolumeLearning.Learn(History(28, Own), TimeSpan.FromDays(14), VolumeCurve.Btc2025));
        fortnight.ShouldBeGreaterThan(usual + (0.5 * (truth - usual)));
        Share(VolumeLearning.Learn(History(0.1, Own), TimeSpan.FromDays(14), VolumeCurve.Btc2025)).ShouldBe(usual, 0.02);
    }

    [Fact]
    public void A_steady_market_is_forecast_to_stay_as_it_is()
    {
        var f = VolumeForecast.Of(History(8, _ => 7), VolumeCurve.Flat, Now)!;
        foreach (var minutes in new[] { 5, 30, 240, 3_000 })
        {
            // The mean of bursts that do not come is above the median of what does.
            f.Median(Now.AddMinutes(minutes)).ShouldBeInRange(7 * minutes * 0.8, 7 * minutes * 1.02);
            f.Mean(Now, Now.AddMinutes(minutes)).ShouldBe(7 * minutes, 7 * minutes * 0.2);
        }
    }

    [Fact]
    public void A_burst_raises_the_next_minutes_more_than_the_next_hours()
    {
        var calm = VolumeForecast.Of(History(8, _ => 1), VolumeCurve.Flat, Now)!;
        var burst = VolumeForecast.Of(History(8, t => t >= Now.AddMinutes(-10) ? 10 : 1), VolumeCurve.Flat, Now)!;
        double Raised(int minutes) => burst.Median(Now.AddMinutes(minutes)) / calm.Median(Now.AddMinutes(minutes));
        Raised(5).ShouldBeGreaterThan(2);
        Raised(60).ShouldBeInRange(1.2, Raised(5));
        Raised(1_440).ShouldBeInRange(1, 1.4);
    }

    [Fact]
    public void Forecasts_scale_with_the_volume_add_up_and_are_never_negative()
    {
        for (var n = 0; n < 40; n++)
        {
            var seed = (ulong)n;
            double Qty(DateTimeOffset t) => SeededRandom.Unit(seed, 1, t.UtcTicks) is var u && u < 0.2 ? 0 : -Math.Log(u) * (1 + (n % 7));
            var days = 0.02 + (n * 0.2);
            var (one, ten) = (VolumeForecast.Of(History(days, Qty), VolumeCurve.Btc2025, Now)!, VolumeForecast.Of(History(days, t => 10 * Qty(t)), VolumeCurve.Btc2025, Now)!);
            var last = 0d;
            foreach (var minutes in new[] { 0, 1, 4, 5, 6, 59, 61, 300, 2_000 })
            {
                var (at, later) = (Now.AddMinutes(minutes), Now.AddMinutes(minutes + 90));
                var mean = one.Mean(Now, at);
                mean.ShouldBeGreaterThanOrEqualTo(last);
                last = mean;
                one.Median(at).ShouldBeInRange(0, mean + 1e-9);
                ten.Mean(Now, at).ShouldBe(10 * mean, 1e-6 * (1 + (10 * mean)));
                (mean + one.Mean(at, later)).ShouldBe(one.Mean(Now, later), 1e-6 * (1 + one.Mean(Now, later)));
            }
        }
    }

    [Fact]
    public void An_order_runs_ahead_when_more_trades_than_usual_and_still_ends_complete()
    {
        decimal DoneAtHalf(Func<double, double> qtyOfMinute, string live = "true")
        {
            var log = new VolumeLog();
            log.Load(Enumerable.Range(1, 1_440).Select(i => (T0.AddMinutes(-i), 10d)), T0);
            var counted = T0;
            var loop = new AlgoLoop
            {
                Spec = Ticket("VWAP", 60m, Side.Buy, ("durationSeconds", "3600"), ("randomSize", "0"), ("randomTime", "0"), ("liveUpdate", live)),
                Market = t =>
                {
                    for (; counted + TimeSpan.FromSeconds(10) <= t; counted += TimeSpan.FromSeconds(10))
                    {
                        log.Add(counted, (decimal)qtyOfMinute((counted - T0).TotalMinutes) / 6m);
                    }
                    return Book(100m) with { Volume = log.At(t > counted ? t : counted) };
                },
            }.Run();
            loop.CumQty.ShouldBe(60m);
            return loop.Children.Where(c => c.CreatedAt < T0.AddMinutes(30)).Sum(c => c.CumQty);
        }
        var usual = DoneAtHalf(_ => 10);
        DoneAtHalf(m => m < 30 ? 30 : 3).ShouldBeGreaterThan(usual + 5m);
        DoneAtHalf(m => m < 30 ? 2 : 30).ShouldBeLessThan(usual - 5m);
        DoneAtHalf(m => m < 30 ? 30 : 3, "false").ShouldBe(DoneAtHalf(m => m < 30 ? 2 : 30, "false"));
    }

    [Fact]
    public void It_says_from_how_much_history_it_learned()
    {
        var short_ = Book(100m) with { Volume = History(0.2, _ => 1) };
        var (_, adjustments) = new VwapAlgo().Precheck(Ticket("VWAP", 10m), short_, [Alpha], Now);
        adjustments.ShouldContain(a => a.Rule == "short_history" && a.From == "14" && a.To == "0.2" && a.Text.Contains("4 hours"));
        new VwapAlgo().Precheck(Ticket("VWAP", 10m), Book(100m) with { Volume = History(15, _ => 1) }, [Alpha], Now).Adjustments.ShouldNotContain(a => a.Rule == "short_history");
        new VwapAlgo().Precheck(Ticket("VWAP", 10m, Side.Buy, ("curve", "FLAT")), short_, [Alpha], Now).Adjustments.ShouldNotContain(a => a.Rule == "short_history");
    }

    [Fact]
    public void A_journal_from_before_the_plan_was_kept_goes_on()
    {
        var spec = Ticket("VWAP", 10m, Side.Buy, ("durationSeconds", "600"));
        var input = new Core.Algos.AlgoInput(spec, 7, Core.Algos.Scheduling.ScheduleMemory.Fresh(Book(100m)), new(10m, 0m, 0m, 0m, 10m, null), [],
            Book(100m) with { Volume = History(1, _ => 1) }, [Alpha], Now, 100m, 0, Now.AddSeconds(45));
        var decision = new VwapAlgo().Decide(input);
        decision.Memory.ShouldBeOfType<VwapMemory>().Plan.ShouldNotBeNull();
        decision.Actions.ShouldNotBeEmpty();
    }
}

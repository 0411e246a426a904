using CsCheck;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Algos.Twap;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using static Ems.Execution.Tests.Algos.AlgoLoop;

namespace Ems.Execution.Tests.Algos;

public sealed class TwapTests
{
    private static readonly string[] Styles = ["TAKER", "MAKER", "MIXED"];
    private static readonly string[] EndActions = ["STOP", "CONTINUE", "FINISH_AGGRESSIVE"];

    private static readonly Gen<ParentSpec> Tickets =
        from lots in Gen.Int[100, 200_000]
        from duration in Gen.Int[10, 600]
        from slices in Gen.Int[1, Math.Min(60, duration)]
        from style in Gen.Int[0, Styles.Length - 1].Select(i => Styles[i])
        from end in Gen.Int[0, EndActions.Length - 1].Select(i => EndActions[i])
        from size in Gen.Int[0, 50]
        from time in Gen.Int[0, 90]
        from tilt in Gen.Int[-100, 100]
        from sell in Gen.Bool
        select Ticket("TWAP", lots * 0.001m, sell ? Side.Sell : Side.Buy, ("durationSeconds", $"{duration}"), ("slices", $"{slices}"), ("style", style),
            ("endAction", end), ("randomSize", Fitting.Text(size / 100m)), ("randomTime", Fitting.Text(time / 100m)), ("alphaTilt", Fitting.Text(tilt / 100m)));

    [Fact]
    public void Whatever_the_venue_does_no_more_than_the_order_is_ever_sent_and_the_sum_holds() =>
        Gen.Select(Tickets, Gen.ULong).Sample((spec, seed) =>
        {
            var fitted = new TwapAlgo().Precheck(spec, Book(100m), [Alpha], T0).Spec;
            var loop = new AlgoLoop { Spec = fitted, Seed = seed, Fates = Fates.Mixed(seed), Limit = TimeSpan.FromHours(2) }.Run();
            loop.CumQty.ShouldBeLessThanOrEqualTo(spec.OrderQty);
            loop.End.ShouldNotBeNull();
        }, iter: 60);

    [Fact]
    public void It_completes_when_every_child_fills() =>
        Gen.Select(Tickets, Gen.ULong).Sample((spec, seed) =>
        {
            var taker = spec with { Parameters = new Dictionary<string, string>(spec.Parameters) { ["style"] = "TAKER" } };
            var fitted = new TwapAlgo().Precheck(taker, Book(100m), [Alpha], T0).Spec;
            var loop = new AlgoLoop { Spec = fitted, Seed = seed }.Run();
            loop.CumQty.ShouldBe(spec.OrderQty);
            loop.End!.OrdStatus.ShouldBe(OrdStatus.Filled);
            loop.Now.ShouldBeLessThanOrEqualTo(TwapAlgo.ScheduleOf(fitted, T0).End.AddSeconds(1));
        }, iter: 60);

    [Fact]
    public void No_slice_is_more_than_the_catch_up_cap_times_the_plan() =>
        Gen.Select(Tickets, Gen.ULong).Sample((spec, seed) =>
        {
            var fitted = new TwapAlgo().Precheck(spec, Book(100m), [Alpha], T0).Spec;
            var schedule = TwapAlgo.ScheduleOf(fitted, T0);
            var loop = new AlgoLoop { Spec = fitted, Seed = seed, Fates = Fates.Mixed(seed), Limit = TimeSpan.FromHours(2) }.Run();
            var least = Fitting.LeastQty([Alpha], 90m)!.Value;
            // Grouped by the schedule slice in which they were sent: what was newly taken on must stay under the cap. The last slice may finish.
            var r = new ParamReader(TwapAlgo.Definition, fitted);
            foreach (var slice in loop.Children.Where(c => c.CreatedAt < schedule.End - schedule.Step)
                .GroupBy(c => schedule.SliceAt(c.CreatedAt, seed, (double)r.Required("randomTime"))))
            {
                slice.Sum(c => c.CumQty).ShouldBeLessThanOrEqualTo((3m * spec.OrderQty / schedule.Slices) + least + 0.001m);
            }
        }, iter: 60);

    [Fact]
    public void The_same_seed_makes_the_same_children_and_another_seed_others()
    {
        var spec = Ticket("TWAP", 10m, Side.Buy, ("durationSeconds", "60"), ("slices", "20"));
        List<(DateTimeOffset, decimal)> Sent(ulong seed) => [.. new AlgoLoop { Spec = spec, Seed = seed }.Run().Children.Select(c => (c.CreatedAt, c.Qty))];
        Sent(1).ShouldBe(Sent(1));
        Sent(1).ShouldNotBe(Sent(2));
    }

    [Fact]
    public void Slices_stay_within_the_random_size_of_an_equal_part()
    {
        var spec = Ticket("TWAP", 100m, Side.Buy, ("durationSeconds", "600"), ("slices", "50"), ("randomSize", "0.2"));
        var sent = new AlgoLoop { Spec = spec }.Run().Children;
        sent.Count.ShouldBe(50);
        sent.ShouldAllBe(c => c.Qty >= (2m * 0.8m) - 0.001m && c.Qty <= (2m * 1.2m) + 0.001m);
        sent.Select(c => c.Qty).Distinct().Count().ShouldBeGreaterThan(30);
    }

    [Fact]
    public void Without_randomness_it_is_on_plan_at_every_slice()
    {
        var spec = Ticket("TWAP", 10m, Side.Sell, ("durationSeconds", "100"), ("slices", "10"), ("randomSize", "0"), ("randomTime", "0"));
        var loop = new AlgoLoop { Spec = spec }.Run();
        loop.Children.Select(c => c.Qty).ShouldAllBe(q => q == 1m);
        loop.Children.Select(c => c.CreatedAt).ShouldBe(Enumerable.Range(0, 10).Select(i => T0.AddSeconds(10 * i)));
    }

    [Fact]
    public void What_one_slice_missed_is_made_up_by_the_next_up_to_three_times_the_plan()
    {
        var spec = Ticket("TWAP", 10m, Side.Buy, ("durationSeconds", "100"), ("slices", "10"), ("randomSize", "0"), ("randomTime", "0"));
        var loop = new AlgoLoop { Spec = spec, Fates = (_, _) => Fate.Full, Paused = (T0.AddSeconds(5), T0.AddSeconds(65)) }.Run();
        // Slices 1 to 5 fell into the pause: slice 6 may be 3 planned slices at most, and so on until level.
        loop.Children.Select(c => c.Qty).ShouldBe([1m, 3m, 3m, 2m, 1m]);
        loop.CumQty.ShouldBe(10m);
    }

    [Fact]
    public void Without_catch_up_a_slice_stays_one_part()
    {
        var spec = Ticket("TWAP", 10m, Side.Buy, ("durationSeconds", "100"), ("slices", "10"), ("randomSize", "0"), ("randomTime", "0"), ("catchUp", "false"));
        var loop = new AlgoLoop { Spec = spec, Paused = (T0.AddSeconds(5), T0.AddSeconds(65)) }.Run();
        loop.Children.ShouldAllBe(c => c.Qty <= 1m);
        loop.End!.OrdStatus.ShouldBe(OrdStatus.Expired);
    }

    [Fact]
    public void A_child_in_doubt_is_never_sent_again()
    {
        var spec = Ticket("TWAP", 10m, Side.Buy, ("durationSeconds", "100"), ("slices", "10"), ("randomSize", "0"), ("randomTime", "0"));
        var loop = new AlgoLoop { Spec = spec, Fates = (n, _) => n == 2 ? new(1m, 1, 5, null, 600_000) : Fate.Full }.Run();
        loop.Children.Count.ShouldBe(10);
        loop.Children.Sum(c => c.Qty).ShouldBe(10m);
        loop.End!.Code.ShouldBe("WindowOver");
    }

    [Fact]
    public void Stop_leaves_the_rest_continue_goes_on_finish_crosses_for_it()
    {
        AlgoLoop Run(string endAction) => new AlgoLoop
        {
            Spec = Ticket("TWAP", 10m, Side.Buy, ("durationSeconds", "20"), ("slices", "4"), ("endAction", endAction)),
            Fates = (n, _) => n < 22 ? new Fate(0.02m) : Fate.Full,
        }.Run();
        Run("STOP").End!.OrdStatus.ShouldBe(OrdStatus.Expired);
        Run("STOP").CumQty.ShouldBeLessThan(10m);
        Run("CONTINUE").End!.OrdStatus.ShouldBe(OrdStatus.Filled);
        Run("CONTINUE").Now.ShouldBeGreaterThan(T0.AddSeconds(20));
        Run("FINISH_AGGRESSIVE").End!.OrdStatus.ShouldBe(OrdStatus.Filled);
        Run("FINISH_AGGRESSIVE").Now.ShouldBeLessThan(T0.AddSeconds(30));
    }

    [Fact]
    public void It_waits_while_the_market_is_beyond_the_limit_and_catches_up_after()
    {
        var spec = Ticket("TWAP", 10m, Side.Buy, ("durationSeconds", "100"), ("slices", "10"), ("randomTime", "0")) with { LimitPx = 101m };
        var loop = new AlgoLoop { Spec = spec, Market = t => Book(t >= T0.AddSeconds(20) && t < T0.AddSeconds(50) ? 105m : 100m) }.Run();
        loop.Children.ShouldNotContain(c => c.CreatedAt >= T0.AddSeconds(20) && c.CreatedAt < T0.AddSeconds(50));
        loop.Decisions.ShouldContain(d => d.Decision.WhyIdle.Code == "WaitingPrice");
        loop.CumQty.ShouldBe(10m);
    }

    [Fact]
    public void While_the_market_is_too_volatile_it_sends_nothing_cancels_what_rests_and_says_so()
    {
        var spec = Ticket("TWAP", 10m, Side.Buy, ("durationSeconds", "100"), ("slices", "10"), ("style", "MIXED"), ("randomTime", "0"), ("pauseAboveVolBps", "100"));
        var (from, to) = (T0.AddSeconds(21), T0.AddSeconds(51));
        var loop = new AlgoLoop
        {
            Spec = spec, Fates = (_, tif) => tif == TimeInForce.Gtc ? new(0m) : Fate.Full,
            Market = t => Book(100m) with { VolatilityBps = t >= from && t < to ? 250m : 60m },
        }.Run();
        loop.Children.ShouldNotContain(c => c.CreatedAt >= from && c.CreatedAt < to);
        loop.Children.Where(c => c.CreatedAt < from).ShouldAllBe(c => c.EndedAt < to);
        loop.Decisions.ShouldContain(d => d.Decision.WhyIdle.Code == "Volatile");
        loop.CumQty.ShouldBe(10m);
    }

    [Fact]
    public void At_the_I_would_price_it_takes_all_that_is_left()
    {
        var spec = Ticket("TWAP", 10m, Side.Buy, ("durationSeconds", "100"), ("slices", "10"), ("iWouldPrice", "95"));
        var loop = new AlgoLoop { Spec = spec, Market = t => Book(t >= T0.AddSeconds(33) ? 94m : 100m) }.Run();
        loop.End!.OrdStatus.ShouldBe(OrdStatus.Filled);
        loop.Now.ShouldBeLessThan(T0.AddSeconds(34));
    }

    [Fact]
    public void Without_a_tape_a_participation_cap_stops_it_and_says_so()
    {
        var spec = Ticket("TWAP", 10m, Side.Buy, ("durationSeconds", "60"), ("maxParticipation", "0.1"));
        var loop = new AlgoLoop { Spec = spec, Market = _ => Book(100m, volume: null) }.Run();
        loop.Children.ShouldBeEmpty();
        loop.Decisions.ShouldContain(d => d.Decision.WhyIdle.Code == "NoVolume");
    }

    [Fact]
    public void A_participation_cap_bounds_what_is_sent_by_the_volume()
    {
        var spec = Ticket("TWAP", 100m, Side.Buy, ("durationSeconds", "60"), ("slices", "6"), ("maxParticipation", "0.1"));
        var loop = new AlgoLoop { Spec = spec, Market = _ => Book(100m, volume: 60m) }.Run();
        loop.CumQty.ShouldBeLessThanOrEqualTo(6m + 0.001m);
        loop.CumQty.ShouldBeGreaterThan(5m);
    }

    [Fact]
    public void A_maker_only_rests_and_only_at_the_near_touch()
    {
        var spec = Ticket("TWAP", 10m, Side.Buy, ("durationSeconds", "60"), ("slices", "6"), ("style", "MAKER"));
        var loop = new AlgoLoop { Spec = spec, Fates = Fates.Mixed(3) }.Run();
        loop.Children.ShouldNotBeEmpty();
        loop.Children.ShouldAllBe(c => c.Slice.PostOnly && c.Slice.TimeInForce == TimeInForce.Gtc && c.Slice.LimitPx == 99.9m);
    }

    [Fact]
    public void A_mixed_child_rests_first_and_then_crosses_within_its_slice()
    {
        var spec = Ticket("TWAP", 6m, Side.Buy, ("durationSeconds", "60"), ("slices", "6"), ("style", "MIXED"), ("randomTime", "0"), ("maxDisplay", "1"));
        var loop = new AlgoLoop { Spec = spec, Fates = (_, tif) => tif == TimeInForce.Gtc ? new Fate(0m, 1, 100_000) : Fate.Full }.Run();
        loop.CumQty.ShouldBe(6m);
        loop.Children.Count(c => c.Slice.PostOnly).ShouldBe(6);
        loop.Children.Count(c => c.Slice.TimeInForce == TimeInForce.Ioc).ShouldBe(6);
        loop.Now.ShouldBeLessThan(T0.AddSeconds(60));
    }

    [Fact]
    public void Five_post_only_rejects_in_a_row_end_a_maker()
    {
        var spec = Ticket("TWAP", 10m, Side.Buy, ("durationSeconds", "60"), ("slices", "20"), ("style", "MAKER"));
        var loop = new AlgoLoop { Spec = spec, Fates = Fates.Always(Fate.Reject("POST_ONLY")) }.Run();
        loop.Children.Count.ShouldBe(5);
        loop.End!.OrdStatus.ShouldBe(OrdStatus.Rejected);
    }

    [Fact]
    public void A_permanent_reject_ends_it_at_once()
    {
        var loop = new AlgoLoop { Spec = Ticket("TWAP", 10m), Fates = Fates.Always(Fate.Reject("NOT_AUTHORIZED")) }.Run();
        loop.Children.Count.ShouldBe(1);
        loop.End!.OrdStatus.ShouldBe(OrdStatus.Rejected);
        loop.End.Code.ShouldBe("NOT_AUTHORIZED");
    }

    [Fact]
    public void A_late_start_with_a_fixed_end_spreads_skips_or_catches_up()
    {
        AlgoLoop Run(string lateStart) => new AlgoLoop
        {
            Spec = Ticket("TWAP", 10m, Side.Buy, ("endTime", "2026-01-05T12:01:40Z"), ("slices", "10"), ("randomSize", "0"), ("randomTime", "0"), ("lateStart", lateStart)) with { StartTime = T0 },
            StartAt = T0.AddSeconds(50),
        }.Run();
        Run("SPREAD").Children.Select(c => c.Qty).ShouldAllBe(q => q == 1m);
        Run("SPREAD").CumQty.ShouldBe(10m);
        Run("SKIP").CumQty.ShouldBe(5m);
        Run("SKIP").Children.ShouldAllBe(c => c.Qty == 1m);
        Run("CATCH_UP").Children[0].Qty.ShouldBe(3m);
        Run("CATCH_UP").CumQty.ShouldBe(10m);
    }

    [Fact]
    public void Skip_leaves_out_only_whole_slices_so_a_start_a_few_milliseconds_late_loses_nothing()
    {
        var spec = Ticket("TWAP", 10m, Side.Buy, ("endTime", "2026-01-05T12:01:40Z"), ("slices", "10"), ("lateStart", "SKIP")) with { StartTime = T0 };
        new AlgoLoop { Spec = spec, StartAt = T0.AddMilliseconds(7) }.Run().CumQty.ShouldBe(10m);
    }

    [Fact]
    public void Raising_the_quantity_of_a_running_order_appends_and_it_still_completes()
    {
        var spec = Ticket("TWAP", 10m, Side.Buy, ("durationSeconds", "100"), ("slices", "20"));
        var loop = new AlgoLoop { Spec = spec, Before = l => l.Spec = l.Now >= T0.AddSeconds(40) ? l.Spec with { OrderQty = 14m } : l.Spec }.Run();
        loop.CumQty.ShouldBe(14m);
        loop.End!.OrdStatus.ShouldBe(OrdStatus.Filled);
    }

    [Theory]
    [InlineData("slices", "20", "200")]
    [InlineData("slices", "20", "60")]
    [InlineData("intervalSeconds", "5", "200")]
    [InlineData("intervalSeconds", "5", "60")]
    public void A_window_amended_while_running_is_followed_to_its_new_end(string how, string value, string duration)
    {
        var spec = Ticket("TWAP", 10m, Side.Buy, ("durationSeconds", "100"), (how, value));
        ParentSpec Amended(ParentSpec s) => s with { Parameters = new Dictionary<string, string>(s.Parameters) { ["durationSeconds"] = duration } };
        var loop = new AlgoLoop { Spec = spec, Before = l => l.Spec = l.Now >= T0.AddSeconds(40) ? Amended(l.Spec) : l.Spec }.Run();
        loop.CumQty.ShouldBe(10m);
        var end = double.Parse(duration);
        (loop.Now - T0).TotalSeconds.ShouldBeInRange(end * 0.9, end + 1);
    }

    [Fact]
    public void Slices_below_the_minimum_become_fewer_slices_and_the_trader_is_told()
    {
        // 0.2 at 100 is 20 of notional; 5 of minimum with 10 % head room is at most 3 slices.
        var (spec, adjustments) = new TwapAlgo().Precheck(Ticket("TWAP", 0.2m, Side.Buy, ("slices", "10")), Book(100m), [Alpha], T0);
        var a = adjustments.ShouldHaveSingleItem();
        (a.Field, a.From, a.To, a.Rule).ShouldBe(("parameters.slices", "10", "3", "min_slice"));
        spec.Parameters["slices"].ShouldBe("3");
        new AlgoLoop { Spec = spec }.Run().CumQty.ShouldBe(0.2m);
    }

    [Fact]
    public void The_plan_starts_at_nothing_ends_at_everything_and_never_goes_back() =>
        Gen.Select(Tickets, Gen.ULong).Sample((spec, seed) =>
        {
            var plan = new TwapAlgo().Plan(spec, seed, T0);
            plan.Count.ShouldBeLessThanOrEqualTo(500);
            plan[0].CumQty.ShouldBe(0m);
            plan[^1].CumQty.ShouldBe(spec.OrderQty);
            for (var i = 1; i < plan.Count; i++)
            {
                plan[i].CumQty.ShouldBeGreaterThanOrEqualTo(plan[i - 1].CumQty);
                plan[i].Time.ShouldBeGreaterThanOrEqualTo(plan[i - 1].Time);
            }
        }, iter: 80);

    [Fact]
    public void It_does_not_write_memory_while_nothing_happens()
    {
        var loop = new AlgoLoop { Spec = Ticket("TWAP", 10m, Side.Buy, ("durationSeconds", "60"), ("slices", "6"), ("iWouldPrice", "50")) }.Run();
        var changes = loop.Decisions.Zip(loop.Decisions.Skip(1)).Count(p => !p.First.Decision.Memory.Equals(p.Second.Decision.Memory));
        loop.Decisions.Count.ShouldBeGreaterThan(300);
        changes.ShouldBeLessThan(20);
    }
}

using CsCheck;
using Ems.Execution.Core.Algos.Iceberg;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using static Ems.Execution.Tests.Algos.AlgoLoop;

namespace Ems.Execution.Tests.Algos;

public sealed class IcebergTests
{
    private static readonly string[] Preferences = ["FIXED_PRICE", "CHASE_MAKER", "CHASE_TAKER", "FIXED_SPREAD"];

    [Fact]
    public void Only_one_tip_works_at_a_time_and_the_next_follows_the_end_of_the_one_before() =>
        Gen.Select(Gen.ULong, Gen.Int[0, 3], Gen.Int[100, 20_000]).Sample((seed, preference, lots) =>
        {
            var spec = Ticket("ICEBERG", lots * 0.001m, Side.Sell, ("displayPct", "0.1"), ("preference", Preferences[preference])) with { LimitPx = 99m };
            var loop = new AlgoLoop { Spec = new IcebergAlgo().Precheck(spec, Book(100m), [Alpha], T0).Spec, Seed = seed, Fates = Fates.Mixed(seed), Limit = TimeSpan.FromMinutes(2) }.Run();
            foreach (var (first, second) in loop.Children.Zip(loop.Children.Skip(1)))
            {
                second.CreatedAt.ShouldBeGreaterThanOrEqualTo(first.EndedAt!.Value);
            }
            loop.CumQty.ShouldBeLessThanOrEqualTo(spec.OrderQty);
        }, iter: 60);

    [Fact]
    public void Tips_vary_around_the_display_and_add_up()
    {
        var loop = new AlgoLoop { Spec = Ticket("ICEBERG", 100m, Side.Buy, ("displayQty", "2"), ("variance", "0.3")) }.Run();
        loop.CumQty.ShouldBe(100m);
        loop.Children.SkipLast(1).ShouldAllBe(c => c.Qty >= 1.4m && c.Qty <= 2.6m);
        loop.Children.Select(c => c.Qty).Distinct().Count().ShouldBeGreaterThan(20);
    }

    [Fact]
    public void A_tip_is_refilled_between_the_least_and_the_longest_delay_after_it_filled()
    {
        var loop = new AlgoLoop { Spec = Ticket("ICEBERG", 10m, Side.Buy, ("displayQty", "1"), ("delayMinMs", "300"), ("delayMaxMs", "900")), Fates = Fates.Always(new Fate(1m, 1, 4_000)) }.Run();
        loop.Children.Count.ShouldBeGreaterThan(8);
        foreach (var (first, second) in loop.Children.Zip(loop.Children.Skip(1)))
        {
            var wait = (second.CreatedAt - first.EndedAt!.Value).TotalMilliseconds;
            wait.ShouldBeInRange(300, 1_001);
        }
    }

    [Fact]
    public void A_chasing_tip_follows_the_touch_but_not_before_it_has_rested()
    {
        var loop = new AlgoLoop
        {
            Spec = Ticket("ICEBERG", 10m, Side.Buy, ("displayQty", "1"), ("variance", "0"), ("minRestMs", "2000"), ("repriceTicks", "3")),
            Fates = (n, _) => n == 0 ? new Fate(0m) : new Fate(1m, 1, 10),
            Market = t => Book(t < T0.AddSeconds(1) ? 100m : 101m),
        }.Run();
        loop.Children[0].OrdStatus.ShouldBe(OrdStatus.Canceled);
        (loop.Children[0].EndedAt!.Value - T0).TotalMilliseconds.ShouldBeInRange(2_000, 2_300);
        loop.Children[1].Px.ShouldBe(100.9m);
        // A moved tip is the same tip: it is shown again without the refill delay.
        (loop.Children[1].CreatedAt - loop.Children[0].EndedAt!.Value).TotalMilliseconds.ShouldBeLessThan(150);
    }

    [Fact]
    public void A_small_move_does_not_re_price()
    {
        var loop = new AlgoLoop
        {
            Spec = Ticket("ICEBERG", 1m, Side.Buy, ("displayQty", "1"), ("repriceTicks", "3")),
            Fates = Fates.Always(new Fate(0m)), Market = t => Book(t < T0.AddSeconds(1) ? 100m : 100.2m), Limit = TimeSpan.FromSeconds(20),
        }.Run();
        loop.Children.Count.ShouldBe(1);
    }

    [Fact]
    public void A_fixed_price_tip_moves_when_its_limit_is_amended()
    {
        var loop = new AlgoLoop
        {
            Spec = Ticket("ICEBERG", 10m, Side.Buy, ("displayQty", "1"), ("preference", "FIXED_PRICE")) with { LimitPx = 98m },
            Fates = (n, _) => n == 0 ? new Fate(0m) : Fate.Full,
            Before = l => l.Spec = l.Now >= T0.AddSeconds(3) ? l.Spec with { LimitPx = 97m } : l.Spec,
        }.Run();
        loop.Children[0].OrdStatus.ShouldBe(OrdStatus.Canceled);
        loop.Children.Skip(1).ShouldAllBe(c => c.Px == 97m);
        loop.CumQty.ShouldBe(10m);
    }

    [Fact]
    public void Tips_never_pass_the_limit()
    {
        var loop = new AlgoLoop { Spec = Ticket("ICEBERG", 10m, Side.Buy, ("displayQty", "1"), ("preference", "FIXED_SPREAD"), ("spreadBps", "0")) with { LimitPx = 99m } }.Run();
        loop.Children.ShouldAllBe(c => c.Px <= 99m);
    }

    [Fact]
    public void A_display_below_the_minimum_is_raised_and_the_trader_is_told()
    {
        var (spec, adjustments) = new IcebergAlgo().Precheck(Ticket("ICEBERG", 1m, Side.Buy, ("displayQty", "0.01")), Book(100m), [Alpha], T0);
        var a = adjustments.ShouldHaveSingleItem();
        (a.Field, a.From, a.Rule).ShouldBe(("parameters.displayQty", "0.01", "min_slice"));
        new AlgoLoop { Spec = spec }.Run().CumQty.ShouldBe(1m);
    }

    [Fact]
    public void The_last_tip_takes_a_rest_that_could_not_be_sent_alone()
    {
        var loop = new AlgoLoop { Spec = Ticket("ICEBERG", 10.03m, Side.Buy, ("displayQty", "1"), ("variance", "0")) }.Run();
        loop.CumQty.ShouldBe(10.03m);
        loop.Children[^1].Qty.ShouldBe(1.03m);
    }

    [Fact]
    public void Five_post_only_rejects_in_a_row_end_it()
    {
        var loop = new AlgoLoop { Spec = Ticket("ICEBERG", 10m) with { PostOnly = true }, Fates = Fates.Always(Fate.Reject("POST_ONLY_WOULD_TAKE")) }.Run();
        loop.Children.Count.ShouldBe(5);
        loop.End!.OrdStatus.ShouldBe(OrdStatus.Rejected);
    }
}

using CsCheck;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Routing;

namespace Ems.Execution.Tests.Routing;

public sealed class OrderRouterTests
{
    private static readonly DateTimeOffset T = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly InstrumentId Btc = new("BTC-USDT");

    private static RouteVenue Venue(string name, decimal fee, decimal lot, (decimal Px, decimal Qty)[] asks, decimal max = 1_000m, decimal maker = 0m, decimal minNotional = 0m) =>
        new(new Listing(new(name), Btc, 0.1m, lot, lot, minNotional, 10_000m, maker, fee),
            new BookSnapshot(new(name), Btc, 1, T, [new(99m, 5m)], [.. asks.Select(a => new BookLevel(a.Px, a.Qty))]), max);

    private static RouteRequest Buy(decimal qty, decimal limit, params RouteVenue[] venues) => new(Side.Buy, qty, limit, TimeInForce.Ioc, false, false, venues);

    private static decimal Cost(RoutePlan plan) => plan.Legs.Sum(l => l.Qty * l.AllInPx!.Value);

    [Fact]
    public void The_fee_decides_between_equal_prices()
    {
        var plan = OrderRouter.Plan(Buy(1m, 200m, Venue("A", 0.001m, 0.001m, [(100m, 5m)]), Venue("B", 0.0005m, 0.001m, [(100m, 5m)])));
        plan.Legs.ShouldHaveSingleItem().Venue.Value.ShouldBe("B");
        plan.Alternatives.ShouldHaveSingleItem().LostBecause.ShouldContain("dearer");
    }

    [Fact]
    public void A_slice_is_split_where_the_marginal_prices_meet()
    {
        var plan = OrderRouter.Plan(Buy(3m, 200m, Venue("A", 0m, 0.001m, [(100m, 1m), (102m, 5m)]), Venue("B", 0m, 0.001m, [(101m, 1.5m), (103m, 5m)])));
        plan.Legs.Single(l => l.Venue.Value == "A").Qty.ShouldBe(1.5m);
        plan.Legs.Single(l => l.Venue.Value == "B").Qty.ShouldBe(1.5m);
        plan.Legs.Single(l => l.Venue.Value == "A").Px.ShouldBe(102m);
        plan.UnroutedQty.ShouldBe(0m);
    }

    [Fact]
    public void Nothing_is_taken_beyond_the_limit_and_the_rest_is_named()
    {
        var plan = OrderRouter.Plan(Buy(3m, 100.5m, Venue("A", 0m, 0.001m, [(100m, 1m), (102m, 5m)])));
        plan.Legs.Sum(l => l.Qty).ShouldBe(1m);
        plan.UnroutedQty.ShouldBe(2m);
        plan.UnroutedBecause.ShouldNotBeNull();
    }

    [Fact]
    public void Stale_venues_are_left_out_and_say_so()
    {
        var plan = OrderRouter.Plan(Buy(1m, 200m, Venue("A", 0m, 0.001m, [(100m, 5m)]) with { ExcludedBecause = "stale 4 s" }, Venue("B", 0m, 0.001m, [(101m, 5m)])));
        plan.Legs.ShouldHaveSingleItem().Venue.Value.ShouldBe("B");
        plan.Alternatives.ShouldHaveSingleItem().LostBecause.ShouldBe("stale 4 s");
    }

    [Fact]
    public void A_leg_below_the_minimum_goes_to_the_others()
    {
        var plan = OrderRouter.Plan(Buy(1m, 200m, Venue("A", 0m, 0.001m, [(100m, 0.05m)], minNotional: 10m), Venue("B", 0m, 0.001m, [(101m, 5m)])));
        plan.Legs.ShouldHaveSingleItem().Qty.ShouldBe(1m);
    }

    [Fact]
    public void A_rest_below_every_minimum_moves_with_some_lots_to_the_venue_with_the_finest_lot()
    {
        var fine = Venue("A", 0.001m, 0.00001m, [(100m, 5m)], minNotional: 5m);
        var coarse = Venue("B", 0m, 0.001m, [(100m, 50m)], minNotional: 10m);
        var plan = OrderRouter.Plan(Buy(1.00002m, 200m, fine, coarse));
        plan.UnroutedQty.ShouldBe(0m);
        plan.Legs.Single(l => l.Venue.Value == "A").Qty.ShouldBe(0.05002m);
        plan.Legs.Single(l => l.Venue.Value == "B").Qty.ShouldBe(0.95m);
    }

    [Fact]
    public void Fill_or_kill_is_one_venue_that_holds_all_of_it_or_none()
    {
        var (a, b) = (Venue("A", 0m, 0.001m, [(100m, 1m)]), Venue("B", 0m, 0.001m, [(105m, 5m)]));
        OrderRouter.Plan(Buy(2m, 200m, a, b) with { TimeInForce = TimeInForce.Fok }).Legs.ShouldHaveSingleItem().Venue.Value.ShouldBe("B");
        var none = OrderRouter.Plan(Buy(9m, 200m, a, b) with { TimeInForce = TimeInForce.Fok });
        none.Legs.ShouldBeEmpty();
        none.UnroutedQty.ShouldBe(9m);
    }

    [Fact]
    public void A_resting_order_waits_where_it_costs_least_and_post_only_steps_back()
    {
        var plan = OrderRouter.Plan(new RouteRequest(Side.Buy, 1m, 100.05m, TimeInForce.Gtc, true, true,
            [Venue("A", 0.001m, 0.001m, [(100m, 5m)], maker: 0.0005m), Venue("B", 0.001m, 0.001m, [(100m, 5m)], maker: -0.0001m)]));
        var leg = plan.Legs.ShouldHaveSingleItem();
        leg.Venue.Value.ShouldBe("B");
        leg.Px.ShouldBe(99.9m);
    }

    [Fact]
    public void No_plan_is_dearer_than_any_way_to_take_the_same_lots()
    {
        var book = Gen.Select(Gen.Int[0, 20], Gen.Int[1, 8]).List[1, 3];
        Gen.Select(book, book, Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[1, 10]).Sample((x, y, feeX, feeY, want) =>
        {
            var (a, b) = (Levels(x), Levels(y));
            var venues = new[] { Venue("A", feeX / 1000m, 1m, a), Venue("B", feeY / 1000m, 1m, b) };
            var plan = OrderRouter.Plan(Buy(want, 1_000m, venues));
            var got = plan.Legs.Sum(l => l.Qty);
            (got + plan.UnroutedQty).ShouldBe(want);
            got.ShouldBe(Math.Min(want, a.Sum(l => l.Qty) + b.Sum(l => l.Qty)));
            var best = decimal.MaxValue;
            for (var q = 0m; q <= got; q++)
            {
                if (Walk(a, q, feeX / 1000m) is { } ca && Walk(b, got - q, feeY / 1000m) is { } cb)
                {
                    best = Math.Min(best, ca + cb);
                }
            }
            Math.Round(Cost(plan), 10).ShouldBe(Math.Round(best, 10));
        }, iter: 1_000);
    }

    private static (decimal Px, decimal Qty)[] Levels(List<(int, int)> raw) => [.. raw.GroupBy(r => r.Item1).OrderBy(g => g.Key).Select(g => (100m + g.Key, (decimal)g.Sum(r => r.Item2)))];

    private static decimal? Walk((decimal Px, decimal Qty)[] levels, decimal qty, decimal fee)
    {
        var cost = 0m;
        foreach (var (px, there) in levels)
        {
            var take = Math.Min(qty, there);
            cost += take * px * (1m + fee);
            qty -= take;
        }
        return qty > 0m ? null : cost;
    }
}

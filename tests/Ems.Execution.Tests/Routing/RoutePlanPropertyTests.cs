using CsCheck;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Routing;

namespace Ems.Execution.Tests.Routing;

public sealed class RoutePlanPropertyTests
{
    private static readonly InstrumentId Btc = new("BTC-USDT");

    [Fact]
    public void The_cheapest_price_after_fees_is_taken_first()
    {
        // ALPHA shows the better price, but 20 bps against 0 make it the dearer one.
        var plan = OrderRouter.Plan(Take(Side.Buy, 1m, 110m, Venue("ALPHA", 0.002m, asks: [(100m, 5m)]), Venue("BRAVO", 0m, asks: [(100.1m, 5m)])));
        var leg = plan.Legs.ShouldHaveSingleItem();
        leg.Venue.Value.ShouldBe("BRAVO");
        leg.AllInPx.ShouldBe(100.1m);
        plan.Alternatives.ShouldHaveSingleItem().AllInPx.ShouldBe(100.2m);
    }

    [Fact]
    public void An_order_is_split_where_the_next_level_elsewhere_is_cheaper()
    {
        var plan = OrderRouter.Plan(Take(Side.Buy, 3m, 110m, Venue("ALPHA", 0m, asks: [(100m, 1m), (103m, 5m)]), Venue("BRAVO", 0m, asks: [(101m, 1m), (102m, 5m)])));
        plan.Legs.Select(l => (l.Venue.Value, l.Qty, l.Px)).ShouldBe([("ALPHA", 1m, 100m), ("BRAVO", 2m, 102m)]);
        plan.UnroutedQty.ShouldBe(0m);
    }

    [Fact]
    public void What_is_beyond_the_limit_stays_unrouted_and_says_why()
    {
        var plan = OrderRouter.Plan(Take(Side.Sell, 3m, 100m, Venue("ALPHA", 0m, bids: [(101m, 1m), (99m, 5m)])));
        plan.Legs.ShouldHaveSingleItem().Qty.ShouldBe(1m);
        plan.UnroutedQty.ShouldBe(2m);
        plan.UnroutedBecause!.ShouldContain("100");
    }

    [Fact]
    public void A_venue_that_is_out_is_listed_with_its_reason()
    {
        var plan = OrderRouter.Plan(Take(Side.Buy, 1m, 110m, Venue("ALPHA", 0m, asks: [(100m, 5m)]) with { ExcludedBecause = "stale for 9 s" }, Venue("BRAVO", 0m, asks: [(101m, 5m)])));
        plan.Legs.ShouldHaveSingleItem().Venue.Value.ShouldBe("BRAVO");
        plan.Alternatives.ShouldHaveSingleItem().LostBecause.ShouldBe("stale for 9 s");
    }

    [Fact]
    public void A_leg_never_reaches_an_own_order()
    {
        var own = Venue("ALPHA", 0m, asks: [(100m, 1m), (101m, 5m)]) with { OwnLevels = [new(101m, 2m)] };
        var plan = OrderRouter.Plan(Take(Side.Buy, 2m, 110m, own, Venue("BRAVO", 0m, asks: [(102m, 5m)])));
        plan.Legs.Select(l => (l.Venue.Value, l.Qty, l.Px)).ShouldBe([("ALPHA", 1m, 100m), ("BRAVO", 1m, 102m)]);
    }

    [Fact]
    public void A_part_below_a_venues_minimum_goes_to_the_others()
    {
        var small = Venue("ALPHA", 0m, asks: [(100m, 0.004m)]);
        var plan = OrderRouter.Plan(Take(Side.Buy, 1m, 110m, small, Venue("BRAVO", 0m, asks: [(101m, 5m)])));
        plan.Legs.ShouldHaveSingleItem().Qty.ShouldBe(1m);
    }

    [Fact]
    public void One_venue_takes_all_when_giving_up_small_parts_would_leave_nothing()
    {
        // Equal halves are below both minimums; BRAVO alone cannot take all, ALPHA can.
        static RouteVenue Big(string name, decimal depth) => Venue(name, 0m, asks: [(100m, 5m), (101m, depth - 5m)]) is var v ? v with { Listing = v.Listing with { MinQty = 6m } } : v;
        var plan = OrderRouter.Plan(Take(Side.Buy, 10m, 110m, Big("ALPHA", 10m), Big("BRAVO", 5.001m)));
        plan.Legs.ShouldHaveSingleItem().ShouldSatisfyAllConditions(l => l.Venue.Value.ShouldBe("ALPHA"), l => l.Qty.ShouldBe(10m));
    }

    [Fact]
    public void All_or_nothing_goes_to_the_cheapest_venue_that_holds_and_takes_all()
    {
        var thin = Venue("ALPHA", 0m, asks: [(100m, 1m)]);
        var refuses = Venue("BRAVO", 0m, asks: [(100.5m, 9m)]);
        refuses = refuses with { Listing = refuses.Listing with { MinQty = 3m } };
        var plan = OrderRouter.Plan(Take(Side.Buy, 2m, 110m, thin, refuses, Venue("CHARLIE", 0m, asks: [(101m, 9m)])) with { TimeInForce = TimeInForce.Fok });
        plan.Legs.ShouldHaveSingleItem().ShouldSatisfyAllConditions(l => l.Venue.Value.ShouldBe("CHARLIE"), l => l.TimeInForce.ShouldBe(TimeInForce.Fok));
        OrderRouter.Plan(Take(Side.Buy, 20m, 110m, thin, refuses) with { TimeInForce = TimeInForce.Fok }).Legs.ShouldBeEmpty();
    }

    [Fact]
    public void A_post_only_price_steps_back_behind_the_opposite_touch()
    {
        var request = new RouteRequest(Side.Buy, 1m, 100m, TimeInForce.Gtc, true, true, [Venue("ALPHA", 0m, asks: [(100m, 1m)], bids: [(99m, 1m)])]);
        var leg = OrderRouter.Plan(request).Legs.ShouldHaveSingleItem();
        (leg.Px, leg.PostOnly).ShouldBe((99.9m, true));
    }

    [Fact]
    public void Any_plan_adds_up_is_fit_for_its_venues_and_is_no_worse_than_any_single_venue()
    {
        var level = Gen.Select(Gen.Int[0, 30], Gen.Int[1, 40]);
        var venue = Gen.Select(level.Array[1, 6], Gen.Int[0, 3], Gen.Int[1, 20], Gen.Int[1, 3], Gen.Int[1, 60]);
        Gen.Select(venue.Array[1, 4], Gen.Int[1, 80], Gen.Bool, Gen.Int[0, 30]).Sample((venues, lots, buys, limit) =>
        {
            var side = buys ? Side.Buy : Side.Sell;
            var request = Take(side, lots * 0.01m, 100m + (side.Sign() * limit * 0.1m), [.. venues.Select((v, n) => Random(side, n, v.Item1, v.Item2, v.Item3, v.Item4, v.Item5))]);
            var plan = OrderRouter.Plan(request);
            (plan.Legs.Sum(l => l.Qty) + plan.UnroutedQty).ShouldBe(request.Qty);
            (plan.UnroutedBecause is null).ShouldBe(plan.UnroutedQty == 0m);
            foreach (var leg in plan.Legs)
            {
                var v = request.Venues.Single(x => x.Listing.Venue == leg.Venue);
                v.Listing.Refusal(leg.Px, leg.Qty).ShouldBeNull();
                leg.Qty.ShouldBeLessThanOrEqualTo(v.MaxQty);
                side.IsWithin(leg.Px, request.LimitPx).ShouldBeTrue();
                v.Book!.Opposite(side).Where(l => side.IsWithin(l.Px, leg.Px)).Sum(l => l.Qty).ShouldBeGreaterThanOrEqualTo(leg.Qty);
            }
            plan.Legs.Count.ShouldBe(plan.Legs.Select(l => l.Venue).Distinct().Count());
            (plan.Legs.Count + plan.Alternatives.Count).ShouldBe(request.Venues.Count);
            foreach (var alone in request.Venues.Select(v => OrderRouter.Plan(request with { Venues = [v] })))
            {
                plan.UnroutedQty.ShouldBeLessThanOrEqualTo(alone.UnroutedQty);
                if (alone.UnroutedQty == plan.UnroutedQty)
                {
                    (Cost(plan) * side.Sign()).ShouldBeLessThanOrEqualTo(Cost(alone) * side.Sign() + 0.000000001m);
                }
            }
        }, iter: 2_000);
    }

    [Fact]
    public void Without_minimums_the_split_is_the_cheapest_of_all_splits()
    {
        var level = Gen.Select(Gen.Int[0, 9], Gen.Int[1, 4]);
        Gen.Select(level.Array[1, 3], level.Array[1, 3], level.Array[1, 3], Gen.Int[1, 8], Gen.Bool).Sample((a, b, c, lots, buys) =>
        {
            var side = buys ? Side.Buy : Side.Sell;
            RouteVenue[] venues = [Random(side, 0, a, 0, 1, 1, 1_000), Random(side, 1, b, 1, 1, 1, 1_000), Random(side, 2, c, 2, 1, 1, 1_000)];
            var request = Take(side, lots * 0.01m, 100m + (side.Sign() * 20m), venues);
            var best = decimal.MaxValue;
            for (var i = 0; i <= lots; i++)
            {
                for (var j = 0; i + j <= lots; j++)
                {
                    int[] split = [i, j, lots - i - j];
                    var costs = split.Select((n, v) => Walk(venues[v], side, n * 0.01m)).ToArray();
                    best = costs.All(x => x is not null) ? Math.Min(best, costs.Sum()!.Value * side.Sign()) : best;
                }
            }
            var plan = OrderRouter.Plan(request);
            (plan.UnroutedQty == 0m).ShouldBe(best < decimal.MaxValue);
            if (plan.UnroutedQty == 0m)
            {
                (Cost(plan) * side.Sign()).ShouldBe(best, 0.000000001m);
            }
        }, iter: 1_000);
    }

    private static decimal Cost(RoutePlan plan) => plan.Legs.Sum(l => l.AllInPx!.Value * l.Qty);

    /// <summary>Cost of taking this much at one venue, fee included; null when it holds less.</summary>
    private static decimal? Walk(RouteVenue venue, Side side, decimal qty)
    {
        var cost = 0m;
        foreach (var level in venue.Book!.Opposite(side))
        {
            var take = Math.Min(qty, level.Qty);
            cost += take * level.Px;
            qty -= take;
        }
        return qty > 0m ? null : cost * (1m + (side.Sign() * venue.Listing.TakerFee));
    }

    private static RouteVenue Random(Side side, int n, (int Ticks, int Lots)[] levels, int feeBps, int minLots, int lot, int maxLots)
    {
        (decimal, decimal)[] ladder = [.. levels.GroupBy(l => l.Ticks).OrderBy(g => g.Key).Select(g => (100m + (side.Sign() * g.Key * 0.1m), g.Sum(l => l.Lots) * 0.01m))];
        var venue = Venue($"V{n}", feeBps * 0.001m, side == Side.Buy ? ladder : [], side == Side.Sell ? ladder : []);
        return venue with { MaxQty = maxLots * 0.01m, Listing = venue.Listing with { LotSize = lot * 0.01m, MinQty = minLots * 0.01m, MinNotional = 0.01m } };
    }

    private static RouteRequest Take(Side side, decimal qty, decimal limit, params RouteVenue[] venues) => new(side, qty, limit, TimeInForce.Ioc, false, false, venues);

    private static RouteVenue Venue(string name, decimal takerFee, (decimal Px, decimal Qty)[]? asks = null, (decimal Px, decimal Qty)[]? bids = null) => new(
        new(new(name), Btc, 0.1m, 0.001m, 0.005m, 0.1m, 1_000m, 0.0002m, takerFee),
        new(new(name), Btc, 1, DateTimeOffset.UnixEpoch, [.. (bids ?? []).Select(l => new BookLevel(l.Px, l.Qty))], [.. (asks ?? []).Select(l => new BookLevel(l.Px, l.Qty))]), 1_000m);
}

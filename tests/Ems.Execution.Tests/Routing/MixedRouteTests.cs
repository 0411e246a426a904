using CsCheck;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Routing;
using Ems.Execution.Core.Routing.Curves;

namespace Ems.Execution.Tests.Routing;

/// <summary>Pools beside books: gas, penalties, rounding, and never worse than the plain walk of the books.</summary>
public sealed class MixedRouteTests
{
    private static readonly InstrumentId Eth = new("ETH-USDT");

    [Fact]
    public void A_pool_takes_its_part_beside_a_book_until_their_prices_meet()
    {
        var plan = OrderRouter.Plan(Take(Side.Buy, 60m, 110m, Book("ALPHA", Side.Buy, (100m, 5m), (101m, 50m)), Pool("POOL", Side.Buy, 10_000m, 1_000_000m)));
        plan.UnroutedQty.ShouldBe(0m);
        plan.Legs.Sum(l => l.Qty).ShouldBe(60m);
        // 5 at 100 from the book; the pool from 100.3 to 101.0 all-in, then the book at 101.
        var pool = plan.Legs.Single(l => l.Venue.Value == "POOL");
        pool.Px.ShouldBeInRange(100.9m, 101.1m);
        pool.Reason.ShouldContain("pool");
        plan.Legs.Single(l => l.Venue.Value == "ALPHA").Qty.ShouldBeGreaterThan(5m);
    }

    [Fact]
    public void Gas_keeps_a_small_order_out_of_a_pool_that_a_large_one_uses()
    {
        RouteVenue[] venues = [Book("ALPHA", Side.Buy, (100.5m, 500m)), Pool("POOL", Side.Buy, 100_000m, 10_000_000m) with { FixedCost = 5m }];
        var small = OrderRouter.Plan(Take(Side.Buy, 1m, 110m, venues));
        small.Legs.ShouldHaveSingleItem().Venue.Value.ShouldBe("ALPHA");
        var lost = small.Alternatives.ShouldHaveSingleItem();
        lost.LostBecause.ShouldContain("gas of 5");
        lost.AllInPx!.Value.ShouldBeGreaterThan(105m);
        var large = OrderRouter.Plan(Take(Side.Buy, 100m, 110m, venues));
        large.Legs.Single(l => l.Venue.Value == "POOL").Gas.ShouldBe(5m);
    }

    [Fact]
    public void A_venue_with_a_bad_record_loses_to_a_slightly_dearer_one_and_the_losing_bid_says_why()
    {
        var bad = Book("ALPHA", Side.Sell, (100m, 5m)) with { PenaltyBps = 8m, PenaltyBecause = "40 % refused" };
        var plan = OrderRouter.Plan(Take(Side.Sell, 2m, 90m, bad, Book("BRAVO", Side.Sell, (99.95m, 5m))));
        plan.Legs.ShouldHaveSingleItem().Venue.Value.ShouldBe("BRAVO");
        plan.Alternatives.ShouldHaveSingleItem().LostBecause.ShouldContain("8 bps for 40 % refused");
    }

    [Fact]
    public void A_pool_quotes_exactly_where_it_can()
    {
        var pool = Pool("POOL", Side.Sell, 1_000m, 100_000m);
        pool = pool with { Curve = pool.Curve! with { ExactQuote = qty => Math.Floor(100_000m * qty * 0.997m / (1_000m + (qty * 0.997m)) * 1_000_000m) / 1_000_000m } };
        var leg = OrderRouter.Plan(Take(Side.Sell, 3m, 50m, pool)).Legs.ShouldHaveSingleItem();
        (leg.ExpectedAvgPx!.Value * leg.Qty).ShouldBe(Math.Floor(100_000m * 3m * 0.997m / (1_000m + (3m * 0.997m)) * 1_000_000m) / 1_000_000m, 0.0000000001m);
    }

    [Fact]
    public void A_pool_never_rests_and_a_pool_alone_can_fill_or_kill()
    {
        var pool = Pool("POOL", Side.Buy, 1_000m, 100_000m);
        var rest = OrderRouter.Plan(new(Side.Buy, 1m, 99m, TimeInForce.Gtc, true, true, [pool]));
        rest.Legs.ShouldBeEmpty();
        rest.Alternatives.ShouldHaveSingleItem().LostBecause.ShouldContain("no resting");
        OrderRouter.Plan(Take(Side.Buy, 1m, 110m, pool) with { TimeInForce = TimeInForce.Fok }).Legs.ShouldHaveSingleItem().TimeInForce.ShouldBe(TimeInForce.Fok);
        OrderRouter.Plan(Take(Side.Buy, 500m, 101m, pool) with { TimeInForce = TimeInForce.Fok }).Legs.ShouldBeEmpty();
    }

    [Fact]
    public void Stable_and_concentrated_pools_are_mixed_with_books_too()
    {
        var listing = Listing("STABLE");
        RouteVenue stable = new(listing, null, 1e9m, Curve: new(LiquidityCurve.StableSwap(5_000_000.0, 5_000_000.0, 200.0, 0.0004, 1_000_000.0), TimeSpan.FromSeconds(2)));
        RouteVenue narrow = new(Listing("NARROW"), null, 1e9m, Curve: new(LiquidityCurve.Concentrated(Side.Sell, 1.0, [new(0.99, 1.01, 30_000_000.0)], 0.0001), TimeSpan.FromSeconds(2)));
        var plan = OrderRouter.Plan(Take(Side.Sell, 400_000m, 0.99m, stable, narrow, Book("ALPHA", Side.Sell, (0.9999m, 50_000m), (0.9995m, 80_000m))));
        plan.UnroutedQty.ShouldBe(0m);
        plan.Legs.Count.ShouldBe(3);
    }

    [Fact]
    public void Any_mixed_plan_adds_up_stays_within_limit_and_minimums_and_is_never_worse_than_the_walk_of_the_books()
    {
        var level = Gen.Select(Gen.Int[0, 30], Gen.Int[1, 40]);
        var book = Gen.Select(level.Array[1, 6], Gen.Int[0, 3], Gen.Int[1, 20], Gen.Int[1, 3], Gen.Int[1, 60]);
        var pool = Gen.Select(Gen.Int[1, 400], Gen.Int[-20, 20], Gen.Int[0, 40], Gen.Int[1, 10], Gen.Int[1, 3]);
        Gen.Select(book.Array[0, 4], pool.Array[0, 3], Gen.Int[1, 120], Gen.Bool, Gen.Int[1, 30]).Sample((books, pools, lots, buys, limit) =>
        {
            var side = buys ? Side.Buy : Side.Sell;
            var request = Take(side, lots * 0.01m, 100m + (side.Sign() * limit * 0.1m),
            [
                .. books.Select((b, n) => RandomBook(side, n, b.Item1, b.Item2, b.Item3, b.Item4, b.Item5)),
                .. pools.Select((p, n) => RandomPool(side, n, p.Item1, p.Item2, p.Item3, p.Item4, p.Item5)),
            ]);
            var plan = OrderRouter.Plan(request);
            (plan.Legs.Sum(l => l.Qty) + plan.UnroutedQty).ShouldBe(request.Qty);
            (plan.UnroutedBecause is null).ShouldBe(plan.UnroutedQty == 0m);
            foreach (var leg in plan.Legs)
            {
                var v = request.Venues.Single(x => x.Listing.Venue == leg.Venue);
                v.Listing.Refusal(leg.Px, leg.Qty).ShouldBeNull();
                leg.Qty.ShouldBeLessThanOrEqualTo(v.MaxQty);
                side.IsWithin(leg.Px, request.LimitPx).ShouldBeTrue();
                side.IsWithin(leg.ExpectedAvgPx!.Value, leg.Px).ShouldBeTrue($"{leg.ExpectedAvgPx} is beyond the child's own price {leg.Px}");
                leg.Gas.ShouldBe(v.FixedCost);
            }
            (plan.Legs.Count + plan.Alternatives.Count).ShouldBe(request.Venues.Count);
            var walk = ReferenceGreedy.Plan(request);
            plan.UnroutedQty.ShouldBeLessThanOrEqualTo(walk.UnroutedQty);
            if (plan.UnroutedQty == walk.UnroutedQty)
            {
                (Cost(plan) * side.Sign()).ShouldBeLessThanOrEqualTo(Cost(walk) * side.Sign() + 0.000000001m);
            }
        }, iter: 2_000);
    }

    private static decimal Cost(RoutePlan plan) => plan.Legs.Sum(l => l.AllInPx!.Value * l.Qty);

    private static RouteVenue RandomBook(Side side, int n, (int Ticks, int Lots)[] levels, int feeBps, int minLots, int lot, int maxLots)
    {
        (decimal, decimal)[] ladder = [.. levels.GroupBy(l => l.Ticks).OrderBy(g => g.Key).Select(g => (100m + (side.Sign() * g.Key * 0.1m), g.Sum(l => l.Lots) * 0.01m))];
        var venue = Book($"V{n}", side, ladder);
        return venue with { MaxQty = maxLots * 0.01m, Listing = venue.Listing with { TakerFee = feeBps * 0.001m, LotSize = lot * 0.01m, MinQty = minLots * 0.01m, MinNotional = 0.01m } };
    }

    private static RouteVenue RandomPool(Side side, int n, int depth, int skewBps, int gas, int minLots, int lot)
    {
        var venue = Pool($"P{n}", side, depth, depth * (100m + (skewBps * 0.1m)));
        return venue with { FixedCost = gas * 0.01m, MaxQty = 100m, Listing = venue.Listing with { LotSize = lot * 0.005m, MinQty = minLots * 0.01m } };
    }

    private static Listing Listing(string name) => new(new(name), Eth, 0.0001m, 0.001m, 0.005m, 0.1m, 1_000_000m, 0m, 0m);

    private static RouteVenue Book(string name, Side side, params (decimal Px, decimal Qty)[] levels) => new(Listing(name),
        new(new(name), Eth, 1, DateTimeOffset.UnixEpoch, side == Side.Sell ? [.. levels.Select(l => new BookLevel(l.Px, l.Qty))] : [], side == Side.Buy ? [.. levels.Select(l => new BookLevel(l.Px, l.Qty))] : []), 1_000_000m);

    private static RouteVenue Pool(string name, Side side, decimal baseReserve, decimal quoteReserve) => new(Listing(name), null, 1_000_000m,
        Curve: new(side == Side.Sell ? LiquidityCurve.ConstantProduct((double)baseReserve, (double)quoteReserve, 0.003) : LiquidityCurve.ConstantProduct((double)quoteReserve, (double)baseReserve, 0.003), TimeSpan.FromSeconds(12)));

    private static RouteRequest Take(Side side, decimal qty, decimal limit, params RouteVenue[] venues) => new(side, qty, limit, TimeInForce.Ioc, false, false, venues);
}

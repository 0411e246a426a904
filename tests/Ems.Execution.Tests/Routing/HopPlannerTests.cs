using CsCheck;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Routing;

namespace Ems.Execution.Tests.Routing;

public sealed class HopPlannerTests
{
    private static readonly VenueId Alpha = new("ALPHA");
    private static readonly Instrument BtcUsdc = new(new("BTC-USDC"), new("BTC"), new("USDC"));
    private static readonly Instrument BtcUsdt = new(new("BTC-USDT"), new("BTC"), new("USDT"));
    private static readonly Instrument UsdcUsdt = new(new("USDC-USDT"), new("USDC"), new("USDT"));
    private static readonly Instrument UsdtUsdc = new(new("USDT-USDC"), new("USDT"), new("USDC"));

    [Theory]
    [InlineData(Side.Buy, true)]
    [InlineData(Side.Sell, true)]
    [InlineData(Side.Buy, false)]
    [InlineData(Side.Sell, false)]
    public void A_thin_market_is_left_for_two_deep_ones_in_either_notation(Side side, bool usdcIsBase)
    {
        var plan = Best(side, 1m, direct: 100m, near: 5m, far: 0.0001m, usdcIsBase)!;
        plan.Via.Code.ShouldBe("USDT");
        plan.Hops.Count.ShouldBe(2);
        // A buy first sells or spends USDC for USDT; a sell first sells BTC.
        plan.Hops[side == Side.Buy ? 1 : 0].Instrument.ShouldBe(BtcUsdt.Id);
        plan.SavingBps!.Value.ShouldBeInRange(8m, 10m);
        plan.ToString().ShouldContain("bps cheaper than direct");
        plan.Hops.ShouldAllBe(h => h.Plan.UnroutedQty == 0m && h.Plan.Legs.Sum(l => l.Qty) == h.Qty);
        // What the first hop brings is enough for the second.
        decimal Value(Hop h) => h.Plan.Legs.Sum(l => l.AllInPx!.Value * l.Qty);
        var far = plan.Hops.Single(h => h.Instrument != BtcUsdt.Id);
        var usdtOfFar = usdcIsBase ? Value(far) : far.Qty;
        var usdtOfNear = Value(plan.Hops.Single(h => h.Instrument == BtcUsdt.Id));
        (side == Side.Buy ? usdtOfFar - usdtOfNear : usdtOfNear - usdtOfFar).ShouldBeInRange(0m, 1m);
    }

    [Fact]
    public void The_direct_way_is_kept_when_it_is_as_cheap() => Best(Side.Buy, 1m, direct: 1m, near: 5m, far: 0.0001m, true).ShouldBeNull();

    [Fact]
    public void Fees_of_both_hops_count() => Best(Side.Buy, 1m, direct: 100m, near: 5m, far: 0.0001m, true, fee: 0.002m).ShouldBeNull();

    [Fact]
    public void Without_a_direct_market_there_is_a_way_and_no_saving_is_claimed()
    {
        var plan = Best(Side.Buy, 1m, direct: null, near: 5m, far: 0.0001m, true)!;
        (plan.DirectAllInPx, plan.SavingBps).ShouldBe((null, null));
    }

    [Fact]
    public void A_hop_that_cannot_be_filled_is_no_way() => Best(Side.Buy, 1_000m, direct: 100m, near: 5m, far: 0.0001m, true).ShouldBeNull();

    [Fact]
    public void Any_way_found_is_cheaper_than_the_direct_one_and_fills_all() =>
        Gen.Select(Gen.Bool, Gen.Int[1, 400], Gen.Int[0, 200], Gen.Int[0, 30], Gen.Bool).Sample((buys, lots, direct, far, usdcIsBase) =>
        {
            var side = buys ? Side.Buy : Side.Sell;
            if (Best(side, lots * 0.01m, direct, 5m, far * 0.0001m, usdcIsBase) is { } plan)
            {
                (plan.AllInPx * side.Sign()).ShouldBeLessThan(plan.DirectAllInPx!.Value * side.Sign());
                plan.Hops.ShouldAllBe(h => h.Plan.UnroutedQty == 0m);
            }
        }, iter: 300);

    /// <summary>Half spreads around 100,000 and 1; the direct market may be missing.</summary>
    private static HopPlan? Best(Side side, decimal qty, decimal? direct, decimal near, decimal far, bool usdcIsBase, decimal fee = 0m)
    {
        var farInstrument = usdcIsBase ? UsdcUsdt : UsdtUsdc;
        var venues = new Dictionary<InstrumentId, RouteVenue>
        {
            [BtcUsdt.Id] = Venue(BtcUsdt.Id, 100_000m, near, 50m, 0.00001m, 0.1m, fee), [farInstrument.Id] = Venue(farInstrument.Id, 1m, far, 9_000_000m, 0.01m, 0.0001m, fee),
        };
        if (direct is { } half)
        {
            venues[BtcUsdc.Id] = Venue(BtcUsdc.Id, 100_000m, half, 500m, 0.00001m, 0.1m, 0m);
        }
        var catalog = new InstrumentCatalog([BtcUsdc, BtcUsdt, farInstrument], venues.Values.Select(v => v.Listing));
        return HopPlanner.Best(catalog, BtcUsdc, side, qty, (i, s) => venues.TryGetValue(i, out var v) ? ([v], v.Book!.Mid!.Value * (1m + (s.Sign() * 0.05m))) : null);
    }

    private static RouteVenue Venue(InstrumentId id, decimal mid, decimal half, decimal depth, decimal lot, decimal tick, decimal fee) => new(
        new(Alpha, id, tick, lot, lot, 1m, 1_000_000_000m, 0m, fee),
        new(Alpha, id, 1, DateTimeOffset.UnixEpoch, [new(mid - half, depth)], [new(mid + half, depth)]), 1_000_000_000m);
}

using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;

namespace Ems.Execution.Tests.Risk;

/// <summary>Each check at its exact bound: the last order it lets through and the first it denies.</summary>
public sealed class PreTradeRiskTests
{
    private static readonly Instrument Btc = new(new("BTC-USDT"), new("BTC"), new("USDT"));
    private static readonly Listing Alpha = new(new("ALPHA"), Btc.Id, 0.1m, 0.001m, 0.001m, 10m, 100m, 0m, 0.001m);

    private static RiskView View(RiskLimits? limits = null) => new(limits ?? new RiskLimits(), Btc, [Alpha], 1_000m, KillLevel.None, 0m, 0, 0, 0, 1_000_000m, 0m, []);

    private static ParentSpec Parent(decimal qty = 1m, decimal? px = null, Side side = Side.Buy, bool reduceOnly = false) =>
        new(new("p"), Btc.Id, side, qty, px, "MARKET", new Dictionary<string, string>(), ReduceOnly: reduceOnly);

    private static VenueOrder Child(decimal qty = 1m, decimal px = 1_000m, Side side = Side.Buy, bool postOnly = false, bool reduceOnly = false) =>
        new(new("A"), new("c"), Alpha.Venue, Btc.Id, side, OrdType.Limit, qty, px, TimeInForce.Ioc, postOnly, reduceOnly);

    private static DenyCode? Of(ParentSpec p, RiskView v) => new PreTradeRisk().Check(p, v).Denial?.Code;

    private static DenyCode? Of(VenueOrder o, RiskView v) => new PreTradeRisk().Check(o, v).Denial?.Code;

    [Fact]
    public void A_good_order_is_approved_and_carries_itself()
    {
        var result = new PreTradeRisk().Check(Child(), View());
        result.Denial.ShouldBeNull();
        result.Approved!.Value.ClOrdId.ShouldBe(new("c"));
    }

    [Theory]
    [InlineData(KillLevel.None, false, null)]
    [InlineData(KillLevel.Pause, false, DenyCode.TradingHalted)]
    [InlineData(KillLevel.CancelAll, false, DenyCode.TradingHalted)]
    [InlineData(KillLevel.CancelAndFlatten, false, DenyCode.TradingHalted)]
    [InlineData(KillLevel.CancelAll, true, DenyCode.TradingHalted)]
    [InlineData(KillLevel.CancelAndFlatten, true, null)]
    public void The_kill_switch_stops_everything_but_flattening(KillLevel level, bool reduceOnly, DenyCode? expected) =>
        Of(Child(side: Side.Sell, reduceOnly: reduceOnly), View() with { Halted = level, Position = 1m }).ShouldBe(expected);

    [Fact]
    public void Instruments_and_venues_must_be_allowed()
    {
        Of(Parent(), View() with { Instrument = null }).ShouldBe(DenyCode.InstrumentNotAllowed);
        Of(Parent(), View(new RiskLimits { Instruments = [new("ETH-USDT")] })).ShouldBe(DenyCode.InstrumentNotAllowed);
        Of(Parent(), View() with { Listings = [] }).ShouldBe(DenyCode.VenueNotAllowed);
        Of(Child(), View(new RiskLimits { Venues = [new("BRAVO")] })).ShouldBe(DenyCode.VenueNotAllowed);
        Of(Child(), View(new RiskLimits { Venues = [Alpha.Venue], Instruments = [Btc.Id] })).ShouldBeNull();
    }

    [Theory]
    [InlineData(1.0, 1000.0, null)]
    [InlineData(1.0005, 1000.0, DenyCode.BelowVenueMinimum)]
    [InlineData(0.009, 1000.0, DenyCode.BelowVenueMinimum)]
    [InlineData(0.01, 1000.0, null)]
    [InlineData(1.0, 1000.05, DenyCode.InvalidField)]
    [InlineData(101.0, 1000.0, DenyCode.BelowVenueMinimum)]
    public void A_child_fits_the_venues_steps_and_bounds(double qty, double px, DenyCode? expected) => Of(Child((decimal)qty, (decimal)px), View()).ShouldBe(expected);

    [Fact]
    public void Quantity_and_notional_limits_hold_to_the_last_unit()
    {
        var limits = new RiskLimits(MaxOrderNotional: 2_000m, MaxChildNotional: 1_000m) { MaxOrderQty = new Dictionary<InstrumentId, decimal> { [Btc.Id] = 1.5m } };
        Of(Parent(1.5m), View(limits)).ShouldBeNull();
        Of(Parent(1.501m), View(limits)).ShouldBe(DenyCode.QtyAboveLimit);
        Of(Parent(1.5m, 1_020m), View(limits with { MaxOrderNotional = 1_530m })).ShouldBeNull();
        Of(Parent(1.5m, 1_020m), View(limits with { MaxOrderNotional = 1_529m })).ShouldBe(DenyCode.NotionalAboveLimit);
        Of(Child(1m), View(limits)).ShouldBeNull();
        Of(Child(1.001m), View(limits)).ShouldBe(DenyCode.NotionalAboveLimit);
    }

    [Fact]
    public void The_day_the_rate_and_the_open_orders_have_limits()
    {
        var limits = new RiskLimits(MaxDayNotional: 5_000m, MaxOpenParents: 3, MaxOpenChildren: 2, MaxMessagesPerSecond: 4);
        Of(Parent(), View(limits) with { DayNotional = 4_000m }).ShouldBeNull();
        Of(Parent(), View(limits) with { DayNotional = 4_001m }).ShouldBe(DenyCode.DayNotionalAboveLimit);
        Of(Child(), View(limits) with { DayNotional = 9_999m }).ShouldBeNull();
        Of(Parent(), View(limits) with { OpenParents = 2 }).ShouldBeNull();
        Of(Parent(), View(limits) with { OpenParents = 3 }).ShouldBe(DenyCode.OpenOrdersAboveLimit);
        Of(Child(), View(limits) with { OpenChildren = 2 }).ShouldBe(DenyCode.OpenOrdersAboveLimit);
        Of(Child(), View(limits) with { MessagesLastSecond = 3 }).ShouldBeNull();
        Of(Child(), View(limits) with { MessagesLastSecond = 4 }).ShouldBe(DenyCode.MessageRateAboveLimit);
    }

    [Fact]
    public void The_collar_denies_the_dear_side_only()
    {
        Of(Child(px: 1_030m), View()).ShouldBeNull();
        Of(Child(px: 1_030.1m), View()).ShouldBe(DenyCode.PriceOutsideCollar);
        Of(Child(px: 500m), View()).ShouldBeNull();
        Of(Child(px: 970m, side: Side.Sell), View()).ShouldBeNull();
        Of(Child(px: 969.9m, side: Side.Sell), View()).ShouldBe(DenyCode.PriceOutsideCollar);
        Of(Child(), View() with { ReferencePx = null }).ShouldBe(DenyCode.NoReferencePrice);
        Of(Parent(), View() with { ReferencePx = null }).ShouldBe(DenyCode.NoReferencePrice);
        Of(Child(postOnly: true), View() with { ReferencePx = null }).ShouldBeNull();
    }

    [Fact]
    public void Buying_power_covers_the_worst_cost_with_the_fee_and_the_hold_uses_the_same_formula()
    {
        BuyingPower.Required(Side.Buy, 2m, 1_000m, [Alpha]).ShouldBe(2_002m);
        BuyingPower.Required(Side.Sell, 2m, 1_000m, [Alpha]).ShouldBe(2m);
        Of(Child(2m), View() with { Free = 2_002m }).ShouldBeNull();
        Of(Child(2m), View() with { Free = 2_001.99m }).ShouldBe(DenyCode.InsufficientBalance);
        Of(Parent(1m), View() with { Free = 1_030m * 1.001m }).ShouldBeNull();
        Of(Parent(1m), View() with { Free = 1_031m }).ShouldBe(DenyCode.InsufficientBalance);
        Of(Child(2m, side: Side.Sell), View() with { Free = 1.999m }).ShouldBe(DenyCode.InsufficientBalance);
    }

    [Fact]
    public void A_child_never_meets_an_own_resting_order()
    {
        var own = new RestingOrder(new("mine"), Alpha.Venue, Side.Sell, 1_001m, 1m);
        Of(Child(px: 1_000.9m), View() with { OwnResting = [own] }).ShouldBeNull();
        Of(Child(px: 1_001m), View() with { OwnResting = [own] }).ShouldBe(DenyCode.SelfCross);
        Of(Child(px: 1_001m), View() with { OwnResting = [own with { Venue = new("BRAVO") }] }).ShouldBeNull();
        Of(Child(px: 1_001m, side: Side.Sell), View() with { OwnResting = [own] }).ShouldBeNull();
    }

    [Fact]
    public void Reduce_only_reduces_and_no_more()
    {
        Of(Child(1m, side: Side.Sell, reduceOnly: true), View() with { Position = 1m }).ShouldBeNull();
        Of(Child(1.001m, side: Side.Sell, reduceOnly: true), View() with { Position = 1m }).ShouldBe(DenyCode.ReduceOnlyViolated);
        Of(Child(1m, reduceOnly: true), View() with { Position = 1m }).ShouldBe(DenyCode.ReduceOnlyViolated);
        Of(Child(1m, reduceOnly: true), View() with { Position = -1m }).ShouldBeNull();
        Of(Child(1m, reduceOnly: true), View()).ShouldBe(DenyCode.ReduceOnlyViolated);
    }
}

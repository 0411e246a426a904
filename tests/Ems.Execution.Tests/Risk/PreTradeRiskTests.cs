using CsCheck;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;

namespace Ems.Execution.Tests.Risk;

public sealed class PreTradeRiskTests
{
    private static readonly InstrumentId Btc = new("BTC-USDT");
    private static readonly VenueId Alpha = new("ALPHA");
    private static readonly Instrument Pair = new(Btc, new("BTC"), new("USDT"));
    private static readonly Listing Listing = new(Alpha, Btc, 0.1m, 0.001m, 0.01m, 5m, 1_000m, 0.0002m, 0.001m);

    /// <summary>Reference 100, collar 100 bps (a buy up to 101), and room everywhere else.</summary>
    private static readonly RiskView View = new(
        new RiskLimits(10_000m, 5_000m, 50_000m, 100m, 10, 20, 5) { MaxOrderQty = new Dictionary<InstrumentId, decimal> { [Btc] = 90m } },
        Pair, [Listing], 100m, KillLevel.None, 0m, 0, 0, 0, 1_000_000m, 50m, []);

    private static readonly PreTradeRisk Risk = new();

    [Fact]
    public void An_order_inside_every_limit_is_approved_and_carried_unchanged()
    {
        var (parent, child) = (Parent(), Child());
        Risk.Check(parent, View).Approved!.Value.ShouldBeSameAs(parent);
        Risk.Check(child, View).Approved!.Value.ShouldBe(child);
        Risk.Check(child, View).Denial.ShouldBeNull();
    }

    [Theory]
    [InlineData(KillLevel.Pause), InlineData(KillLevel.CancelAll), InlineData(KillLevel.CancelAndFlatten)]
    public void Under_a_kill_switch_nothing_new_starts(KillLevel level)
    {
        Denied(Risk.Check(Parent(), View with { Halted = level }), DenyCode.TradingHalted);
        Denied(Risk.Check(Child(), View with { Halted = level }), DenyCode.TradingHalted);
    }

    [Fact]
    public void Flattening_passes_the_kill_switch_only_when_flattening_was_asked_for_and_it_reduces()
    {
        var flatten = Child() with { Side = Side.Sell, ReduceOnly = true };
        Risk.Check(flatten, View with { Halted = KillLevel.CancelAndFlatten }).Denial.ShouldBeNull();
        Denied(Risk.Check(flatten, View with { Halted = KillLevel.CancelAll }), DenyCode.TradingHalted);
        Denied(Risk.Check(flatten with { Side = Side.Buy }, View with { Halted = KillLevel.CancelAndFlatten }), DenyCode.ReduceOnlyViolated);
    }

    [Fact]
    public void What_the_account_may_not_show_to_the_public_pool_is_denied_as_a_parent_and_as_a_child()
    {
        var never = View with { Limits = View.Limits with { PublicSubmission = PublicSubmission.Never } };
        Denied(Risk.Check(Parent() with { Submission = OnChainSubmission.Public }, never), DenyCode.SubmissionNotAllowed);
        Denied(Risk.Check(Child() with { Submission = OnChainSubmission.Public }, never), DenyCode.SubmissionNotAllowed);
        Denied(Risk.Check(Child() with { Submission = OnChainSubmission.Private, PublicFallback = true }, never), DenyCode.SubmissionNotAllowed);
        Risk.Check(Parent() with { Submission = OnChainSubmission.Public }, View).Denial.ShouldBeNull();
        Risk.Check(Child() with { Submission = OnChainSubmission.Bundle }, never).Denial.ShouldBeNull();
    }

    [Theory]
    [InlineData(null, OnChainSubmission.Private, PublicSubmission.WhenAsked, OnChainSubmission.Private, false)]
    [InlineData(null, OnChainSubmission.Private, PublicSubmission.AsFallback, OnChainSubmission.Private, true)]
    [InlineData(null, OnChainSubmission.Public, PublicSubmission.AsFallback, OnChainSubmission.Public, false)]
    [InlineData(OnChainSubmission.Private, OnChainSubmission.Public, PublicSubmission.AsFallback, OnChainSubmission.Private, false)]
    [InlineData(OnChainSubmission.Bundle, OnChainSubmission.Private, PublicSubmission.AsFallback, OnChainSubmission.Bundle, false)]
    public void An_order_that_names_its_door_keeps_to_it_and_any_other_takes_the_accounts(OnChainSubmission? order, OnChainSubmission account, PublicSubmission allowed, OnChainSubmission door, bool fallback) =>
        new RiskLimits { Submission = account, PublicSubmission = allowed }.DoorOf(Parent() with { Submission = order }).ShouldBe((door, fallback));

    [Fact]
    public void An_instrument_or_venue_outside_the_allow_list_is_denied()
    {
        Denied(Risk.Check(Parent(), View with { Instrument = null }), DenyCode.InstrumentNotAllowed);
        Denied(Risk.Check(Parent(), View with { Limits = View.Limits with { Instruments = [new("ETH-USDT")] } }), DenyCode.InstrumentNotAllowed);
        Risk.Check(Parent(), View with { Limits = View.Limits with { Instruments = [Btc] } }).Denial.ShouldBeNull();
        Denied(Risk.Check(Child(), View with { Limits = View.Limits with { Venues = [new("BRAVO")] } }), DenyCode.VenueNotAllowed);
        Risk.Check(Child(), View with { Limits = View.Limits with { Venues = [Alpha] } }).Denial.ShouldBeNull();
        Denied(Risk.Check(Child(), View with { Listings = [] }), DenyCode.VenueNotAllowed);
    }

    [Fact]
    public void Nothing_without_a_side_a_positive_quantity_and_a_positive_price_passes()
    {
        Denied(Risk.Check(Parent() with { Side = Side.None }, View), DenyCode.InvalidField, "side");
        Denied(Risk.Check(Parent() with { OrderQty = 0m }, View), DenyCode.InvalidField, "orderQty");
        Denied(Risk.Check(Parent() with { OrderQty = -1m }, View), DenyCode.InvalidField, "orderQty");
        Denied(Risk.Check(Parent() with { LimitPx = 0m }, View), DenyCode.InvalidField, "limitPx");
        Denied(Risk.Check(Child() with { Px = 100.05m }, View), DenyCode.InvalidField, "px");
    }

    [Theory]
    [InlineData(0.05, true), InlineData(0.049, false), InlineData(0.0505, false)]
    public void A_child_meets_the_venues_minimum_and_lot_exactly(double qty, bool approved)
    {
        // 5 USDT at 100 is 0.05.
        var result = Risk.Check(Child() with { OrderQty = (decimal)qty }, View);
        (result.Approved is not null).ShouldBe(approved);
        (result.Denial?.Code ?? DenyCode.BelowVenueMinimum).ShouldBe(DenyCode.BelowVenueMinimum);
    }

    [Fact]
    public void The_message_that_would_pass_the_rate_is_the_first_one_denied()
    {
        Risk.Check(Child(), View with { MessagesLastSecond = 4 }).Denial.ShouldBeNull();
        Denied(Risk.Check(Child(), View with { MessagesLastSecond = 5 }), DenyCode.MessageRateAboveLimit).Text.ShouldBe("messagesLastSecond=5, max=5");
    }

    [Fact]
    public void Parents_and_children_have_counts_of_their_own()
    {
        var full = View with { OpenParents = 10, OpenChildren = 19 };
        Denied(Risk.Check(Parent(), full), DenyCode.OpenOrdersAboveLimit);
        Risk.Check(Child(), full).Denial.ShouldBeNull();
        Denied(Risk.Check(Child(), full with { OpenChildren = 20 }), DenyCode.OpenOrdersAboveLimit);
        Risk.Check(Parent(), full with { OpenParents = 9 }).Denial.ShouldBeNull();
    }

    [Fact]
    public void Quantity_and_notional_may_reach_their_limits_and_not_pass_them()
    {
        Risk.Check(Parent() with { OrderQty = 90m }, View).Denial.ShouldBeNull();
        Denied(Risk.Check(Parent() with { OrderQty = 90.001m }, View), DenyCode.QtyAboveLimit).Text.ShouldBe("orderQty=90.001, max=90");
        Risk.Check(Child() with { OrderQty = 50m }, View).Denial.ShouldBeNull();
        Denied(Risk.Check(Child() with { OrderQty = 50.001m }, View), DenyCode.NotionalAboveLimit).Text.ShouldBe("notional=5000.10, max=5000");
        Denied(Risk.Check(Parent() with { OrderQty = 50.001m }, View with { Limits = View.Limits with { MaxOrderNotional = 5_000m } }), DenyCode.NotionalAboveLimit);
    }

    [Fact]
    public void The_days_notional_counts_parents_only()
    {
        Risk.Check(Parent(), View with { DayNotional = 49_900m }).Denial.ShouldBeNull();
        Denied(Risk.Check(Parent(), View with { DayNotional = 49_900.01m }), DenyCode.DayNotionalAboveLimit);
        Risk.Check(Child(), View with { DayNotional = 49_999m }).Denial.ShouldBeNull();
    }

    [Fact]
    public void A_price_may_be_at_the_collar_on_the_dear_side_and_anywhere_on_the_cheap_one()
    {
        Risk.Check(Child() with { Px = 101m }, View).Denial.ShouldBeNull();
        Denied(Risk.Check(Child() with { Px = 101.1m }, View), DenyCode.PriceOutsideCollar);
        Risk.Check(Child() with { Px = 50m }, View).Denial.ShouldBeNull();
        var sell = Child() with { Side = Side.Sell };
        Risk.Check(sell with { Px = 99m }, View).Denial.ShouldBeNull();
        Denied(Risk.Check(sell with { Px = 98.9m }, View), DenyCode.PriceOutsideCollar);
        Risk.Check(sell with { Px = 150m }, View).Denial.ShouldBeNull();
    }

    [Fact]
    public void Without_a_fresh_price_nothing_that_could_take_is_sent()
    {
        var blind = View with { ReferencePx = null };
        Denied(Risk.Check(Child(), blind), DenyCode.NoReferencePrice);
        Denied(Risk.Check(Parent() with { LimitPx = null }, blind), DenyCode.NoReferencePrice);
        Risk.Check(Child() with { PostOnly = true }, blind).Denial.ShouldBeNull();
    }

    [Fact]
    public void Buying_power_covers_the_fee_to_the_last_unit()
    {
        BuyingPower.Required(Side.Buy, 2m, 100m, [Listing]).ShouldBe(200.2m);
        BuyingPower.Required(Side.Sell, 2m, 100m, [Listing]).ShouldBe(2m);
        Risk.Check(Child() with { OrderQty = 2m }, View with { Free = 200.2m }).Denial.ShouldBeNull();
        Denied(Risk.Check(Child() with { OrderQty = 2m }, View with { Free = 200.19m }), DenyCode.InsufficientBalance);
        var sell = Child() with { Side = Side.Sell, OrderQty = 2m };
        Risk.Check(sell, View with { Free = 2m }).Denial.ShouldBeNull();
        Denied(Risk.Check(sell, View with { Free = 1.999m }), DenyCode.InsufficientBalance);
    }

    [Fact]
    public void A_market_parent_is_measured_at_the_collar()
    {
        // 2 at 101 with 10 bps is 202.202.
        var market = Parent() with { LimitPx = null, OrderQty = 2m };
        Risk.Check(market, View with { Free = 202.202m }).Denial.ShouldBeNull();
        Denied(Risk.Check(market, View with { Free = 202.2m }), DenyCode.InsufficientBalance);
    }

    [Fact]
    public void Reduce_only_is_against_the_position_and_not_larger()
    {
        var sell = Child() with { Side = Side.Sell, ReduceOnly = true, OrderQty = 1m };
        Risk.Check(sell, View with { Position = 1m }).Denial.ShouldBeNull();
        Denied(Risk.Check(sell, View with { Position = 0.999m }), DenyCode.ReduceOnlyViolated);
        Denied(Risk.Check(sell, View with { Position = 0m }), DenyCode.ReduceOnlyViolated);
        Denied(Risk.Check(sell with { Side = Side.Buy }, View with { Position = 1m }), DenyCode.ReduceOnlyViolated);
    }

    [Fact]
    public void A_child_that_could_meet_an_own_order_names_it()
    {
        var own = View with { OwnResting = [new(new("mine-1"), Alpha, Side.Sell, 100m, 1m)] };
        Denied(Risk.Check(Child() with { Px = 100m }, own), DenyCode.SelfCross).Text.ShouldContain("mine-1");
        Risk.Check(Child() with { Px = 99.9m }, own).Denial.ShouldBeNull();
        Risk.Check(Child(), View with { OwnResting = [new(new("mine-2"), new("BRAVO"), Side.Sell, 100m, 1m)] }).Denial.ShouldBeNull();
        Risk.Check(Child(), View with { OwnResting = [new(new("mine-3"), Alpha, Side.Buy, 100m, 1m)] }).Denial.ShouldBeNull();
    }

    [Fact]
    public void A_replace_is_checked_as_the_order_it_would_become()
    {
        var replace = new VenueReplace(new("acc"), new("c-1"), Alpha, 2m, 100m);
        Risk.Check(replace, Child(), View).Approved!.Value.ShouldBeSameAs(replace);
        Denied(Risk.Check(replace with { Px = 101.1m }, Child(), View), DenyCode.PriceOutsideCollar);
        Denied(Risk.Check(replace with { OrderQty = 50.001m }, Child(), View), DenyCode.NotionalAboveLimit);
    }

    [Fact]
    public void No_approved_order_exceeds_any_limit()
    {
        var numbers = Gen.Select(Gen.Int[1, 120_000], Gen.Int[900, 1_100], Gen.Bool, Gen.Int[0, 60_000], Gen.Int[0, 12], Gen.Int[0, 7], Gen.Int[0, 9_000]);
        numbers.Sample((lots, ticks, buys, day, open, messages, free) =>
        {
            var (qty, px, side) = (lots * 0.001m, ticks * 0.1m, buys ? Side.Buy : Side.Sell);
            var view = View with { DayNotional = day, OpenParents = open, OpenChildren = open * 2, MessagesLastSecond = messages, Free = free };
            if (Risk.Check(Child() with { Side = side, OrderQty = qty, Px = px }, view).Approved is not null)
            {
                Within(view, side, qty, px, view.Limits.MaxChildNotional);
                (view.OpenChildren + 1).ShouldBeLessThanOrEqualTo(view.Limits.MaxOpenChildren);
            }
            if (Risk.Check(Parent() with { Side = side, OrderQty = qty, LimitPx = px }, view).Approved is not null)
            {
                Within(view, side, qty, px, view.Limits.MaxOrderNotional);
                (view.DayNotional + (qty * px)).ShouldBeLessThanOrEqualTo(view.Limits.MaxDayNotional);
                (view.OpenParents + 1).ShouldBeLessThanOrEqualTo(view.Limits.MaxOpenParents);
            }
        }, iter: 5_000);
    }

    private static void Within(RiskView view, Side side, decimal qty, decimal px, decimal maxNotional)
    {
        qty.ShouldBeLessThanOrEqualTo(90m);
        (qty * px).ShouldBeLessThanOrEqualTo(maxNotional);
        (side == Side.Buy ? px - 101m : 99m - px).ShouldBeLessThanOrEqualTo(0m);
        (side == Side.Buy ? qty * px * 1.001m : qty).ShouldBeLessThanOrEqualTo(view.Free);
        (view.MessagesLastSecond + 1).ShouldBeLessThanOrEqualTo(view.Limits.MaxMessagesPerSecond);
    }

    private static Denial Denied<T>(RiskResult<T> result, DenyCode code, string? field = null)
    {
        result.Approved.ShouldBeNull();
        result.Denial!.Code.ShouldBe(code, result.Denial.Text);
        result.Denial.Field.ShouldBe(field ?? result.Denial.Field);
        return result.Denial;
    }

    private static ParentSpec Parent() => new(new("p-1"), Btc, Side.Buy, 1m, 100m, "LIMIT", new Dictionary<string, string>());

    private static VenueOrder Child() => new(new("acc"), new("c-1"), Alpha, Btc, Side.Buy, OrdType.Limit, 1m, 100m, TimeInForce.Ioc);
}

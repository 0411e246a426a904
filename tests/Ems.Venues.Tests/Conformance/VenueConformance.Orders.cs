using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Venues.Tests.Conformance;

public abstract partial class VenueConformance
{
    [Fact]
    public async Task A_limit_order_is_acknowledged_with_the_venues_id_and_rests()
    {
        var ack = await A.SubmitAsync("a1", Side.Buy, 0.5m, 990m);
        (ack.ExecType, ack.OrdStatus, ack.CumQty, ack.LeavesQty).ShouldBe((ExecType.New, OrdStatus.New, 0m, 0.5m));
        ack.OrderId.ShouldNotBeNullOrEmpty();
        var word = await A.StatusAsync("a1");
        (word!.ExecType, word.OrdStatus, word.OrderId, word.LeavesQty).ShouldBe((ExecType.OrderStatus, OrdStatus.New, ack.OrderId, 0.5m));
        (await A.OpenAsync()).ShouldHaveSingleItem().ClOrdId.Value.ShouldBe("a1");
    }

    [Fact]
    public async Task A_taker_walks_the_book_pays_the_taker_fee_and_hears_the_acknowledgement_first()
    {
        await A.SubmitAsync("a1", Side.Buy, 2m, 1002m);
        var end = await A.EndAsync("a1");
        end.OrdStatus.ShouldBe(OrdStatus.Filled);
        A.Of("a1").First().ExecType.ShouldBe(ExecType.New);
        var fills = A.Of("a1", ExecType.Trade).ToList();
        fills.Select(f => (f.LastQty, f.LastPx, f.LastLiquidityInd)).ShouldBe([(1m, 1001m, LastLiquidityInd.Removed), (1m, 1002m, LastLiquidityInd.Removed)]);
        fills.Select(f => (f.CumQty, f.LeavesQty)).ShouldBe([(1m, 1m), (2m, 0m)]);
        fills.Select(f => (f.Commission, f.CommCurrency)).ShouldBe([(1001m * Rig.Listing.TakerFee, Quote), (1002m * Rig.Listing.TakerFee, Quote)]);
        (await A.BalanceAsync(Base)).ShouldBe(52m);
        (await A.BalanceAsync(Quote)).ShouldBe(100_000m - (2003m * (1m + Rig.Listing.TakerFee)));
    }

    [Fact]
    public async Task A_resting_order_waits_behind_the_queue_and_pays_the_maker_fee()
    {
        await A.SubmitAsync("a1", Side.Buy, 0.5m, 999m);
        await Rig.TradeAsync(999m, 1m, Side.Sell);
        await Rig.PassAsync(TimeSpan.FromMilliseconds(300));
        A.Of("a1", ExecType.Trade).ShouldBeEmpty("one unit of others stood before it");
        await Rig.TradeAsync(999m, 0.2m, Side.Sell);
        var fill = await A.HearAsync("a1", ExecType.Trade);
        (fill.LastQty, fill.LastPx, fill.LastLiquidityInd, fill.OrdStatus).ShouldBe((0.2m, 999m, LastLiquidityInd.Added, OrdStatus.PartiallyFilled));
        fill.Commission.ShouldBe(0.2m * 999m * Rig.Listing.MakerFee);
    }

    [Fact]
    public async Task The_other_side_crossing_the_price_fills_a_resting_order()
    {
        await A.SubmitAsync("a1", Side.Sell, 0.5m, 1005m);
        await Rig.BookAsync([(1006m, 5m)], [(1007m, 5m)]);
        var fill = await A.HearAsync("a1", ExecType.Trade);
        (fill.LastPx, fill.OrdStatus).ShouldBe((1005m, OrdStatus.Filled));
    }

    [Fact]
    public async Task Two_accounts_trade_with_each_other_at_the_older_price()
    {
        await A.SubmitAsync("a1", Side.Sell, 0.5m, 1000m);
        await B.SubmitAsync("b1", Side.Buy, 0.3m, 1001m);
        (await B.HearAsync("b1", ExecType.Trade)).LastPx.ShouldBe(1000m);
        var maker = await A.HearAsync("a1", ExecType.Trade);
        (maker.LastPx, maker.LastQty, maker.LastLiquidityInd, maker.LeavesQty).ShouldBe((1000m, 0.3m, LastLiquidityInd.Added, 0.2m));
    }

    [Fact]
    public async Task What_was_taken_stays_gone_until_the_source_shows_another_quantity()
    {
        await A.SubmitAsync("a1", Side.Buy, 1m, 1001m);
        await Rig.BookAsync(Bids, Asks);
        await B.SubmitAsync("b1", Side.Buy, 0.5m, 1001m, TimeInForce.Ioc);
        (await B.EndAsync("b1")).CumQty.ShouldBe(0m);
        await Rig.BookAsync(Bids, [(1001m, 0.7m), (1002m, 2m)]);
        await B.SubmitAsync("b2", Side.Buy, 0.5m, 1001m, TimeInForce.Ioc);
        (await B.EndAsync("b2")).OrdStatus.ShouldBe(OrdStatus.Filled);
    }

    [Fact]
    public async Task Immediate_or_cancel_fills_what_is_there_and_cancels_the_rest()
    {
        await A.SubmitAsync("a1", Side.Buy, 1.5m, 1001m, TimeInForce.Ioc);
        var end = await A.HearAsync("a1", ExecType.Canceled);
        (end.OrdStatus, end.CumQty, end.LeavesQty).ShouldBe((OrdStatus.Canceled, 1m, 0m));
        (await A.OpenAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Fill_or_kill_is_all_or_nothing()
    {
        (await A.SubmitAsync("a1", Side.Buy, 3.1m, 1002m, TimeInForce.Fok)).ExecType.ShouldBe(ExecType.Rejected);
        await A.SubmitAsync("a2", Side.Buy, 3m, 1002m, TimeInForce.Fok);
        (await A.EndAsync("a2")).OrdStatus.ShouldBe(OrdStatus.Filled);
        A.Of("a1", ExecType.Trade).ShouldBeEmpty();
    }

    [Fact]
    public async Task Post_only_is_refused_where_it_would_take_and_rests_elsewhere()
    {
        var refused = await A.SubmitAsync("a1", Side.Buy, 0.5m, 1001m, postOnly: true);
        (refused.ExecType, refused.RejectCode).ShouldBe((ExecType.Rejected, "POST_ONLY_WOULD_TAKE"));
        (await A.SubmitAsync("a2", Side.Buy, 0.5m, 1000m, postOnly: true)).ExecType.ShouldBe(ExecType.New);
    }

    [Fact]
    public async Task A_market_order_never_rests_and_never_passes_its_protective_price()
    {
        await A.SubmitAsync("a1", Side.Buy, 5m, 1001m, TimeInForce.Gtc, type: OrdType.Market);
        var end = await A.HearAsync("a1", ExecType.Canceled);
        (end.CumQty, end.LeavesQty).ShouldBe((1m, 0m));
        A.Of("a1", ExecType.Trade).ShouldAllBe(f => f.LastPx <= 1001m);
    }

    [Fact]
    public async Task A_good_till_date_order_expires_at_its_time()
    {
        await A.SubmitAsync("a1", Side.Buy, 0.5m, 990m, TimeInForce.Gtd, expire: Rig.Now.AddSeconds(2));
        await Rig.PassAsync(TimeSpan.FromSeconds(1));
        A.Of("a1", ExecType.Expired).ShouldBeEmpty();
        await Rig.PassAsync(TimeSpan.FromSeconds(1.5));
        (await A.HearAsync("a1", ExecType.Expired)).OrdStatus.ShouldBe(OrdStatus.Expired);
        (await A.SubmitAsync("a2", Side.Buy, 0.5m, 990m, TimeInForce.Gtd, expire: Rig.Now.AddSeconds(-1))).ExecType.ShouldBe(ExecType.Rejected);
    }

    [Fact]
    public async Task Self_trade_is_prevented_by_canceling_the_taker()
    {
        await A.SubmitAsync("a1", Side.Sell, 0.5m, 1000m);
        await A.SubmitAsync("a2", Side.Buy, 0.5m, 1000m);
        var end = await A.EndAsync("a2");
        (end.OrdStatus, end.CumQty).ShouldBe((OrdStatus.Canceled, 0m));
        (await A.OpenAsync()).ShouldHaveSingleItem().ClOrdId.Value.ShouldBe("a1");
    }

    [Fact]
    public async Task Reduce_only_needs_a_position_and_never_turns_it()
    {
        (await A.SubmitAsync("a1", Side.Sell, 0.5m, 1010m, reduceOnly: true)).RejectCode.ShouldBe("REDUCE_ONLY");
        await A.SubmitAsync("a2", Side.Buy, 1m, 1001m);
        await A.EndAsync("a2");
        (await A.SubmitAsync("a3", Side.Sell, 0.6m, 1010m, reduceOnly: true)).ExecType.ShouldBe(ExecType.New);
        (await A.SubmitAsync("a4", Side.Sell, 0.6m, 1011m, reduceOnly: true)).RejectCode.ShouldBe("REDUCE_ONLY", "both together would turn it");
        (await A.SubmitAsync("a5", Side.Sell, 0.4m, 1011m, reduceOnly: true)).ExecType.ShouldBe(ExecType.New);
        await A.SubmitAsync("a6", Side.Sell, 0.5m, 999m);
        await A.EndAsync("a6");
        (await A.HearAsync("a3", ExecType.Canceled)).Text!.ShouldContain("0.5");
        (await A.OpenAsync()).ShouldHaveSingleItem().ClOrdId.Value.ShouldBe("a5");
    }
}

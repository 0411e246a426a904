using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Venues.Tests.Conformance;

public abstract partial class VenueConformance
{
    [Fact]
    public async Task A_cancel_keeps_what_was_filled()
    {
        await A.SubmitAsync("a1", Side.Buy, 1.5m, 1001m);
        await A.HearAsync("a1", ExecType.Trade);
        await A.CancelAsync("a1");
        var end = await A.HearAsync("a1", ExecType.Canceled);
        (end.OrdStatus, end.CumQty, end.LeavesQty).ShouldBe((OrdStatus.Canceled, 1m, 0m));
        (await A.StatusAsync("a1"))!.OrdStatus.ShouldBe(OrdStatus.Canceled);
    }

    [Fact]
    public async Task A_cancel_of_nothing_is_refused_and_says_what_became_of_it()
    {
        await A.CancelAsync("never");
        (await A.HearAsync("never", ExecType.CancelRejected)).RejectCode.ShouldBe("UNKNOWN_ORDER");
        await A.SubmitAsync("a1", Side.Buy, 0.5m, 1001m);
        await A.EndAsync("a1");
        await A.CancelAsync("a1");
        var refused = await A.HearAsync("a1", ExecType.CancelRejected);
        (refused.OrdStatus, refused.CumQty).ShouldBe((OrdStatus.Filled, 0.5m));
    }

    [Fact]
    public async Task A_cancel_sent_right_behind_the_order_finds_it()
    {
        for (var i = 0; i < 10; i++)
        {
            await A.SendAsync(A.Order($"a{i}", Side.Buy, 0.1m, 990m));
            await A.CancelAsync($"a{i}");
        }
        for (var i = 0; i < 10; i++)
        {
            (await A.HearAsync($"a{i}", ExecType.Canceled)).CumQty.ShouldBe(0m);
            A.Of($"a{i}").Select(r => r.ExecType).ShouldBe([ExecType.New, ExecType.Canceled]);
        }
        (await A.OpenAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_cancel_that_races_a_fill_ends_the_order_once()
    {
        await A.SubmitAsync("a1", Side.Buy, 0.5m, 1000m);
        await A.CancelAsync("a1");
        await B.SendAsync(B.Order("b1", Side.Sell, 0.5m, 1000m, TimeInForce.Ioc));
        var end = await A.EndAsync("a1");
        await B.EndAsync("b1");
        await Rig.PassAsync(TimeSpan.FromMilliseconds(300));
        A.Of("a1").Count(r => r.OrdStatus.IsTerminal() && r.ExecType != ExecType.CancelRejected).ShouldBe(1);
        (await A.StatusAsync("a1"))!.CumQty.ShouldBe(end.CumQty);
        (await A.BalanceAsync(Base)).ShouldBe(50m + end.CumQty);
    }

    [Fact]
    public async Task A_replace_changes_price_and_size_under_the_same_name()
    {
        await A.SubmitAsync("a1", Side.Buy, 0.5m, 990m);
        await A.ReplaceAsync("a1", 0.8m, 991m);
        var replaced = await A.HearAsync("a1", ExecType.Replaced);
        (replaced.OrdStatus, replaced.OrderQty, replaced.LeavesQty).ShouldBe((OrdStatus.New, 0.8m, 0.8m));
        await A.ReplaceAsync("a1", 0.8m, 1001m);
        (await A.HearAsync("a1", ExecType.Trade)).LastPx.ShouldBe(1001m);
        (await A.BalanceAsync(Quote)).ShouldBe(100_000m - (0.8m * 1001m * (1m + Rig.Listing.TakerFee)));
    }

    [Fact]
    public async Task A_replace_that_cannot_be_leaves_the_order_as_it_was()
    {
        await A.SubmitAsync("a1", Side.Buy, 1.5m, 1001m);
        await A.HearAsync("a1", ExecType.Trade);
        await A.ReplaceAsync("a1", 1m, 1000m);
        (await A.HearAsync("a1", ExecType.CancelRejected)).Text!.ShouldContain("cumQty");
        await A.ReplaceAsync("a1", 1.5m, 1000m + (Rig.Listing.TickSize / 2m));
        (await A.HearAsync("a1", ExecType.CancelRejected, 2)).RejectCode.ShouldBe("FILTER_FAILURE");
        await A.ReplaceAsync("a1", 150m, 1000m);
        (await A.HearAsync("a1", ExecType.CancelRejected, 3)).RejectCode.ShouldBe("INSUFFICIENT_BALANCE");
        (await A.SubmitAsync("a2", Side.Buy, 0.5m, 1000m, postOnly: true)).ExecType.ShouldBe(ExecType.New);
        await A.ReplaceAsync("a2", 0.5m, 1002m);
        (await A.HearAsync("a2", ExecType.CancelRejected)).RejectCode.ShouldBe("POST_ONLY_WOULD_TAKE");
        await A.ReplaceAsync("never", 1m, 1000m);
        (await A.HearAsync("never", ExecType.CancelRejected)).RejectCode.ShouldBe("UNKNOWN_ORDER");
        (await A.OpenAsync()).Select(o => (o.ClOrdId.Value, o.OrderQty, o.CumQty)).OrderBy(o => o.Value).ShouldBe([("a1", 1.5m, 1m), ("a2", 0.5m, 0m)]);
    }

    [Fact]
    public async Task Less_keeps_the_place_in_the_queue_and_more_loses_it()
    {
        await A.SubmitAsync("a1", Side.Buy, 0.5m, 1000m);
        await B.SubmitAsync("b1", Side.Buy, 0.5m, 1000m);
        await A.ReplaceAsync("a1", 0.4m, 1000m);
        await A.HearAsync("a1", ExecType.Replaced);
        await Rig.TradeAsync(1000m, 0.1m, Side.Sell);
        await A.HearAsync("a1", ExecType.Trade);
        await A.ReplaceAsync("a1", 0.6m, 1000m);
        await A.HearAsync("a1", ExecType.Replaced, 2);
        await Rig.TradeAsync(1000m, 0.1m, Side.Sell);
        await B.HearAsync("b1", ExecType.Trade);
        A.Of("a1", ExecType.Trade).Count().ShouldBe(1);
    }
}

using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Venues.Tests.Conformance;

public abstract partial class VenueConformance
{
    [Fact]
    public async Task After_a_restart_orders_money_and_fills_are_what_they_were()
    {
        await A.SubmitAsync("a1", Side.Buy, 1.5m, 1001m);
        await A.HearAsync("a1", ExecType.Trade);
        await A.SubmitAsync("a2", Side.Sell, 2m, 1010m);
        await A.SubmitAsync("a3", Side.Buy, 0.1m, 900m);
        await A.CancelAsync("a3");
        await A.EndAsync("a3");
        await Rig.BookAsync(Bids, [(1003m, 3m)]);
        var (open, fills, quote) = (await A.OpenAsync(), await A.FillsAsync(), await A.BalanceAsync(Quote));
        await RestartAsync();
        Facts(await A.OpenAsync()).ShouldBe(Facts(open));
        (await A.FillsAsync()).ShouldBe(fills);
        (await A.BalanceAsync(Quote)).ShouldBe(quote);
        (await A.StatusAsync("a3"))!.OrdStatus.ShouldBe(OrdStatus.Canceled);
        (await A.StatusAsync("never")).ShouldBeNull();
    }

    [Fact]
    public async Task After_a_restart_orders_live_on_lock_on_and_can_be_canceled_and_replaced()
    {
        await A.SubmitAsync("a1", Side.Buy, 1.5m, 1001m);
        await A.SubmitAsync("a2", Side.Buy, 98m, 990m);
        await Rig.BookAsync(Bids, [(1002m, 3m)]);
        await RestartAsync();
        (await A.SubmitAsync("a3", Side.Buy, 5m, 990m)).RejectCode.ShouldBe("INSUFFICIENT_BALANCE", "what was locked is locked again");
        await A.CancelAsync("a2");
        await A.HearAsync("a2", ExecType.Canceled);
        await A.ReplaceAsync("a1", 2m, 1002m);
        var end = await A.EndAsync("a1");
        (end.OrdStatus, end.CumQty).ShouldBe((OrdStatus.Filled, 2m));
        var fills = await A.FillsAsync();
        fills.Select(f => f.FillNo).ShouldBe(Enumerable.Range(1, fills.Count).Select(i => (long)i), "the numbering goes on");
        A.Heard.Select(r => r.ExecId).ShouldBeUnique("no ExecID comes again");
    }

    [Fact]
    public async Task After_a_restart_a_ClOrdID_is_still_taken()
    {
        await A.SubmitAsync("a1", Side.Buy, 0.5m, 1001m);
        await A.EndAsync("a1");
        await A.SubmitAsync("a2", Side.Buy, 0.5m, 990m);
        await RestartAsync();
        foreach (var id in new[] { "a1", "a2" })
        {
            await A.SendAsync(A.Order(id, Side.Buy, 0.5m, 990m));
            (await A.HearAsync(id, ExecType.Rejected)).RejectCode.ShouldBe("DUPLICATE_CLORDID");
        }
        await A.CancelAsync("a1");
        (await A.HearAsync("a1", ExecType.CancelRejected)).OrdStatus.ShouldBe(OrdStatus.Filled, "it remembers what became of it");
    }

    [Fact]
    public async Task What_expired_while_the_venue_was_down_expires_when_it_is_back()
    {
        await A.SubmitAsync("a1", Side.Buy, 0.5m, 990m, TimeInForce.Gtd, expire: Rig.Now.AddSeconds(5));
        await RestartAsync(TimeSpan.FromSeconds(10));
        await Rig.UntilAsync(() => A.StatusAsync("a1").Result!.OrdStatus == OrdStatus.Expired, "the expiry");
        (await A.OpenAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_restarted_order_is_at_the_back_of_the_queue()
    {
        await A.SubmitAsync("a1", Side.Buy, 0.5m, 999m);
        await Rig.TradeAsync(999m, 1m, Side.Sell);
        await Rig.BookAsync([(999m, 4m), (998m, 2m)], Asks);
        await RestartAsync();
        await Rig.TradeAsync(999m, 4m, Side.Sell);
        await Rig.PassAsync(TimeSpan.FromMilliseconds(300));
        A.Of("a1", ExecType.Trade).ShouldBeEmpty("four of others stand before it now");
        await Rig.TradeAsync(999m, 0.5m, Side.Sell);
        (await A.HearAsync("a1", ExecType.Trade)).OrdStatus.ShouldBe(OrdStatus.Filled);
    }

    [Fact]
    public async Task Restarted_orders_keep_their_order_among_themselves()
    {
        await B.SubmitAsync("b1", Side.Buy, 0.5m, 1000m);
        await A.SubmitAsync("a1", Side.Buy, 0.5m, 1000m);
        await RestartAsync();
        await Rig.TradeAsync(1000m, 0.5m, Side.Sell);
        (await B.HearAsync("b1", ExecType.Trade)).OrdStatus.ShouldBe(OrdStatus.Filled);
        A.Of("a1", ExecType.Trade).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_reduce_only_order_is_still_one_after_a_restart()
    {
        await A.SubmitAsync("a1", Side.Buy, 1m, 1001m);
        await A.EndAsync("a1");
        await A.SubmitAsync("a2", Side.Sell, 1m, 1010m, reduceOnly: true);
        await RestartAsync();
        await A.SubmitAsync("a3", Side.Sell, 0.3m, 999m);
        (await A.HearAsync("a2", ExecType.Canceled)).OrdStatus.ShouldBe(OrdStatus.Canceled);
    }

    private async Task RestartAsync(TimeSpan downtime = default)
    {
        await Rig.RestartAsync(downtime);
        A.Resubscribe();
        B.Resubscribe();
    }

    private static List<(string, string?, OrdStatus, decimal, decimal, decimal)> Facts(IEnumerable<ExecutionReport> reports) =>
        [.. reports.Select(r => (r.ClOrdId.Value, r.OrderId, r.OrdStatus, r.OrderQty, r.CumQty, r.LeavesQty)).OrderBy(r => r.Value)];
}

using Ems.Execution.Core.Groups;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Tests.Engine;
using static Ems.Execution.Tests.Groups.GroupTickets;

namespace Ems.Execution.Tests.Groups;

/// <summary>Groups in the production engine over the paper venues.</summary>
public sealed class GroupsInEngineTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("ems-groups-").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    [Fact]
    public async Task A_fill_of_one_OCO_order_cancels_the_other_and_both_shared_one_hold()
    {
        await using var host = await OpenAsync();
        await host.AcceptedAsync(Oco("o1", Limit(Side.Sell, 1m, 61_000m), Limit(Side.Sell, 1m, 62_000m)));
        await host.UntilAsync("A1", "o1-b", p => p.WorkingQty == 1m);
        // 30 BTC, of which one and not two are reserved.
        host.Fold("A1").HeldByParents(new("BTC")).ShouldBe(1m);
        (await host.Account("A1").ReplaceAsync(new(new("o1-a"), null, 59_500m, new Dictionary<string, string>(), "test"))).ShouldBeNull();
        var end = await host.EndAsync("o1");
        end.Group.OrdStatus.ShouldBe(OrdStatus.Filled);
        end.Residual.ShouldBe(0m);
        (await host.LegAsync("o1-a")).CumQty.ShouldBe(1m);
        var other = await host.LegAsync("o1-b");
        (other.OrdStatus, other.CumQty).ShouldBe((OrdStatus.Canceled, 0m));
        host.Fold("A1").HeldByParents(new("BTC")).ShouldBe(0m);
    }

    [Fact]
    public async Task Each_fill_of_one_OUO_order_shrinks_the_other()
    {
        await using var host = await OpenAsync();
        // Both rest; the first is then moved through the market for a part of its quantity only.
        await host.AcceptedAsync(Ouo("u1", Limit(Side.Sell, 1m, 61_000m), Stop(Side.Sell, 1m, 50_000m)));
        await host.UntilAsync("A1", "u1-a", p => p.WorkingQty == 1m);
        (await host.Account("A1").ReplaceAsync(new(new("u1-a"), 0.4m, null, new Dictionary<string, string>(), "test")))!.Text.ShouldContain("sets its quantity");
        (await host.Account("A1").ReplaceAsync(new(new("u1-a"), null, 59_500m, new Dictionary<string, string>(), "test"))).ShouldBeNull();
        var end = await host.EndAsync("u1");
        end.Group.OrdStatus.ShouldBe(OrdStatus.Filled);
        (await host.LegAsync("u1-a")).CumQty.ShouldBe(1m);
        (await host.LegAsync("u1-b")).OrdStatus.ShouldBe(OrdStatus.Canceled);
    }

    [Fact]
    public async Task Fills_of_the_first_OTO_order_start_the_others_in_proportion()
    {
        await using var host = await OpenAsync();
        await host.AcceptedAsync(Group("t1", "OTO", [("first", Market(Side.Buy, 0.5m)), ("then1", Limit(Side.Sell, 1m, 65_000m)), ("then2", Limit(Side.Buy, 0.25m, 55_000m))]));
        await host.UntilAsync("A1", "t1-then1", p => p.WorkingQty == 1m);
        await host.UntilAsync("A1", "t1-then2", p => p.WorkingQty == 0.25m);
        (await host.Account("A1").CancelGroupAsync(new("t1"), "test")).ShouldBeNull();
        (await host.EndAsync("t1")).Group.OrdStatus.ShouldBe(OrdStatus.Canceled);
        (await host.LegAsync("t1-then1")).OrdStatus.ShouldBe(OrdStatus.Canceled);
    }

    [Fact]
    public async Task A_bracket_follows_its_entry_and_its_take_profit_ends_it()
    {
        await using var host = await OpenAsync();
        await host.AcceptedAsync(Bracket("b1", Market(Side.Buy, 1m), ("takeProfitPx", "61000"), ("stopPx", "58000")));
        await host.UntilAsync("A1", "b1-tp", p => p.WorkingQty == 1m);
        (await host.LegAsync("b1-sl")).Spec.OrderQty.ShouldBe(1m);
        (await host.GroupAsync("b1", _ => true)).Residual.ShouldBe(1m);
        (await host.Account("A1").ReplaceAsync(new(new("b1-tp"), null, 59_500m, new Dictionary<string, string>(), "test"))).ShouldBeNull();
        var end = await host.EndAsync("b1");
        (end.Group.OrdStatus, end.Group.EndCode, end.Residual).ShouldBe((OrdStatus.Filled, "Closed", 0m));
        (await host.LegAsync("b1-sl")).OrdStatus.ShouldBe(OrdStatus.Canceled);
        host.Fold("A1").Positions.At(Btc).Qty.ShouldBe(0m);
    }

    [Fact]
    public async Task A_trailing_exit_takes_the_take_profit_away_and_closes_everything()
    {
        await using var host = await OpenAsync();
        await host.AcceptedAsync(Bracket("b2", Market(Side.Buy, 0.5m), ("takeProfitPx", "65000"), ("trailOffset", "1"), ("trailIn", "PRICE")));
        var end = await host.EndAsync("b2", 40);
        (end.Group.OrdStatus, end.Group.EndCode, end.Residual).ShouldBe((OrdStatus.Filled, "Closed", 0m));
        end.Group.Memory.Why.ShouldBe("the stop was set off");
        (await host.LegAsync("b2-tp")).OrdStatus.ShouldBe(OrdStatus.Canceled);
        host.Fold("A1").Positions.At(Btc).Qty.ShouldBe(0m);
    }

    [Fact]
    public async Task The_time_limit_closes_a_bracket_at_market()
    {
        await using var host = await OpenAsync();
        await host.AcceptedAsync(Bracket("b3", Market(Side.Buy, 0.5m), ("takeProfitPx", "65000"), ("stopPx", "50000"), ("timeLimitSeconds", "2")));
        var end = await host.EndAsync("b3");
        (end.Group.EndCode, end.Residual).ShouldBe(("Closed", 0m));
        end.Group.Memory.Why.ShouldBe("the time limit is over");
        (await host.LegAsync("b3-exit")).CumQty.ShouldBe(0.5m);
    }

    [Fact]
    public async Task A_pair_is_hedged_by_its_ratio()
    {
        await using var host = await OpenAsync();
        await host.AcceptedAsync(Pairs("p1", Market(Side.Buy, 0.5m), Market(Side.Sell, 1m, Eth), ("ratio", "2"), ("maxLegImbalance", "0.5")));
        var end = await host.EndAsync("p1", 40);
        end.Group.OrdStatus.ShouldBe(OrdStatus.Filled);
        var state = host.Fold("A1");
        state.Positions.At(Btc).Qty.ShouldBe(0.5m);
        state.Positions.At(Eth).Qty.ShouldBe(-1m, 0.001m);
    }

    [Fact]
    public async Task A_pair_whose_hedge_finds_nobody_gives_its_lead_back()
    {
        await using var host = await OpenAsync();
        var hedge = Market(Side.Sell, 1m, Eth) with { LimitPx = 61_500m };
        await host.AcceptedAsync(Pairs("p2", Market(Side.Buy, 0.5m), hedge, ("ratio", "2"), ("maxLegImbalance", "0.5"), ("legTimeoutSeconds", "2")));
        var end = await host.EndAsync("p2", 40);
        (end.Group.OrdStatus, end.Group.EndCode, end.Residual).ShouldBe((OrdStatus.Canceled, "Unwound", 0m));
        host.Fold("A1").Positions.At(Btc).Qty.ShouldBe(0m);
        host.Fold("A1").Positions.At(Eth).Qty.ShouldBe(0m);
    }

    [Fact]
    public async Task A_condition_starts_its_order_when_it_holds_and_shows_what_it_sees()
    {
        await using var host = await OpenAsync();
        var soon = DateTimeOffset.UtcNow.AddSeconds(2).ToString("yyyy-MM-ddTHH:mm:ssZ");
        var tree = new ConditionNode("AND",
        [
            new("TIME", Is: "ABOVE", Value: soon),
            new("OR", [new("PRICE", Subject: "BTC-USDT", By: "MID", Is: "ABOVE", Value: "50000"), new("NOT", [new("BALANCE", Subject: "USDT", Is: "BELOW", Value: "1")])]),
        ]);
        await host.AcceptedAsync(When("c1", Market(Side.Buy, 0.1m), tree));
        var waiting = await host.GroupAsync("c1", g => g.Truth.Count == 6);
        waiting.Group.Legs.ShouldBeEmpty();
        waiting.Truth.Select(t => t.Holds).ShouldBe([false, false, true, true, true, false]);
        waiting.WhyIdle.Code.ShouldBe("WaitingCondition");
        waiting.NextActionAt.ShouldNotBeNull();
        (await host.EndAsync("c1")).Group.OrdStatus.ShouldBe(OrdStatus.Filled);
        (await host.LegAsync("c1-run")).CumQty.ShouldBe(0.1m);
    }

    [Fact]
    public async Task Each_level_of_a_ladder_puts_up_what_it_filled_on_the_other_side()
    {
        await using var host = await OpenAsync();
        var ladder = new ParentSpec(new("leg"), Btc, Side.Buy, 0.4m, null, "SCALE", new Dictionary<string, string> { ["fromPx"] = "60200", ["toPx"] = "55000", ["count"] = "2" });
        await host.AcceptedAsync(Group("l1", "LADDER", [("ladder", ladder)], ("takeProfitOffset", "150")));
        // The first level is through the market and fills, the second one waits far below.
        var first = await host.UntilAsync("A1", "l1-tp01", p => p.WorkingQty == 0.2m);
        (first.Spec.Side, first.Spec.LimitPx).ShouldBe((Side.Sell, 61_103m));
        (await host.GroupAsync("l1", _ => true)).Residual.ShouldBe(0.2m);
        (await host.Account("A1").ViewAsync()).Parents.ShouldNotContain(p => p.Order.Spec.ClOrdId.Value == "l1-tp02");
        (await host.Account("A1").ReplaceAsync(new(new("l1-tp01"), null, 59_500m, new Dictionary<string, string>(), "test"))).ShouldBeNull();
        await host.UntilAsync("A1", "l1-tp01", p => p.OrdStatus == OrdStatus.Filled);
        (await host.GroupAsync("l1", g => g.Residual == 0m)).Group.OrdStatus.ShouldBe(OrdStatus.New);
        (await host.Account("A1").CancelAsync(new("l1-ladder"), "test")).ShouldBeNull();
        (await host.EndAsync("l1")).Group.EndCode.ShouldBe("Closed");
    }

    [Fact]
    public async Task The_same_group_sent_again_is_one_group_and_its_names_are_its_own()
    {
        await using var host = await OpenAsync();
        var oco = Oco("d1", Limit(Side.Sell, 1m, 61_000m), Limit(Side.Sell, 1m, 62_000m));
        await host.AcceptedAsync(oco);
        await host.AcceptedAsync(oco);
        (await host.Account("A1").SubmitGroupAsync(new(oco, "other", "test"))).Denial!.Code.ShouldBe(DenyCode.DuplicateClOrdId);
        (await host.Account("A1").GroupsAsync()).Count.ShouldBe(1);
        (await host.Account("A1").SubmitAsync(EngineHost.Order("d1-c", "LIMIT", Side.Buy, 0.1m, 50_000m))).Denial!.Code.ShouldBe(DenyCode.DuplicateClOrdId);
        (await host.Account("A1").SubmitAsync(EngineHost.Order("d2-x", "LIMIT", Side.Buy, 0.1m, 50_000m))).Denial.ShouldBeNull();
        (await host.SubmitAsync(oco with { ClOrdId = new("d2") })).Denial!.Code.ShouldBe(DenyCode.DuplicateClOrdId);
    }

    [Fact]
    public async Task Risk_refuses_a_group_as_a_whole_before_anything_is_sent()
    {
        await using var host = await OpenAsync();
        var result = await host.SubmitAsync(Group("r1", "OTO", [("first", Limit(Side.Buy, 30m, 55_000m)), ("then1", Limit(Side.Buy, 30m, 54_900m))]));
        result.Denial!.Code.ShouldBe(DenyCode.InsufficientBalance);
        (await host.Account("A1").ViewAsync()).Parents.ShouldBeEmpty();
        (await host.GroupAsync("r1", g => g.Group.OrdStatus == OrdStatus.Rejected)).Group.EndCode.ShouldBe("InsufficientBalance");
        host.Fold("A1").HeldByParents(new("USDT")).ShouldBe(0m);
        (await host.SubmitAsync(Bracket("r2", Market(Side.Buy, 1m), ("stopPx", "70000")))).Denial!.Text.ShouldContain("the market has passed it");
    }

    [Fact]
    public async Task Pause_resume_and_kill_work_on_the_group()
    {
        await using var host = await OpenAsync();
        var account = host.Account("A1");
        await host.AcceptedAsync(Oco("k1", Limit(Side.Sell, 1m, 61_000m), Limit(Side.Sell, 1m, 62_000m)));
        await host.UntilAsync("A1", "k1-a", p => p.WorkingQty == 1m);
        (await account.PauseGroupAsync(new("k1"), "test", false)).ShouldBeNull();
        await host.UntilAsync("A1", "k1-a", p => p is { OrdStatus: OrdStatus.Suspended, WorkingQty: 0m });
        (await account.ResumeAsync(new("k1-a"), "test"))!.Text.ShouldContain("is paused");
        (await account.ResumeGroupAsync(new("k1"), "test")).ShouldBeNull();
        await host.UntilAsync("A1", "k1-b", p => p.WorkingQty == 1m);
        await host.AcceptedAsync(When("k2", Market(Side.Buy, 0.1m), new("PRICE", Subject: "BTC-USDT", Is: "ABOVE", Value: "90000")));
        var report = await account.KillAsync(KillLevel.CancelAll, null, "test", "drill");
        report.Proven.ShouldBeTrue(report.Text);
        (await host.EndAsync("k1")).Group.OrdStatus.ShouldBe(OrdStatus.Canceled);
        (await host.EndAsync("k2")).Group.OrdStatus.ShouldBe(OrdStatus.Canceled);
    }

    [Fact]
    public async Task A_group_goes_on_after_a_restart_where_it_was()
    {
        await using (var first = await EngineHost.StartAsync(folder, latency: true))
        {
            await first.OpenAsync("A1");
            await first.AcceptedAsync(Bracket("s1", Market(Side.Buy, 0.5m), ("takeProfitPx", "61000"), ("stopPx", "58000"), ("timeLimitSeconds", "6")));
            await first.UntilAsync("A1", "s1-tp", p => p.WorkingQty == 0.5m);
        }
        await using var second = await EngineHost.StartAsync(folder, latency: true);
        await second.Account("A1").EnsureLiveAsync();
        var end = await second.EndAsync("s1", 30);
        (end.Group.EndCode, end.Residual).ShouldBe(("Closed", 0m));
        second.Fold("A1").Positions.At(Btc).Qty.ShouldBe(0m);
    }

    private async Task<EngineHost> OpenAsync()
    {
        var host = await EngineHost.StartAsync(folder, latency: true);
        await host.OpenAsync("A1");
        return host;
    }
}

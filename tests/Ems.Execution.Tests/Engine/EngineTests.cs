using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Engine.Accounts;
using Ems.Execution.Venues.Paper;
using Microsoft.Extensions.DependencyInjection;

namespace Ems.Execution.Tests.Engine;

public sealed class EngineTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("ems-engine-").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    [Fact]
    public async Task A_market_order_fills_over_venues_and_the_books_balance()
    {
        await using var host = await EngineHost.StartAsync(folder);
        await host.OpenAsync("A1");
        var result = await host.Account("A1").SubmitAsync(EngineHost.Order("m1", "MARKET", Side.Buy, 1.5m));
        result.Errors.ShouldBeEmpty();
        result.Denial.ShouldBeNull();
        var parent = await host.UntilAsync("A1", "m1", p => p.OrdStatus.IsTerminal());
        parent.OrdStatus.ShouldBe(OrdStatus.Filled);
        parent.CumQty.ShouldBe(1.5m);
        var view = await host.Account("A1").ViewAsync();
        view.Balances.Where(b => b.Asset.Code == "BTC").Sum(b => b.Total).ShouldBe(31.5m);
        view.Balances.ShouldAllBe(b => b.Held == 0m);
        host.Fold("A1").Parents[new("m1")].CumQty.ShouldBe(1.5m);
    }

    [Fact]
    public async Task A_TWAP_fills_slice_by_slice_to_the_last_lot()
    {
        await using var host = await EngineHost.StartAsync(folder, latency: true);
        await host.OpenAsync("A1");
        var result = await host.Account("A1").SubmitAsync(EngineHost.Order("t1", "TWAP", Side.Sell, 0.5m, null, ("durationSeconds", "10"), ("slices", "10")));
        result.Denial.ShouldBeNull();
        var parent = await host.UntilAsync("A1", "t1", p => p.OrdStatus.IsTerminal());
        // A partial fill can leave a rest that no venue takes; it is named, never hidden.
        (parent.OrdStatus == OrdStatus.Filled || parent.EndCode == "BelowMinimum").ShouldBeTrue(parent.EndText);
        parent.CumQty.ShouldBeGreaterThan(0.4995m);
        var state = host.Fold("A1");
        state.ChildrenOf(new("t1")).Select(c => state.Children[c].SliceNo).Distinct().Count().ShouldBeGreaterThanOrEqualTo(8);
        await host.UntilAsync("A1", "t1", _ => host.Services.GetRequiredService<Ems.Execution.Engine.Storage.JournalReader>().RowsOf(new("A1"), new("t1")).Count > 20);
    }

    [Fact]
    public async Task An_amendment_counts_for_the_day_what_it_adds_and_no_more()
    {
        await using var host = await EngineHost.StartAsync(folder);
        await host.Account("A1").OpenAsync(new(new("A1"), "test", new RiskLimits(MaxDayNotional: 10_000m), EngineHost.Deposits(), "test"));
        (await host.Account("A1").SubmitAsync(EngineHost.Order("a1", "LIMIT", Side.Buy, 0.12m, 50_000m))).Denial.ShouldBeNull();
        // 6,000 have counted: the same again for another price is no second 6,000, and 12,000 is too much.
        (await host.Account("A1").ReplaceAsync(new(new("a1"), 0.18m, null, new Dictionary<string, string>(), "test"))).ShouldBeNull();
        (await host.Account("A1").ReplaceAsync(new(new("a1"), 0.24m, null, new Dictionary<string, string>(), "test")))!.Code.ShouldBe(DenyCode.DayNotionalAboveLimit);
        (await host.Account("A1").ReplaceAsync(new(new("a1"), 0.12m, null, new Dictionary<string, string>(), "test"))).ShouldBeNull();
        (await host.Account("A1").SubmitAsync(EngineHost.Order("a2", "LIMIT", Side.Buy, 0.04m, 50_000m))).Denial!.Code.ShouldBe(DenyCode.DayNotionalAboveLimit);
        host.Fold("A1").DayNotionalAt(TimeProvider.System.GetUtcNow()).ShouldBe(9_000m);
    }

    [Fact]
    public async Task The_same_ClOrdID_is_one_order_and_another_body_is_refused()
    {
        await using var host = await EngineHost.StartAsync(folder);
        await host.OpenAsync("A1");
        var order = EngineHost.Order("d1", "LIMIT", Side.Buy, 0.1m, 50_000m);
        (await host.Account("A1").SubmitAsync(order)).Denial.ShouldBeNull();
        (await host.Account("A1").SubmitAsync(order)).Denial.ShouldBeNull();
        (await host.Account("A1").SubmitAsync(order with { BodyHash = "other" })).Denial!.Code.ShouldBe(DenyCode.DuplicateClOrdId);
        (await host.Account("A1").ViewAsync()).Parents.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_kill_cancels_everything_and_proves_it_with_the_venues()
    {
        await using var host = await EngineHost.StartAsync(folder, latency: true);
        await host.OpenAsync("A1");
        for (var i = 0; i < 5; i++)
        {
            await host.Account("A1").SubmitAsync(EngineHost.Order("k" + i, "LIMIT", Side.Buy, 0.1m, 55_000m + i));
        }
        await host.UntilAsync("A1", "k4", p => p.WorkingQty > 0m);
        var report = await host.Account("A1").KillAsync(KillLevel.CancelAll, null, "test", "drill");
        report.Proven.ShouldBeTrue(report.Text);
        report.Venues.ShouldAllBe(v => v.OpenOrders == 0);
        (await host.Account("A1").SubmitAsync(EngineHost.Order("k9", "LIMIT", Side.Buy, 0.1m, 55_000m))).Denial!.Code.ShouldBe(DenyCode.TradingHalted);
        var lifted = await host.Account("A1").KillAsync(KillLevel.None, null, "test", "over");
        lifted.Proven.ShouldBeTrue();
        (await host.Account("A1").SubmitAsync(EngineHost.Order("k10", "LIMIT", Side.Buy, 0.1m, 55_000m))).Denial.ShouldBeNull();
    }

    [Fact]
    public async Task Cancel_and_flatten_sells_what_was_bought_under_the_halt()
    {
        await using var host = await EngineHost.StartAsync(folder);
        await host.OpenAsync("A1");
        await host.Account("A1").SubmitAsync(EngineHost.Order("b1", "MARKET", Side.Buy, 1m));
        await host.UntilAsync("A1", "b1", p => p.OrdStatus == OrdStatus.Filled);
        var report = await host.Account("A1").KillAsync(KillLevel.CancelAndFlatten, null, "test", "drill");
        report.Proven.ShouldBeTrue(report.Text);
        host.Fold("A1").Positions.At(new("BTC-USDT")).Qty.ShouldBe(0m);
    }

    [Fact]
    public async Task Pause_resume_amend_and_cancel_of_a_running_parent()
    {
        await using var host = await EngineHost.StartAsync(folder);
        await host.OpenAsync("A1");
        var account = host.Account("A1");
        await account.SubmitAsync(EngineHost.Order("p1", "TWAP", Side.Buy, 1m, null, ("durationSeconds", "60"), ("intervalSeconds", "1")));
        await host.UntilAsync("A1", "p1", p => p.CumQty > 0m);
        (await account.PauseAsync(new("p1"), "test", false)).ShouldBeNull();
        var paused = await host.UntilAsync("A1", "p1", p => p is { OrdStatus: OrdStatus.Suspended, WorkingQty: 0m });
        await Task.Delay(1_500);
        (await host.UntilAsync("A1", "p1", _ => true)).CumQty.ShouldBe(paused.CumQty);
        (await account.ReplaceAsync(new(new("p1"), 0.000001m, null, new Dictionary<string, string>(), "test")))!.Field.ShouldBe("orderQty");
        (await account.ReplaceAsync(new(new("p1"), 0.5m, null, new Dictionary<string, string>(), "test"))).ShouldBeNull();
        (await account.ResumeAsync(new("p1"), "test")).ShouldBeNull();
        await host.UntilAsync("A1", "p1", p => p.CumQty > paused.CumQty);
        (await account.CancelAsync(new("p1"), "test")).ShouldBeNull();
        var ended = await host.UntilAsync("A1", "p1", p => p.OrdStatus.IsTerminal());
        ended.OrdStatus.ShouldBe(OrdStatus.Canceled);
        ended.Spec.OrderQty.ShouldBe(0.5m);
    }

    [Fact]
    public async Task Faults_on_the_wire_lose_nothing_and_double_nothing()
    {
        await using var host = await EngineHost.StartAsync(folder, latency: true, new() { ["Engine:AckTimeoutMs"] = "400", ["Engine:AuditIntervalMs"] = "1000" });
        await host.OpenAsync("A1");
        var faults = host.Services.GetRequiredService<PaperFaults>();
        foreach (var v in PaperVenueSpec.Defaults)
        {
            faults.Set(v.Venue, new PaperFaultSettings(DropCommand: 0.1, DropReport: 0.15, Duplicate: 0.2, Reorder: 0.2, Reject: 0.05));
        }
        for (var i = 0; i < 6; i++)
        {
            await host.Account("A1").SubmitAsync(EngineHost.Order("f" + i, "TWAP", i % 2 == 0 ? Side.Buy : Side.Sell, 0.3m, null,
                ("durationSeconds", "10"), ("slices", "10"), ("endAction", "FINISH_AGGRESSIVE")));
        }
        for (var i = 0; i < 6; i++)
        {
            await host.UntilAsync("A1", "f" + i, p => p.OrdStatus.IsTerminal(), 60);
        }
        var state = host.Fold("A1");
        foreach (var (venue, theirs) in Theirs(folder))
        {
            var ours = state.Children.Values.Where(c => c.Venue.Value == venue).Sum(c => c.CumQty);
            ours.ShouldBe(theirs, venue);
        }
    }

    [Fact]
    public async Task A_restart_in_the_middle_goes_on_where_it_was()
    {
        await using (var first = await EngineHost.StartAsync(folder, latency: true))
        {
            await first.OpenAsync("A1");
            await first.Account("A1").SubmitAsync(EngineHost.Order("r1", "TWAP", Side.Buy, 0.5m, null, ("durationSeconds", "12"), ("slices", "12"), ("endAction", "FINISH_AGGRESSIVE")));
            await first.UntilAsync("A1", "r1", p => p.CumQty > 0.05m);
        }
        await using var second = await EngineHost.StartAsync(folder, latency: true);
        await second.Account("A1").EnsureLiveAsync();
        var parent = await second.UntilAsync("A1", "r1", p => p.OrdStatus.IsTerminal(), 40);
        parent.OrdStatus.ShouldBe(OrdStatus.Filled);
        Theirs(folder).Sum(t => t.Qty).ShouldBe(0.5m);
        second.Fold("A1").Parents[new("r1")].CumQty.ShouldBe(0.5m);
    }

    /// <summary>What the exchange's own record says was filled, by venue.</summary>
    private static List<(string Venue, decimal Qty)> Theirs(string folder)
    {
        using var c = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(folder, "paper-exchange.db")};Mode=ReadOnly;Pooling=False");
        c.Open();
        using var q = c.CreateCommand();
        q.CommandText = "SELECT venue, qty FROM fills";
        using var r = q.ExecuteReader();
        var list = new List<(string, decimal)>();
        while (r.Read())
        {
            list.Add((r.GetString(0), decimal.Parse(r.GetString(1), System.Globalization.CultureInfo.InvariantCulture)));
        }
        return [.. list.GroupBy(x => x.Item1).Select(g => (g.Key, g.Sum(x => x.Item2)))];
    }
}

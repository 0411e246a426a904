using Ems.Execution.Core.Analytics;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Engine.Analytics;
using Microsoft.Extensions.DependencyInjection;

namespace Ems.Execution.Tests.Engine;

public sealed class CostTests : IDisposable
{
    private static readonly AccountId A1 = new("A1");
    private readonly string folder = Directory.CreateTempSubdirectory("ems-costs-").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    [Fact]
    public async Task A_TWAP_is_measured_from_its_decision_to_its_last_mark_out()
    {
        await using var host = await EngineHost.StartAsync(folder, latency: true);
        await host.OpenAsync("A1");
        await host.Account("A1").SubmitAsync(EngineHost.Order("t1", "TWAP", Side.Buy, 0.5m, null, ("durationSeconds", "10"), ("slices", "10")));
        await host.UntilAsync("A1", "t1", p => p.OrdStatus.IsTerminal());
        var view = await CostUntilAsync(host, "t1", v => v.Facts.Fills.Count > 0 && v.Facts.Fills.All(f => f.MidsAfter[0] is not null));
        var (cost, facts) = (view.Cost, view.Facts);
        facts.DecisionMid.ShouldNotBeNull();
        facts.CloseMid.ShouldNotBeNull();
        facts.Fills.ShouldAllBe(f => f.AtSend != null && f.AtFill != null);
        cost.Missing.ShouldBeEmpty();
        cost.Split!.Value.Unattributed.ShouldBe(0m);
        cost.Split.Value.Fees.ShouldBe(facts.Fills.Sum(f => f.Fee));
        cost.Split.Value.Total.ShouldBe(facts.Fills.Sum(f => f.Qty * (f.Px - facts.DecisionMid!.Value) + f.Fee)
            + ((facts.OrderQty - facts.Fills.Sum(f => f.Qty)) * (facts.CloseMid!.Value - facts.DecisionMid.Value)));
        cost.Benchmarks.CoveredShare.ShouldBeGreaterThan(0.8m);
        cost.Benchmarks.IntervalVwap!.Value.ShouldBe(60_000m, 60m);
        cost.Benchmarks.IntervalTwap!.Value.ShouldBe(60_000m, 60m);
        cost.Trader.ShouldBe("test");
        view.Final.ShouldBeFalse();
        host.Services.GetRequiredService<CostReader>().Between(A1, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1)).Orders.ShouldHaveSingleItem().ClOrdId.Value.ShouldBe("t1");
    }

    [Fact]
    public async Task An_order_that_starts_in_its_own_turn_has_no_delay()
    {
        await using var host = await EngineHost.StartAsync(folder);
        await host.OpenAsync("A1");
        await host.Account("A1").SubmitAsync(EngineHost.Order("m1", "MARKET", Side.Sell, 1m));
        await host.UntilAsync("A1", "m1", p => p.OrdStatus.IsTerminal());
        var view = await CostUntilAsync(host, "m1", v => v.Facts.Fills.Count > 0 && v.Facts.Fills.All(f => f.AtSend is not null));
        view.Cost.Split!.Value.Delay.ShouldBe(0m);
        view.Cost.Split.Value.Spread.ShouldBeGreaterThan(0m);
    }

    [Fact]
    public async Task Mark_outs_that_were_due_while_nothing_ran_are_missing_and_later_ones_are_taken()
    {
        await using (var host = await EngineHost.StartAsync(folder))
        {
            await host.OpenAsync("A1");
            await host.Account("A1").SubmitAsync(EngineHost.Order("m1", "MARKET", Side.Buy, 0.2m));
            await host.UntilAsync("A1", "m1", p => p.OrdStatus.IsTerminal());
            await CostUntilAsync(host, "m1", v => v.Facts.Fills.Count > 0 && v.Facts.Fills.All(f => f.AtFill is not null));
        }
        await Task.Delay(1_500);
        await using (var host = await EngineHost.StartAsync(folder))
        {
            var view = await CostUntilAsync(host, "m1", v => v.Facts.Fills.All(f => f.MidsAfter[1] is not null));
            view.Cost.MarkOuts[0].Missing.ShouldBe(view.Facts.Fills.Count);
            view.Cost.MarkOuts[1].Missing.ShouldBe(0);
            view.Facts.DecisionMid.ShouldNotBeNull();
            view.Cost.Split!.Value.Unattributed.ShouldBe(0m);
        }
    }

    [Fact]
    public async Task Without_the_analysis_file_an_order_still_has_its_cost_against_arrival()
    {
        await using (var host = await EngineHost.StartAsync(folder))
        {
            await host.OpenAsync("A1");
            await host.Account("A1").SubmitAsync(EngineHost.Order("m1", "MARKET", Side.Buy, 0.2m));
            await host.UntilAsync("A1", "m1", p => p.OrdStatus.IsTerminal());
        }
        foreach (var file in Directory.GetFiles(folder, "analytics.db*"))
        {
            File.Delete(file);
        }
        await using (var host = await EngineHost.StartAsync(folder, settings: new() { ["Analytics:BatchMs"] = "60000" }))
        {
            var cost = host.Services.GetRequiredService<CostReader>().Find(A1, new("m1"))!.Cost;
            cost.Missing.ShouldHaveSingleItem().ShouldContain("not split");
            cost.Split!.Value.Unattributed.ShouldNotBe(0m);
        }
    }

    [Fact]
    public void What_is_not_an_accepted_order_has_no_cost_and_a_finished_one_reads_back_as_it_was()
    {
        var file = Path.Combine(folder, "analytics.db");
        using var store = new AnalyticsStore(file);
        var fill = new CostFill("e1", new("ALPHA"), 0.12345678m, 60_000.01m, 0.000000012345m, LastLiquidityInd.Added, DateTimeOffset.UnixEpoch, new(1m, 2m), null, [1m, null, 3.5m, null]);
        var cost = OrderCost.Of(new OrderFacts(new("o"), new("BTC-USDT"), Side.Sell, "TWAP", "t", DateTimeOffset.UnixEpoch, null, null, 1m, 60_000.005m, null, 60_001m, [fill],
            [new(DateTimeOffset.UnixEpoch, new(1m, 2m), 0.1m, 0.15m)], new(new(1, 0.5, 0.25), default)));
        store.Write([s => s.Put(A1, cost)]);
        var back = store.CostsOf(A1, [new("o")]).Single()!;
        back.Split.ShouldBe(cost.Split);
        back.MarkOuts.ShouldBe(cost.MarkOuts);
        back.Leak.ShouldBe(cost.Leak);
        back.Venues.Single().Split.ShouldBe(cost.Venues.Single().Split);
        back.Benchmarks.ShouldBe(cost.Benchmarks);
        store.Write([s => s.DropCost(A1, new("o"))]);
        store.CostsOf(A1, [new("o")]).Single().ShouldBeNull();
    }

    [Fact]
    public void A_moment_once_seen_is_not_blanked_and_a_mark_once_taken_stands()
    {
        using var store = new AnalyticsStore(Path.Combine(folder, "analytics.db"));
        var seen = new QuoteRow(A1, new("o"), QuoteKind.Decision, "", new("BTC-USDT"), DateTimeOffset.UnixEpoch, new Quote(1.1m, 2.2m));
        var mark = new MarkRow(A1, new("o"), new("ALPHA"), "e1", 0, DateTimeOffset.UnixEpoch, new("BTC-USDT"), "ALPHA,BRAVO", false, null);
        store.Write([s => s.Put(seen), s => s.Put(seen with { Quote = null }), s => s.Put(mark)]);
        store.DueMarks().ShouldBe([mark]);
        store.Write([s => s.Put(mark with { Done = true, Quote = new Quote(3m, 4m) }), s => s.Put(mark with { Done = true, Quote = null })]);
        store.QuotesOf(A1, new("o"))[(QuoteKind.Decision, "")].ShouldBe(new Quote(1.1m, 2.2m));
        store.DueMarks().ShouldBeEmpty();
        store.MarksOf(A1, new("o")).ShouldHaveSingleItem().Quote.ShouldBe(new Quote(3m, 4m));
    }

    private static async Task<CostView> CostUntilAsync(EngineHost host, string id, Func<CostView, bool> reached)
    {
        var reader = host.Services.GetRequiredService<CostReader>();
        for (var i = 0; i < 400; i++)
        {
            if (reader.Find(A1, new(id)) is { } view && reached(view))
            {
                return view;
            }
            await Task.Delay(50);
        }
        throw new TimeoutException(string.Join('\n', reader.Find(A1, new(id))?.Facts.Fills.Select(f => f.ToString()) ?? []));
    }
}

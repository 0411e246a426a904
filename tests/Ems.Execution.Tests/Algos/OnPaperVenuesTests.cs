using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Tests.Engine;

namespace Ems.Execution.Tests.Algos;

/// <summary>Every algo of the catalog in the production engine over the paper venues, all at once on one account.</summary>
public sealed class OnPaperVenuesTests : IDisposable
{
    private static readonly (string Id, string Strategy, decimal? Limit, (string, string)[] Parameters)[] Tickets =
    [
        ("market", "MARKET", null, []),
        ("limit", "LIMIT", 60_100m, []),
        ("twap", "TWAP", null, [("durationSeconds", "10"), ("slices", "8"), ("endAction", "FINISH_AGGRESSIVE")]),
        ("mixed", "TWAP", null, [("durationSeconds", "12"), ("slices", "4"), ("style", "MIXED"), ("endAction", "FINISH_AGGRESSIVE")]),
        ("vwap", "VWAP", null, [("durationSeconds", "10"), ("slices", "8"), ("endAction", "FINISH_AGGRESSIVE")]),
        ("is", "IS", null, [("durationSeconds", "10"), ("slices", "8")]),
        ("pov", "POV", null, [("rate", "0.3"), ("intervalSeconds", "2")]),
        ("iceberg", "ICEBERG", null, [("preference", "CHASE_TAKER"), ("displayPct", "0.3")]),
        ("peg", "PEG", 60_100m, [("reference", "OPPOSITE")]),
        ("sniper", "SNIPER", 60_100m, [("minQty", "0.01")]),
        ("sweep", "SWEEP", 60_200m, []),
        ("scale", "SCALE", null, [("fromPx", "60100"), ("toPx", "60050"), ("count", "3")]),
        ("dca", "ACCUMULATE", null, [("componentQty", "0.01"), ("betweenSeconds", "2")]),
        ("stop", "STOP", null, [("triggerPx", "59000")]),
        ("stoplimit", "STOP_LIMIT", 60_100m, [("triggerPx", "59000")]),
        ("mit", "MIT", null, [("triggerPx", "61000")]),
        ("lit", "LIT", 60_100m, [("triggerPx", "61000")]),
        ("trailing", "TRAILING_STOP", null, [("offset", "0.5"), ("offsetType", "PRICE")]),
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("ems-algos-").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    [Fact]
    public async Task Every_algo_trades_its_order_and_the_books_balance()
    {
        Tickets.Select(t => t.Strategy).Distinct().ShouldBe(AlgoCatalog.All.Select(a => a.Descriptor.Name), ignoreOrder: true);
        await using var host = await EngineHost.StartAsync(folder, latency: true);
        await host.OpenAsync("A1");
        foreach (var (id, strategy, limit, parameters) in Tickets)
        {
            var result = await host.Account("A1").SubmitAsync(EngineHost.Order(id, strategy, Side.Buy, 0.04m, limit, parameters));
            result.Errors.ShouldBeEmpty(id);
            result.Denial.ShouldBeNull(id);
        }
        var bought = 0m;
        foreach (var (id, _, _, _) in Tickets)
        {
            var parent = await host.UntilAsync("A1", id, p => p.OrdStatus.IsTerminal(), 60);
            // A partial fill can leave a rest that no venue takes; it is named, never hidden.
            (parent.OrdStatus == OrdStatus.Filled || parent.EndCode is "BelowMinimum" or "WindowOver").ShouldBeTrue($"{id}: {parent.OrdStatus} {parent.EndCode} {parent.EndText}");
            parent.CumQty.ShouldBeGreaterThan(0.039m, id);
            parent.CumQty.ShouldBeLessThanOrEqualTo(0.04m, id);
            bought += parent.CumQty;
        }
        var view = await host.Account("A1").ViewAsync();
        view.Balances.Where(b => b.Asset.Code == "BTC").Sum(b => b.Total).ShouldBe(30m + bought);
        view.Balances.ShouldAllBe(b => b.Held == 0m);
        var folded = host.Fold("A1");
        Tickets.ShouldAllBe(t => folded.Parents[new ClOrdId(t.Id)].OrdStatus.IsTerminal());
    }
}

using System.Diagnostics;
using Ems.Execution.Core.Accounts;
using Ems.Execution.Core.Analytics;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Engine.Analytics;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Ems.Benchmarks;

/// <summary>What cost analysis takes from the order path, how fast its own thread works notes off, and how long a report takes.</summary>
internal static class CostRecording
{
    private const int Fills = 20_000;
    private const int Skipped = 1_000_000;
    private const int Orders = 2_000;

    public static async Task RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("ems-bench-").FullName;
        try
        {
            await using var engine = await Engine.StartAsync(folder);
            await Engine.WarmAsync();
            var recorder = engine.Services.GetRequiredService<CostRecorder>();
            var account = new AccountId("B1");
            var spec = new ParentSpec(new("bench"), new("BTC-USDT"), Side.Buy, 1m, null, "TWAP", new Dictionary<string, string>());
            var now = TimeProvider.System.GetUtcNow();
            var fills = Enumerable.Range(0, Fills).Select(i => new ChildReported(spec.ClOrdId, new ExecutionReport(new("ALPHA"), account, new("c" + i), null, "e" + i, ExecType.Trade,
                OrdStatus.Filled, 1m, 1m, 0m, 1m, 60_000m, LastLiquidityInd.Removed, 1m, new("USDT"), now), now, "ALPHA")).ToList();
            var other = new LimitsSet(new RiskLimits(), now, "x");

            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < Skipped; i++)
            {
                recorder.See(account, other, spec);
            }
            var skip = Stopwatch.GetElapsedTime(start).TotalNanoseconds / Skipped;
            start = Stopwatch.GetTimestamp();
            fills.ForEach(f => recorder.See(account, f, spec));
            var see = Stopwatch.GetElapsedTime(start).TotalNanoseconds / Fills;
            while (Count(folder) < Fills)
            {
                await Task.Delay(20);
            }
            var rate = Fills / Stopwatch.GetElapsedTime(start).TotalSeconds;

            var costs = Enumerable.Range(0, Orders).Select(i => OrderCost.Of(new OrderFacts(new("o" + i), spec.Instrument, Side.Buy, i % 2 == 0 ? "TWAP" : "VWAP", "t", now, now, now, 10m, 60_000m, 60_000m, 60_100m,
                [.. Enumerable.Range(0, 50).Select(k => new CostFill("e" + k, new(k % 2 == 0 ? "ALPHA" : "BRAVO"), 0.2m, 60_010m + k, 6m, LastLiquidityInd.Removed, now, new(60_000m, 60_005m), new(60_000m, 60_005m), [60_001m, 60_001m, 60_001m, 60_001m]))],
                [], default))).ToList();
            start = Stopwatch.GetTimestamp();
            _ = CostGroups.By(CostGrouping.Venue, costs, _ => "USDT");
            var group = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            new Table($"Cost analysis: {Fills:#,0} fills noted at once, a report over {Orders:#,0} orders", "", "")
                .Row("note on the order path, an event of no use, ns", Sample.Whole(skip))
                .Row("note on the order path, a fill, ns", Sample.Whole(see))
                .Row("fills worked off per second (quote looked up, five rows each)", Sample.Whole(rate))
                .Row("grouping the orders by venue with intervals, ms", Sample.Text(group))
                .Print();
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    private static long Count(string folder)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "analytics.db")};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM quotes WHERE kind=4";
        return (long)command.ExecuteScalar()!;
    }
}

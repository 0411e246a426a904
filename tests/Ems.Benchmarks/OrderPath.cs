using System.Collections.Concurrent;
using System.Diagnostics;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Engine.Accounts;

namespace Ems.Benchmarks;

/// <summary>Submit until durable, and until the venue's acknowledgement is booked, against one commit and one request.</summary>
internal static class OrderPath
{
    private const int OneClientOrders = 2_000, ManyClients = 64, ManyOrders = 25_600, WarmOrders = 6_400;

    public static async Task RunAsync()
    {
        var commit = Floors.SqliteCommit();
        var http = await Floors.LoopbackHttpAsync();
        var folder = Directory.CreateTempSubdirectory("ems-bench-").FullName;
        try
        {
            await using var engine = await Engine.StartAsync(folder, ("Paper:Latency", "false"));
            await engine.OpenAsync("bench");
            engine.Acks.Listen("bench");
            await Engine.WarmAsync();
            await LoadAsync(engine, "warm", ManyClients, WarmOrders);
            var one = await LoadAsync(engine, "one", 1, OneClientOrders);
            var many = await LoadAsync(engine, "many", ManyClients, ManyOrders);
            var floor = commit.At(0.5) + http.At(0.5);
            var commitsPerSecond = 1_000 / commit.At(0.5);
            new Table($"Order path: limit orders that rest, {OneClientOrders} by one client, {ManyOrders:#,0} by {ManyClients}", "", "p50 ms", "p99 ms", "per second", "against the floor")
                .Row("floor: one SQLite commit, WAL, synchronous=FULL, 1 kB", commit.P50, commit.P99, Sample.Whole(commitsPerSecond), "1×")
                .Row("floor: one loopback HTTP request", http.P50, http.P99, Sample.Whole(1_000 / http.At(0.5)), "")
                .Row("one client, submit until durable", one.Durable.P50, one.Durable.P99, Sample.Whole(one.PerSecond), Sample.Ratio(one.Durable.At(0.5), floor) + " of commit + request")
                .Row("one client, submit until the venue's ack is here", one.Ack.P50, one.Ack.P99, "", Sample.Ratio(one.Ack.At(0.5), floor) + " of commit + request")
                .Row($"{ManyClients} clients, submit until durable", many.Durable.P50, many.Durable.P99, Sample.Whole(many.PerSecond), Sample.Ratio(many.PerSecond, commitsPerSecond) + " of the commits per second")
                .Row($"{ManyClients} clients, submit until the venue's ack is here", many.Ack.P50, many.Ack.P99, "", "")
                .Print();
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    private static async Task<(Sample Durable, Sample Ack, double PerSecond)> LoadAsync(Engine engine, string name, int clients, int orders)
    {
        var (durable, ack) = (new Sample(), new Sample());
        var account = engine.Account("bench");
        var acknowledgements = new ConcurrentBag<Task>();
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(async client =>
        {
            for (var i = 0; i < orders / clients; i++)
            {
                var id = $"{name}-{client}-{i}";
                var acknowledged = engine.Acks.Of(id);
                var start = Stopwatch.GetTimestamp();
                // Far below the market, so that it rests.
                var spec = new ParentSpec(new ClOrdId(id), new InstrumentId("BTC-USDT"), Side.Buy, 0.01m, 45_000m + i, "LIMIT", new Dictionary<string, string>());
                var result = await account.SubmitAsync(new SubmitOrder(spec, id, "benchmark"));
                if (result.Denial is not null || result.Errors.Count > 0)
                {
                    throw new InvalidOperationException($"{id}: {result.Denial} {string.Join(' ', result.Errors)}");
                }
                durable.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                var answered = acknowledged.ContinueWith(t => ack.Add(Stopwatch.GetElapsedTime(start, t.Result).TotalMilliseconds), TaskScheduler.Default);
                acknowledgements.Add(answered);
                if (clients == 1)
                {
                    // One at a time, nothing else under way.
                    await answered.WaitAsync(TimeSpan.FromSeconds(30));
                }
            }
        }));
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        await Task.WhenAll(acknowledgements).WaitAsync(TimeSpan.FromSeconds(30));
        return (durable, ack, orders / seconds);
    }
}

using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Engine.Accounts;
using Ems.Execution.Engine.Hosting;

namespace Ems.Benchmarks;

/// <summary>Many working TWAP parents in one process: how late are their decisions, what does one weigh.</summary>
internal static class Timers
{
    private const int Accounts = 20, MeasureSeconds = 30;

    public static async Task RunAsync(string[] args)
    {
        var parents = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 10_000;
        var folder = Directory.CreateTempSubdirectory("ems-bench-").FullName;
        try
        {
            await using var engine = await Engine.StartAsync(folder, ("Paper:Latency", "false"));
            for (var a = 0; a < Accounts; a++)
            {
                await engine.OpenAsync($"bench{a}");
            }
            await Engine.WarmAsync();
            var before = GC.GetTotalMemory(true);
            var started = Stopwatch.GetTimestamp();
            await Parallel.ForEachAsync(Enumerable.Range(0, parents), new ParallelOptions { MaxDegreeOfParallelism = Accounts }, async (i, _) =>
            {
                // A slice a minute, the starts spread by the submission itself and by the random times.
                var spec = new ParentSpec(new ClOrdId($"t{i}"), new InstrumentId("BTC-USDT"), i % 2 == 0 ? Side.Buy : Side.Sell, 6m, null, "TWAP",
                    new Dictionary<string, string> { ["durationSeconds"] = "7200", ["intervalSeconds"] = "60", ["randomTime"] = "0.9" });
                var result = await engine.Account($"bench{i % Accounts}").SubmitAsync(new SubmitOrder(spec, $"t{i}", "benchmark"));
                if (result.Denial is not null || result.Errors.Count > 0)
                {
                    throw new InvalidOperationException($"t{i}: {result.Denial} {string.Join(' ', result.Errors)}");
                }
            });
            var submitted = Stopwatch.GetElapsedTime(started);
            await Task.Delay(TimeSpan.FromSeconds(5));
            var perParent = (GC.GetTotalMemory(true) - before) / (double)parents;

            var lateness = new Sample();
            using var listener = new MeterListener();
            listener.InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Name == EngineMetrics.Name && instrument.Name == "ems.slice.lateness")
                {
                    l.EnableMeasurementEvents(instrument);
                }
            };
            listener.SetMeasurementEventCallback<double>((_, ms, _, _) => lateness.Add(ms));
            listener.Start();
            var cpu = Process.GetCurrentProcess().TotalProcessorTime;
            await Task.Delay(TimeSpan.FromSeconds(MeasureSeconds));
            var used = (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds / MeasureSeconds;
            var floor = await FloorAsync(lateness.Count);
            new Table($"Timers: {parents:#,0} working TWAPs, a slice a minute each, {Accounts} accounts, {MeasureSeconds} s", "", "count", "late p50 ms", "late p99 ms")
                .Row("floor: bare Task.Delay timers, as many in the same time", Sample.Whole(floor.Count), floor.P50, floor.P99)
                .Row("due decisions of the engine", Sample.Whole(lateness.Count), lateness.P50, lateness.P99)
                .Print();
            Console.WriteLine($"Memory per parent {perParent / 1024:0.0} KiB; submitting took {submitted.TotalSeconds:0.0} s; {used:0.00} cores used while measuring.");
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    private static async Task<Sample> FloorAsync(int count)
    {
        var sample = new Sample();
        const int Seconds = 5;
        var n = Math.Max(1, count * Seconds / MeasureSeconds);
        await Task.WhenAll(Enumerable.Range(0, n).Select(async i =>
        {
            var wait = TimeSpan.FromMilliseconds(SeededRandom.Unit(3, 1, i) * Seconds * 1_000);
            var start = Stopwatch.GetTimestamp();
            await Task.Delay(wait);
            sample.Add(Math.Max(0, (Stopwatch.GetElapsedTime(start) - wait).TotalMilliseconds));
        }));
        return sample;
    }
}

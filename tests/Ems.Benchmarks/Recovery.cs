using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Ems.Execution.Engine.Hosting;

namespace Ems.Benchmarks;

/// <summary>Start to first decision with many working parents and a long journal, against merely reading the journal's file.</summary>
internal static class Recovery
{
    private const int Parents = 1_000;

    public static async Task RunAsync(string[] args)
    {
        var events = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
        var folder = Directory.CreateTempSubdirectory("ems-bench-").FullName;
        try
        {
            var file = Path.Combine(folder, "journal.db");
            LongJournal.Write(file, Parents, events);
            var reading = Stopwatch.GetTimestamp();
            var bytes = await ReadAsync(file);
            var read = Stopwatch.GetElapsedTime(reading).TotalSeconds;

            var first = new TaskCompletionSource<double>(TaskCreationOptions.RunContinuationsAsynchronously);
            var start = Stopwatch.GetTimestamp();
            using var listener = new MeterListener();
            listener.InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Name == EngineMetrics.Name && instrument.Name == "ems.slice.lateness")
                {
                    l.EnableMeasurementEvents(instrument);
                }
            };
            listener.SetMeasurementEventCallback<double>((_, _, _, _) => first.TrySetResult(Stopwatch.GetElapsedTime(start).TotalSeconds));
            listener.Start();
            await using var engine = await Engine.StartAsync(folder, ("Paper:Latency", "false"));
            var seconds = await first.Task.WaitAsync(TimeSpan.FromMinutes(10));
            new Table($"Recovery: {Parents:#,0} working TWAPs, {events:#,0} journal records, {bytes / 1_048_576:#,0} MiB", "", "seconds", "ratio")
                .Row("floor: reading the journal's file once", read.ToString("0.0", CultureInfo.InvariantCulture), "1×")
                .Row("start of the engine to its first decision", seconds.ToString("0.0", CultureInfo.InvariantCulture), Sample.Ratio(seconds, read))
                .Print();
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    private static async Task<long> ReadAsync(string file)
    {
        await using var stream = File.OpenRead(file);
        var buffer = new byte[1 << 20];
        var total = 0L;
        int n;
        while ((n = await stream.ReadAsync(buffer)) > 0)
        {
            total += n;
        }
        return total;
    }
}

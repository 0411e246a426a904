using System.Globalization;
using System.Text;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Core.Simulation.Backtesting;
using Ems.Execution.Venues.Paper.Market;

namespace Ems.Benchmarks.ExecutionQuality;

/// <summary>A participation order through one recorded day, and what it was of every span.</summary>
internal sealed record ParticipationRun(string Name, double Rate, TradedDay Day, DateTimeOffset From, DateTimeOffset To, IReadOnlyList<(DateTimeOffset At, decimal Qty)> Fills)
{
    private static readonly string[] Days = ["standx BTC-USD 2026-01-07 1s", "standx BTC-USD 2026-01-06", "hyperliquid ETH-USD 2025-12-10", "hyperliquid BTC-USD 2025-09-04"];

    /// <summary>Replays them all and writes docs/participation-quality.md; the same recordings give the same file.</summary>
    public static void Report(string root, string file, TextWriter log)
    {
        var (spans, above) = (0, 0);
        var text = new StringBuilder("""
            # POV on recorded days

            Made by `dotnet run -c Release --project tests/Ems.Benchmarks -- participation`; the same recordings give the same file.

            The algo itself with its defaults, replayed (20 ms to the venue): one order without end through the day, its fills against what others printed. Error: distance of own / (own + others') from the rate, in parts of the rate; spans do not overlap and leave out the first three minutes. Nothing of POV is fitted, so every day is one. Must: median of 1.5 % over 60 minutes, good 1 %; never more than 20 % above the rate in ten minutes.

            | | rate | span | spans | median | p90 | most above | spans more than 20 % above |
            |---|---:|---:|---:|---:|---:|---:|---:|

            """);
        foreach (var run in On(root, log))
        {
            foreach (var minutes in new[] { 10, 30, 60 })
            {
                if (run.Errors(minutes) is { Count: > 0 } errors)
                {
                    var row = string.Create(CultureInfo.InvariantCulture, $"| {run.Name} | {run.Rate:P0} | {minutes} min | {errors.Count} | {QualityStatistics.At(errors.Select(Math.Abs), 0.5):P2} | {QualityStatistics.At(errors.Select(Math.Abs), 0.9):P2} | {Math.Max(0, errors.Max()):P1} | {errors.Count(e => e > 0.2)} |");
                    (spans, above) = minutes == 10 ? (spans + errors.Count, above + errors.Count(e => e > 0.2)) : (spans, above);
                    log.WriteLine(row);
                    text.Append(row).Append('\n');
                }
            }
        }
        text.Append(CultureInfo.InvariantCulture, $"\nOf {spans} spans of ten minutes {above} are more than 20 % above the rate. That happens where the volume counted before a span is done within it and little trades after: what is due is not held back.\n");
        File.WriteAllText(file, text.ToString());
        log.WriteLine($"Written to {file}.");
    }

    private static IEnumerable<ParticipationRun> On(string root, TextWriter log)
    {
        var days = RecordedDays.In(root).ToDictionary(d => d.Name, StringComparer.Ordinal);
        foreach (var name in Days.Where(days.ContainsKey))
        {
            var day = TradedDay.Of(days[name]);
            var (from, to) = (day.Window.From.AddMinutes(2), day.Window.To.AddMinutes(-1));
            foreach (var rate in new[] { 0.1, 0.05 })
            {
                var l = day.Listing;
                var spec = new ParentSpec(new("pov"), l.Instrument, Side.Buy, Steps.RoundDown(day.Window.Volume(l.Instrument, from, to), l.LotSize), null, "POV",
                    new Dictionary<string, string> { ["rate"] = rate.ToString(CultureInfo.InvariantCulture) });
                var instrument = new Instrument(l.Instrument, new(l.Instrument.Value.Split('-')[0]), new(l.Instrument.Value.Split('-')[1]));
                var result = Replayer.Run(new ReplayInput([new(spec, 5, from)], [instrument], [new(l.Venue, QualityCase.Usual, [l])], 5, day.Window.From, to)
                {
                    KeepsTimeline = false, Limits = new RiskLimits(MaxOrderNotional: 1e12m, MaxChildNotional: 1e12m, MaxDayNotional: 1e15m),
                }, day.Window);
                var parent = result.Parents[0];
                log.WriteLine($"POV {rate} on {name}: {parent.Fills.Count} fills, {parent.Order?.OrdStatus} {parent.Order?.EndCode} {string.Join("; ", parent.Errors.Select(e => e.Text))}");
                yield return new(name, rate, day, from, to, [.. parent.Fills.Select(f => (f.Time, f.Qty))]);
            }
        }
    }

    /// <summary>Own part of each span against the rate; the first minutes, in which it begins, are left out. Spans do not overlap; quiet ones (the own part below twenty times the least order) are left out.</summary>
    public IReadOnlyList<double> Errors(int minutes)
    {
        var errors = new List<double>();
        for (var at = From.AddMinutes(1); at.AddMinutes(minutes) <= To; at = at.AddMinutes(minutes))
        {
            var own = (double)Fills.Where(f => f.At >= at && f.At < at.AddMinutes(minutes)).Sum(f => f.Qty);
            var others = (double)Day.Window.Volume(Day.Listing.Instrument, at, at.AddMinutes(minutes));
            if (others * Rate >= 20 * (double)Day.Listing.MinQty)
            {
                errors.Add((own / (own + others) / Rate) - 1);
            }
        }
        return errors;
    }
}

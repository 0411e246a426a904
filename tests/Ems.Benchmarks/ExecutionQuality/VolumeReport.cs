using System.Globalization;
using System.Text;
using Ems.Execution.Core.Algos.Scheduling;
using Ems.Execution.Core.Algos.Vwap;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;

namespace Ems.Benchmarks.ExecutionQuality;

/// <summary>
/// How well volume is forecast and VWAP tracked on minutes that nothing was fitted to. Writes its section at the end of
/// docs/execution-quality.md; the same recordings give the same text.
/// </summary>
internal static class VolumeReport
{
    private const string Title = "## Volume forecast, VWAP tracking, POV participation";
    private const double PovRate = 0.1;
    private const ulong Seed = 11;

    /// <summary>The section as it stands in a file, for who writes the rest of the file anew; empty without one.</summary>
    public static string Kept(string file) =>
        File.Exists(file) && File.ReadAllText(file) is var text && text.IndexOf(Title, StringComparison.Ordinal) is var at and >= 0 ? "\n" + text[at..] : "";

    public static void Run(string root, string file, TextWriter log)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            {Title}

            Made by `volume` of the same program. The forecast was fitted to Binance BTCUSDT 2025-06-01 to 06-30, its choices made on 07-01 to 07-12; every row here is other time or another market. On Binance the curve to start from is learned from June alone, since the built-in one has seen July; elsewhere it is the built-in one. Lookback 14 days.

            *Forecast*: error of the next five minutes, sum of absolute errors over sum of volume. *VWAP*: planned anew with every slice (one a minute, at most 288), each slice at the price of one minute drawn within it, no impact; median / p90 of the absolute distance from the market's VWAP in bps; windows do not overlap at 1 h and 4 h, begin every 6 h at 24 h. *POV*: {PovRate:P0} of the volume, own prints included, by minutes: each minute follows the one before; error of the participation over 60 min, and the part of 10 min windows in which it was more than 20 % above the rate.

            | | 5 min: previous | EWMA | forecast | 1 h: even | plan | 4 h: even | plan | 24 h: even | plan | POV 60 min, median | 10 min above |
            |---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|

            """);
        foreach (var set in VolumeBars.All(root))
        {
            var row = Row(set);
            log.WriteLine(row);
            text.Append(row).Append('\n');
        }
        text.Append(CultureInfo.InvariantCulture, $"""

            Asked: forecast at most 0.46 (good 0.43); VWAP at most 1.4 / 3.4 / 8 bps (good 1.25 / 2.7 at 1 h and 4 h); POV at most 1.5 % (good 1 %), never more than 20 % above in 10 min. Minutes are the finest these recordings have: the POV column is this model of the rule. The algo itself counts every print each ten seconds; its replay is in [participation-quality.md](participation-quality.md).

            """);
        var old = File.ReadAllText(file);
        var cut = old.IndexOf(Title, StringComparison.Ordinal);
        File.WriteAllText(file, (cut < 0 ? old.TrimEnd() + "\n\n" : old[..cut]) + text);
        log.WriteLine($"Written to {file}.");
    }

    private static string Row(VolumeBars set)
    {
        var (previous, ewma, forecast) = Forecast(set);
        var (hour, four, day) = (Tracking(set, 60, 60), Tracking(set, 240, 240), Tracking(set, 1_440, 360));
        var (pov, above) = Participation(set);
        return string.Create(CultureInfo.InvariantCulture,
            $"| {set.Name} | {previous:0.000} | {ewma:0.000} | {forecast:0.000} | {hour.Even} | {hour.Plan} | {four.Even} | {four.Plan} | {day.Even} | {day.Plan} | {pov:P2} | {above:P1} |");
    }

    private static (double Previous, double Ewma, double Forecast) Forecast(VolumeBars set)
    {
        var (volume, e0, e1, e2, ewma) = (0d, 0d, 0d, 0d, 0d);
        var curve = set.Prior;
        for (var m = set.TestFrom; m + 5 <= set.End; m += 5)
        {
            var (now, last, next) = (VolumeBars.At(m), set.Sum(m - 5, m), set.Sum(m, m + 5));
            if (double.IsNaN(last) || double.IsNaN(next))
            {
                continue;
            }
            ewma = ewma == 0 ? last : (0.3 * last) + (0.7 * ewma);
            if ((m - set.TestFrom) % 60 < 5)
            {
                curve = VolumeLearning.Learn(set.View(m), TimeSpan.FromDays(14), set.Prior);
            }
            var f = VolumeForecast.Of(set.View(m), curve, now)?.Median(now.AddMinutes(5)) ?? last;
            (volume, e0, e1, e2) = (volume + next, e0 + Math.Abs(last - next), e1 + Math.Abs(ewma - next), e2 + Math.Abs(f - next));
        }
        return (e0 / volume, e1 / volume, e2 / volume);
    }

    private static (string Even, string Plan) Tracking(VolumeBars set, int minutes, int every)
    {
        var (even, plan) = (new List<double>(), new List<double>());
        for (var start = set.TestFrom; start + minutes <= set.End; start += every)
        {
            var traded = set.Sum(start, start + minutes);
            if (!(traded > 0))
            {
                continue;
            }
            var vwap = Enumerable.Range(0, minutes).Sum(i => set.Sum(start + i, start + i + 1) * set.Price(start + i)) / traded;
            var slices = Math.Clamp(minutes, 20, 288);
            var curve = VolumeLearning.Learn(set.View(start), TimeSpan.FromDays(14), set.Prior);
            var schedule = new Schedule(VolumeBars.At(start), VolumeBars.At(start + minutes), slices, 0, f => f);
            var (done, cost, flat) = (0d, 0d, 0d);
            for (var i = 0; i < slices; i++)
            {
                var (from, length) = (start + (i * minutes / slices), minutes / slices);
                var price = set.Price(from + (int)(SeededRandom.Unit(Seed, 3, from) * length));
                var target = i == slices - 1 ? 1
                    : VwapPlanner.Around(i, schedule, set.View(from), curve, 0, true, VolumeBars.At(from)).At((i + 1d) / slices);
                var qty = Math.Max(0, target - done);
                (done, cost, flat) = (done + qty, cost + (qty * price), flat + (price / slices));
            }
            even.Add(Math.Abs((flat / vwap) - 1) * 1e4);
            plan.Add(Math.Abs((cost / vwap) - 1) * 1e4);
        }
        return (Text(even), Text(plan));
    }

    private static (double Error, double Above) Participation(VolumeBars set)
    {
        double Own(long from, long to) => PovRate / (1 - PovRate) * set.Sum(from - 1, to - 1);
        double Part(long from, long to) => Own(from, to) / (Own(from, to) + set.Sum(from, to));
        var (errors, windows, above) = (new List<double>(), 0, 0);
        for (var m = set.TestFrom; m + 60 <= set.End; m += 60)
        {
            if (Part(m, m + 60) is var p && !double.IsNaN(p))
            {
                errors.Add(Math.Abs((p / PovRate) - 1));
            }
            for (var k = m; k < m + 60; k += 10)
            {
                if (Part(k, k + 10) is var ten && !double.IsNaN(ten))
                {
                    (windows, above) = (windows + 1, above + (ten > PovRate * 1.2 ? 1 : 0));
                }
            }
        }
        return (QualityStatistics.At(errors, 0.5), above / (double)windows);
    }

    private static string Text(List<double> bps) => string.Create(CultureInfo.InvariantCulture, $"{QualityStatistics.At(bps, 0.5):0.00} / {QualityStatistics.At(bps, 0.9):0.0}");
}

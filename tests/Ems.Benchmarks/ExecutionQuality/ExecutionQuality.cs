using System.Globalization;
using System.Text;
using Ems.Execution.Core.Algos.Shortfall;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation;
using Ems.Execution.Venues.Paper.Market;

namespace Ems.Benchmarks.ExecutionQuality;

/// <summary>
/// What the schedule algos cost on recorded days that nothing was fitted to, against a market order and a naive TWAP. Writes
/// docs/execution-quality.md. The same recordings give the same file.
/// </summary>
internal static class ExecutionQualityReport
{
    private const ulong Seed = 5;
    private static readonly LatencyModel Slow = new(600, 240);

    /// <summary>Name, window and step in minutes. None of these days was looked at while rules and thresholds were chosen.</summary>
    private static readonly (string Day, double Length, double Step)[] Days =
        [("hyperliquid ETH-USD 2025-12-10", 5, 0.4), ("aster ETH-USDT 2025-11-28 A", 5, 0.4), ("standx BTC-USD 2026-01-07 1s", 10, 15)];

    private static readonly (string Day, double Length, double Step)[] ChosenOn =
        [("hyperliquid BTC-USD 2025-09-04", 5, 5), ("hyperliquid SOL-USD 2025-09-04", 5, 5), ("standx BTC-USD 2026-01-06", 10, 30)];

    private static readonly (string Name, string Strategy, string[] Parameters)[] Algos =
    [
        ("Market order", "MARKET", ["maxTries=100"]),
        ("Naive TWAP: 20 equal slices, crosses", "TWAP", ["slices=20", "style=TAKER", "randomSize=0", "randomTime=0", "scheduleDiscretion=0", "adaptive=false", "endAction=FINISH_AGGRESSIVE"]),
        ("TWAP, as it comes (AUTO: patient here)", "TWAP", []),
        ("TWAP TAKER", "TWAP", ["style=TAKER"]),
        ("TWAP MIXED", "TWAP", ["style=MIXED"]),
        ("VWAP, as it comes (AUTO: patient here)", "VWAP", []),
        ("VWAP TAKER", "VWAP", ["style=TAKER"]),
        ("IS, as it comes (AUTO: patient here)", "IS", []),
        ("IS TAKER", "IS", ["style=TAKER"]),
        ("POV at the order's share, completing by the end", "POV", ["pov"]),
    ];

    /// <summary>The days on which defaults are chosen, with independent windows; prints and writes nothing.</summary>
    public static void Choose(string root, TextWriter log)
    {
        var days = RecordedDays.In(root).ToDictionary(d => d.Name, StringComparer.Ordinal);
        foreach (var (day, length, step) in ChosenOn)
        {
            var cases = QualityCase.On(TradedDay.Of(days[day]), TimeSpan.FromMinutes(length), TimeSpan.FromMinutes(step), Seed).Where(c => Outcome(c, Algos[0], null).Completion > 0).ToList();
            log.WriteLine($"{day}: {cases.Count} orders.");
            foreach (var algo in Algos.Skip(1).Take(4))
            {
                _ = Outcomes(cases, algo, null, log);
            }
        }
    }

    public static void Run(string root, string file, TextWriter log)
    {
        var days = RecordedDays.In(root).ToDictionary(d => d.Name, StringComparer.Ordinal);
        var cases = Days.SelectMany(d => QualityCase.On(TradedDay.Of(days[d.Day]), TimeSpan.FromMinutes(d.Length), TimeSpan.FromMinutes(d.Step), Seed)).ToList();
        // Where the book is stale at the start no order is taken, whatever its algo.
        cases = [.. cases.Where(c => Outcome(c, Algos[0], null).Completion > 0)];
        log.WriteLine($"{cases.Count} orders.");
        var usual = Algos.ToDictionary(a => a.Name, a => Outcomes(cases, a, null, log));
        var slow = Algos.Skip(1).Take(4).ToDictionary(a => a.Name, a => Outcomes(cases, a, Slow, log));
        var text = new StringBuilder();
        Head(text, cases);
        Costs(text, "Cost against the mid at the start", usual);
        Costs(text, "The same with 600 ms to the venue and back late market data: every order meets the next picture of the book", slow);
        ByDay(text, usual);
        Expectation(text, cases, usual);
        File.WriteAllText(file, text + VolumeReport.Kept(file));
        log.WriteLine($"Written to {file}.");
    }

    private static List<QualityOutcome> Outcomes(List<QualityCase> cases, (string Name, string Strategy, string[] Parameters) algo, LatencyModel? latency, TextWriter log)
    {
        var outcomes = cases.ConvertAll(c => Outcome(c, algo, latency));
        log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{algo.Name}: price {outcomes.Average(o => o.PriceBps):0.000} bps, all-in {outcomes.Average(o => o.AllInBps):0.000}, completion {outcomes.Average(o => o.Completion):P2}"));
        return outcomes;
    }

    private static QualityOutcome Outcome(QualityCase c, (string Name, string Strategy, string[] Parameters) algo, LatencyModel? latency)
    {
        var parameters = algo.Parameters.Where(p => p.Contains('=', StringComparison.Ordinal)).Select(p => p.Split('=')).ToDictionary(p => p[0], p => p[1]);
        if (algo.Strategy == "POV")
        {
            parameters["rate"] = Math.Clamp(c.Share, 0.001, 0.5).ToString("0.####", CultureInfo.InvariantCulture);
            parameters["completeBy"] = (c.Start + c.Length - TimeSpan.FromSeconds(5)).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        }
        else if (algo.Strategy != "MARKET")
        {
            parameters["durationSeconds"] = c.Seconds;
        }
        return QualityOutcome.Of(c, c.Replay(algo.Strategy, parameters, latency));
    }

    private static void Head(StringBuilder text, List<QualityCase> cases)
    {
        text.Append(CultureInfo.InvariantCulture, $"""
            # Execution quality

            Made by `dotnet run -c Release --project tests/Ems.Benchmarks -- execution-quality`; the same recordings give the same file.

            **Days.** Chosen on: hyperliquid BTC and SOL 2025-09-04, standx BTC 2026-01-06 (rules and thresholds of slice execution), Binance BTCUSDT minutes June and July 2025 (volume curve). Measured on other days and instruments, at which nothing was chosen:

            """);
        foreach (var day in cases.GroupBy(c => c.Day.Day.Name))
        {
            text.Append(CultureInfo.InvariantCulture, $"- {day.Key}: {day.Count()} orders in {day.Select(c => c.Group).Distinct().Count()} windows of {day.First().Length.TotalMinutes:0} min\n");
        }
        text.Append(CultureInfo.InvariantCulture, $"""

            **Orders.** {cases.Count}: in each window two sizes between {cases.Min(c => c.Share):P1} and {cases.Max(c => c.Share):P1} of what prints in it, each bought and sold, so that the drift of the window cancels in the mean. Maker fee 2 bps, taker fee 5 bps, 20 ms to the venue, market data 20 ms late. Windows with a hole of ten seconds in the recording are left out. The one-second grid of standx BTC 2026-01-07 pauses for 5 to 9 s about every half minute; its books are stale for part of that, as they would be live.

            **Figures.** Basis points of the order at the mid of its start; positive costs. *Price* is without fees, *all-in* with them; what was not filled is taken at the mid of the end. Intervals: 95 %, bootstrap with a fixed seed over blocks: all orders that begin within one window's length of a day, since the windows of the two ETH days overlap (one begins every 24 s); those of standx do not.

            """);
    }

    private static void Costs(StringBuilder text, string title, Dictionary<string, List<QualityOutcome>> outcomes)
    {
        var naive = outcomes[Algos[1].Name];
        text.Append(CultureInfo.InvariantCulture, $"\n## {title}\n\n| | price | 95 % | p5 | p95 | less than naive | all-in | 95 % | below naive | 95 % | filled as maker | completion | full |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n");
        foreach (var (name, o) in outcomes)
        {
            var cases = o.ConvertAll(x => x.Case);
            var price = QualityStatistics.Interval(cases, d => d.Average(i => o[i].PriceBps), Seed);
            var paired = QualityStatistics.Interval(cases, d => d.Average(i => naive[i].PriceBps - o[i].PriceBps), Seed);
            var all = QualityStatistics.Interval(cases, d => d.Average(i => o[i].AllInBps), Seed);
            var below = QualityStatistics.Interval(cases, d => 1 - (d.Average(i => o[i].AllInBps) / d.Average(i => naive[i].AllInBps)), Seed);
            text.Append(CultureInfo.InvariantCulture,
                $"| {name} | {o.Average(x => x.PriceBps):0.00} | {price.Low:0.00} .. {price.High:0.00} | {QualityStatistics.At(o.Select(x => x.PriceBps), 0.05):0.0} | {QualityStatistics.At(o.Select(x => x.PriceBps), 0.95):0.0} | {naive.Average(x => x.PriceBps) - o.Average(x => x.PriceBps):0.00} ({paired.Low:0.00} .. {paired.High:0.00}) | {o.Average(x => x.AllInBps):0.00} | {all.Low:0.00} .. {all.High:0.00} | {1 - (o.Average(x => x.AllInBps) / naive.Average(x => x.AllInBps)):P0} | {below.Low:P0} .. {below.High:P0} | {o.Average(x => x.MakerShare):P0} | {o.Average(x => x.Completion):P2} | {o.Count(x => x.Completion >= 1)}/{o.Count} |\n");
        }
    }

    private static void ByDay(StringBuilder text, Dictionary<string, List<QualityOutcome>> outcomes)
    {
        text.Append("\n## By day\n\n| | day | price | all-in | completion | against interval VWAP, median of the absolute |\n|---|---|---:|---:|---:|---:|\n");
        foreach (var (name, all) in outcomes)
        {
            foreach (var o in all.GroupBy(x => x.Case.Day.Day.Name))
            {
                text.Append(CultureInfo.InvariantCulture, $"| {name} | {o.Key} | {o.Average(x => x.PriceBps):0.00} | {o.Average(x => x.AllInBps):0.00} | {o.Average(x => x.Completion):P2} | {QualityStatistics.At(o.Where(x => x.VwapBps is not null).Select(x => Math.Abs(x.VwapBps!.Value)), 0.5):0.00} |\n");
            }
        }
    }

    /// <summary>Half the spread plus the temporary impact of an even schedule, as the IS algo itself estimates them.</summary>
    private static void Expectation(StringBuilder text, List<QualityCase> cases, Dictionary<string, List<QualityOutcome>> outcomes)
    {
        const double RefillHours = 10d / 3_600, BandBps = 10;
        var expected = cases.ConvertAll(c =>
        {
            var quote = c.Day.Quotes.At(c.Start)!.Value;
            var (mid, qty, hours) = ((double)quote.Mid, (double)c.Qty, c.Length.TotalHours);
            var depth = (double)c.Day.Window.DepthWithin(c.Day.Listing.Instrument, c.Start, c.Side, (decimal)BandBps);
            var perRate = 0.5 * BandBps / 10_000 * mid * RefillHours / Math.Max(depth, qty / 100);
            var model = new AlmgrenChriss(qty, hours, 20, 0, (double)(quote.Ask - quote.Bid) / 2, perRate, 0, 0);
            return model.ExpectedCost / (qty * mid) * 10_000;
        });
        var naive = outcomes[Algos[1].Name];
        var gap = QualityStatistics.Interval(cases, d => d.Average(i => naive[i].PriceBps - expected[i]), Seed);
        text.Append(CultureInfo.InvariantCulture, $"""

            ## Against the Almgren-Chriss expectation

            Half the spread plus linear temporary impact of an even schedule (books refill in 10 s, depth within 10 bps at the start, no permanent impact): {expected.Average():0.00} bps on average without fees, p5 {QualityStatistics.At(expected, 0.05):0.00}, p95 {QualityStatistics.At(expected, 0.95):0.00}. The naive TWAP pays {naive.Average(x => x.PriceBps):0.00}, {naive.Average(x => x.PriceBps) - expected.Average():0.00} more ({gap.Low:0.00} .. {gap.High:0.00}).

            """);
        foreach (var name in Algos.Skip(2).Select(a => a.Name))
        {
            text.Append(CultureInfo.InvariantCulture, $"- {name}: {outcomes[name].Average(x => x.PriceBps) - expected.Average():+0.00;-0.00} bps against it\n");
        }
        text.Append("""

            ## What these figures are not

            The recordings show the book two to four times a second: between two pictures an order trades at the last one. That flatters whoever can tell where the next picture will be, which is what the lean of the books does; the second table takes that away by making every order wait for the next picture. Queues are taken pessimistically: who cancels is behind us. Own impact lasts until the recording shows another quantity. Resting at the touch of a market with tiny ticks is filled when the price goes through it, so the patient algos pay in price what they save in fees; with equal fees for makers and takers they would not pay, and AUTO crosses there (decision 0052).

            """);
    }
}

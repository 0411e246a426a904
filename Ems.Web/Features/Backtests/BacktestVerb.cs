using System.Globalization;
using System.Text.Json;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation;
using Ems.Execution.Core.Simulation.Backtesting;
using Ems.Execution.Venues.Paper.Market;
using Ems.Web.Client.Contracts;

namespace Ems.Web.Features.Backtests;

/// <summary>
/// <c>backtest</c>: a list of orders against any recorded day, all on one account and one venue, and the cost report. Deterministic: the
/// same files give the same report, byte for byte.
/// </summary>
internal static class BacktestVerb
{
    private static readonly JsonSerializerOptions Written = Json.Configure(new JsonSerializerOptions(JsonSerializerDefaults.Web) { WriteIndented = true });

    /// <summary>Runs it; 0 when the report is written, 1 when something given was wrong, 2 for arguments that make no sense.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output, TextWriter errors)
    {
        var (options, faults) = BacktestOptions.Read(args);
        if (faults.Count > 0)
        {
            return await FailAsync(errors, faults, 2);
        }
        try
        {
            var days = RecordedDays.In(options.DataFolder!);
            if (options.Lists)
            {
                foreach (var d in days)
                {
                    await output.WriteLineAsync(d.Name);
                }
                return 0;
            }
            var text = await File.ReadAllTextAsync(options.OrdersFile!);
            var (day, fault) = Pick(days, options);
            if (day is null)
            {
                return await FailAsync(errors, [fault!], 1);
            }
            return await ReplayAsync(options, day, text, output, errors);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or MarketDataFileException or InvalidOperationException)
        {
            return await FailAsync(errors, [e.Message], 1);
        }
    }

    private static async Task<int> ReplayAsync(BacktestOptions options, RecordedDay day, string text, TextWriter output, TextWriter errors)
    {
        var listing = day.ListingWith(options.MakerBps / 10_000m, options.TakerBps / 10_000m);
        var instrument = new Instrument(day.Instrument, new(day.Instrument.Value.Split('-')[0]), new(day.Instrument.Value.Split('-')[^1]));
        var window = day.Window(listing);
        var (orders, wrong) = BacktestOrders.Read(text, new InstrumentCatalog([instrument], [listing]), window.From, window.To);
        if (wrong.Count > 0)
        {
            return await FailAsync(errors, wrong, 1);
        }
        var input = new ReplayInput(orders, [instrument], [new(listing.Venue, new LatencyModel((double)options.LatencyMs, (double)options.JitterMs), [listing])], options.Seed,
            orders.Min(o => o.SubmitAt) - BacktestOrders.WarmUp, window.To) { KeepsTimeline = false };
        var result = Replayer.Run(input, window);
        var report = BacktestReport.Of(day.Name, new(listing.Venue.Value, listing.TickSize, listing.LotSize, listing.MakerFee, listing.TakerFee, options.LatencyMs, options.JitterMs),
            options.Seed, result, window);
        await File.WriteAllTextAsync(options.OutFile!, JsonSerializer.Serialize(report, Written) + "\n");
        var t = report.Totals;
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"{day.Name}: {t.Orders} orders, {t.Filled} filled, completion {t.Completion:P2}, shortfall {t.ShortfallBps:0.00} bps of which fees {t.FeesBps:0.00}, against arrival {t.ArrivalBps:0.00}, interval VWAP {t.VwapBps:0.00}, TWAP {t.TwapBps:0.00} bps. Digest {report.Digest[..16]}. Written to {options.OutFile}."));
        return 0;
    }

    private static (RecordedDay? Day, string? Fault) Pick(IReadOnlyList<RecordedDay> days, BacktestOptions options)
    {
        var fitting = days.Where(d => (options.Source is null || string.Equals(d.Source, options.Source, StringComparison.OrdinalIgnoreCase))
            && (options.Day is null || d.Day == options.Day) && (options.Part is null || string.Equals(d.Part, options.Part, StringComparison.OrdinalIgnoreCase))
            && (options.Instrument is null || d.Instrument == new InstrumentId(options.Instrument))).ToList();
        return fitting.Count switch
        {
            1 => (fitting[0], null),
            0 => (null, $"--source, --day, --part, --instrument: none: no recorded day fits; there are {Names(days)}."),
            _ => (null, $"--source, --day, --part, --instrument: ambiguous: {fitting.Count} recorded days fit: {Names(fitting)}."),
        };
    }

    private static string Names(IReadOnlyList<RecordedDay> days) => days.Count == 0 ? "none in this folder" : string.Join("; ", days.Select(d => d.Name));

    private static async Task<int> FailAsync(TextWriter errors, IReadOnlyList<string> faults, int code)
    {
        foreach (var fault in faults)
        {
            await errors.WriteLineAsync($"backtest: {fault.ReplaceLineEndings(" ")}");
        }
        return code;
    }
}

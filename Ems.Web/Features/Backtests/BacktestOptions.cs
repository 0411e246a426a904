using System.Globalization;

namespace Ems.Web.Features.Backtests;

/// <summary>The arguments of the backtest verb, read. Errors are one line each: argument, rule, value.</summary>
internal sealed record BacktestOptions
{
    private static readonly string[] Known =
        ["--orders", "--data", "--out", "--source", "--day", "--part", "--instrument", "--maker-bps", "--taker-bps", "--latency-ms", "--jitter-ms", "--seed", "--list"];

    public string? OrdersFile { get; init; }
    public string? DataFolder { get; init; }
    public string? OutFile { get; init; }
    public string? Source { get; init; }
    public DateOnly? Day { get; init; }
    public string? Part { get; init; }
    public string? Instrument { get; init; }
    public decimal MakerBps { get; init; } = 2m;
    public decimal TakerBps { get; init; } = 5m;
    public decimal LatencyMs { get; init; } = 20m;
    public decimal JitterMs { get; init; } = 8m;
    public ulong Seed { get; init; } = 1;
    public bool Lists { get; init; }

    public static (BacktestOptions Options, IReadOnlyList<string> Faults) Read(IReadOnlyList<string> args)
    {
        var (given, faults) = (new Dictionary<string, string>(StringComparer.Ordinal), new List<string>());
        for (var i = 0; i < args.Count; i++)
        {
            var (name, value) = args[i].Split('=', 2) is [var n, var v] ? (n, v) : (args[i], null);
            if (!Known.Contains(name, StringComparer.Ordinal))
            {
                faults.Add($"{name}: unknown: known are {string.Join(", ", Known)}.");
                continue;
            }
            if (name != "--list" && value is null)
            {
                value = i + 1 < args.Count ? args[++i] : null;
            }
            if (name != "--list" && string.IsNullOrWhiteSpace(value))
            {
                faults.Add($"{name}: required: it has no value.");
                continue;
            }
            if (!given.TryAdd(name, value ?? "true"))
            {
                faults.Add($"{name}: once: it is given twice.");
            }
        }
        var lists = given.ContainsKey("--list");
        var options = new BacktestOptions
        {
            Lists = lists, OrdersFile = Text("--orders", !lists), DataFolder = Text("--data", true), OutFile = Text("--out", !lists),
            Source = given.GetValueOrDefault("--source"), Part = given.GetValueOrDefault("--part"), Instrument = given.GetValueOrDefault("--instrument"), Day = Date("--day"),
            MakerBps = Number("--maker-bps", 2m, -100m, 1_000m), TakerBps = Number("--taker-bps", 5m, 0m, 1_000m),
            LatencyMs = Number("--latency-ms", 20m, 0m, 60_000m), JitterMs = Number("--jitter-ms", 8m, 0m, 60_000m), Seed = Whole("--seed", 1),
        };
        return (options, faults);

        string? Text(string name, bool needed)
        {
            if (needed && !given.ContainsKey(name) && !faults.Exists(f => f.StartsWith(name + ":", StringComparison.Ordinal)))
            {
                faults.Add($"{name}: required: it is missing.");
            }
            return given.GetValueOrDefault(name);
        }

        DateOnly? Date(string name)
        {
            if (!given.TryGetValue(name, out var text))
            {
                return null;
            }
            if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            {
                return day;
            }
            faults.Add($"{name}: date: '{text}' is no day like 2026-01-31.");
            return null;
        }

        decimal Number(string name, decimal fallback, decimal min, decimal max)
        {
            if (!given.TryGetValue(name, out var text))
            {
                return fallback;
            }
            if (decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max)
            {
                return value;
            }
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"{name}: range: '{text}' is no number from {min} to {max}."));
            return fallback;
        }

        ulong Whole(string name, ulong fallback)
        {
            if (!given.TryGetValue(name, out var text))
            {
                return fallback;
            }
            if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            {
                return value;
            }
            faults.Add($"{name}: whole_number: '{text}' is no whole number.");
            return fallback;
        }
    }
}

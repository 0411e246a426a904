using System.Globalization;
using System.IO.Compression;
using Ems.Execution.Core.MarketData;

namespace Ems.Benchmarks.ExecutionQuality;

/// <summary>Recorded one-minute bars, and from where on nothing was fitted to them. Minutes count from 1970-01-01 UTC.</summary>
internal sealed class VolumeBars
{
    private const int Day = 1_440;
    private readonly Dictionary<long, double> prices = [];
    private readonly double[][] days;
    private readonly long firstDay;

    private VolumeBars(string name, IReadOnlyList<(long Minute, double Qty, double Price)> bars)
    {
        Name = name;
        (First, End) = (bars[0].Minute, bars[^1].Minute + 1);
        firstDay = First / Day;
        days = [.. Enumerable.Range(0, (int)((End / Day) - firstDay) + 1).Select(_ => Enumerable.Repeat(double.NaN, Day).ToArray())];
        foreach (var (minute, qty, price) in bars)
        {
            days[(minute / Day) - firstDay][minute % Day] = qty;
            prices[minute] = price;
        }
        TestFrom = ((First + (14 * Day)) / Day * Day) + Day;
    }

    public string Name { get; }

    public long First { get; }

    public long End { get; }

    public long TestFrom { get; private init; }

    /// <summary>The curve to start from.</summary>
    public VolumeCurve Prior { get; private init; } = VolumeCurve.Btc2025;

    /// <summary>What was known when a minute began.</summary>
    public VolumeHistory View(long minute) => new(days, firstDay, First, minute, 0);

    /// <summary>Volume of some minutes; not a number when one is missing.</summary>
    public double Sum(long from, long to)
    {
        var sum = 0d;
        for (var m = from; m < to; m++)
        {
            sum += days[(m / Day) - firstDay][m % Day];
        }
        return sum;
    }

    public double Price(long minute) => prices[minute];

    public static DateTimeOffset At(long minute) => DateTimeOffset.UnixEpoch.AddMinutes(minute);

    public static IEnumerable<VolumeBars> All(string root)
    {
        var binance = Read("Binance", root, "bars_1m_binance_btcusdt_2025/btcusdt_1m_20250601_20250726.csv.gz", c => (long.Parse(c[0], CultureInfo.InvariantCulture) / 60_000, D(c[5]), Typical(c)));
        yield return new VolumeBars("Binance BTCUSDT 2025-07-13 to 07-26", binance)
        {
            TestFrom = binance[0].Minute + (42 * Day),
            Prior = VolumeLearning.Learn(new VolumeBars("June", binance).View(binance[0].Minute + (30 * Day)), TimeSpan.FromDays(30), VolumeCurve.Flat),
        };
        yield return new VolumeBars("BTC perpetual 2022-01-15 to 01-31", Read("perpetual", root, "bars_1m_btcperp_202201/btc-perp-20211231-20220201_1m.csv.gz", c => (Minute(c[0]), D(c[5]) / Typical(c), Typical(c))));
        yield return new VolumeBars("Coinbase BTC-USD 2026-07-21 to 08-02", Read("Coinbase", root, "bars_1m_coinbase_btcusd_2026/btc-usd_minutes_20260705_20260802.csv.gz",
            c => (long.Parse(c[0], CultureInfo.InvariantCulture), c[7].Length == 0 ? 0 : D(c[7]), c[9].Length == 0 ? D(c[2]) : (D(c[9]) + D(c[10]) + D(c[2])) / 3)));
        yield return new VolumeBars("Binance.US BTCUSD 2023-03-16 to 03-21", Read("Binance.US", root, "bars_1m_iaqf_202303/binanceus_BTCUSD_1m_20230301_20230321.csv.gz", c => (Minute(c[0]), D(c[5]), Typical(c))));
    }

    private static List<(long Minute, double Qty, double Price)> Read(string name, string root, string file, Func<string[], (long Minute, double Qty, double Price)> row)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(Path.Combine(root, file)), CompressionMode.Decompress));
        reader.ReadLine();
        var bars = new SortedDictionary<long, (double Qty, double Price)>();
        while (reader.ReadLine() is { } line)
        {
            if (row(line.Split(',')) is var (minute, qty, price) && price > 0 && qty >= 0)
            {
                bars[minute] = (qty, price);
            }
        }
        return bars.Count > 0 ? [.. bars.Select(b => (b.Key, b.Value.Qty, b.Value.Price))] : throw new InvalidDataException($"{name}: no bars in {file}.");
    }

    private static double Typical(string[] c) => (D(c[1]) + D(c[2]) + D(c[3]) + D(c[4])) / 4;

    private static double D(string s) => s.Length == 0 ? double.NaN : double.Parse(s, CultureInfo.InvariantCulture);

    private static long Minute(string s) => DateTimeOffset.Parse(s, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUnixTimeSeconds() / 60;
}

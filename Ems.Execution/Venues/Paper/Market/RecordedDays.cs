using System.Globalization;
using System.Text.RegularExpressions;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Backtesting;
using Ems.Execution.Core.Simulation.Market;

namespace Ems.Execution.Venues.Paper.Market;

/// <summary>One recorded market of one day: its source (e.g. <c>hyperliquid</c>), instrument and recording.</summary>
public sealed record RecordedDay(string Source, InstrumentId Instrument, DateOnly Day, string Part, IRecording Recording)
{
    private const int BooksLooked = 400;

    /// <summary>Its name: source, instrument, day, and a part where a day has several.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Source} {Instrument} {Day:yyyy-MM-dd}{(Part.Length > 0 ? " " + Part : "")}");

    /// <summary>
    /// The listing as the recording shows it: tick and lot are the greatest steps that all prices and sizes of its first books are
    /// multiples of; minimums are one lot, and fees are the caller's, since no recording has them.
    /// </summary>
    public Listing ListingWith(decimal makerFee, decimal takerFee)
    {
        var (tick, lot, book, books) = (0L, 0L, new RecordedBook(), 0);
        using var cursor = Recording.Open();
        while (books < BooksLooked && cursor.MoveNext())
        {
            if (cursor.Kind != RecordedKind.Book)
            {
                continue;
            }
            cursor.ReadBook(book);
            books++;
            foreach (var side in new[] { book.Bids.ToArray(), book.Asks.ToArray() })
            {
                foreach (var level in side)
                {
                    (tick, lot) = (Gcd(tick, level.Px), Gcd(lot, level.Qty));
                }
            }
        }
        if (tick == 0 || lot == 0)
        {
            throw new MarketDataFileException(Name, 0, "it has no book");
        }
        var (t, l) = ((decimal)tick / RecordingCursor.Scale, (decimal)lot / RecordingCursor.Scale);
        return new(new(Source.ToUpperInvariant()), Instrument, t, l, l, 0m, 1_000_000m, makerFee, takerFee);
    }

    /// <summary>The day as a window in its own time; null bounds are the recording's own.</summary>
    public MarketWindow Window(Listing listing, DateTimeOffset? from = null, DateTimeOffset? to = null) => MarketWindow.Of(Recording, listing, from, to);

    private static long Gcd(long a, long b) => b == 0 ? a : Gcd(b, a % b);
}

/// <summary>Every recorded day in a folder of recordings, found by the names of its files.</summary>
public static partial class RecordedDays
{
    /// <summary>What is there, by name. A folder without any gives an empty list.</summary>
    /// <exception cref="MarketDataFileException">There is no such folder.</exception>
    public static IReadOnlyList<RecordedDay> In(string root)
    {
        if (!Directory.Exists(root))
        {
            throw new MarketDataFileException(root, 0, "the folder of recordings is not there");
        }
        return [.. Directory.GetDirectories(root).SelectMany(Of).OrderBy(d => d.Name, StringComparer.Ordinal)];
    }

    private static IEnumerable<RecordedDay> Of(string folder)
    {
        var files = Directory.GetFiles(folder).Order(StringComparer.Ordinal).ToList();
        return Path.GetFileName(folder) switch
        {
            var n when n.StartsWith("standx_", StringComparison.Ordinal) => StandXEvents(files).Concat(StandXGrid(files)),
            var n when HyperliquidFolder().Match(n) is { Success: true } m => Hyperliquid(files, Date(m.Groups[1].Value)),
            var n when AsterFolder().Match(n) is { Success: true } m => Aster(files, m.Groups[1].Value, Date(m.Groups[2].Value)),
            var n when n.StartsWith("binance_raw_", StringComparison.Ordinal) => Binance(files),
            _ => [],
        };
    }

    private static IEnumerable<RecordedDay> StandXEvents(List<string> files) =>
        files.Select(f => (f, m: StandXBook().Match(Path.GetFileName(f)))).Where(x => x.m.Success).GroupBy(x => (Symbol: x.m.Groups[1].Value, Day: x.m.Groups[2].Value)).Select(g =>
            new RecordedDay("standx", Pair(g.Key.Symbol), Date(g.Key.Day), "", new CsvRecording($"standx {g.Key.Symbol} {g.Key.Day}",
                [.. g.Select(x => x.f)], new("ts_ms", "bp", "bq", "ap", "aq"),
                [.. files.Where(f => Path.GetFileName(f).StartsWith($"standx_{g.Key.Symbol}_trades_{g.Key.Day}", StringComparison.Ordinal))], new("ts_ms", "price", "qty", null),
                openLockedToTick: RecordingCursor.Scale / 10)));

    private static IEnumerable<RecordedDay> StandXGrid(List<string> files) =>
        files.Select(f => (f, m: StandXSecond().Match(Path.GetFileName(f)))).Where(x => x.m.Success)
            .Select(x => new RecordedDay("standx", Pair(x.m.Groups[1].Value), Date(x.m.Groups[2].Value), "1s", new StandXSeconds(Path.GetFileName(x.f), x.f)));

    private static IEnumerable<RecordedDay> Hyperliquid(List<string> files, DateOnly day) =>
        files.Select(f => (f, m: HyperliquidBook().Match(Path.GetFileName(f)))).Where(x => x.m.Success).Select(x => (x.f, Coin: x.m.Groups[1].Value)).Select(x =>
            new RecordedDay("hyperliquid", new($"{x.Coin}-USD"), day, "", new CsvRecording($"hyperliquid {x.Coin} {day:yyyy-MM-dd}",
                [x.f], new("exchange_timestamp", "bid_price_", "bid_size_", "ask_price_", "ask_size_"),
                [.. files.Where(f => Path.GetFileName(f) == $"trades_{x.Coin}.csv.gz")], new("exchange_timestamp", "price", "size", "side"))));

    private static IEnumerable<RecordedDay> Aster(List<string> files, string symbol, DateOnly day) =>
        files.Select(f => (f, m: AsterBook().Match(Path.GetFileName(f)))).Where(x => x.m.Success).Select(x => (x.f, Session: x.m.Groups[1].Value)).Select(x =>
            new RecordedDay("aster", Pair(symbol), day, x.Session, new CsvRecording($"aster {symbol} {day:yyyy-MM-dd} {x.Session}", [x.f],
                // One of its two writers named the columns in full.
                Header(x.f).Contains("unix_timestamp_ms", StringComparison.Ordinal) ? new("unix_timestamp_ms", "bid_price_", "bid_qty_", "ask_price_", "ask_qty_") : new("ts_ms", "bp", "bq", "ap", "aq"),
                [.. files.Where(f => Path.GetFileName(f).StartsWith($"trades_{x.Session}_", StringComparison.Ordinal))], new("unix_timestamp_ms", "price", "quantity", "side"))));

    private static IEnumerable<RecordedDay> Binance(List<string> files) =>
        files.Select(f => (f, m: BinanceFile().Match(Path.GetFileName(f)))).Where(x => x.m.Success)
            .Select(x => new RecordedDay("binance", Pair(x.m.Groups[1].Value), Date(x.m.Groups[2].Value), "", new BinanceRecording(Path.GetFileName(x.f), x.f)));

    private static string Header(string file)
    {
        using var lines = new GzipLineReader(file);
        return lines.Read() ? System.Text.Encoding.UTF8.GetString(lines.Text) : throw lines.Error("empty file");
    }

    private static InstrumentId Pair(string symbol)
    {
        var s = symbol.ToUpperInvariant();
        return new(s.Contains('-', StringComparison.Ordinal) ? s : s.EndsWith("USDT", StringComparison.Ordinal) ? $"{s[..^4]}-USDT" : s.EndsWith("USD", StringComparison.Ordinal) ? $"{s[..^3]}-USD" : s);
    }

    private static DateOnly Date(string day) => DateOnly.ParseExact(day.Replace("-", "", StringComparison.Ordinal), "yyyyMMdd", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^standx_(.+)_book_(\d{8})_.*\.csv\.gz$")]
    private static partial Regex StandXBook();
    [GeneratedRegex(@"^standx_(.+)_1s_(\d{4}-\d{2}-\d{2})\.csv\.gz$")]
    private static partial Regex StandXSecond();
    [GeneratedRegex(@"^hyperliquid_l2_(\d{8})$")]
    private static partial Regex HyperliquidFolder();
    [GeneratedRegex(@"^orderbooks_([A-Z0-9]+)\.csv\.gz$")]
    private static partial Regex HyperliquidBook();
    [GeneratedRegex(@"^aster_([a-z0-9]+)_(\d{8})$")]
    private static partial Regex AsterFolder();
    [GeneratedRegex(@"^book_([A-Z])_.*\.csv\.gz$")]
    private static partial Regex AsterBook();
    [GeneratedRegex(@"^spot_([a-z]+)_(\d{8})\.jsonl\.gz$")]
    private static partial Regex BinanceFile();
}

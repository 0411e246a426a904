using Ems.Execution.Core.Simulation.Market;

namespace Ems.Execution.Venues.Paper.Market;

/// <summary>The recordings the paper venues play, by the names their files have in the data folder (see its SOURCES.md).</summary>
internal static class RecordingSets
{
    private const string StandXFolder = "standx_btc_l2_events";
    private const string HyperliquidSeptember = "hyperliquid_l2_20250904";
    private const string HyperliquidDecember = "hyperliquid_l2_20251210";
    private const string AsterFolder = "aster_ethusdt_20251128";
    private const string BinanceFolder = "binance_raw_20240808";

    private static readonly CsvTradeNames HyperliquidTrades = new("exchange_timestamp", "price", "size", "side");

    /// <summary>StandX BTC perpetual, 24 h. Its books are bucketed to 0.1 USD, so nearly half of them arrive locked; the tape has no side.</summary>
    public static IRecording StandXBtc(string root) => new CsvRecording("StandX BTC-USD 2026-01-06",
        Files(root, StandXFolder, "standx_BTC-USD_book_*.csv.gz"), new("ts_ms", "bp", "bq", "ap", "aq"),
        Files(root, StandXFolder, "standx_BTC-USD_trades_*.csv.gz"), new("ts_ms", "price", "qty", null),
        openLockedToTick: RecordingCursor.Scale / 10);

    /// <summary>Hyperliquid perpetual of 2025-09-04, 35 min, 20 levels.</summary>
    public static IRecording HyperliquidBtc(string root) => Hyperliquid(root, HyperliquidSeptember, "BTC", "2025-09-04");
    /// <inheritdoc cref="HyperliquidBtc"/>
    public static IRecording HyperliquidSol(string root) => Hyperliquid(root, HyperliquidSeptember, "SOL", "2025-09-04");
    /// <summary>Hyperliquid perpetual of 2025-12-10, 24 min with gaps, 20 levels.</summary>
    public static IRecording HyperliquidEth(string root) => Hyperliquid(root, HyperliquidDecember, "ETH", "2025-12-10");

    /// <summary>Aster ETHUSDT, session A: 24 min with trades, 10 levels.</summary>
    public static IRecording AsterEthA(string root) => new CsvRecording("Aster ETHUSDT 2025-11-28 A",
        Files(root, AsterFolder, "book_A_*.csv.gz"), new("unix_timestamp_ms", "bid_price_", "bid_qty_", "ask_price_", "ask_qty_"),
        Files(root, AsterFolder, "trades_A_*.csv.gz"), new("unix_timestamp_ms", "price", "quantity", "side"));

    /// <summary>Aster ETHUSDT, session C: 36 min, book only.</summary>
    public static IRecording AsterEthC(string root) => new CsvRecording("Aster ETHUSDT 2025-11-28 C",
        Files(root, AsterFolder, "book_C_*.csv.gz"), new("ts_ms", "bp", "bq", "ap", "aq"),
        [], new("unix_timestamp_ms", "price", "quantity", "side"));

    /// <summary>Binance spot BTCUSDT raw frames, 344 s, books rebuilt from 100-ms diffs.</summary>
    public static IRecording BinanceSpotBtc(string root) =>
        new BinanceRecording("Binance BTCUSDT 2024-08-08", Files(root, BinanceFolder, "spot_btcusdt_*.jsonl.gz")[0]);

    /// <summary>Whether the folder has every set; the sets' files are only looked at when they are opened.</summary>
    public static bool AllIn(string root) => new[] { StandXFolder, HyperliquidSeptember, HyperliquidDecember, AsterFolder, BinanceFolder }
        .All(folder => Directory.Exists(Path.Combine(root, folder)));

    private static CsvRecording Hyperliquid(string root, string folder, string coin, string day) => new($"Hyperliquid {coin} {day}",
        Files(root, folder, $"orderbooks_{coin}.csv.gz"), new("exchange_timestamp", "bid_price_", "bid_size_", "ask_price_", "ask_size_"),
        Files(root, folder, $"trades_{coin}.csv.gz"), HyperliquidTrades);

    private static string[] Files(string root, string folder, string pattern)
    {
        var path = Path.Combine(root, folder);
        string[] files = Directory.Exists(path) ? Directory.GetFiles(path, pattern) : [];
        if (files.Length == 0)
        {
            throw new MarketDataFileException(Path.Combine(path, pattern), 0, "not found");
        }
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }
}

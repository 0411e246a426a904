using System.Buffers.Text;
using System.Text.Json;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Market;

namespace Ems.Execution.Venues.Paper.Market;

/// <summary>What a raw Binance frame is.</summary>
internal enum BinanceFrameKind { Other = 0, Snapshot, Depth, BookTicker, Trade }

/// <summary>
/// One decoded line of a raw Binance recording ("receive time in ns, blank, JSON"), reused from line to line. Field names are
/// Binance's: U first and u last update id of a diff, pu the u of the diff before (futures only).
/// </summary>
internal sealed class BinanceFrame
{
    /// <summary>Receive time, Unix milliseconds.</summary>
    public long TimeMs { get; private set; }
    public BinanceFrameKind Kind { get; private set; }
    /// <summary>U of a diff.</summary>
    public long FirstId { get; private set; }
    /// <summary>u of a diff or ticker, lastUpdateId of a snapshot.</summary>
    public long LastId { get; private set; }
    /// <summary>pu of a diff, or -1 on spot.</summary>
    public long PreviousId { get; private set; }
    /// <summary>Levels of a diff or snapshot; of a ticker its best bid.</summary>
    public List<RecordedLevel> Bids { get; } = new(1024);
    /// <summary>Levels of a diff or snapshot; of a ticker its best ask.</summary>
    public List<RecordedLevel> Asks { get; } = new(1024);
    /// <summary>The print of a trade frame.</summary>
    public RecordedTrade Trade { get; private set; }

    /// <summary>The diff, kept beyond the next line.</summary>
    public BinanceDiff CopyDiff() => new(FirstId, LastId, PreviousId, [.. Bids], [.. Asks]);

    /// <summary>Decodes a line.</summary>
    public void Decode(GzipLineReader lines)
    {
        var text = lines.Text;
        var blank = text.IndexOf((byte)' ');
        if (blank <= 0 || !Utf8Parser.TryParse(text[..blank], out long ns, out var used) || used != blank)
        {
            throw lines.Error("no receive time before the frame");
        }
        TimeMs = ns / 1_000_000;
        try
        {
            Decode(text[(blank + 1)..]);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            throw lines.Error($"no Binance frame: {e.Message}", e);
        }
    }

    private void Decode(ReadOnlySpan<byte> json)
    {
        Kind = BinanceFrameKind.Other;
        PreviousId = -1;
        Bids.Clear();
        Asks.Clear();
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("stream"u8))
            {
                reader.Read();
                Kind = KindOf(reader.ValueSpan);
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                reader.Read();
                DecodeData(ref reader);
            }
            else if (reader.ValueTextEquals("lastUpdateId"u8))
            {
                reader.Read();
                Kind = BinanceFrameKind.Snapshot;
                LastId = reader.GetInt64();
            }
            else if (reader.ValueTextEquals("bids"u8))
            {
                Levels(ref reader, Bids);
            }
            else if (reader.ValueTextEquals("asks"u8))
            {
                Levels(ref reader, Asks);
            }
            else
            {
                reader.Skip();
            }
        }
        // The reader only misses the end of a cut frame when asked to read past it.
        if (reader.CurrentDepth != 0 || reader.TokenType != JsonTokenType.EndObject)
        {
            throw new FormatException("the frame is cut.");
        }
    }

    private static BinanceFrameKind KindOf(ReadOnlySpan<byte> stream) =>
        stream.IndexOf("@depth"u8) > 0 ? BinanceFrameKind.Depth
        : stream.EndsWith("@bookTicker"u8) ? BinanceFrameKind.BookTicker
        : stream.EndsWith("@trade"u8) ? BinanceFrameKind.Trade : BinanceFrameKind.Other;

    private void DecodeData(ref Utf8JsonReader reader)
    {
        long px = 0, qty = 0, askPx = 0, askQty = 0;
        var buyerIsMaker = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan.Length == 1 ? (char)reader.ValueSpan[0] : reader.ValueTextEquals("pu"u8) ? '<' : '?';
            if (Kind == BinanceFrameKind.Depth && (name is 'b' or 'a'))
            {
                Levels(ref reader, name == 'b' ? Bids : Asks);
                continue;
            }
            reader.Read();
            switch (name)
            {
                case 'U' when Kind == BinanceFrameKind.Depth: FirstId = reader.GetInt64(); break;
                case 'u': LastId = reader.GetInt64(); break;
                case '<': PreviousId = reader.GetInt64(); break;
                case 'b' or 'p' when reader.TokenType == JsonTokenType.String: px = Number(ref reader); break;
                case 'B' or 'q' when reader.TokenType == JsonTokenType.String: qty = Number(ref reader); break;
                case 'a' when Kind == BinanceFrameKind.BookTicker: askPx = Number(ref reader); break;
                case 'A' when Kind == BinanceFrameKind.BookTicker: askQty = Number(ref reader); break;
                case 'm': buyerIsMaker = reader.GetBoolean(); break;
                default: reader.Skip(); break;
            }
        }
        if (Kind == BinanceFrameKind.BookTicker)
        {
            Bids.Add(new RecordedLevel(px, qty));
            Asks.Add(new RecordedLevel(askPx, askQty));
        }
        Trade = new RecordedTrade(px, qty, buyerIsMaker ? Side.Sell : Side.Buy);
    }

    private static void Levels(ref Utf8JsonReader reader, List<RecordedLevel> into)
    {
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartArray)
        {
            reader.Read();
            var px = Number(ref reader);
            reader.Read();
            into.Add(new RecordedLevel(px, Number(ref reader)));
            reader.Read();
        }
    }

    private static long Number(ref Utf8JsonReader reader) =>
        FixedPoint.TryParse(reader.ValueSpan, out var value) ? value : throw new FormatException("a price or size is no number.");
}

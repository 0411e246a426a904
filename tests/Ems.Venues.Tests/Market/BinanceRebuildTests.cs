using Ems.Execution.Core.Simulation.Market;
using Ems.Execution.Venues.Paper.Market;

namespace Ems.Venues.Tests.Market;

public sealed class BinanceRebuildTests
{
    [Theory]
    [InlineData("spot_btcusdt_20240808.jsonl.gz", 564)]
    [InlineData("usdm_btcusdt_20240808.jsonl.gz", 629)]
    [InlineData("cm_btcusd_perp_20240808.jsonl.gz", 1124)]
    public void Where_a_ticker_has_the_id_of_a_diff_the_rebuilt_touch_is_equal_in_price_and_size(string file, int expected)
    {
        using var lines = new GzipLineReader(Path.Combine(Recordings.Root, "binance_raw_20240808", file));
        var frame = new BinanceFrame();
        var book = new BinanceBook();
        var rebuilt = new RecordedBook();
        var early = new List<BinanceDiff>();
        var tickers = new Dictionary<long, (RecordedLevel Bid, RecordedLevel Ask)>();
        var compared = 0;
        while (lines.Read())
        {
            frame.Decode(lines);
            switch (frame.Kind)
            {
                case BinanceFrameKind.Snapshot:
                    book.Load(frame);
                    early.ForEach(d => book.Update(d));
                    break;
                case BinanceFrameKind.Depth when !book.HasSnapshot:
                    early.Add(frame.CopyDiff());
                    break;
                case BinanceFrameKind.Depth:
                    book.Update(frame).ShouldBe(BinanceSync.Applied, $"line {lines.Line}");
                    book.CopyTo(rebuilt);
                    rebuilt.Bids[0].Px.ShouldBeLessThan(rebuilt.Asks[0].Px);
                    if (tickers.TryGetValue(frame.LastId, out var ticker))
                    {
                        (rebuilt.Bids[0], rebuilt.Asks[0]).ShouldBe(ticker, $"line {lines.Line}");
                        compared++;
                    }
                    break;
                case BinanceFrameKind.BookTicker:
                    // The ticker of an id may come before or after the diff that ends with it.
                    tickers[frame.LastId] = (frame.Bids[0], frame.Asks[0]);
                    if (book.LastId == frame.LastId && rebuilt.IsTwoSided)
                    {
                        (rebuilt.Bids[0], rebuilt.Asks[0]).ShouldBe(tickers[frame.LastId], $"line {lines.Line}");
                        compared++;
                    }
                    break;
            }
        }
        compared.ShouldBe(expected);
    }

    [Fact]
    public void A_diff_that_was_dropped_is_a_gap_and_changes_nothing()
    {
        var book = Synced();

        book.Update(new BinanceDiff(205, 206, -1, [new(100, 9)], [])).ShouldBe(BinanceSync.Gap);

        Touch(book).ShouldBe((new RecordedLevel(100, 2), new RecordedLevel(101, 3)));
        book.LastId.ShouldBe(203);
    }

    [Fact]
    public void A_diff_that_comes_twice_or_too_late_is_left_out()
    {
        var book = Synced();

        book.Update(new BinanceDiff(201, 203, -1, [new(100, 9)], [])).ShouldBe(BinanceSync.TooOld);

        Touch(book).Bid.ShouldBe(new RecordedLevel(100, 2));
    }

    [Fact]
    public void On_futures_the_previous_id_decides_whatever_the_first_id_says()
    {
        var book = new BinanceBook();
        book.Load(200, [new(100, 1)], [new(101, 1)]);
        book.Update(new BinanceDiff(150, 210, 140, [], [])).ShouldBe(BinanceSync.Applied);

        book.Update(new BinanceDiff(300, 310, 209, [], [])).ShouldBe(BinanceSync.Gap);
        book.Update(new BinanceDiff(300, 310, 210, [], [])).ShouldBe(BinanceSync.Applied);
    }

    [Fact]
    public void A_first_diff_that_starts_after_the_snapshot_is_a_gap()
    {
        var book = new BinanceBook();
        book.Load(200, [new(100, 1)], [new(101, 1)]);

        book.Update(new BinanceDiff(202, 205, -1, [], [])).ShouldBe(BinanceSync.Gap);
    }

    [Fact]
    public void A_recording_with_a_gap_ends_in_an_error_that_names_the_line()
    {
        var file = Recordings.Gzip("""
            1000000000 {"lastUpdateId":200,"bids":[["100.0","1"]],"asks":[["101.0","1"]]}
            1100000000 {"stream":"x@depth@100ms","data":{"U":199,"u":201,"b":[["100.0","2"]],"a":[]}}
            1200000000 {"stream":"x@depth@100ms","data":{"U":203,"u":204,"b":[],"a":[]}}
            """);
        using var cursor = new BinanceRecording("x", file).Open();
        cursor.MoveNext().ShouldBeTrue();

        var error = Should.Throw<MarketDataFileException>(() => cursor.MoveNext());

        error.Message.ShouldBe($"{file}, line 3: a depth diff is missing before U=203: the book stands at u=201");
    }

    [Fact]
    public void A_frame_that_was_cut_is_named_by_its_line()
    {
        var file = Recordings.Gzip("""
            1000000000 {"lastUpdateId":200,"bids":[["100.0","1"]],"asks":[["101.0","1"]]}
            1100000000 {"stream":"x@depth@100ms","data":{"U":199,"u":201,"b":[["100.0","2"]],
            """);
        using var cursor = new BinanceRecording("x", file).Open();

        Should.Throw<MarketDataFileException>(() => cursor.MoveNext()).Line.ShouldBe(2);
    }

    private static BinanceBook Synced()
    {
        var book = new BinanceBook();
        book.Load(200, [new(100, 1)], [new(101, 3)]);
        book.Update(new BinanceDiff(199, 203, -1, [new(100, 2)], [])).ShouldBe(BinanceSync.Applied);
        return book;
    }

    private static (RecordedLevel Bid, RecordedLevel Ask) Touch(BinanceBook book)
    {
        var copy = new RecordedBook();
        book.CopyTo(copy);
        return (copy.Bids[0], copy.Asks[0]);
    }
}

using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Market;
using Ems.Execution.Venues.Paper.Market;

namespace Ems.Venues.Tests.Market;

public sealed class CsvRecordingTests
{
    private const string Header = "ts_ms,bp0,bq0,bp1,bq1,ap0,aq0,ap1,aq1\n";
    private const string Row = "1000,100.0,1,99.9,2,100.1,3,100.2,4\n";
    private static readonly CsvBookNames BookNames = new("ts_ms", "bp", "bq", "ap", "aq");
    private static readonly CsvTradeNames TradeNames = new("ts_ms", "price", "qty", "side");

    [Fact]
    public void Books_and_trades_are_merged_by_time_and_a_trade_comes_before_the_book_it_made()
    {
        var recording = new CsvRecording("x", [Recordings.Gzip(Header + Row + Row.Replace("1000,", "2000,"))], BookNames,
            [Recordings.Gzip("ts_ms,price,qty,side\n1500,100.1,0.5,buy\n2000,100.0,1e-05,sell\n")], TradeNames);
        using var cursor = recording.Open();
        var seen = new List<string>();
        var book = new RecordedBook();
        while (cursor.MoveNext())
        {
            if (cursor.Kind == RecordedKind.Book)
            {
                cursor.ReadBook(book);
                seen.Add($"{cursor.TimeMs} book {book.Bids.Length}x{book.Asks.Length} {book.Bids[1].Px} {book.Asks[1].Qty}");
            }
            else
            {
                seen.Add($"{cursor.TimeMs} {cursor.ReadTrade()}");
            }
        }

        seen.ShouldBe([
            "1000 book 2x2 9990000000 400000000",
            $"1500 {new RecordedTrade(10_010_000_000, 50_000_000, Side.Buy)}",
            $"2000 {new RecordedTrade(10_000_000_000, 1_000, Side.Sell)}",
            "2000 book 2x2 9990000000 400000000"]);
    }

    [Theory]
    [InlineData("ts_ms,bp0,bq0,ap0\n", 1, "no column 'aq0'")]
    [InlineData(Header + "1000,100.0,x,99.9,2,100.1,3,100.2,4\n", 2, "field 3 is no number")]
    [InlineData(Header + Row + "1001,100.0,1,99.9\n", 3, "4 fields instead of 9")]
    [InlineData(Header + Row + "soon,100.0,1,99.9,2,100.1,3,100.2,4\n", 3, "no time in milliseconds")]
    [InlineData(Header + "1000,100.0,1,100.0,2,100.1,3,100.2,4\n", 2, "level 1 is not behind level 0")]
    [InlineData(Header + "1000,-100.0,1,99.9,2,100.1,3,100.2,4\n", 2, "field 2 is no number")]
    [InlineData(Header + "1000,NaN,1,99.9,2,100.1,3,100.2,4\n", 2, "field 2 is no number")]
    [InlineData(Header + "1000,99999999999999.0,1,99.9,2,100.1,3,100.2,4\n", 2, "field 2 is no number")]
    public void A_bad_row_is_named_by_file_line_and_reason(string text, int line, string reason)
    {
        var file = Recordings.Gzip(text);

        var error = Should.Throw<MarketDataFileException>(() => ReadAll(file));

        error.Message.ShouldStartWith($"{file}, line {line}: ");
        error.Message.ShouldContain(reason);
        error.Message.ShouldNotContain("\n");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(9)]
    [InlineData(300)]
    public void A_truncated_file_is_one_clear_error_wherever_the_cut_is(int cutBytes)
    {
        var text = Header + string.Concat(Enumerable.Range(0, 5_000).Select(i => Row.Replace("1000,", $"{1000 + i},").Replace(",3,", $",{i * 7919 % 1000 + 1},")));
        var file = Recordings.Gzip(text, cutBytes);

        var error = Should.Throw<MarketDataFileException>(() => ReadAll(file));

        error.Message.ShouldStartWith($"{file}, line ");
        error.Message.ShouldContain("corrupt or truncated gzip");
    }

    [Fact]
    public void A_file_that_is_no_gzip_and_one_that_is_not_there_are_named()
    {
        var file = Recordings.Gzip(Header);
        File.WriteAllText(file, Header + Row);
        Should.Throw<MarketDataFileException>(() => ReadAll(file)).Message.ShouldContain("corrupt or truncated gzip");

        File.Delete(file);
        Should.Throw<MarketDataFileException>(() => ReadAll(file)).Message.ShouldBe($"{file}: not found");
    }

    [Fact]
    public void StandX_books_are_never_locked_after_reading_and_its_day_is_whole()
    {
        var survey = Recordings.Surveyed.Plans.First(p => p.Recording.Name.StartsWith("StandX", StringComparison.Ordinal)).Survey;
        survey.Books.ShouldBe(132_663 + 128_807);
        survey.Trades.ShouldBeGreaterThan(160_000);
        // Three of its 24 hours are silences of more than two seconds, which the replay cuts.
        TimeSpan.FromMilliseconds(survey.LengthMs).TotalHours.ShouldBe(20.76, 0.01);

        using var cursor = RecordingSets.StandXBtc(Recordings.Root).Open();
        var book = new RecordedBook();
        for (var i = 0; i < 20_000 && cursor.MoveNext(); i++)
        {
            if (cursor.Kind == RecordedKind.Book)
            {
                cursor.ReadBook(book);
                (book.Asks[0].Px - book.Bids[0].Px).ShouldBeGreaterThanOrEqualTo(RecordingCursor.Scale / 10);
            }
        }
    }

    [Fact]
    public void The_first_rows_of_every_set_are_what_the_files_say()
    {
        var root = Recordings.Root;

        First(RecordingSets.HyperliquidBtc(root)).ShouldBe("1757015216253 109755 x 3.24457 | 109756 x 15.17236, 20 levels");
        First(RecordingSets.HyperliquidSol(root)).ShouldBe("1757015216253 202.22 x 2054.51 | 202.23 x 95.1, 20 levels");
        First(RecordingSets.HyperliquidEth(root)).ShouldBe("1765401034637 3330.8 x 1.1867 | 3330.9 x 140.2462, 20 levels");
        First(RecordingSets.AsterEthA(root)).ShouldBe("1764326046083 3054.2 x 200.128 | 3054.3 x 34.171, 10 levels");
        First(RecordingSets.AsterEthC(root)).ShouldBe("1764329994633 3028.8 x 0.039 | 3028.9 x 310.803, 10 levels");
        First(RecordingSets.StandXBtc(root)).ShouldBe("1767657600940 93869.5 x 0.0002 | 93869.8 x 0.0001, 10 levels");
    }

    private static string First(IRecording recording)
    {
        using var cursor = recording.Open();
        while (cursor.MoveNext() && cursor.Kind != RecordedKind.Book)
        {
        }
        var book = new RecordedBook();
        cursor.ReadBook(book);
        return $"{cursor.TimeMs} {Text(book.Bids[0])} | {Text(book.Asks[0])}, {book.Bids.Length} levels";

        static string Text(RecordedLevel l) => $"{l.Px / 1e8m:0.########} x {l.Qty / 1e8m:0.########}";
    }

    private static void ReadAll(string file)
    {
        using var cursor = new CsvRecording("x", [file], BookNames, [], TradeNames).Open();
        var book = new RecordedBook();
        while (cursor.MoveNext())
        {
            cursor.ReadBook(book);
        }
    }
}

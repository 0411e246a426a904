using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Market;

namespace Ems.Execution.Tests.Simulation.Market;

public sealed class ReplayTests
{
    private static readonly (decimal, decimal)[] Bid = [(100m, 1m)], Ask = [(101m, 1m)];

    [Fact]
    public void A_long_silence_is_cut_to_two_seconds_and_what_traded_inside_the_cut_is_left_out()
    {
        var rows = Play(
            MemoryRow.Book(1_000, Bid, Ask),
            MemoryRow.Trade(1_500, 101m, 1m, Side.Buy),
            MemoryRow.Trade(60_000, 105m, 1m, Side.Buy),
            MemoryRow.Book(109_000, Bid, Ask),
            MemoryRow.Trade(109_100, 100m, 1m, Side.Sell));

        rows.ShouldBe([(0, RecordedKind.Book), (500, RecordedKind.Trade), (2_000, RecordedKind.Book), (2_100, RecordedKind.Trade)]);
    }

    [Fact]
    public void Trades_before_the_first_book_are_left_out() => Play(
        MemoryRow.Trade(900, 100m, 1m, Side.Sell), MemoryRow.Book(1_000, Bid, Ask)).ShouldBe([(0, RecordedKind.Book)]);

    [Fact]
    public void A_clock_that_steps_back_stands_still_instead() => Play(
        MemoryRow.Book(1_000, Bid, Ask), MemoryRow.Book(900, Bid, Ask), MemoryRow.Book(1_100, Bid, Ask))
        .ShouldBe([(0, RecordedKind.Book), (0, RecordedKind.Book), (100, RecordedKind.Book)]);

    [Theory]
    [InlineData(100.6, Side.Buy)]
    [InlineData(100.4, Side.Sell)]
    [InlineData(99.0, Side.Sell)]
    public void A_print_without_a_side_gets_it_from_the_quotes_before_it(decimal px, Side expected)
    {
        using var replay = new Replay(new MemoryRecording(MemoryRow.Book(1_000, Bid, Ask), MemoryRow.Trade(1_001, px, 1m, Side.None)));
        var book = new RecordedBook();
        replay.MoveNext();
        replay.ReadBook(book);
        replay.MoveNext();

        replay.ReadTrade(book).Aggressor.ShouldBe(expected);
    }

    [Fact]
    public void A_print_at_the_middle_repeats_the_side_before_it()
    {
        using var replay = new Replay(new MemoryRecording(
            MemoryRow.Book(1_000, Bid, Ask), MemoryRow.Trade(1_001, 100m, 1m, Side.None), MemoryRow.Trade(1_002, 100.5m, 1m, Side.None)));
        var book = new RecordedBook();
        replay.MoveNext();
        replay.ReadBook(book);
        replay.MoveNext();
        replay.ReadTrade(book);
        replay.MoveNext();

        replay.ReadTrade(book).Aggressor.ShouldBe(Side.Sell);
    }

    [Fact]
    public void A_locked_or_crossed_book_is_opened_to_one_tick_and_keeps_its_size()
    {
        var book = new RecordedBook();
        book.Add(Side.Buy, 1_000, 5);
        book.Add(Side.Sell, 990, 1);
        book.Add(Side.Sell, 1_000, 2);
        book.Add(Side.Sell, 1_010, 3);
        book.Add(Side.Sell, 1_020, 4);

        book.OpenToOneTick(10);

        book.Bids.ToArray().ShouldBe([new RecordedLevel(1_000, 5)]);
        book.Asks.ToArray().ShouldBe([new RecordedLevel(1_010, 6), new RecordedLevel(1_020, 4)]);
    }

    [Fact]
    public void The_survey_counts_length_volume_and_a_mean_that_does_not_look_ahead()
    {
        var survey = RecordingSurvey.Of(new MemoryRecording(
            MemoryRow.Book(0, Bid, Ask), MemoryRow.Trade(400, 101m, 2m, Side.Buy), MemoryRow.Book(600, [(110m, 1m)], [(111m, 1m)]),
            MemoryRow.Book(1_200, Bid, Ask), MemoryRow.Trade(1_300, 101m, 3m, Side.Buy)));

        survey.LengthMs.ShouldBe(1_500);
        survey.Mids.Count.ShouldBe(6);
        survey.Mids[2].ShouldBe(100.5, 1e-9);
        survey.Mids[3].ShouldBeGreaterThan(102);
        survey.Volume(0, 1_500 * 4).ShouldBe(20, 1e-9);
    }

    private static List<(long, RecordedKind)> Play(params MemoryRow[] rows)
    {
        using var replay = new Replay(new MemoryRecording(rows));
        var seen = new List<(long, RecordedKind)>();
        while (replay.MoveNext())
        {
            seen.Add((replay.AtMs, replay.Kind));
        }
        return seen;
    }
}

using Ems.Execution.Core.Simulation.Market;

namespace Ems.Execution.Venues.Paper.Market;

/// <summary>
/// Book files and trade files of one instrument, merged by time. A trade comes before a book of the same millisecond: the book
/// shows what the trade left. <paramref name="openLockedToTick"/> (1e-8 units, 0 for off) opens books whose sides touch.
/// </summary>
internal sealed class CsvRecording(
    string name, IReadOnlyList<string> bookFiles, CsvBookNames bookNames,
    IReadOnlyList<string> tradeFiles, CsvTradeNames tradeNames, long openLockedToTick = 0) : IRecording
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public RecordingCursor Open() => new Cursor(
        new CsvRows(bookFiles, l => CsvColumns.Book(l, bookNames)),
        new CsvRows(tradeFiles, l => CsvColumns.Trade(l, tradeNames)), openLockedToTick);

    private sealed class Cursor(CsvRows books, CsvRows trades, long tick) : RecordingCursor
    {
        public override bool MoveNext()
        {
            if (Kind != RecordedKind.Trade)
            {
                books.Read();
            }
            if (Kind != RecordedKind.Book)
            {
                trades.Read();
            }
            Kind = trades.TimeMs <= books.TimeMs ? RecordedKind.Trade : RecordedKind.Book;
            TimeMs = Math.Min(trades.TimeMs, books.TimeMs);
            return TimeMs != long.MaxValue;
        }

        public override void ReadBook(RecordedBook into)
        {
            books.ReadBook(into);
            if (tick > 0)
            {
                into.OpenToOneTick(tick);
            }
        }

        public override RecordedTrade ReadTrade() => trades.ReadTrade();

        protected override void Dispose(bool disposing)
        {
            books.Dispose();
            trades.Dispose();
        }
    }
}

using Ems.Execution.Core.Simulation.Market;

namespace Ems.Execution.Venues.Paper.Market;

/// <summary>
/// Raw Binance frames (diffs, one snapshot, tickers, trades) as a recording: books rebuilt by <see cref="BinanceBook"/>, at
/// most one per <see cref="MinBookMs"/>. A sequence gap ends in an error that names the line: a recording has no second
/// snapshot to resync from.
/// </summary>
internal sealed class BinanceRecording(string name, string file) : IRecording
{
    /// <summary>Least time between books, milliseconds.</summary>
    public const long MinBookMs = 90;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public RecordingCursor Open() => new Cursor(file);

    private sealed class Cursor(string file) : RecordingCursor
    {
        private readonly GzipLineReader lines = new(file);
        private readonly BinanceFrame frame = new();
        private readonly BinanceBook book = new();
        private readonly List<BinanceDiff> early = [];
        private long lastBookMs = long.MinValue / 2;

        public override bool MoveNext()
        {
            while (lines.Read())
            {
                frame.Decode(lines);
                switch (frame.Kind)
                {
                    case BinanceFrameKind.Snapshot:
                        book.Load(frame);
                        ApplyEarly();
                        break;
                    case BinanceFrameKind.Depth when !book.HasSnapshot:
                        early.Add(frame.CopyDiff());
                        break;
                    case BinanceFrameKind.Depth:
                        Check(book.Update(frame));
                        if (frame.TimeMs - lastBookMs >= MinBookMs)
                        {
                            lastBookMs = frame.TimeMs;
                            return Row(RecordedKind.Book);
                        }
                        break;
                    case BinanceFrameKind.Trade when book.HasSnapshot:
                        return Row(RecordedKind.Trade);
                }
            }
            return book.HasSnapshot ? false : throw lines.Error("no snapshot in the whole file");
        }

        public override void ReadBook(RecordedBook into) => book.CopyTo(into);

        public override RecordedTrade ReadTrade() => frame.Trade;

        protected override void Dispose(bool disposing) => lines.Dispose();

        private bool Row(RecordedKind kind)
        {
            Kind = kind;
            TimeMs = frame.TimeMs;
            return true;
        }

        // Diffs that came before the snapshot was answered.
        private void ApplyEarly()
        {
            foreach (var diff in early)
            {
                Check(book.Update(diff));
            }
            early.Clear();
        }

        private void Check(BinanceSync result)
        {
            if (result == BinanceSync.Gap)
            {
                throw lines.Error($"a depth diff is missing before U={frame.FirstId}: the book stands at u={book.LastId}");
            }
        }
    }
}

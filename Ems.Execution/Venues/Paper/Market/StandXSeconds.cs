using System.Globalization;
using System.Text;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Market;

namespace Ems.Execution.Venues.Paper.Market;

/// <summary>
/// StandX on a one-second grid: the last book of each second as distances in ticks of 0.1 USD, and the second's volume by taker side. A
/// second's trades come before its book and print at the touch of the book before.
/// </summary>
internal sealed class StandXSeconds(string name, string file) : IRecording
{
    private const long TickFixed = RecordingCursor.Scale / 10, LotFixed = RecordingCursor.Scale / 10_000;
    private const int LevelsInFile = 10;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public RecordingCursor Open() => new Cursor(file);

    private sealed class Cursor : RecordingCursor
    {
        private readonly GzipLineReader lines;
        private readonly Dictionary<string, int> columns;
        private readonly Queue<RecordedTrade> trades = new();
        private string[] fields = [];
        private long bid, ask;
        private RecordedTrade trade;
        private bool bookPending;

        public Cursor(string file)
        {
            lines = new GzipLineReader(file);
            if (!lines.Read())
            {
                throw lines.Error("empty file");
            }
            columns = Encoding.UTF8.GetString(lines.Text).Split(',').Select((c, i) => (c, i)).ToDictionary(x => x.c, x => x.i);
            foreach (var needed in new[] { "sec", "bb", "ba", "bq0", "aq0", "vbuy", "vsell" }.Where(c => !columns.ContainsKey(c)))
            {
                throw lines.Error($"no column '{needed}'");
            }
        }

        public override bool MoveNext()
        {
            if (trades.TryDequeue(out trade))
            {
                Kind = RecordedKind.Trade;
                return true;
            }
            if (bookPending)
            {
                bookPending = false;
                Kind = RecordedKind.Book;
                return true;
            }
            if (!lines.Read())
            {
                return false;
            }
            fields = Encoding.UTF8.GetString(lines.Text).Split(',');
            TimeMs = (Number("sec") ?? throw lines.Error("no time")) * 1_000;
            if (bid > 0)
            {
                Print("vbuy", ask, Side.Buy);
                Print("vsell", bid, Side.Sell);
            }
            if (Number("bb") is { } b && Number("ba") is { } a)
            {
                // Its books are bucketed to one tick, so nearly half of them look locked.
                (bid, ask, bookPending) = (b, Math.Max(a, b + 1), true);
            }
            return MoveNext();
        }

        public override void ReadBook(RecordedBook into)
        {
            into.Clear();
            for (var i = 0; i < LevelsInFile; i++)
            {
                var (down, up) = (i == 0 ? 0 : Number($"db{i}"), i == 0 ? 0 : Number($"da{i}"));
                if (down is { } d && Number($"bq{i}") is { } bq)
                {
                    into.Add(Side.Buy, (bid - d) * TickFixed, bq * LotFixed);
                }
                if (up is { } u && Number($"aq{i}") is { } aq)
                {
                    into.Add(Side.Sell, (ask + u) * TickFixed, aq * LotFixed);
                }
            }
        }

        public override RecordedTrade ReadTrade() => trade;

        protected override void Dispose(bool disposing) => lines.Dispose();

        private void Print(string column, long px, Side aggressor)
        {
            if (Number(column) is { } lots and > 0)
            {
                trades.Enqueue(new(px * TickFixed, lots * LotFixed, aggressor));
            }
        }

        private long? Number(string column)
        {
            if (!columns.TryGetValue(column, out var i) || i >= fields.Length || fields[i].Length == 0)
            {
                return null;
            }
            return double.TryParse(fields[i], NumberStyles.Float, CultureInfo.InvariantCulture, out var v) && v is >= 0 and < 1e15
                ? (long)Math.Round(v) : throw lines.Error($"'{fields[i]}' is no number in column '{column}'");
        }
    }
}

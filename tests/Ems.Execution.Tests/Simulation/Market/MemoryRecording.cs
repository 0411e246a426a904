using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Market;

namespace Ems.Execution.Tests.Simulation.Market;

/// <summary>A recording written in the test: prices and sizes in plain units, times in milliseconds.</summary>
internal sealed class MemoryRecording(params MemoryRow[] rows) : IRecording
{
    public string Name => "memory";

    public RecordingCursor Open() => new Cursor(rows);

    /// <summary>A book of three levels a side around a mid, one row per <paramref name="everyMs"/>; the mid walks by seeded steps.</summary>
    public static MemoryRecording Walk(int books, long everyMs, decimal startMid, decimal step, decimal halfSpread, ulong seed)
    {
        var mid = startMid;
        var rows = new List<MemoryRow>();
        for (var i = 0; i < books; i++)
        {
            mid += step * (SeededRandom.Unit(seed, 1, i) < 0.5 ? -1 : 1);
            rows.Add(MemoryRow.Book(1_000_000 + i * everyMs,
                [(mid - halfSpread, 1m + i % 3), (mid - 2 * halfSpread, 2m), (mid - 5 * halfSpread, 3m)],
                [(mid + halfSpread, 1m), (mid + 2 * halfSpread, 2m), (mid + 5 * halfSpread, 3m)]));
            rows.Add(MemoryRow.Trade(1_000_000 + i * everyMs + everyMs / 2, mid + halfSpread, 0.5m, Side.Buy));
        }
        return new MemoryRecording([.. rows]);
    }

    private sealed class Cursor(MemoryRow[] rows) : RecordingCursor
    {
        private int at = -1;

        public override bool MoveNext()
        {
            if (++at >= rows.Length)
            {
                return false;
            }
            (TimeMs, Kind) = (rows[at].TimeMs, rows[at].Kind);
            return true;
        }

        public override void ReadBook(RecordedBook into)
        {
            into.Clear();
            foreach (var (px, qty) in rows[at].Bids)
            {
                into.Add(Side.Buy, Fixed(px), Fixed(qty));
            }
            foreach (var (px, qty) in rows[at].Asks)
            {
                into.Add(Side.Sell, Fixed(px), Fixed(qty));
            }
        }

        public override RecordedTrade ReadTrade() => new(Fixed(rows[at].Bids[0].Px), Fixed(rows[at].Bids[0].Qty), rows[at].Aggressor);

        private static long Fixed(decimal value) => (long)(value * Scale);
    }
}

internal sealed record MemoryRow(long TimeMs, RecordedKind Kind, (decimal Px, decimal Qty)[] Bids, (decimal Px, decimal Qty)[] Asks, Side Aggressor)
{
    public static MemoryRow Book(long timeMs, (decimal, decimal)[] bids, (decimal, decimal)[] asks) => new(timeMs, RecordedKind.Book, bids, asks, Side.None);

    public static MemoryRow Trade(long timeMs, decimal px, decimal qty, Side aggressor) => new(timeMs, RecordedKind.Trade, [(px, qty)], [], aggressor);
}

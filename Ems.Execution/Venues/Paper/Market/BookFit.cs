using Ems.Execution.Core.Simulation.Market;

namespace Ems.Execution.Venues.Paper.Market;

/// <summary>Figures of one recording's book, gathered book by book.</summary>
internal sealed class BookFit
{
    private const int SpreadSlices = 50, IntervalSlices = 20, MinSample = 100;

    private readonly List<double> spreads = [];
    private readonly List<double> intervals = [];
    private readonly List<double>[] sizes = [.. Enumerable.Range(0, BookShaper.Depth).Select(_ => new List<double>())];
    private readonly Moments gaps = new();
    private readonly Moments deviations = new();
    private readonly Life spreadLife = new(), touchLife = new(), levelLife = new();
    private readonly RecordedBook last = new();
    private Ema mean = new(RecordingSurvey.EmaTauMs);
    private long lastAt = -1;

    /// <summary>Takes the next book, at a time on the replay clock.</summary>
    public void Add(long at, RecordedBook book)
    {
        if (!book.IsTwoSided)
        {
            return;
        }
        mean.Update(at, book.Mid);
        deviations.Add((book.Mid / mean.Value - 1) * 1e4);
        spreads.Add((book.Asks[0].Px - book.Bids[0].Px) / book.Mid * 1e4);
        AddSide(book.Bids, book.Mid);
        AddSide(book.Asks, book.Mid);
        if (lastAt >= 0)
        {
            intervals.Add(at - lastAt);
            Compare(book, (at - lastAt) / 1000.0);
        }
        lastAt = at;
        last.CopyFrom(book);
    }

    /// <summary>The figures, sizes times <paramref name="sizeScale"/>.</summary>
    public FittedStream ToStream(RecordedStreamPlan plan, FittedTape tape)
    {
        var interval = intervals.Average() / 1000;
        var correlation = Math.Clamp(deviations.NeighbourCorrelation, 0.05, 0.99);
        return new FittedStream(plan.Venue, plan.Instrument, plan.Recording.Name,
            Moments.Slices(spreads, SpreadSlices), spreadLife.Seconds, Moments.Slices(intervals, IntervalSlices),
            [.. sizes.TakeWhile(s => s.Count >= MinSample).Select(s => Moments.LogNormal(s, plan.SizeScale))], Moments.Round(gaps.Mean),
            touchLife.Seconds, levelLife.Seconds, Moments.Round(deviations.Sd), Moments.Round(-interval / Math.Log(correlation)), tape);
    }

    private void AddSide(ReadOnlySpan<RecordedLevel> side, double mid)
    {
        for (var i = 0; i < Math.Min(side.Length, sizes.Length); i++)
        {
            sizes[i].Add(side[i].Qty / (double)RecordingCursor.Scale);
        }
        if (side.Length > 1)
        {
            gaps.Add(Math.Abs(side[^1].Px - side[0].Px) / mid * 1e4 / (side.Length - 1));
        }
    }

    private void Compare(RecordedBook book, double seconds)
    {
        spreadLife.Add(seconds, book.Asks[0].Px - book.Bids[0].Px != last.Asks[0].Px - last.Bids[0].Px);
        CompareSide(book.Bids, last.Bids, seconds);
        CompareSide(book.Asks, last.Asks, seconds);
    }

    // Only levels at a price that both books show: a level that came or went is a move, not a change of size.
    private void CompareSide(ReadOnlySpan<RecordedLevel> now, ReadOnlySpan<RecordedLevel> before, double seconds)
    {
        for (var i = 0; i < now.Length; i++)
        {
            foreach (var old in before)
            {
                if (old.Px == now[i].Px)
                {
                    (i == 0 ? touchLife : levelLife).Add(seconds, old.Qty != now[i].Qty);
                    break;
                }
            }
        }
    }

    /// <summary>Mean life of something seen at intervals: time watched over changes seen.</summary>
    private sealed class Life
    {
        private double watched;
        private long changes;

        public double Seconds => Moments.Round(watched / Math.Max(1, changes));

        public void Add(double seconds, bool changed)
        {
            watched += seconds;
            changes += changed ? 1 : 0;
        }
    }
}

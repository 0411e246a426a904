using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Simulation.Market;

namespace Ems.Venues.Tests.Market;

/// <summary>What a stretch of one instrument's market looks like over its venues.</summary>
internal sealed class MarketStatistics
{
    private MarketStatistics(IReadOnlyList<BookEvent>[] books) => Books = books;

    /// <summary>Books per venue.</summary>
    public IReadOnlyList<BookEvent>[] Books { get; }
    /// <summary>Share of time in which the best bid over the venues lies above the best ask.</summary>
    public double CrossedShare { get; private set; }
    /// <summary>Root mean square of the difference between two venues' mids, the greatest over the pairs, basis points.</summary>
    public double BasisBps { get; private set; }

    public static MarketStatistics Of(IMarketSource source, IEnumerable<Listing> listings, DateTimeOffset start, TimeSpan span)
    {
        var statistics = new MarketStatistics([.. listings.Select(l => source.Events(l.Venue, l.Instrument, start)
            .TakeWhile(e => e.Time < start + span).OfType<BookEvent>().ToList())]);
        statistics.Compare();
        return statistics;
    }

    public static double Mid(BookEvent b) => (double)(b.Bids[0].Px + b.Asks[0].Px) / 2;

    private void Compare()
    {
        var merged = Books.SelectMany((books, venue) => books.Select(book => (venue, book))).OrderBy(x => x.book.Time).ToList();
        var latest = new BookEvent?[Books.Length];
        var squares = new double[Books.Length, Books.Length];
        double crossed = 0, all = 0;
        for (var i = 0; i + 1 < merged.Count; i++)
        {
            latest[merged[i].venue] = merged[i].book;
            var ms = (merged[i + 1].book.Time - merged[i].book.Time).TotalMilliseconds;
            if (latest.Any(b => b is null))
            {
                continue;
            }
            all += ms;
            crossed += latest.Max(b => b!.Bids[0].Px) > latest.Min(b => b!.Asks[0].Px) ? ms : 0;
            for (var a = 0; a < latest.Length; a++)
            {
                for (var b = 0; b < a; b++)
                {
                    squares[a, b] += ms * Math.Pow((Mid(latest[a]!) / Mid(latest[b]!) - 1) * 1e4, 2);
                }
            }
        }
        CrossedShare = crossed / all;
        BasisBps = Math.Sqrt(squares.Cast<double>().Max() / all);
    }
}

using Ems.Execution.Core.Simulation.Market;

namespace Ems.Execution.Tests.Simulation.Market;

/// <summary>Share of time in which the best bid over several venues lies above the best ask.</summary>
internal static class CrossedShare
{
    public static double Of(params IReadOnlyList<BookEvent>[] venues)
    {
        var merged = venues.SelectMany((books, venue) => books.Select(book => (venue, book))).OrderBy(x => x.book.Time).ToList();
        var latest = new BookEvent?[venues.Length];
        double crossed = 0, all = 0;
        for (var i = 0; i + 1 < merged.Count; i++)
        {
            latest[merged[i].venue] = merged[i].book;
            var ms = (merged[i + 1].book.Time - merged[i].book.Time).TotalMilliseconds;
            if (latest.All(b => b is not null))
            {
                all += ms;
                crossed += latest.Max(b => b!.Bids[0].Px) > latest.Min(b => b!.Asks[0].Px) ? ms : 0;
            }
        }
        return crossed / all;
    }
}

using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.MarketData;

/// <summary>
/// Which way the books lean: what waits near the touch on one side against the other. The price tends to move towards the thinner side
/// within the next second or so (Cont, Kukanov and Stoikov 2014; measured on recordings in docs/execution-quality.md); beyond some
/// seconds it says nothing.
/// </summary>
public static class BookPressure
{
    /// <summary>Levels of each book that count; the touch alone flickers.</summary>
    private const int Levels = 5;

    /// <summary>
    /// From -1 to 1 for an order of <paramref name="side"/>: above 0 its own side is the heavier one and the price is likelier to run away
    /// from it, below 0 likelier to come to it. 0 without a two-sided book.
    /// </summary>
    public static decimal Against(IReadOnlyList<BookSnapshot> books, Side side)
    {
        var (own, other) = (0m, 0m);
        for (var i = 0; i < books.Count; i++)
        {
            own += Near(books[i].Own(side));
            other += Near(books[i].Opposite(side));
        }
        return own > 0m && other > 0m ? (own - other) / (own + other) : 0m;
    }

    private static decimal Near(IReadOnlyList<BookLevel> levels)
    {
        var sum = 0m;
        for (var i = 0; i < levels.Count && i < Levels; i++)
        {
            sum += levels[i].Qty;
        }
        return sum;
    }
}

using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.MarketData;

/// <summary>A price level over several venues, with each one's share.</summary>
public sealed record ConsolidatedLevel(decimal Px, decimal Qty, IReadOnlyList<(VenueId Venue, decimal Qty)> Shares);

/// <summary>Several venues' books as one ladder. It may be crossed: venues do disagree.</summary>
public static class ConsolidatedBook
{
    /// <summary>The best <paramref name="levels"/> prices of a side, best first. Side Buy gives bids, Sell asks.</summary>
    public static IReadOnlyList<ConsolidatedLevel> Side(IReadOnlyList<BookSnapshot> books, Side side, int levels)
    {
        var merged = new SortedDictionary<decimal, List<(VenueId, decimal)>>(
            side == Primitives.Side.Buy ? Comparer<decimal>.Create((a, b) => b.CompareTo(a)) : Comparer<decimal>.Default);
        foreach (var book in books)
        {
            foreach (var level in book.Own(side))
            {
                if (!merged.TryGetValue(level.Px, out var shares))
                {
                    merged[level.Px] = shares = [];
                }
                shares.Add((book.Venue, level.Qty));
            }
        }
        return [.. merged.Take(levels).Select(l => new ConsolidatedLevel(l.Key, l.Value.Sum(s => s.Item2), l.Value))];
    }
}

using Ems.Execution.Core.MarketData;

namespace Ems.Web.Features.Market;

/// <summary>Consolidated bars out of the venues' own. Pure.</summary>
internal static class CandleMerge
{
    /// <summary>
    /// One bar per minute, oldest first, at most <paramref name="max"/>: high and low over all venues, volumes added; open and close
    /// are those of the venue that traded most in that minute, since the order of prints between venues is not in their bars.
    /// </summary>
    public static IReadOnlyList<Candle> Merge(IEnumerable<IReadOnlyList<Candle>> venues, int max) => [.. venues
        .SelectMany(bars => bars)
        .GroupBy(b => b.OpenTime)
        .OrderBy(g => g.Key)
        .Select(g =>
        {
            var main = g.MaxBy(b => b.Volume)!;
            return new Candle(g.Key, main.Open, g.Max(b => b.High), g.Min(b => b.Low), main.Close, g.Sum(b => b.Volume));
        })
        .TakeLast(max)];
}

using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Algos.Stops;

/// <summary>
/// Extremes of the price a trigger looks at since the last look, and what came after them: the lowest since the high, the highest
/// since the low.
/// </summary>
internal readonly record struct SeenRange(decimal High, decimal Low, decimal HighAfterLow, decimal LowAfterHigh);

/// <summary>Which price a trigger looks at.</summary>
internal static class Triggers
{
    public static readonly ParamSpec By = new("triggerBy", ParamType.Choice, "Trigger by",
        "LAST: prints, also those between two looks; MARK and MID: the consolidated mid; INDEX: the median of the venues' mids, which one venue cannot move; BID_ASK: the price this order would take at.", "",
        Default: "LAST", Choices: ["LAST", "MARK", "INDEX", "BID_ASK", "MID"], Updatable: true, Group: "Trigger");

    public static readonly ParamSpec MaxAge = new("maxOracleAge", ParamType.Seconds, "Max age", "Books older than this set nothing off, nor does a price made of them; empty for the engine's own bound. Prints are looked at as they come.", "s",
        Min: 0.1m, Max: 3_600, MaxDecimals: 3, Updatable: true, Group: "Advanced");

    /// <summary>The chosen price since the last look; null when it is not known, or only from books that are too old.</summary>
    public static SeenRange? Seen(AlgoInput input, ParamReader r) =>
        Seen(r.Seconds("maxOracleAge") is { } age ? input.Market with { Books = [.. input.Market.Books.Where(b => !b.IsStale(input.Now, age))] } : input.Market, r.Text("triggerBy"), input.Spec.Side,
            r.IsGiven("maxOracleAge"));

    private static SeenRange? Seen(MarketView market, string? by, Side side, bool bounded)
    {
        if (by == "LAST" && market.HighSinceLast is { } high && market.LowSinceLast is { } low)
        {
            // Without their order, the worse case: the extreme that triggers came last.
            return new(high, low, market.HighAfterLow ?? high, market.LowAfterHigh ?? low);
        }
        var point = by switch
        {
            "BID_ASK" => market.BestOpposite(side),
            "MARK" or "MID" => market.Mid,
            "INDEX" => Median(market),
            // The last print before the last look: as old as it may be, so with a bound on age it does not count.
            _ => bounded ? market.Mid : market.LastPx ?? market.Mid,
        };
        return point is { } px ? new(px, px, px, px) : null;
    }

    private static decimal? Median(MarketView market)
    {
        var mids = market.Books.Select(b => b.Mid).OfType<decimal>().Order().ToList();
        return mids.Count == 0 ? null : (mids[(mids.Count - 1) / 2] + mids[mids.Count / 2]) / 2m;
    }
}

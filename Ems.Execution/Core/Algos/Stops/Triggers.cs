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
        "LAST: prints, also those between two looks; MARK and MID: the consolidated mid; BID_ASK: the price this order would take at.", "",
        Default: "LAST", Choices: ["LAST", "MARK", "BID_ASK", "MID"], Updatable: true, Group: "Trigger");

    /// <summary>The chosen price since the last look; null when it is not known.</summary>
    public static SeenRange? Seen(MarketView market, string? by, Side side)
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
            _ => market.LastPx ?? market.Mid,
        };
        return point is { } px ? new(px, px, px, px) : null;
    }
}

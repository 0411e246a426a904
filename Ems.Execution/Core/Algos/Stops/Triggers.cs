using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Algos.Stops;

/// <summary>Which price a trigger looks at, and its extremes since the last look.</summary>
internal static class Triggers
{
    public static readonly ParamSpec By = new("triggerBy", ParamType.Choice, "Trigger by", "LAST: prints; MARK and MID: the consolidated mid; BID_ASK: the price this order would take at.", "",
        Default: "LAST", Choices: ["LAST", "MARK", "BID_ASK", "MID"], Updatable: true, Group: "Trigger");

    /// <summary>Highest and lowest value of the chosen price since the last look; null when it is not known.</summary>
    public static (decimal High, decimal Low)? Range(MarketView market, string? by, Side side)
    {
        var point = by switch
        {
            "BID_ASK" => market.BestOpposite(side),
            "MARK" or "MID" => market.Mid,
            _ => market.LastPx ?? market.Mid,
        };
        if (by == "LAST" && market.HighSinceLast is { } high && market.LowSinceLast is { } low)
        {
            return (high, low);
        }
        return point is { } px ? (px, px) : null;
    }
}

using System.Text.Json.Serialization;

namespace Ems.Execution.Core.Primitives;

/// <summary>FIX 54. Zero is never a side.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Side>))]
public enum Side { None = 0, Buy = 1, Sell = 2 }

/// <summary>FIX 40, as a venue understands it. Stops and pegs are ours and never reach a venue as such.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OrdType>))]
public enum OrdType { None = 0, Market = 1, Limit = 2 }

/// <summary>FIX 59.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TimeInForce>))]
public enum TimeInForce { None = 0, Gtc = 1, Ioc = 3, Fok = 4, Gtd = 6 }

/// <summary>FIX 851: whether a fill added or removed liquidity.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LastLiquidityInd>))]
public enum LastLiquidityInd { None = 0, Added = 1, Removed = 2 }

/// <summary>Direction arithmetic.</summary>
public static class SideExtensions
{
    /// <summary>The other side.</summary>
    public static Side Opposite(this Side side) => side == Side.Buy ? Side.Sell : Side.Buy;
    /// <summary>+1 for Buy, -1 for Sell.</summary>
    public static int Sign(this Side side) => side == Side.Buy ? 1 : -1;
    /// <summary>Whether <paramref name="px"/> is at least as good as <paramref name="limit"/> for this side.</summary>
    public static bool IsWithin(this Side side, decimal px, decimal limit) => side == Side.Buy ? px <= limit : px >= limit;
}

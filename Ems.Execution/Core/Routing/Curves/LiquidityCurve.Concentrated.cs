using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Routing.Curves;

/// <summary>A range of concentrated liquidity between two roots of the price (quote per base).</summary>
public readonly record struct LiquidityRange(double SqrtLower, double SqrtUpper, double Liquidity);

public sealed partial class LiquidityCurve
{
    /// <summary>
    /// A pool of concentrated liquidity (Uniswap v3 whitepaper, section 6.2): <paramref name="ranges"/> tile the price line in rising order
    /// and may be empty of liquidity; the fee is taken from the input. Beyond the last range nothing fills.
    /// </summary>
    public static LiquidityCurve Concentrated(Side side, double sqrtPx, ReadOnlySpan<LiquidityRange> ranges, double fee, double fixedCost = 0.0, double minInput = 0.0)
    {
        RequireFee(fee);
        RequirePositive(sqrtPx, nameof(sqrtPx));
        var g = 1.0 - fee;
        var pieces = new List<(double, double, double)>(ranges.Length);
        for (var i = 0; i < ranges.Length; i++)
        {
            var range = ranges[side == Side.Sell ? ranges.Length - 1 - i : i];
            // A sell moves the root price down from the upper edge, a buy up from the lower one.
            var upper = side == Side.Sell ? Math.Min(sqrtPx, range.SqrtUpper) : range.SqrtUpper;
            var lower = side == Side.Buy ? Math.Max(sqrtPx, range.SqrtLower) : range.SqrtLower;
            if (upper <= lower || range.Liquidity <= 0.0)
            {
                continue;
            }
            pieces.Add(side == Side.Sell
                ? (g * upper * upper, g * upper / range.Liquidity, range.Liquidity * ((1.0 / lower) - (1.0 / upper)) / g)
                : (g / (lower * lower), g / (range.Liquidity * lower), range.Liquidity * (upper - lower) / g));
        }
        return new(pieces, fixedCost, minInput);
    }
}

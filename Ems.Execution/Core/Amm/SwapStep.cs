using System.Numerics;

namespace Ems.Execution.Core.Amm;

/// <summary>
/// A swap within one range of liquidity (Uniswap V3 whitepaper, sections 6.2 and 6.3): amounts between two roots of the price are
/// L * (1/a - 1/b) of token0 and L * (b - a) of token1; what goes in is rounded up, what comes out is rounded down.
/// </summary>
public readonly record struct SwapStep(BigInteger SqrtAfter, BigInteger AmountIn, BigInteger AmountOut, BigInteger Fee)
{
    private const int Resolution = 96;
    private const int FeeParts = 1_000_000;

    /// <summary>The step from one root towards another.</summary>
    /// <param name="sqrt">Root of the price now.</param>
    /// <param name="target">Where the range, or the caller's limit, ends.</param>
    /// <param name="liquidity">L of the range.</param>
    /// <param name="remaining">Above zero what may still go in, fee included; below zero what shall still come out.</param>
    /// <param name="feePips">Fee in millionths of the input.</param>
    public static SwapStep Of(BigInteger sqrt, BigInteger target, BigInteger liquidity, BigInteger remaining, int feePips)
    {
        var zeroForOne = sqrt >= target;
        var exactIn = remaining.Sign >= 0;
        BigInteger next;
        if (exactIn)
        {
            var withoutFee = remaining * (FeeParts - feePips) / FeeParts;
            next = withoutFee >= Input(zeroForOne, sqrt, target, liquidity) ? target : AfterInput(zeroForOne, sqrt, liquidity, withoutFee);
        }
        else
        {
            next = -remaining >= Output(zeroForOne, sqrt, target, liquidity) ? target : AfterOutput(zeroForOne, sqrt, liquidity, -remaining);
        }
        var amountIn = Input(zeroForOne, sqrt, next, liquidity);
        var amountOut = Output(zeroForOne, sqrt, next, liquidity);
        if (!exactIn && amountOut > -remaining)
        {
            amountOut = -remaining;
        }
        // Where the range is not used up, all that is left after the input is fee.
        var fee = exactIn && next != target ? remaining - amountIn : Exact.MulDivUp(amountIn, feePips, FeeParts - feePips);
        return new(next, amountIn, amountOut, fee);
    }

    /// <summary>Units of token0 between two roots.</summary>
    public static BigInteger Amount0(BigInteger a, BigInteger b, BigInteger liquidity, bool roundUp)
    {
        var (low, high) = a < b ? (a, b) : (b, a);
        var scaled = liquidity << Resolution;
        return roundUp ? Exact.DivUp(Exact.MulDivUp(scaled, high - low, high), low) : scaled * (high - low) / high / low;
    }

    /// <summary>Units of token1 between two roots.</summary>
    public static BigInteger Amount1(BigInteger a, BigInteger b, BigInteger liquidity, bool roundUp)
    {
        var product = liquidity * BigInteger.Abs(b - a);
        return roundUp ? Exact.DivUp(product, BigInteger.One << Resolution) : product >> Resolution;
    }

    private static BigInteger Input(bool zeroForOne, BigInteger from, BigInteger to, BigInteger liquidity) =>
        zeroForOne ? Amount0(from, to, liquidity, roundUp: true) : Amount1(from, to, liquidity, roundUp: true);

    private static BigInteger Output(bool zeroForOne, BigInteger from, BigInteger to, BigInteger liquidity) =>
        zeroForOne ? Amount1(from, to, liquidity, roundUp: false) : Amount0(from, to, liquidity, roundUp: false);

    private static BigInteger AfterInput(bool zeroForOne, BigInteger sqrt, BigInteger liquidity, BigInteger amount)
    {
        if (!zeroForOne)
        {
            return sqrt + ((amount << Resolution) / liquidity);
        }
        if (amount.IsZero)
        {
            return sqrt;
        }
        var scaled = liquidity << Resolution;
        var product = amount * sqrt;
        // Where 256 bits would not hold the exact formula, the contracts take one that rounds differently.
        return product.GetBitLength() <= 256 && (scaled + product).GetBitLength() <= 256
            ? Exact.MulDivUp(scaled, sqrt, scaled + product)
            : Exact.DivUp(scaled, (scaled / sqrt) + amount);
    }

    private static BigInteger AfterOutput(bool zeroForOne, BigInteger sqrt, BigInteger liquidity, BigInteger amount)
    {
        if (zeroForOne)
        {
            return sqrt - Exact.DivUp(amount << Resolution, liquidity);
        }
        var scaled = liquidity << Resolution;
        return Exact.MulDivUp(scaled, sqrt, scaled - (amount * sqrt));
    }
}

using System.Numerics;

namespace Ems.Execution.Core.Amm;

/// <summary>What a swap does.</summary>
/// <param name="AmountIn">Units of the input token that the pool takes, fee included; less than offered where the pool runs dry.</param>
/// <param name="AmountOut">Units of the output token that it gives.</param>
/// <param name="TicksCrossed">Ranges of liquidity that it left; 0 for pools without ranges.</param>
/// <param name="After">The pool after the swap.</param>
public sealed record AmmSwap(BigInteger AmountIn, BigInteger AmountOut, int TicksCrossed, IAmmPool After);

/// <summary>
/// A pool of tokens with a fixed formula, exact to the unit: amounts are token units (wei), rounding is the contract's. A pool never changes;
/// a swap gives the pool that is there afterwards.
/// </summary>
public interface IAmmPool
{
    /// <summary>Swaps exactly that much in, from token0 to token1 or the other way round.</summary>
    AmmSwap SwapIn(bool zeroForOne, BigInteger amountIn);
}

/// <summary>Divisions that say how they round.</summary>
internal static class Exact
{
    /// <summary>a * b / c, rounded up.</summary>
    public static BigInteger MulDivUp(BigInteger a, BigInteger b, BigInteger c) => DivUp(a * b, c);

    /// <summary>a / b, rounded up; both not negative.</summary>
    public static BigInteger DivUp(BigInteger a, BigInteger b) => (a + b - BigInteger.One) / b;

    /// <summary>Largest whole number whose square is not above the value.</summary>
    public static BigInteger Sqrt(BigInteger value)
    {
        if (value.Sign <= 0)
        {
            return value.Sign < 0 ? throw new ArgumentOutOfRangeException(nameof(value), value, "A square root of a negative number.") : value;
        }
        var x = BigInteger.One << (int)((value.GetBitLength() + 1) / 2);
        while (true)
        {
            var next = (x + (value / x)) >> 1;
            if (next >= x)
            {
                return x;
            }
            x = next;
        }
    }

    public static void RequireAmount(BigInteger amount)
    {
        if (amount.Sign <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(amount), amount, "A swap is of a positive amount.");
        }
    }
}

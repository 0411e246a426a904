using System.Numerics;

namespace Ems.Execution.Core.Amm;

/// <summary>A pool that keeps the product of its reserves (Uniswap V2 whitepaper, section 3.2.1): the fee is taken from the input.</summary>
public sealed record ConstantProductPool : IAmmPool
{
    private const int Parts = 1000;

    /// <param name="reserve0">Units of token0.</param>
    /// <param name="reserve1">Units of token1.</param>
    /// <param name="feePerMille">Fee in thousandths of the input; 3 for Uniswap V2.</param>
    public ConstantProductPool(BigInteger reserve0, BigInteger reserve1, int feePerMille = 3)
    {
        if (reserve0.Sign <= 0 || reserve1.Sign <= 0 || feePerMille is < 0 or >= Parts)
        {
            throw new ArgumentOutOfRangeException(nameof(reserve0), "Reserves are positive, a fee is 0 to 999 thousandths.");
        }
        (Reserve0, Reserve1, FeePerMille) = (reserve0, reserve1, feePerMille);
    }

    /// <summary>Units of token0.</summary>
    public BigInteger Reserve0 { get; }
    /// <summary>Units of token1.</summary>
    public BigInteger Reserve1 { get; }
    /// <summary>Fee in thousandths of the input.</summary>
    public int FeePerMille { get; }

    /// <inheritdoc/>
    public AmmSwap SwapIn(bool zeroForOne, BigInteger amountIn)
    {
        Exact.RequireAmount(amountIn);
        var (reserveIn, reserveOut) = Ordered(zeroForOne);
        var paid = amountIn * (Parts - FeePerMille);
        var amountOut = paid * reserveOut / ((reserveIn * Parts) + paid);
        var (nextIn, nextOut) = (reserveIn + amountIn, reserveOut - amountOut);
        return new(amountIn, amountOut, 0, zeroForOne ? new ConstantProductPool(nextIn, nextOut, FeePerMille) : new(nextOut, nextIn, FeePerMille));
    }

    /// <summary>Least input that gives that much output; null where the pool has not so much.</summary>
    public BigInteger? AmountInFor(bool zeroForOne, BigInteger amountOut)
    {
        Exact.RequireAmount(amountOut);
        var (reserveIn, reserveOut) = Ordered(zeroForOne);
        // The contract always adds one unit, also where the division has no rest.
        return amountOut >= reserveOut ? null : (reserveIn * amountOut * Parts / ((reserveOut - amountOut) * (Parts - FeePerMille))) + 1;
    }

    private (BigInteger In, BigInteger Out) Ordered(bool zeroForOne) => zeroForOne ? (Reserve0, Reserve1) : (Reserve1, Reserve0);
}

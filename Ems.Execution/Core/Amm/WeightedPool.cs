using System.Numerics;

namespace Ems.Execution.Core.Amm;

/// <summary>
/// A pool that keeps the product of its balances raised to their weights (Balancer whitepaper, Martinelli and Mushegian 2019):
/// out = B_out * (1 - (B_in / (B_in + in))^(w_in / w_out)), the fee taken from the input. The power is computed in whole numbers with 192
/// binary places and rounded against the trader.
/// </summary>
public sealed class WeightedPool : IAmmPool
{
    private static readonly BigInteger FeeParts = BigInteger.Pow(10, 18);

    /// <param name="balance0">Units of token0.</param>
    /// <param name="balance1">Units of token1.</param>
    /// <param name="weight0">Weight of token0, in any unit.</param>
    /// <param name="weight1">Weight of token1, in the same unit.</param>
    /// <param name="fee">Fee in parts of 10^18 of the input.</param>
    public WeightedPool(BigInteger balance0, BigInteger balance1, BigInteger weight0, BigInteger weight1, BigInteger fee)
    {
        if (balance0.Sign <= 0 || balance1.Sign <= 0 || weight0.Sign <= 0 || weight1.Sign <= 0 || fee.Sign < 0 || fee >= FeeParts)
        {
            throw new ArgumentOutOfRangeException(nameof(balance0), "Balances and weights are positive, a fee is below the whole.");
        }
        (Balance0, Balance1, Weight0, Weight1, Fee) = (balance0, balance1, weight0, weight1, fee);
    }

    /// <summary>Units of token0.</summary>
    public BigInteger Balance0 { get; }
    /// <summary>Units of token1.</summary>
    public BigInteger Balance1 { get; }
    /// <summary>Weight of token0.</summary>
    public BigInteger Weight0 { get; }
    /// <summary>Weight of token1.</summary>
    public BigInteger Weight1 { get; }
    /// <summary>Fee in parts of 10^18 of the input.</summary>
    public BigInteger Fee { get; }

    /// <inheritdoc/>
    public AmmSwap SwapIn(bool zeroForOne, BigInteger amountIn)
    {
        Exact.RequireAmount(amountIn);
        var (balanceIn, balanceOut, weightIn, weightOut) = zeroForOne ? (Balance0, Balance1, Weight0, Weight1) : (Balance1, Balance0, Weight1, Weight0);
        var paid = amountIn - Exact.MulDivUp(amountIn, Fee, FeeParts);
        var left = FixedPower.OfFraction(balanceIn, balanceIn + paid, weightIn, weightOut);
        var amountOut = BigInteger.Max(0, (balanceOut * (FixedPower.One - left)) >> FixedPower.Places);
        return new(amountIn, amountOut, 0, zeroForOne
            ? new WeightedPool(balanceIn + amountIn, balanceOut - amountOut, weightIn, weightOut, Fee)
            : new WeightedPool(balanceOut - amountOut, balanceIn + amountIn, weightOut, weightIn, Fee));
    }
}

/// <summary>Powers of fractions in whole numbers.</summary>
internal static class FixedPower
{
    /// <summary>Binary places of the results.</summary>
    public const int Places = 192;
    private const int Guard = 64;
    private const int Work = Places + Guard;
    private const int Halvings = 12;

    private static readonly BigInteger Unit = BigInteger.One << Work;
    private static readonly BigInteger Ln2 = MinusLog(Unit / 2);

    /// <summary>1 with the places of the results.</summary>
    public static BigInteger One { get; } = BigInteger.One << Places;

    /// <summary>(a / b)^(p / q) for 0 &lt; a &lt;= b, rounded up by less than 2^-180.</summary>
    public static BigInteger OfFraction(BigInteger a, BigInteger b, BigInteger p, BigInteger q)
    {
        var x = (a << Work) / b;
        if (x.IsZero)
        {
            return BigInteger.Zero;
        }
        // x = m * 2^-shift with m from 1/2 to 1, where the series converges quickly.
        var shift = (int)(Work - x.GetBitLength());
        var minusLog = MinusLog(x << Math.Max(shift, 0)) + (Ln2 * Math.Max(shift, 0));
        var result = ExpMinus(minusLog * p / q);
        return BigInteger.Min(One, (result >> Guard) + (BigInteger.One << 12));
    }

    /// <summary>-ln m for m from 1/2 to 1: 2 atanh((1 - m) / (1 + m)).</summary>
    private static BigInteger MinusLog(BigInteger m)
    {
        var z = ((Unit - m) << Work) / (Unit + m);
        var (square, term, sum) = ((z * z) >> Work, z, BigInteger.Zero);
        for (var k = 1; !term.IsZero; k += 2)
        {
            sum += term / k;
            term = (term * square) >> Work;
        }
        return sum * 2;
    }

    /// <summary>e^-t for t >= 0: the series for t / 4096, squared twelve times.</summary>
    private static BigInteger ExpMinus(BigInteger t)
    {
        if (t >> Work > Work)
        {
            return BigInteger.Zero;
        }
        var small = t >> Halvings;
        var (term, sum) = (Unit, Unit);
        for (var k = 1; !term.IsZero; k++)
        {
            term = -((term * small) >> Work) / k;
            if (BigInteger.Abs(term) <= 1)
            {
                break;
            }
            sum += term;
        }
        for (var i = 0; i < Halvings; i++)
        {
            sum = (sum * sum) >> Work;
        }
        return sum;
    }
}

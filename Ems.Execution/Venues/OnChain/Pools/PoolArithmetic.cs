using System.Numerics;
using Ems.Execution.Core.Amm;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Venues.OnChain.Pools;

/// <summary>Between decimals of the engine and units of the chain. Rounding is named; what the wallet cannot pay is never promised.</summary>
public static class PoolArithmetic
{
    private const int DecimalDigits = 28;

    /// <summary>Units of so many tokens, digits beyond the token's dropped.</summary>
    public static BigInteger UnitsDown(decimal tokens, int decimals)
    {
        var (mantissa, scale) = Parts(tokens);
        return scale <= decimals ? mantissa * BigInteger.Pow(10, decimals - scale) : mantissa / BigInteger.Pow(10, scale - decimals);
    }

    /// <summary>Units of so many tokens, a part of a unit counted as one.</summary>
    public static BigInteger UnitsUp(decimal tokens, int decimals)
    {
        var (mantissa, scale) = Parts(tokens);
        if (scale <= decimals)
        {
            return mantissa * BigInteger.Pow(10, decimals - scale);
        }
        var each = BigInteger.Pow(10, scale - decimals);
        return (mantissa + each - BigInteger.One) / each;
    }

    /// <summary>Whole tokens of so many units; digits that a decimal cannot hold are dropped.</summary>
    public static decimal Tokens(BigInteger units, int decimals)
    {
        var digits = decimals;
        while (digits > 0 && (digits > DecimalDigits || units.GetBitLength() > 95))
        {
            units /= 10;
            digits--;
        }
        var value = (decimal)units;
        return value / Pow10(digits);
    }

    /// <summary>What a swap of exactly that much of the base costs (buy) or brings (sell) now, in quote tokens; null where the pool has not so much.</summary>
    public static decimal? Quote(IAmmPool pool, PoolMarketOf market, Side side, decimal qty)
    {
        var units = UnitsDown(qty, market.Base.Decimals);
        if (units.Sign <= 0)
        {
            return 0m;
        }
        var zeroForOne = market.Market.ZeroForOne(side);
        if (side == Side.Buy)
        {
            return AmmQuotes.SwapOut(pool, zeroForOne, units) is { } bought ? Tokens(bought.AmountIn, market.Quote.Decimals) : null;
        }
        var sold = pool.SwapIn(zeroForOne, units);
        return sold.AmountIn < units ? null : Tokens(sold.AmountOut, market.Quote.Decimals);
    }

    private static (BigInteger Mantissa, int Scale) Parts(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        _ = decimal.GetBits(value, bits);
        var mantissa = ((BigInteger)(uint)bits[2] << 64) | ((BigInteger)(uint)bits[1] << 32) | (uint)bits[0];
        return (value < 0m ? -mantissa : mantissa, (bits[3] >> 16) & 0xFF);
    }

    private static decimal Pow10(int digits)
    {
        var value = 1m;
        for (var i = 0; i < digits; i++)
        {
            value *= 10m;
        }
        return value;
    }
}

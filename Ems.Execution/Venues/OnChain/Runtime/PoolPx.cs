using System.Numerics;
using Ems.Execution.Core.Amm;

namespace Ems.Execution.Venues.OnChain.Runtime;

/// <summary>Prices of pools for people and for reference.</summary>
public static class PoolPx
{
    private const int Digits = 12, Shown = 8;
    private const decimal Parts = 1_000_000_000_000m;

    /// <summary>Marginal price of the base token in quote tokens, fee left out; null for a pool without one.</summary>
    public static decimal? Of(IAmmPool pool, PoolMarket market)
    {
        var (numerator, denominator) = pool switch
        {
            ConstantProductPool p => (p.Reserve1, p.Reserve0),
            ConcentratedPool p => (p.SqrtPriceX96 * p.SqrtPriceX96, BigInteger.One << 192),
            _ => (BigInteger.Zero, BigInteger.Zero),
        };
        // Units of token1 for one of token0, to whole tokens.
        numerator *= BigInteger.Pow(10, market.Decimals0);
        denominator *= BigInteger.Pow(10, market.Decimals1);
        if (numerator.Sign <= 0 || denominator.Sign <= 0)
        {
            return null;
        }
        var scaled = market.Token0IsBase ? numerator * BigInteger.Pow(10, Digits) / denominator : denominator * BigInteger.Pow(10, Digits) / numerator;
        return scaled.GetBitLength() > 90 ? null : Math.Round((decimal)scaled / Parts, Shown);
    }
}

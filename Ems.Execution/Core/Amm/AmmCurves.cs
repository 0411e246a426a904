using System.Numerics;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Routing.Curves;

namespace Ems.Execution.Core.Amm;

/// <summary>A pool as a market of an instrument: which token is the base, and the decimals of both.</summary>
/// <param name="Token0IsBase">Whether token0 is the instrument's base.</param>
/// <param name="Decimals0">Decimals of token0.</param>
/// <param name="Decimals1">Decimals of token1.</param>
public sealed record PoolMarket(bool Token0IsBase, int Decimals0, int Decimals1)
{
    /// <summary>Whether an order of that side swaps token0 for token1: a sell puts in the base, a buy the quote.</summary>
    public bool ZeroForOne(Side side) => (side == Side.Sell) == Token0IsBase;
}

/// <summary>
/// Pools as curves for the router: whole tokens in binary floating point, as the optimiser computes. What is sent is quoted again exactly.
/// </summary>
public static class AmmCurves
{
    /// <summary>The pool's curve for an order of that side.</summary>
    /// <param name="fixedCost">Gas of the swap in the asset that comes out.</param>
    public static LiquidityCurve Of(IAmmPool pool, PoolMarket market, Side side, double fixedCost = 0.0) => pool switch
    {
        ConstantProductPool p => ConstantProduct(p, market, side, fixedCost),
        ConcentratedPool p => Concentrated(p, market, side, fixedCost),
        StableSwapPool p => StableSwap(p, market, side, fixedCost),
        WeightedPool p => Weighted(p, market, side, fixedCost),
        _ => throw new ArgumentException($"There is no curve of a {pool.GetType().Name}.", nameof(pool)),
    };

    private static LiquidityCurve ConstantProduct(ConstantProductPool pool, PoolMarket market, Side side, double fixedCost)
    {
        var (r0, r1) = (Tokens(pool.Reserve0, market.Decimals0), Tokens(pool.Reserve1, market.Decimals1));
        return market.ZeroForOne(side)
            ? LiquidityCurve.ConstantProduct(r0, r1, pool.FeePerMille / 1000.0, fixedCost)
            : LiquidityCurve.ConstantProduct(r1, r0, pool.FeePerMille / 1000.0, fixedCost);
    }

    private static LiquidityCurve Concentrated(ConcentratedPool pool, PoolMarket market, Side side, double fixedCost)
    {
        // In whole tokens the root of token0's price scales with 10^((d0 - d1) / 2) and L with 10^-((d0 + d1) / 2).
        var rootScale = Math.Pow(10.0, (market.Decimals0 - market.Decimals1) / 2.0) / Math.Pow(2.0, 96);
        var liquidityScale = Math.Pow(10.0, -(market.Decimals0 + market.Decimals1) / 2.0);
        var ranges = new List<LiquidityRange>(pool.Ticks.Count);
        var liquidity = BigInteger.Zero;
        for (var i = 0; i + 1 < pool.Ticks.Count; i++)
        {
            liquidity += pool.Ticks[i].LiquidityNet;
            var (low, high) = (Root(pool.Ticks[i].Tick), Root(pool.Ticks[i + 1].Tick));
            ranges.Add(market.Token0IsBase ? new(low, high, (double)liquidity * liquidityScale) : new(1.0 / high, 1.0 / low, (double)liquidity * liquidityScale));
        }
        if (!market.Token0IsBase)
        {
            ranges.Reverse();
        }
        var now = (double)pool.SqrtPriceX96 * rootScale;
        return LiquidityCurve.Concentrated(side, market.Token0IsBase ? now : 1.0 / now, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(ranges), pool.FeePips / 1e6, fixedCost);

        double Root(int tick) => (double)TickMath.SqrtAt(tick) * rootScale;
    }

    private static LiquidityCurve StableSwap(StableSwapPool pool, PoolMarket market, Side side, double fixedCost)
    {
        if (pool.Balances.Count != 2)
        {
            throw new ArgumentException("A curve is of a pool of two tokens.", nameof(pool));
        }
        var (r0, r1) = (Tokens(pool.Balances[0], market.Decimals0), Tokens(pool.Balances[1], market.Decimals1));
        var (reserveIn, reserveOut) = market.ZeroForOne(side) ? (r0, r1) : (r1, r0);
        // Contracts give A * n^(n-1); for two tokens that is twice the A of the whitepaper's formula.
        return LiquidityCurve.StableSwap(reserveIn, reserveOut, (double)pool.Amplification / 2.0, pool.Fee / 1e10, reserveOut, fixedCost);
    }

    private static LiquidityCurve Weighted(WeightedPool pool, PoolMarket market, Side side, double fixedCost)
    {
        var (r0, r1, ratio) = (Tokens(pool.Balance0, market.Decimals0), Tokens(pool.Balance1, market.Decimals1), (double)pool.Weight0 / (double)pool.Weight1);
        var (reserveIn, reserveOut, w) = market.ZeroForOne(side) ? (r0, r1, ratio) : (r1, r0, 1.0 / ratio);
        return LiquidityCurve.Weighted(reserveIn, reserveOut, w, (double)pool.Fee / 1e18, reserveIn, fixedCost);
    }

    private static double Tokens(BigInteger units, int decimals) => (double)units / Math.Pow(10.0, decimals);
}

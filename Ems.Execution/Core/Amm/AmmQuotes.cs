using System.Numerics;

namespace Ems.Execution.Core.Amm;

/// <summary>Swaps whose output is given.</summary>
public static class AmmQuotes
{
    /// <summary>The swap that gives exactly that much, as the contract does it; null where the pool has not so much. Constant product and concentrated liquidity.</summary>
    public static AmmSwap? SwapOut(IAmmPool pool, bool zeroForOne, BigInteger amountOut)
    {
        Exact.RequireAmount(amountOut);
        switch (pool)
        {
            case ConstantProductPool p when p.AmountInFor(zeroForOne, amountOut) is { } amountIn:
                return new(amountIn, amountOut, 0, zeroForOne
                    ? new ConstantProductPool(p.Reserve0 + amountIn, p.Reserve1 - amountOut, p.FeePerMille) : new(p.Reserve0 - amountOut, p.Reserve1 + amountIn, p.FeePerMille));
            case ConcentratedPool p when p.Swap(zeroForOne, -amountOut, null) is var s:
                var (paid, got) = zeroForOne ? (s.Amount0, -s.Amount1) : (s.Amount1, -s.Amount0);
                return got < amountOut ? null : new(paid, got, s.TicksCrossed, s.After);
            default:
                return null;
        }
    }
}

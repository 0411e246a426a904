using System.Numerics;
using Ems.Execution.Core.Amm;

namespace Ems.Execution.Venues.OnChain.Laboratory;

/// <summary>A pair of swaps around a victim's.</summary>
/// <param name="Front">Units sold before, in the victim's direction.</param>
/// <param name="Bought">Units that this buys, sold again behind the victim.</param>
/// <param name="Back">Units that come back.</param>
internal sealed record Sandwich(BigInteger Front, BigInteger Bought, BigInteger Back)
{
    public BigInteger Profit => Back - Front;
}

/// <summary>Finds what a sandwich can take from a swap.</summary>
internal static class SandwichSearch
{
    private const int BitsKept = 12;

    /// <summary>The largest front-run after which the victim still gets his least output; null where there is none that gains anything.</summary>
    /// <param name="funds">Most that the bot can sell.</param>
    public static Sandwich? Largest(IAmmPool pool, bool zeroForOne, BigInteger amountIn, BigInteger minOut, BigInteger funds)
    {
        if (pool.SwapIn(zeroForOne, amountIn).AmountOut < minOut || funds.Sign <= 0)
        {
            return null;
        }
        // The victim's output falls with the size in front of it, so the edge is found by halving.
        var (low, high) = (BigInteger.Zero, funds);
        while (high - low > BigInteger.Max(1, low >> BitsKept))
        {
            var middle = (low + high + 1) / 2;
            var after = pool.SwapIn(zeroForOne, middle);
            (low, high) = after.AmountIn == middle && after.After.SwapIn(zeroForOne, amountIn).AmountOut >= minOut ? (middle, high) : (low, middle);
        }
        if (low.IsZero)
        {
            return null;
        }
        var front = pool.SwapIn(zeroForOne, low);
        if (front.AmountOut.Sign <= 0)
        {
            return null;
        }
        var back = front.After.SwapIn(zeroForOne, amountIn).After.SwapIn(!zeroForOne, front.AmountOut);
        return new(low, front.AmountOut, back.AmountOut);
    }
}

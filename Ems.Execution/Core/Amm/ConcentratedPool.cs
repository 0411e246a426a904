using System.Collections.Immutable;
using System.Numerics;

namespace Ems.Execution.Core.Amm;

/// <summary>A tick at which liquidity begins or ends.</summary>
/// <param name="LiquidityNet">What is added to L when the price rises over it.</param>
/// <param name="LiquidityGross">All liquidity that begins or ends there; a tick without any is not set.</param>
public readonly record struct PoolTick(int Tick, BigInteger LiquidityNet, BigInteger LiquidityGross);

/// <summary>What a swap in a pool of concentrated liquidity did, signed from the pool's side as the contract's event has it.</summary>
public sealed record ConcentratedSwap(BigInteger Amount0, BigInteger Amount1, int TicksCrossed, ConcentratedPool After);

/// <summary>
/// A pool of concentrated liquidity with its ticks (Uniswap V3 whitepaper, section 6), exact to the unit. Prices are walked as the contract
/// walks them: from one tick that is set to the next, but at most to the end of a word of 256 ticks, since each stop rounds.
/// </summary>
public sealed record ConcentratedPool : IAmmPool
{
    private readonly ImmutableArray<PoolTick> ticks;

    /// <param name="feePips">Fee in millionths of the input.</param>
    /// <param name="tickSpacing">Ticks between two that can be set.</param>
    /// <param name="sqrtPriceX96">Root of the price of token0 in token1, 96 binary places.</param>
    /// <param name="tick">Tick of the price, as the contract has it.</param>
    /// <param name="liquidity">L at the price.</param>
    /// <param name="ticks">Ticks that are set, in any order.</param>
    public ConcentratedPool(int feePips, int tickSpacing, BigInteger sqrtPriceX96, int tick, BigInteger liquidity, IEnumerable<PoolTick> ticks)
    {
        if (feePips is < 0 or >= 1_000_000 || tickSpacing <= 0 || liquidity.Sign < 0 || sqrtPriceX96 < TickMath.MinSqrt || sqrtPriceX96 > TickMath.MaxSqrt)
        {
            throw new ArgumentOutOfRangeException(nameof(feePips), "A pool's fee, spacing, liquidity or price is out of range.");
        }
        (FeePips, TickSpacing, SqrtPriceX96, Tick, Liquidity) = (feePips, tickSpacing, sqrtPriceX96, tick, liquidity);
        this.ticks = [.. ticks.OrderBy(t => t.Tick)];
    }

    /// <summary>Fee in millionths of the input.</summary>
    public int FeePips { get; }
    /// <summary>Ticks between two that can be set.</summary>
    public int TickSpacing { get; }
    /// <summary>Root of the price of token0 in token1, 96 binary places.</summary>
    public BigInteger SqrtPriceX96 { get; private init; }
    /// <summary>Tick of the price.</summary>
    public int Tick { get; private init; }
    /// <summary>L at the price.</summary>
    public BigInteger Liquidity { get; private init; }
    /// <summary>Ticks that are set, in rising order.</summary>
    public IReadOnlyList<PoolTick> Ticks => ticks;

    /// <inheritdoc/>
    public AmmSwap SwapIn(bool zeroForOne, BigInteger amountIn)
    {
        Exact.RequireAmount(amountIn);
        var swap = Swap(zeroForOne, amountIn, null);
        return zeroForOne ? new(swap.Amount0, -swap.Amount1, swap.TicksCrossed, swap.After) : new(swap.Amount1, -swap.Amount0, swap.TicksCrossed, swap.After);
    }

    /// <summary>Swaps until the amount is used up or the limit is reached.</summary>
    /// <param name="zeroForOne">From token0 to token1: the price falls.</param>
    /// <param name="amount">Above zero what goes in, below zero what shall come out.</param>
    /// <param name="limitX96">Root of the price at which it stops; null is the end of the line.</param>
    public ConcentratedSwap Swap(bool zeroForOne, BigInteger amount, BigInteger? limitX96)
    {
        if (amount.IsZero)
        {
            throw new ArgumentOutOfRangeException(nameof(amount), amount, "A swap is not of nothing.");
        }
        var limit = limitX96 ?? (zeroForOne ? TickMath.MinSqrt + 1 : TickMath.MaxSqrt - 1);
        var (sqrt, tick, liquidity) = (SqrtPriceX96, Tick, Liquidity);
        var (remaining, calculated, crossed) = (amount, BigInteger.Zero, 0);
        while (!remaining.IsZero && sqrt != limit)
        {
            var (nextTick, set) = NextTick(tick, zeroForOne);
            nextTick = Math.Clamp(nextTick, -TickMath.MaxTick, TickMath.MaxTick);
            var nextSqrt = TickMath.SqrtAt(nextTick);
            var target = zeroForOne ? BigInteger.Max(nextSqrt, limit) : BigInteger.Min(nextSqrt, limit);
            var (before, step) = (sqrt, SwapStep.Of(sqrt, target, liquidity, remaining, FeePips));
            sqrt = step.SqrtAfter;
            if (amount.Sign > 0)
            {
                remaining -= step.AmountIn + step.Fee;
                calculated -= step.AmountOut;
            }
            else
            {
                remaining += step.AmountOut;
                calculated += step.AmountIn + step.Fee;
            }
            if (sqrt == nextSqrt)
            {
                if (set >= 0)
                {
                    liquidity += zeroForOne ? -ticks[set].LiquidityNet : ticks[set].LiquidityNet;
                    crossed++;
                }
                tick = zeroForOne ? nextTick - 1 : nextTick;
            }
            else if (sqrt != before)
            {
                tick = TickMath.TickAt(sqrt);
            }
        }
        var used = amount - remaining;
        var (amount0, amount1) = zeroForOne == (amount.Sign > 0) ? (used, calculated) : (calculated, used);
        return new(amount0, amount1, crossed, this with { SqrtPriceX96 = sqrt, Tick = tick, Liquidity = liquidity });
    }

    /// <summary>The pool at another price, as a swap's event of the contract has it.</summary>
    public ConcentratedPool At(BigInteger sqrtPriceX96, int tick, BigInteger liquidity) =>
        sqrtPriceX96 < TickMath.MinSqrt || sqrtPriceX96 > TickMath.MaxSqrt || liquidity.Sign < 0
            ? throw new ArgumentOutOfRangeException(nameof(sqrtPriceX96), sqrtPriceX96, "A pool's price or liquidity is out of range.")
            : this with { SqrtPriceX96 = sqrtPriceX96, Tick = tick, Liquidity = liquidity };

    /// <summary>The pool after liquidity was put between two ticks; below zero it was taken out.</summary>
    public ConcentratedPool AddLiquidity(int lower, int upper, BigInteger liquidity)
    {
        if (lower >= upper || lower % TickSpacing != 0 || upper % TickSpacing != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(lower), "A position lies between two ticks of the spacing, the lower one first.");
        }
        var changed = ticks.ToDictionary(t => t.Tick);
        foreach (var (at, sign) in new[] { (lower, 1), (upper, -1) })
        {
            var old = changed.GetValueOrDefault(at);
            changed[at] = new(at, old.LiquidityNet + (sign * liquidity), old.LiquidityGross + liquidity);
        }
        if (changed.Values.Any(t => t.LiquidityGross.Sign < 0))
        {
            throw new ArgumentOutOfRangeException(nameof(liquidity), liquidity, "There is not so much liquidity to take out.");
        }
        return new(FeePips, TickSpacing, SqrtPriceX96, Tick, Tick >= lower && Tick < upper ? Liquidity + liquidity : Liquidity, changed.Values.Where(t => !t.LiquidityGross.IsZero));
    }

    /// <summary>The next tick that is set, or the end of the word of 256 spacings; the index of the tick where it is set, or -1.</summary>
    private (int Tick, int Index) NextTick(int tick, bool down)
    {
        var compressed = Math.DivRem(tick, TickSpacing, out var rest) - (tick < 0 && rest != 0 ? 1 : 0);
        if (down)
        {
            var wordStart = (compressed >> 8 << 8) * TickSpacing;
            var at = LastAtOrBelow(compressed * TickSpacing);
            return at >= 0 && ticks[at].Tick >= wordStart ? (ticks[at].Tick, at) : (wordStart, -1);
        }
        var wordEnd = (((compressed + 1) >> 8 << 8) + 255) * TickSpacing;
        var above = LastAtOrBelow(compressed * TickSpacing) + 1;
        return above < ticks.Length && ticks[above].Tick <= wordEnd ? (ticks[above].Tick, above) : (wordEnd, -1);
    }

    private int LastAtOrBelow(int tick)
    {
        var (low, high) = (0, ticks.Length);
        while (low < high)
        {
            var mid = (low + high) >> 1;
            (low, high) = ticks[mid].Tick <= tick ? (mid + 1, high) : (low, mid);
        }
        return low - 1;
    }
}

using System.Numerics;

namespace Ems.Execution.Core.Gas;

/// <summary>How soon a transaction should be in a block.</summary>
public enum FeeSpeed
{
    /// <summary>Within some minutes, cheaply.</summary>
    Slow = 1,
    /// <summary>Within the next few blocks.</summary>
    Normal,
    /// <summary>In the next block, if money can do it.</summary>
    Fast,
}

/// <summary>What a transaction offers per gas, in wei (EIP-1559).</summary>
/// <param name="MaxFeePerGas">Most it pays, base fee and tip together.</param>
/// <param name="MaxPriorityFeePerGas">Most of it for the builder.</param>
public readonly record struct FeeQuote(BigInteger MaxFeePerGas, BigInteger MaxPriorityFeePerGas)
{
    /// <summary>What is paid per gas in a block with this base fee; the offer must not be below it.</summary>
    public BigInteger EffectiveAt(BigInteger baseFee) => baseFee + TipAt(baseFee);

    /// <summary>What the builder gets per gas in a block with this base fee; negative where the block does not take it.</summary>
    public BigInteger TipAt(BigInteger baseFee) => BigInteger.Min(MaxPriorityFeePerGas, MaxFeePerGas - baseFee);
}

/// <summary>The last blocks as a fee is judged from them.</summary>
/// <param name="NextBaseFee">Base fee of the next block.</param>
/// <param name="Tips">Per block the tips at three rising percentiles of its gas, for slow, normal and fast; a block without transactions is left out.</param>
public sealed record FeeWindow(BigInteger NextBaseFee, IReadOnlyList<IReadOnlyList<BigInteger>> Tips);

/// <summary>Fees of EIP-1559 from the last blocks.</summary>
public static class FeeStrategy
{
    /// <summary>Percentiles of a block's gas that the three speeds read.</summary>
    public static IReadOnlyList<int> Percentiles { get; } = [10, 50, 90];

    /// <summary>Least growth of both fees by which nodes take a replacement, in per mille: they ask for 10 %, some for 12.5 %.</summary>
    public const int BumpPerMille = 125;

    private static readonly BigInteger LeastTip = 1_000_000;

    /// <summary>
    /// The offer for a speed, never above <paramref name="maxFeeCap"/>. The tip is the median over the blocks. The maximum survives a base
    /// fee that rises by an eighth per block: 2 full blocks for slow, 6 (twice the base fee) for normal, 9 for fast.
    /// </summary>
    public static FeeQuote Quote(FeeWindow window, FeeSpeed speed, BigInteger maxFeeCap)
    {
        var at = (int)speed - 1;
        var tips = window.Tips.Where(t => t.Count > at).Select(t => t[at]).Order().ToArray();
        var tip = BigInteger.Max(LeastTip, tips.Length == 0 ? BigInteger.Zero : tips[tips.Length / 2]);
        // 1.125^2, 1.125^6 and 1.125^9, rounded up to per mille.
        var growth = speed switch { FeeSpeed.Slow => 1266, FeeSpeed.Normal => 2028, _ => 2887 };
        var max = BigInteger.Min(maxFeeCap, (window.NextBaseFee * growth / 1000) + tip);
        return new(max, BigInteger.Min(tip, max));
    }

    /// <summary>
    /// The offer that replaces <paramref name="old"/>: a fresh one, but both fees at least an eighth higher. Null when the cap does not allow it.
    /// </summary>
    public static FeeQuote? Replace(FeeQuote old, FeeQuote fresh, BigInteger maxFeeCap)
    {
        var max = BigInteger.Max(fresh.MaxFeePerGas, Raised(old.MaxFeePerGas));
        var tip = BigInteger.Max(fresh.MaxPriorityFeePerGas, Raised(old.MaxPriorityFeePerGas));
        max = BigInteger.Max(max, tip);
        return max <= maxFeeCap ? new FeeQuote(max, tip) : null;
    }

    private static BigInteger Raised(BigInteger fee) => ((fee * (1000 + BumpPerMille)) + 999) / 1000;
}

/// <summary>The base fee of the next block (EIP-1559).</summary>
public static class BaseFee
{
    /// <summary>Base fee after a block with this base fee, gas used and gas limit; it moves by at most an eighth.</summary>
    public static BigInteger Next(BigInteger baseFee, BigInteger gasUsed, BigInteger gasLimit)
    {
        var target = gasLimit / 2;
        if (target.IsZero || gasUsed == target)
        {
            return baseFee;
        }
        return gasUsed > target
            ? baseFee + BigInteger.Max(1, baseFee * (gasUsed - target) / target / 8)
            : baseFee - (baseFee * (target - gasUsed) / target / 8);
    }
}

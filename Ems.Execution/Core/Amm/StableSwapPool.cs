using System.Collections.Immutable;
using System.Numerics;

namespace Ems.Execution.Core.Amm;

/// <summary>
/// A pool of two or more assets of one worth (StableSwap whitepaper, Egorov 2019): A n^n S + D = A D n^n + D^(n+1) / (n^n P). D and the
/// balance that keeps it are found by Newton's method in whole numbers; the fee is taken from the output.
/// </summary>
public sealed class StableSwapPool : IAmmPool
{
    private const int RoundsMax = 255;
    private const long FeeParts = 10_000_000_000;
    private readonly ImmutableArray<BigInteger> balances;
    private readonly ImmutableArray<BigInteger> scales;

    /// <param name="amplification">A as the pool gives it, so that Ann = A * n.</param>
    /// <param name="balances">Units of each token.</param>
    /// <param name="scales">What one unit of each token counts, so that all have the same worth: 1 for 18 decimals, 10^12 for 6.</param>
    /// <param name="fee">Fee in parts of 10^10 of the output; 4,000,000 is 0.04 %.</param>
    public StableSwapPool(BigInteger amplification, IReadOnlyList<BigInteger> balances, IReadOnlyList<BigInteger> scales, long fee)
    {
        if (amplification.Sign <= 0 || balances.Count < 2 || balances.Count != scales.Count || balances.Any(b => b.Sign <= 0) || scales.Any(s => s.Sign <= 0) || fee is < 0 or >= FeeParts)
        {
            throw new ArgumentOutOfRangeException(nameof(amplification), "A, balances and scales are positive, a fee is below the whole, and there are at least two tokens.");
        }
        (Amplification, this.balances, this.scales, Fee) = (amplification, [.. balances], [.. scales], fee);
    }

    /// <summary>A of the invariant.</summary>
    public BigInteger Amplification { get; }
    /// <summary>Fee in parts of 10^10 of the output.</summary>
    public long Fee { get; }
    /// <summary>Units of each token.</summary>
    public IReadOnlyList<BigInteger> Balances => balances;

    /// <summary>D: what the balances would sum to if they were all equal.</summary>
    public BigInteger Invariant()
    {
        var n = balances.Length;
        var sum = BigInteger.Zero;
        for (var k = 0; k < n; k++)
        {
            sum += Scaled(k);
        }
        var (ann, d) = (Amplification * n, sum);
        for (var round = 0; round < RoundsMax; round++)
        {
            var p = d;
            for (var k = 0; k < n; k++)
            {
                p = p * d / (Scaled(k) * n);
            }
            var last = d;
            d = ((ann * sum) + (p * n)) * d / (((ann - 1) * d) + ((n + 1) * p));
            if (BigInteger.Abs(d - last) <= 1)
            {
                break;
            }
        }
        return d;
    }

    /// <summary>Balance of token <paramref name="j"/> that keeps the invariant when token <paramref name="i"/> has balance <paramref name="x"/>; both scaled.</summary>
    public BigInteger BalanceFor(int i, int j, BigInteger x)
    {
        var (n, d) = (balances.Length, Invariant());
        var (ann, c, sum) = (Amplification * n, d, BigInteger.Zero);
        for (var k = 0; k < n; k++)
        {
            if (k == j)
            {
                continue;
            }
            var balance = k == i ? x : Scaled(k);
            sum += balance;
            c = c * d / (balance * n);
        }
        c = c * d / (ann * n);
        var (b, y) = (sum + (d / ann), d);
        for (var round = 0; round < RoundsMax; round++)
        {
            var last = y;
            y = ((y * y) + c) / ((2 * y) + b - d);
            if (BigInteger.Abs(y - last) <= 1)
            {
                break;
            }
        }
        return y;
    }

    /// <summary>Swaps token <paramref name="i"/> for token <paramref name="j"/>.</summary>
    public AmmSwap Swap(int i, int j, BigInteger amountIn)
    {
        Exact.RequireAmount(amountIn);
        if (i == j || (uint)i >= (uint)balances.Length || (uint)j >= (uint)balances.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(i), "A swap is between two tokens of the pool.");
        }
        // One unit stays in the pool against rounding.
        var gross = BigInteger.Max(0, (Scaled(j) - BalanceFor(i, j, Scaled(i) + (amountIn * scales[i])) - 1) / scales[j]);
        var amountOut = gross - (gross * Fee / FeeParts);
        return new(amountIn, amountOut, 0, new StableSwapPool(Amplification, balances.SetItem(i, balances[i] + amountIn).SetItem(j, balances[j] - amountOut), scales, Fee));
    }

    /// <inheritdoc/>
    public AmmSwap SwapIn(bool zeroForOne, BigInteger amountIn) => zeroForOne ? Swap(0, 1, amountIn) : Swap(1, 0, amountIn);

    private BigInteger Scaled(int k) => balances[k] * scales[k];
}

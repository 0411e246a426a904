using System.Numerics;
using Ems.Execution.Core.Amm;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Local;

namespace Ems.Execution.Venues.OnChain.Runtime;

/// <summary>
/// Somebody of ours who keeps local pools near the paper books: where a pool's price has left the book's mid by more than its fee, he swaps
/// it back to the mid. Whoever only seeks his own gain would stop at the edge of the fee, where the pool then offers one side the mid for
/// nothing; what keeps real pools off that edge is everybody else's trading, which is missing here. The same prices give the same swaps.
/// </summary>
internal sealed class LocalArbitrage(ChainContracts contracts, Func<InstrumentId, decimal?> mid, decimal notionalMax, TimeProvider time)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);
    private long swaps;

    /// <summary>The account that does it.</summary>
    public static Ethereum.Signing.PrivateKeySigner Account { get; } = DevAccounts.Account(8);

    /// <summary>Swaps that are due now, at most one a pool.</summary>
    public IReadOnlyList<OnChainSwap> Due(IEnumerable<PoolView> pools)
    {
        var due = new List<OnChainSwap>();
        foreach (var view in pools)
        {
            if (Instrument(view.Pool) is not var (instrument, baseToken, quoteToken) || mid(instrument) is not { } px || px <= 0m)
            {
                continue;
            }
            if (Swap(view, baseToken, quoteToken, px) is var (zeroForOne, amount) && amount.Sign > 0)
            {
                due.Add(new($"arbitrage/{++swaps}", view.Pool.Address, zeroForOne, amount, 0, time.GetUtcNow() + Deadline));
            }
        }
        return due;
    }

    private (InstrumentId Instrument, ChainToken Base, ChainToken Quote)? Instrument(OnChainPool pool)
    {
        var (t0, t1) = (contracts.Token(pool.Token0), contracts.Token(pool.Token1));
        var (b, q) = t0?.Symbol is "WETH" or "WBTC" ? (t0, t1) : (t1, t0);
        return b is null || q is null ? null : (new(b.Symbol[1..] + "-USDT"), b, q);
    }

    private (bool ZeroForOne, BigInteger Amount) Swap(PoolView view, ChainToken b, ChainToken q, decimal px)
    {
        var baseIs0 = view.Pool.Token0 == b.Address;
        var fee = view.Pool.FeePips / 1_000_000m;
        // The edges of the band in which nobody gains, as roots of token0's price; in the other order of tokens they turn round.
        var (one, other) = (LocalMarket.SqrtAt(px / (1m + fee), b.Decimals, q.Decimals, baseIs0), LocalMarket.SqrtAt(px * (1m + fee), b.Decimals, q.Decimals, baseIs0));
        var (low, high) = (BigInteger.Min(one, other), BigInteger.Max(one, other));
        var now = view.State switch
        {
            ConstantProductPool p => TickMath.SqrtOf(p.Reserve1, p.Reserve0),
            ConcentratedPool p => p.SqrtPriceX96,
            _ => BigInteger.Zero,
        };
        if (now.IsZero || (now >= low && now <= high))
        {
            return (false, 0);
        }
        var zeroForOne = now > high;
        var target = LocalMarket.SqrtAt(px, b.Decimals, q.Decimals, baseIs0);
        var amount = view.State switch
        {
            ConcentratedPool p => p.Swap(zeroForOne, BigInteger.Pow(10, 40), target) is var s && zeroForOne ? s.Amount0 : s.Amount1,
            // With the product kept, a reserve goes with the root of the price.
            ConstantProductPool p => zeroForOne ? (p.Reserve0 * now / target) - p.Reserve0 : (p.Reserve1 * target / now) - p.Reserve1,
            _ => BigInteger.Zero,
        };
        var inIsBase = zeroForOne == baseIs0;
        return (zeroForOne, BigInteger.Min(amount, LocalMarket.Units(inIsBase ? notionalMax / px : notionalMax, inIsBase ? b.Decimals : q.Decimals)));
    }
}

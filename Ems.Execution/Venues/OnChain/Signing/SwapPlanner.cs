using System.Numerics;
using Ems.Execution.Core.Amm;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Uniswap;
using Ems.Execution.Venues.OnChain.Runtime;

namespace Ems.Execution.Venues.OnChain.Signing;

/// <summary>A swap that somebody wants to sign himself.</summary>
/// <param name="SlippageBps">How much less than the quote may come out, basis points.</param>
public sealed record WantedSwap(Address Owner, ChainToken Sells, ChainToken Buys, BigInteger AmountIn, decimal SlippageBps, DateTimeOffset Deadline);

/// <summary>A pool's offer. <paramref name="ImpactBps"/>: how far the swap moves the pool's price, fee left out.</summary>
public sealed record PoolOffer(OnChainPool Pool, BigInteger AmountOut, decimal ImpactBps);

/// <summary>How a swap would be done.</summary>
/// <param name="Offers">Every pool's, the best first.</param>
/// <param name="Steps">What is to be signed, in order: an approval where one is needed, then the swap.</param>
public sealed record SwapPlan(WantedSwap Wanted, IReadOnlyList<PoolOffer> Offers, BigInteger AmountOut, BigInteger MinAmountOut, IReadOnlyList<UnsignedCall> Steps)
{
    /// <summary>What the ticket promises.</summary>
    public SignPromise Promise => new(Wanted.Sells.Address, Wanted.AmountIn, Wanted.Buys.Address, MinAmountOut);
}

/// <summary>Plans swaps over the pools of the chain: quoted here to the unit, approvals for exactly what is sold.</summary>
public static class SwapPlanner
{

    /// <summary>The plan, or null when no pool trades the two tokens or gives anything for so much.</summary>
    /// <param name="poolOf">A pool as it is at the newest block, or null.</param>
    public static async Task<SwapPlan?> PlanAsync(WantedSwap wanted, ChainContracts contracts, Func<Address, IAmmPool?> poolOf, EthApi eth, CancellationToken ct = default)
    {
        var offers = contracts.Pools.Where(p => Trades(p, wanted)).Select(p => (Pool: p, State: poolOf(p.Address))).Where(p => p.State is not null)
            .Select(p => Offer(p.Pool, p.State!, wanted)).OfType<PoolOffer>().OrderByDescending(o => o.AmountOut).ToList();
        if (offers.Count == 0)
        {
            return null;
        }
        var (best, least) = (offers[0], offers[0].AmountOut * (BigInteger)(1_000_000m - (wanted.SlippageBps * 100m)) / 1_000_000);
        var router = contracts.RouterOf(best.Pool.Kind);
        var steps = new List<UnsignedCall>(2);
        var allowed = (BigInteger)Erc20Abi.Allowance.DecodeOutput(await eth.CallAsync(new(null, wanted.Sells.Address, Erc20Abi.Allowance.Encode(wanted.Owner, router)), ct: ct).ConfigureAwait(false))[0];
        if (allowed < wanted.AmountIn)
        {
            steps.Add(new(wanted.Owner, wanted.Sells.Address, Erc20Abi.Approve.Encode(router, wanted.AmountIn), 0));
        }
        steps.Add(new(wanted.Owner, router, Swap(best.Pool, wanted, least), 0));
        return new(wanted, offers, best.AmountOut, least, steps);
    }

    private static bool Trades(OnChainPool pool, WantedSwap wanted) =>
        (pool.Token0 == wanted.Sells.Address && pool.Token1 == wanted.Buys.Address) || (pool.Token1 == wanted.Sells.Address && pool.Token0 == wanted.Buys.Address);

    private static PoolOffer? Offer(OnChainPool pool, IAmmPool state, WantedSwap wanted)
    {
        var zeroForOne = pool.Token0 == wanted.Sells.Address;
        var swap = state.SwapIn(zeroForOne, wanted.AmountIn);
        if (swap.AmountIn < wanted.AmountIn || swap.AmountOut.Sign <= 0)
        {
            return null;
        }
        // The price for a very small part, against the average of the whole.
        var part = BigInteger.Max(wanted.AmountIn / 100_000, 1);
        var small = state.SwapIn(zeroForOne, part).AmountOut;
        var whole = small.IsZero ? 0m : 10_000m * (1m - ((decimal)(swap.AmountOut * part * 1_000_000_000 / (small * wanted.AmountIn)) / 1_000_000_000m));
        return new(pool, swap.AmountOut, Math.Max(0m, decimal.Round(whole, 2)));
    }

    private static byte[] Swap(OnChainPool pool, WantedSwap w, BigInteger least)
    {
        BigInteger deadline = w.Deadline.ToUnixTimeSeconds();
        return pool.Kind == PoolKind.ConstantProduct
            ? RouterAbi.V2Swap.Encode(w.AmountIn, least, new object[] { w.Sells.Address, w.Buys.Address }, w.Owner, deadline)
            : RouterAbi.V3Swap.Encode((object)new object[] { w.Sells.Address, w.Buys.Address, pool.FeePips, w.Owner, deadline, w.AmountIn, least, 0 });
    }
}

using System.Numerics;
using Ems.Execution.Core.Amm;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Uniswap;
using Ems.Execution.Venues.OnChain;
using Ems.Execution.Venues.OnChain.Laboratory;

namespace Ems.Execution.Venues.Cow.Loopback;

/// <summary>A way to trade a pair.</summary>
internal sealed record CowRoute(OnChainPool Pool, bool ZeroForOne, IAmmPool State)
{
    /// <summary>What comes out; zero where the pool does not take it all.</summary>
    public BigInteger Out(BigInteger amountIn) => amountIn.Sign > 0 && State.SwapIn(ZeroForOne, amountIn) is var s && s.AmountIn == amountIn ? s.AmountOut : 0;

    /// <summary>Least input that gives that much, up to a largest one; null where there is none.</summary>
    public BigInteger? In(BigInteger amountOut, BigInteger most)
    {
        if (Out(most) < amountOut)
        {
            return null;
        }
        var (low, high) = (BigInteger.Zero, most);
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            (low, high) = Out(middle) >= amountOut ? (low, middle) : (middle, high);
        }
        return high;
    }
}

/// <summary>The pools in which the loopback solver trades.</summary>
public sealed class CowMarket(EthApi eth, UniswapAddresses routers, IReadOnlyList<OnChainPool> pools)
{
    private readonly UniswapReader reader = new(eth);

    internal EthApi Eth => eth;

    internal bool Knows(Address token) => pools.Any(p => p.Token0 == token || p.Token1 == token);

    /// <summary>Every pool of a pair at the newest block.</summary>
    internal async Task<IReadOnlyList<CowRoute>> RoutesAsync(Address sell, Address buy, CancellationToken ct)
    {
        var routes = new List<CowRoute>();
        var head = await eth.BlockNumberAsync(ct).ConfigureAwait(false);
        foreach (var pool in pools.Where(p => (p.Token0 == sell && p.Token1 == buy) || (p.Token1 == sell && p.Token0 == buy)))
        {
            IAmmPool state = pool.Kind == PoolKind.ConstantProduct ? await reader.V2Async(pool.Address, Hex.Quantity(head), ct).ConfigureAwait(false) : await reader.V3Async(pool.Address, head, ct).ConfigureAwait(false);
            routes.Add(new(pool, pool.Token0 == sell, state));
        }
        return routes;
    }

    /// <summary>The router of a route and the call by which a contract sells there.</summary>
    internal (Address Router, byte[] Data) Call(CowRoute route, BigInteger amountIn, BigInteger minOut, Address to) =>
        (route.Pool.Kind == PoolKind.ConstantProduct ? routers.V2Router : routers.V3Router, RouterCalls.Encode(route.Pool, route.ZeroForOne, amountIn, minOut, to));
}

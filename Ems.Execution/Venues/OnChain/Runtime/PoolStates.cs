using System.Numerics;
using Ems.Execution.Core.Amm;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Uniswap;

namespace Ems.Execution.Venues.OnChain.Runtime;

/// <summary>A pool as it was at a block.</summary>
public sealed record PoolView(OnChainPool Pool, IAmmPool State, long Block, DateTimeOffset At);

/// <summary>
/// The newest state of every pool. A pool of concentrated liquidity is read with all its ticks once and again when its positions changed;
/// a block in which only swaps happened costs one message for all pools together.
/// </summary>
internal sealed class PoolStates(EthApi eth, IReadOnlyList<OnChainPool> pools)
{
    private readonly UniswapReader reader = new(eth);
    private readonly Dictionary<Address, PoolView> views = [];
    private long head = -1;

    /// <summary>Reads what changed up to a block.</summary>
    public async Task<IReadOnlyDictionary<Address, PoolView>> ReadAsync(EthBlock block, DateTimeOffset at, CancellationToken ct)
    {
        var concentrated = pools.Where(p => p.Kind == PoolKind.Concentrated).Select(p => p.Address).ToArray();
        IReadOnlySet<Address> moved = concentrated.Length == 0 || head < 0 || block.Number <= head ? concentrated.ToHashSet() : await reader.PositionsChangedAsync(concentrated, head + 1, block.Number, ct).ConfigureAwait(false);
        var heads = await reader.HeadsAsync([.. pools.Select(p => (p.Address, p.Kind == PoolKind.Concentrated))], block.Number, ct).ConfigureAwait(false);
        for (var i = 0; i < pools.Count; i++)
        {
            var pool = pools[i];
            IAmmPool state = heads[i] is { } v3
                ? moved.Contains(pool.Address) || views.GetValueOrDefault(pool.Address)?.State is not ConcentratedPool known
                    ? await reader.V3Async(pool.Address, block.Number, ct).ConfigureAwait(false)
                    : new ConcentratedPool(known.FeePips, known.TickSpacing, v3.Sqrt, v3.Tick, v3.Liquidity, known.Ticks)
                : await reader.V2Async(pool.Address, Hex.Quantity(block.Number), ct).ConfigureAwait(false);
            views[pool.Address] = new(pool, state, block.Number, at);
        }
        head = block.Number;
        return new Dictionary<Address, PoolView>(views);
    }
}

using System.Numerics;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Uniswap;

namespace Ems.Execution.Venues.OnChain.Runtime;

public sealed partial class ChainRuntime
{
    private const int ArbitrageSwapsPerLane = 500, LooksPerBlock = 4;
    private IOnChainVenue? arbitrageVenue;
    private LocalArbitrage? arbitrage;
    private PoolMirror? mirror;
    private int arbitrageSwaps;

    /// <summary>Blocks are the builder's; without one a node's own clock knows whole seconds only.</summary>
    private bool WeMine => node is { IsOurs: true } && (builder is not null || options.BlockTimeMs % 1000 != 0);

    private async Task FollowAsync(CancellationToken ct)
    {
        if (options.Arbitrage && IsLocal)
        {
            await FundArbitrageAsync(ct).ConfigureAwait(false);
        }
        if (node is { IsOurs: true } ours)
        {
            // Until now it mined at once, so that everything could be put up quickly.
            await ours.TellAsync("evm_setAutomine", ct, false).ConfigureAwait(false);
            await ours.TellAsync("anvil_setNextBlockBaseFeePerGas", ct, Hex.Quantity(BaseFee)).ConfigureAwait(false);
            if (!WeMine)
            {
                await ours.TellAsync("evm_setIntervalMining", ct, options.BlockTimeMs / 1000).ConfigureAwait(false);
            }
        }
        var pause = TimeSpan.FromMilliseconds(simulation is not null || WeMine ? options.BlockTimeMs : Math.Max(50, options.BlockTimeMs / LooksPerBlock));
        while (true)
        {
            await Task.Delay(pause, time, ct).ConfigureAwait(false);
            try
            {
                simulation?.Mine();
                if (builder is not null)
                {
                    _ = await builder.BuildAsync(ct).ConfigureAwait(false);
                }
                else if (WeMine)
                {
                    await node!.TellAsync("evm_mine", ct).ConfigureAwait(false);
                }
                if (await LookAsync(ct).ConfigureAwait(false))
                {
                    await TellAsync(ct).ConfigureAwait(false);
                }
                trouble = null;
            }
            catch (Exception e) when (e is RpcException or EthereumFormatException)
            {
                if (trouble is null)
                {
                    ChainStuck(logger, e.Message);
                }
                trouble = e.Message;
            }
        }
    }

    /// <summary>Reads the newest block and its pools; false when there is none since the last look.</summary>
    private async Task<bool> LookAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        await LookAtLayerOneAsync(ct).ConfigureAwait(false);
        if (simulation is { } sim)
        {
            Interlocked.Exchange(ref lookedAt, now.UtcTicks);
            block = new(sim.Head, now, sim.BaseFee);
            pools = sim.Pools.ToDictionary(p => p.Address, p => new PoolView(p, sim.Pool(p.Address), sim.Head, now));
            return true;
        }
        var before = mirror?.Newest.Block;
        mirror ??= await PoolMirror.StartAsync(node!.Eth, state.Contracts.Pools.ToDictionary(p => p.Address, p => p.Kind == PoolKind.Concentrated), ct).ConfigureAwait(false);
        _ = await mirror.RefreshAsync(ct).ConfigureAwait(false);
        Interlocked.Exchange(ref lookedAt, now.UtcTicks);
        var newest = mirror.Newest;
        if (newest.Block.Hash == before?.Hash)
        {
            return false;
        }
        if (block is { } last && newest.Block.Number > last.Number)
        {
            // Somebody else's chain: how long its blocks take is seen, not set.
            var ms = (int)((now - last.At).TotalMilliseconds / (newest.Block.Number - last.Number));
            Volatile.Write(ref seenBlockMs, seenBlockMs == 0 ? ms : ((seenBlockMs * 7) + ms) / 8);
        }
        pools = state.Contracts.Pools.ToDictionary(p => p.Address, p => new PoolView(p, newest.Pools[p.Address], newest.Block.Number, now));
        block = new(newest.Block.Number, now, newest.Block.BaseFeePerGas ?? BigInteger.Zero);
        return true;
    }

    private async Task TellAsync(CancellationToken ct)
    {
        if (node is { IsOurs: true })
        {
            await node.TellAsync("anvil_setNextBlockBaseFeePerGas", ct, Hex.Quantity(BaseFee)).ConfigureAwait(false);
        }
        foreach (var act in Volatile.Read(ref onBlock))
        {
            try
            {
                await act(ct).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not (OperationCanceledException or RpcException))
            {
                // One listener's failure is not the others'.
                ListenerFailed(logger, e);
            }
        }
        await ArbitrageAsync(ct).ConfigureAwait(false);
    }

    private async Task FundArbitrageAsync(CancellationToken ct)
    {
        await FundAsync(LocalArbitrage.Account.Address, [.. state.Contracts.Tokens.Select(t => (t.Symbol, t.Symbol is "WETH" or "WBTC" ? 100_000m : 1_000_000_000m))], ct).ConfigureAwait(false);
        if (node is not null)
        {
            await ApproveRoutersAsync(LocalArbitrage.Account, ct).ConfigureAwait(false);
        }
        else
        {
            simulation!.Fund(Address.Zero, LocalArbitrage.Account.Address, LocalMarket.Units(1_000_000m, 18));
        }
        arbitrage = new(state.Contracts, i => mid(i), options.ArbitrageNotionalMax, time);
    }

    private async Task ArbitrageAsync(CancellationToken ct)
    {
        if (arbitrage is null)
        {
            return;
        }
        if (arbitrageVenue is null || arbitrageSwaps >= ArbitrageSwapsPerLane)
        {
            // Its records are of no worth and would only grow.
            arbitrageVenue = simulation is not null ? await VenueAsync(LocalArbitrage.Account).ConfigureAwait(false)
                : Uniswap(await OpenLaneAsync(LocalArbitrage.Account, new MemoryTransactionJournal()).ConfigureAwait(false), LocalArbitrage.Account);
            arbitrageSwaps = 0;
        }
        _ = await arbitrageVenue.WatchAsync(ct).ConfigureAwait(false);
        foreach (var swap in arbitrage.Due(pools.Values))
        {
            arbitrageSwaps++;
            _ = await arbitrageVenue.SwapAsync(swap, ct).ConfigureAwait(false);
        }
    }
}

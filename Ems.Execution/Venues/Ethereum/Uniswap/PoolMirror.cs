using System.Collections.Concurrent;
using System.Collections.Immutable;
using Ems.Execution.Core.Amm;
using Ems.Execution.Venues.Ethereum.Rpc;

namespace Ems.Execution.Venues.Ethereum.Uniswap;

/// <summary>Pools as they are at the end of one block.</summary>
public sealed record PoolsAtBlock(EthBlock Block, ImmutableDictionary<Address, IAmmPool> Pools);

/// <summary>
/// Pools of a chain, kept at the newest block. A block's own logs say what changed, so a block costs two questions however many pools there
/// are. The last blocks are kept: after a reorganisation it goes on from the newest that is still in the chain, and reads everything anew when
/// none is, or when a log cannot follow on what is known. For one caller at a time; <see cref="Newest"/> may be read by any thread.
/// </summary>
public sealed class PoolMirror
{
    private const int BlocksKept = 64, LongestGap = 32, Tries = 3, ReadersAtOnce = 8;
    private readonly EthApi eth;
    private readonly UniswapReader reader;
    private readonly IReadOnlyDictionary<Address, bool> isConcentrated;
    private readonly List<PoolsAtBlock> kept = [];
    private volatile PoolsAtBlock newest = null!;

    private PoolMirror(EthApi eth, IReadOnlyDictionary<Address, bool> isConcentrated) => (this.eth, reader, this.isConcentrated) = (eth, new(eth), isConcentrated);

    /// <summary>The pools at the newest block that was seen.</summary>
    public PoolsAtBlock Newest => newest;

    /// <summary>How often everything was read anew, the start included.</summary>
    public int WholeReads { get; private set; }

    /// <summary>Reads the pools; the value says whether one has concentrated liquidity (V3) or is a constant product (V2).</summary>
    /// <exception cref="EthereumFormatException">The node's answers cannot be, or its blocks change while they are read.</exception>
    public static async Task<PoolMirror> StartAsync(EthApi eth, IReadOnlyDictionary<Address, bool> isConcentrated, CancellationToken ct = default)
    {
        var mirror = new PoolMirror(eth, isConcentrated);
        await mirror.ReadAllAsync(ct).ConfigureAwait(false);
        return mirror;
    }

    /// <summary>Goes to the newest block. Gives the pools that are other than before; none when there is no new block.</summary>
    public async Task<IReadOnlyList<Address>> RefreshAsync(CancellationToken ct = default)
    {
        var before = newest;
        for (var i = 1; ; i++)
        {
            try
            {
                await AdvanceAsync(ct).ConfigureAwait(false);
                break;
            }
            catch (Exception e) when (e is EthereumFormatException or RpcRefusedException && i < Tries)
            {
                // The chain changed while it was read, or a log was missed: what is known is in doubt.
                await ReadAllAsync(ct).ConfigureAwait(false);
            }
        }
        var after = newest;
        return [.. after.Pools.Where(p => !ReferenceEquals(p.Value, before.Pools.GetValueOrDefault(p.Key))).Select(p => p.Key)];
    }

    private async Task AdvanceAsync(CancellationToken ct)
    {
        var missing = new Stack<EthBlock>();
        var head = await HeadAsync("latest", ct).ConfigureAwait(false);
        // Back from the head to a block that is known; the blocks after it are applied, oldest first.
        for (var hash = head.Hash; !Known(hash); hash = missing.Peek().ParentHash)
        {
            var block = missing.Count == 0 ? head : await HeadAsync(Hex.Quantity(missing.Peek().Number - 1), ct).ConfigureAwait(false);
            if (block.Hash != hash)
            {
                throw new EthereumFormatException($"Block {block.Number} is not the parent of the next one: the chain changed while it was read.");
            }
            missing.Push(block);
            if (missing.Count > LongestGap || block.Number == 0)
            {
                await ReadAllAsync(ct).ConfigureAwait(false);
                return;
            }
        }
        var from = kept.First(k => k.Block.Hash == (missing.TryPeek(out var oldest) ? oldest.ParentHash : head.Hash));
        kept.RemoveAll(k => k.Block.Number > from.Block.Number);
        newest = from;
        foreach (var block in missing)
        {
            var logs = await eth.LogsAsync([.. isConcentrated.Keys], block.Hash, PoolEvents.Topics, ct).ConfigureAwait(false);
            var pools = newest.Pools.ToBuilder();
            foreach (var log in logs.OrderBy(l => l.LogIndex))
            {
                pools[log.Address] = pools.TryGetValue(log.Address, out var pool) ? PoolEvents.Apply(pool, log)
                    : throw new EthereumFormatException($"The node gives a log of {log.Address}, which was not asked for.");
            }
            Keep(new(block, pools.ToImmutable()));
        }
    }

    private async Task ReadAllAsync(CancellationToken ct)
    {
        for (var i = 1; ; i++)
        {
            var head = await HeadAsync("latest", ct).ConfigureAwait(false);
            var read = new ConcurrentDictionary<Address, IAmmPool>();
            await Parallel.ForEachAsync(isConcentrated, new ParallelOptions { MaxDegreeOfParallelism = ReadersAtOnce, CancellationToken = ct }, async (pool, token) =>
                read[pool.Key] = pool.Value ? await reader.V3Async(pool.Key, head.Number, token).ConfigureAwait(false)
                    : await reader.V2Async(pool.Key, Hex.Quantity(head.Number), token).ConfigureAwait(false)).ConfigureAwait(false);
            // By its number another block may have been read than the one that was named.
            if ((await HeadAsync(Hex.Quantity(head.Number), ct).ConfigureAwait(false)).Hash == head.Hash)
            {
                WholeReads++;
                kept.Clear();
                Keep(new(head, read.ToImmutableDictionary()));
                return;
            }
            if (i == Tries)
            {
                throw new EthereumFormatException($"Block {head.Number} changed {Tries} times while the pools were read.");
            }
        }
    }

    private bool Known(string hash) => kept.Exists(k => k.Block.Hash == hash);

    private void Keep(PoolsAtBlock pools)
    {
        kept.Add(pools);
        if (kept.Count > BlocksKept)
        {
            kept.RemoveAt(0);
        }
        newest = pools;
    }

    private async Task<EthBlock> HeadAsync(string numberOrTag, CancellationToken ct) =>
        await eth.BlockAsync(numberOrTag, ct).ConfigureAwait(false) ?? throw new EthereumFormatException($"The node has no block {numberOrTag}.");
}

using System.Collections.Concurrent;
using System.Numerics;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Transactions;

namespace Ems.Execution.Venues.Ethereum.PrivateFlow.Loopback;

/// <summary>
/// Builder and relay of a local chain, the only one who talks to its node (anvil --no-mining --order fifo). The public pool is open to
/// everybody, what comes by the relay is kept in here until its block. At block time units are ordered by what they pay, bundles whole or not
/// at all, simulated, and handed to the node in that order.
/// </summary>
public sealed class BlockBuilder(EthApi node)
{
    private const int UnitsMax = 10_000, StatusesMax = 50_000;
    private const long Ever = long.MaxValue;
    private readonly Lock gate = new();
    private readonly SemaphoreSlim building = new(1, 1);
    private readonly Dictionary<string, BuilderUnit> units = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, RelayReport> statuses = new(StringComparer.Ordinal);
    private long arrivals;

    /// <summary>What the relay does wrong on purpose.</summary>
    public LoopbackFaults Faults { get; } = new();

    /// <summary>Hash of every transaction that reaches the public pool.</summary>
    public event Action<string>? PendingPublic;

    /// <summary>Every block, after it is made.</summary>
    public event Action<BuiltBlock>? Built;

    internal EthApi Node => node;

    /// <summary>Public transactions that wait.</summary>
    public IReadOnlyList<SignedTransaction> PublicPool
    {
        get
        {
            lock (gate)
            {
                return [.. units.Values.Where(u => !u.IsPrivate).OrderBy(u => u.Arrival).Select(u => u.Txs[0])];
            }
        }
    }

    /// <summary>Makes the next block.</summary>
    public async Task<BuiltBlock> BuildAsync(CancellationToken ct = default)
    {
        await building.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            var block = await PackAsync(ct).ConfigureAwait(false);
            Built?.Invoke(block);
            return block;
        }
        finally
        {
            building.Release();
        }
    }

    /// <summary>Takes a transaction into the public pool.</summary>
    internal async Task<string> AddPublicAsync(SignedTransaction tx, CancellationToken ct)
    {
        await CheckAsync(tx, ct).ConfigureAwait(false);
        lock (gate)
        {
            if (units.GetValueOrDefault(tx.Hash) is { IsPrivate: false })
            {
                throw new RpcServiceException("already known");
            }
            var rival = units.Values.FirstOrDefault(u => !u.IsPrivate && u.Txs[0].From == tx.From && u.Txs[0].Transaction.Nonce == tx.Transaction.Nonce);
            if (rival is not null)
            {
                if (tx.Transaction.MaxFee * 10 < rival.Txs[0].Transaction.MaxFee * 11)
                {
                    throw new RpcServiceException("replacement transaction underpriced");
                }
                units.Remove(rival.Name);
            }
            Add(new(tx.Hash, [tx], null, 0, Ever, new HashSet<string> { tx.Hash }, arrivals++));
        }
        PendingPublic?.Invoke(tx.Hash);
        return tx.Hash;
    }

    /// <summary>Takes a private unit. Its blocks are counted from the next one.</summary>
    internal async Task AddPrivateAsync(string name, IReadOnlyList<SignedTransaction> txs, Address sender, long firstBlock, long? lastBlock, IReadOnlySet<string> mayRevert, RelayHints hints, CancellationToken ct)
    {
        if (Faults.Refuse)
        {
            throw new RpcServiceException("the relay takes nothing at the moment");
        }
        foreach (var tx in txs)
        {
            await CheckAsync(tx, ct).ConfigureAwait(false);
        }
        var next = await node.BlockNumberAsync(ct).ConfigureAwait(false) + 1;
        var last = lastBlock ?? next + 24;
        if (last < next)
        {
            throw new RpcServiceException($"block {last} is past");
        }
        Note(name, new(RelayStatus.Pending, last, Faults.Leak, null));
        if (!Faults.Drop)
        {
            lock (gate)
            {
                // The same unit again, for later blocks, goes on under its name.
                var first = Math.Max(firstBlock, next + Faults.DelayBlocks);
                Add(units.TryGetValue(name, out var known) && known.IsPrivate && known.Sender == sender
                    ? known with { FirstBlock = Math.Min(known.FirstBlock, first), LastBlock = Math.Max(known.LastBlock, last) }
                    : new(name, txs, sender, first, last, mayRevert, arrivals++, hints));
            }
        }
        if (Faults.Leak)
        {
            foreach (var tx in txs)
            {
                PendingPublic?.Invoke(tx.Hash);
            }
        }
    }

    /// <summary>Forgets a private unit of the same sender; false where there is none.</summary>
    internal bool Cancel(string name, Address sender)
    {
        lock (gate)
        {
            if (units.GetValueOrDefault(name) is not { IsPrivate: true } unit || unit.Sender != sender)
            {
                return false;
            }
            units.Remove(name);
            Note(name, new(RelayStatus.Cancelled, null, false, null));
            return true;
        }
    }

    /// <summary>A transaction that everybody may see: public, or let out by the leak.</summary>
    internal SignedTransaction? FindPublic(string hash)
    {
        lock (gate)
        {
            return units.Values.Where(u => !u.IsPrivate || Faults.Leak).SelectMany(u => u.Txs).FirstOrDefault(t => t.Hash == hash);
        }
    }

    internal RelayReport StatusOf(string name) => statuses.GetValueOrDefault(name) ?? new(RelayStatus.Unknown, null, false, null);

    private void Add(BuilderUnit unit)
    {
        if (units.Count >= UnitsMax && !units.ContainsKey(unit.Name))
        {
            throw new RpcServiceException("the pool is full", -32005);
        }
        // Public and private units of one transaction are two: a bundle's name is never a transaction's.
        units[unit.Name] = unit;
    }

    private async Task CheckAsync(SignedTransaction tx, CancellationToken ct)
    {
        if (tx.Transaction.ChainId != await node.ChainIdAsync(ct).ConfigureAwait(false))
        {
            throw new RpcServiceException("invalid chain id for signer");
        }
        if (tx.Transaction.Nonce < await node.TransactionCountAsync(tx.From, ct: ct).ConfigureAwait(false))
        {
            throw new RpcServiceException("nonce too low");
        }
        if (await node.BalanceAsync(tx.From, ct: ct).ConfigureAwait(false) < tx.Transaction.Value + (tx.Transaction.MaxFee * tx.Transaction.GasLimit))
        {
            throw new RpcServiceException("insufficient funds for gas * price + value");
        }
    }

    private async Task<BuiltBlock> PackAsync(CancellationToken ct)
    {
        var head = await node.BlockAsync(ct: ct).ConfigureAwait(false) ?? throw new RpcTransportException("The node has no newest block.");
        var (number, baseFee) = (head.Number + 1, (await node.FeeHistoryAsync(1, [], ct).ConfigureAwait(false)).BaseFees[^1]);
        BuilderUnit[] waiting;
        lock (gate)
        {
            waiting = [.. units.Values];
        }
        var nonces = new Dictionary<Address, ulong>();
        foreach (var from in waiting.SelectMany(u => u.Txs).Select(t => t.From).Distinct())
        {
            nonces[from] = await node.TransactionCountAsync(from, ct: ct).ConfigureAwait(false);
        }
        var leftOut = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var unit in waiting)
        {
            var why = number > unit.LastBlock ? "its blocks are past" : unit.Txs.Any(t => t.Transaction.Nonce < nonces[t.From]) ? "a nonce is used"
                : number < unit.FirstBlock ? "its block is later" : unit.Txs.Any(t => Faults.Excluded.Contains(t.From)) ? "its sender is shut out" : unit.TipAt(baseFee).Sign < 0 ? "it does not pay the base fee" : null;
            if (why is not null)
            {
                leftOut[unit.Name] = why;
            }
        }
        var ordered = waiting.OrderByDescending(u => u.TipAt(baseFee)).ThenByDescending(u => u.Txs.Count).ThenBy(u => u.Arrival).ToArray();
        IReadOnlyList<BuilderUnit> packed;
        while (true)
        {
            packed = UnitPacking.Pack(ordered.Where(u => !leftOut.ContainsKey(u.Name)), nonces, head.GasLimit);
            if (packed.Count > 0 && await BundleSimulator.FirstFailureAsync(node, packed, ct).ConfigureAwait(false) is var (failed, reason))
            {
                leftOut[failed.Name] = "it reverts: " + reason;
            }
            else if (await HandOverAsync(packed, ct).ConfigureAwait(false) is var (refused, why))
            {
                leftOut[refused.Name] = why;
            }
            else
            {
                break;
            }
        }
        _ = await node.Client.SendAsync(new("evm_mine"), ct).ConfigureAwait(false);
        Settle(number, waiting, packed, leftOut);
        return new(number, [.. packed.SelectMany(u => u.Txs).Select(t => t.Hash)], [.. packed.Where(u => u.IsPrivate).SelectMany(u => u.Txs).Select(t => t.Hash)],
            [.. waiting.Except(packed).Select(u => (u.Name, leftOut.GetValueOrDefault(u.Name, "another one took its place")))]);
    }

    /// <summary>Gives the node the block's transactions one after the other. One that it refuses is named, and nothing stays with the node.</summary>
    private async Task<(BuilderUnit Unit, string Why)?> HandOverAsync(IReadOnlyList<BuilderUnit> packed, CancellationToken ct)
    {
        foreach (var unit in packed)
        {
            try
            {
                foreach (var tx in unit.Txs)
                {
                    _ = await node.SendRawAsync(tx, ct).ConfigureAwait(false);
                }
            }
            catch (RpcRefusedException e)
            {
                _ = await node.Client.SendAsync(new("anvil_dropAllTransactions"), ct).ConfigureAwait(false);
                return (unit, e.Error.Message);
            }
        }
        return null;
    }

    private void Settle(long number, BuilderUnit[] waiting, IReadOnlyList<BuilderUnit> packed, Dictionary<string, string> leftOut)
    {
        var included = packed.SelectMany(u => u.Txs).Select(t => t.Hash).ToHashSet(StringComparer.Ordinal);
        lock (gate)
        {
            foreach (var unit in waiting)
            {
                var isIn = unit.Txs.Any(t => included.Contains(t.Hash));
                var stale = leftOut.GetValueOrDefault(unit.Name) is "a nonce is used" or "its blocks are past" || number >= unit.LastBlock;
                if (isIn || stale)
                {
                    units.Remove(unit.Name);
                }
                if (unit.IsPrivate && (isIn || stale || leftOut.ContainsKey(unit.Name)))
                {
                    Note(unit.Name, new(packed.Contains(unit) ? RelayStatus.Included : isIn || stale ? RelayStatus.Failed : RelayStatus.Pending, unit.LastBlock, Faults.Leak, leftOut.GetValueOrDefault(unit.Name)));
                }
            }
        }
    }

    private void Note(string name, RelayReport report)
    {
        if (statuses.Count > StatusesMax)
        {
            statuses.Clear();
        }
        statuses[name] = report;
    }
}

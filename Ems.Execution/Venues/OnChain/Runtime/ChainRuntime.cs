using System.Collections.Concurrent;
using System.Numerics;
using Ems.Execution.Core.Gas;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.PrivateFlow;
using Ems.Execution.Venues.Ethereum.Sending;
using Ems.Execution.Venues.Ethereum.Signing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Ems.Execution.Venues.OnChain.Runtime;

/// <summary>The newest block as the runtime saw it.</summary>
/// <param name="BaseFee">Wei per gas.</param>
public sealed record BlockView(long Number, DateTimeOffset At, BigInteger BaseFee);

/// <summary>Books of other venues, from which local pools take their first price and near which they are kept.</summary>
public delegate decimal? ReferenceMid(InstrumentId instrument);

/// <summary>
/// The chain of this instance: finds or starts a node, deploys on a development chain, falls back to the simulation and says why, and then
/// follows the blocks. It is set up in the background: nothing waits for it unless it asks by <see cref="ReadyAsync"/>.
/// </summary>
public sealed partial class ChainRuntime : BackgroundService, IAsyncDisposable
{
    private readonly ChainOptions options;
    private readonly ReferenceMid mid;
    private readonly TimeProvider time;
    private readonly ILogger<ChainRuntime> logger;
    private readonly Keys.IServerKeys? keys;
    private readonly Func<BigInteger?>? layerOneBaseFee;
    private readonly Lazy<ITransactionJournal> journal;
    private readonly TaskCompletionSource<ChainState> ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<Address, Lazy<Task<NonceLane>>> lanes = new();
    private readonly Lock listening = new();
    private Func<CancellationToken, Task>[] onBlock = [];
    private ChainNode? node;
    private SimulatedChain? simulation;
    private volatile ChainState state = ChainState.Starting;
    private volatile BlockView? block;
    private volatile IReadOnlyDictionary<Address, PoolView> pools = new Dictionary<Address, PoolView>();
    private volatile string? trouble;
    private long lookedAt;
    private int disposed, seenBlockMs;

    /// <summary>Made by the host.</summary>
    public ChainRuntime(IOptions<ChainOptions> options, ReferenceMid mid, TimeProvider time, ILogger<ChainRuntime> logger, Keys.IServerKeys? keys = null, Func<BigInteger?>? layerOneBaseFee = null)
    {
        (this.options, this.mid, this.time, this.logger, this.keys, this.layerOneBaseFee) = (options.Value, mid, time, logger, keys, layerOneBaseFee);
        journal = new(() =>
        {
            Directory.CreateDirectory(this.options.DataPath);
            return new SqliteTransactionJournal(this.options.TransactionsFile);
        });
    }

    /// <summary>The chain; Starting before it is set up.</summary>
    public ChainState State => state;

    /// <summary>The newest block, or null before the first.</summary>
    public BlockView? Block => block;

    /// <summary>Why the chain does not move at the moment, or null.</summary>
    public string? Trouble => trouble;

    /// <summary>Questions to the node; null where there is none.</summary>
    public EthApi? Eth => node?.Eth;

    /// <summary>The simulation; null where there is a node.</summary>
    public SimulatedChain? Simulation => simulation;

    /// <summary>Whether the chain is made by this instance, its coin and tokens worth nothing.</summary>
    public bool IsLocal => state.Mode is ChainMode.Anvil or ChainMode.Simulator;

    /// <summary>The chain as the router counts it.</summary>
    public ChainProfile Profile => new(state.ChainId, state.Name, options.IsLayerTwo ? GasModelKind.OpStack : GasModelKind.Eip1559, state.Mode == ChainMode.Rpc && Volatile.Read(ref seenBlockMs) is > 0 and var seen ? seen : options.BlockTimeMs, options.Confirmations);

    /// <summary>The chain, once it is set up.</summary>
    public Task<ChainState> ReadyAsync(CancellationToken ct = default) => ready.Task.WaitAsync(ct);

    /// <summary>A pool at the newest block, or null.</summary>
    public PoolView? Pool(Address pool) => pools.GetValueOrDefault(pool);

    /// <summary>When the chain was last looked at: pools are true as of then.</summary>
    public DateTimeOffset LookedAt => new(Interlocked.Read(ref lookedAt), TimeSpan.Zero);

    /// <summary>What a transaction of ours would offer per gas now.</summary>
    public FeeQuote Offer => FeeStrategy.Quote(new(block?.BaseFee ?? 0, []), FeeSpeed.Normal, new LaneOptions().MaxFeeCap);

    /// <summary>Calls back after every block, one call after the other; dispose to stop.</summary>
    public IDisposable OnBlock(Func<CancellationToken, Task> act)
    {
        lock (listening)
        {
            onBlock = [.. onBlock, act];
        }
        return new Unsubscriber(() =>
        {
            lock (listening)
            {
                onBlock = [.. onBlock.Where(a => a != act)];
            }
        });
    }

    /// <summary>The one lane of a wallet on the node. Needs a node.</summary>
    public Task<NonceLane> LaneAsync(ISigner signer) =>
        lanes.GetOrAdd(signer.Address, _ => new(() => OpenLaneAsync(signer, new ScopedTransactionJournal(journal.Value, state.Instance)))).Value;

    /// <summary>The pools for one wallet, on the node or in the simulation. The chain must be set up.</summary>
    public async Task<IOnChainVenue> VenueAsync(ISigner signer, SubmissionPath path = SubmissionPath.Public) => simulation is { } sim
        ? new SimulatedOnChainVenue(sim, signer.Address, options.Confirmations, time)
        : Uniswap(await LaneAsync(signer).ConfigureAwait(false), signer, path);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        try
        {
            await SetUpAsync(stoppingToken).ConfigureAwait(false);
            await FollowAsync(stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            ready.TrySetCanceled(stoppingToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Dispose();
        // The container holds it under two names and disposes it for each.
        if (node is { } mine && Interlocked.Exchange(ref disposed, 1) == 0)
        {
            await (doors?.DisposeAsync() ?? ValueTask.CompletedTask).ConfigureAwait(false);
            await mine.DisposeAsync().ConfigureAwait(false);
        }
    }

    private Task<NonceLane> OpenLaneAsync(ISigner signer, ITransactionJournal events) => NonceLane.OpenAsync(
        publicDoor ?? node?.Eth ?? throw new InvalidOperationException("There is no node."), signer, state.ChainId, new() { Confirmations = options.Confirmations }, events, time, relay);

    private UniswapVenue Uniswap(NonceLane lane, ISigner signer, SubmissionPath path = SubmissionPath.Public) => new(state.Name, state.ChainId, node!.Eth, lane, signer.Address,
        new(state.Contracts.V2Router, state.Contracts.V3Router), state.Contracts.Pools, time, path, options.IsLayerTwo ? "by the sequencer, which shows nobody what waits" : "by the public pool");

    private sealed class Unsubscriber(Action undo) : IDisposable
    {
        public void Dispose() => undo();
    }

    [LoggerMessage(2601, LogLevel.Information, "The chain is {Name} (chain {ChainId}), ready after {Ms:0} ms")]
    private static partial void ChainReady(ILogger logger, string name, ulong chainId, double ms);

    [LoggerMessage(2602, LogLevel.Warning, "The chain does not move: {Why}")]
    private static partial void ChainStuck(ILogger logger, string why);

    [LoggerMessage(2603, LogLevel.Error, "Something that follows the blocks failed")]
    private static partial void ListenerFailed(ILogger logger, Exception e);
}

using Ems.Execution.Core.Orders;
using Ems.Execution.Venues.Ethereum.Local;
using Ems.Execution.Venues.Ethereum.PrivateFlow;
using Ems.Execution.Venues.Ethereum.PrivateFlow.Loopback;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Signing;

namespace Ems.Execution.Venues.OnChain.Runtime;

/// <summary>
/// The private way to the chain. In front of our own node stands a builder of ours with a relay, so that what is private is in no pool before
/// its block; for another node the relays are named in the settings.
/// </summary>
public sealed partial class ChainRuntime
{
    private const int WindowBlocksMax = 25;
    private static readonly HttpClient RelayHttp = new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30) }) { Timeout = Timeout.InfiniteTimeSpan };
    private BlockBuilder? builder;
    private BuilderServer? doors;
    private EthApi? publicDoor;
    private IPrivateRelay? relay;

    /// <summary>Name of the relays, or null where there is none.</summary>
    public string? RelayName => relay?.Name;

    /// <summary>The relays as one, or null.</summary>
    internal IPrivateRelay? Relay => relay;

    /// <summary>The endpoint that everybody has, or null without a node: what waits there is seen by all.</summary>
    internal EthApi? PublicEndpoint => publicDoor ?? node?.Eth;

    /// <summary>The builder before our own node, or null: tests make it fail, and look at what it was shown.</summary>
    public BlockBuilder? Builder => builder;

    /// <summary>
    /// What an order's wish means on this chain; null in the simulation, where nobody looks on. A development chain without a relay has no
    /// searchers either, so what is private goes to its node.
    /// </summary>
    /// <param name="wish">The order's door; null is private.</param>
    /// <param name="publicFallback">Whether what no relay brought into a block may be shown to everybody.</param>
    /// <param name="life">How long the transaction is good for.</param>
    public SubmissionPolicy? PolicyFor(OnChainSubmission? wish, bool publicFallback, TimeSpan life)
    {
        if (simulation is not null)
        {
            return null;
        }
        // A layer two has no public pool: what is sent there is seen by its sequencer alone.
        if (wish == OnChainSubmission.Public || options.IsLayerTwo || (relay is null && state.ChainId == ChainNode.DevChain))
        {
            return new() { Mode = SubmissionMode.Public };
        }
        // With a fallback half of its life is left for the public pool.
        var blocks = (int)Math.Clamp((publicFallback ? life / 2 : life).TotalMilliseconds / Math.Max(1, Profile.BlockMs), 1, WindowBlocksMax);
        return new()
        {
            Mode = wish == OnChainSubmission.Bundle ? SubmissionMode.Bundle : SubmissionMode.PrivateRelay, WindowBlocks = blocks, WindowsMax = 1,
            Fallbacks = publicFallback ? [SubmissionMode.Public] : [], AllowPublic = publicFallback,
        };
    }

    private async Task OpenDoorsAsync(CancellationToken ct)
    {
        if (!options.Builder)
        {
            return;
        }
        builder = new(node!.Eth);
        doors = await BuilderServer.StartAsync(builder, ct: ct).ConfigureAwait(false);
        publicDoor = ChainNode.Api(doors.Address, node.ChainId, time);
        relay = new RelayClient("local relay", RelayHttp, doors.RelayAddress, await IdentityAsync(ct).ConfigureAwait(false), time, statusAddress: doors.RelayStatusAddress);
    }

    private async Task FindRelaysAsync(CancellationToken ct)
    {
        if (options.Relays.Count == 0)
        {
            return;
        }
        var identity = await IdentityAsync(ct).ConfigureAwait(false);
        relay = new RelayGroup([.. options.Relays.Select(r => new RelayClient(r.Name, RelayHttp, new(r.Url), identity, time, r.TimeoutMs, r.StatusUrl.Length > 0 ? new(r.StatusUrl) : null))]);
    }

    /// <summary>The key by which relays know us; it holds no funds.</summary>
    private Task<ISigner> IdentityAsync(CancellationToken ct) => keys?.RelayIdentityAsync(ct) ?? Task.FromResult<ISigner>(DevAccounts.Account(8));
}

using System.Text.Json;

namespace Ems.Execution.Venues.Ethereum.Rpc;

/// <summary>A channel and what is known of its health. An endpoint is asked for its chain before anything else.</summary>
internal sealed class RpcEndpoint(IRpcChannel channel, ulong chainId, RpcPolicy policy, TimeProvider time)
{
    private static readonly RpcRequest ChainId = new("eth_chainId");
    private static readonly RpcRequest BlockNumber = new("eth_blockNumber");
    private readonly Lock gate = new();
    private bool? onChain;
    private int failures;
    private DateTimeOffset restsUntil = DateTimeOffset.MinValue;
    private long? head;
    private long latencyMs;

    public IRpcChannel Channel => channel;

    public long? Head => head;

    public EndpointHealth Health(long? bestHead)
    {
        lock (gate)
        {
            var state = onChain == false ? EndpointState.WrongChain
                : time.GetUtcNow() < restsUntil ? EndpointState.Resting
                : onChain is null ? EndpointState.Unknown
                : head is { } h && bestHead is { } best && best - h > policy.LagBlocksMax ? EndpointState.Lagging : EndpointState.Healthy;
            return new(channel.Name, state, failures, head, latencyMs);
        }
    }

    /// <summary>Asks, and learns from the answer or its absence.</summary>
    public async Task<IReadOnlyList<RpcResponse>> AskAsync(IReadOnlyList<RpcRequest> requests, CancellationToken ct)
    {
        if (onChain != true)
        {
            await ProbeAsync(ct).ConfigureAwait(false);
        }
        if (onChain == false)
        {
            throw new RpcTransportException($"{channel.Name} is not a node of chain {chainId}.");
        }
        return await TimedAsync(requests, ct).ConfigureAwait(false);
    }

    /// <summary>Asks for the chain and the newest block; null when the endpoint is of another chain.</summary>
    public async Task<long?> ProbeAsync(CancellationToken ct)
    {
        var answers = await TimedAsync([ChainId, BlockNumber], ct).ConfigureAwait(false);
        try
        {
            var right = Hex.ParseQuantity(answers[0].Value(ChainId.Method).GetString()) == chainId;
            var newest = Hex.ParseLong(answers[1].Value(BlockNumber.Method).GetString());
            lock (gate)
            {
                onChain = right;
                head = newest;
            }
            return right ? newest : null;
        }
        catch (Exception e) when (e is EthereumFormatException or RpcRefusedException or InvalidOperationException)
        {
            Failed();
            throw new RpcTransportException($"{channel.Name} does not say its chain and newest block.", e);
        }
    }

    /// <summary>Counts an answer that the others do not share as a failure.</summary>
    public void Disagreed() => Failed();

    private async Task<IReadOnlyList<RpcResponse>> TimedAsync(IReadOnlyList<RpcRequest> requests, CancellationToken ct)
    {
        var start = time.GetTimestamp();
        try
        {
            var answers = await channel.SendAsync(requests, ct).ConfigureAwait(false);
            var took = (long)time.GetElapsedTime(start).TotalMilliseconds;
            lock (gate)
            {
                failures = 0;
                latencyMs = latencyMs == 0 ? took : ((latencyMs * 7) + took) / 8;
            }
            return answers;
        }
        catch (RpcTransportException)
        {
            Failed();
            throw;
        }
    }

    private void Failed()
    {
        lock (gate)
        {
            // Behind the same name another node may answer next time, so the chain is asked again.
            onChain = null;
            if (++failures >= policy.FailuresToRest)
            {
                restsUntil = time.GetUtcNow() + TimeSpan.FromMilliseconds(policy.RestMs);
            }
        }
    }
}

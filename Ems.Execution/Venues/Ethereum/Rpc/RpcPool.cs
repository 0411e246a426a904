using System.Text.Json;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Venues.Ethereum.Rpc;

/// <summary>What the client above asks (Nethereum's IClient): one question, several at once, or a read that several nodes must agree on.</summary>
public interface IRpcClient
{
    /// <summary>Asks one question. Throws <see cref="RpcRefusedException"/> when the node refuses and <see cref="RpcTransportException"/> when none answers.</summary>
    Task<JsonElement> SendAsync(RpcRequest request, CancellationToken ct = default);

    /// <summary>Asks several questions in one message, each answered or refused on its own.</summary>
    Task<IReadOnlyList<RpcResponse>> SendBatchAsync(IReadOnlyList<RpcRequest> requests, CancellationToken ct = default);

    /// <summary>
    /// Asks a question whose answer money depends on. With a quorum above one, "latest" is pinned to a block that enough endpoints have, and
    /// only an answer that enough of them give is taken; otherwise <see cref="RpcQuorumException"/>.
    /// </summary>
    Task<JsonElement> ReadAsync(RpcRequest request, CancellationToken ct = default);
}

/// <summary>Several endpoints of one chain as one client: the healthiest is asked, a failure goes to the next, retries have a budget.</summary>
public sealed class RpcPool : IRpcClient, IAsyncDisposable
{
    private readonly IReadOnlyList<RpcEndpoint> endpoints;
    private readonly RpcPolicy policy;
    private readonly RetryBudget budget;
    private readonly TimeProvider time;
    private long retries;

    /// <param name="channels">At least one, and at least as many as the quorum.</param>
    /// <param name="chainId">The chain; an endpoint of another one is never used.</param>
    /// <param name="policy">Bounds.</param>
    /// <param name="time">Clock of pauses and health.</param>
    public RpcPool(IReadOnlyList<IRpcChannel> channels, ulong chainId, RpcPolicy policy, TimeProvider time)
    {
        if (channels.Count == 0 || channels.Count < policy.Quorum)
        {
            throw new ArgumentException($"A quorum of {policy.Quorum} needs as many endpoints, there are {channels.Count}.", nameof(channels));
        }
        (this.policy, this.time, ChainId, budget) = (policy, time, chainId, new(policy));
        endpoints = [.. channels.Select(c => new RpcEndpoint(c, chainId, policy, time))];
    }

    /// <summary>The chain.</summary>
    public ulong ChainId { get; }

    /// <summary>Retries so far.</summary>
    public long Retries => Interlocked.Read(ref retries);

    /// <summary>Every endpoint as it was last seen.</summary>
    public IReadOnlyList<EndpointHealth> Health()
    {
        var best = endpoints.Max(e => e.Head);
        return [.. endpoints.Select(e => e.Health(best))];
    }

    /// <inheritdoc/>
    public async Task<JsonElement> SendAsync(RpcRequest request, CancellationToken ct = default) =>
        (await SendBatchAsync([request], ct).ConfigureAwait(false))[0].Value(request.Method);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RpcResponse>> SendBatchAsync(IReadOnlyList<RpcRequest> requests, CancellationToken ct = default)
    {
        budget.Earn();
        RpcEndpoint? last = null;
        for (var attempt = 1; ; attempt++)
        {
            var endpoint = Choose(last);
            try
            {
                var answers = await endpoint.AskAsync(requests, ct).ConfigureAwait(false);
                if (!answers.Any(a => a.Error is { IsBusy: true }) || attempt >= policy.AttemptsMax || !budget.TrySpend())
                {
                    return answers;
                }
            }
            catch (RpcTransportException) when (attempt < policy.AttemptsMax && budget.TrySpend())
            {
            }
            last = endpoint;
            await PauseAsync(attempt, ct).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async Task<JsonElement> ReadAsync(RpcRequest request, CancellationToken ct = default)
    {
        if (policy.Quorum == 1)
        {
            return await SendAsync(request, ct).ConfigureAwait(false);
        }
        var heads = await AllAsync(endpoints, async e => await e.ProbeAsync(ct).ConfigureAwait(false)).ConfigureAwait(false);
        var ranked = heads.Where(h => h.Answer is not null).OrderByDescending(h => h.Answer).ToArray();
        if (ranked.Length < policy.Quorum)
        {
            throw new RpcQuorumException($"{request.Method}: {ranked.Length} of {endpoints.Count} endpoints answer on chain {ChainId}, {policy.Quorum} are needed.");
        }
        // The block that exactly enough endpoints have: the newest that can be agreed on.
        var pinned = ranked[policy.Quorum - 1].Answer!.Value;
        var atBlock = request with { Params = [.. request.Params.Select(p => p is "latest" ? Hex.Quantity(pinned) : p)] };
        var able = ranked.Where(h => h.Answer >= pinned).Select(h => h.Endpoint).ToArray();
        var answers = await AllAsync(able, async e => (await e.AskAsync([atBlock], ct).ConfigureAwait(false))[0]).ConfigureAwait(false);
        var given = answers.Where(a => a.Answer is not null).ToArray();
        foreach (var candidate in given)
        {
            var same = given.Where(a => Same(a.Answer!, candidate.Answer!)).ToArray();
            // Two camps of the quorum's size cannot be told apart, so more than half of the answers must be in one.
            if (same.Length >= policy.Quorum && same.Length * 2 > given.Length)
            {
                foreach (var other in given.Except(same))
                {
                    other.Endpoint.Disagreed();
                }
                return candidate.Answer!.Value(request.Method);
            }
        }
        throw new RpcQuorumException($"{request.Method} at block {pinned}: {given.Length} answers, no {policy.Quorum} of them the same.");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var endpoint in endpoints)
        {
            await endpoint.Channel.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The best endpoint; after a failure another one, where there is another that may be used.</summary>
    private RpcEndpoint Choose(RpcEndpoint? not)
    {
        var best = endpoints.Max(e => e.Head);
        return endpoints.Select(e => (Endpoint: e, Health: e.Health(best)))
            .OrderBy(e => e.Endpoint == not)
            .ThenBy(e => e.Health.State switch { EndpointState.Healthy => 0, EndpointState.Unknown => 1, EndpointState.Lagging => 2, EndpointState.Resting => 3, _ => 4 })
            .ThenBy(e => e.Health.FailuresInARow).ThenBy(e => e.Health.LatencyMs)
            .First().Endpoint;
    }

    private async Task PauseAsync(int attempt, CancellationToken ct)
    {
        var n = Interlocked.Increment(ref retries);
        var full = Math.Min((long)policy.BackoffMsMin << Math.Min(attempt - 1, 16), policy.BackoffMsMax);
        var ms = (full / 2) + (long)(SeededRandom.UnitDecimal(policy.Seed, 0, n) * (full - (full / 2)));
        if (ms > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(ms), time, ct).ConfigureAwait(false);
        }
    }

    private static async Task<(RpcEndpoint Endpoint, T? Answer)[]> AllAsync<T>(IReadOnlyList<RpcEndpoint> endpoints, Func<RpcEndpoint, Task<T?>> ask) =>
        await Task.WhenAll(endpoints.Select(async e =>
        {
            try
            {
                return (e, await ask(e).ConfigureAwait(false));
            }
            catch (RpcTransportException)
            {
                return (e, default(T));
            }
        })).ConfigureAwait(false);

    private static bool Same(RpcResponse a, RpcResponse b) => a.Error is null && b.Error is null
        ? JsonElement.DeepEquals(a.Result!.Value, b.Result!.Value)
        : a.Error is not null && b.Error is not null && a.Error.Code == b.Error.Code;
}

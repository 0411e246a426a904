using System.Net.Http.Headers;
using System.Text.Json;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Sending;
using Ems.Execution.Venues.Ethereum.Signing;

namespace Ems.Execution.Venues.Ethereum.PrivateFlow;

/// <summary>
/// A relay by the protocol of Flashbots: JSON-RPC whose every body is signed by an identity of ours (a key that holds no funds), named in the
/// header X-Flashbots-Signature.
/// </summary>
public sealed class RelayClient : IPrivateRelay
{
    private const int AnswerBytesMax = 4 << 20;
    private const int BundleBlocksAhead = 3;
    private readonly HttpClient http;
    private readonly Uri address;
    private readonly ISigner identity;
    private readonly TimeProvider time;
    private readonly TimeSpan timeout;
    private readonly Uri? statusAddress;
    private long lastId;

    /// <param name="identity">Key that signs bodies; relays keep a reputation for it.</param>
    /// <param name="statusAddress">Where GET tx/{hash} answers, or null.</param>
    public RelayClient(string name, HttpClient http, Uri address, ISigner identity, TimeProvider time, int timeoutMs = 5_000, Uri? statusAddress = null) =>
        (Name, this.http, this.address, this.identity, this.time, timeout, this.statusAddress) = (name, http, address, identity, time, TimeSpan.FromMilliseconds(timeoutMs), statusAddress);

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public async Task SendAsync(PrivateSubmission submission, CancellationToken ct = default)
    {
        if (submission.Path == SubmissionPath.Relay)
        {
            var named = await SendPrivateTransactionAsync(submission.Raw, submission.LastBlock, ct: ct).ConfigureAwait(false);
            if (!string.Equals(named, submission.Hash, StringComparison.OrdinalIgnoreCase))
            {
                throw new EthereumFormatException($"{Name} names {named} where {submission.Hash} was sent.");
            }
        }
        else if (submission.Hints != RelayHints.None)
        {
            await SendShareBundleAsync(new(submission.FirstBlock, submission.LastBlock, [new(submission.Raw, null)], submission.Hints), ct).ConfigureAwait(false);
        }
        else
        {
            // A bundle is for one block; those that follow are named on the way.
            for (var block = submission.FirstBlock; block <= submission.LastBlock && block < submission.FirstBlock + BundleBlocksAhead; block++)
            {
                await SendBundleAsync(new([submission.Raw], block), ct).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public async Task<bool> CancelAsync(string hash, CancellationToken ct = default) => await CancelPrivateTransactionAsync(hash, ct).ConfigureAwait(false);

    /// <summary>eth_sendPrivateTransaction; gives the hash that the relay names.</summary>
    /// <param name="maxBlockNumber">Last block for which it is kept, or null for the relay's own.</param>
    /// <param name="fast">Whether every builder of the relay may have it.</param>
    public async Task<string> SendPrivateTransactionAsync(string raw, long? maxBlockNumber, bool? fast = null, CancellationToken ct = default)
    {
        var json = new Dictionary<string, object> { ["tx"] = raw };
        if (maxBlockNumber is { } last)
        {
            json["maxBlockNumber"] = Hex.Quantity(last);
        }
        if (fast is { } all)
        {
            json["preferences"] = new Dictionary<string, object> { ["fast"] = all };
        }
        return (await AskAsync("eth_sendPrivateTransaction", ct, json).ConfigureAwait(false)).TextValue();
    }

    /// <summary>eth_sendPrivateRawTransaction; gives the hash that the relay names.</summary>
    public async Task<string> SendPrivateRawTransactionAsync(string raw, CancellationToken ct = default) =>
        (await AskAsync("eth_sendPrivateRawTransaction", ct, raw).ConfigureAwait(false)).TextValue();

    /// <summary>eth_cancelPrivateTransaction; only who sent it may.</summary>
    public async Task<bool> CancelPrivateTransactionAsync(string hash, CancellationToken ct = default) =>
        (await AskAsync("eth_cancelPrivateTransaction", ct, new Dictionary<string, object> { ["txHash"] = hash }).ConfigureAwait(false)).ValueKind == JsonValueKind.True;

    /// <summary>eth_sendBundle; gives the bundle's hash.</summary>
    public async Task<string> SendBundleAsync(RelayBundle bundle, CancellationToken ct = default) =>
        RelayWire.BundleHash(await AskAsync("eth_sendBundle", ct, bundle.ToJson()).ConfigureAwait(false));

    /// <summary>mev_sendBundle; gives the bundle's hash.</summary>
    public async Task<string> SendShareBundleAsync(ShareBundle bundle, CancellationToken ct = default) =>
        RelayWire.BundleHash(await AskAsync("mev_sendBundle", ct, bundle.ToJson()).ConfigureAwait(false));

    /// <summary>eth_callBundle: what a bundle would do on top of a block.</summary>
    /// <param name="stateBlock">Number or tag of the block below.</param>
    public async Task<BundleSimulation> CallBundleAsync(IReadOnlyList<string> txs, long blockNumber, string stateBlock = "latest", long? timestamp = null, CancellationToken ct = default)
    {
        var json = new Dictionary<string, object> { ["txs"] = txs, ["blockNumber"] = Hex.Quantity(blockNumber), ["stateBlockNumber"] = stateBlock };
        if (timestamp is { } at)
        {
            json["timestamp"] = at;
        }
        return RelayWire.Simulation(await AskAsync("eth_callBundle", ct, json).ConfigureAwait(false));
    }

    /// <summary>The relay's word on a transaction; Unknown where it has no status address.</summary>
    public async Task<RelayReport> StatusAsync(string hash, CancellationToken ct = default)
    {
        if (statusAddress is null)
        {
            return new(RelayStatus.Unknown, null, false, null);
        }
        using var message = new HttpRequestMessage(HttpMethod.Get, new Uri(statusAddress, $"tx/{hash}"));
        return RelayWire.Report(RpcWire.Parse(await ExchangeAsync(message, ct).ConfigureAwait(false)));
    }

    private async Task<JsonElement> AskAsync(string method, CancellationToken ct, params IReadOnlyList<object?> values)
    {
        var body = RpcWire.Write([new(method, values)], Interlocked.Increment(ref lastId));
        using var content = new ReadOnlyMemoryContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var message = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        message.Headers.TryAddWithoutValidation(RelayWire.SignatureHeader, RelayWire.Header(identity.Address, await identity.SignHashAsync(RelayWire.SigningHash(body.Span), ct).ConfigureAwait(false)));
        // One question by message, so the answer's id says nothing, and relays answer with ids of their own.
        return RpcWire.ReadOne(RpcWire.Parse(await ExchangeAsync(message, ct).ConfigureAwait(false))).Value(method);
    }

    private async Task<byte[]> ExchangeAsync(HttpRequestMessage message, CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, ct);
        try
        {
            using var answer = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            await answer.Content.LoadIntoBufferAsync(AnswerBytesMax, either.Token).ConfigureAwait(false);
            return (int)answer.StatusCode is 429 or >= 500
                ? throw new RpcTransportException($"{Name} answers HTTP {(int)answer.StatusCode}.") : await answer.Content.ReadAsByteArrayAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new RpcTransportException($"{Name} did not answer within {timeout.TotalMilliseconds:0} ms.", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new RpcTransportException($"{Name} cannot be reached: {e.Message}", e);
        }
    }
}

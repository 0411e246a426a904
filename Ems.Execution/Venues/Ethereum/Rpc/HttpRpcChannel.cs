using System.Net.Http.Headers;

namespace Ems.Execution.Venues.Ethereum.Rpc;

/// <summary>JSON-RPC over HTTP. A timeout covers the whole answer; an answer has a largest size.</summary>
public sealed class HttpRpcChannel : IRpcChannel
{
    private readonly HttpClient http;
    private readonly Uri address;
    private readonly TimeSpan timeout;
    private readonly int responseBytesMax;
    private readonly TimeProvider time;
    private long lastId;

    /// <param name="http">Shared client; its own timeout should be longer than <paramref name="timeoutMs"/>.</param>
    /// <param name="address">The node's address.</param>
    /// <param name="time">Clock of the timeout.</param>
    /// <param name="timeoutMs">Longest wait for a whole answer.</param>
    /// <param name="responseBytesMax">Largest answer.</param>
    public HttpRpcChannel(HttpClient http, Uri address, TimeProvider time, int timeoutMs = 10_000, int responseBytesMax = 64 << 20) =>
        (this.http, this.address, this.time, timeout, this.responseBytesMax, Name) = (http, address, time, TimeSpan.FromMilliseconds(timeoutMs), responseBytesMax, address.Host + ":" + address.Port);

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RpcResponse>> SendAsync(IReadOnlyList<RpcRequest> requests, CancellationToken ct = default)
    {
        if (requests.Count == 0)
        {
            return [];
        }
        var firstId = Interlocked.Add(ref lastId, requests.Count) - requests.Count + 1;
        using var content = new ReadOnlyMemoryContent(RpcWire.Write(requests, firstId));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, ct);
        try
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
            using var answer = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            var body = await ReadAsync(answer.Content, either.Token).ConfigureAwait(false);
            if ((int)answer.StatusCode is 429 or >= 500)
            {
                throw new RpcTransportException($"{Name} answers HTTP {(int)answer.StatusCode}.");
            }
            return RpcWire.Read(body, firstId, requests.Count);
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

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContent content, CancellationToken ct)
    {
        await using var stream = await content.ReadAsStreamAsync(ct).ConfigureAwait(false);
        using var body = new MemoryStream((int)Math.Clamp(content.Headers.ContentLength ?? 0, 1024, 1 << 20));
        var buffer = new byte[16 << 10];
        int read;
        while ((read = await stream.ReadAsync(buffer, ct).ConfigureAwait(false)) > 0)
        {
            body.Write(buffer, 0, read);
            if (body.Length > responseBytesMax)
            {
                throw new RpcTransportException($"{Name} answers more than {responseBytesMax} bytes.");
            }
        }
        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }
}

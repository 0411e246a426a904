using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;

namespace Ems.Execution.Venues.Ethereum.Rpc;

/// <summary>
/// JSON-RPC over one WebSocket: many questions under way at once, and subscriptions. A connection that breaks fails what is under way and
/// ends the subscriptions; whoever needs them opens another channel and subscribes again.
/// </summary>
public sealed class WebSocketRpcChannel : IRpcChannel
{
    private const int NotesMax = 4096;
    private const int SubscriptionsMax = 256;
    private readonly ClientWebSocket socket = new();
    private readonly SemaphoreSlim writing = new(1, 1);
    private readonly CancellationTokenSource closing = new();
    private readonly ConcurrentDictionary<long, (int Count, TaskCompletionSource<JsonElement> Answer)> underWay = new();
    private readonly ConcurrentDictionary<string, Channel<JsonElement>> subscriptions = new(StringComparer.Ordinal);
    private readonly TimeProvider time;
    private readonly TimeSpan timeout;
    private readonly int responseBytesMax;
    private Task reading = Task.CompletedTask;
    private Exception? broken;
    private long lastId;

    private WebSocketRpcChannel(Uri address, TimeProvider time, int timeoutMs, int responseBytesMax) =>
        (Name, this.time, timeout, this.responseBytesMax) = (address.Host + ":" + address.Port, time, TimeSpan.FromMilliseconds(timeoutMs), responseBytesMax);

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Connects to a node.</summary>
    public static async Task<WebSocketRpcChannel> ConnectAsync(Uri address, TimeProvider time, int timeoutMs = 10_000, int responseBytesMax = 64 << 20, CancellationToken ct = default)
    {
        var channel = new WebSocketRpcChannel(address, time, timeoutMs, responseBytesMax);
        try
        {
            using var deadline = new CancellationTokenSource(channel.timeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, ct);
            await channel.socket.ConnectAsync(address, either.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or HttpRequestException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            await channel.DisposeAsync().ConfigureAwait(false);
            throw new RpcTransportException($"{channel.Name} cannot be reached: {e.Message}", e);
        }
        channel.reading = Task.Run(channel.ReadLoopAsync, CancellationToken.None);
        return channel;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RpcResponse>> SendAsync(IReadOnlyList<RpcRequest> requests, CancellationToken ct = default)
    {
        if (requests.Count == 0)
        {
            return [];
        }
        var firstId = Interlocked.Add(ref lastId, requests.Count) - requests.Count + 1;
        var answer = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        underWay[firstId] = (requests.Count, answer);
        try
        {
            if (Volatile.Read(ref broken) is { } e)
            {
                throw new RpcTransportException($"{Name} is disconnected.", e);
            }
            await WriteAsync(RpcWire.Write(requests, firstId), ct).ConfigureAwait(false);
            return RpcWire.Read(await answer.Task.WaitAsync(timeout, time, ct).ConfigureAwait(false), firstId, requests.Count);
        }
        catch (TimeoutException e)
        {
            throw new RpcTransportException($"{Name} did not answer within {timeout.TotalMilliseconds:0} ms.", e);
        }
        finally
        {
            underWay.TryRemove(firstId, out _);
        }
    }

    /// <summary>Subscribes (newHeads, logs, newPendingTransactions). When the reader is slow, the oldest notes are dropped.</summary>
    public async Task<ChannelReader<JsonElement>> SubscribeAsync(string topic, CancellationToken ct = default, params IReadOnlyList<object?> more)
    {
        var id = (await SendAsync([new("eth_subscribe", [topic, .. more])], ct).ConfigureAwait(false))[0].Value("eth_subscribe").GetString()
            ?? throw new RpcTransportException("A subscription without a name.");
        return NotesOf(id).Reader;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync().ConfigureAwait(false);
        await reading.ConfigureAwait(false);
        socket.Dispose();
    }

    private Channel<JsonElement> NotesOf(string subscription) => subscriptions.GetOrAdd(subscription,
        _ => Channel.CreateBounded<JsonElement>(new BoundedChannelOptions(NotesMax) { FullMode = BoundedChannelFullMode.DropOldest, SingleWriter = true }));

    private async Task WriteAsync(ReadOnlyMemory<byte> message, CancellationToken ct)
    {
        await writing.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            // A frame that is cut off in the middle breaks the connection, so the writing itself is not cancelled by the caller.
            await socket.SendAsync(message, WebSocketMessageType.Text, true, closing.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or InvalidOperationException)
        {
            throw new RpcTransportException($"{Name} is disconnected.", e);
        }
        finally
        {
            writing.Release();
        }
    }

    private async Task ReadLoopAsync()
    {
        Exception end;
        try
        {
            var buffer = new byte[16 << 10];
            using var body = new MemoryStream();
            while (true)
            {
                var part = await socket.ReceiveAsync(buffer, closing.Token).ConfigureAwait(false);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    throw new RpcTransportException($"{Name} closed the connection.");
                }
                body.Write(buffer, 0, part.Count);
                if (body.Length > responseBytesMax)
                {
                    throw new RpcTransportException($"{Name} answers more than {responseBytesMax} bytes.");
                }
                if (part.EndOfMessage)
                {
                    Take(RpcWire.Parse(body.GetBuffer().AsMemory(0, (int)body.Length)));
                    body.SetLength(0);
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or RpcTransportException or InvalidOperationException)
        {
            end = e;
        }
        Volatile.Write(ref broken, end);
        foreach (var (_, answer) in underWay.Values)
        {
            answer.TrySetException(new RpcTransportException($"{Name} is disconnected.", end));
        }
        foreach (var notes in subscriptions.Values)
        {
            notes.Writer.TryComplete(new RpcTransportException($"{Name} is disconnected.", end));
        }
    }

    private void Take(JsonElement message)
    {
        if (message.ValueKind == JsonValueKind.Object && message.TryGetProperty("params", out var note) && note.ValueKind == JsonValueKind.Object
            && note.TryGetProperty("subscription", out var id) && id.ValueKind == JsonValueKind.String && note.TryGetProperty("result", out var result))
        {
            // A note may overtake the answer that names its subscription, so an unknown name is kept, up to a bound.
            if (subscriptions.Count < SubscriptionsMax || subscriptions.ContainsKey(id.GetString()!))
            {
                NotesOf(id.GetString()!).Writer.TryWrite(result);
            }
            return;
        }
        var ids = message.ValueKind == JsonValueKind.Array ? message.EnumerateArray().Select(RpcWire.IdOf) : [RpcWire.IdOf(message)];
        foreach (var id2 in ids)
        {
            if (id2 is { } one && underWay.FirstOrDefault(u => one >= u.Key && one < u.Key + u.Value.Count) is { Value.Answer: { } answer })
            {
                answer.TrySetResult(message);
                return;
            }
        }
    }
}

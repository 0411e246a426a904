using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;
using Ems.Execution.Venues.Ethereum.Rpc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ems.Execution.Venues.Ethereum.PrivateFlow.Loopback;

/// <summary>
/// The builder's doors on 127.0.0.1: the public endpoint at / over HTTP and WebSocket, with the feed of what waits (newPendingTransactions) and
/// of blocks (newHeads), and the relay at /relay. Nobody from outside this computer can reach it.
/// </summary>
public sealed class BuilderServer : IAsyncDisposable
{
    private const int BodyBytesMax = 4 << 20, NotesMax = 4_096;
    private readonly WebApplication app;
    private readonly BlockBuilder builder;
    private readonly PublicDoor publicDoor;
    private readonly RelayDoor relayDoor;
    private readonly CancellationTokenSource closing = new();

    private BuilderServer(WebApplication app, BlockBuilder builder) => (this.app, this.builder, publicDoor, relayDoor) = (app, builder, new(builder), new(builder));

    /// <summary>The public endpoint.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1");

    /// <summary>The public endpoint over WebSocket.</summary>
    public Uri WebSocketAddress => new UriBuilder(Address) { Scheme = "ws" }.Uri;

    /// <summary>The relay.</summary>
    public Uri RelayAddress => new(Address, "relay");

    /// <summary>Where the relay answers GET tx/{hash}.</summary>
    public Uri RelayStatusAddress => new(Address, "relay/");

    /// <summary>Opens the doors.</summary>
    /// <param name="port">0 takes a free one.</param>
    public static async Task<BuilderServer> StartAsync(BlockBuilder builder, int port = 0, CancellationToken ct = default)
    {
        var host = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Loopback" });
        host.Logging.ClearProviders();
        // What the outer application is configured with is not for this one.
        host.Configuration.Sources.Clear();
        host.WebHost.ConfigureKestrel(k =>
        {
            k.Listen(IPAddress.Loopback, port);
            k.Limits.MaxRequestBodySize = BodyBytesMax;
        });
        var app = host.Build();
        var server = new BuilderServer(app, builder);
        app.UseWebSockets();
        app.Run(server.ServeAsync);
        await app.StartAsync(ct).ConfigureAwait(false);
        server.Address = new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return server;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync().ConfigureAwait(false);
        await app.DisposeAsync().ConfigureAwait(false);
        closing.Dispose();
    }

    private async Task ServeAsync(HttpContext http)
    {
        var (path, ct) = (http.Request.Path.Value ?? "/", http.RequestAborted);
        if (http.WebSockets.IsWebSocketRequest)
        {
            using var socket = await http.WebSockets.AcceptWebSocketAsync().ConfigureAwait(false);
            await TalkAsync(socket).ConfigureAwait(false);
        }
        else if (HttpMethods.IsGet(http.Request.Method) && path.StartsWith("/relay/tx/", StringComparison.Ordinal))
        {
            var report = builder.StatusOf(path["/relay/tx/".Length..].ToLowerInvariant());
            await http.Response.WriteAsJsonAsync(new { status = report.Status.ToString().ToUpperInvariant(), maxBlockNumber = report.MaxBlockNumber, seenInMempool = report.SeenInMempool, simError = report.Reason ?? "" }, ct).ConfigureAwait(false);
        }
        else if (HttpMethods.IsPost(http.Request.Method))
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body, ct).ConfigureAwait(false);
            var bytes = body.ToArray();
            var answer = path.StartsWith("/relay", StringComparison.Ordinal) ? await RelayAsync(http, bytes, ct).ConfigureAwait(false) : await PublicAsync(bytes, ct).ConfigureAwait(false);
            http.Response.StatusCode = builder.Faults.LoseAnswers && path.StartsWith("/relay", StringComparison.Ordinal) ? StatusCodes.Status503ServiceUnavailable : http.Response.StatusCode;
            await http.Response.WriteAsJsonAsync(answer, ct).ConfigureAwait(false);
        }
        else
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        }
    }

    private async Task<object?> RelayAsync(HttpContext http, byte[] body, CancellationToken ct)
    {
        if (RelayWire.SenderOf(http.Request.Headers[RelayWire.SignatureHeader], body) is not { } sender)
        {
            http.Response.StatusCode = StatusCodes.Status403Forbidden;
            return RpcServing.Error(null, -32600, "the body is not signed by the address of the header");
        }
        return await RpcServing.EachAsync(body, (method, values) => relayDoor.AskAsync(method, values, sender, ct)).ConfigureAwait(false);
    }

    private Task<object?> PublicAsync(byte[] body, CancellationToken ct) => RpcServing.EachAsync(body, (method, values) => publicDoor.AskAsync(method, values, ct));

    private async Task TalkAsync(WebSocket socket)
    {
        var outgoing = Channel.CreateBounded<object?>(new BoundedChannelOptions(NotesMax) { FullMode = BoundedChannelFullMode.DropOldest });
        var (pending, heads) = (new HashSet<string>(), new HashSet<string>());
        void OnPending(string hash) => Tell(pending, hash);
        void OnBlock(BuiltBlock block) => Tell(heads, new { number = Hex.Quantity(block.Number) });
        void Tell(HashSet<string> to, object note)
        {
            lock (to)
            {
                foreach (var subscription in to)
                {
                    outgoing.Writer.TryWrite(new { jsonrpc = "2.0", method = "eth_subscription", @params = new { subscription, result = note } });
                }
            }
        }
        async Task<object?> AskAsync(string method, JsonElement values)
        {
            if (method != "eth_subscribe")
            {
                return await publicDoor.AskAsync(method, values, closing.Token).ConfigureAwait(false);
            }
            var topic = values.Entries("params").First().TextValue();
            var to = topic switch { "newPendingTransactions" => pending, "newHeads" => heads, _ => throw new RpcServiceException($"no subscription {topic}", -32602) };
            lock (to)
            {
                var id = Hex.Quantity((topic == "newHeads" ? 1_000 : 2_000) + to.Count);
                to.Add(id);
                return id;
            }
        }
        builder.PendingPublic += OnPending;
        builder.Built += OnBlock;
        try
        {
            var writing = WriteAsync(socket, outgoing.Reader);
            var buffer = new byte[16 << 10];
            using var body = new MemoryStream();
            while (await socket.ReceiveAsync(buffer, closing.Token).ConfigureAwait(false) is { MessageType: not WebSocketMessageType.Close } part && body.Length < BodyBytesMax)
            {
                body.Write(buffer, 0, part.Count);
                if (part.EndOfMessage)
                {
                    outgoing.Writer.TryWrite(await RpcServing.EachAsync(body.ToArray(), AskAsync).ConfigureAwait(false));
                    body.SetLength(0);
                }
            }
            outgoing.Writer.TryComplete();
            await writing.ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            outgoing.Writer.TryComplete();
        }
        finally
        {
            builder.PendingPublic -= OnPending;
            builder.Built -= OnBlock;
        }
    }

    private async Task WriteAsync(WebSocket socket, ChannelReader<object?> notes)
    {
        try
        {
            await foreach (var note in notes.ReadAllAsync(closing.Token).ConfigureAwait(false))
            {
                await socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(note), WebSocketMessageType.Text, true, closing.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            socket.Abort();
        }
    }
}

using System.Net;
using System.Text;
using System.Text.Json;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Rpc;

namespace Ems.Chain.Tests.Harness;

/// <summary>A node in memory that answers as a test says: on a chain, at a head, and otherwise by a function.</summary>
internal sealed class ScriptedNode(string name, Func<RpcRequest, object?> answer) : IRpcChannel
{
    public string Name => name;

    public ulong ChainId { get; set; } = 1;

    public long Head { get; set; } = 100;

    /// <summary>How many of the next messages fail.</summary>
    public int Failures { get; set; }

    public List<RpcRequest> Asked { get; } = [];

    public Task<IReadOnlyList<RpcResponse>> SendAsync(IReadOnlyList<RpcRequest> requests, CancellationToken ct = default)
    {
        lock (Asked)
        {
            Asked.AddRange(requests);
            if (Failures > 0)
            {
                Failures--;
                throw new RpcTransportException(name + " is down.");
            }
        }
        return Task.FromResult<IReadOnlyList<RpcResponse>>([.. requests.Select(One)]);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private RpcResponse One(RpcRequest request)
    {
        var result = request.Method switch { "eth_chainId" => Hex.Quantity(ChainId), "eth_blockNumber" => Hex.Quantity(Head), _ => answer(request) };
        return result is RpcError error ? new(null, error) : new(JsonSerializer.SerializeToElement(result), null);
    }
}

/// <summary>HTTP that gives the same answer to everything.</summary>
internal sealed class SameAnswer(Func<byte[]> body, HttpStatusCode status = HttpStatusCode.OK) : HttpMessageHandler
{
    public SameAnswer(string body, HttpStatusCode status = HttpStatusCode.OK) : this(() => Encoding.UTF8.GetBytes(body), status)
    {
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Task.FromResult(new HttpResponseMessage(status) { Content = new ByteArrayContent(body()) });
}

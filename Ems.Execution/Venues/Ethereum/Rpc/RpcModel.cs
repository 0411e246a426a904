using System.Text.Json;

namespace Ems.Execution.Venues.Ethereum.Rpc;

/// <summary>One question to a node.</summary>
/// <param name="Method">eth_call, eth_blockNumber ...</param>
/// <param name="Params">Arguments, each something that System.Text.Json writes.</param>
public sealed record RpcRequest(string Method, params IReadOnlyList<object?> Params);

/// <summary>An answer, or the node's refusal. Exactly one of the two is there.</summary>
public sealed record RpcResponse(JsonElement? Result, RpcError? Error)
{
    /// <summary>The result; a refusal is thrown.</summary>
    public JsonElement Value(string method) => Error is null ? Result!.Value : throw new RpcRefusedException(method, Error);
}

/// <summary>A node's refusal.</summary>
/// <param name="Code">3 is a revert, -32005 a limit, -32601 an unknown method.</param>
/// <param name="Message">The node's words.</param>
/// <param name="Data">Revert data or more words.</param>
public sealed record RpcError(int Code, string Message, JsonElement? Data)
{
    /// <summary>Revert data, where the node gave them: as text, or as text in an object's "data".</summary>
    public byte[]? RevertData()
    {
        var text = Data switch
        {
            { ValueKind: JsonValueKind.String } s => s.GetString(),
            { ValueKind: JsonValueKind.Object } o when o.TryGetProperty("data", out var inner) && inner.ValueKind == JsonValueKind.String => inner.GetString(),
            _ => null,
        };
        try
        {
            return text is null || !text.StartsWith("0x", StringComparison.Ordinal) ? null : Hex.Decode(text);
        }
        catch (EthereumFormatException)
        {
            return null;
        }
    }

    /// <summary>Whether the node only says that it is busy, so that the same question may be asked again.</summary>
    public bool IsBusy => Code is -32005 or 429 or -32097;
}

/// <summary>Something between us and a node went wrong; whether the node acted is unknown.</summary>
public class RpcException : Exception
{
    /// <summary>What went wrong.</summary>
    public RpcException(string message) : base(message)
    {
    }

    /// <summary>What went wrong, and the error below.</summary>
    public RpcException(string message, Exception inner) : base(message, inner)
    {
    }
}

/// <summary>A connection that failed, a timeout, an answer cut off or one that is no JSON-RPC: worth another try.</summary>
public sealed class RpcTransportException : RpcException
{
    /// <summary>What went wrong.</summary>
    public RpcTransportException(string message) : base(message)
    {
    }

    /// <summary>What went wrong, and the error below.</summary>
    public RpcTransportException(string message, Exception inner) : base(message, inner)
    {
    }
}

/// <summary>The node answered, and refused.</summary>
public sealed class RpcRefusedException(string method, RpcError error) : RpcException($"{method} refused ({error.Code}): {error.Message}")
{
    /// <summary>The refusal.</summary>
    public RpcError Error { get; } = error;
}

/// <summary>Endpoints that do not agree, or too few that answered.</summary>
public sealed class RpcQuorumException(string message) : RpcException(message);

/// <summary>A way to a node. An implementation answers every request of a batch or throws <see cref="RpcTransportException"/>.</summary>
public interface IRpcChannel : IAsyncDisposable
{
    /// <summary>Name for logs and health.</summary>
    string Name { get; }

    /// <summary>Asks the questions in one message; answers come in the order of the questions.</summary>
    Task<IReadOnlyList<RpcResponse>> SendAsync(IReadOnlyList<RpcRequest> requests, CancellationToken ct = default);
}

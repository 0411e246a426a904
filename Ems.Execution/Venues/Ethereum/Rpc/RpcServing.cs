using System.Text.Json;

namespace Ems.Execution.Venues.Ethereum.Rpc;

/// <summary>Why a door of ours does not do something; goes back as a JSON-RPC error.</summary>
internal sealed class RpcServiceException(string message, int code = -32000) : Exception(message)
{
    public int Code { get; } = code;
}

/// <summary>The answering side of JSON-RPC 2.0: questions in, answers out, whatever goes wrong as an error object with its question's id.</summary>
internal static class RpcServing
{
    private const int BatchMax = 1_000;

    /// <summary>The answer to one question, or to each of a batch.</summary>
    public static async Task<object?> EachAsync(byte[] body, Func<string, JsonElement, Task<object?>> ask)
    {
        JsonElement root;
        try
        {
            root = RpcWire.Parse(body);
        }
        catch (RpcTransportException e)
        {
            return Error(null, -32700, e.Message);
        }
        if (root.ValueKind != JsonValueKind.Array)
        {
            return await OneAsync(root, ask).ConfigureAwait(false);
        }
        if (root.GetArrayLength() is 0 or > BatchMax)
        {
            return Error(null, -32600, "batch size");
        }
        var answers = new List<object>();
        foreach (var one in root.EnumerateArray())
        {
            answers.Add(await OneAsync(one, ask).ConfigureAwait(false));
        }
        return answers;
    }

    /// <summary>The answer to one question.</summary>
    public static async Task<object> OneAsync(JsonElement question, Func<string, JsonElement, Task<object?>> ask)
    {
        object? id = question.ValueKind == JsonValueKind.Object && question.TryGetProperty("id", out var given) ? given : null;
        try
        {
            var result = await ask(question.Text("method"), question.TryGetProperty("params", out var values) ? values : default).ConfigureAwait(false);
            return new Dictionary<string, object?> { ["jsonrpc"] = "2.0", ["id"] = id, ["result"] = result };
        }
        catch (RpcRefusedException e)
        {
            return Error(id, e.Error.Code, e.Error.Message, e.Error.Data);
        }
        catch (RpcServiceException e)
        {
            return Error(id, e.Code, e.Message);
        }
        catch (Exception e) when (e is EthereumFormatException or RpcException)
        {
            return Error(id, e is EthereumFormatException ? -32602 : -32603, e.Message);
        }
    }

    /// <summary>A refusal.</summary>
    public static Dictionary<string, object?> Error(object? id, int code, string message, JsonElement? data = null)
    {
        var error = new Dictionary<string, object?> { ["code"] = code, ["message"] = message };
        if (data is { } more)
        {
            error["data"] = more;
        }
        return new() { ["jsonrpc"] = "2.0", ["id"] = id, ["error"] = error };
    }
}

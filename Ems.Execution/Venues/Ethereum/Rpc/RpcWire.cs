using System.Buffers;
using System.Text.Json;

namespace Ems.Execution.Venues.Ethereum.Rpc;

/// <summary>JSON-RPC 2.0 as bytes: questions out, answers in. What is not an answer to one of the questions is refused by name.</summary>
internal static class RpcWire
{
    private const int DepthMax = 64;
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = DepthMax };

    /// <summary>One object for one question, an array for several. Ids count up from <paramref name="firstId"/>.</summary>
    public static ReadOnlyMemory<byte> Write(IReadOnlyList<RpcRequest> requests, long firstId)
    {
        var buffer = new ArrayBufferWriter<byte>(256 * requests.Count);
        using (var json = new Utf8JsonWriter(buffer))
        {
            if (requests.Count != 1)
            {
                json.WriteStartArray();
            }
            for (var i = 0; i < requests.Count; i++)
            {
                json.WriteStartObject();
                json.WriteString("jsonrpc", "2.0");
                json.WriteNumber("id", firstId + i);
                json.WriteString("method", requests[i].Method);
                json.WritePropertyName("params");
                JsonSerializer.Serialize(json, requests[i].Params);
                json.WriteEndObject();
            }
            if (requests.Count != 1)
            {
                json.WriteEndArray();
            }
        }
        return buffer.WrittenMemory;
    }

    /// <summary>The message as JSON.</summary>
    public static JsonElement Parse(ReadOnlyMemory<byte> message)
    {
        try
        {
            using var document = JsonDocument.Parse(message, Options);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new RpcTransportException("The answer is no JSON.", e);
        }
    }

    /// <summary>Answers by the order of the questions. A batch of which a part is missing, doubled or unasked is refused as a whole.</summary>
    public static RpcResponse[] Read(ReadOnlyMemory<byte> message, long firstId, int count) => Read(Parse(message), firstId, count);

    /// <inheritdoc cref="Read(ReadOnlyMemory{byte}, long, int)"/>
    public static RpcResponse[] Read(JsonElement root, long firstId, int count)
    {
        if (root.ValueKind == JsonValueKind.Object && count > 1)
        {
            // Nodes answer a batch they do not want with one refusal, without an id.
            var whole = ReadOne(root);
            return whole.Error is null ? throw new RpcTransportException($"One answer to a batch of {count}.") : [.. Enumerable.Repeat(whole, count)];
        }
        var answers = new RpcResponse[count];
        foreach (var entry in root.ValueKind == JsonValueKind.Array ? root.EnumerateArray().ToArray() : [root])
        {
            var answer = ReadOne(entry);
            if (IdOf(entry) is not { } id)
            {
                answers[0] = count == 1 && answer.Error is not null ? answer : throw new RpcTransportException("An answer without an id.");
                continue;
            }
            var at = id - firstId;
            if (at < 0 || at >= count || answers[at] is not null)
            {
                throw new RpcTransportException($"An answer with the id {id}, which was not asked or is answered already.");
            }
            answers[at] = answer;
        }
        var missing = answers.Count(a => a is null);
        return missing == 0 ? answers : throw new RpcTransportException($"{missing} of {count} answers of a batch are missing.");
    }

    /// <summary>The id of an answer, where it has one of ours.</summary>
    public static long? IdOf(JsonElement entry) =>
        entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.Number && id.TryGetInt64(out var n) ? n : null;

    /// <summary>One answer object.</summary>
    public static RpcResponse ReadOne(JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object)
        {
            throw new RpcTransportException("An answer that is no JSON-RPC object.");
        }
        if (entry.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object)
        {
            var code = error.TryGetProperty("code", out var c) && c.ValueKind == JsonValueKind.Number && c.TryGetInt32(out var n) ? n : 0;
            var text = error.TryGetProperty("message", out var m) && m.ValueKind == JsonValueKind.String ? m.GetString()! : "no reason given";
            return new(null, new(code, text, error.TryGetProperty("data", out var data) ? data : null));
        }
        return entry.TryGetProperty("result", out var result) ? new(result, null) : throw new RpcTransportException("An answer with neither a result nor an error.");
    }
}

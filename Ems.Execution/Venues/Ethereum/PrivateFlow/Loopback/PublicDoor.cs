using System.Text.Json;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Transactions;

namespace Ems.Execution.Venues.Ethereum.PrivateFlow.Loopback;

/// <summary>
/// The public endpoint of the chain, as wallets and bots have it: reads go to the node, sending and what waits are the builder's. What only the
/// node's owner may is not there, and the node's own pool is never shown.
/// </summary>
internal sealed class PublicDoor(BlockBuilder builder)
{
    public async Task<object?> AskAsync(string method, JsonElement parameters, CancellationToken ct)
    {
        JsonElement[] values = parameters.ValueKind == JsonValueKind.Array ? [.. parameters.EnumerateArray()] : [];
        switch (method)
        {
            case "eth_sendRawTransaction":
                return await builder.AddPublicAsync(SignedTransaction.Decode(Hex.Decode(First().TextValue())), ct).ConfigureAwait(false);
            case "eth_getRawTransactionByHash":
                return builder.FindPublic(First().TextValue()) is { } raw ? Hex.Encode(raw.Raw) : null;
            case "eth_getTransactionByHash":
                return builder.FindPublic(First().TextValue()) is { } waiting ? NodeQuestions.Waiting(waiting) : await MinedAsync(First(), ct).ConfigureAwait(false);
            case "eth_getTransactionCount" when values.Length > 1 && NodeQuestions.IsPending(values[1]):
                var address = Address.Parse(First().TextValue());
                var count = await builder.Node.TransactionCountAsync(address, ct: ct).ConfigureAwait(false);
                return Hex.Quantity(builder.PublicPool.Where(t => t.From == address).Aggregate(count, (n, t) => Math.Max(n, t.Transaction.Nonce + 1)));
            case var known when NodeQuestions.IsRead(known):
                // "pending" would show what the builder has just handed over.
                return await builder.Node.Client.SendAsync(new(method, [.. values.Select(v => NodeQuestions.IsPending(v) ? (object)"latest" : v)]), ct).ConfigureAwait(false);
            default:
                throw new RpcServiceException($"the method {method} does not exist", -32601);
        }

        JsonElement First() => values.Length > 0 ? values[0] : throw new RpcServiceException("missing params", -32602);
    }

    private async Task<object?> MinedAsync(JsonElement hash, CancellationToken ct)
    {
        var found = await builder.Node.Client.SendAsync(new("eth_getTransactionByHash", hash), ct).ConfigureAwait(false);
        return found.ValueKind == JsonValueKind.Object && found.TryGetProperty("blockNumber", out var block) && block.ValueKind == JsonValueKind.String ? found : null;
    }
}

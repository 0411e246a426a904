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
    private static readonly HashSet<string> Forwarded = new(StringComparer.Ordinal)
    {
        "eth_chainId", "eth_blockNumber", "eth_getBlockByNumber", "eth_getBlockByHash", "eth_getBalance", "eth_getCode", "eth_getStorageAt", "eth_call", "eth_estimateGas", "eth_feeHistory",
        "eth_gasPrice", "eth_maxPriorityFeePerGas", "eth_getLogs", "eth_getTransactionReceipt", "eth_getTransactionCount", "net_version", "web3_clientVersion",
    };

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
                return builder.FindPublic(First().TextValue()) is { } waiting ? Waiting(waiting) : await MinedAsync(First(), ct).ConfigureAwait(false);
            case "eth_getTransactionCount" when values.Length > 1 && IsPending(values[1]):
                var address = Address.Parse(First().TextValue());
                var count = await builder.Node.TransactionCountAsync(address, ct: ct).ConfigureAwait(false);
                return Hex.Quantity(builder.PublicPool.Where(t => t.From == address).Aggregate(count, (n, t) => Math.Max(n, t.Transaction.Nonce + 1)));
            case var known when Forwarded.Contains(known):
                // "pending" would show what the builder has just handed over.
                return await builder.Node.Client.SendAsync(new(method, [.. values.Select(v => IsPending(v) ? (object)"latest" : v)]), ct).ConfigureAwait(false);
            default:
                throw new BuilderRefusalException($"the method {method} does not exist", -32601);
        }

        JsonElement First() => values.Length > 0 ? values[0] : throw new BuilderRefusalException("missing params", -32602);
    }

    private async Task<object?> MinedAsync(JsonElement hash, CancellationToken ct)
    {
        var found = await builder.Node.Client.SendAsync(new("eth_getTransactionByHash", hash), ct).ConfigureAwait(false);
        return found.ValueKind == JsonValueKind.Object && found.TryGetProperty("blockNumber", out var block) && block.ValueKind == JsonValueKind.String ? found : null;
    }

    private static bool IsPending(JsonElement value) => value.ValueKind == JsonValueKind.String && value.GetString() == "pending";

    private static Dictionary<string, object?> Waiting(SignedTransaction signed)
    {
        var tx = signed.Transaction;
        return new()
        {
            ["hash"] = signed.Hash, ["from"] = signed.From.ToString(), ["to"] = tx.To?.ToString(), ["nonce"] = Hex.Quantity(tx.Nonce), ["gas"] = Hex.Quantity(tx.GasLimit), ["value"] = Hex.Quantity(tx.Value),
            ["input"] = Hex.Encode(tx.Data), ["chainId"] = Hex.Quantity(tx.ChainId), ["maxFeePerGas"] = Hex.Quantity(tx.MaxFee),
            ["maxPriorityFeePerGas"] = Hex.Quantity(tx is Eip1559Transaction dynamic ? dynamic.MaxPriorityFeePerGas : tx.MaxFee),
            ["type"] = tx is Eip1559Transaction ? "0x2" : "0x0", ["blockNumber"] = null, ["blockHash"] = null, ["transactionIndex"] = null,
        };
    }
}

using System.Text.Json;
using Ems.Execution.Venues.Ethereum.Transactions;

namespace Ems.Execution.Venues.Ethereum.Rpc;

/// <summary>What a door in front of a node lets through, and how it speaks of what it keeps.</summary>
internal static class NodeQuestions
{
    private static readonly HashSet<string> Forwarded = new(StringComparer.Ordinal)
    {
        "eth_chainId", "eth_blockNumber", "eth_getBlockByNumber", "eth_getBlockByHash", "eth_getBalance", "eth_getCode", "eth_getStorageAt", "eth_call", "eth_estimateGas", "eth_feeHistory",
        "eth_gasPrice", "eth_maxPriorityFeePerGas", "eth_getLogs", "eth_getTransactionReceipt", "eth_getTransactionCount", "net_version", "web3_clientVersion",
    };

    /// <summary>Whether it only reads, and may be passed on.</summary>
    public static bool IsRead(string method) => Forwarded.Contains(method);

    /// <summary>Whether a block's tag asks for what waits.</summary>
    public static bool IsPending(JsonElement value) => value.ValueKind == JsonValueKind.String && value.GetString() == "pending";

    /// <summary>A transaction that is in no block, as a node shows one.</summary>
    public static Dictionary<string, object?> Waiting(SignedTransaction signed)
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

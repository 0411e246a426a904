using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Transactions;

namespace Ems.Execution.Venues.Ethereum.PrivateFlow.Loopback;

/// <summary>The relay's methods, for whoever proved himself by the header.</summary>
internal sealed class RelayDoor(BlockBuilder builder)
{
    private const int BundleTxsMax = 100, DepthMax = 8;
    private static readonly IReadOnlySet<string> Nothing = new HashSet<string>();

    public async Task<object?> AskAsync(string method, JsonElement parameters, Address sender, CancellationToken ct)
    {
        var first = parameters.ValueKind == JsonValueKind.Array && parameters.GetArrayLength() > 0 ? parameters[0] : throw new RpcServiceException("missing params", -32602);
        return method switch
        {
            "eth_sendPrivateTransaction" => await SendAsync(first.Text("tx"), Optional(first, "maxBlockNumber"), sender, ct).ConfigureAwait(false),
            "eth_sendPrivateRawTransaction" => await SendAsync(first.TextValue(), null, sender, ct).ConfigureAwait(false),
            "eth_cancelPrivateTransaction" => builder.Cancel(first.HashText("txHash"), sender),
            "eth_sendBundle" => await BundleAsync(first, sender, ct).ConfigureAwait(false),
            "mev_sendBundle" => await ShareAsync(first, sender, ct).ConfigureAwait(false),
            "eth_callBundle" => await CallAsync(first, ct).ConfigureAwait(false),
            _ => throw new RpcServiceException($"the method {method} does not exist", -32601),
        };
    }

    private async Task<string> SendAsync(string raw, long? lastBlock, Address sender, CancellationToken ct)
    {
        var tx = Decode(raw);
        await builder.AddPrivateAsync(tx.Hash, [tx], sender, 0, lastBlock, Nothing, RelayHints.None, ct).ConfigureAwait(false);
        return tx.Hash;
    }

    private async Task<object> BundleAsync(JsonElement bundle, Address sender, CancellationToken ct)
    {
        var txs = bundle.List("txs").Select(t => Decode(t.TextValue())).ToArray();
        var block = Hex.ParseLong(bundle.Text("blockNumber"));
        var reverting = bundle.TryGetProperty("revertingTxHashes", out var hashes) && hashes.ValueKind == JsonValueKind.Array ? hashes.EnumerateArray().Select(h => h.TextValue()).ToHashSet(StringComparer.Ordinal) : Nothing;
        return await TakeAsync(txs, sender, block, block, reverting, RelayHints.None, ct).ConfigureAwait(false);
    }

    private async Task<object> ShareAsync(JsonElement bundle, Address sender, CancellationToken ct)
    {
        if (bundle.Text("version") is not ("v0.1" or "beta-1"))
        {
            throw new RpcServiceException("unsupported version", -32602);
        }
        var inclusion = bundle.TryGetProperty("inclusion", out var i) ? i : throw new RpcServiceException("missing inclusion", -32602);
        var first = Hex.ParseLong(inclusion.Text("block"));
        var (txs, reverting) = (new List<SignedTransaction>(), new HashSet<string>(StringComparer.Ordinal));
        Flatten(bundle, txs, reverting, 0);
        var hints = bundle.TryGetProperty("privacy", out var privacy) && privacy.TryGetProperty("hints", out var names) && names.ValueKind == JsonValueKind.Array
            ? RelayWire.HintsOf(names.EnumerateArray().Select(n => n.TextValue())) : RelayHints.None;
        return await TakeAsync([.. txs], sender, first, Optional(inclusion, "maxBlock") ?? first, reverting, hints, ct).ConfigureAwait(false);
    }

    private void Flatten(JsonElement bundle, List<SignedTransaction> txs, HashSet<string> reverting, int depth)
    {
        if (depth > DepthMax)
        {
            throw new RpcServiceException("bundles nested too deep", -32602);
        }
        foreach (var item in bundle.List("body"))
        {
            if (item.TryGetProperty("bundle", out var inner))
            {
                Flatten(inner, txs, reverting, depth + 1);
                continue;
            }
            var tx = item.TryGetProperty("tx", out var raw) ? Decode(raw.TextValue())
                : builder.FindPublic(item.HashText("hash")) ?? throw new RpcServiceException("unknown transaction hash");
            txs.Add(tx);
            if (item.TryGetProperty("canRevert", out var may) && may.ValueKind == JsonValueKind.True)
            {
                reverting.Add(tx.Hash);
            }
        }
    }

    private async Task<object> TakeAsync(SignedTransaction[] txs, Address sender, long first, long last, IReadOnlySet<string> reverting, RelayHints hints, CancellationToken ct)
    {
        if (txs.Length is 0 or > BundleTxsMax)
        {
            throw new RpcServiceException($"a bundle has 1 to {BundleTxsMax} transactions", -32602);
        }
        var hash = RelayBundle.HashOf(txs.Select(t => t.Hash));
        await builder.AddPrivateAsync(hash, txs, sender, first, last, reverting, hints, ct).ConfigureAwait(false);
        return new Dictionary<string, object> { ["bundleHash"] = hash };
    }

    private async Task<object> CallAsync(JsonElement bundle, CancellationToken ct)
    {
        var txs = bundle.List("txs").Select(t => Decode(t.TextValue())).ToArray();
        var head = await builder.Node.BlockAsync(ct: ct).ConfigureAwait(false) ?? throw new RpcServiceException("no block");
        var results = await BundleSimulator.RunAsync(builder.Node, txs, ct).ConfigureAwait(false);
        var baseFee = head.BaseFeePerGas ?? 0;
        var lines = txs.Zip(results, (tx, r) =>
        {
            var price = Price(tx, baseFee);
            var line = new Dictionary<string, object>
            {
                ["txHash"] = tx.Hash, ["fromAddress"] = tx.From.ToString(), ["toAddress"] = tx.Transaction.To?.ToString() ?? "", ["gasUsed"] = r.GasUsed, ["gasPrice"] = Text(price),
                ["gasFees"] = Text(price * r.GasUsed), ["coinbaseDiff"] = Text((price - baseFee) * r.GasUsed), ["ethSentToCoinbase"] = "0", ["value"] = "0x",
            };
            if (r.Error is { } error)
            {
                line["error"] = error;
            }
            return (Line: line, Fees: price * r.GasUsed, Diff: (price - baseFee) * r.GasUsed, r.GasUsed);
        }).ToArray();
        var gas = lines.Aggregate(0UL, (sum, l) => sum + l.GasUsed);
        var diff = lines.Aggregate(BigInteger.Zero, (sum, l) => sum + l.Diff);
        return new Dictionary<string, object>
        {
            ["bundleHash"] = RelayBundle.HashOf(txs.Select(t => t.Hash)), ["bundleGasPrice"] = Text(gas == 0 ? 0 : diff / gas), ["coinbaseDiff"] = Text(diff), ["ethSentToCoinbase"] = "0",
            ["gasFees"] = Text(lines.Aggregate(BigInteger.Zero, (sum, l) => sum + l.Fees)), ["totalGasUsed"] = gas, ["stateBlockNumber"] = head.Number, ["results"] = lines.Select(l => l.Line).ToArray(),
        };
    }

    private static BigInteger Price(SignedTransaction tx, BigInteger baseFee) => tx.Transaction is Eip1559Transaction dynamic
        ? BigInteger.Min(dynamic.MaxFeePerGas, baseFee + dynamic.MaxPriorityFeePerGas) : tx.Transaction.MaxFee;

    private static string Text(BigInteger value) => value.ToString(CultureInfo.InvariantCulture);

    private static long? Optional(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? Hex.ParseLong(value.GetString()) : null;

    private static SignedTransaction Decode(string raw) => SignedTransaction.Decode(Hex.Decode(raw));
}

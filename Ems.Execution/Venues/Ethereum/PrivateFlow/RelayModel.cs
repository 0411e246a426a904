using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Signing;

namespace Ems.Execution.Venues.Ethereum.PrivateFlow;

/// <summary>A bundle: these transactions in this order in this block, all or none (eth_sendBundle).</summary>
/// <param name="Txs">Signed bytes as text, in order.</param>
/// <param name="MinTimestamp">Unix seconds from which it is valid, or null.</param>
/// <param name="MaxTimestamp">Unix seconds until which it is valid, or null.</param>
/// <param name="RevertingTxHashes">Transactions that may revert without spoiling the bundle.</param>
/// <param name="Builders">Builders that may have it; none leaves it to the relay.</param>
public sealed record RelayBundle(
    IReadOnlyList<string> Txs, long BlockNumber, long? MinTimestamp = null, long? MaxTimestamp = null, IReadOnlyList<string>? RevertingTxHashes = null, IReadOnlyList<string>? Builders = null)
{
    internal Dictionary<string, object> ToJson()
    {
        var json = new Dictionary<string, object> { ["txs"] = Txs, ["blockNumber"] = Hex.Quantity(BlockNumber) };
        Add("minTimestamp", MinTimestamp);
        Add("maxTimestamp", MaxTimestamp);
        Add("revertingTxHashes", RevertingTxHashes);
        Add("builders", Builders);
        return json;

        void Add(string name, object? value)
        {
            if (value is not null)
            {
                json[name] = value;
            }
        }
    }

    /// <summary>The bundle's name: the hash of its transactions' hashes, one behind the other.</summary>
    public static string HashOf(IEnumerable<string> txHashes) => Hex.Encode(Keccak.Hash([.. txHashes.SelectMany(h => Hex.Decode(h, 32))]));
}

/// <summary>An element of a MEV-Share bundle: signed bytes, or the hash of somebody's transaction that was hinted at. One of the two is there.</summary>
public sealed record ShareItem(string? Tx, string? Hash, bool CanRevert = false)
{
    internal Dictionary<string, object> ToJson() => Hash is null ? new() { ["tx"] = Tx!, ["canRevert"] = CanRevert } : new() { ["hash"] = Hash };
}

/// <summary>A bundle of MEV-Share (mev_sendBundle, version v0.1).</summary>
/// <param name="Block">First block that it may be in.</param>
/// <param name="MaxBlock">Last block that it may be in.</param>
public sealed record ShareBundle(long Block, long? MaxBlock, IReadOnlyList<ShareItem> Body, RelayHints Hints = RelayHints.None)
{
    internal Dictionary<string, object> ToJson()
    {
        var inclusion = new Dictionary<string, object> { ["block"] = Hex.Quantity(Block) };
        if (MaxBlock is { } last)
        {
            inclusion["maxBlock"] = Hex.Quantity(last);
        }
        var json = new Dictionary<string, object>
        {
            ["version"] = "v0.1", ["inclusion"] = inclusion, ["body"] = Body.Select(b => b.ToJson()).ToArray(),
            ["validity"] = new Dictionary<string, object> { ["refund"] = Array.Empty<object>(), ["refundConfig"] = Array.Empty<object>() },
        };
        if (Hints != RelayHints.None)
        {
            json["privacy"] = new Dictionary<string, object> { ["hints"] = RelayWire.HintNames(Hints) };
        }
        return json;
    }
}

/// <summary>What a relay says that a bundle would do (eth_callBundle). Amounts in wei.</summary>
public sealed record BundleSimulation(string BundleHash, BigInteger CoinbaseDiff, BigInteger GasFees, BigInteger BundleGasPrice, ulong TotalGasUsed, long StateBlockNumber, IReadOnlyList<SimulatedTransaction> Results);

/// <summary>One transaction of a simulated bundle.</summary>
/// <param name="Error">Why it failed, or null.</param>
public sealed record SimulatedTransaction(string TxHash, Address From, ulong GasUsed, BigInteger GasPrice, string? Error);

/// <summary>Where a relay says that a private transaction stands.</summary>
public enum RelayStatus
{
    /// <summary>The relay does not know it.</summary>
    Unknown = 0,
    /// <summary>Waits.</summary>
    Pending,
    /// <summary>In a block.</summary>
    Included,
    /// <summary>Not in a block in time.</summary>
    Failed,
    /// <summary>Cancelled.</summary>
    Cancelled,
}

/// <summary>A relay's word on a private transaction.</summary>
/// <param name="MaxBlockNumber">Last block for which it is kept, or null.</param>
/// <param name="SeenInMempool">Whether the relay saw it in the public pool.</param>
/// <param name="Reason">Why it fails in the relay's simulation, or null.</param>
public sealed record RelayReport(RelayStatus Status, long? MaxBlockNumber, bool SeenInMempool, string? Reason);

/// <summary>The protocol's texts.</summary>
internal static class RelayWire
{
    /// <summary>Name of the header in which who sends proves himself.</summary>
    public const string SignatureHeader = "X-Flashbots-Signature";

    private static readonly (RelayHints Hint, string Name)[] Names =
    [
        (RelayHints.Calldata, "calldata"), (RelayHints.ContractAddress, "contract_address"), (RelayHints.FunctionSelector, "function_selector"),
        (RelayHints.Logs, "logs"), (RelayHints.Hash, "hash"),
    ];

    public static string[] HintNames(RelayHints hints) => [.. Names.Where(n => hints.HasFlag(n.Hint)).Select(n => n.Name)];

    public static RelayHints HintsOf(IEnumerable<string> names) => names.Aggregate(RelayHints.None, (all, name) => all | Names.FirstOrDefault(n => n.Name == name).Hint);

    /// <summary>What is signed for a body: the text of the body's hash, as a person's message (EIP-191).</summary>
    public static byte[] SigningHash(ReadOnlySpan<byte> body) => PersonalMessage.Hash(Hex.Encode(Keccak.Hash(body)));

    /// <summary>The header's text: address, colon, signature.</summary>
    public static string Header(Address address, EthSignature signature) => $"{address}:{signature}";

    /// <summary>Who proves himself by the header, or null.</summary>
    public static Address? SenderOf(string? header, ReadOnlySpan<byte> body)
    {
        var parts = header?.Split(':');
        try
        {
            return parts is { Length: 2 } && Address.TryParse(parts[0], out var address) && EthRecover.IsSignedBy(address, SigningHash(body), Hex.Decode(parts[1])) ? address : null;
        }
        catch (EthereumFormatException)
        {
            return null;
        }
    }

    /// <summary>The bundle's hash out of an answer.</summary>
    public static string BundleHash(JsonElement result) => result.HashText("bundleHash");

    public static BundleSimulation Simulation(JsonElement json) => new(json.HashText("bundleHash"), Wei(json, "coinbaseDiff"), Wei(json, "gasFees"), Wei(json, "bundleGasPrice"),
        (ulong)Whole(json, "totalGasUsed"), Whole(json, "stateBlockNumber"), [.. json.List("results").Select(r => new SimulatedTransaction(
            r.HashText("txHash"), Address.Parse(r.Text("fromAddress")), (ulong)Whole(r, "gasUsed"), Wei(r, "gasPrice"),
            r.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.String ? error.GetString() : null))]);

    public static RelayReport Report(JsonElement json)
    {
        var status = json.Text("status") switch
        {
            "PENDING" => RelayStatus.Pending, "INCLUDED" => RelayStatus.Included, "FAILED" => RelayStatus.Failed, "CANCELLED" => RelayStatus.Cancelled, _ => RelayStatus.Unknown,
        };
        var reason = new[] { "simError", "revertReason" }.Select(n => json.TryGetProperty(n, out var t) && t.ValueKind == JsonValueKind.String ? t.GetString() : null).FirstOrDefault(t => !string.IsNullOrEmpty(t));
        return new(status, json.TryGetProperty("maxBlockNumber", out var max) && max.ValueKind == JsonValueKind.Number ? max.GetInt64() : null,
            json.TryGetProperty("seenInMempool", out var seen) && seen.ValueKind == JsonValueKind.True, reason);
    }

    // These amounts are decimal text, other than a node's.
    private static BigInteger Wei(JsonElement json, string name) => BigInteger.TryParse(json.Text(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var wei)
        ? wei : throw new EthereumFormatException($"An answer's {name} is no number.");

    private static long Whole(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var n)
        ? n : throw new EthereumFormatException($"An answer's {name} is no number.");
}

using System.Numerics;
using System.Text.Json;

namespace Ems.Execution.Venues.Ethereum.Rpc;

/// <summary>A call that is not sent.</summary>
public sealed record EthCall(Address? From, Address? To, byte[] Data, BigInteger Value = default, ulong? Gas = null)
{
    internal Dictionary<string, string> ToJson()
    {
        var json = new Dictionary<string, string> { ["data"] = Hex.Encode(Data) };
        Add("from", From?.ToString());
        Add("to", To?.ToString());
        Add("value", Value.IsZero ? null : Hex.Quantity(Value));
        Add("gas", Gas is { } gas ? Hex.Quantity(gas) : null);
        return json;

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                json[name] = value;
            }
        }
    }
}

/// <summary>A block's head.</summary>
public sealed record EthBlock(long Number, string Hash, string ParentHash, long Timestamp, BigInteger? BaseFeePerGas, BigInteger GasUsed, BigInteger GasLimit)
{
    internal static EthBlock? Read(JsonElement json) => json.ValueKind == JsonValueKind.Null ? null : new(
        Hex.ParseLong(json.Text("number")), json.HashText("hash"), json.HashText("parentHash"), Hex.ParseLong(json.Text("timestamp")),
        json.TryGetProperty("baseFeePerGas", out var fee) && fee.ValueKind == JsonValueKind.String ? Hex.ParseQuantity(fee.GetString()) : null,
        Hex.ParseQuantity(json.Text("gasUsed")), Hex.ParseQuantity(json.Text("gasLimit")));
}

/// <summary>A log of a transaction.</summary>
public sealed record EthLog(Address Address, IReadOnlyList<byte[]> Topics, byte[] Data, long BlockNumber, string TransactionHash, long LogIndex)
{
    internal static EthLog Read(JsonElement json) => new(Address.Parse(json.Text("address")), [.. json.List("topics").Select(t => Hex.Decode(t.TextValue(), 32))],
        Hex.Decode(json.Text("data")), Hex.ParseLong(json.Text("blockNumber")), json.HashText("transactionHash"), Hex.ParseLong(json.Text("logIndex")));
}

/// <summary>What became of a transaction in a block.</summary>
/// <param name="Succeeded">False when it reverted; its gas is paid all the same.</param>
public sealed record EthReceipt(
    string TransactionHash, long BlockNumber, string BlockHash, bool Succeeded, Address From, Address? To, Address? ContractAddress,
    BigInteger GasUsed, BigInteger EffectiveGasPrice, long TransactionIndex, IReadOnlyList<EthLog> Logs)
{
    /// <summary>Wei paid for gas.</summary>
    public BigInteger GasCost => GasUsed * EffectiveGasPrice;

    internal static EthReceipt? Read(JsonElement json) => json.ValueKind == JsonValueKind.Null ? null : new(
        json.HashText("transactionHash"), Hex.ParseLong(json.Text("blockNumber")), json.HashText("blockHash"),
        Hex.ParseQuantity(json.Text("status")).IsOne, Address.Parse(json.Text("from")), json.OptionalAddress("to"), json.OptionalAddress("contractAddress"),
        Hex.ParseQuantity(json.Text("gasUsed")), Hex.ParseQuantity(json.Text("effectiveGasPrice")), Hex.ParseLong(json.Text("transactionIndex")),
        [.. json.List("logs").Select(EthLog.Read)]);
}

/// <summary>A transaction as a node knows it.</summary>
/// <param name="BlockNumber">Its block, or null while it waits.</param>
public sealed record EthTransactionInfo(string Hash, Address From, ulong Nonce, long? BlockNumber)
{
    internal static EthTransactionInfo? Read(JsonElement json) => json.ValueKind == JsonValueKind.Null ? null : new(
        json.HashText("hash"), Address.Parse(json.Text("from")), (ulong)Hex.ParseLong(json.Text("nonce")),
        json.TryGetProperty("blockNumber", out var block) && block.ValueKind == JsonValueKind.String ? Hex.ParseLong(block.GetString()) : null);
}

/// <summary>Base fees and tips of the last blocks.</summary>
/// <param name="BaseFees">One per block, and last the base fee of the next one.</param>
/// <param name="Tips">Per block, the tips at the percentiles that were asked.</param>
/// <param name="GasUsedPercent">Per block, how full it was.</param>
public sealed record FeeHistory(long OldestBlock, IReadOnlyList<BigInteger> BaseFees, IReadOnlyList<IReadOnlyList<BigInteger>> Tips, IReadOnlyList<decimal> GasUsedPercent)
{
    internal static FeeHistory Read(JsonElement json) => new(Hex.ParseLong(json.Text("oldestBlock")),
        [.. json.List("baseFeePerGas").Select(f => Hex.ParseQuantity(f.TextValue()))],
        json.TryGetProperty("reward", out var reward) && reward.ValueKind == JsonValueKind.Array
            ? [.. reward.EnumerateArray().Select(r => (IReadOnlyList<BigInteger>)[.. r.Entries("reward").Select(t => Hex.ParseQuantity(t.TextValue()))])] : [],
        [.. json.List("gasUsedRatio").Select(r => r.ValueKind == JsonValueKind.Number && r.TryGetDecimal(out var ratio) ? ratio * 100m : throw new EthereumFormatException("A fee history's ratio is a number."))]);
}

/// <summary>Members of answers, with errors that name them.</summary>
internal static class JsonReading
{
    public static string Text(this JsonElement json, string name) => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value)
        ? value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new EthereumFormatException($"An answer's {name} is no text.")
        : throw new EthereumFormatException($"An answer lacks {name}.");

    public static string TextValue(this JsonElement json) => json.ValueKind == JsonValueKind.String ? json.GetString()! : throw new EthereumFormatException("An answer is no text.");

    public static string HashText(this JsonElement json, string name) => Hex.Encode(Hex.Decode(json.Text(name), 32));

    public static IEnumerable<JsonElement> List(this JsonElement json, string name) => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value)
        ? value.Entries(name) : throw new EthereumFormatException($"An answer lacks {name}.");

    public static IEnumerable<JsonElement> Entries(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Array ? json.EnumerateArray() : throw new EthereumFormatException($"An answer's {name} is no list.");

    public static Address? OptionalAddress(this JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? Address.Parse(value.GetString()) : null;
}

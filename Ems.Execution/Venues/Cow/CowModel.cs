using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Rpc;

namespace Ems.Execution.Venues.Cow;

/// <summary>A question for a price.</summary>
/// <param name="Amount">Units of the token that the kind fixes.</param>
public sealed record CowQuoteRequest(Address SellToken, Address BuyToken, Address From, CowKind Kind, BigInteger Amount, int ValidForSeconds, bool PartiallyFillable = false);

/// <summary>A price: the order at exactly what the market gives now, before any tolerance.</summary>
/// <param name="Id">The order book's number of it, or null.</param>
public sealed record CowQuote(CowOrder Order, Address From, long? Id, DateTimeOffset? Expiration);

/// <summary>Where an order stands.</summary>
public enum CowStatus
{
    /// <summary>Waits for a solver; parts of it may be filled.</summary>
    Open = 1,
    /// <summary>Filled.</summary>
    Fulfilled,
    /// <summary>Cancelled by its owner.</summary>
    Cancelled,
    /// <summary>Its time is over.</summary>
    Expired,
    /// <summary>Waits for a signature on chain.</summary>
    PresignaturePending,
}

/// <summary>An order as the order book knows it. Executed amounts in base units, fee included on the sell side.</summary>
public sealed record CowOrderState(CowUid Uid, CowOrder Order, CowStatus Status, BigInteger ExecutedSell, BigInteger ExecutedBuy, DateTimeOffset? CreationDate);

/// <summary>A fill.</summary>
public sealed record CowTrade(CowUid Uid, long BlockNumber, BigInteger SellAmount, BigInteger BuyAmount, string? TxHash);

/// <summary>The order book said no. The code is the protocol's own errorType.</summary>
public sealed class CowRefusedException(string code, string description) : Exception($"{code}: {description}")
{
    /// <summary>InsufficientBalance, InvalidSignature, DuplicatedOrder ...</summary>
    public string Code { get; } = code;

    /// <summary>The order book's words.</summary>
    public string Description { get; } = description;
}

/// <summary>Reading the protocol's JSON.</summary>
internal static class CowJson
{
    public static CowOrder Order(JsonElement json) => new(
        Address.Parse(json.Text("sellToken")), Address.Parse(json.Text("buyToken")),
        json.TryGetProperty("receiver", out var to) && to.ValueKind == JsonValueKind.String ? Address.Parse(to.GetString()) : json.OptionalAddress("from") ?? json.OptionalAddress("owner") ?? Address.Zero,
        Amount(json, "sellAmount"), Amount(json, "buyAmount"), ValidTo(json), AppData(json),
        Amount(json, "feeAmount"), Kind(json.Text("kind")), json.TryGetProperty("partiallyFillable", out var part) && part.ValueKind == JsonValueKind.True);

    public static CowOrderState State(JsonElement json) => new(CowUid.Parse(json.Text("uid")), Order(json), Status(json.Text("status")), Amount(json, "executedSellAmount"), Amount(json, "executedBuyAmount"),
        json.TryGetProperty("creationDate", out var at) && at.ValueKind == JsonValueKind.String && at.TryGetDateTimeOffset(out var date) ? date : null);

    public static CowTrade Trade(JsonElement json) => new(CowUid.Parse(json.Text("orderUid")), json.TryGetProperty("blockNumber", out var block) && block.TryGetInt64(out var n) ? n : 0,
        Amount(json, "sellAmount"), Amount(json, "buyAmount"), json.TryGetProperty("txHash", out var hash) && hash.ValueKind == JsonValueKind.String ? hash.GetString() : null);

    public static CowKind Kind(string text) => text switch { "sell" => CowKind.Sell, "buy" => CowKind.Buy, _ => throw new EthereumFormatException($"An order's kind is sell or buy, not {text}.") };

    public static CowStatus Status(string text) => text switch
    {
        "open" => CowStatus.Open, "fulfilled" => CowStatus.Fulfilled, "cancelled" => CowStatus.Cancelled, "expired" => CowStatus.Expired, "presignaturePending" => CowStatus.PresignaturePending,
        _ => throw new EthereumFormatException($"An order's status {text} is not known."),
    };

    public static string Text(CowStatus status) => status == CowStatus.PresignaturePending ? "presignaturePending" : status.ToString().ToLowerInvariant();

    public static BigInteger Amount(JsonElement json, string name) =>
        json.Text(name) is { Length: <= 78 } text && BigInteger.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= Hex.MaxUInt256
            ? value : throw new EthereumFormatException($"An order's {name} is no amount.");

    private static uint ValidTo(JsonElement json) => json.TryGetProperty("validTo", out var at) && at.ValueKind == JsonValueKind.Number && at.TryGetUInt32(out var seconds)
        ? seconds : throw new EthereumFormatException("An order's validTo is Unix seconds.");

    // Either the hash itself, or the document whose hash is signed, with the hash beside it.
    private static string AppData(JsonElement json) => json.TryGetProperty("appDataHash", out var hash) && hash.ValueKind == JsonValueKind.String
        ? Hex.Encode(Hex.Decode(hash.GetString(), 32)) : json.HashText("appData");
}

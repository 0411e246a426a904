using System.Text.Json;

namespace Ems.Web.Client.Contracts;

/// <summary>GET /api/intents: whether there are intents here, and those of your linked wallets, newest first.</summary>
/// <param name="WhyNot">Why there are none; absent where there are.</param>
/// <param name="Settlement">Contract in whose name intents are signed.</param>
/// <param name="Relayer">Address that must have an allowance of the sell token.</param>
public sealed record IntentList(string? WhyNot, ulong? ChainId, string? Settlement, string? Relayer, IReadOnlyList<IntentRow> Intents);

/// <summary>POST /api/intents/quote: what somebody would sell or buy.</summary>
public sealed record IntentQuoteRequest
{
    /// <summary>One of your linked addresses.</summary>
    public string? Owner { get; init; }
    /// <summary>Symbol of a token of the chain.</summary>
    public string? SellToken { get; init; }
    /// <summary>Symbol of a token of the chain.</summary>
    public string? BuyToken { get; init; }
    /// <summary>Sell (the amount is sold) or Buy (the amount is bought).</summary>
    public string? Kind { get; init; }
    /// <summary>Whole tokens of what the kind says.</summary>
    public NumberText? Amount { get; init; }
    /// <summary>How much worse than the quote is still taken, basis points; 50 unless given.</summary>
    public int? ToleranceBps { get; init; }
    /// <summary>How long it is valid, seconds; 600 unless given.</summary>
    public int? ValidForSeconds { get; init; }
    /// <summary>Whether it may be filled in parts.</summary>
    public bool? PartiallyFillable { get; init; }
}

/// <summary>An intent to sign. Amounts in whole tokens.</summary>
/// <param name="Uid">Its name; place it by this and the signature.</param>
/// <param name="SellAmountMax">What leaves at most.</param>
/// <param name="BuyAmountMin">What comes at least.</param>
/// <param name="QuotedSell">What the market takes now.</param>
/// <param name="QuotedBuy">What the market gives now.</param>
/// <param name="Balance">What the owner has of the sell token.</param>
/// <param name="Allowance">What the relayer may take of it; when it is less than what leaves, an approval comes first.</param>
/// <param name="AllowanceNeeded">Base units to approve, exact; absent where the allowance is enough.</param>
/// <param name="TypedData">For eth_signTypedData_v4.</param>
public sealed record IntentQuote(
    string Uid, string Owner, ulong ChainId, string Settlement, string Relayer, string SellToken, string SellTokenAddress, string BuyToken, string BuyTokenAddress, string Kind,
    decimal SellAmountMax, decimal BuyAmountMin, decimal QuotedSell, decimal QuotedBuy, decimal Balance, decimal Allowance, string? AllowanceNeeded, DateTimeOffset ValidTo, bool PartiallyFillable, JsonElement TypedData);

/// <summary>POST /api/intents: places what was quoted.</summary>
public sealed record PlaceIntentRequest
{
    /// <summary>As quoted.</summary>
    public string? Uid { get; init; }
    /// <summary>By the owner, 0x and 130 digits.</summary>
    public string? Signature { get; init; }
}

/// <summary>GET /api/intents/{uid}/cancellation: what to sign to cancel an intent.</summary>
public sealed record IntentCancellation(string Uid, JsonElement TypedData);

/// <summary>POST /api/intents/{uid}/cancel.</summary>
public sealed record CancelIntentRequest
{
    /// <summary>By the owner, 0x and 130 digits.</summary>
    public string? Signature { get; init; }
}

/// <summary>An intent. Amounts in whole tokens.</summary>
/// <param name="Status">Open, Fulfilled, Cancelled, Expired or PresignaturePending.</param>
public sealed record IntentRow(
    string Uid, string Owner, string Status, string Kind, string SellToken, string BuyToken, decimal SellAmount, decimal BuyAmount, decimal ExecutedSell, decimal ExecutedBuy, bool PartiallyFillable,
    DateTimeOffset ValidTo, DateTimeOffset? CreatedAt, IReadOnlyList<IntentFill> Fills);

/// <summary>A fill of an intent.</summary>
public sealed record IntentFill(string? TxHash, long Block, decimal Sold, decimal Bought);

namespace Ems.Web.Client.Contracts;

/// <summary>
/// POST /api/accounts/{account}/mandates/prepare: what the owner wants to allow. The server answers with the exact terms and the text for the
/// wallet to sign; nothing is stored.
/// </summary>
public sealed record MandateDraft
{
    /// <summary>The owner's address; linked to whoever asks.</summary>
    public string? Owner { get; init; }
    /// <summary>An instrument of the chain's pools, e.g. ETH-USDT.</summary>
    public string? Instrument { get; init; }
    /// <summary>"Sell": the base token for the quote token; "Buy": the base token with the quote token.</summary>
    public string? Side { get; init; }
    /// <summary>Most that may be traded in all, base units; a purchase may spend that much at its worst price.</summary>
    public NumberText? TotalQty { get; init; }
    /// <summary>Most that may be traded at once, base units.</summary>
    public NumberText? MaxSliceQty { get; init; }
    /// <summary>Least seconds between two slices, 1 to 86,400.</summary>
    public int? MinIntervalSeconds { get; init; }
    /// <summary>Worst price, quote units per base unit.</summary>
    public NumberText? WorstPx { get; init; }
    /// <summary>ISO 8601; the last moment at which a slice may be filled.</summary>
    public string? Expiry { get; init; }
}

/// <summary>A mandate as its owner signs it: the members of the EIP-712 struct, numbers as text in token units, and the contract and chain it is for.</summary>
public sealed record MandateTerms
{
    public string? Owner { get; init; }
    public string? SellToken { get; init; }
    public string? BuyToken { get; init; }
    /// <summary>Units of the sell token.</summary>
    public string? SellTotal { get; init; }
    /// <summary>Units of the sell token.</summary>
    public string? MaxSlice { get; init; }
    /// <summary>Seconds.</summary>
    public string? MinInterval { get; init; }
    /// <summary>Units of the buy token per unit of the sell token, times 1e18.</summary>
    public string? MinPrice { get; init; }
    /// <summary>Unix time, seconds.</summary>
    public string? Expiry { get; init; }
    public IReadOnlyList<string> Routers { get; init; } = [];
    public string? Executor { get; init; }
    public string? Nonce { get; init; }
    /// <summary>EIP-155 number of the chain.</summary>
    public long? ChainId { get; init; }
    /// <summary>The mandate contract.</summary>
    public string? Contract { get; init; }
}

/// <summary>What to sign (eth_signTypedData_v4), and what the owner's token must allow the contract first.</summary>
/// <param name="Hash">Name of the mandate in its contract.</param>
/// <param name="TypedData">JSON for the wallet.</param>
public sealed record MandatePrepared(string Hash, MandateTerms Terms, string TypedData, MandateApproval Approval);

/// <summary>The allowance a mandate needs: exactly its total. Sent by the owner's wallet as a transaction of <paramref name="Data"/> to <paramref name="Token"/>.</summary>
/// <param name="Needed">Units of the token.</param>
/// <param name="Allowed">Units that are allowed now.</param>
/// <param name="Balance">Units that the owner has.</param>
/// <param name="Data">Call data of approve(contract, needed).</param>
public sealed record MandateApproval(string Token, string Symbol, string Spender, string Needed, string Allowed, string Balance, string Data);

/// <summary>POST /api/accounts/{account}/mandates: the terms as they were prepared, and the owner's signature (0x…, 65 bytes, or a contract wallet's).</summary>
public sealed record SignedMandateRequest
{
    public MandateTerms? Terms { get; init; }
    public string? Signature { get; init; }
}

/// <summary>A mandate the server may use.</summary>
/// <param name="State">Active; Stopped (the server was told to), Revoked (by the owner on the chain), Expired, Spent, Gone (its chain was a local one and began anew).</param>
/// <param name="TotalQty">Tokens of <paramref name="SellSymbol"/> that may be sold in all.</param>
/// <param name="MaxSliceQty">Tokens of <paramref name="SellSymbol"/> that may be sold at once.</param>
/// <param name="SoldQty">Tokens sold so far, by the contract's own count.</param>
/// <param name="LeftQty">Tokens that may still be sold.</param>
/// <param name="OrderQtyMax">Base units that may still be ordered: a purchase's at its worst price.</param>
/// <param name="NextAllowedAt">Earliest time of the next slice; absent when it may come at once.</param>
/// <param name="Orders">ClOrdIDs that trade by it.</param>
/// <param name="Problem">Why no slice can be filled at the moment, a stable code; absent when one can.</param>
public sealed record MandateRow(
    string Hash, string Owner, string Instrument, string Side, string SellSymbol, string BuySymbol, decimal TotalQty, decimal MaxSliceQty, int MinIntervalSeconds, decimal WorstPx,
    DateTimeOffset Expiry, string Executor, string State, decimal SoldQty, decimal LeftQty, decimal OrderQtyMax, DateTimeOffset? NextAllowedAt, IReadOnlyList<string> Orders, DateTimeOffset CreatedAt,
    string? Problem, string? ProblemText);

/// <summary>GET …/mandates/{hash}: the mandate with its terms, and how its owner ends it without us.</summary>
/// <param name="RevokeData">Call data that ends this one: a transaction of the owner's to the contract.</param>
/// <param name="RaiseNonceData">Call data that ends every mandate below the next nonce: a transaction of the owner's to the contract.</param>
public sealed record MandateDetail(MandateRow Mandate, MandateTerms Terms, string Contract, string RevokeData, string RaiseNonceData);

/// <summary>POST …/mandates/{hash}/orders: a TWAP whose slices the server fills by the mandate, the wallet closed.</summary>
public sealed record MandateOrderRequest
{
    public string? ClOrdId { get; init; }
    /// <summary>Base units; at most what the mandate is still good for.</summary>
    public NumberText? OrderQty { get; init; }
    /// <summary>Window, seconds; absent: as short as the mandate's slices and pauses allow.</summary>
    public int? DurationSeconds { get; init; }
}

/// <summary>GET /api/executors: the keys that fill slices, for operators. Keys themselves are never shown.</summary>
/// <param name="BalanceFloor">Below this much coin nothing is sent.</param>
/// <param name="GasBudget">Most coin for gas a day (UTC).</param>
public sealed record ExecutorRow(
    string Name, string Address, DateTimeOffset CreatedAt, DateTimeOffset? RetiredAt, decimal? Balance, decimal BalanceFloor, decimal GasSpentToday, decimal GasBudget, string? Problem);

/// <summary>Something that was done with a key.</summary>
public sealed record ExecutorEventRow(DateTimeOffset Time, string Actor, string What, string Address, string? Text);

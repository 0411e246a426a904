namespace Ems.Web.Client.Contracts;

/// <summary>POST /api/swaps/prepare: a swap that a linked wallet is to sign itself.</summary>
public sealed record SwapRequest
{
    /// <summary>0x and 40 digits; one of your linked addresses.</summary>
    public string? Wallet { get; init; }
    /// <summary>Symbol of the token to sell.</summary>
    public string? Sell { get; init; }
    /// <summary>Symbol of the token to buy.</summary>
    public string? Buy { get; init; }
    /// <summary>Whole tokens to sell.</summary>
    public NumberText? Amount { get; init; }
    /// <summary>How much less than the quote may come out, 1 to 500 basis points; 50 when absent.</summary>
    public NumberText? SlippageBps { get; init; }
    /// <summary>Seconds until the swap reverts by itself, 30 to 3600; 300 when absent.</summary>
    public NumberText? DeadlineSeconds { get; init; }
}

/// <summary>How a swap would be done. Amounts are whole tokens.</summary>
/// <param name="Receive">What the best pool gives now.</param>
/// <param name="AtLeast">What arrives at least, or the swap reverts.</param>
/// <param name="Px">Tokens bought for one sold, fee and impact included.</param>
/// <param name="Offers">Every pool's offer, the best first.</param>
/// <param name="Steps">What the wallet is asked to sign, in order.</param>
public sealed record SwapPlanRow(
    string Wallet, string Sell, string Buy, decimal Amount, decimal Receive, decimal AtLeast, decimal Px, DateTimeOffset Deadline, long Block,
    IReadOnlyList<SwapOfferRow> Offers, IReadOnlyList<SignScreenRow> Steps);

/// <summary>A pool's offer.</summary>
/// <param name="Kind">ConstantProduct (Uniswap V2) or Concentrated (V3).</param>
/// <param name="ImpactBps">How far the swap moves the pool, fee left out.</param>
public sealed record SwapOfferRow(string Pool, string Kind, int FeePips, decimal Receive, decimal ImpactBps, bool Taken);

/// <summary>What a wallet would be asked to sign, with everything its owner is to see before.</summary>
/// <param name="Transaction">Exactly what is signed.</param>
/// <param name="What">In plain words.</param>
/// <param name="Target">The contract in words.</param>
/// <param name="Leaves">What leaves you at most, by the ticket; null when nothing does.</param>
/// <param name="AtLeast">What comes at least, by the ticket; null when nothing does.</param>
/// <param name="Allows">An approval that is given, with its spender in words.</param>
/// <param name="Changes">Your balances' change in a simulation on the newest block; negative leaves you, gas left out.</param>
/// <param name="GasCost">Gas in the chain's coin at the present price.</param>
/// <param name="Refusals">Why it is not signed; empty when it may be.</param>
public sealed record SignScreenRow(
    UnsignedTransaction Transaction, string What, string Target, TokenAmount? Leaves, TokenAmount? AtLeast, ApprovalRow? Allows, IReadOnlyList<TokenAmount> Changes, decimal GasCost,
    IReadOnlyList<SignRefusalRow> Refusals);

/// <summary>So many whole tokens.</summary>
public sealed record TokenAmount(string Symbol, decimal Amount);

/// <summary>An approval.</summary>
public sealed record ApprovalRow(string Symbol, decimal Amount, string Spender);

/// <summary>Why a wallet is not asked; the code is stable.</summary>
public sealed record SignRefusalRow(string Code, string Text);

/// <summary>As eth_sendTransaction takes it. Value and ChainId are decimal numbers here.</summary>
public sealed record UnsignedTransaction
{
    /// <summary>The signer.</summary>
    public string? From { get; init; }
    /// <summary>The contract.</summary>
    public string? To { get; init; }
    /// <summary>Call data, 0x….</summary>
    public string? Data { get; init; }
    /// <summary>Wei.</summary>
    public NumberText? Value { get; init; }
    /// <summary>EIP-155 number of the chain it is for.</summary>
    public long? ChainId { get; init; }
}

/// <summary>POST /api/swaps/inspect: the last look at a transaction, on the newest block, before the wallet is asked.</summary>
public sealed record InspectRequest
{
    /// <summary>What is to be signed.</summary>
    public UnsignedTransaction? Transaction { get; init; }
    /// <summary>Symbol of the token that the ticket sells; with the three below, or none of the four.</summary>
    public string? Sell { get; init; }
    /// <summary>Most that may leave, whole tokens.</summary>
    public NumberText? Most { get; init; }
    /// <summary>Symbol of the token that the ticket buys.</summary>
    public string? Buy { get; init; }
    /// <summary>Least that must arrive, whole tokens.</summary>
    public NumberText? Least { get; init; }
}

/// <summary>GET /api/swaps/transactions/{hash}: a transaction that a wallet sent, as the node sees it.</summary>
/// <param name="State">Pending, Included, Final, Reverted, Replaced, Unknown, or Dropped: no relay brought it into a block in time, and nobody has it any more.</param>
/// <param name="Nonce">Give it back when you ask again, so that a replacement is noticed.</param>
/// <param name="Relay">Who had it, when it went by the private way; absent otherwise.</param>
public sealed record TransactionRow(string Hash, string State, long? Nonce, long? Block, int Confirmations, int ConfirmationsNeeded, string? Relay = null);

/// <summary>GET /api/wallets/door: the private way for your own wallets.</summary>
/// <param name="Url">What you give your wallet as the chain's RPC; absent where there is no private way.</param>
/// <param name="Relay">Who gets what is sent by it.</param>
/// <param name="Seen">Whether the balance of the address that was named as the probe was asked for by it, which shows that the wallet uses it.</param>
public sealed record WalletDoorRow(string? Url, string? Relay, bool Seen);

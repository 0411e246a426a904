namespace Ems.Web.Client.Contracts;

/// <summary>POST …/bridge/quote and …/bridge: tokens of the account from one chain's venue to another's.</summary>
public sealed record BridgeRequest
{
    /// <summary>1 to 36 letters, digits, '-' or '_'; the transfer's name, once per account. Not needed for a quote.</summary>
    public string? Id { get; init; }
    /// <summary>Venue it leaves: UNISWAP-V3 or UNISWAP-L2.</summary>
    public string? From { get; init; }
    /// <summary>Venue it goes to.</summary>
    public string? To { get; init; }
    /// <summary>ETH, BTC or USDT.</summary>
    public string? Asset { get; init; }
    /// <summary>Whole tokens that leave, fee included; at most six decimals.</summary>
    public NumberText? Amount { get; init; }
}

/// <summary>What a transfer costs and how long it takes.</summary>
/// <param name="Fee">Kept by the bridge.</param>
/// <param name="Receive">What arrives.</param>
/// <param name="ExpectedSeconds">From sending to being paid out.</param>
/// <param name="GivenBackSeconds">It is given back when it has not arrived after so long.</param>
public sealed record BridgeQuoteRow(decimal Amount, decimal Fee, decimal Receive, double ExpectedSeconds, double GivenBackSeconds);

/// <summary>A transfer.</summary>
/// <param name="State">Asked, Sent, Claimable, Claimed, Expired, Refunded or Failed.</param>
/// <param name="Text">What it waits for, or why it ended as it did.</param>
/// <param name="Booked">Whether its end is in the account's books.</param>
public sealed record BridgeRow(
    string Id, string From, string To, string Asset, decimal Amount, decimal Receive, string State, DateTimeOffset CreatedAt, DateTimeOffset Deadline, DateTimeOffset? ClaimableAt,
    DateTimeOffset? EndedAt, string? Text, bool Booked);

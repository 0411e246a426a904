using System.Text.Json.Serialization;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Venues.OnChain.Bridge;

/// <summary>Where a transfer between chains stands. What moves funds counts only when it is final.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BridgeState>))]
public enum BridgeState
{
    /// <summary>Asked for and written down; it is being sent.</summary>
    Asked = 1,
    /// <summary>Final on the chain it leaves; its message is on its way.</summary>
    Sent,
    /// <summary>Arrived; it can be claimed after a delay.</summary>
    Claimable,
    /// <summary>Paid out. Over.</summary>
    Claimed,
    /// <summary>It did not arrive in time and never can; it is being given back.</summary>
    Expired,
    /// <summary>Given back, fee included. Over.</summary>
    Refunded,
    /// <summary>It never left. Over.</summary>
    Failed,
}

/// <summary>What a transfer would cost and how long it would take.</summary>
/// <param name="Fee">Kept by the bridge, whole tokens.</param>
/// <param name="Receive">What arrives, whole tokens.</param>
/// <param name="Expected">From sending to being paid out.</param>
/// <param name="GivenBackAfter">When it is given back at the latest if its message does not arrive, finality not counted.</param>
public sealed record BridgeQuote(decimal Amount, decimal Fee, decimal Receive, TimeSpan Expected, TimeSpan GivenBackAfter);

/// <summary>A transfer of an account's tokens from one chain's venue to another's.</summary>
/// <param name="Id">Its name; every step on a chain is named by it, so that none is done twice.</param>
/// <param name="Amount">Whole tokens that leave, fee included.</param>
/// <param name="Receive">Whole tokens that arrive.</param>
/// <param name="FromInstance">The very chain that it leaves.</param>
/// <param name="Deadline">After it the message cannot be delivered any more.</param>
/// <param name="Nonce">The message's number at the gate it left by.</param>
/// <param name="ClaimableAt">When it can be claimed.</param>
/// <param name="Booked">Whether its end is in the account's books.</param>
public sealed record BridgeTransfer(
    string Id, AccountId Account, VenueId From, VenueId To, Asset Asset, decimal Amount, decimal Receive, string FromInstance, string ToInstance, DateTimeOffset CreatedAt, DateTimeOffset Deadline,
    BridgeState State = BridgeState.Asked, string? Nonce = null, DateTimeOffset? ClaimableAt = null, DateTimeOffset? EndedAt = null, string? Text = null, bool Booked = false)
{
    /// <summary>Whether nothing more happens on the chains.</summary>
    [JsonIgnore]
    public bool IsOver => State is BridgeState.Claimed or BridgeState.Refunded or BridgeState.Failed;
}

/// <summary>A way for tokens between two chains. Steps are idempotent: after a restart they are asked for again under the same names.</summary>
public interface IBridge
{
    /// <summary>What a transfer would cost now, or why there is none (stable code and words).</summary>
    (BridgeQuote? Quote, string? Code, string? Why) Quote(VenueId from, VenueId to, Asset asset, decimal amount);

    /// <summary>A transfer that is written down before anything is sent.</summary>
    BridgeTransfer Draft(string id, AccountId account, VenueId from, VenueId to, Asset asset, BridgeQuote quote);

    /// <summary>One look at a transfer, and its next step where that is due. A chain that does not answer leaves it as it is.</summary>
    Task<BridgeTransfer> StepAsync(BridgeTransfer transfer, CancellationToken ct = default);
}

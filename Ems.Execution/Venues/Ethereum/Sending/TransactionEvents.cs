using System.Globalization;
using System.Numerics;
using System.Text.Json.Serialization;
using Ems.Execution.Venues.Ethereum.PrivateFlow;

namespace Ems.Execution.Venues.Ethereum.Sending;

/// <summary>Where a transaction stands. Only Final settles.</summary>
public enum TransactionState
{
    /// <summary>Signed and durable; whether a node has it is unknown.</summary>
    Signed = 1,
    /// <summary>Handed to the public pool or to a relay.</summary>
    Sent,
    /// <summary>In a block that can still be undone.</summary>
    Included,
    /// <summary>In a block deep enough to count.</summary>
    Final,
    /// <summary>Was in a block that is no longer part of the chain; waits again.</summary>
    Reorged,
    /// <summary>Will never be in a block: its nonce is used up by a cancellation or by a transaction that is not ours.</summary>
    Dropped,
}

/// <summary>By which door a transaction leaves.</summary>
public enum SubmissionPath
{
    /// <summary>The public pool, which everybody reads.</summary>
    Public = 1,
    /// <summary>A private relay.</summary>
    Relay,
    /// <summary>A bundle for named blocks.</summary>
    Bundle,
}

/// <summary>What happened in a lane: one wallet's transactions on one chain. Names on disk are stable for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "$type")]
[JsonDerivedType(typeof(TransactionSigned), "tx-signed")]
[JsonDerivedType(typeof(TransactionSent), "tx-sent")]
[JsonDerivedType(typeof(TransactionIncluded), "tx-included")]
[JsonDerivedType(typeof(TransactionReorged), "tx-reorged")]
[JsonDerivedType(typeof(TransactionFinal), "tx-final")]
[JsonDerivedType(typeof(TransactionDropped), "tx-dropped")]
[JsonDerivedType(typeof(TransactionNotTaken), "tx-not-taken")]
[JsonDerivedType(typeof(TransactionExpired), "tx-expired")]
[JsonDerivedType(typeof(TransactionLeaked), "tx-leaked")]
public abstract record TransactionEvent(string Id, DateTimeOffset TransactTime);

/// <summary>
/// An attempt was signed for an intent's nonce. The first attempt takes the nonce; later ones replace it at the same nonce, so that at most
/// one of them can ever be in the chain. It is durable before any byte leaves.
/// </summary>
/// <param name="Id">Name of the intent, made by whoever submits; once per lane.</param>
/// <param name="Raw">The signed bytes, as text.</param>
/// <param name="Hash">Their name on the chain.</param>
/// <param name="IsCancellation">Whether it only uses up the nonce.</param>
/// <param name="Policy">The intent's policy, with its first attempt; absent in older journals.</param>
public sealed record TransactionSigned(
    string Id, ulong Nonce, string Raw, string Hash, SubmissionPath Path, bool IsCancellation, string MaxFeePerGas, string MaxPriorityFeePerGas, DateTimeOffset TransactTime, SubmissionPolicy? Policy = null)
    : TransactionEvent(Id, TransactTime);

/// <summary>A node or a relay took an attempt.</summary>
public sealed record TransactionSent(string Id, string Hash, SubmissionPath Path, long AtBlock, DateTimeOffset TransactTime) : TransactionEvent(Id, TransactTime);

/// <summary>An attempt is in a block.</summary>
/// <param name="Succeeded">False when it reverted: the gas is gone, nothing else moved.</param>
/// <param name="GasCostWei">Wei paid for gas.</param>
public sealed record TransactionIncluded(string Id, string Hash, long BlockNumber, string BlockHash, bool Succeeded, string GasCostWei, DateTimeOffset TransactTime)
    : TransactionEvent(Id, TransactTime)
{
    /// <summary>Wei paid for gas.</summary>
    [JsonIgnore]
    public BigInteger GasCost => BigInteger.Parse(GasCostWei, CultureInfo.InvariantCulture);
}

/// <summary>The block of an attempt is no longer part of the chain; what was expected of it is booked back.</summary>
public sealed record TransactionReorged(string Id, string Hash, string BlockHash, DateTimeOffset TransactTime) : TransactionEvent(Id, TransactTime);

/// <summary>The block of an attempt is deep enough: this settles.</summary>
public sealed record TransactionFinal(string Id, string Hash, long BlockNumber, string BlockHash, bool Succeeded, string GasCostWei, DateTimeOffset TransactTime)
    : TransactionEvent(Id, TransactTime);

/// <summary>The intent will never happen. What its cancellation cost in gas is named.</summary>
public sealed record TransactionDropped(string Id, string Reason, string GasCostWei, DateTimeOffset TransactTime) : TransactionEvent(Id, TransactTime);

/// <summary>No relay said that it has the attempt: refused, or no answer. It may have it all the same; the window runs from here.</summary>
public sealed record TransactionNotTaken(string Id, string Hash, SubmissionPath Path, long AtBlock, string Reason, DateTimeOffset TransactTime) : TransactionEvent(Id, TransactTime);

/// <summary>A private window is over without a block, and what the policy decided. It is durable before anything is done about it.</summary>
public sealed record TransactionExpired(string Id, string Hash, SubmissionPath Path, long FromBlock, long ToBlock, ExpiryAction Action, SubmissionPath Next, string Reason, DateTimeOffset TransactTime)
    : TransactionEvent(Id, TransactTime);

/// <summary>A private attempt was seen waiting in the public pool: somebody let it out.</summary>
public sealed record TransactionLeaked(string Id, string Hash, long AtBlock, DateTimeOffset TransactTime) : TransactionEvent(Id, TransactTime);

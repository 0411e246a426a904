using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Rpc;

namespace Ems.Execution.Venues.OnChain.Signing;

/// <summary>Where a transaction is that somebody's own wallet sent.</summary>
public enum TrackedState
{
    /// <summary>The node knows it; it is in no block.</summary>
    Pending = 1,
    /// <summary>In a block that can still be undone.</summary>
    Included,
    /// <summary>Final.</summary>
    Final,
    /// <summary>Final, but reverted: gas is lost, nothing else moved.</summary>
    Reverted,
    /// <summary>Another transaction of the same nonce is in a block: this one will never be.</summary>
    Replaced,
    /// <summary>The node has never heard of it, or has forgotten it. It may still arrive.</summary>
    Unknown,
}

/// <summary>A transaction as the node sees it.</summary>
/// <param name="Nonce">Known once the node knows the transaction; give it back when you ask again, so that a replacement is noticed.</param>
public sealed record TrackedTransaction(TrackedState State, ulong? Nonce, long? Block, int Confirmations);

/// <summary>Follows transactions by their hash.</summary>
public static class TransactionTracker
{
    /// <summary>Looks once.</summary>
    /// <param name="nonce">The nonce where it is known from an earlier look.</param>
    /// <param name="confirmations">Blocks, its own included, after which it is final.</param>
    public static async Task<TrackedTransaction> LookAsync(EthApi eth, Address from, string hash, ulong? nonce, int confirmations, CancellationToken ct = default)
    {
        if (await eth.ReceiptAsync(hash, ct).ConfigureAwait(false) is { } receipt)
        {
            var deep = (int)Math.Clamp(await eth.BlockNumberAsync(ct).ConfigureAwait(false) - receipt.BlockNumber + 1, 1, int.MaxValue);
            return new(deep < confirmations ? TrackedState.Included : receipt.Succeeded ? TrackedState.Final : TrackedState.Reverted, nonce, receipt.BlockNumber, deep);
        }
        if (await eth.TransactionAsync(hash, ct).ConfigureAwait(false) is { } known)
        {
            return new(TrackedState.Pending, known.Nonce, null, 0);
        }
        // Asked in this order: a transaction that gets into a block in between has a receipt at the next look.
        return new(nonce is { } n && await eth.TransactionCountAsync(from, ct: ct).ConfigureAwait(false) > n
            && await eth.ReceiptAsync(hash, ct).ConfigureAwait(false) is null ? TrackedState.Replaced : TrackedState.Unknown, nonce, null, 0);
    }
}

using System.Globalization;
using Ems.Execution.Core.Gas;
using Ems.Execution.Venues.Ethereum.Rpc;

namespace Ems.Execution.Venues.Ethereum.Sending;

public sealed partial class NonceLane
{
    private readonly List<TransactionEvent> news = [];

    /// <summary>
    /// One round: looks what became of every open transaction, sends again what no node knows, and outbids itself where one waits too long.
    /// Gives everything that happened since the last round. When the node fails in the middle, what was learned stays learned.
    /// </summary>
    public Task<IReadOnlyList<TransactionEvent>> WatchAsync(CancellationToken ct = default) => InTurnAsync<IReadOnlyList<TransactionEvent>>(async () =>
    {
        if (state.Open.Count > 0)
        {
            var head = (await eth.BlockAsync(ct: ct).ConfigureAwait(false))?.Number ?? throw new RpcTransportException("The node has no newest block.");
            var used = await eth.TransactionCountAsync(signer.Address, ct: ct).ConfigureAwait(false);
            foreach (var entry in state.Open)
            {
                await WatchOneAsync(entry, head, used, ct).ConfigureAwait(false);
            }
        }
        var happened = news.ToArray();
        news.Clear();
        return happened;
    }, ct);

    private async Task WatchOneAsync(LaneEntry entry, long head, ulong used, CancellationToken ct)
    {
        var receipt = await ReceiptAsync(entry, ct).ConfigureAwait(false);
        if (entry.State == TransactionState.Included && receipt?.BlockHash != entry.Inclusion!.BlockHash)
        {
            // A node that lags knows no block there; only another block at that height undoes an inclusion.
            if (await eth.BlockAsync(entry.Inclusion.BlockNumber, ct).ConfigureAwait(false) is not { } now || now.Hash == entry.Inclusion.BlockHash)
            {
                return;
            }
            entry = await RecordAsync(new TransactionReorged(entry.Id, entry.Inclusion.Hash, entry.Inclusion.BlockHash, time.GetUtcNow())).ConfigureAwait(false);
        }
        if (receipt is null)
        {
            await WaitOnAsync(entry, head, used, ct).ConfigureAwait(false);
            return;
        }
        // A receipt is a node's word; the block it names must be the chain's block at that height.
        if (await eth.BlockAsync(receipt.BlockNumber, ct).ConfigureAwait(false) is not { } block || block.Hash != receipt.BlockHash)
        {
            return;
        }
        if (entry.State != TransactionState.Included)
        {
            entry = await RecordAsync(new TransactionIncluded(entry.Id, receipt.TransactionHash, receipt.BlockNumber, receipt.BlockHash, receipt.Succeeded,
                receipt.GasCost.ToString(CultureInfo.InvariantCulture), time.GetUtcNow())).ConfigureAwait(false);
        }
        if (head - receipt.BlockNumber + 1 < options.Confirmations)
        {
            return;
        }
        var cost = receipt.GasCost.ToString(CultureInfo.InvariantCulture);
        var cancelled = entry.Attempts.First(a => a.Hash == receipt.TransactionHash).IsCancellation;
        await RecordAsync(cancelled
            ? new TransactionDropped(entry.Id, "cancelled", cost, time.GetUtcNow())
            : new TransactionFinal(entry.Id, receipt.TransactionHash, receipt.BlockNumber, receipt.BlockHash, receipt.Succeeded, cost, time.GetUtcNow())).ConfigureAwait(false);
    }

    /// <summary>The receipt of whichever attempt is in a block. One that speaks of somebody else's transaction is no receipt.</summary>
    private async Task<EthReceipt?> ReceiptAsync(LaneEntry entry, CancellationToken ct)
    {
        for (var i = entry.Attempts.Count - 1; i >= 0; i--)
        {
            if (await eth.ReceiptAsync(entry.Attempts[i].Hash, ct).ConfigureAwait(false) is { } receipt
                && receipt.TransactionHash == entry.Attempts[i].Hash && receipt.From == signer.Address)
            {
                return receipt;
            }
        }
        return null;
    }

    private async Task WaitOnAsync(LaneEntry entry, long head, ulong used, CancellationToken ct)
    {
        if (used > entry.Nonce)
        {
            // The nonce is used and by none of our attempts; believed only as deep as an inclusion would be.
            var deep = head - options.Confirmations + 1;
            if (deep >= 0 && await eth.TransactionCountAsync(signer.Address, Hex.Quantity(deep), ct).ConfigureAwait(false) > entry.Nonce
                && await ReceiptAsync(entry, ct).ConfigureAwait(false) is null)
            {
                await RecordAsync(new TransactionDropped(entry.Id, "nonce used by a transaction of another origin", "0", time.GetUtcNow())).ConfigureAwait(false);
            }
            return;
        }
        var attempt = entry.Latest;
        if (attempt.Path != SubmissionPath.Public || entry.Decided is not null)
        {
            await WaitPrivatelyAsync(entry, head, ct).ConfigureAwait(false);
            return;
        }
        if (entry.State is TransactionState.Signed or TransactionState.Reorged
            || await eth.TransactionAsync(attempt.Hash, ct).ConfigureAwait(false) is null)
        {
            entry = await SendAsync(entry, ct).ConfigureAwait(false);
        }
        // Behind a gap nothing can be mined, so only the first in the lane is outbid.
        if (options.StuckAfterBlocks > 0 && entry.State == TransactionState.Sent && entry.Nonce == used && head - entry.Latest.SentAtBlock >= options.StuckAfterBlocks)
        {
            _ = await ReplaceAsync(entry.Id, FeeSpeed.Fast, cancel: false, null, ct).ConfigureAwait(false);
        }
    }
}

using Ems.Execution.Core.Gas;
using Ems.Execution.Venues.Ethereum.PrivateFlow;
using Ems.Execution.Venues.Ethereum.Rpc;

namespace Ems.Execution.Venues.Ethereum.Sending;

/// <summary>The private doors: windows of blocks, and what the policy decides at their end.</summary>
public sealed partial class NonceLane
{
    /// <summary>Hands the newest attempt to the relay for the blocks of its window. Nothing here can reach the public pool.</summary>
    private async Task<LaneEntry> SendPrivatelyAsync(LaneEntry entry, CancellationToken ct)
    {
        var attempt = entry.Latest;
        long head;
        try
        {
            head = await eth.BlockNumberAsync(ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RpcException or EthereumFormatException)
        {
            return entry;
        }
        var from = attempt.WindowFrom ?? head;
        try
        {
            // Opened again without its relay, the lane keeps the transaction to itself: never silently public.
            await (relay ?? throw new RpcTransportException("No relay is configured.")).SendAsync(
                new(attempt.Raw, attempt.Hash, attempt.Path, head + 1, from + entry.Policy.WindowBlocks, entry.Policy.Hints), ct).ConfigureAwait(false);
            return entry.State == TransactionState.Sent && attempt.WindowFrom is not null ? entry
                : await RecordAsync(new TransactionSent(entry.Id, attempt.Hash, attempt.Path, head, time.GetUtcNow())).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RpcException or EthereumFormatException)
        {
            return attempt.WindowFrom is not null ? entry
                : await RecordAsync(new TransactionNotTaken(entry.Id, attempt.Hash, attempt.Path, head, e.Message, time.GetUtcNow())).ConfigureAwait(false);
        }
    }

    private async Task WaitPrivatelyAsync(LaneEntry entry, long head, CancellationToken ct)
    {
        if (entry.Decided is { } decided)
        {
            await ActAsync(entry, decided, ct).ConfigureAwait(false);
            return;
        }
        var attempt = entry.Latest;
        if (!attempt.IsLeaked && attempt.WindowFrom is not null && await eth.TransactionAsync(attempt.Hash, ct).ConfigureAwait(false) is { BlockNumber: null })
        {
            entry = await RecordAsync(new TransactionLeaked(entry.Id, attempt.Hash, head, time.GetUtcNow())).ConfigureAwait(false);
        }
        if (attempt.WindowFrom is { } from && head >= from + entry.Policy.WindowBlocks)
        {
            var d = SubmissionRules.OnExpiry(entry.Policy, attempt.Path, entry.Windows + 1, attempt.IsCancellation);
            entry = await RecordAsync(new TransactionExpired(entry.Id, attempt.Hash, attempt.Path, from, head, d.Action, d.Next, d.Words, time.GetUtcNow())).ConfigureAwait(false);
            await ActAsync(entry, d, ct).ConfigureAwait(false);
            return;
        }
        // A relay keeps what it took for the whole window; a bundle names its blocks, so it is sent again for those to come.
        if (entry.State != TransactionState.Sent || attempt.Path == SubmissionPath.Bundle)
        {
            _ = await SendPrivatelyAsync(entry, ct).ConfigureAwait(false);
        }
    }

    /// <summary>Carries a decision out. Where that fails it stays decided, and the next round tries again.</summary>
    private async Task ActAsync(LaneEntry entry, ExpiryDecision decided, CancellationToken ct)
    {
        switch (decided.Action)
        {
            case ExpiryAction.Again:
                var (fresh, _) = await FeesAsync(FeeSpeed.Normal, ct).ConfigureAwait(false);
                // The price of gas went up: the same bytes would wait in vain. Above the cap they are what there is.
                if (fresh.MaxFeePerGas <= entry.Latest.Fees.MaxFeePerGas || (await ReplaceAsync(entry.Id, FeeSpeed.Normal, false, decided.Next, ct).ConfigureAwait(false)).Denial is not null)
                {
                    _ = await SendPrivatelyAsync(entry, ct).ConfigureAwait(false);
                }
                break;
            case ExpiryAction.Switch:
                await ForgetAsync(entry, ct).ConfigureAwait(false);
                _ = await ReplaceAsync(entry.Id, FeeSpeed.Normal, false, decided.Next, ct).ConfigureAwait(false);
                break;
            case ExpiryAction.Cancel:
                await ForgetAsync(entry, ct).ConfigureAwait(false);
                _ = await ReplaceAsync(entry.Id, FeeSpeed.Fast, true, decided.Next, ct).ConfigureAwait(false);
                break;
        }
    }

    /// <summary>Asks the relay to forget every private attempt. Only a courtesy: the nonce decides, not the relay's word.</summary>
    private async Task ForgetAsync(LaneEntry entry, CancellationToken ct)
    {
        foreach (var attempt in entry.Attempts.Where(a => a.Path != SubmissionPath.Public && relay is not null))
        {
            try
            {
                _ = await relay!.CancelAsync(attempt.Hash, ct).ConfigureAwait(false);
            }
            catch (Exception e) when (e is RpcException or EthereumFormatException)
            {
                continue;
            }
        }
    }
}

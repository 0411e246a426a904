using System.Globalization;
using System.Numerics;
using Ems.Execution.Core.Gas;

namespace Ems.Execution.Venues.Ethereum.Sending;

/// <summary>One signed attempt at a nonce.</summary>
public sealed record Attempt(string Hash, string Raw, SubmissionPath Path, bool IsCancellation, FeeQuote Fees, bool IsSent = false, long SentAtBlock = 0);

/// <summary>One intent and the attempts at its nonce.</summary>
public sealed record LaneEntry(string Id, ulong Nonce, TransactionState State, IReadOnlyList<Attempt> Attempts, TransactionIncluded? Inclusion, string? Reason, BigInteger SettledGas)
{
    /// <summary>The newest attempt.</summary>
    public Attempt Latest => Attempts[^1];

    /// <summary>Whether something can still happen.</summary>
    public bool IsOpen => State is not (TransactionState.Final or TransactionState.Dropped);
}

/// <summary>A lane folded from its events. The same events give the same state, so a restart knows what was known.</summary>
public sealed class LaneState
{
    private readonly Dictionary<string, LaneEntry> entries = new(StringComparer.Ordinal);
    private readonly SortedDictionary<ulong, string> open = [];

    /// <summary>Nonce of the next intent, as far as this lane knows.</summary>
    public ulong NextNonce { get; private set; }

    /// <summary>Wei settled for gas by transactions that are final.</summary>
    public BigInteger SettledGas { get; private set; }

    /// <summary>Wei of gas of transactions in blocks that can still be undone.</summary>
    public BigInteger PendingGas => open.Values.Select(id => entries[id].Inclusion?.GasCost ?? BigInteger.Zero).Aggregate(BigInteger.Zero, BigInteger.Add);

    /// <summary>Intents that are not at their end, by nonce.</summary>
    public IReadOnlyList<LaneEntry> Open => [.. open.Values.Select(id => entries[id])];

    /// <summary>An intent by its name, or null.</summary>
    public LaneEntry? Find(string id) => entries.GetValueOrDefault(id);

    /// <summary>Takes one event; one that does not fit the state is a bug and throws.</summary>
    public LaneEntry Apply(TransactionEvent e)
    {
        var entry = entries.GetValueOrDefault(e.Id);
        var next = (entry?.State, e) switch
        {
            (null, TransactionSigned s) => new LaneEntry(s.Id, s.Nonce, TransactionState.Signed, [AttemptOf(s)], null, null, 0),
            (TransactionState.Signed or TransactionState.Sent or TransactionState.Reorged, TransactionSigned s) when s.Nonce == entry!.Nonce =>
                entry with { Attempts = [.. entry.Attempts, AttemptOf(s)], State = TransactionState.Signed },
            (TransactionState.Signed or TransactionState.Sent or TransactionState.Reorged, TransactionSent s) => Sent(entry!, s),
            // A block can hold a transaction whose sending was never answered.
            (TransactionState.Signed or TransactionState.Sent or TransactionState.Reorged, TransactionIncluded i) => entry! with { State = TransactionState.Included, Inclusion = i },
            (TransactionState.Included, TransactionReorged) => entry! with { State = TransactionState.Reorged, Inclusion = null },
            (TransactionState.Included, TransactionFinal f) => Settle(entry! with { State = TransactionState.Final }, f.GasCostWei),
            (TransactionState.Included or TransactionState.Signed or TransactionState.Sent or TransactionState.Reorged, TransactionDropped d) =>
                Settle(entry! with { State = TransactionState.Dropped, Reason = d.Reason, Inclusion = null }, d.GasCostWei),
            _ => throw new InvalidOperationException($"{e.GetType().Name} is not valid for {e.Id} in {entry?.State.ToString() ?? "nothing"}."),
        };
        entries[e.Id] = next;
        if (next.IsOpen)
        {
            open[next.Nonce] = next.Id;
        }
        else
        {
            open.Remove(next.Nonce);
        }
        NextNonce = Math.Max(NextNonce, next.Nonce + 1);
        return next;
    }

    private LaneEntry Settle(LaneEntry entry, string gasCostWei)
    {
        var cost = BigInteger.Parse(gasCostWei, CultureInfo.InvariantCulture);
        SettledGas += cost;
        return entry with { SettledGas = cost };
    }

    private static LaneEntry Sent(LaneEntry entry, TransactionSent sent) => entry with
    {
        State = TransactionState.Sent,
        Attempts = [.. entry.Attempts.Select(a => a.Hash == sent.Hash ? a with { IsSent = true, SentAtBlock = sent.AtBlock } : a)],
    };

    private static Attempt AttemptOf(TransactionSigned s) => new(s.Hash, s.Raw, s.Path, s.IsCancellation,
        new(BigInteger.Parse(s.MaxFeePerGas, CultureInfo.InvariantCulture), BigInteger.Parse(s.MaxPriorityFeePerGas, CultureInfo.InvariantCulture)));
}

using System.Globalization;
using System.Numerics;
using Ems.Execution.Core.Gas;
using Ems.Execution.Venues.Ethereum.PrivateFlow;

namespace Ems.Execution.Venues.Ethereum.Sending;

/// <summary>One signed attempt at a nonce.</summary>
/// <param name="WindowFrom">Block at which its present private window began, or null.</param>
/// <param name="IsLeaked">Whether it was meant to be private and was seen in the public pool.</param>
public sealed record Attempt(
    string Hash, string Raw, SubmissionPath Path, bool IsCancellation, FeeQuote Fees, bool IsSent = false, long SentAtBlock = 0, long? WindowFrom = null, bool IsLeaked = false);

/// <summary>One intent and the attempts at its nonce.</summary>
/// <param name="Windows">Private windows in a row by the present door that ended without a block.</param>
/// <param name="Decided">What the policy decided at the end of a window and is still to be done.</param>
public sealed record LaneEntry(
    string Id, ulong Nonce, TransactionState State, IReadOnlyList<Attempt> Attempts, TransactionIncluded? Inclusion, string? Reason, BigInteger SettledGas,
    SubmissionPolicy Policy, int Windows = 0, ExpiryDecision? Decided = null)
{
    /// <summary>The newest attempt.</summary>
    public Attempt Latest => Attempts[^1];

    /// <summary>By which door the newest attempt went, once somebody took it; null before.</summary>
    public SubmissionPath? SentBy => State == TransactionState.Sent ? Latest.Path : null;

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
            (null, TransactionSigned s) => new LaneEntry(s.Id, s.Nonce, TransactionState.Signed, [AttemptOf(s)], null, null, 0, s.Policy ?? SubmissionPolicy.Of(s.Path)),
            (TransactionState.Signed or TransactionState.Sent or TransactionState.Reorged, TransactionSigned s) when s.Nonce == entry!.Nonce =>
                entry with { Attempts = [.. entry.Attempts, AttemptOf(s)], State = TransactionState.Signed, Decided = null, Windows = s.Path == entry.Latest.Path ? entry.Windows : 0 },
            (TransactionState.Signed or TransactionState.Sent or TransactionState.Reorged, TransactionSent s) => Sent(entry!, s),
            // A block can hold a transaction whose sending was never answered.
            (TransactionState.Signed or TransactionState.Sent or TransactionState.Reorged, TransactionIncluded i) => entry! with { State = TransactionState.Included, Inclusion = i },
            (TransactionState.Included, TransactionReorged) => Changed(entry! with { State = TransactionState.Reorged, Inclusion = null }, entry!.Latest.Hash, a => a with { WindowFrom = null }),
            (TransactionState.Signed or TransactionState.Sent or TransactionState.Reorged, TransactionNotTaken n) =>
                Changed(entry! with { Reason = n.Reason, Decided = null }, n.Hash, a => a with { WindowFrom = a.WindowFrom ?? n.AtBlock }),
            (TransactionState.Signed or TransactionState.Sent or TransactionState.Reorged, TransactionExpired x) => Changed(
                entry! with { State = TransactionState.Signed, Reason = x.Reason, Windows = entry!.Windows + 1, Decided = new(x.Action, x.Next, x.Reason) }, x.Hash, a => a with { WindowFrom = null }),
            (not null, TransactionLeaked l) => Changed(entry!, l.Hash, a => a with { IsLeaked = true }),
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

    private static LaneEntry Sent(LaneEntry entry, TransactionSent sent) => Changed(entry with { State = TransactionState.Sent, Decided = null }, sent.Hash,
        a => a with { IsSent = true, SentAtBlock = sent.AtBlock, WindowFrom = a.Path == SubmissionPath.Public ? null : sent.AtBlock });

    private static LaneEntry Changed(LaneEntry entry, string hash, Func<Attempt, Attempt> change) => entry with { Attempts = [.. entry.Attempts.Select(a => a.Hash == hash ? change(a) : a)] };

    private static Attempt AttemptOf(TransactionSigned s) => new(s.Hash, s.Raw, s.Path, s.IsCancellation,
        new(BigInteger.Parse(s.MaxFeePerGas, CultureInfo.InvariantCulture), BigInteger.Parse(s.MaxPriorityFeePerGas, CultureInfo.InvariantCulture)));
}

using System.Collections.Concurrent;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Routing;

namespace Ems.Execution.Engine.MarketData;

/// <summary>How every venue has behaved lately, over all accounts. Thread-safe. <see cref="VenueTrustKeeper"/> carries it over a restart.</summary>
public sealed class VenueRecords(TimeProvider time)
{
    private readonly ConcurrentDictionary<VenueId, VenueTrust> trust = new();

    /// <summary>The venue's record.</summary>
    public VenueTrust Of(VenueId venue) => trust.GetValueOrDefault(venue, VenueTrust.Unknown);

    /// <summary>Every venue that something is known of.</summary>
    public IReadOnlyList<KeyValuePair<VenueId, VenueTrust>> All() => [.. trust];

    /// <summary>What was known before a restart; what has been seen since stands.</summary>
    public void Restore(VenueId venue, VenueTrust before) => trust.TryAdd(venue, before);

    /// <summary>A first answer came after this long.</summary>
    public void Answered(VenueId venue, double ackMs, ExecutionReport report) => Change(venue, t => t.WithOrder(ackMs, IsItsFault(report), time.GetUtcNow()));

    /// <summary>No answer came within this long.</summary>
    public void WasSilent(VenueId venue, double waitedMs) => Change(venue, t => t.WithOrder(waitedMs, true, time.GetUtcNow()));

    /// <summary>Somebody looked at the fresh books of these listings.</summary>
    public void Looked(IEnumerable<Listing> listings, IReadOnlyList<BookSnapshot> fresh)
    {
        var now = time.GetUtcNow();
        foreach (var l in listings)
        {
            if (!l.OnlyWhenNamed && now - Of(l.Venue).LookAt >= TimeSpan.FromSeconds(1))
            {
                var stale = true;
                foreach (var book in fresh)
                {
                    stale &= book.Venue != l.Venue;
                }
                Change(l.Venue, t => t.WithLook(stale, now));
            }
        }
    }

    /// <summary>Refusals that are about the order; they say nothing about the venue. Every other code is held against it.</summary>
    private static readonly string[] OwnFaults =
        ["DUPLICATE", "INSTRUMENT_UNKNOWN", "UNKNOWN_", "FILTER", "MIN_", "MAX_", "LOT_", "TICK_", "INSUFFICIENT", "POST_ONLY", "FOK", "REDUCE_ONLY", "EXPIRED", "NOT_AUTHORIZED", "PERMISSION", "ACCOUNT_", "MANDATE_", "EXECUTOR_", "NOTHING_LEFT"];

    private static bool IsItsFault(ExecutionReport r) => r.ExecType == ExecType.Rejected
        && (r.RejectCode is not { } code || !OwnFaults.Any(f => code.StartsWith(f, StringComparison.OrdinalIgnoreCase)));

    private void Change(VenueId venue, Func<VenueTrust, VenueTrust> change) => trust.AddOrUpdate(venue, _ => change(VenueTrust.Unknown), (_, t) => change(t));
}

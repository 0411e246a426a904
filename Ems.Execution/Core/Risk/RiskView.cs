using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Risk;

/// <summary>An account's limits. Notionals in the quote asset; the collar in basis points around the consolidated mid.</summary>
public sealed record RiskLimits(
    decimal MaxOrderNotional = 5_000_000m, decimal MaxChildNotional = 1_000_000m, decimal MaxDayNotional = 50_000_000m,
    decimal PriceCollarBps = 300m, int MaxOpenParents = 20_000, int MaxOpenChildren = 20_000, int MaxMessagesPerSecond = 500)
{
    /// <summary>Largest quantity per order by instrument, base units; an instrument without an entry has no limit of its own.</summary>
    public IReadOnlyDictionary<InstrumentId, decimal> MaxOrderQty { get; init; } = new Dictionary<InstrumentId, decimal>();
    /// <summary>Instruments that may be traded; empty means all.</summary>
    public IReadOnlyList<InstrumentId> Instruments { get; init; } = [];
    /// <summary>Venues that may be used; empty means all.</summary>
    public IReadOnlyList<VenueId> Venues { get; init; } = [];
    /// <summary>By what door orders reach a chain that do not say it themselves.</summary>
    public OnChainSubmission Submission { get; init; } = OnChainSubmission.Private;
    /// <summary>What may be shown to a chain's public pool.</summary>
    public PublicSubmission PublicSubmission { get; init; } = PublicSubmission.WhenAsked;

    /// <summary>The door of an order, and whether the public pool may follow when it does not open.</summary>
    public (OnChainSubmission Door, bool PublicFallback) DoorOf(ParentSpec spec) =>
        (spec.Submission ?? Submission, spec.Submission is null && Submission != OnChainSubmission.Public && PublicSubmission == PublicSubmission.AsFallback);
}

/// <summary>What a kill switch does: stop new orders, also cancel all, also flatten positions.</summary>
[System.Text.Json.Serialization.JsonConverter(typeof(System.Text.Json.Serialization.JsonStringEnumConverter<KillLevel>))]
public enum KillLevel { None = 0, Pause = 1, CancelAll = 2, CancelAndFlatten = 3 }

/// <summary>What the checks may look at, taken in one moment by the account's single writer.</summary>
/// <param name="ReferencePx">Consolidated mid, or null when no venue is fresh.</param>
/// <param name="Halted">The highest kill level that covers this account and instrument, organisation included.</param>
/// <param name="DayNotional">Notional accepted since 00:00 UTC, quote units.</param>
/// <param name="MessagesLastSecond">Messages sent in the last second, this one not counted.</param>
/// <param name="Free">Free balance of the asset the order spends: over all allowed venues for a parent, at the venue for a child.</param>
/// <param name="Position">Base quantity owned, for reduce-only.</param>
/// <param name="OwnResting">Own resting orders on this instrument (and, for a child, venue).</param>
public sealed record RiskView(
    RiskLimits Limits, Instrument? Instrument, IReadOnlyList<Listing> Listings, decimal? ReferencePx, KillLevel Halted,
    decimal DayNotional, int OpenParents, int OpenChildren, int MessagesLastSecond, decimal Free, decimal Position,
    IReadOnlyList<RestingOrder> OwnResting);

/// <summary>An own order on a book.</summary>
public sealed record RestingOrder(ClOrdId ClOrdId, VenueId Venue, Side Side, decimal Px, decimal Qty);

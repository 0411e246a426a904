using System.Text.Json.Serialization;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Core.Routing;

namespace Ems.Execution.Core.Accounts;

/// <summary>
/// What a journal holds: everything that ever happened to one trading account. The discriminators are stable for ever; type
/// names are not. <see cref="Actor"/> is a user, "engine", a job, or a venue.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(AccountOpened), "account_opened")]
[JsonDerivedType(typeof(Deposited), "deposited")]
[JsonDerivedType(typeof(ParentReceived), "parent_received")]
[JsonDerivedType(typeof(ParentDenied), "parent_denied")]
[JsonDerivedType(typeof(ParentAccepted), "parent_accepted")]
[JsonDerivedType(typeof(ParentActivated), "parent_activated")]
[JsonDerivedType(typeof(AlgoDecided), "algo_decided")]
[JsonDerivedType(typeof(ChildReported), "child_reported")]
[JsonDerivedType(typeof(ChildDoubted), "child_doubted")]
[JsonDerivedType(typeof(ChildrenCancelAsked), "children_cancel_asked")]
[JsonDerivedType(typeof(ParentCancelAsked), "parent_cancel_asked")]
[JsonDerivedType(typeof(ParentPaused), "parent_paused")]
[JsonDerivedType(typeof(ParentResumed), "parent_resumed")]
[JsonDerivedType(typeof(ParentReplaced), "parent_replaced")]
[JsonDerivedType(typeof(ParentEnded), "parent_ended")]
[JsonDerivedType(typeof(ParentClosed), "parent_closed")]
[JsonDerivedType(typeof(RecurringSet), "recurring_set")]
[JsonDerivedType(typeof(RecurringRemoved), "recurring_removed")]
[JsonDerivedType(typeof(LimitsSet), "limits_set")]
[JsonDerivedType(typeof(KillSwitchSet), "kill_switch_set")]
[JsonDerivedType(typeof(KillSwitchProved), "kill_switch_proved")]
[JsonDerivedType(typeof(FillsReconciled), "fills_reconciled")]
[JsonDerivedType(typeof(BalanceAdjusted), "balance_adjusted")]
[JsonDerivedType(typeof(AnomalyRecorded), "anomaly_recorded")]
[JsonDerivedType(typeof(GroupReceived), "group_received")]
[JsonDerivedType(typeof(GroupDenied), "group_denied")]
[JsonDerivedType(typeof(GroupAccepted), "group_accepted")]
[JsonDerivedType(typeof(GroupDecided), "group_decided")]
[JsonDerivedType(typeof(GroupLegDenied), "group_leg_denied")]
[JsonDerivedType(typeof(GroupCancelAsked), "group_cancel_asked")]
[JsonDerivedType(typeof(GroupPaused), "group_paused")]
[JsonDerivedType(typeof(GroupResumed), "group_resumed")]
[JsonDerivedType(typeof(GroupEnded), "group_ended")]
public abstract record AccountEvent(DateTimeOffset Time, string Actor)
{
    /// <summary>The parent it belongs to, or null.</summary>
    [JsonIgnore]
    public virtual ClOrdId? Parent => null;
}

/// <summary>An event of one parent.</summary>
public abstract record ParentEvent(ClOrdId ClOrdId, DateTimeOffset Time, string Actor) : AccountEvent(Time, Actor)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override ClOrdId? Parent => ClOrdId;
}

/// <summary>The account exists from here on. The seed makes its parents' seeds.</summary>
public sealed record AccountOpened(AccountId Account, string Name, RiskLimits Limits, ulong Seed, DateTimeOffset Time, string Actor) : AccountEvent(Time, Actor);

/// <summary>Value came in at a venue.</summary>
public sealed record Deposited(VenueId Venue, Asset Asset, decimal Amount, string Reference, DateTimeOffset Time, string Actor) : AccountEvent(Time, Actor);

/// <summary>An order was taken into the journal: from here it exists, whatever happens.</summary>
public sealed record ParentReceived(ParentSpec Spec, string BodyHash, ulong Seed, IReadOnlyList<Adjustment> Adjustments, DateTimeOffset Time, string Actor)
    : ParentEvent(Spec.ClOrdId, Time, Actor)
{
    /// <summary>Its place in a group, or null when it stands alone.</summary>
    public GroupLink? Group { get; init; }
}

/// <summary>Risk refused it.</summary>
public sealed record ParentDenied(ClOrdId ClOrdId, Denial Denial, DateTimeOffset Time, string Actor) : ParentEvent(ClOrdId, Time, Actor);

/// <summary>Risk took it; the hold is the quantity left times the rate, in the asset.</summary>
public sealed record ParentAccepted(ClOrdId ClOrdId, Asset HoldAsset, decimal HoldRate, decimal Notional, DateTimeOffset Time, string Actor) : ParentEvent(ClOrdId, Time, Actor);

/// <summary>Its algo started.</summary>
public sealed record ParentActivated(ClOrdId ClOrdId, decimal? ArrivalPx, AlgoMemory Memory, DateTimeOffset Time, string Actor) : ParentEvent(ClOrdId, Time, Actor);

/// <summary>
/// One decision with all it causes, as one record: new memory (null when unchanged), the slices as routed with their children,
/// the children to cancel, the end. Journaled before anything of it is sent.
/// </summary>
public sealed record AlgoDecided(
    ClOrdId ClOrdId, AlgoMemory? Memory, IReadOnlyList<RoutedSlice> Slices, IReadOnlyList<ClOrdId> Cancels, AlgoEnd? End, DateTimeOffset Time, string Actor)
    : ParentEvent(ClOrdId, Time, Actor);

/// <summary>A slice after routing: the children made, the plan with the losers, and legs that risk denied.</summary>
public sealed record RoutedSlice(int SliceNo, decimal Qty, string Reason, IReadOnlyList<Order> Children, RoutePlan Plan, IReadOnlyList<Denial> Denials);

/// <summary>A venue's report on a child.</summary>
public sealed record ChildReported(ClOrdId ClOrdId, ExecutionReport Report, DateTimeOffset Time, string Actor) : ParentEvent(ClOrdId, Time, Actor);

/// <summary>A child's fate is unknown.</summary>
public sealed record ChildDoubted(ClOrdId ClOrdId, ClOrdId Child, string Why, DateTimeOffset Time, string Actor) : ParentEvent(ClOrdId, Time, Actor);

/// <summary>Cancels are about to be sent for these children of one parent.</summary>
public sealed record ChildrenCancelAsked(ClOrdId ClOrdId, IReadOnlyList<ClOrdId> Children, string Why, DateTimeOffset Time, string Actor) : ParentEvent(ClOrdId, Time, Actor);

/// <summary>Its end was asked for.</summary>
public sealed record ParentCancelAsked(ClOrdId ClOrdId, string Why, DateTimeOffset Time, string Actor) : ParentEvent(ClOrdId, Time, Actor);

/// <summary>It sends nothing more until resumed.</summary>
public sealed record ParentPaused(ClOrdId ClOrdId, string Why, DateTimeOffset Time, string Actor) : ParentEvent(ClOrdId, Time, Actor);

/// <summary>It goes on.</summary>
public sealed record ParentResumed(ClOrdId ClOrdId, DateTimeOffset Time, string Actor) : ParentEvent(ClOrdId, Time, Actor);

/// <summary>It was amended (rule E10).</summary>
/// <param name="AddedNotional">What the amendment adds to the day's notional, quote units; nothing is given back for a smaller order.</param>
public sealed record ParentReplaced(ClOrdId ClOrdId, ParentSpec Spec, int Version, decimal HoldRate, DateTimeOffset Time, string Actor, decimal AddedNotional = 0m) : ParentEvent(ClOrdId, Time, Actor);

/// <summary>It is over: nothing of it works anywhere.</summary>
public sealed record ParentEnded(ClOrdId ClOrdId, OrdStatus OrdStatus, string Code, string Text, DateTimeOffset Time, string Actor) : ParentEvent(ClOrdId, Time, Actor);

/// <summary>Its fills were compared with the venues' own, after the end. Differences is empty when all agreed.</summary>
public sealed record ParentClosed(ClOrdId ClOrdId, decimal VenueCumQty, IReadOnlyList<string> Differences, DateTimeOffset Time, string Actor) : ParentEvent(ClOrdId, Time, Actor);

/// <summary>An order that repeats by cron (UTC); each firing is a parent named ClOrdId-rN.</summary>
public sealed record RecurringSet(ParentSpec Spec, string BodyHash, string Cron, DateTimeOffset Time, string Actor) : ParentEvent(Spec.ClOrdId, Time, Actor);

/// <summary>It repeats no more.</summary>
public sealed record RecurringRemoved(ClOrdId ClOrdId, DateTimeOffset Time, string Actor) : ParentEvent(ClOrdId, Time, Actor);

/// <summary>New limits.</summary>
public sealed record LimitsSet(RiskLimits Limits, DateTimeOffset Time, string Actor) : AccountEvent(Time, Actor);

/// <summary>A kill switch was set or lifted (None). Instrument null: the whole account.</summary>
public sealed record KillSwitchSet(KillLevel Level, InstrumentId? Instrument, string Reason, DateTimeOffset Time, string Actor) : AccountEvent(Time, Actor);

/// <summary>What the venues said after a kill.</summary>
public sealed record KillSwitchProved(KillLevel Level, bool Proven, string Text, long ElapsedMs, DateTimeOffset Time, string Actor) : AccountEvent(Time, Actor);

/// <summary>All the venue's fills up to this number are booked.</summary>
public sealed record FillsReconciled(VenueId Venue, long FillNo, DateTimeOffset Time, string Actor) : AccountEvent(Time, Actor);

/// <summary>The venue's balance differed from ours with nothing in flight; its word was taken, labelled.</summary>
public sealed record BalanceAdjusted(VenueId Venue, Asset Asset, decimal Amount, string Label, DateTimeOffset Time, string Actor) : AccountEvent(Time, Actor);

/// <summary>A report that cannot be true was kept and not applied; trading stops until a person has looked.</summary>
public sealed record AnomalyRecorded(ExecutionReport Report, string Why, DateTimeOffset Time, string Actor) : AccountEvent(Time, Actor);

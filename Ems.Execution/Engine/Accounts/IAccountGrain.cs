using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Groups;
using Ems.Execution.Core.Ledger;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;

namespace Ems.Execution.Engine.Accounts;

/// <summary>
/// One trading account's single writer. Key: the account id. Everything that changes the account goes through here; every
/// answer that says yes is durable when it returns.
/// </summary>
public interface IAccountGrain : IGrainWithStringKey
{
    /// <summary>Opens the account once with limits and paper deposits; a repeat is a no-op.</summary>
    Task OpenAsync(OpenAccount command);
    /// <summary>
    /// Changes what the account has at a venue that takes deposits, once per reference; a negative amount takes away. The venue's record
    /// first, so that a crash in between is repaired by the next call.
    /// </summary>
    Task CreditAsync(VenueId venue, Asset asset, decimal amount, string reference, string actor);
    /// <summary>Takes an order. A known ClOrdID with the same body returns its first answer, with another body DuplicateClOrdId.</summary>
    Task<SubmitResult> SubmitAsync(SubmitOrder command);
    /// <summary>What <see cref="SubmitAsync"/> would answer, changing nothing.</summary>
    Task<PreviewResult> PreviewAsync(ParentSpec spec);
    /// <summary>Takes a group of linked orders: all of it or nothing. Idempotent by ClOrdID like <see cref="SubmitAsync"/>.</summary>
    Task<SubmitResult> SubmitGroupAsync(SubmitGroup command);
    /// <summary>What <see cref="SubmitGroupAsync"/> would answer, changing nothing.</summary>
    Task<GroupPreview> PreviewGroupAsync(GroupSpec spec);
    /// <summary>Cancels a group and its legs; the end comes when the venues have answered. Null means done.</summary>
    Task<Denial?> CancelGroupAsync(ClOrdId clOrdId, string actor);
    /// <summary>Stops a group and its legs from sending; working children are canceled unless <paramref name="keepChildren"/>.</summary>
    Task<Denial?> PauseGroupAsync(ClOrdId clOrdId, string actor, bool keepChildren);
    /// <summary>Lets a paused group go on.</summary>
    Task<Denial?> ResumeGroupAsync(ClOrdId clOrdId, string actor);
    /// <summary>Live groups, and the newest that are over.</summary>
    Task<IReadOnlyList<GroupView>> GroupsAsync();
    /// <summary>One group with its legs and everything that happened to them, or null.</summary>
    Task<GroupDetail?> FindGroupAsync(ClOrdId clOrdId);
    /// <summary>Changes a running parent (rule E10). Null means done.</summary>
    Task<Denial?> ReplaceAsync(ReplaceParent command);
    /// <summary>Stops a parent from sending; working children are canceled unless <paramref name="keepChildren"/>.</summary>
    Task<Denial?> PauseAsync(ClOrdId clOrdId, string actor, bool keepChildren);
    /// <summary>Lets a paused parent go on.</summary>
    Task<Denial?> ResumeAsync(ClOrdId clOrdId, string actor);
    /// <summary>Cancels a parent: no further child, working ones canceled; the end comes when the venues have answered.</summary>
    Task<Denial?> CancelAsync(ClOrdId clOrdId, string actor);
    /// <summary>Sets or lifts (level None) a kill switch of this account, or of one instrument of it, and proves the result with the venues.</summary>
    Task<KillReport> KillAsync(KillLevel level, InstrumentId? instrument, string actor, string reason);
    /// <summary>Changes the limits.</summary>
    Task SetLimitsAsync(RiskLimits limits, string actor);
    /// <summary>Starts a parent at its time; called by its job. Idempotent.</summary>
    Task ActivateParentAsync(ClOrdId clOrdId);
    /// <summary>Closes a parent whose window is over or reconciles and reports one that has ended; called by its job. Idempotent.</summary>
    Task CloseParentAsync(ClOrdId clOrdId);
    /// <summary>Submits the parent of this minute's firing of a recurring order; called by its job. Idempotent within the minute.</summary>
    Task SubmitRecurringAsync(ClOrdId clOrdId);
    /// <summary>Ends a recurrence; parents it made stay.</summary>
    Task<Denial?> StopRecurringAsync(ClOrdId clOrdId, string actor);
    /// <summary>Makes sure that the account is live and that no parent waits for a job that was lost; called by the sweep.</summary>
    Task EnsureLiveAsync();
    /// <summary>The whole state at one moment, with the sequence of the last published change.</summary>
    Task<AccountView> ViewAsync();
    /// <summary>One parent with its children and fills, or null.</summary>
    Task<ParentDetail?> FindAsync(ClOrdId clOrdId);
}

/// <summary>Opens an account. <see cref="Deposits"/> are credited at the venues named, once each.</summary>
public sealed record OpenAccount(AccountId Account, string Name, RiskLimits Limits, IReadOnlyList<Deposit> Deposits, string Actor);

/// <summary>Paper money at one venue.</summary>
public sealed record Deposit(VenueId Venue, Asset Asset, decimal Amount);

/// <summary>
/// An order to take. BodyHash: of the request as sent, to tell a retry from a second order under one name. Cron (five fields, UTC,
/// checked by the caller): the order is a template that repeats.
/// </summary>
public sealed record SubmitOrder(ParentSpec Spec, string BodyHash, string Actor, string? Cron = null);

/// <summary>Accepted when <see cref="Denial"/> and <see cref="Errors"/> are empty.</summary>
public sealed record SubmitResult(OrdStatus OrdStatus, Denial? Denial, IReadOnlyList<FieldError> Errors, IReadOnlyList<Adjustment> Adjustments);

/// <summary>What an order would do.</summary>
public sealed record PreviewResult(
    ParentSpec Spec, Denial? Denial, IReadOnlyList<FieldError> Errors, IReadOnlyList<Adjustment> Adjustments,
    decimal? Notional, decimal? ExpectedFees, IReadOnlyList<PlanPoint> Plan, string? RouteText);

/// <summary>A change to a running parent; null stays.</summary>
public sealed record ReplaceParent(ClOrdId ClOrdId, decimal? OrderQty, decimal? LimitPx, IReadOnlyDictionary<string, string> Parameters, string Actor);

/// <summary>What a kill did, by the venues' own word.</summary>
public sealed record KillReport(KillLevel Level, IReadOnlyList<VenueProof> Venues, TimeSpan Elapsed, bool Proven, string Text);

/// <summary>One venue's count of open orders; null when it could not be asked.</summary>
public sealed record VenueProof(VenueId Venue, int? OpenOrders, string? Error);

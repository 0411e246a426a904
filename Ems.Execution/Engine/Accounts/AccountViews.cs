using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Ledger;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;

namespace Ems.Execution.Engine.Accounts;

/// <summary>A parent with what only the engine knows of it at this moment.</summary>
/// <param name="PlannedEnd">End of its window, or null when it has none.</param>
/// <param name="PlannedQtyNow">What its plan says should be done by now.</param>
public sealed record ParentView(ParentOrder Order, WhyIdle WhyIdle, DateTimeOffset? NextActionAt, DateTimeOffset? PlannedEnd, decimal PlannedQtyNow);

/// <summary>A fill with the names of its child and parent.</summary>
public sealed record FillView(ExecutionReport Report, ClOrdId ParentClOrdId, InstrumentId Instrument, Side Side);

/// <summary>
/// The account at one moment. <see cref="Epoch"/> changes when the account gets a new owner process; <see cref="Seq"/> is the
/// number of the last <see cref="AccountDelta"/> published before this view. Ended orders and fills are the newest only.
/// </summary>
public sealed record AccountView(
    AccountId Account, string Name, string Epoch, long Seq, IReadOnlyList<ParentView> Parents, IReadOnlyList<Order> Children,
    IReadOnlyList<FillView> Fills, IReadOnlyList<VenueBalance> Balances, IReadOnlyList<Position> Positions, KillLevel KillLevel, RiskLimits Limits)
{
    /// <summary>Live groups and the newest that are over.</summary>
    public IReadOnlyList<GroupView> Groups { get; init; } = [];
}

/// <summary>What changed since the delta before, conflated by key; published only after it is durable.</summary>
public sealed record AccountDelta(
    AccountId Account, string Epoch, long Seq, IReadOnlyList<ParentView> Parents, IReadOnlyList<Order> Children,
    IReadOnlyList<FillView> Fills, IReadOnlyList<VenueBalance> Balances, IReadOnlyList<Position> Positions, KillLevel KillLevel)
{
    /// <summary>Groups that changed, or whose legs did.</summary>
    public IReadOnlyList<GroupView> Groups { get; init; } = [];
}

/// <summary>One parent with everything that happened to it.</summary>
public sealed record ParentDetail(
    ParentView Parent, IReadOnlyList<Order> Children, IReadOnlyList<FillView> Fills, IReadOnlyList<SliceRoute> Routes,
    IReadOnlyList<JournalLine> Timeline, IReadOnlyList<PlanPoint> Plan);

/// <summary>A journal record as a person reads it.</summary>
public sealed record JournalLine(long Sequence, DateTimeOffset Time, string Kind, string Text, ClOrdId? ClOrdId, string Actor);

/// <summary>Where deltas go: the web host pushes them to the account's pages. Called in Seq order per account; must not block.</summary>
public interface IAccountPublisher
{
    /// <summary>Takes one delta.</summary>
    void Publish(AccountDelta delta);
}

using Ems.Execution.Core.Ledger;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Engine.Storage;

/// <summary>What one commit changes in the read models; written in the same transaction as its journal records.</summary>
/// <param name="LiveParents">How many parents are not over, or over but not yet compared with the venues: what the sweep looks for.</param>
public sealed record ProjectionChange(
    string AccountName, int LiveParents, IReadOnlyList<ParentOrder> Parents, IReadOnlyList<(ExecutionReport Report, Order Child)> Fills, IReadOnlyList<VenueBalance> Balances)
{
    /// <summary>A change of nothing.</summary>
    public static readonly ProjectionChange None = new("", 0, [], [], []);
}

/// <summary>A parent in the history list.</summary>
public sealed record ParentSummary(
    ClOrdId ClOrdId, InstrumentId Instrument, Side Side, string Strategy, OrdStatus OrdStatus, decimal OrderQty, decimal CumQty, decimal? AvgPx,
    decimal Commission, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt, string? EndCode);

/// <summary>An account that has parents which are not over.</summary>
public sealed record LiveAccount(AccountId Account, int LiveParents);

/// <summary>The journal refused a record: another owner has written since, or a write before it failed. This owner must stop.</summary>
public sealed class JournalFencedException(AccountId account, long sequence)
    : Exception($"Account {account} has a newer owner, or lost a write: journal sequence {sequence} is taken or does not follow what is written.");

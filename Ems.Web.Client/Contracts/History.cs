using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Web.Client.Contracts;

/// <summary>GET …/orders: a page, newest first. <see cref="More"/>: there are older ones after Skip + Items.Count.</summary>
public sealed record OrderHistoryPage(IReadOnlyList<OrderHistoryRow> Items, int Skip, bool More);

/// <summary>A parent in the history, live or over. Fees in the quote asset.</summary>
public sealed record OrderHistoryRow(
    string ClOrdId, string Instrument, Side Side, string Strategy, OrdStatus OrdStatus, decimal OrderQty, decimal CumQty, decimal? AvgPx,
    decimal Fees, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt, string? EndCode);

/// <summary>POST /api/paper/faults/{venue}, operators only: how badly a paper venue behaves from now on. Absent means not at all.</summary>
public sealed record PaperFaultsRequest
{
    /// <summary>Share of reports lost, 0 to 1.</summary>
    public NumberText? DropReports { get; init; }
    /// <summary>Share of commands lost before the venue sees them, 0 to 1.</summary>
    public NumberText? DropCommands { get; init; }
    /// <summary>Added to every answer.</summary>
    public NumberText? DelayMs { get; init; }
    /// <summary>Share of reports sent twice, 0 to 1.</summary>
    public NumberText? Duplicate { get; init; }
    /// <summary>Share of reports sent after their successor, 0 to 1.</summary>
    public NumberText? Reorder { get; init; }
    /// <summary>Share of orders rejected, 0 to 1.</summary>
    public NumberText? Reject { get; init; }
    /// <summary>The venue does not answer at all.</summary>
    public bool Disconnected { get; init; }
}

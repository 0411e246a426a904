using Ems.Execution.Core.Analytics;
using Ems.Execution.Core.Orders;

namespace Ems.Web.Client.Contracts;

/// <summary>GET …/orders/{clOrdId}/cost: what one order cost and why, as of now.</summary>
/// <param name="Currency">Quote asset: of all amounts.</param>
/// <param name="Final">Over, and every mark-out taken or missing: nothing changes any more.</param>
/// <param name="Bps">The split in basis points of the quantity at the decision mid.</param>
/// <param name="Mids">The market around the order, thinned out for drawing.</param>
public sealed record OrderCostReport(
    string Currency, OrdStatus OrdStatus, bool Final, OrderCost Cost, CostSplit? Bps, LeakReading Leak, IReadOnlyList<FillCostRow> Fills, IReadOnlyList<MidRow> Mids);

/// <summary>One fill's cost: quotes around it, its part of the split, and its mark-outs in basis points at 1 s, 10 s, 1 min, 5 min; null where not known.</summary>
public sealed record FillCostRow(
    string ExecId, string Venue, decimal Qty, decimal Px, decimal Fee, string Liquidity, DateTimeOffset Time, Quote? AtSend, Quote? AtFill,
    CostSplit? Split, IReadOnlyList<decimal?> MarkOutBps);

/// <summary>The consolidated mid at the end of a second.</summary>
public sealed record MidRow(DateTimeOffset Time, decimal Mid);

/// <summary>GET …/costs: the costs of all orders decided from <see cref="From"/> on and before <see cref="To"/>.</summary>
/// <param name="All">Everything together, one per currency.</param>
/// <param name="Groups">By venue, algo, trader, day or instrument.</param>
public sealed record CostReport(DateTimeOffset From, DateTimeOffset To, CostGrouping GroupBy, IReadOnlyList<CostGroup> All, IReadOnlyList<CostGroup> Groups);

using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Orders;

/// <summary>
/// A venue's word on one order (FIX 8), normalised by that venue's mapper. <see cref="ExecId"/> is unique per venue:
/// a report seen twice is applied once. Quantities in base units, <see cref="Commission"/> in <see cref="CommCurrency"/>,
/// negative for a rebate; <see cref="Gas"/> is the part of it that went to a chain. The end of an order without a fill may carry a
/// commission too: a transaction that reverted has paid its gas. <see cref="CumQty"/> and <see cref="LeavesQty"/> are the venue's totals after this report.
/// </summary>
public sealed record ExecutionReport(
    VenueId Venue, AccountId Account, ClOrdId ClOrdId, string? OrderId, string ExecId,
    ExecType ExecType, OrdStatus OrdStatus,
    decimal OrderQty, decimal CumQty, decimal LeavesQty,
    decimal LastQty, decimal LastPx, LastLiquidityInd LastLiquidityInd,
    decimal Commission, Asset CommCurrency,
    DateTimeOffset TransactTime, string? RejectCode = null, string? Text = null, decimal Gas = 0m);

/// <summary>
/// An order as sent to one venue (FIX D). <see cref="Px"/> is always set: a market order carries its protective limit,
/// the worst price it may trade at.
/// </summary>
/// <param name="Submission">By what door it reaches a chain; null is private.</param>
/// <param name="PublicFallback">Whether the public pool may have it when no relay brings it into a block in time.</param>
public sealed record VenueOrder(
    AccountId Account, ClOrdId ClOrdId, VenueId Venue, InstrumentId Instrument, Side Side, OrdType OrdType,
    decimal OrderQty, decimal Px, TimeInForce TimeInForce,
    bool PostOnly = false, bool ReduceOnly = false, DateTimeOffset? ExpireTime = null, OnChainSubmission? Submission = null, bool PublicFallback = false);

/// <summary>A change of a resting order's price or quantity (FIX G). The order keeps <see cref="OrigClOrdId"/> as its name.</summary>
public sealed record VenueReplace(AccountId Account, ClOrdId OrigClOrdId, VenueId Venue, decimal OrderQty, decimal Px);

/// <summary>A request to cancel (FIX F).</summary>
public sealed record VenueCancel(AccountId Account, ClOrdId OrigClOrdId, VenueId Venue);

using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Routing;

namespace Ems.Execution.Core.Orders;

/// <summary>
/// A child: one order at one venue. <see cref="LeavesQty"/> is 0 once terminal. <see cref="InDoubt"/>: it was sent and its fate is
/// not known; it counts as unknown until the venue has spoken.
/// </summary>
public sealed record Order(
    ClOrdId ClOrdId, ClOrdId ParentClOrdId, int SliceNo, VenueId Venue, InstrumentId Instrument, Side Side, OrdType OrdType,
    decimal OrderQty, decimal Px, TimeInForce TimeInForce, bool PostOnly, bool ReduceOnly, DateTimeOffset CreatedAt, string Reason)
{
    /// <summary>Where it is.</summary>
    public OrdStatus OrdStatus { get; init; } = OrdStatus.PendingNew;
    /// <summary>The venue's id (FIX 37), once known.</summary>
    public string? OrderId { get; init; }
    /// <summary>Filled so far, base units.</summary>
    public decimal CumQty { get; init; }
    /// <summary>Sum of price times quantity over the fills, quote units.</summary>
    public decimal CumNotional { get; init; }
    /// <summary>Commission so far in the quote asset, negative for a rebate.</summary>
    public decimal Commission { get; init; }
    /// <summary>Sent, fate unknown.</summary>
    public bool InDoubt { get; init; }
    /// <summary>The venue's own total where it was seen to be ahead of our fills; 0 when never.</summary>
    public decimal VenueCumQty { get; init; }
    /// <summary>The end the venue reported while fills of it are still missing here; taken when they are booked.</summary>
    public OrdStatus? PendingEnd { get; init; }
    /// <summary>When it became terminal.</summary>
    public DateTimeOffset? EndedAt { get; init; }
    /// <summary>The venue's code when it rejected.</summary>
    public string? RejectCode { get; init; }
    /// <summary>FIX 58.</summary>
    public string? Text { get; init; }
    /// <summary>Still at the venue's mercy, base units; 0 once terminal.</summary>
    public decimal LeavesQty => OrdStatus.IsTerminal() ? 0m : OrderQty - CumQty;
    /// <summary>Average fill price, or null before any.</summary>
    public decimal? AvgPx => CumQty > 0m ? CumNotional / CumQty : null;
}

/// <summary>How one slice was routed, kept with the parent: the reason of the slice, the legs by child, the losers.</summary>
public sealed record SliceRoute(int SliceNo, DateTimeOffset Time, string SliceReason, IReadOnlyList<ClOrdId> Children, RoutePlan Plan);

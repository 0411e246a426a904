namespace Ems.Execution.Core.Orders;

/// <summary>
/// The one transition table of a child. Reports may come twice, late or in any order, so every pair that a venue can really
/// cause is listed, with the reason where it is odd; an unlisted pair throws and is a bug or a lying venue.
/// </summary>
public static class OrderTransitions
{
    /// <summary>The order after <paramref name="e"/>.</summary>
    /// <exception cref="InvalidOperationException">The pair is not in the table, or a fill exceeds the order.</exception>
    public static Order Apply(this Order o, OrderEvent e) => (o.OrdStatus, e) switch
    {
        (OrdStatus.PendingNew, OrderAccepted a) => Confirm(o with { OrdStatus = OrdStatus.New }, a.OrderId),
        // A fill or our own cancel overtook the acknowledgement.
        (_, OrderAccepted a) => Confirm(o, a.OrderId),

        (OrdStatus.PendingNew, OrderConfirmed c) => Missing(Confirm(o with { OrdStatus = OrdStatus.New }, c.OrderId), c.CumQty),
        (OrdStatus.New or OrdStatus.PartiallyFilled or OrdStatus.PendingCancel, OrderConfirmed c) => Missing(Confirm(o, c.OrderId), c.CumQty),
        // Asked before, answered after its end was booked: the end stands.
        (OrdStatus.Filled or OrdStatus.Canceled or OrdStatus.Expired or OrdStatus.Rejected, OrderConfirmed) => o,

        // Also from Canceled and Expired: venues do report fills that raced the end, late but true.
        (not OrdStatus.Rejected and not OrdStatus.Filled, OrderFilled f) => Fill(o, f),

        (OrdStatus.PendingNew or OrdStatus.New or OrdStatus.PartiallyFilled or OrdStatus.PendingCancel, OrderEnded x) => End(o, x),
        // The same end again, or a cancel that raced the last fill.
        (OrdStatus.Filled or OrdStatus.Canceled or OrdStatus.Expired, OrderEnded) => o,

        // PendingCancel: we asked for the cancel before the venue refused the order itself.
        (OrdStatus.PendingNew or OrdStatus.PendingCancel or OrdStatus.New, OrderRejected r) when o.CumQty == 0m =>
            o with { OrdStatus = OrdStatus.Rejected, RejectCode = r.Code, Text = r.Text, EndedAt = r.Time, InDoubt = false, Commission = o.Commission + r.Commission },
        (OrdStatus.Rejected, OrderRejected) => o,

        (OrdStatus.PendingNew or OrdStatus.New or OrdStatus.PartiallyFilled, OrderCancelAsked) => o with { OrdStatus = OrdStatus.PendingCancel },
        (OrdStatus.PendingCancel, OrderCancelAsked) => o,
        (OrdStatus.PendingCancel, OrderCancelRefused c) => o with { OrdStatus = o.CumQty > 0m ? OrdStatus.PartiallyFilled : OrdStatus.New, Text = c.Text },
        // The refusal of a cancel that came too late.
        (_, OrderCancelRefused) => o,

        (OrdStatus.PendingNew or OrdStatus.New or OrdStatus.PartiallyFilled or OrdStatus.PendingCancel, OrderInDoubt d) => o with { InDoubt = true, Text = d.Why },
        (_, OrderInDoubt) => o,

        _ => throw new InvalidOperationException($"{e.GetType().Name} is not valid for {o.ClOrdId} in {o.OrdStatus}."),
    };

    private static Order Confirm(Order o, string? orderId) =>
        o with { OrderId = o.OrderId ?? orderId, InDoubt = o.InDoubt && o.PendingEnd is not null };

    private static Order Fill(Order o, OrderFilled f)
    {
        var cum = o.CumQty + f.LastQty;
        if (f.LastQty <= 0m || f.LastPx <= 0m || cum > o.OrderQty)
        {
            throw new InvalidOperationException($"A fill of {f.LastQty} at {f.LastPx} does not fit {o.ClOrdId}: OrderQty={o.OrderQty}, CumQty={o.CumQty}.");
        }
        var filled = o with { CumQty = cum, CumNotional = o.CumNotional + (f.LastQty * f.LastPx), Commission = o.Commission + f.Commission };
        if (cum == o.OrderQty)
        {
            return filled with { OrdStatus = OrdStatus.Filled, InDoubt = false, PendingEnd = null, EndedAt = o.EndedAt ?? f.Time };
        }
        if (o.PendingEnd is { } end)
        {
            return cum >= o.VenueCumQty ? filled with { OrdStatus = end, InDoubt = false, PendingEnd = null, EndedAt = f.Time } : filled;
        }
        return filled with
        {
            OrdStatus = o.OrdStatus is OrdStatus.PendingNew or OrdStatus.New ? OrdStatus.PartiallyFilled : o.OrdStatus,
            InDoubt = o.InDoubt && cum < o.VenueCumQty,
        };
    }

    /// <summary>
    /// The venue counts more fills than we have booked: they are on their way or lost, so the order stays in doubt until they
    /// are found; otherwise its remainder would be sent again and over-fill.
    /// </summary>
    private static Order End(Order o, OrderEnded x) => x.CumQty > o.CumQty
        ? o with { PendingEnd = x.OrdStatus, VenueCumQty = x.CumQty, InDoubt = true, Text = x.Text ?? o.Text }
        : o with { OrdStatus = x.OrdStatus, EndedAt = x.Time, InDoubt = false, PendingEnd = null, Text = x.Text ?? o.Text, Commission = o.Commission + x.Commission };

    private static Order Missing(Order o, decimal venueCumQty) =>
        venueCumQty > o.CumQty ? o with { VenueCumQty = venueCumQty, InDoubt = true } : o;
}

using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Orders;

/// <summary>Something that happened to one child.</summary>
public abstract record OrderEvent;

/// <summary>The venue took it.</summary>
public sealed record OrderAccepted(string? OrderId) : OrderEvent;

/// <summary>The venue refused it: definite evidence, never a timeout.</summary>
public sealed record OrderRejected(string? Code, string? Text, DateTimeOffset Time, decimal Commission = 0m) : OrderEvent;

/// <summary>It traded. Quantity in base units, price in quote units, commission in quote units.</summary>
public sealed record OrderFilled(decimal LastQty, decimal LastPx, decimal Commission, DateTimeOffset Time) : OrderEvent;

/// <summary>The venue says that it is over with <see cref="CumQty"/> filled in all. Status is Canceled, Expired or Filled. Commission: what the end itself cost (gas of a transaction that reverted), quote units.</summary>
public sealed record OrderEnded(OrdStatus OrdStatus, decimal CumQty, string? Text, DateTimeOffset Time, decimal Commission = 0m) : OrderEvent;

/// <summary>We asked for its cancel.</summary>
public sealed record OrderCancelAsked : OrderEvent;

/// <summary>The venue would not cancel it; it works on.</summary>
public sealed record OrderCancelRefused(string? Text) : OrderEvent;

/// <summary>It was sent and its fate is not known.</summary>
public sealed record OrderInDoubt(string Why) : OrderEvent;

/// <summary>The venue's answer to a status request for an order that is still open there.</summary>
public sealed record OrderConfirmed(string? OrderId, decimal CumQty) : OrderEvent;

/// <summary>Turns a venue's report into the event it stands for.</summary>
public static class OrderEvents
{
    /// <summary>The event of <paramref name="r"/>, or null when it says nothing new about the order (an acknowledgement of our own request).</summary>
    public static OrderEvent? From(ExecutionReport r) => r.ExecType switch
    {
        ExecType.New => new OrderAccepted(r.OrderId),
        ExecType.Trade => new OrderFilled(r.LastQty, r.LastPx, r.Commission, r.TransactTime),
        ExecType.Canceled => new OrderEnded(OrdStatus.Canceled, r.CumQty, r.Text, r.TransactTime, r.Commission),
        ExecType.Expired => new OrderEnded(OrdStatus.Expired, r.CumQty, r.Text, r.TransactTime, r.Commission),
        ExecType.Rejected => new OrderRejected(r.RejectCode, r.Text, r.TransactTime, r.Commission),
        ExecType.CancelRejected => new OrderCancelRefused(r.Text),
        ExecType.OrderStatus => r.OrdStatus switch
        {
            OrdStatus.Rejected => new OrderRejected(r.RejectCode, r.Text, r.TransactTime, r.Commission),
            OrdStatus.Canceled or OrdStatus.Expired or OrdStatus.Filled => new OrderEnded(r.OrdStatus, r.CumQty, r.Text, r.TransactTime, r.Commission),
            OrdStatus.None => throw new InvalidOperationException($"{r.Venue} gave no status for {r.ClOrdId}."),
            _ => new OrderConfirmed(r.OrderId, r.CumQty),
        },
        ExecType.PendingCancel or ExecType.Replaced => null,
        ExecType.None or _ => throw new InvalidOperationException($"{r.Venue} sent a report without ExecType for {r.ClOrdId}."),
    };
}

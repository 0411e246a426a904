using System.Text.Json.Serialization;

namespace Ems.Execution.Core.Orders;

/// <summary>FIX 39: where an order is. Zero is never a state.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OrdStatus>))]
public enum OrdStatus
{
    /// <summary>Not set.</summary>
    None = 0,
    /// <summary>Journaled, not yet acknowledged.</summary>
    PendingNew,
    /// <summary>Acknowledged, nothing filled.</summary>
    New,
    /// <summary>Some filled, the rest working.</summary>
    PartiallyFilled,
    /// <summary>A cancel is on its way; fills may still come.</summary>
    PendingCancel,
    /// <summary>A replace is on its way.</summary>
    PendingReplace,
    /// <summary>Parent only: paused by the user or by a rule.</summary>
    Suspended,
    /// <summary>Terminal: all filled.</summary>
    Filled,
    /// <summary>Terminal: canceled; what was filled before stays.</summary>
    Canceled,
    /// <summary>Terminal: refused, by us (denied) or by the venue.</summary>
    Rejected,
    /// <summary>Terminal: its time ran out.</summary>
    Expired,
}

/// <summary>FIX 150: why a report was sent. Never the same as the state.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ExecType>))]
public enum ExecType { None = 0, New, Trade, Canceled, Replaced, Rejected, Expired, PendingCancel, CancelRejected, OrderStatus }

/// <summary>State questions.</summary>
public static class OrdStatusExtensions
{
    /// <summary>Whether nothing more can happen by our will; a late fill can still be booked.</summary>
    public static bool IsTerminal(this OrdStatus s) => s is OrdStatus.Filled or OrdStatus.Canceled or OrdStatus.Rejected or OrdStatus.Expired;
}

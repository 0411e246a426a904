using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;

namespace Ems.Execution.Core.Orders;

/// <summary>
/// A parent: what a trader asked for and how far it is. The quantities always satisfy
/// OrderQty = CumQty + WorkingQty + UnknownQty + UnsentQty (rule E1); once terminal, UnsentQty is what was never done.
/// </summary>
public sealed record ParentOrder(ParentSpec Spec, string BodyHash, ulong Seed, string Actor, DateTimeOffset CreatedAt, IReadOnlyList<Adjustment> Adjustments)
{
    /// <summary>Where it is.</summary>
    public OrdStatus OrdStatus { get; init; } = OrdStatus.PendingNew;
    /// <summary>Quantity filled over all children, base units.</summary>
    public decimal CumQty { get; init; }
    /// <summary>Acknowledged by venues and open, or sent and awaiting its acknowledgement.</summary>
    public decimal WorkingQty { get; init; }
    /// <summary>Sent, fate unknown.</summary>
    public decimal UnknownQty { get; init; }
    /// <summary>Not sent, or returned by a child that ended.</summary>
    public decimal UnsentQty => Spec.OrderQty - CumQty - WorkingQty - UnknownQty;
    /// <summary>Sum of price times quantity over the fills, quote units.</summary>
    public decimal CumNotional { get; init; }
    /// <summary>Commission in the quote asset.</summary>
    public decimal Commission { get; init; }
    /// <summary>When it was activated.</summary>
    public DateTimeOffset? StartedAt { get; init; }
    /// <summary>When it became terminal.</summary>
    public DateTimeOffset? EndedAt { get; init; }
    /// <summary>Consolidated mid at activation.</summary>
    public decimal? ArrivalPx { get; init; }
    /// <summary>What its algo remembers.</summary>
    public AlgoMemory Memory { get; init; } = NoMemory.Value;
    /// <summary>How many children were ever made: the next one's number.</summary>
    public int ChildCount { get; init; }
    /// <summary>Grows with each amend (rule E10).</summary>
    public int Version { get; init; } = 1;
    /// <summary>A cancel was asked for; it ends when no child works any more.</summary>
    public bool CancelRequested { get; init; }
    /// <summary>Who asked for the cancel.</summary>
    public string? CancelActor { get; init; }
    /// <summary>Who paused it last.</summary>
    public string? PausedBy { get; init; }
    /// <summary>Its place in a group, or null when it stands alone. What it reserves is then the group's to say.</summary>
    public GroupLink? Group { get; init; }
    /// <summary>The algo has said it is over; it ends when no child works any more.</summary>
    public AlgoEnd? Ending { get; init; }
    /// <summary>Post-only rejects in a row (rule E12).</summary>
    public int PostOnlyRejects { get; init; }
    /// <summary>Why it ended or was denied: stable code.</summary>
    public string? EndCode { get; init; }
    /// <summary>Why it ended or was denied: sentence.</summary>
    public string? EndText { get; init; }
    /// <summary>Held against buying power, in <see cref="HoldAsset"/>.</summary>
    public decimal Hold { get; init; }
    /// <summary>Asset held: quote for a buy, base for a sell.</summary>
    public Asset HoldAsset { get; init; }
    /// <summary>Price and fee allowance the hold of a buy is computed with, quote per base unit; 1 for a sell.</summary>
    public decimal HoldRate { get; init; }
    /// <summary>Average fill price, or null before any.</summary>
    public decimal? AvgPx => CumQty > 0m ? CumNotional / CumQty : null;
    /// <summary>The quantities as its algo sees them.</summary>
    public ParentProgress Progress => new(Spec.OrderQty, CumQty, WorkingQty, UnknownQty, UnsentQty, AvgPx);
}

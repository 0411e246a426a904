using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Groups;

/// <summary>What one base unit of a role holds, and of which asset, as accepted.</summary>
public sealed record LegHold(string Role, Asset Asset, decimal Rate, decimal Qty);

/// <summary>A group: what was asked for and how far it is.</summary>
public sealed record OrderGroup(GroupSpec Spec, string BodyHash, ulong Seed, string Actor, DateTimeOffset CreatedAt, IReadOnlyList<Adjustment> Adjustments)
{
    /// <summary>PendingNew, New while it works, Suspended, PendingCancel, or how it ended.</summary>
    public OrdStatus OrdStatus { get; init; } = OrdStatus.PendingNew;
    /// <summary>When risk took it.</summary>
    public DateTimeOffset? AcceptedAt { get; init; }
    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }
    /// <summary>What it remembers.</summary>
    public GroupMemory Memory { get; init; } = GroupMemory.Fresh;
    /// <summary>Its legs so far, oldest first.</summary>
    public IReadOnlyList<ClOrdId> Legs { get; init; } = [];
    /// <summary>What each role holds per unit.</summary>
    public IReadOnlyList<LegHold> Holds { get; init; } = [];
    /// <summary>What it reserves now.</summary>
    public IReadOnlyList<Money> Claims { get; init; } = [];
    /// <summary>At its end: what was filled beyond what was meant, or was left unmatched.</summary>
    public decimal Residual { get; init; }
    /// <summary>Its end was asked for.</summary>
    public bool CancelRequested { get; init; }
    /// <summary>Why it ended or was denied: stable code.</summary>
    public string? EndCode { get; init; }
    /// <summary>Why it ended or was denied: sentence.</summary>
    public string? EndText { get; init; }
}

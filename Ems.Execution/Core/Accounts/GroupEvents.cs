using System.Text.Json.Serialization;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Groups;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;

namespace Ems.Execution.Core.Accounts;

/// <summary>An event of one group. Its legs have events of their own; the first of each names the group.</summary>
public abstract record GroupEvent(ClOrdId ClOrdId, DateTimeOffset Time, string Actor) : AccountEvent(Time, Actor)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override ClOrdId? Parent => ClOrdId;
}

/// <summary>A group was taken into the journal: from here it exists, whatever happens.</summary>
public sealed record GroupReceived(GroupSpec Spec, string BodyHash, ulong Seed, IReadOnlyList<Adjustment> Adjustments, DateTimeOffset Time, string Actor)
    : GroupEvent(Spec.ClOrdId, Time, Actor);

/// <summary>Risk refused it, as a whole.</summary>
public sealed record GroupDenied(ClOrdId ClOrdId, Denial Denial, DateTimeOffset Time, string Actor) : GroupEvent(ClOrdId, Time, Actor);

/// <summary>Risk took it, with every order it may send. Each leg counts for the day when it starts.</summary>
public sealed record GroupAccepted(ClOrdId ClOrdId, IReadOnlyList<LegHold> Holds, DateTimeOffset Time, string Actor) : GroupEvent(ClOrdId, Time, Actor);

/// <summary>What it decided and remembers (null when unchanged). What it did to its legs is in their own events of the same commit.</summary>
public sealed record GroupDecided(ClOrdId ClOrdId, GroupMemory? Memory, IReadOnlyList<string> Notes, DateTimeOffset Time, string Actor) : GroupEvent(ClOrdId, Time, Actor);

/// <summary>Risk did not let a leg start; it is tried again.</summary>
public sealed record GroupLegDenied(ClOrdId ClOrdId, string Role, Denial Denial, DateTimeOffset Time, string Actor) : GroupEvent(ClOrdId, Time, Actor);

/// <summary>Its end was asked for.</summary>
public sealed record GroupCancelAsked(ClOrdId ClOrdId, string Why, DateTimeOffset Time, string Actor) : GroupEvent(ClOrdId, Time, Actor);

/// <summary>It and its legs send nothing more until resumed.</summary>
public sealed record GroupPaused(ClOrdId ClOrdId, string Why, DateTimeOffset Time, string Actor) : GroupEvent(ClOrdId, Time, Actor);

/// <summary>It goes on.</summary>
public sealed record GroupResumed(ClOrdId ClOrdId, DateTimeOffset Time, string Actor) : GroupEvent(ClOrdId, Time, Actor);

/// <summary>It is over, and so are its legs. Residual: what was filled beyond what was meant, or is left unmatched, base units.</summary>
public sealed record GroupEnded(ClOrdId ClOrdId, OrdStatus OrdStatus, string Code, string Text, decimal Residual, DateTimeOffset Time, string Actor) : GroupEvent(ClOrdId, Time, Actor);

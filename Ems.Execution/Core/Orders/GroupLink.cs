using System.Text.Json.Serialization;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Orders;

/// <summary>The place of a parent in a group: whose leg it is, in which role, and the how-manieth of that role (1 is the first).</summary>
public sealed record GroupLink(ClOrdId Group, string Role, int Number)
{
    /// <summary>Who cancels and holds in the name of a group: legs that this one stopped may be started again by it.</summary>
    public const string Actor = "group";

    /// <summary>Who pauses the legs of a group that a person has paused: they go on when the group does.</summary>
    public const string PauseActor = "group-pause";

    /// <summary>The leg's ClOrdID: the group's, the role, and the number from the second on.</summary>
    [JsonIgnore]
    public ClOrdId Name => new(Number == 1 ? $"{Group}-{Role}" : $"{Group}-{Role}{Number}");
}

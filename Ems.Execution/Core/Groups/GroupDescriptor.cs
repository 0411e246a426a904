using Ems.Execution.Core.Algos;

namespace Ems.Execution.Core.Groups;

/// <summary>A leg that a ticket asks for.</summary>
public sealed record LegRole(string Name, string Label, string Help, bool Required = true);

/// <summary>One group strategy, defined once: ticket, API schema, validation and help come from here.</summary>
/// <param name="NeedsCondition">Whether a condition tree belongs to it.</param>
public sealed record GroupDescriptor(
    string Name, string Label, string Help, IReadOnlyList<LegRole> Legs, IReadOnlyList<ParamSpec> Parameters, bool NeedsCondition = false)
{
    /// <summary>The parameter of that name, or null.</summary>
    public ParamSpec? Find(string name) => Parameters.FirstOrDefault(p => p.Name == name);

    /// <summary>Reads parameters with the defaults of this descriptor.</summary>
    public ParamReader Read(IReadOnlyDictionary<string, string> given) => new(new AlgoDescriptor(Name, Label, Help, Parameters), given);
}

/// <summary>Every group strategy there is, in ticket order.</summary>
public static class GroupCatalog
{
    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<IGroupStrategy> All =
        [new BracketGroup(), new OcoGroup(), new OuoGroup(), new OtoGroup(), new ConditionalGroup(), new PairsGroup(), new HopGroup(), new LadderGroup()];

    /// <summary>The strategy of that name, or null.</summary>
    public static IGroupStrategy? Find(string? name) => All.FirstOrDefault(s => s.Descriptor.Name == name);
}

using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;

namespace Ems.Execution.Core.Groups;

/// <summary>Every rule of a group that needs no market and no account: each broken one is named with field, rule and value.</summary>
public static class GroupValidation
{
    /// <summary>Longest ClOrdID of a group: its legs' names must fit behind it.</summary>
    public const int IdMax = 24;
    private const int TagsMax = 64;
    private const int UnknownShown = 20;

    /// <summary>All errors; empty when the group is well formed.</summary>
    public static IReadOnlyList<FieldError> Validate(GroupSpec spec, InstrumentCatalog catalog, DateTimeOffset now)
    {
        var errors = new List<FieldError>();
        var id = spec.ClOrdId.Value;
        if (string.IsNullOrEmpty(id) || id.Length > IdMax || !id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
        {
            errors.Add(new("clOrdId", "format", NumberRules.Shown(id), $"The ClOrdID of a group is 1 to {IdMax} letters, digits, '-' or '_'."));
        }
        if (spec.Tags is { } tags && (tags.Length > TagsMax || tags.StartsWith(ParentValidation.ReservedTags, StringComparison.OrdinalIgnoreCase) || tags.Any(char.IsControl)))
        {
            errors.Add(new("tags", tags.Length > TagsMax ? "length" : "reserved", NumberRules.Shown(tags), $"Tags have at most {TagsMax} characters, no control characters, and do not start with {ParentValidation.ReservedTags}."));
        }
        if (GroupCatalog.Find(spec.Type) is not { } strategy)
        {
            errors.Add(new("type", "unknown", NumberRules.Shown(spec.Type), "A group is one of " + string.Join(", ", GroupCatalog.All.Select(g => g.Descriptor.Name)) + "."));
            return errors;
        }
        var descriptor = strategy.Descriptor;
        CheckLegs(spec, descriptor, catalog, now, errors);
        foreach (var name in spec.Parameters.Keys.Where(n => descriptor.Find(n) is null).Take(UnknownShown))
        {
            errors.Add(new("parameters." + NumberRules.Shown(name), "unknown", NumberRules.Shown(spec.Parameters[name]), $"{descriptor.Label} has no such parameter."));
        }
        foreach (var parameter in descriptor.Parameters)
        {
            ParentValidation.CheckParameter(parameter, spec.Parameters.GetValueOrDefault(parameter.Name), errors);
        }
        if (descriptor.NeedsCondition != spec.Condition is not null)
        {
            errors.Add(new("condition", descriptor.NeedsCondition ? "required" : "contradiction", null, descriptor.NeedsCondition ? $"{descriptor.Label} needs a condition." : $"{descriptor.Label} has no condition."));
        }
        else if (spec.Condition is { } condition)
        {
            errors.AddRange(Conditions.Validate(condition, catalog, now));
        }
        // Rules between parts only make sense once each is well formed.
        if (errors.Count == 0)
        {
            errors.AddRange(strategy.CrossCheck(spec, catalog, now));
        }
        if (errors.Count == 0)
        {
            errors.AddRange(CheckOwn(spec, strategy, catalog, now));
        }
        return errors;
    }

    private static void CheckLegs(GroupSpec spec, GroupDescriptor descriptor, InstrumentCatalog catalog, DateTimeOffset now, List<FieldError> errors)
    {
        var given = spec.Legs.Select(l => l.Role).ToList();
        foreach (var role in descriptor.Legs.Where(r => r.Required && !given.Contains(r.Name)))
        {
            errors.Add(new("legs", "required", role.Name, $"{descriptor.Label} needs a leg {role.Name}: {role.Help}"));
        }
        for (var i = 0; i < spec.Legs.Count && i < UnknownShown; i++)
        {
            var leg = spec.Legs[i];
            if (descriptor.Legs.All(r => r.Name != leg.Role))
            {
                errors.Add(new($"legs[{i}].role", "unknown", NumberRules.Shown(leg.Role), $"{descriptor.Label} has the legs {string.Join(", ", descriptor.Legs.Select(r => r.Name))}."));
            }
            else if (given.IndexOf(leg.Role) != i)
            {
                errors.Add(new($"legs[{i}].role", "duplicate", leg.Role, $"There are two legs {leg.Role}."));
            }
            else if (descriptor.Legs.Select(r => r.Name).Where(given.Contains).ElementAt(given.Take(i).Distinct().Count(r => descriptor.Legs.Any(d => d.Name == r))) != leg.Role)
            {
                errors.Add(new($"legs[{i}].role", "order", leg.Role, $"Legs come in the order {string.Join(", ", descriptor.Legs.Select(r => r.Name))}."));
            }
            var name = new GroupLink(new("g"), "leg", 1).Name;
            errors.AddRange(ParentValidation.Validate(leg.Spec with { ClOrdId = name }, catalog, now).Select(e => e with { Field = $"legs[{i}].{e.Field}" }));
        }
    }

    /// <summary>Orders that the group makes by itself follow the same rules: what breaks one comes from a parameter.</summary>
    private static IEnumerable<FieldError> CheckOwn(GroupSpec spec, IGroupStrategy strategy, InstrumentCatalog catalog, DateTimeOffset now) =>
        strategy.Planned(spec).Where(p => spec.Legs.All(l => l.Role != p.Role))
            // A price that is reckoned from others is put on the tick when its order starts.
            .SelectMany(p => ParentValidation.Validate(p.Spec with { ClOrdId = new("g-leg") }, catalog, now).Where(e => e.Rule != "tick").Select(e => e with { Field = $"{p.Role}.{e.Field}" }));
}

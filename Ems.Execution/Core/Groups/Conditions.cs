using System.Globalization;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Groups;

/// <summary>What a predicate is about.</summary>
public enum SubjectKind { None = 0, Instrument, Asset }

/// <summary>One predicate, defined once: the tree editor, validation and help come from here.</summary>
/// <param name="Value">Bounds of what is compared with.</param>
public sealed record PredicateDescriptor(string Op, string Label, string Help, SubjectKind Subject, IReadOnlyList<string> By, ParamSpec Value);

/// <summary>The predicates there are, and the rules of a condition tree.</summary>
public static class Conditions
{
    /// <summary>Most levels of a tree; one predicate alone is one level.</summary>
    public const int DepthMax = 6;
    /// <summary>Most nodes of a tree.</summary>
    public const int NodesMax = 32;

    /// <summary>Price, time, volume, volatility, spread, balance, margin and position.</summary>
    public static readonly IReadOnlyList<PredicateDescriptor> Predicates =
    [
        new("PRICE", "Price", "LAST looks at prints, also those between two looks; MID, BID and ASK at the consolidated book.", SubjectKind.Instrument, ["LAST", "MID", "BID", "ASK"],
            Number("Price", "quote", 0.00000001m, 1_000_000_000m)),
        new("TIME", "Time", "ABOVE: from this moment on; BELOW: until then.", SubjectKind.None, [], new ParamSpec("value", ParamType.Time, "Time", "ISO 8601 with zone.", Required: true)),
        new("VOLUME", "Volume", "Quantity printed on all venues in the last minute.", SubjectKind.Instrument, [], Number("Quantity", "base", 0m, 1_000_000_000_000m)),
        new("VOLATILITY", "Volatility", "Of the last minutes' prints, basis points per square root of an hour.", SubjectKind.Instrument, [], Number("Volatility", "bps/√h", 0m, 100_000m)),
        new("SPREAD", "Spread", "Consolidated spread in basis points of the mid.", SubjectKind.Instrument, [], Number("Spread", "bps", -10_000m, 100_000m)),
        new("BALANCE", "Balance", "Of an asset over all venues, held parts included.", SubjectKind.Asset, [], Number("Amount", "", 0m, 1_000_000_000_000m)),
        new("MARGIN", "Margin left", "Part of an asset that no order holds: 0.25 is a quarter.", SubjectKind.Asset, [], Number("Part", "of 1", 0m, 1m)),
        new("POSITION", "Position", "Base quantity owned through trading; negative when more was sold.", SubjectKind.Instrument, [], Number("Quantity", "base", -1_000_000_000_000m, 1_000_000_000_000m)),
    ];

    /// <summary>The predicate of that name, or null.</summary>
    public static PredicateDescriptor? Find(string? op) => Predicates.FirstOrDefault(p => p.Op == op);

    /// <summary>Whether it joins other nodes.</summary>
    public static bool IsJoint(string? op) => op is "AND" or "OR" or "NOT";

    /// <summary>Every rule a tree breaks, by the field's path.</summary>
    public static IReadOnlyList<FieldError> Validate(ConditionNode root, InstrumentCatalog catalog, DateTimeOffset now)
    {
        var errors = new List<FieldError>();
        if (Depth(root, DepthMax + 1) > DepthMax)
        {
            errors.Add(new("condition", "depth", null, $"A condition has at most {DepthMax} levels."));
        }
        else if (Count(root) > NodesMax)
        {
            errors.Add(new("condition", "count", Text(Count(root)), $"A condition has at most {NodesMax} nodes."));
        }
        else
        {
            Check(root, "condition", catalog, now, errors);
        }
        return errors;
    }

    /// <summary>The instruments a tree looks at.</summary>
    public static IEnumerable<InstrumentId> Instruments(ConditionNode node) =>
        (Find(node.Op)?.Subject == SubjectKind.Instrument && node.Subject is { } id ? new[] { new InstrumentId(id) } : []).Concat((node.Of ?? []).SelectMany(Instruments));

    /// <summary>A predicate as a person reads it.</summary>
    public static string Sentence(ConditionNode n) => IsJoint(n.Op) ? n.Op
        : n.Op == "TIME" ? $"{(n.Is == "BELOW" ? "before" : "from")} {n.Value}"
        : $"{Find(n.Op)?.Label ?? n.Op} {n.Subject}{(n.By is { Length: > 0 } by ? " " + by.ToLowerInvariant() : "")} {(n.Is == "BELOW" ? "≤" : "≥")} {n.Value}";

    private static ParamSpec Number(string label, string unit, decimal min, decimal max) => new("value", ParamType.Decimal, label, "", unit, Required: true, Min: min, Max: max);

    /// <summary>Levels, as far as <paramref name="most"/>: a tree of any depth may have been sent.</summary>
    private static int Depth(ConditionNode? node, int most) =>
        node is null || most == 0 ? 0 : 1 + (node.Of ?? []).Select(c => Depth(c, most - 1)).DefaultIfEmpty(0).Max();

    private static int Count(ConditionNode? node) => node is null ? 0 : 1 + (node.Of ?? []).Sum(Count);

    private static void Check(ConditionNode? node, string path, InstrumentCatalog catalog, DateTimeOffset now, List<FieldError> errors)
    {
        if (node is null)
        {
            errors.Add(new(path, "required", null, "A node is missing."));
        }
        else if (IsJoint(node.Op))
        {
            CheckJoint(node, path, catalog, now, errors);
        }
        else if (Find(node.Op) is { } predicate)
        {
            CheckPredicate(node, predicate, path, catalog, now, errors);
        }
        else
        {
            errors.Add(new(path + ".op", "unknown", NumberRules.Shown(node.Op), "There is no such predicate; it is AND, OR, NOT or one of " + string.Join(", ", Predicates.Select(p => p.Op)) + "."));
        }
    }

    private static void CheckJoint(ConditionNode node, string path, InstrumentCatalog catalog, DateTimeOffset now, List<FieldError> errors)
    {
        var of = node.Of ?? [];
        if (node.Op == "NOT" ? of.Count != 1 : of.Count < 2)
        {
            errors.Add(new(path + ".of", "count", Text(of.Count), node.Op == "NOT" ? "NOT has exactly one node." : $"{node.Op} has two nodes or more."));
        }
        if (node.Subject is not null || node.By is not null || node.Is is not null || node.Value is not null)
        {
            errors.Add(new(path, "contradiction", node.Op, $"{node.Op} has nodes, not a subject or a value."));
        }
        for (var i = 0; i < of.Count; i++)
        {
            Check(of[i], string.Create(CultureInfo.InvariantCulture, $"{path}.of[{i}]"), catalog, now, errors);
        }
    }

    private static void CheckPredicate(ConditionNode node, PredicateDescriptor predicate, string path, InstrumentCatalog catalog, DateTimeOffset now, List<FieldError> errors)
    {
        if (node.Of is { Count: > 0 })
        {
            errors.Add(new(path + ".of", "contradiction", node.Op, "A predicate has no nodes."));
        }
        var known = predicate.Subject switch
        {
            SubjectKind.Instrument => catalog.Find(new InstrumentId(node.Subject ?? "")) is not null,
            SubjectKind.Asset => catalog.Instruments.Any(i => i.Base.Code == node.Subject || i.Quote.Code == node.Subject),
            _ => node.Subject is null,
        };
        if (!known)
        {
            errors.Add(new(path + ".subject", node.Subject is null ? "required" : "unknown", NumberRules.Shown(node.Subject),
                predicate.Subject == SubjectKind.None ? $"{predicate.Label} has no subject." : $"There is no such {predicate.Subject.ToString().ToLowerInvariant()}."));
        }
        if (predicate.By.Count > 0 ? !predicate.By.Contains(node.By ?? predicate.By[0]) : node.By is not null)
        {
            errors.Add(new(path + ".by", "choice", NumberRules.Shown(node.By), predicate.By.Count > 0 ? $"It is one of {string.Join(", ", predicate.By)}." : $"{predicate.Label} has no choice of a source."));
        }
        if (node.Is is not ("ABOVE" or "BELOW"))
        {
            errors.Add(new(path + ".is", node.Is is null ? "required" : "choice", NumberRules.Shown(node.Is), "It is ABOVE (at or above) or BELOW (at or below)."));
        }
        if (predicate.Value.Type == ParamType.Time)
        {
            if (!ParamReader.TryTime(node.Value, out var time))
            {
                errors.Add(new(path + ".value", node.Value is null ? "required" : "time", NumberRules.Shown(node.Value), "It is an ISO 8601 time with date and zone."));
            }
            else if (node.Is == "BELOW" && time <= now)
            {
                errors.Add(new(path + ".value", "past", node.Value, "That moment has passed: it would never hold."));
            }
        }
        else
        {
            NumberRules.Parse(path + ".value", node.Value, predicate.Value.Min, predicate.Value.Max, predicate.Value.MaxDecimals, errors);
        }
    }

    private static string Text(int n) => n.ToString(CultureInfo.InvariantCulture);
}

namespace Ems.Architecture.Tests.Rules;

/// <summary>The rules. Each takes what it judges and returns the offences, so that a test can also hand it an offender.</summary>
public static class Walls
{
    private static readonly string[] Clocks =
    [
        "System.DateTime.get_UtcNow", "System.DateTime.get_Now", "System.DateTime.get_Today", "System.DateTimeOffset.get_UtcNow", "System.DateTimeOffset.get_Now",
        "System.Random.get_Shared", "System.Random..ctor", "System.Threading.Thread.Sleep",
    ];

    private static readonly string[] ImpureNamespaces =
        ["System.IO", "System.Net", "System.Threading.Tasks", "System.Threading.Channels", "System.Diagnostics", "System.Runtime.InteropServices.JavaScript", "Microsoft"];

    private static readonly string[] ImpureTypes =
        ["System.TimeProvider", "System.Random", "System.Console", "System.Threading.Thread", "System.Threading.Timer", "System.Threading.Monitor", "System.Threading.Lock"];

    /// <summary>Project references must point to the left in <paramref name="order"/>.</summary>
    public static IReadOnlyList<string> Direction(IReadOnlyList<string> order, string project, IEnumerable<string> references)
    {
        var own = order.ToList().IndexOf(project);
        return [.. references.Where(r => order.ToList().IndexOf(r) is var at && at >= own).Select(r => $"{project} refers to {r}")];
    }

    /// <summary>A room (the namespace's first part below <paramref name="root"/>) must only name rooms to its left in <paramref name="order"/>.</summary>
    public static IReadOnlyList<string> RoomOrder(string root, IReadOnlyList<string> order, IReadOnlySet<string> exceptions, IEnumerable<Use> uses)
    {
        var rank = order.Select((room, i) => (room, i)).ToDictionary(r => r.room, r => r.i);
        var offences = new List<string>();
        foreach (var use in uses.Where(u => u.ToMember is null))
        {
            if (Room(use.FromNamespace) is not { } from || Room(use.ToNamespace) is not { } to || from == to)
            {
                continue;
            }
            if (!rank.TryGetValue(from, out var f) || !rank.TryGetValue(to, out var t))
            {
                offences.Add($"{use}: a room without a place in the order");
            }
            else if (t > f && !exceptions.Contains($"{from}->{use.ToType[(use.ToType.LastIndexOf('.') + 1)..]}"))
            {
                offences.Add($"{use}: {to} is right of {from}");
            }
        }
        return [.. offences.Distinct()];

        string? Room(string ns) => ns.StartsWith(root + ".", StringComparison.Ordinal) ? ns[(root.Length + 1)..].Split('.')[0] : null;
    }

    /// <summary>No input, output, waiting, clock, chance or logger.</summary>
    public static IReadOnlyList<string> Purity(IEnumerable<Use> uses) =>
    [
        .. uses.Where(u => ImpureNamespaces.Any(n => u.ToNamespace == n || u.ToNamespace.StartsWith(n + ".", StringComparison.Ordinal)) && !Compilers(u)
            || ImpureTypes.Contains(u.ToType) || IsClock(u)).Select(u => u.ToString()).Distinct(),
    ];

    /// <summary>Time comes from a TimeProvider and chance from a seed; nobody sleeps.</summary>
    public static IReadOnlyList<string> ClockAndChance(IEnumerable<Use> uses) => [.. uses.Where(IsClock).Select(u => u.ToString()).Distinct()];

    /// <summary>Only <paramref name="maker"/> constructs <paramref name="type"/>; a record's own copy of itself is no new permission.</summary>
    public static IReadOnlyList<string> OnlyMadeBy(string type, string maker, IEnumerable<Use> uses) =>
    [
        .. uses.Where(u => u.Creates && u.ToType == type && u.FromType != maker && !(u.FromType == type && u.Parameters is [var only] && only == type)).Select(u => u.ToString()),
    ];

    /// <summary>No binary floating point in the given namespaces.</summary>
    public static IReadOnlyList<string> ExactNumbers(IReadOnlyList<string> namespaces, IReadOnlySet<string> exceptTypes, IEnumerable<Use> uses) =>
    [
        .. uses.Where(u => u.ToType is "System.Double" or "System.Single" && !exceptTypes.Contains(u.FromType)
            && namespaces.Any(n => u.FromNamespace == n || u.FromNamespace.StartsWith(n + ".", StringComparison.Ordinal))).Select(u => u.ToString()).Distinct(),
    ];

    /// <summary>Names that say nothing.</summary>
    public static IReadOnlyList<string> TellingNames(IEnumerable<string> typeNames) =>
        [.. typeNames.Where(n => n.EndsWith("Manager", StringComparison.Ordinal) || n.EndsWith("Helper", StringComparison.Ordinal) || n.EndsWith("Utils", StringComparison.Ordinal))];

    /// <summary>Files above the bound.</summary>
    public static IReadOnlyList<string> FileLength(int linesMax, IEnumerable<(string Name, int Lines)> files) =>
        [.. files.Where(f => f.Lines > linesMax).Select(f => $"{f.Name} has {f.Lines} lines")];

    private static bool IsClock(Use u) => u.ToMember is not null && Clocks.Contains($"{u.ToType}.{u.ToMember}");

    // Attributes and marks that the compiler or the debugger reads.
    private static bool Compilers(Use u) => u.ToNamespace is "System.Diagnostics" or "System.Diagnostics.CodeAnalysis"
        && u.ToType is "System.Diagnostics.UnreachableException" || u.ToType.EndsWith("Attribute", StringComparison.Ordinal);
}

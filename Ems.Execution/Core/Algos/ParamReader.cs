using System.Globalization;
using Ems.Execution.Core.Orders;

namespace Ems.Execution.Core.Algos;

/// <summary>Reads an algo's parameters as typed values: what the trader gave, otherwise the descriptor's default.</summary>
public readonly struct ParamReader(AlgoDescriptor descriptor, IReadOnlyDictionary<string, string> given)
{
    /// <summary>Reads the parameters of a spec.</summary>
    public ParamReader(AlgoDescriptor descriptor, ParentSpec spec) : this(descriptor, spec.Parameters)
    {
    }

    /// <summary>The text, or null when neither given nor defaulted.</summary>
    public string? Text(string name) => given.TryGetValue(name, out var text) && text.Length > 0 ? text : descriptor.Find(name)?.Default;

    /// <summary>Whether the trader gave it.</summary>
    public bool IsGiven(string name) => given.TryGetValue(name, out var text) && text.Length > 0;

    /// <summary>A number, or null.</summary>
    public decimal? Number(string name) => Text(name) is { } t && decimal.TryParse(t, NumberStyles.Number, CultureInfo.InvariantCulture, out var v) ? v : null;

    /// <summary>A number that has a default.</summary>
    public decimal Required(string name) => Number(name) ?? throw new InvalidOperationException($"{descriptor.Name} has no value for {name}.");

    /// <summary>A whole number, or null.</summary>
    public int? Integer(string name) => Number(name) is { } v ? (int)v : null;

    /// <summary>A span given in seconds, or null.</summary>
    public TimeSpan? Seconds(string name) => Number(name) is { } v ? TimeSpan.FromTicks((long)(v * TimeSpan.TicksPerSecond)) : null;

    /// <summary>True only for "true".</summary>
    public bool Flag(string name) => string.Equals(Text(name), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>A moment in ISO 8601, or null.</summary>
    public DateTimeOffset? Time(string name) => TryTime(Text(name), out var t) ? t : null;

    /// <summary>
    /// Reads an ISO 8601 moment with its date and its zone: <c>2026-01-05T12:00Z</c>, seconds and fractions optional. Anything looser
    /// (a bare hour, a local time) would mean different moments on different days or machines.
    /// </summary>
    public static bool TryTime(string? text, out DateTimeOffset time) =>
        DateTimeOffset.TryParseExact(text, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out time);

    private static readonly string[] TimeFormats =
        ["yyyy-MM-ddTHH:mm:ss.FFFFFFFzzz", "yyyy-MM-ddTHH:mmzzz", "yyyy-MM-ddTHH:mm:ss.FFFFFFFZ", "yyyy-MM-ddTHH:mmZ"];
}

using System.Text.Json.Serialization;

namespace Ems.Execution.Core.Algos;

/// <summary>How a parameter is written and drawn.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ParamType>))]
public enum ParamType { None = 0, Integer, Decimal, Percent, Price, Quantity, Seconds, Time, Bool, Choice }

/// <summary>
/// One parameter of one algo, defined once: ticket field, API schema, validation and help all come from here. Bounds are
/// inclusive; <see cref="Default"/> is canonical text; a Percent is a fraction (0.2 = 20 %).
/// </summary>
/// <param name="MaxDecimals">Most decimal places a number may have.</param>
/// <param name="Updatable">Whether a running parent may be amended in it (rule E10).</param>
/// <param name="Group">Heading in the ticket, e.g. "Schedule"; fields of the "Advanced" group are folded.</param>
public sealed record ParamSpec(
    string Name, ParamType Type, string Label, string Help, string Unit = "", bool Required = false, string? Default = null,
    decimal? Min = null, decimal? Max = null, int MaxDecimals = 8, IReadOnlyList<string>? Choices = null,
    bool Updatable = false, string Group = "Schedule");

/// <summary>One algo: its name on the wire (FIX 847), its label and help, its parameters in ticket order.</summary>
/// <param name="NeedsLimitPx">Whether the common LimitPx must be set (Limit, Stop-limit).</param>
public sealed record AlgoDescriptor(
    string Name, string Label, string Help, IReadOnlyList<ParamSpec> Parameters, bool NeedsLimitPx = false, bool AllowsPostOnly = false)
{
    /// <summary>The parameter of that name, or null.</summary>
    public ParamSpec? Find(string name)
    {
        // Asked some twenty times per decision of every parent: no enumerator, no closure.
        for (var i = 0; i < Parameters.Count; i++)
        {
            if (Parameters[i].Name == name)
            {
                return Parameters[i];
            }
        }
        return null;
    }
}

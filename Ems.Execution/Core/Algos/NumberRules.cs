using System.Globalization;
using Ems.Execution.Core.Orders;

namespace Ems.Execution.Core.Algos;

/// <summary>Turns text into an exact number or says which rule it breaks. No exponents, no NaN, no rounding.</summary>
public static class NumberRules
{
    /// <summary>Largest absolute value any field takes: far above any order, far below decimal's overflow.</summary>
    public const decimal Most = 1_000_000_000_000m;

    /// <summary>Parses <paramref name="text"/>; on failure adds one error to <paramref name="errors"/> and returns null.</summary>
    public static decimal? Parse(string field, string? text, decimal? min, decimal? max, int maxDecimals, ICollection<FieldError> errors, bool exclusiveMin = false)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            errors.Add(new(field, "required", text, $"{field} is missing."));
            return null;
        }
        if (text.Length > 64 || !decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
        {
            errors.Add(new(field, "number", Shown(text), $"{field} is not a plain decimal number."));
            return null;
        }
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var decimals = point < 0 ? 0 : text[(point + 1)..].TrimEnd('0').Length;
        if (decimals > maxDecimals)
        {
            errors.Add(new(field, "decimals", Shown(text), $"{field} has {decimals} decimals; at most {maxDecimals} are allowed."));
            return null;
        }
        if (min is { } low && (exclusiveMin ? value <= low : value < low))
        {
            errors.Add(new(field, "min", Shown(text), $"{field} must be {(exclusiveMin ? "above" : "at least")} {low.ToString(CultureInfo.InvariantCulture)}."));
            return null;
        }
        if (value > (max ?? Most) || value < -Most)
        {
            errors.Add(new(field, "max", Shown(text), $"{field} must be at most {(max ?? Most).ToString(CultureInfo.InvariantCulture)}."));
            return null;
        }
        return value;
    }

    /// <summary>Text shortened for an answer.</summary>
    public static string? Shown(string? text) => text is { Length: > 64 } ? text[..64] + "…" : text;
}

using System.Globalization;

namespace Ems.Web.Client.Features.Costs;

/// <summary>A linear scale from values to 0..100, always with zero in it.</summary>
public readonly record struct Scale(decimal Min, decimal Max)
{
    /// <summary>The scale that holds all values and zero, with a little room; [0, 1] when there is nothing.</summary>
    public static Scale Over(IEnumerable<decimal?> values)
    {
        var (min, max) = (0m, 0m);
        foreach (var value in values)
        {
            (min, max) = (Math.Min(min, value ?? 0m), Math.Max(max, value ?? 0m));
        }
        var room = (max - min) * 0.04m;
        return min == max ? new(0m, 1m) : new(min < 0m ? min - room : 0m, max > 0m ? max + room : 0m);
    }

    /// <summary>Where a value is, 0 to 100, cut off at the ends.</summary>
    public decimal At(decimal value) => Math.Clamp((value - Min) / (Max - Min) * 100m, 0m, 100m);

    /// <summary>The same as text for an SVG attribute.</summary>
    public string Text(decimal value) => Number(At(value));

    /// <summary>A number for an SVG attribute.</summary>
    public static string Number(decimal value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}

namespace Ems.Execution.Core.Primitives;

/// <summary>An amount of one asset, signed. Adding amounts of different assets throws.</summary>
public readonly record struct Money(decimal Amount, Asset Asset)
{
    /// <summary>Sum of two amounts of one asset.</summary>
    public static Money operator +(Money a, Money b) => a with { Amount = a.Amount + Same(a, b).Amount };
    /// <summary>Difference of two amounts of one asset.</summary>
    public static Money operator -(Money a, Money b) => a with { Amount = a.Amount - Same(a, b).Amount };
    /// <inheritdoc/>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Amount} {Asset}");

    private static Money Same(Money a, Money b) => a.Asset == b.Asset
        ? b : throw new InvalidOperationException($"{a.Asset} and {b.Asset} do not add.");
}

/// <summary>Exact rounding to a venue's steps. Every rounding names its direction.</summary>
public static class Steps
{
    /// <summary>Largest multiple of <paramref name="step"/> not above <paramref name="value"/>.</summary>
    public static decimal RoundDown(decimal value, decimal step) => step <= 0m
        ? throw new ArgumentOutOfRangeException(nameof(step), step, "A step is positive.")
        : Normal(decimal.Floor(value / step) * step);

    /// <summary>Smallest multiple of <paramref name="step"/> not below <paramref name="value"/>.</summary>
    public static decimal RoundUp(decimal value, decimal step) => step <= 0m
        ? throw new ArgumentOutOfRangeException(nameof(step), step, "A step is positive.")
        : Normal(decimal.Ceiling(value / step) * step);

    /// <summary>The price on the grid that is no worse for <paramref name="side"/>: down for a buyer, up for a seller.</summary>
    public static decimal RoundPassive(decimal px, decimal tick, Side side) => side == Side.Buy ? RoundDown(px, tick) : RoundUp(px, tick);

    /// <summary>Whether <paramref name="value"/> is a whole number of <paramref name="step"/>s.</summary>
    public static bool IsMultiple(decimal value, decimal step) => value % step == 0m;

    /// <summary>Drops trailing zeros so that equal numbers print alike.</summary>
    public static decimal Normal(decimal value) => value / 1.000000000000000000000000000000000m;
}

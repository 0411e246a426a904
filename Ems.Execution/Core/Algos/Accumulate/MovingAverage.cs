using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Algos.Accumulate;

/// <summary>Prices of an average, oldest first; equal when they are the same prices.</summary>
public sealed record PriceSamples(IReadOnlyList<decimal> Px)
{
    /// <inheritdoc/>
    public bool Equals(PriceSamples? other) => other is not null && Px.SequenceEqual(other.Px);

    /// <inheritdoc/>
    public override int GetHashCode() => Px.Count == 0 ? 0 : HashCode.Combine(Px.Count, Px[^1]);
}

/// <summary>
/// A simple or exponential average of the last price, sampled a twentieth of its window apart from the order's start on. The samples are
/// part of the algo's memory, so a restart goes on with the same average. Until the window is full it is the average of what there is.
/// </summary>
internal static class MovingAverage
{
    private const int SamplesMax = 20;

    public static readonly ParamSpec Window = new("averageSeconds", ParamType.Seconds, "Average over", "Window of the reference SMA or EMA.", "s", Default: "300", Min: 20, Max: 86_400, MaxDecimals: 0, Updatable: true, Group: "Price");

    /// <summary>Whether the reference is an average.</summary>
    public static bool IsUsed(ParamReader r) => r.Text("relativeTo") is "SMA" or "EMA";

    /// <summary>The memory with the next sample, when it is due and there is a price.</summary>
    public static AccumulateMemory Sample(AccumulateMemory m, ParamReader r, MarketView market, DateTimeOffset now)
    {
        if (!IsUsed(r) || now < NextAt(m, r) || (market.LastPx ?? market.Mid) is not { } px)
        {
            return m;
        }
        var samples = m.Samples?.Px ?? [];
        // The usual weight of an exponential average over n samples.
        var ema = m.Ema is { } e ? Math.Round(e + ((px - e) * 2m / (SamplesMax + 1)), 8) : px;
        return m with { Samples = new([.. samples.Skip(Math.Max(0, samples.Count - SamplesMax + 1)), px]), Ema = ema, SampledAt = now };
    }

    /// <summary>When the next sample is due.</summary>
    public static DateTimeOffset NextAt(AccumulateMemory m, ParamReader r) => m.SampledAt is { } at ? at + (r.Seconds("averageSeconds")!.Value / SamplesMax) : DateTimeOffset.MinValue;

    /// <summary>The average, or null before the first sample.</summary>
    public static decimal? Of(AccumulateMemory m, string? kind) => kind == "EMA" ? m.Ema : m.Samples?.Px is { Count: > 0 } s ? Steps.Normal(Math.Round(s.Sum() / s.Count, 8)) : null;
}

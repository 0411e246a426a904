using System.Globalization;
using Ems.Execution.Core.Algos.Scheduling;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Algos;

/// <summary>Fits quantities to what venues take (rule E3). Every change is an <see cref="Adjustment"/> the trader sees.</summary>
public static class Fitting
{
    /// <summary>Head room over a minimum notional, since the price moves between now and the last slice (Bybit's rule).</summary>
    private const decimal NotionalMargin = 1.1m;

    /// <summary>The finest lot over the listings, or null without any.</summary>
    public static decimal? FinestLot(IReadOnlyList<Listing> listings) => listings.Count == 0 ? null : listings.Min(l => l.LotSize);

    /// <summary>The least quantity that some listing takes at <paramref name="px"/>, or null without a listing.</summary>
    public static decimal? LeastQty(IReadOnlyList<Listing> listings, decimal? px)
    {
        if (listings.Count == 0)
        {
            return null;
        }
        return listings.Min(l => Math.Max(l.MinQty, px is { } p and > 0m ? Steps.RoundUp(l.MinNotional / p, l.LotSize) : 0m));
    }

    /// <summary>The quantity rounded down to the finest lot.</summary>
    public static (ParentSpec Spec, List<Adjustment> Adjustments) ToLot(ParentSpec spec, IReadOnlyList<Listing> listings)
    {
        var adjustments = new List<Adjustment>();
        if (FinestLot(listings) is { } lot && Steps.RoundDown(spec.OrderQty, lot) is var rounded && rounded != spec.OrderQty && rounded > 0m)
        {
            adjustments.Add(new("orderQty", Text(spec.OrderQty), Text(rounded), "lot", $"Quantity {Text(spec.OrderQty)} was rounded down to {Text(rounded)}: the finest lot is {Text(lot)}."));
            spec = spec with { OrderQty = rounded };
        }
        return (spec, adjustments);
    }

    /// <summary>
    /// The spec on the lot, with fewer slices where each would be below the venues' minimum; never all at once in silence. The most
    /// slices is the quantity over the minimum with head room (Bybit's rule: qty ≥ max(minNotional·n/last·1.1, minQty·n)).
    /// </summary>
    public static (ParentSpec Spec, IReadOnlyList<Adjustment> Adjustments) ToSlices(ParentSpec spec, Schedule schedule, MarketView market, IReadOnlyList<Listing> listings)
    {
        var (fitted, adjustments) = ToLot(spec, listings);
        var most = MostSlices(fitted.OrderQty, market, listings);
        if (schedule.Slices > most)
        {
            var parameters = new Dictionary<string, string>(fitted.Parameters) { ["slices"] = Text(most) };
            parameters.Remove("intervalSeconds");
            adjustments.Add(new("parameters.slices", Text(schedule.Slices), Text(most), "min_slice",
                $"{schedule.Slices} slices would each be below the venues' minimum; {most} {(most == 1 ? "slice is" : "slices are")} not."));
            fitted = fitted with { Parameters = parameters };
        }
        return (fitted, adjustments);
    }

    /// <summary>The spec with its style chosen (<see cref="StyleChoice"/>) and its slices fitted.</summary>
    internal static (ParentSpec Spec, IReadOnlyList<Adjustment> Adjustments) ToSchedule(AlgoDescriptor descriptor, ParentSpec spec, Schedule schedule, MarketView market, IReadOnlyList<Listing> listings)
    {
        var (styled, chosen) = StyleChoice.Resolve(descriptor, spec, schedule.End - schedule.Start, listings);
        var (fitted, adjustments) = ToSlices(styled, schedule, market, listings);
        return (fitted, [.. chosen, .. adjustments]);
    }

    /// <summary>The most slices that keep each one above the venues' minimum with head room; at least 1.</summary>
    public static int MostSlices(decimal qty, MarketView market, IReadOnlyList<Listing> listings)
    {
        if (LeastQty(listings, market.Mid / NotionalMargin) is not { } least || least <= 0m)
        {
            return int.MaxValue;
        }
        return (int)Math.Clamp(decimal.Floor(qty / least), 1m, int.MaxValue);
    }

    /// <summary>Invariant text.</summary>
    public static string Text(decimal value) => value.ToString(CultureInfo.InvariantCulture);
}

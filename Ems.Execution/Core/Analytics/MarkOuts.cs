using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Analytics;

/// <summary>The mark-out of an order or group at one horizon.</summary>
/// <param name="Bps">Weighted by notional; positive means that the market went our way after the fill.</param>
/// <param name="Missing">Fills whose market at that moment is not known.</param>
public sealed record MarkOut(TimeSpan Horizon, Estimate Bps, int Missing);

/// <summary>
/// Mark-outs: where the mid was some time after a fill, against its price. Negative at once and flat later is a taker's half spread;
/// falling with time after passive fills is adverse selection.
/// </summary>
public static class MarkOuts
{
    /// <summary>1 s, 10 s, 1 min, 5 min.</summary>
    public static readonly IReadOnlyList<TimeSpan> Horizons = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5)];

    /// <summary>s (mid - px) / px in basis points.</summary>
    public static decimal Bps(Side side, decimal px, decimal midAfter) => side.Sign() * (midAfter - px) / px * 10_000m;

    /// <summary>At every horizon over the fills, weighted by notional.</summary>
    public static IReadOnlyList<MarkOut> Of(Side side, IReadOnlyList<CostFill> fills)
    {
        var result = new List<MarkOut>(Horizons.Count);
        for (var h = 0; h < Horizons.Count; h++)
        {
            var known = fills.Where(f => f.MidsAfter.Count > h && f.MidsAfter[h] is not null).ToList();
            result.Add(new(Horizons[h], Estimate.Of(known.Select(f => (Bps(side, f.Px, f.MidsAfter[h]!.Value), f.Px * f.Qty))), fills.Count - known.Count));
        }
        return result;
    }
}

using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Analytics;

/// <summary>All that the cost of one order is computed from.</summary>
/// <param name="Trader">Who submitted it.</param>
/// <param name="Seconds">The market while it lived.</param>
/// <param name="Leak">Drifts after its children and in control windows.</param>
public sealed record OrderFacts(
    ClOrdId ClOrdId, InstrumentId Instrument, Side Side, string Strategy, string Trader,
    DateTimeOffset DecidedAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, decimal OrderQty,
    decimal? DecisionMid, decimal? ArrivalMid, decimal? CloseMid, IReadOnlyList<CostFill> Fills,
    IReadOnlyList<MarketSecond> Seconds, LeakSamples Leak);

/// <summary>What the fills of one order at one venue cost.</summary>
/// <param name="Notional">Quantity filled there at the decision mid: what basis points are of.</param>
/// <param name="FilledNotional">Price times quantity filled there.</param>
public sealed record VenueCost(VenueId Venue, decimal Qty, decimal Notional, decimal FilledNotional, int Fills, CostSplit Split, Slippage Slippage, IReadOnlyList<MarkOut> MarkOuts);

/// <summary>The cost of one order. Quote units and basis points; null where nothing is known.</summary>
/// <param name="Notional">Order quantity at the decision mid.</param>
/// <param name="Split">The shortfall in parts; sums exactly.</param>
/// <param name="NotFilled">The part of <see cref="Split"/> that belongs to what was not filled.</param>
/// <param name="Missing">What was not known.</param>
public sealed record OrderCost(
    ClOrdId ClOrdId, InstrumentId Instrument, Side Side, string Strategy, string Trader,
    DateTimeOffset DecidedAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt,
    decimal OrderQty, decimal CumQty, decimal? AvgPx, decimal FilledNotional, decimal? DecisionMid, decimal? Notional,
    CostSplit? Split, CostSplit NotFilled, BenchmarkPrices Benchmarks, Slippage Slippage,
    IReadOnlyList<MarkOut> MarkOuts, LeakSamples Leak, IReadOnlyList<VenueCost> Venues, IReadOnlyList<string> Missing)
{
    /// <summary>The parts in basis points of <see cref="Notional"/>.</summary>
    public CostSplit? Bps() => Split is { } split && Notional is { } notional ? split.InBps(notional) : null;

    /// <summary>Computes it.</summary>
    public static OrderCost Of(OrderFacts f)
    {
        var shortfall = ImplementationShortfall.Of(f.Side, f.OrderQty, f.DecisionMid, f.ArrivalMid, f.CloseMid, f.Fills);
        var (qty, notional) = (f.Fills.Sum(x => x.Qty), f.Fills.Sum(x => x.Px * x.Qty));
        decimal? average = qty > 0m ? notional / qty : null;
        var benchmarks = Analytics.Benchmarks.Of(f.ArrivalMid, f.CloseMid, f.Seconds);
        var venues = f.Fills.Select((x, i) => (Fill: x, Split: shortfall?.Fills[i] ?? default)).GroupBy(x => x.Fill.Venue)
            .OrderBy(g => g.Key.Value, StringComparer.Ordinal).Select(g => Venue(f, g.Key, [.. g], shortfall?.DecisionMid ?? 0m, benchmarks)).ToList();
        return new(f.ClOrdId, f.Instrument, f.Side, f.Strategy, f.Trader, f.DecidedAt, f.StartedAt, f.EndedAt, f.OrderQty, qty, average, notional,
            shortfall?.DecisionMid, shortfall?.Notional, shortfall?.Total, shortfall?.NotFilled ?? default, benchmarks,
            Analytics.Benchmarks.SlippageOf(f.Side, average, benchmarks), Analytics.MarkOuts.Of(f.Side, f.Fills), f.Leak, venues,
            shortfall?.Missing ?? ["No quote at the decision or the arrival is known: there is nothing to measure against."]);
    }

    private static VenueCost Venue(OrderFacts f, VenueId venue, List<(CostFill Fill, CostSplit Split)> fills, decimal decision, BenchmarkPrices benchmarks)
    {
        var (qty, notional) = (fills.Sum(x => x.Fill.Qty), fills.Sum(x => x.Fill.Px * x.Fill.Qty));
        var split = fills.Aggregate(default(CostSplit), (sum, x) => sum + x.Split);
        return new(venue, qty, qty * decision, notional, fills.Count, split, Analytics.Benchmarks.SlippageOf(f.Side, notional / qty, benchmarks),
            Analytics.MarkOuts.Of(f.Side, [.. fills.Select(x => x.Fill)]));
    }
}

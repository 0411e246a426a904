using System.Globalization;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Analytics;

/// <summary>What orders are put together by.</summary>
public enum CostGrouping { None = 0, Venue, Algo, Trader, Day, Instrument }

/// <summary>A part of the shortfall over a group: its amount, and its mean in basis points with interval, orders weighted by notional.</summary>
public sealed record GroupPart(string Name, decimal Amount, Estimate Bps);

/// <summary>The cost of a group of orders in one quote currency.</summary>
/// <param name="Key">Venue, algo, trader, day (yyyy-MM-dd, UTC, by decision) or instrument; "" for all.</param>
/// <param name="Currency">Quote asset of the amounts: amounts of different ones are never added.</param>
/// <param name="Notional">Quantity at the decision mid: what basis points are of.</param>
/// <param name="Total">The shortfall.</param>
/// <param name="TotalBps">Its mean with interval.</param>
public sealed record CostGroup(
    string Key, string Currency, int Orders, int Fills, decimal Notional, decimal FilledNotional, decimal Total, Estimate TotalBps, IReadOnlyList<GroupPart> Parts,
    Estimate ArrivalBps, Estimate VwapBps, Estimate TwapBps, Estimate CloseBps, IReadOnlyList<MarkOut> MarkOuts, LeakReading? Leak);

/// <summary>Puts the costs of many orders together. Every figure is a mean over orders, weighted by notional, with a 95 % interval.</summary>
public static class CostGroups
{
    /// <summary>Key of the group that holds what was not filled, when grouped by venue: no venue caused it.</summary>
    public const string NotFilled = "(not filled)";

    /// <summary>One order's share of a group.</summary>
    private sealed record Share(
        string Key, string Currency, OrderCost Order, decimal Notional, decimal FilledNotional, int Fills, CostSplit? Split, Slippage Slippage, IReadOnlyList<MarkOut> MarkOuts, bool Whole);

    /// <summary>The groups in order of their keys. Amounts over all groups add up to those of the orders.</summary>
    /// <param name="currencyOf">Quote asset of an instrument.</param>
    public static IReadOnlyList<CostGroup> By(CostGrouping grouping, IEnumerable<OrderCost> orders, Func<InstrumentId, string> currencyOf) =>
    [
        .. orders.SelectMany(o => Shares(grouping, o, currencyOf(o.Instrument))).GroupBy(s => (s.Key, s.Currency))
            .OrderBy(g => g.Key.Key, StringComparer.Ordinal).ThenBy(g => g.Key.Currency, StringComparer.Ordinal).Select(g => Sum(g.Key.Key, g.Key.Currency, [.. g])),
    ];

    private static IEnumerable<Share> Shares(CostGrouping grouping, OrderCost o, string currency)
    {
        if (grouping != CostGrouping.Venue)
        {
            var key = grouping switch
            {
                CostGrouping.Algo => o.Strategy,
                CostGrouping.Trader => o.Trader,
                CostGrouping.Day => o.DecidedAt.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                CostGrouping.Instrument => o.Instrument.Value,
                _ => "",
            };
            yield return new(key, currency, o, o.Notional ?? 0m, o.FilledNotional, o.Venues.Sum(v => v.Fills), o.Split, o.Slippage, o.MarkOuts, true);
            yield break;
        }
        foreach (var v in o.Venues)
        {
            yield return new(v.Venue.Value, currency, o, v.Notional, v.FilledNotional, v.Fills, o.Split is null ? null : v.Split, v.Slippage, v.MarkOuts, false);
        }
        if (o.CumQty < o.OrderQty && o.Split is not null)
        {
            yield return new(NotFilled, currency, o, (o.OrderQty - o.CumQty) * (o.DecisionMid ?? 0m), 0m, 0, o.NotFilled, new(null, null, null, null), [], false);
        }
    }

    private static CostGroup Sum(string key, string currency, List<Share> shares)
    {
        var known = shares.Where(s => s.Split is not null && s.Notional > 0m).ToList();
        var split = known.Aggregate(default(CostSplit), (sum, s) => sum + s.Split!.Value);
        var bps = known.ConvertAll(s => (Split: s.Split!.Value.InBps(s.Notional), s.Notional));
        var names = split.Parts();
        var parts = names.Select((p, i) => new GroupPart(p.Name, p.Value, Estimate.Of(bps.Select(b => (b.Split.Parts()[i].Value, b.Notional))))).ToList();
        var leak = shares.TrueForAll(s => s.Whole) ? LeakMeter.Read(shares.Aggregate(default(LeakSamples), (sum, s) => sum + s.Order.Leak)) : null;
        return new(key, currency, shares.Count, shares.Sum(s => s.Fills), shares.Sum(s => s.Notional), shares.Sum(s => s.FilledNotional), split.Total,
            Estimate.Of(bps.Select(b => (b.Split.Total, b.Notional))), parts,
            Against(shares, s => s.ArrivalBps), Against(shares, s => s.VwapBps), Against(shares, s => s.TwapBps), Against(shares, s => s.CloseBps),
            [.. MarkOuts.Horizons.Select((h, i) => MarkOutOf(shares, h, i))], leak);
    }

    private static Estimate Against(List<Share> shares, Func<Slippage, decimal?> which) =>
        Estimate.Of(shares.Where(s => which(s.Slippage) is not null).Select(s => (which(s.Slippage)!.Value, s.FilledNotional)));

    /// <summary>The unit is the order, not the fill: fills of one order see the same market.</summary>
    private static MarkOut MarkOutOf(List<Share> shares, TimeSpan horizon, int i) => new(horizon,
        Estimate.Of(shares.Where(s => s.MarkOuts.Count > i && s.MarkOuts[i].Bps.Mean is not null).Select(s => (s.MarkOuts[i].Bps.Mean!.Value, s.FilledNotional))),
        shares.Where(s => s.MarkOuts.Count > i).Sum(s => s.MarkOuts[i].Missing));
}

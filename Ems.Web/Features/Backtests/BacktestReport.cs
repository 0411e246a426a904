using Ems.Execution.Core.Analytics;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Backtesting;

namespace Ems.Web.Features.Backtests;

/// <summary>The report of a backtest as it is written: costs in basis points are positive when worse; amounts in quote units.</summary>
/// <param name="Digest">SHA-256 over every decision, child and fill: equal when two backtests did the same.</param>
internal sealed record BacktestReport(
    string Recording, string Instrument, DateTimeOffset From, DateTimeOffset To, BacktestVenue Venue, ulong Seed, long MarketEvents, long Decisions, string Digest,
    IReadOnlyList<BacktestOrder> Orders, BacktestTotals Totals)
{
    private const int Decimals = 6;

    public static BacktestReport Of(string recording, BacktestVenue venue, ulong seed, ReplayResult result, MarketWindow window)
    {
        var costs = ReplayCosts.Of(result, window).ToDictionary(c => c.ClOrdId);
        var orders = result.Parents.Select(p => BacktestOrder.Of(p, costs[p.Input.Spec.ClOrdId])).ToList();
        return new(recording, window.Listings[0].Instrument.Value, window.From, window.To, venue, seed, result.MarketEvents, result.Decisions, result.Digest, orders, BacktestTotals.Of(orders));
    }

    internal static decimal? Short(decimal? value) => value is { } v ? Steps.Normal(Math.Round(v, Decimals)) : null;
}

/// <summary>The venue it was traded on.</summary>
internal sealed record BacktestVenue(string Name, decimal TickSize, decimal LotSize, decimal MakerFee, decimal TakerFee, decimal LatencyMs, decimal JitterMs);

/// <summary>One part of a shortfall.</summary>
internal sealed record BacktestPart(string Name, decimal Amount, decimal? Bps);

/// <summary>One order of a backtest.</summary>
/// <param name="ShortfallBps">Implementation shortfall against the mid at submission, fees and what was not filled included.</param>
internal sealed record BacktestOrder(
    string ClOrdId, string Side, string Strategy, decimal OrderQty, decimal CumQty, decimal Completion, string OrdStatus, string? EndCode, string? EndText,
    DateTimeOffset SubmitAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, decimal? AvgPx, decimal? DecisionMid, decimal? ArrivalMid, decimal? IntervalVwap, decimal? IntervalTwap,
    decimal? ArrivalBps, decimal? VwapBps, decimal? TwapBps, decimal Notional, decimal Fees, decimal? FeesBps, decimal? Shortfall, decimal? ShortfallBps,
    IReadOnlyList<BacktestPart> Parts, int Children, int Fills, decimal MakerShare, IReadOnlyList<Adjustment> Adjustments)
{
    public static BacktestOrder Of(ReplayParent parent, OrderCost c)
    {
        var (p, bps) = (parent.Order!, c.Bps());
        var made = parent.Fills.Where(f => f.Liquidity == LastLiquidityInd.Added).Sum(f => f.Qty);
        return new(p.Spec.ClOrdId.Value, p.Spec.Side.ToString(), p.Spec.Strategy, p.Spec.OrderQty, p.CumQty, Short(p.CumQty / p.Spec.OrderQty), p.OrdStatus.ToString(), p.EndCode, p.EndText,
            parent.Input.SubmitAt, p.StartedAt, p.EndedAt, BacktestReport.Short(p.AvgPx), c.DecisionMid, c.Benchmarks.Arrival, BacktestReport.Short(c.Benchmarks.IntervalVwap), BacktestReport.Short(c.Benchmarks.IntervalTwap),
            BacktestReport.Short(c.Slippage.ArrivalBps), BacktestReport.Short(c.Slippage.VwapBps), BacktestReport.Short(c.Slippage.TwapBps), Short(c.Notional ?? 0m), Short(p.Commission), BacktestReport.Short(bps?.Fees),
            BacktestReport.Short(c.Split?.Total), BacktestReport.Short(bps?.Total),
            [.. c.Split?.Parts().Select((x, i) => new BacktestPart(x.Name, Short(x.Value), BacktestReport.Short(bps?.Parts()[i].Value))) ?? []],
            parent.Children.Count, parent.Fills.Count, p.CumQty > 0m ? Short(made / p.CumQty) : 0m, p.Adjustments);
    }

    private static decimal Short(decimal value) => BacktestReport.Short(value)!.Value;
}

/// <summary>All orders together; basis points are of the notional at the decision mids.</summary>
internal sealed record BacktestTotals(int Orders, int Filled, decimal Completion, decimal Notional, decimal Fees, decimal? FeesBps, decimal Shortfall, decimal? ShortfallBps, decimal? ArrivalBps, decimal? VwapBps, decimal? TwapBps)
{
    public static BacktestTotals Of(IReadOnlyList<BacktestOrder> orders)
    {
        var notional = orders.Sum(o => o.Notional);
        return new(orders.Count, orders.Count(o => o.OrdStatus == nameof(Execution.Core.Orders.OrdStatus.Filled)),
            Weighted(o => o.Completion) ?? 0m, notional, orders.Sum(o => o.Fees), Bps(orders.Sum(o => o.Fees)), orders.Sum(o => o.Shortfall ?? 0m), Bps(orders.Sum(o => o.Shortfall ?? 0m)),
            Weighted(o => o.ArrivalBps), Weighted(o => o.VwapBps), Weighted(o => o.TwapBps));

        decimal? Bps(decimal amount) => notional > 0m ? BacktestReport.Short(amount / notional * 10_000m) : null;

        decimal? Weighted(Func<BacktestOrder, decimal?> of)
        {
            var known = orders.Where(o => of(o) is not null).ToList();
            var weight = known.Sum(o => o.Notional);
            return weight > 0m ? BacktestReport.Short(known.Sum(o => of(o)!.Value * o.Notional) / weight) : null;
        }
    }
}

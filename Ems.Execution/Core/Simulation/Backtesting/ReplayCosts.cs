using Ems.Execution.Core.Analytics;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Simulation.Backtesting;

/// <summary>The cost analysis of replayed orders: the same arithmetic as of live ones, on the market of the window.</summary>
public static class ReplayCosts
{
    /// <summary>Costs of every order that was accepted, in input order. Decision is the moment of submission, on the window's own quote.</summary>
    public static IReadOnlyList<OrderCost> Of(ReplayResult result, MarketWindow window)
    {
        var quotes = new Dictionary<InstrumentId, WindowQuotes>();
        var costs = new List<OrderCost>();
        foreach (var parent in result.Parents)
        {
            if (parent.Order is not null)
            {
                var id = parent.Order.Spec.Instrument;
                if (!quotes.TryGetValue(id, out var of))
                {
                    quotes[id] = of = new(window, id);
                }
                costs.Add(Of(parent, of, result.EndedAt));
            }
        }
        return costs;
    }

    /// <summary>Cost of one order. <paramref name="now"/>: the end of the replay, for an order that is not over.</summary>
    public static OrderCost Of(ReplayParent parent, WindowQuotes quotes, DateTimeOffset now)
    {
        var p = parent.Order ?? throw new ArgumentException("The ticket was refused: there is no order.", nameof(parent));
        var end = p.EndedAt ?? now;
        var fills = parent.Fills.Select(f => new CostFill($"{f.Child}/{f.Time.UtcTicks}", f.Venue, f.Qty, f.Px, f.Commission, f.Liquidity, f.Time,
            quotes.At(f.SentAt), quotes.At(f.Time), [.. MarkOuts.Horizons.Select(h => quotes.At(f.Time + h)?.Mid)])).ToList();
        return OrderCost.Of(new(p.Spec.ClOrdId, p.Spec.Instrument, p.Spec.Side, p.Spec.Strategy, "replay", p.CreatedAt, p.StartedAt, end, p.Spec.OrderQty,
            quotes.At(p.CreatedAt)?.Mid, p.ArrivalPx, quotes.At(end)?.Mid, fills, p.StartedAt is { } start ? quotes.Seconds(start, end) : [], default));
    }
}

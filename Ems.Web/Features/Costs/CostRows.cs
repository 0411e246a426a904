using Ems.Execution.Core.Analytics;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Engine.Analytics;
using Ems.Web.Client.Contracts;

namespace Ems.Web.Features.Costs;

/// <summary>Costs to rows. Pure.</summary>
internal static class CostRows
{
    private const int MidsMax = 600;

    /// <summary>The report on one order.</summary>
    public static OrderCostReport Report(CostView view, InstrumentCatalog catalog) => new(
        CurrencyOf(view.Cost.Instrument, catalog), view.OrdStatus, view.Final, view.Cost, view.Cost.Bps(), LeakMeter.Read(view.Cost.Leak), Fills(view.Facts), Mids(view.Facts.Seconds));

    /// <summary>Its fills.</summary>
    public static IReadOnlyList<FillCostRow> Fills(OrderFacts f)
    {
        var shortfall = ImplementationShortfall.Of(f.Side, f.OrderQty, f.DecisionMid, f.ArrivalMid, f.CloseMid, f.Fills);
        return [.. f.Fills.Select((x, i) => new FillCostRow(x.ExecId, x.Venue.Value, x.Qty, x.Px, x.Fee, x.Liquidity.ToString(), x.Time, x.AtSend, x.AtFill, shortfall?.Fills[i],
            [.. x.MidsAfter.Select(mid => mid is { } m ? MarkOuts.Bps(f.Side, x.Px, m) : (decimal?)null)]))];
    }

    /// <summary>Quote asset of an instrument.</summary>
    public static string CurrencyOf(InstrumentId instrument, InstrumentCatalog catalog) => catalog.Find(instrument)?.Quote.Code ?? "";

    private static List<MidRow> Mids(IReadOnlyList<MarketSecond> seconds)
    {
        var known = seconds.Where(s => s.Quote is not null).ToList();
        var step = Math.Max(1, (int)Math.Ceiling(known.Count / (double)MidsMax));
        return [.. known.Where((_, i) => i % step == 0 || i == known.Count - 1).Select(s => new MidRow(s.Start.AddSeconds(1), s.Quote!.Value.Mid))];
    }
}

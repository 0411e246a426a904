using System.Globalization;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Engine.Accounts;
using Ems.Execution.Engine.Storage;
using Ems.Web.Client.Contracts;

namespace Ems.Web.Features.Orders;

/// <summary>Grain views to order rows. Pure.</summary>
internal static class OrderRows
{
    /// <summary>A parent. Slippage is signed so that a cost is positive on both sides.</summary>
    public static OrderRow Row(ParentView v, InstrumentCatalog catalog)
    {
        var (p, s) = (v.Order, v.Order.Spec);
        decimal? slippage = p.AvgPx is { } avg && p.ArrivalPx is { } arrival and > 0m
            ? decimal.Round(s.Side.Sign() * (avg - arrival) / arrival * 10_000m, 2, MidpointRounding.AwayFromZero) : null;
        return new(s.ClOrdId.Value, s.Instrument.Value, s.Side, s.Strategy, s.OrderQty, p.CumQty, p.WorkingQty, p.UnknownQty, p.UnsentQty, p.AvgPx, s.LimitPx,
            p.OrdStatus, v.WhyIdle.Code, v.WhyIdle.Text, v.NextActionAt, p.CreatedAt, p.StartedAt, v.PlannedEnd, p.EndedAt, v.PlannedQtyNow, p.ArrivalPx, slippage,
            p.Commission, catalog.Find(s.Instrument)?.Quote.Code ?? "", p.EndCode, p.EndText, p.Version, p.ChildCount, p.CancelRequested)
        { Group = p.Group?.Group.Value, Role = p.Group?.Role };
    }

    /// <summary>A child.</summary>
    public static ChildRow Row(Order o) => new(o.ClOrdId.Value, o.ParentClOrdId.Value, o.SliceNo, o.Venue.Value, o.Side, o.OrderQty, o.CumQty, o.LeavesQty, o.Px,
        o.AvgPx, o.TimeInForce, o.PostOnly, o.OrdStatus, o.InDoubt, o.CreatedAt, o.EndedAt, o.Reason, o.Text);

    /// <summary>A fill.</summary>
    public static FillRow Row(FillView f) => new(f.Report.ExecId, f.Report.ClOrdId.Value, f.ParentClOrdId.Value, f.Report.Venue.Value, f.Instrument.Value, f.Side,
        f.Report.LastQty, f.Report.LastPx, f.Report.Commission, f.Report.CommCurrency.Code, f.Report.LastLiquidityInd, f.Report.TransactTime);

    /// <summary>A line of the history.</summary>
    public static OrderHistoryRow Row(ParentSummary p) => new(p.ClOrdId.Value, p.Instrument.Value, p.Side, p.Strategy, p.OrdStatus, p.OrderQty, p.CumQty, p.AvgPx,
        p.Commission, p.CreatedAt, p.EndedAt, p.EndCode);

    /// <summary>Everything about one parent.</summary>
    public static OrderDetail Detail(ParentDetail d, InstrumentCatalog catalog) => new(
        Row(d.Parent, catalog), Request(d.Parent.Order.Spec), [.. d.Children.Select(Row)], [.. d.Fills.Select(Row)],
        [.. d.Timeline.Select(t => new TimelineEvent(t.Sequence, t.Time, t.Kind, t.Text, t.ClOrdId?.Value, t.Actor))],
        [.. d.Routes.Select(Row)], [.. d.Plan.Select(Row)], Done(d.Fills), d.Parent.Order.Adjustments);

    /// <summary>What an order would do.</summary>
    public static OrderPreview Preview(PreviewResult r) => new(
        r.Errors, r.Denial?.Code.ToString(), r.Denial?.Text, r.Adjustments, r.Spec.OrderQty, r.Notional, r.ExpectedFees, Slices(r.Plan), [.. r.Plan.Select(Row)], r.RouteText);

    /// <summary>A preview of what is not even well formed.</summary>
    public static OrderPreview Preview(ParentSpec spec, IReadOnlyList<FieldError> errors) => new(errors, null, null, [], spec.OrderQty, null, null, 0, [], null);

    private static RouteRow Row(SliceRoute r) => new(r.SliceNo, r.Time, r.SliceReason,
        [.. r.Plan.Legs.Select((l, i) => new RouteLegRow(i < r.Children.Count ? r.Children[i].Value : "", l.Venue.Value, l.Qty, l.Px, l.AllInPx, l.ExpectedFee, l.Reason))],
        [.. r.Plan.Alternatives.Select(a => new RouteLostRow(a.Venue.Value, a.AllInPx, a.LostBecause))], r.Plan.UnroutedQty, r.Plan.UnroutedBecause);

    private static PlanPointRow Row(PlanPoint p) => new(p.Time, p.CumQty);

    /// <summary>Points where the plan grows: each is a slice.</summary>
    private static int Slices(IReadOnlyList<PlanPoint> plan) => plan.Where((p, i) => p.CumQty > (i == 0 ? 0m : plan[i - 1].CumQty)).Count();

    private static IReadOnlyList<PlanPointRow> Done(IReadOnlyList<FillView> fills)
    {
        var cum = 0m;
        return [.. fills.OrderBy(f => f.Report.TransactTime).Select(f => new PlanPointRow(f.Report.TransactTime, cum += f.Report.LastQty))];
    }

    internal static NewOrderRequest Request(ParentSpec s) => new()
    {
        ClOrdId = s.ClOrdId.Value,
        Instrument = s.Instrument.Value,
        Side = s.Side.ToString(),
        OrderQty = s.OrderQty,
        LimitPx = s.LimitPx is { } px ? px : null,
        Strategy = s.Strategy,
        Parameters = s.Parameters,
        TimeInForce = s.TimeInForce.ToString(),
        ExpireTime = Iso(s.ExpireTime),
        StartTime = Iso(s.StartTime),
        PostOnly = s.PostOnly,
        ReduceOnly = s.ReduceOnly,
        Venues = [.. (s.Venues ?? []).Select(v => v.Value)],
        MaxSlippageBps = s.MaxSlippageBps is { } bps ? bps : null,
        Tags = s.Tags,
        Submission = s.Submission?.ToString(),
    };

    private static string? Iso(DateTimeOffset? t) => t?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFZ", CultureInfo.InvariantCulture);
}

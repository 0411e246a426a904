using System.Globalization;
using Ems.Execution.Core.Accounts;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Engine.Accounts;

/// <summary>Journal records as sentences for the timeline.</summary>
public static class JournalText
{
    /// <summary>One record.</summary>
    public static JournalLine Line(long sequence, AccountEvent e) => new(sequence, e.Time, KindOf(e), Text(e), ChildOf(e), e.Actor);

    private static string KindOf(AccountEvent e) => e.GetType().Name;

    private static ClOrdId? ChildOf(AccountEvent e) => e switch
    {
        ChildReported x => x.Report.ClOrdId,
        ChildDoubted x => x.Child,
        _ => null,
    };

    private static string Text(AccountEvent e) => e switch
    {
        ParentReceived x => F($"{x.Spec.Strategy} {x.Spec.Side} {x.Spec.OrderQty} {x.Spec.Instrument}")
            + (x.Spec.LimitPx is { } px ? F($" limit {px}") : "") + (x.Adjustments.Count > 0 ? "; adjusted: " + string.Join("; ", x.Adjustments.Select(a => a.Text)) : ""),
        ParentDenied x => $"{x.Denial.Code}: {x.Denial.Text}",
        ParentAccepted x => F($"Risk approved; holds {x.HoldRate} {x.HoldAsset} per unit"),
        ParentActivated x => x.ArrivalPx is { } mid ? F($"Started at mid {mid}") : "Started without a market",
        AlgoDecided x => Decision(x),
        ChildReported x => Report(x.Report),
        ChildDoubted x => $"In doubt: {x.Why}",
        ChildrenCancelAsked x => F($"Cancel of {x.Children.Count} children asked: {x.Why}"),
        ParentCancelAsked x => $"Cancel asked: {x.Why}",
        ParentPaused x => $"Paused: {x.Why}",
        ParentResumed => "Resumed",
        ParentReplaced x => F($"Amended to version {x.Version}: quantity {x.Spec.OrderQty}") + (x.Spec.LimitPx is { } px ? F($", limit {px}") : ""),
        ParentEnded x => $"{x.OrdStatus}: {x.Text}",
        ParentClosed x => x.Differences.Count == 0 ? F($"Reconciled: the venues agree on {x.VenueCumQty}") : "Differences: " + string.Join("; ", x.Differences),
        RecurringSet x => $"Repeats by {x.Cron} (UTC)",
        RecurringRemoved => "Repeats no more",
        GroupEvent x => GroupText(x),
        _ => "",
    };

    private static string GroupText(GroupEvent e) => e switch
    {
        GroupReceived x => $"{x.Spec.Type} of {string.Join(", ", x.Spec.Legs.Select(l => F($"{l.Role}: {l.Spec.Strategy} {l.Spec.Side} {Steps.Normal(l.Spec.OrderQty)} {l.Spec.Instrument}")))}",
        GroupDenied x => $"{x.Denial.Code}: {x.Denial.Text}",
        GroupAccepted => "Risk approved every order it may send",
        GroupDecided x => x.Notes.Count > 0 ? string.Join("; ", x.Notes) : "Remembered its state",
        GroupLegDenied x => $"{x.Role} not started, {x.Denial.Code}: {x.Denial.Text}",
        GroupCancelAsked x => $"Cancel asked: {x.Why}",
        GroupPaused x => $"Paused: {x.Why}",
        GroupResumed => "Resumed",
        GroupEnded x => $"{x.OrdStatus}: {x.Text}" + (x.Residual != 0m ? F($" Residual {Steps.Normal(x.Residual)}.") : ""),
        _ => "",
    };

    private static string Decision(AlgoDecided x)
    {
        var parts = x.Slices.Select(s => F($"Slice {s.SliceNo}: {s.Reason}; {s.Children.Count} children for {Steps.Normal(s.Children.Sum(c => c.OrderQty))}")
            + (s.Denials.Count > 0 ? $"; denied {s.Denials[0].Code}: {s.Denials[0].Text}" : "")
            + (s.Plan.UnroutedBecause is { } why && s.Plan.UnroutedQty > 0m ? F($"; {s.Plan.UnroutedQty} not routed: {why}") : "")).ToList();
        if (x.Cancels.Count > 0)
        {
            parts.Add(F($"cancels {x.Cancels.Count} children"));
        }
        if (x.End is { } end)
        {
            parts.Add($"algo done: {end.Text}");
        }
        return parts.Count > 0 ? string.Join("; ", parts) : "Remembered its state";
    }

    private static string Report(ExecutionReport r) => r.ExecType switch
    {
        ExecType.Trade => F($"{r.Venue} filled {Steps.Normal(r.LastQty)} at {Steps.Normal(r.LastPx)}, commission {Math.Round(r.Commission, 6):0.######} {r.CommCurrency}{(r.Text is { } how ? ", " + how : "")}"),
        ExecType.Rejected => $"{r.Venue} rejected: {r.RejectCode} {r.Text}",
        _ => F($"{r.Venue}: {r.ExecType}, filled {Steps.Normal(r.CumQty)} of {Steps.Normal(r.OrderQty)}{(r.Text is { } why ? ": " + why : "")}"),
    };

    private static string F(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

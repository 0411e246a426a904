using System.Globalization;
using Ems.Execution.Core.Analytics;
using Ems.Execution.Engine.Accounts;
using Ems.Execution.Engine.MarketData;
using Ems.Web.Client.Contracts;

namespace Ems.Web.Features.Orders;

/// <summary>How well an order's slices can be told from the market's prints, as far as the tape still reaches back.</summary>
internal static class DetectabilityRows
{
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(2);

    /// <summary>Scores the order on the tape from its start to its end or to now.</summary>
    public static DetectabilityRow Of(ParentDetail d, TapeHub tapes, DateTimeOffset now)
    {
        var order = d.Parent.Order;
        if (order.StartedAt is not { } start)
        {
            return Without("It has not started.");
        }
        if (tapes.Of(order.Spec.Instrument).Between(start - Slack, (order.EndedAt ?? now) + Slack) is not { } tape)
        {
            return Without("The tape no longer reaches back to its start.");
        }
        var score = Detectability.Of(Detectability.Mark(tape, [.. d.Fills.Select(f => (f.Report.TransactTime, f.Report.LastPx, f.Report.LastQty))]));
        if (score.Auc is not { } auc)
        {
            return Without($"Too few prints to judge: {score.Ours} of ours, {score.Others} of others.") with { Ours = score.Ours, Others = score.Others };
        }
        var text = score.IsFound
            ? string.Create(CultureInfo.InvariantCulture, $"A simple detector finds its slices{(score.PeriodSeconds is { } p ? $", one every {p:0.#} s" : " by their size")}.")
            : "A simple detector finds its slices no better than by guessing.";
        return new(Math.Round((decimal)score.Score!.Value, 3), Math.Round((decimal)auc, 3), Math.Round((decimal)score.StandardError, 3), score.Ours, score.Others, score.IsFound, text);
    }

    private static DetectabilityRow Without(string text) => new(null, null, null, 0, 0, false, text);
}

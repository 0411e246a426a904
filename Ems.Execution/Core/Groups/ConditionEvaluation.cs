using System.Globalization;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Groups;

/// <summary>
/// Evaluates a condition: true, false or not known (Kleene's three values). What is not known sets nothing off: a stale market must not
/// start an order, neither by a predicate nor by its negation.
/// </summary>
public static class ConditionEvaluation
{
    /// <summary>Every node as it stands, root first, children after their parent.</summary>
    public static IReadOnlyList<ConditionTruth> Evaluate(ConditionNode root, GroupWorld world, DateTimeOffset now)
    {
        var truths = new List<ConditionTruth>();
        Walk(root, "0", world, now, truths);
        return truths;
    }

    private static bool? Walk(ConditionNode node, string path, GroupWorld world, DateTimeOffset now, List<ConditionTruth> truths)
    {
        var at = truths.Count;
        truths.Add(new(path, node.Op, Conditions.Sentence(node), null, null));
        if (!Conditions.IsJoint(node.Op))
        {
            var (holds, seen) = Predicate(node, world, now);
            truths[at] = truths[at] with { Holds = holds, Seen = seen };
            return holds;
        }
        var parts = new List<bool?>();
        for (var i = 0; i < (node.Of?.Count ?? 0); i++)
        {
            parts.Add(Walk(node.Of![i], string.Create(CultureInfo.InvariantCulture, $"{path}.{i}"), world, now, truths));
        }
        bool? joint = node.Op switch
        {
            "AND" => parts.Contains(false) ? false : parts.Contains(null) ? null : true,
            "OR" => parts.Contains(true) ? true : parts.Contains(null) ? null : false,
            _ => !parts[0],
        };
        truths[at] = truths[at] with { Holds = joint };
        return joint;
    }

    private static (bool? Holds, string? Seen) Predicate(ConditionNode n, GroupWorld world, DateTimeOffset now)
    {
        var above = n.Is == "ABOVE";
        if (n.Op == "TIME")
        {
            return ParamReader.TryTime(n.Value, out var t) ? ((now >= t) == above, now.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture)) : (null, null);
        }
        var value = decimal.Parse(n.Value!, NumberStyles.Number, CultureInfo.InvariantCulture);
        if (n.Op is "BALANCE" or "MARGIN")
        {
            if (!world.Assets.TryGetValue(new Asset(n.Subject!), out var asset))
            {
                return (null, null);
            }
            var amount = n.Op == "BALANCE" ? asset.Total : asset.Total > 0m ? Math.Clamp(asset.Free / asset.Total, 0m, 1m) : 0m;
            return Compare(amount, amount);
        }
        var id = new InstrumentId(n.Subject!);
        if (n.Op == "POSITION")
        {
            var position = world.Positions.GetValueOrDefault(id);
            return Compare(position, position);
        }
        if (!world.Markets.TryGetValue(id, out var m))
        {
            return (null, null);
        }
        return n.Op switch
        {
            "VOLUME" => Compare(m.QtyLastMinute, m.QtyLastMinute),
            "VOLATILITY" => Compare(m.VolatilityBps, m.VolatilityBps),
            "SPREAD" => Compare(m.SpreadBps, m.SpreadBps),
            _ => n.By switch
            {
                "MID" => Compare(m.Mid, m.Mid),
                "BID" => Compare(m.BestBid, m.BestBid),
                "ASK" => Compare(m.BestAsk, m.BestAsk),
                // A print that came and went between two looks counts.
                _ => Compare((above ? m.HighSinceLast : m.LowSinceLast) ?? m.LastPx, m.LastPx),
            },
        };

        (bool?, string?) Compare(decimal? seen, decimal? shown) =>
            (seen is { } x ? above ? x >= value : x <= value : null, shown is { } y ? Fitting.Text(Steps.Normal(Math.Round(y, 8))) : null);
    }
}

using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Algos.Stops;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Groups;

/// <summary>Steps that several group strategies share.</summary>
internal static class GroupSteps
{
    /// <summary>What every group does when its end was asked for: cancels what lives, waits, ends. Null when it was not.</summary>
    public static GroupDecision? Canceled(GroupInput input)
    {
        if (!input.CancelRequested)
        {
            return null;
        }
        var actions = new List<GroupAction>();
        foreach (var leg in input.Legs)
        {
            Cancel(leg, "its group was canceled", actions);
        }
        return input.AllOver
            ? Over(input, new(OrdStatus.Canceled, "Canceled", "Canceled on request."))
            : new(actions, input.Memory, null, false, new("Canceling", "Waiting for the venues to confirm the cancels."));
    }

    /// <summary>Cancels a leg unless it is over or ending.</summary>
    public static void Cancel(LegState? leg, string reason, List<GroupAction> actions)
    {
        if (leg is { IsEnding: false })
        {
            actions.Add(new CancelLeg(leg.Order.Spec.ClOrdId, reason));
        }
    }

    /// <summary>Starts the first leg of a role as it was given.</summary>
    public static void Start(GroupInput input, string role, ParentSpec spec, string reason, List<GroupAction> actions)
    {
        var link = new GroupLink(input.Spec.ClOrdId, role, 1);
        actions.Add(new StartLeg(link, spec with { ClOrdId = link.Name }, reason));
    }

    /// <summary>A decision that ends the group.</summary>
    public static GroupDecision Over(GroupInput input, AlgoEnd end) => new([], input.Memory, null, false, new(end.Code, end.Text), end);

    /// <summary>Whether a stop has been set off: from here on it takes.</summary>
    public static bool Fired(LegState leg) => leg.Order.Memory is StopMemory { TriggeredAt: not null } or TrailingMemory { TriggeredStop: not null };

    /// <summary>The end of a group that ends as one of its legs did.</summary>
    public static AlgoEnd As(ParentOrder leg, string text) =>
        new(leg.OrdStatus, leg.EndCode ?? leg.OrdStatus.ToString(), $"{text} {leg.EndText}");

    /// <summary>What a role may still cost: its live order's rest, or all of it while it has not started.</summary>
    public static decimal Rest(IReadOnlyList<ParentOrder> legs, string role, decimal notStarted)
    {
        var own = legs.LastOrDefault(l => l.Group?.Role == role);
        return own is null ? notStarted : own.OrdStatus.IsTerminal() ? 0m : Math.Max(0m, own.Spec.OrderQty - own.CumQty);
    }

    /// <summary>The hold of one role for a quantity; what the live order was accepted with counts before what the group was.</summary>
    public static Money Hold(OrderGroup group, IReadOnlyList<ParentOrder> legs, string role, decimal qty)
    {
        var live = legs.LastOrDefault(l => l.Group?.Role == role && !l.OrdStatus.IsTerminal() && l.HoldRate > 0m);
        var accepted = group.Holds.FirstOrDefault(h => h.Role == role);
        return live is not null ? new(qty * live.HoldRate, live.HoldAsset) : accepted is null ? default : new(qty * accepted.Rate, accepted.Asset);
    }

    /// <summary>Holds of orders that exclude each other: the largest per asset.</summary>
    public static IReadOnlyList<Money> Largest(IEnumerable<Money> holds) =>
        [.. holds.Where(h => h.Amount > 0m).GroupBy(h => h.Asset).Select(g => new Money(g.Max(h => h.Amount), g.Key))];

    /// <summary>Holds of orders that may all trade: their sum per asset.</summary>
    public static IReadOnlyList<Money> Sum(IEnumerable<Money> holds) =>
        [.. holds.Where(h => h.Amount > 0m).GroupBy(h => h.Asset).Select(g => new Money(g.Sum(h => h.Amount), g.Key))];

    /// <summary>Filled over all legs of a role.</summary>
    public static decimal Cum(IReadOnlyList<ParentOrder> legs, string role) => legs.Where(l => l.Group?.Role == role).Sum(l => l.CumQty);

    /// <summary>Whether two orders are one and the same but for their names.</summary>
    public static bool Same(ParentSpec a, ParentSpec b) =>
        a.Instrument == b.Instrument && a.Side == b.Side && a.OrderQty == b.OrderQty && a.LimitPx == b.LimitPx && a.Strategy == b.Strategy
        && a.TimeInForce == b.TimeInForce && a.PostOnly == b.PostOnly && a.Parameters.Count == b.Parameters.Count
        && a.Parameters.All(p => b.Parameters.TryGetValue(p.Key, out var v) && v == p.Value);

    /// <summary>A field of the leg at that place.</summary>
    public static string Field(int leg, string field) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"legs[{leg}].{field}");
}

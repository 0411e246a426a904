using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Groups;

/// <summary>
/// One cancels the other: both orders work; the first fill of one, or a stop of one being set off, starts the cancel of the other. The
/// cancel is best effort: a fill that races it is booked and shown as the residual.
/// </summary>
public sealed class OcoGroup : IGroupStrategy
{
    /// <summary>FIX 1385 ContingencyType 1.</summary>
    public const string Name = "OCO";

    internal static readonly LegRole[] Both = [new("a", "First", "One of the two orders."), new("b", "Second", "The other order.")];

    /// <inheritdoc/>
    public GroupDescriptor Descriptor { get; } = new(Name, "One cancels other",
        "Two orders work; any fill of one cancels the other. Both may fill when the market is faster than the cancel: what was filled too much is shown.", Both, []);

    /// <inheritdoc/>
    public IEnumerable<FieldError> CrossCheck(GroupSpec spec, InstrumentCatalog catalog, DateTimeOffset now) => Pair(spec);

    /// <inheritdoc/>
    public IReadOnlyList<PlannedLeg> Planned(GroupSpec spec) => [.. spec.Legs.Select(l => new PlannedLeg(l.Role, l.Spec))];

    /// <inheritdoc/>
    public IReadOnlyList<Money> Claims(OrderGroup group, IReadOnlyList<ParentOrder> legs)
    {
        var decided = legs.Any(l => l.CumQty > 0m);
        return GroupSteps.Largest(group.Spec.Legs.Select(l => GroupSteps.Hold(group, legs, l.Role, GroupSteps.Rest(legs, l.Role, decided ? 0m : l.Spec.OrderQty))));
    }

    /// <inheritdoc/>
    public decimal Residual(GroupSpec spec, IReadOnlyList<ParentOrder> legs)
    {
        // The larger fill is what was meant; the other one is what the cancel came too late for.
        var (a, b) = (GroupSteps.Cum(legs, "a"), GroupSteps.Cum(legs, "b"));
        return Math.Min(a, b);
    }

    /// <inheritdoc/>
    public bool OwnsQty(string role) => false;

    /// <inheritdoc/>
    public GroupDecision Decide(GroupInput input)
    {
        if (GroupSteps.Canceled(input) is { } canceled)
        {
            return canceled;
        }
        var actions = new List<GroupAction>();
        var winner = input.Legs.FirstOrDefault(l => l.Order.CumQty > 0m) ?? input.Legs.FirstOrDefault(l => !l.IsOver && GroupSteps.Fired(l));
        if (winner is null)
        {
            foreach (var role in Both.Where(r => input.Last(r.Name) is null))
            {
                GroupSteps.Start(input, role.Name, input.Spec.Leg(role.Name), "both orders work", actions);
            }
            return input.AllOver && input.Legs.Count == 2
                ? GroupSteps.Over(input, GroupSteps.As(input.Legs[^1].Order, "Neither order was filled."))
                : new(actions, input.Memory, null, false, input.Legs.Any(l => l.IsOver) ? new("OneLeft", "One order is over without a fill; the other works on.") : new("Working", "Both orders work; the first fill cancels the other."));
        }
        var loser = input.Legs.FirstOrDefault(l => l.Link.Role != winner.Link.Role);
        GroupSteps.Cancel(loser, winner.Order.CumQty > 0m ? $"{winner.Order.Spec.ClOrdId} was filled" : $"{winner.Order.Spec.ClOrdId} was set off", actions);
        if (input.AllOver)
        {
            return GroupSteps.Over(input, GroupSteps.As(winner.Order, $"{winner.Order.Spec.ClOrdId} traded {Fitting.Text(Steps.Normal(winner.Order.CumQty))}."));
        }
        return new(actions, input.Memory, null, false, loser is { IsOver: false }
            ? new("CancelingOther", $"{winner.Order.Spec.ClOrdId} traded; waiting for the end of {loser.Order.Spec.ClOrdId}.") : new("Working", $"{winner.Order.Spec.ClOrdId} works on; the other is over."));
    }

    /// <summary>Rules of two orders that share what they do.</summary>
    internal static IEnumerable<FieldError> Pair(GroupSpec spec)
    {
        var (a, b) = (spec.Leg("a"), spec.Leg("b"));
        if (GroupSteps.Same(a, b))
        {
            yield return new("legs[1]", "same_order", b.Strategy, "Both orders are the same: one would only cancel itself.");
        }
        if (a.Strategy == "MARKET" || b.Strategy == "MARKET")
        {
            yield return new(GroupSteps.Field(a.Strategy == "MARKET" ? 0 : 1, "strategy"), "contradiction", "MARKET", "A market order is filled at once: there is nothing to choose between.");
        }
        if (a.Instrument == b.Instrument && a.Side == b.Side.Opposite() && Cross(a, b))
        {
            yield return new("legs[1].limitPx", "self_cross", b.LimitPx is { } px ? Fitting.Text(px) : null, "The two orders would trade with each other.");
        }
    }

    private static bool Cross(ParentSpec a, ParentSpec b) =>
        a.Strategy == "LIMIT" && b.Strategy == "LIMIT" && a.LimitPx is { } x && b.LimitPx is { } y && (a.Side == Side.Buy ? x >= y : y >= x);
}

using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Groups;

/// <summary>
/// One updates the other: both orders work on one quantity; every fill of one makes the other smaller by as much. What races the
/// update is booked and shown as the residual.
/// </summary>
public sealed class OuoGroup : IGroupStrategy
{
    /// <summary>FIX 1385 ContingencyType 4.</summary>
    public const string Name = "OUO";

    /// <inheritdoc/>
    public GroupDescriptor Descriptor { get; } = new(Name, "One updates other",
        "Two orders share one quantity: each fill of one shrinks the other by as much. A fill that races the update is shown as filled too much.", OcoGroup.Both, []);

    /// <inheritdoc/>
    public IEnumerable<FieldError> CrossCheck(GroupSpec spec, InstrumentCatalog catalog, DateTimeOffset now)
    {
        foreach (var e in OcoGroup.Pair(spec))
        {
            yield return e;
        }
        if (spec.Leg("a").Instrument != spec.Leg("b").Instrument)
        {
            yield return new("legs[1].instrument", "contradiction", spec.Leg("b").Instrument.Value, "One quantity is of one instrument.");
        }
        else if (spec.Leg("a").Side != spec.Leg("b").Side)
        {
            yield return new("legs[1].side", "contradiction", spec.Leg("b").Side.ToString(), "Orders that share a quantity are on one side.");
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<PlannedLeg> Planned(GroupSpec spec) => [.. spec.Legs.Select(l => new PlannedLeg(l.Role, l.Spec))];

    /// <inheritdoc/>
    public IReadOnlyList<Money> Claims(OrderGroup group, IReadOnlyList<ParentOrder> legs) =>
        GroupSteps.Largest(group.Spec.Legs.Select(l => GroupSteps.Hold(group, legs, l.Role, GroupSteps.Rest(legs, l.Role, l.Spec.OrderQty))));

    /// <inheritdoc/>
    public decimal Residual(GroupSpec spec, IReadOnlyList<ParentOrder> legs) =>
        Math.Max(0m, legs.Sum(l => l.CumQty) - spec.Legs.Max(l => l.Spec.OrderQty));

    /// <inheritdoc/>
    public bool OwnsQty(string role) => true;

    /// <inheritdoc/>
    public GroupDecision Decide(GroupInput input)
    {
        if (GroupSteps.Canceled(input) is { } canceled)
        {
            return canceled;
        }
        var actions = new List<GroupAction>();
        var done = input.Legs.Sum(l => l.Order.CumQty);
        foreach (var role in OcoGroup.Both)
        {
            var spec = input.Spec.Leg(role.Name);
            // Once started, a leg that ended stays ended: the other one carries on with what is left.
            if (input.Last(role.Name) is null ? done == 0m : !input.Last(role.Name)!.IsOver)
            {
                LegSizing.Size(input, role.Name, spec.OrderQty - done, spec, true, done > 0m ? $"{Fitting.Text(Steps.Normal(done))} is done over both orders" : "both orders work", actions);
            }
        }
        if (input.AllOver && input.Legs.Count > 0 && actions.Count == 0)
        {
            var most = input.Legs.MaxBy(l => l.Order.CumQty)!.Order;
            var full = done >= input.Spec.Legs.Min(l => l.Spec.OrderQty);
            return GroupSteps.Over(input, full
                ? new(OrdStatus.Filled, "Filled", $"{Fitting.Text(Steps.Normal(done))} filled over both orders.")
                : GroupSteps.As(most, $"{Fitting.Text(Steps.Normal(done))} filled over both orders."));
        }
        return new(actions, input.Memory, null, false, new("Working", done > 0m ? $"{Fitting.Text(Steps.Normal(done))} is done; both orders share the rest." : "Both orders work on one quantity."));
    }
}

using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Groups;

/// <summary>
/// One triggers the other: fills of the first order start the orders behind it, in proportion to what was filled. INCREMENTAL (default)
/// grows them with every fill, FULL starts them once the first order is over, for what it filled (rule E2).
/// </summary>
public sealed class OtoGroup : IGroupStrategy
{
    /// <summary>FIX 1385 ContingencyType 2.</summary>
    public const string Name = "OTO";

    /// <summary>How fills release what waits for them (rule E2).</summary>
    internal static readonly ParamSpec Trigger = new("trigger", ParamType.Choice, "Released by", "INCREMENTAL: with every fill, in proportion; FULL: when the first order is over, for what it filled.", "",
        Default: "INCREMENTAL", Choices: ["INCREMENTAL", "FULL"], Group: "Trigger");

    /// <inheritdoc/>
    public GroupDescriptor Descriptor { get; } = new(Name, "One triggers other", "Fills of the first order start up to four others, in proportion to what was filled.",
        [
            new("first", "First", "Works at once; its fills release the others."), new("then1", "Then", "Waits for fills of the first order."),
            new("then2", "Then", "Waits for fills of the first order.", false), new("then3", "Then", "Waits for fills of the first order.", false), new("then4", "Then", "Waits for fills of the first order.", false),
        ], [Trigger]);

    /// <inheritdoc/>
    public IEnumerable<FieldError> CrossCheck(GroupSpec spec, InstrumentCatalog catalog, DateTimeOffset now)
    {
        var first = spec.Leg("first");
        for (var i = 1; i < spec.Legs.Count; i++)
        {
            if (GroupSteps.Same(first, spec.Legs[i].Spec))
            {
                yield return new($"legs[{i}]", "same_order", spec.Legs[i].Role, "It is the same order as the first.");
            }
            if (spec.Legs[i].Spec.StartTime is not null)
            {
                yield return new(GroupSteps.Field(i, "startTime"), "contradiction", null, "It starts when the first order fills; it has no start of its own.");
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<PlannedLeg> Planned(GroupSpec spec) => [.. spec.Legs.Select(l => new PlannedLeg(l.Role, l.Spec, IsFunded(spec, l)))];

    /// <inheritdoc/>
    public IReadOnlyList<Money> Claims(OrderGroup group, IReadOnlyList<ParentOrder> legs) =>
        GroupSteps.Sum(group.Spec.Legs.Select(l => GroupSteps.Hold(group, legs, l.Role, GroupSteps.Rest(legs, l.Role, IsFunded(group.Spec, l) ? 0m : l.Spec.OrderQty))));

    /// <inheritdoc/>
    public decimal Residual(GroupSpec spec, IReadOnlyList<ParentOrder> legs)
    {
        // What waited for fills and is not done, counted in units of the first order.
        var (first, full) = (GroupSteps.Cum(legs, "first"), spec.Leg("first").OrderQty);
        return spec.Legs.Skip(1).Max(l => Math.Abs(first - (GroupSteps.Cum(legs, l.Role) / l.Spec.OrderQty * full)));
    }

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
        if (input.Last("first") is not { } first)
        {
            GroupSteps.Start(input, "first", input.Spec.Leg("first"), "the first order", actions);
            return new(actions, input.Memory, null, false, new("Working", "The first order starts."));
        }
        var o = first.Order;
        var incremental = Descriptor.Read(input.Spec.Parameters).Text("trigger") == "INCREMENTAL";
        var waits = false;
        if (incremental || first.IsOver)
        {
            foreach (var leg in input.Spec.Legs.Skip(1))
            {
                // The quantity first asked for, whatever was fitted or amended since: shares are of the whole.
                var released = o.CumQty >= o.Spec.OrderQty ? leg.Spec.OrderQty : leg.Spec.OrderQty * o.CumQty / o.Spec.OrderQty;
                var open = released - input.Cum(leg.Role);
                LegSizing.Size(input, leg.Role, open, leg.Spec, first.IsOver, $"{o.Spec.ClOrdId} has filled {Fitting.Text(Steps.Normal(o.CumQty))}", actions);
                waits |= input.Last(leg.Role) is { IsOver: false };
            }
        }
        if (first.IsOver && !waits && !actions.OfType<StartLeg>().Any())
        {
            return GroupSteps.Over(input, o.CumQty == 0m ? GroupSteps.As(o, "The first order was not filled; nothing else was started.")
                : GroupSteps.As(o, $"The first order filled {Fitting.Text(Steps.Normal(o.CumQty))}; the others are over."));
        }
        return new(actions, input.Memory, null, first.IsOver, o.CumQty == 0m ? new("WaitingFill", "The others wait for a fill of the first order.")
            : !incremental && !first.IsOver ? new("WaitingFirst", "The others wait for the end of the first order.") : new("Working", "The others follow what the first order has filled."));
    }

    /// <summary>On the other side of the first order's instrument it spends what the first order brought in.</summary>
    private static bool IsFunded(GroupSpec spec, GroupLeg leg) =>
        leg.Role != "first" && leg.Spec.Instrument == spec.Leg("first").Instrument && leg.Spec.Side == spec.Leg("first").Side.Opposite();
}

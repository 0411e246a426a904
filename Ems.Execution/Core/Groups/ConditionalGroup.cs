using System.Globalization;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Groups;

/// <summary>
/// Starts an order when a tree of predicates holds, for as long as the debounce asks. One shot by default; with more runs it starts the
/// order again after the last one is over and the condition was seen to be false in between.
/// </summary>
public sealed class ConditionalGroup : IGroupStrategy
{
    /// <summary>Its name on the wire.</summary>
    public const string Name = "CONDITIONAL";

    private const string Run = "run";

    /// <inheritdoc/>
    public GroupDescriptor Descriptor { get; } = new(Name, "Conditional", "Starts any order when a condition of price, time, volume, volatility, balance or margin holds.",
        [new(Run, "Order", "Starts when the condition holds.")],
        [
            new("startTime", ParamType.Time, "Looks from", "The condition is not looked at before; empty for at once.", Group: "Condition"),
            new("expireTime", ParamType.Time, "Expires", "After this moment nothing is started any more.", Group: "Condition"),
            new("debounceSeconds", ParamType.Seconds, "Must hold for", "The condition must hold this long without a break.", "s", Default: "0", Min: 0, Max: 86_400m, MaxDecimals: 3, Group: "Condition"),
            new("runs", ParamType.Integer, "Runs", "How often it starts the order; again only after the condition was false in between.", "", Default: "1", Min: 1, Max: 100, MaxDecimals: 0, Group: "Advanced"),
            new("cooldownSeconds", ParamType.Seconds, "Cool-down", "Least time between the end of a run and the next start.", "s", Default: "0", Min: 0, Max: 86_400m, MaxDecimals: 3, Group: "Advanced"),
        ], NeedsCondition: true);

    /// <inheritdoc/>
    public IEnumerable<FieldError> CrossCheck(GroupSpec spec, InstrumentCatalog catalog, DateTimeOffset now)
    {
        var r = Descriptor.Read(spec.Parameters);
        if (r.Time("expireTime") is { } end && end <= (r.Time("startTime") is { } start && start > now ? start : now))
        {
            yield return new("parameters.expireTime", "after_start", r.Text("expireTime"), "It would expire before it starts.");
        }
        if (spec.Leg(Run).StartTime is not null)
        {
            yield return new(GroupSteps.Field(0, "startTime"), "contradiction", null, "The condition starts the order; it has no start of its own. Use a TIME predicate.");
        }
        if (r.IsGiven("cooldownSeconds") && r.Integer("runs") == 1)
        {
            yield return new("parameters.cooldownSeconds", "contradiction", r.Text("cooldownSeconds"), "A cool-down needs more than one run.");
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<PlannedLeg> Planned(GroupSpec spec) => [new(Run, spec.Leg(Run))];

    /// <inheritdoc/>
    public IReadOnlyList<Money> Claims(OrderGroup group, IReadOnlyList<ParentOrder> legs)
    {
        var spec = group.Spec.Leg(Run);
        var waits = legs.Count < (Descriptor.Read(group.Spec.Parameters).Integer("runs") ?? 1) && legs.All(l => l.OrdStatus.IsTerminal());
        return GroupSteps.Sum([GroupSteps.Hold(group, legs, Run, waits ? spec.OrderQty : GroupSteps.Rest(legs, Run, spec.OrderQty))]);
    }

    /// <inheritdoc/>
    public decimal Residual(GroupSpec spec, IReadOnlyList<ParentOrder> legs) => 0m;

    /// <inheritdoc/>
    public bool OwnsQty(string role) => false;

    /// <inheritdoc/>
    public GroupDecision Decide(GroupInput input)
    {
        if (GroupSteps.Canceled(input) is { } canceled)
        {
            return canceled;
        }
        var r = Descriptor.Read(input.Spec.Parameters);
        var m = input.Memory;
        var runs = r.Integer("runs") ?? 1;
        var last = input.Last(Run);
        if (last is { IsOver: true } && input.Legs.Count >= runs)
        {
            return GroupSteps.Over(input, GroupSteps.As(last.Order, runs == 1 ? "The order is over." : $"All {runs} runs are over."));
        }
        var expiry = r.Time("expireTime");
        if (last is not { IsOver: false } && expiry <= input.Now)
        {
            return GroupSteps.Over(input, last is null
                ? new(OrdStatus.Expired, "Expired", "Its time ran out before the condition held.") : GroupSteps.As(last.Order, $"Its time ran out after {input.Legs.Count} runs."));
        }
        if (r.Time("startTime") is { } start && input.Now < start)
        {
            return new([], m, start, false, new("WaitingStart", "The condition is not looked at yet."));
        }
        var truth = ConditionEvaluation.Evaluate(input.Spec.Condition!, input.World, input.Now);
        var holds = truth[0].Holds;
        m = holds == true ? m with { TrueSince = m.TrueSince ?? input.Now } : m with { TrueSince = null, RearmedAfter = holds == false ? input.Legs.Count : m.RearmedAfter };
        if (last is { IsOver: false })
        {
            return new([], m, null, runs > 1, new("Running", $"{last.Order.Spec.ClOrdId} runs."), null, truth);
        }
        if (input.Legs.Count > 0 && m.RearmedAfter < input.Legs.Count)
        {
            return new([], m, expiry, true, new("WaitingRearm", "The condition must be false before it can set off the next run."), null, truth);
        }
        var notBefore = (m.TrueSince < input.WatchedSince ? input.WatchedSince : m.TrueSince) + r.Seconds("debounceSeconds");
        if (last?.Order.EndedAt is { } ended && ended + r.Seconds("cooldownSeconds") is { } cool && (notBefore is null || cool > notBefore))
        {
            notBefore = cool;
        }
        if (holds != true || notBefore > input.Now)
        {
            DateTimeOffset? next = holds == true ? notBefore : NextTime(input.Spec.Condition!, input.Now);
            next = expiry is { } e && (next is null || e < next) ? e : next;
            return new([], m, next, true, holds == true ? new("Debouncing", "The condition holds; it must hold a while longer.")
                : holds is null ? new("ConditionUnknown", "Part of the condition is not known: a market is stale.") : new("WaitingCondition", "The condition does not hold yet."), null, truth);
        }
        var link = new GroupLink(input.Spec.ClOrdId, Run, input.Legs.Count + 1);
        var spec = input.Spec.Leg(Run) with { ClOrdId = link.Name };
        return new([new StartLeg(link, spec, "the condition holds: " + string.Join(", ", truth.Where(t => t.Holds == true && t.Seen is not null).Select(t => $"{t.Text} (seen {t.Seen})")))],
            m, null, true, new("Starting", "The condition holds; the order starts."), null, truth);
    }

    /// <summary>The next moment at which a TIME predicate changes.</summary>
    private static DateTimeOffset? NextTime(ConditionNode node, DateTimeOffset now)
    {
        DateTimeOffset? own = node.Op == "TIME" && ParamReader.TryTime(node.Value, out var t) && t > now ? t : null;
        foreach (var below in node.Of ?? [])
        {
            own = NextTime(below, now) is { } next && (own is null || next < own) ? next : own;
        }
        return own;
    }
}

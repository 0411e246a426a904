using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Groups;

/// <summary>
/// Two instruments against each other: the lead works as its own strategy says while the spread is good enough, the hedge follows its
/// fills by the ratio. Too large an imbalance stops the lead until the hedge has caught up; a hedge without progress for too long
/// unwinds: the unhedged part of the lead is reversed, or hedged without its limit, or left and named.
/// </summary>
public sealed class PairsGroup : IGroupStrategy
{
    /// <summary>Its name on the wire.</summary>
    public const string Name = "PAIRS";

    private const string Unwinding = "UNWINDING";
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    public GroupDescriptor Descriptor { get; } = new(Name, "Spread / pairs", "Two instruments: the lead works, the hedge follows its fills by the ratio.",
        [new("lead", "Lead", "Works as its own strategy says."), new("hedge", "Hedge", "Follows the fills of the lead; its limit is the leg's limit.")],
        [
            new("ratio", ParamType.Decimal, "Ratio", "Hedge quantity per unit of the lead.", "", Required: true, Min: 0.00000001m, Max: 1_000_000_000m, Group: "Spread"),
            new("spreadLimit", ParamType.Decimal, "Spread limit", "The lead works only while the spread is at least as good: at most this when the lead buys, at least this when it sells.", "", Min: -1_000_000_000m, Max: 1_000_000_000m, Group: "Spread"),
            new("spreadIn", ParamType.Choice, "Spread in", "PRICE: lead − ratio × hedge; RATIO: lead ÷ hedge; BPS: lead over ratio × hedge, minus one.", "", Default: "RATIO", Choices: ["PRICE", "RATIO", "BPS"], Group: "Spread"),
            new("hedgeStyle", ParamType.Choice, "Hedge", "TAKE: at market within the leg's limit; CHASE: rests at the best price and follows it.", "", Default: "TAKE", Choices: ["TAKE", "CHASE"], Group: "Hedge"),
            new("maxLegImbalance", ParamType.Quantity, "Max imbalance", "Unhedged quantity of the lead at which the lead stops until the hedge has caught up.", "base", Required: true, Min: 0.00000001m, Max: 1_000_000_000m, Group: "Hedge"),
            new("legTimeoutSeconds", ParamType.Seconds, "Leg time-out", "How long the hedge may make no progress before the unwind rule acts.", "s", Default: "30", Min: 1, Max: 86_400m, MaxDecimals: 3, Group: "Hedge"),
            new("unwind", ParamType.Choice, "Unwind", "REVERSE: close the unhedged part of the lead at market; CROSS: hedge it at market without the leg's limit; HOLD: stop and name what is left.", "", Default: "REVERSE", Choices: ["REVERSE", "CROSS", "HOLD"], Group: "Hedge"),
        ]);

    /// <inheritdoc/>
    public IEnumerable<FieldError> CrossCheck(GroupSpec spec, InstrumentCatalog catalog, DateTimeOffset now)
    {
        var (lead, hedge) = (spec.Leg("lead"), spec.Leg("hedge"));
        var r = Descriptor.Read(spec.Parameters);
        if (lead.Instrument == hedge.Instrument)
        {
            yield return new("legs[1].instrument", "same_instrument", hedge.Instrument.Value, "A spread has two instruments.");
        }
        if (lead.Side == hedge.Side)
        {
            yield return new("legs[1].side", "contradiction", hedge.Side.ToString(), "A hedge is on the other side of the lead.");
        }
        if (hedge.StartTime is not null)
        {
            yield return new("legs[1].startTime", "contradiction", null, "The hedge follows the lead; it has no start of its own.");
        }
        if (r.IsGiven("spreadIn") && !r.IsGiven("spreadLimit"))
        {
            yield return new("parameters.spreadIn", "contradiction", r.Text("spreadIn"), "It needs spreadLimit.");
        }
        var wanted = lead.OrderQty * r.Required("ratio");
        var lot = Fitting.FinestLot([.. catalog.Listings(hedge.Instrument)]) ?? 0.00000001m;
        if (Math.Abs(wanted - hedge.OrderQty) > lot)
        {
            yield return new("legs[1].orderQty", "contradiction", Fitting.Text(hedge.OrderQty), $"The ratio asks for {Fitting.Text(Steps.RoundDown(wanted, lot))}.");
        }
        if (r.Number("maxLegImbalance") > lead.OrderQty)
        {
            yield return new("parameters.maxLegImbalance", "max", r.Text("maxLegImbalance"), "It is larger than the lead: it would never stop it.");
        }
        if (r.Number("maxLegImbalance") * r.Number("ratio") < lot)
        {
            yield return new("parameters.maxLegImbalance", "min", r.Text("maxLegImbalance"), "Its hedge is below the finest lot: the lead could never work.");
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<PlannedLeg> Planned(GroupSpec spec) =>
        [new("lead", spec.Leg("lead")), new("hedge", Hedge(spec)), new("unwind", Reverse(spec), true)];

    /// <inheritdoc/>
    public IReadOnlyList<Money> Claims(OrderGroup group, IReadOnlyList<ParentOrder> legs)
    {
        var leadOver = legs.LastOrDefault(l => l.Group?.Role == "lead") is { } lead && lead.OrdStatus.IsTerminal();
        var toHedge = leadOver ? GroupSteps.Cum(legs, "lead") * Ratio(group.Spec) : group.Spec.Leg("hedge").OrderQty;
        return GroupSteps.Sum(
        [
            GroupSteps.Hold(group, legs, "lead", GroupSteps.Rest(legs, "lead", group.Spec.Leg("lead").OrderQty)),
            GroupSteps.Hold(group, legs, "hedge", Math.Max(0m, toHedge - GroupSteps.Cum(legs, "hedge"))),
            GroupSteps.Hold(group, legs, "unwind", GroupSteps.Rest(legs, "unwind", 0m)),
        ]);
    }

    /// <inheritdoc/>
    public decimal Residual(GroupSpec spec, IReadOnlyList<ParentOrder> legs) => Unhedged(spec, legs) / Ratio(spec);

    /// <inheritdoc/>
    public bool OwnsQty(string role) => role != "lead";

    /// <inheritdoc/>
    public GroupDecision Decide(GroupInput input)
    {
        if (GroupSteps.Canceled(input) is { } canceled)
        {
            return canceled;
        }
        var actions = new List<GroupAction>();
        if (input.Last("lead") is not { } lead)
        {
            GroupSteps.Start(input, "lead", input.Spec.Leg("lead"), "the lead", actions);
            return new(actions, input.Memory, null, true, new("Working", "The lead starts."));
        }
        var r = Descriptor.Read(input.Spec.Parameters);
        var orders = input.Legs.Select(l => l.Order).ToList();
        var unhedged = Unhedged(input.Spec, orders);
        var template = Hedge(input.Spec);
        var least = LegSizing.Least(input, template);
        var m = Watch(input, unhedged, least);
        var due = (m.UnhedgedSince < input.WatchedSince ? input.WatchedSince : m.UnhedgedSince) + r.Seconds("legTimeoutSeconds");
        if (m.Phase != Unwinding && due <= input.Now)
        {
            m = m with { Phase = Unwinding, Why = $"the hedge made no progress for {r.Text("legTimeoutSeconds")} s" };
        }
        if (m.Phase == Unwinding)
        {
            return Unwind(input, r, m, lead, unhedged, actions);
        }
        DateTimeOffset? next = due;
        var hedge = input.Last("hedge");
        if (hedge is { IsOver: true } && hedge.Order.OrdStatus != OrdStatus.Filled && hedge.Order.EndedAt + Pause is { } again && again > input.Now)
        {
            next = next is null || again < next ? again : next;
        }
        else if (unhedged > 0m || hedge is { IsOver: false })
        {
            LegSizing.Size(input, "hedge", unhedged, template, lead.IsOver, $"the lead has filled {Fitting.Text(Steps.Normal(input.Cum("lead")))}", actions, again: true);
        }
        var (stop, why) = Stop(input, r, unhedged);
        if (lead is { IsEnding: false } && stop && lead.Order.OrdStatus != OrdStatus.Suspended)
        {
            actions.Add(new HoldLeg(lead.Order.Spec.ClOrdId, why.Text));
            m = m with { HeldAt = input.Now };
        }
        else if (stop && lead is { IsOver: false } && lead.Live.Where(c => c.OrdStatus != OrdStatus.PendingCancel && c.PendingEnd is null).Select(c => c.ClOrdId).ToList() is { Count: > 0 } left)
        {
            actions.Add(new CancelExcess(lead.Order.Spec.ClOrdId, left, why.Text));
        }
        if (!stop && lead.Order is { OrdStatus: OrdStatus.Suspended, PausedBy: GroupLink.Actor, CancelRequested: false })
        {
            // A spread that flickers around its limit must not make a cancel and an order of every tick.
            if (m.HeldAt + Rest is { } rested && rested > input.Now)
            {
                next = next is null || rested < next ? rested : next;
            }
            else
            {
                actions.Add(new ReleaseLeg(lead.Order.Spec.ClOrdId, "the spread and the hedge allow it again"));
            }
        }
        if (lead.IsOver && input.AllOver && actions.Count == 0 && (unhedged <= 0m || unhedged < least))
        {
            var done = Fitting.Text(Steps.Normal(input.Cum("lead")));
            return GroupSteps.Over(input with { Memory = m }, GroupSteps.As(lead.Order, unhedged > 0m
                ? $"The lead traded {done}; {Fitting.Text(Steps.Normal(unhedged))} stays unhedged: below every venue's minimum." : $"The lead traded {done} and is hedged."));
        }
        return new(actions, m, next, true, why);
    }

    private GroupDecision Unwind(GroupInput input, ParamReader r, GroupMemory m, LegState lead, decimal unhedged, List<GroupAction> actions)
    {
        GroupSteps.Cancel(lead, m.Why!, actions);
        GroupSteps.Cancel(input.Last("hedge"), m.Why!, actions);
        var unwind = input.Last("unwind");
        if (!lead.IsOver || input.Last("hedge") is { IsOver: false })
        {
            return new(actions, m, null, true, new("Unwinding", "Waiting for the legs to end before what is left is unwound."));
        }
        var rule = r.Text("unwind");
        var spec = rule == "CROSS" ? Hedge(input.Spec) with { LimitPx = null, Strategy = "MARKET", Parameters = new Dictionary<string, string> { ["maxTries"] = "20" } } : Reverse(input.Spec);
        var open = rule == "HOLD" ? 0m : rule == "CROSS" ? unhedged : unhedged / Ratio(input.Spec);
        if (unwind is { IsOver: true } && unwind.Order.OrdStatus != OrdStatus.Filled && unwind.Order.EndedAt + Pause is { } again && again > input.Now && open >= LegSizing.Least(input, spec))
        {
            return new(actions, m, again, true, new("Unwinding", "Between two tries."));
        }
        if (unwind is not { Order: { CancelRequested: true, CancelActor: not GroupLink.Actor } })
        {
            LegSizing.Size(input, "unwind", open, spec, true, m.Why!, actions, again: true);
        }
        if (actions.Count > 0 || unwind is { IsOver: false })
        {
            return new(actions, m, null, true, new("Unwinding", $"{rule}: {m.Why}."));
        }
        return GroupSteps.Over(input with { Memory = m }, new(OrdStatus.Canceled, "Unwound", rule == "HOLD"
            ? $"{Fitting.Text(Steps.Normal(unhedged))} of the hedge is missing and stays so: {m.Why}."
            : $"Unwound by {rule}: {m.Why}; {Fitting.Text(Steps.Normal(Math.Max(0m, unhedged)))} of the hedge is missing."));
    }

    /// <summary>Keeps the clock of a hedge that makes no progress.</summary>
    private static GroupMemory Watch(GroupInput input, decimal unhedged, decimal least)
    {
        var m = input.Memory;
        var hedged = input.Cum("hedge");
        // A hedge in doubt may have been filled: its venue is asked first (rule E8).
        if (unhedged <= 0m || unhedged < least || input.Of("hedge").Any(l => l.Order.UnknownQty > 0m))
        {
            return m with { UnhedgedSince = null, HedgedSeen = hedged };
        }
        return m.UnhedgedSince is null || hedged > m.HedgedSeen ? m with { UnhedgedSince = input.Now, HedgedSeen = hedged } : m;
    }

    /// <summary>Whether the lead must not work now, and what it is doing or waiting for.</summary>
    private static (bool Stop, WhyIdle Why) Stop(GroupInput input, ParamReader r, decimal unhedged)
    {
        var ratio = Ratio(input.Spec);
        if (unhedged / ratio > r.Required("maxLegImbalance"))
        {
            return (true, new("Imbalance", $"{Fitting.Text(Steps.Normal(Math.Round(unhedged / ratio, 8)))} of the lead is unhedged; it waits for the hedge."));
        }
        if (r.Number("spreadLimit") is not { } limit)
        {
            return (false, new("Working", "The hedge follows the lead."));
        }
        var lead = input.Spec.Leg("lead");
        var hedge = input.Spec.Leg("hedge");
        // The lead at the price it would join, the hedge at the price it would take.
        if (input.Market(lead.Instrument).BestOwn(lead.Side) is not { } x || input.Market(hedge.Instrument).BestOpposite(hedge.Side) is not { } y || y <= 0m)
        {
            return (true, new("PausedVenue", "One of the two markets is not known."));
        }
        var spread = r.Text("spreadIn") switch
        {
            "PRICE" => x - (ratio * y),
            "BPS" => ((x / (ratio * y)) - 1m) * 10_000m,
            _ => x / y,
        };
        var text = $"{Fitting.Text(Steps.Normal(Math.Round(spread, 8)))} against the limit {Fitting.Text(limit)}";
        return lead.Side.IsWithin(spread, limit) ? (false, new("Working", $"The spread is {text}; the hedge follows the lead.")) : (true, new("WaitingSpread", $"The spread is {text}: the lead waits."));
    }

    /// <summary>Hedge quantity that is missing for what the lead has filled and not given back; negative when too much was hedged.</summary>
    private static decimal Unhedged(GroupSpec spec, IReadOnlyList<ParentOrder> legs)
    {
        var given = legs.Where(l => l.Group?.Role == "unwind" && l.Spec.Instrument == spec.Leg("lead").Instrument).Sum(l => l.CumQty);
        var crossed = legs.Where(l => l.Group?.Role == "unwind" && l.Spec.Instrument != spec.Leg("lead").Instrument).Sum(l => l.CumQty);
        return ((GroupSteps.Cum(legs, "lead") - given) * Ratio(spec)) - GroupSteps.Cum(legs, "hedge") - crossed;
    }

    private static decimal Ratio(GroupSpec spec) => GroupCatalog.Find(Name)!.Descriptor.Read(spec.Parameters).Required("ratio");

    private static ParentSpec Hedge(GroupSpec spec)
    {
        var given = spec.Leg("hedge");
        var chase = GroupCatalog.Find(Name)!.Descriptor.Read(spec.Parameters).Text("hedgeStyle") == "CHASE";
        return given with { Strategy = chase ? "PEG" : "MARKET", Parameters = chase ? new Dictionary<string, string>() : new Dictionary<string, string> { ["maxTries"] = "4" }, StartTime = null };
    }

    private static ParentSpec Reverse(GroupSpec spec)
    {
        var lead = spec.Leg("lead");
        return new ParentSpec(lead.ClOrdId, lead.Instrument, lead.Side.Opposite(), lead.OrderQty, null, "MARKET", new Dictionary<string, string> { ["maxTries"] = "20" }, Venues: lead.Venues, Tags: lead.Tags);
    }
}

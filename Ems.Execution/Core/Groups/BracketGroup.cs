using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;

namespace Ems.Execution.Core.Groups;

/// <summary>
/// An entry with its exits: a take-profit limit and a stop (fixed or trailing) share the quantity that the entry has filled and no exit
/// has closed, each fill shrinking the other. When the stop is set off, or the time limit is over, the entry and the other exits are
/// canceled first and what is open is closed at market.
/// </summary>
public sealed class BracketGroup : IGroupStrategy
{
    /// <summary>Its name on the wire.</summary>
    public const string Name = "BRACKET";

    private const string Exiting = "EXITING";
    private static readonly string[] Exits = ["tp", "sl", "exit"];
    /// <summary>Between two market exits of which the first did not close everything.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(2);

    private static readonly GroupDescriptor Described = new(Name, "Bracket", "An entry with take profit and stop: exits follow what the entry fills, and each fill of one makes the other smaller.",
        [new("entry", "Entry", "Opens the position.")],
        [
            new("takeProfitPx", ParamType.Price, "Take profit", "Limit at which the position is closed with a profit.", "quote", Min: 0.00000001m, Max: 1_000_000_000m, Group: "Exits"),
            new("stopPx", ParamType.Price, "Stop", "Price that closes the position at market.", "quote", Min: 0.00000001m, Max: 1_000_000_000m, Group: "Exits"),
            new("stopLimitPx", ParamType.Price, "Stop limit", "Worst price of the stop; empty for within the collar.", "quote", Min: 0.00000001m, Max: 1_000_000_000m, Group: "Exits"),
            new("takeProfitOffset", ParamType.Decimal, "Take profit away", "Distance of the take profit from the entry's average price when the exit starts; instead of a price. Later fills change its size, not its price.", "", Min: 0.00000001m, Max: 1_000_000m, Group: "Exits"),
            new("stopOffset", ParamType.Decimal, "Stop away", "Distance of the stop from the entry's average price when the exit starts; instead of a price.", "", Min: 0.00000001m, Max: 1_000_000m, Group: "Exits"),
            new("offsetIn", ParamType.Choice, "Away in", "PRICE in quote units, BPS of the entry's average price.", "", Default: "BPS", Choices: ["PRICE", "BPS"], Group: "Exits"),
            new("trailOffset", ParamType.Decimal, "Trail by", "The stop follows the best price at this distance; instead of a fixed stop.", "", Min: 0.00000001m, Max: 1_000_000m, Group: "Exits"),
            new("trailIn", ParamType.Choice, "Trail in", "PRICE in quote units, BPS of the best price seen.", "", Default: "BPS", Choices: ["PRICE", "BPS"], Group: "Exits"),
            new("trailFromPx", ParamType.Price, "Trail from", "Follows only once this price was reached; empty for at once.", "quote", Min: 0.00000001m, Max: 1_000_000_000m, Group: "Exits"),
            new("triggerBy", ParamType.Choice, "Stop looks at", "LAST: prints; MARK and MID: the consolidated mid; INDEX: the median of the venues' mids; BID_ASK: the price the exit would take at.", "", Default: "LAST", Choices: ["LAST", "MARK", "INDEX", "BID_ASK", "MID"], Group: "Exits"),
            new("timeLimitSeconds", ParamType.Seconds, "Time limit", "After this time from the first fill everything is closed at market.", "s", Min: 1, Max: 31_536_000m, MaxDecimals: 3, Group: "Exits"),
            OtoGroup.Trigger,
            new("reduceOnly", ParamType.Bool, "Reduce only", "Exits may only make the account's position smaller.", "", Default: "true", Group: "Advanced"),
        ]);

    /// <inheritdoc/>
    public GroupDescriptor Descriptor => Described;

    /// <inheritdoc/>
    public IEnumerable<FieldError> CrossCheck(GroupSpec spec, InstrumentCatalog catalog, DateTimeOffset now)
    {
        var r = Descriptor.Read(spec.Parameters);
        var entry = spec.Leg("entry");
        var (tp, stop) = (r.Number("takeProfitPx"), r.Number("stopPx"));
        if (tp is null && stop is null && !r.IsGiven("trailOffset") && !r.IsGiven("takeProfitOffset") && !r.IsGiven("stopOffset"))
        {
            yield return new("parameters.takeProfitPx", "required", null, "A bracket has a take profit, a stop, or a trailing stop.");
        }
        if ((stop is not null || r.IsGiven("stopOffset")) && r.IsGiven("trailOffset"))
        {
            yield return new("parameters.trailOffset", "contradiction", r.Text("trailOffset"), "The stop is fixed or trailing, not both.");
        }
        foreach (var error in BracketExits.Check(entry, r))
        {
            yield return error;
        }
        if (r.IsGiven("stopLimitPx") && stop is null)
        {
            yield return new("parameters.stopLimitPx", "contradiction", r.Text("stopLimitPx"), "A stop limit needs a stop.");
        }
        if ((r.IsGiven("trailIn") || r.IsGiven("trailFromPx")) && !r.IsGiven("trailOffset"))
        {
            yield return new(r.IsGiven("trailIn") ? "parameters.trailIn" : "parameters.trailFromPx", "contradiction", r.Text(r.IsGiven("trailIn") ? "trailIn" : "trailFromPx"), "It needs trailOffset.");
        }
        if (r.Text("trailIn") == "BPS" && r.Number("trailOffset") >= 10_000m)
        {
            yield return new("parameters.trailOffset", "max", r.Text("trailOffset"), "An offset of 10,000 bps or more is the whole price.");
        }
        if (entry.ReduceOnly)
        {
            yield return new("legs[0].reduceOnly", "contradiction", "true", "An entry opens a position; it cannot only reduce one.");
        }
        // A profit lies above the entry for a buyer and below for a seller, a stop the other way round.
        if (tp is { } t && stop is { } s && !Beyond(entry.Side, t, s))
        {
            yield return new("parameters.takeProfitPx", "wrong_side", r.Text("takeProfitPx"), $"The take profit of a {entry.Side} lies {(entry.Side == Side.Buy ? "above" : "below")} its stop.");
        }
        if (entry.LimitPx is { } px && tp is { } profit && !Beyond(entry.Side, profit, px))
        {
            yield return new("parameters.takeProfitPx", "wrong_side", r.Text("takeProfitPx"), $"The take profit of a {entry.Side} lies {(entry.Side == Side.Buy ? "above" : "below")} its limit.");
        }
        if (entry.LimitPx is { } limit && stop is { } loss && !Beyond(entry.Side, limit, loss))
        {
            yield return new("parameters.stopPx", "wrong_side", r.Text("stopPx"), $"The stop of a {entry.Side} lies {(entry.Side == Side.Buy ? "below" : "above")} its limit.");
        }
        if (stop is { } trigger && r.Number("stopLimitPx") is { } worst && Beyond(entry.Side, worst, trigger))
        {
            yield return new("parameters.stopLimitPx", "wrong_side", r.Text("stopLimitPx"), "The stop's limit must be at or beyond the stop, or it would wait for the price to come back.");
        }
        if (catalog.Listings(entry.Instrument).Where(l => entry.Allows(l.Venue)).ToList() is { Count: > 0 } listings)
        {
            var tick = listings.Min(l => l.TickSize);
            foreach (var name in new[] { "takeProfitPx", "stopLimitPx" })
            {
                if (r.Number(name) is { } price && !Steps.IsMultiple(price, tick))
                {
                    yield return new("parameters." + name, "tick", r.Text(name), $"The price is not on the finest tick of {Fitting.Text(tick)}.");
                }
            }
        }
    }

    /// <inheritdoc/>
    public Denial? Refuse(GroupSpec spec, GroupWorld world)
    {
        var (entry, r) = (spec.Leg("entry"), Described.Read(spec.Parameters));
        if (r.Flag("reduceOnly") && world.Positions.GetValueOrDefault(entry.Instrument) * entry.Side.Sign() < 0m)
        {
            return new(DenyCode.ReduceOnlyViolated, "parameters.reduceOnly", $"position={Fitting.Text(Steps.Normal(world.Positions[entry.Instrument]))}, side={entry.Side}: the entry reduces, so exits that only reduce could never close it");
        }
        // An entry without a limit fills near the mid: a barrier that has been passed already would close it at once.
        if (entry.LimitPx is null && world.Markets.TryGetValue(entry.Instrument, out var market) && market.Mid is { } mid)
        {
            foreach (var (name, wrong) in new[] { ("takeProfitPx", r.Number("takeProfitPx") is { } tp && !Beyond(entry.Side, tp, mid)), ("stopPx", r.Number("stopPx") is { } sl && !Beyond(entry.Side, mid, sl)) })
            {
                if (wrong)
                {
                    return new(DenyCode.InvalidField, "parameters." + name, $"{name}={r.Text(name)}, mid={Fitting.Text(Steps.Normal(mid))}, side={entry.Side}: the market has passed it");
                }
            }
        }
        return null;
    }

    /// <inheritdoc/>
    public IReadOnlyList<PlannedLeg> Planned(GroupSpec spec) =>
    [
        new("entry", spec.Leg("entry")),
        .. BracketExits.TakeProfit(spec, Params(spec), spec.Leg("entry").LimitPx, []) is { } tp ? [new PlannedLeg("tp", tp, true)] : Array.Empty<PlannedLeg>(),
        .. BracketExits.StopLoss(spec, Params(spec), spec.Leg("entry").LimitPx, []) is { } sl ? [new PlannedLeg("sl", sl, true)] : Array.Empty<PlannedLeg>(),
        new("exit", BracketExits.Market(spec, Params(spec)), true),
    ];

    /// <inheritdoc/>
    public IReadOnlyList<Money> Claims(OrderGroup group, IReadOnlyList<ParentOrder> legs) => GroupSteps.Sum(
    [
        GroupSteps.Hold(group, legs, "entry", GroupSteps.Rest(legs, "entry", group.Spec.Leg("entry").OrderQty)),
        .. GroupSteps.Largest(Exits.Select(role => GroupSteps.Hold(group, legs, role, GroupSteps.Rest(legs, role, 0m)))),
    ]);

    /// <inheritdoc/>
    public decimal Residual(GroupSpec spec, IReadOnlyList<ParentOrder> legs) => GroupSteps.Cum(legs, "entry") - Exits.Sum(role => GroupSteps.Cum(legs, role));

    /// <inheritdoc/>
    public bool OwnsQty(string role) => role != "entry";

    /// <inheritdoc/>
    public GroupDecision Decide(GroupInput input)
    {
        if (GroupSteps.Canceled(input) is { } canceled)
        {
            return canceled;
        }
        var actions = new List<GroupAction>();
        if (input.Last("entry") is not { } entry)
        {
            GroupSteps.Start(input, "entry", input.Spec.Leg("entry"), "the entry", actions);
            return new(actions, input.Memory, null, false, new("Working", "The entry starts."));
        }
        var r = Descriptor.Read(input.Spec.Parameters);
        var m = input.Memory;
        var entered = input.Cum("entry");
        var open = entered - Exits.Sum(input.Cum);
        if (entered > 0m && m.FirstFillAt is null)
        {
            m = m with { FirstFillAt = input.Now };
        }
        var due = r.Seconds("timeLimitSeconds") is { } limit ? m.FirstFillAt + limit : null;
        if (m.Phase != Exiting && input.Last("sl") is { } stop && GroupSteps.Fired(stop))
        {
            m = m with { Phase = Exiting, Why = "the stop was set off" };
        }
        if (m.Phase != Exiting && due <= input.Now)
        {
            m = m with { Phase = Exiting, Why = "the time limit is over" };
        }
        var next = due;
        if (m.Phase == Exiting)
        {
            next = Close(input, entry, m.Why!, open, actions);
        }
        else
        {
            Follow(input, entry, r, open, actions);
        }
        var waits = m.Phase == Exiting && next is not null;
        if (!waits && input.AllOver && !actions.OfType<StartLeg>().Any())
        {
            return End(input, entry, m, entered, open);
        }
        return new(actions, m, next, open > 0m, Idle(m, r, entered, open, due));
    }

    private static void Follow(GroupInput input, LegState entry, ParamReader r, decimal open, List<GroupAction> actions)
    {
        var released = r.Text("trigger") == "FULL" && !entry.IsOver ? 0m : open;
        var why = $"{Fitting.Text(Steps.Normal(open))} is open";
        var listings = input.Listings(entry.Order.Spec);
        foreach (var (role, spec) in new[] { ("tp", BracketExits.TakeProfit(input.Spec, r, entry.Order.AvgPx, listings)), ("sl", BracketExits.StopLoss(input.Spec, r, entry.Order.AvgPx, listings)) })
        {
            if (spec is not null && (released > 0m || input.Last(role) is not null))
            {
                LegSizing.Size(input, role, released, spec, entry.IsOver, why, actions);
            }
        }
    }

    /// <summary>The way out: nothing of the entry and the take profit may work beside it, since it would trade with them or close too much.</summary>
    private static DateTimeOffset? Close(GroupInput input, LegState entry, string why, decimal open, List<GroupAction> actions)
    {
        GroupSteps.Cancel(entry, why, actions);
        GroupSteps.Cancel(input.Last("tp"), why, actions);
        var stop = input.Last("sl");
        if (stop is { IsOver: false } && GroupSteps.Fired(stop))
        {
            LegSizing.Size(input, "sl", open, stop.Order.Spec, true, why, actions);
            return null;
        }
        GroupSteps.Cancel(stop, why, actions);
        if (!entry.IsOver || input.Last("tp") is { IsOver: false } || stop is { IsOver: false })
        {
            return null;
        }
        var last = input.Last("exit");
        if (last is { IsOver: true } && last.Order.OrdStatus != OrdStatus.Filled && last.Order.EndedAt + Again is { } again && again > input.Now && open >= LegSizing.Least(input, last.Order.Spec))
        {
            return again;
        }
        // A canceled exit is a person's word: it is not sent again.
        if (last is not { Order: { CancelRequested: true, CancelActor: not GroupLink.Actor } })
        {
            LegSizing.Size(input, "exit", open, BracketExits.Market(input.Spec, Params(input.Spec)), true, why, actions, again: true);
        }
        return null;
    }

    private static GroupDecision End(GroupInput input, LegState entry, GroupMemory m, decimal entered, decimal open)
    {
        var least = LegSizing.Least(input, entry.Order.Spec);
        AlgoEnd end = entered == 0m ? GroupSteps.As(entry.Order, "The entry was not filled.")
            : open <= 0m || open < least ? new(OrdStatus.Filled, "Closed", $"{Fitting.Text(Steps.Normal(entered))} was opened and closed{(m.Why is { } why ? ": " + why : "")}." + (open > 0m ? $" {Fitting.Text(Steps.Normal(open))} stays: below every venue's minimum." : ""))
            : new(OrdStatus.Canceled, "Unprotected", $"{Fitting.Text(Steps.Normal(open))} stays open: its exits are over.");
        return new([], m, null, false, new(end.Code, end.Text), end);
    }

    private static WhyIdle Idle(GroupMemory m, ParamReader r, decimal entered, decimal open, DateTimeOffset? due) =>
        m.Phase == Exiting ? new("Exiting", $"Closing {Fitting.Text(Steps.Normal(open))}: {m.Why}.")
        : entered == 0m ? new("WaitingFill", "The exits wait for a fill of the entry.")
        : r.Text("trigger") == "FULL" && open == entered ? new("Working", $"{Fitting.Text(Steps.Normal(open))} is open.")
        : new("Protecting", $"{Fitting.Text(Steps.Normal(open))} is open between its exits{(due is { } at ? $", until {at.UtcDateTime:HH:mm:ss} UTC" : "")}.");

    private static bool Beyond(Side side, decimal better, decimal worse) => side == Side.Buy ? better > worse : better < worse;

    private static ParamReader Params(GroupSpec spec) => Described.Read(spec.Parameters);
}

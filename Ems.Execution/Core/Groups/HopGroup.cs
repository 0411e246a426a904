using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Groups;

/// <summary>
/// One asset into another over a third one: the first order brings the asset in between, the second spends what really came in, net of
/// fees, never more. A second order without progress for too long ends the way: what lies in between is kept, or traded back within a bound
/// of loss. All of it is read off the fills, so a crash at any record goes on where it was.
/// </summary>
public sealed class HopGroup : IGroupStrategy
{
    /// <summary>Its name on the wire.</summary>
    public const string Name = "HOP";
    /// <summary>End code: the second order could not go on, and what lies in between was traded back.</summary>
    public const string Reversed = "HopReversed";
    /// <summary>End code: the second order could not go on, and what lies in between is kept.</summary>
    public const string Kept = "HopKept";

    private const string Reversing = "REVERSING";
    private const string Keeping = "KEEPING";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    public GroupDescriptor Descriptor { get; } = new(Name, "Over a third asset", "The first order brings the asset in between, the second spends what came in: BTC to ETH over USDT.",
        [new("first", "First", "Brings the asset in between; works as its own strategy says."), new("second", "Second", "Spends what the first has brought, at market; its quantity is the most it may trade, its limit the worst price.")],
        [
            new("maxSlippageBps", ParamType.Decimal, "Max slippage", "How far beyond the best price the second order may trade.", "bps", Default: "25", Min: 0.1m, Max: 1_000m, Group: "Second"),
            new("legTimeoutSeconds", ParamType.Seconds, "Leg time-out", "How long the second order may make no progress before the way is given up.", "s", Default: "30", Min: 1, Max: 86_400m, MaxDecimals: 3, Group: "Second"),
            new("ifStuck", ParamType.Choice, "If stuck", "KEEP: keep the asset in between; REVERSE: trade it back within the largest loss, keep what that does not allow.", "", Default: "KEEP", Choices: ["KEEP", "REVERSE"], Group: "Second"),
            new("maxLossBps", ParamType.Decimal, "Largest loss", "How much worse than the first order's average price it may be traded back.", "bps", Default: "50", Min: 0.1m, Max: 1_000m, Group: "Second"),
        ]);

    /// <inheritdoc/>
    public IEnumerable<FieldError> CrossCheck(GroupSpec spec, InstrumentCatalog catalog, DateTimeOffset now)
    {
        var (first, second) = (spec.Leg("first"), spec.Leg("second"));
        var (one, two) = (catalog.Find(first.Instrument)!, catalog.Find(second.Instrument)!);
        var (given, brought) = first.Side == Side.Sell ? (one.Base, one.Quote) : (one.Quote, one.Base);
        var (spent, wanted) = second.Side == Side.Sell ? (two.Base, two.Quote) : (two.Quote, two.Base);
        if (one.Id == two.Id)
        {
            yield return new("legs[1].instrument", "same_instrument", two.Id.Value, "A way over a third asset has two instruments.");
        }
        else if (brought != spent)
        {
            yield return new("legs[1].instrument", "contradiction", two.Id.Value, $"The first order brings {brought}, the second would spend {spent}.");
        }
        else if (given == wanted)
        {
            yield return new("legs[1].instrument", "contradiction", two.Id.Value, $"It would only bring back the {given} that the first order gives away.");
        }
        if (second.StartTime is not null)
        {
            yield return new("legs[1].startTime", "contradiction", null, "The second order follows the first; it has no start of its own.");
        }
        if (second.Strategy != "MARKET")
        {
            yield return new("legs[1].strategy", "contradiction", second.Strategy, "The second order trades at market within its limit: what is in between shall not stay there.");
        }
        var r = Descriptor.Read(spec.Parameters);
        if (r.IsGiven("maxLossBps") && r.Text("ifStuck") != "REVERSE")
        {
            yield return new("parameters.maxLossBps", "contradiction", r.Text("maxLossBps"), "Only REVERSE trades back.");
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<PlannedLeg> Planned(GroupSpec spec)
    {
        var planned = new List<PlannedLeg> { new("first", spec.Leg("first")), new("second", spec.Leg("second"), true) };
        if (Descriptor.Read(spec.Parameters).Text("ifStuck") == "REVERSE")
        {
            planned.Add(new("unwind", Back(spec), true));
        }
        return planned;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Money> Claims(OrderGroup group, IReadOnlyList<ParentOrder> legs)
    {
        // What came in is for the second order, nobody else.
        var between = group.Holds.FirstOrDefault(h => h.Role == "second") is { } hold ? new Money(Math.Max(0m, Between(group.Spec, legs)), hold.Asset) : default;
        return GroupSteps.Sum([GroupSteps.Hold(group, legs, "first", GroupSteps.Rest(legs, "first", group.Spec.Leg("first").OrderQty)), between]);
    }

    /// <inheritdoc/>
    public decimal Residual(GroupSpec spec, IReadOnlyList<ParentOrder> legs) => InFirst(spec, legs, Between(spec, legs));

    /// <inheritdoc/>
    public bool OwnsQty(string role) => role != "first";

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
            return new(actions, input.Memory, null, true, new("Working", "The first order starts."));
        }
        var r = Descriptor.Read(input.Spec.Parameters);
        var orders = input.Legs.Select(l => l.Order).ToList();
        var between = Between(input.Spec, orders);
        var m = Watch(input, r, between);
        var next = (m.UnhedgedSince < input.WatchedSince ? input.WatchedSince : m.UnhedgedSince) + r.Seconds("legTimeoutSeconds");
        if (next <= input.Now && m.Phase != Keeping)
        {
            m = m.Phase == "" && r.Text("ifStuck") == "REVERSE"
                ? m with { Phase = Reversing, Why = $"the second order made no progress for {r.Text("legTimeoutSeconds")} s", UnhedgedSince = input.Now }
                : m with { Phase = Keeping, Why = m.Why ?? $"the second order made no progress for {r.Text("legTimeoutSeconds")} s", UnhedgedSince = null };
            next = m.UnhedgedSince + r.Seconds("legTimeoutSeconds");
        }
        if (m.Phase != "")
        {
            return GiveUp(input, r, m, first, between, next, actions);
        }
        var again = Spend(input, r, "second", input.Spec.Leg("second"), between, first.IsOver, $"the first has brought {Fitting.Text(Steps.Normal(Came(input.Spec, orders)))}", actions);
        next = again is { } a && (next is null || a < next) ? a : next;
        if (first.IsOver && input.AllOver && actions.Count == 0 && again is null)
        {
            var left = between > 0m ? $"; {Fitting.Text(Steps.Normal(Math.Round(between, 8)))} stays in between" : "";
            return GroupSteps.Over(input with { Memory = m }, first.Order.CumQty == 0m ? GroupSteps.As(first.Order, "The first order was not filled; nothing followed.")
                : GroupSteps.As(first.Order, $"The first order traded {Fitting.Text(Steps.Normal(first.Order.CumQty))}, the second {Fitting.Text(Steps.Normal(input.Cum("second")))}{left}."));
        }
        return new(actions, m, next, true, first.Order.CumQty == 0m ? new("WaitingFill", "The second order waits for a fill of the first.") : new("Working", "The second order spends what the first brings."));
    }

    private GroupDecision GiveUp(GroupInput input, ParamReader r, GroupMemory m, LegState first, decimal between, DateTimeOffset? next, List<GroupAction> actions)
    {
        GroupSteps.Cancel(first, m.Why!, actions);
        GroupSteps.Cancel(input.Last("second"), m.Why!, actions);
        if (m.Phase == Keeping)
        {
            GroupSteps.Cancel(input.Last("unwind"), m.Why!, actions);
        }
        if (!first.IsOver || input.Last("second") is { IsOver: false } || (m.Phase == Keeping && !input.AllOver))
        {
            return new(actions, m, next, true, new("Unwinding", "Waiting for the orders to end before what is in between is dealt with."));
        }
        var again = m.Phase == Reversing
            ? Spend(input, r, "unwind", Back(input.Spec) with { LimitPx = Worst(input.Spec, r, first.Order) }, between, true, m.Why!, actions) : null;
        if (actions.Count > 0 || again is not null || !input.AllOver)
        {
            return new(actions, m, again < next || next is null ? again ?? next : next, true, new("Unwinding", $"{m.Phase}: {m.Why}."));
        }
        var amount = Fitting.Text(Steps.Normal(Math.Round(Math.Max(0m, between), 8)));
        return GroupSteps.Over(input with { Memory = m }, new(OrdStatus.Canceled, input.Cum("unwind") > 0m && m.Phase == Reversing ? Reversed : Kept,
            $"{m.Why}: {Fitting.Text(Steps.Normal(input.Cum("unwind")))} traded back, {amount} in between kept."));
    }

    /// <summary>Lets a role spend what is in between, priced anew each time it starts. Returns when to look again, null when nothing is left for it to do.</summary>
    private static DateTimeOffset? Spend(GroupInput input, ParamReader r, string role, ParentSpec given, decimal between, bool final, string reason, List<GroupAction> actions)
    {
        var leg = input.Last(role);
        var fee = Math.Max(0m, input.Listings(given).Select(l => l.TakerFee).DefaultIfEmpty(0m).Max());
        var room = given.OrderQty - input.Cum(role);
        if (leg is { IsOver: false })
        {
            LegSizing.Size(input, role, Math.Min(room, Affordable(given.Side, between, leg.Order.Spec.LimitPx ?? 0m, fee)), given, final, reason, actions);
            return null;
        }
        if (input.Market(given.Instrument).BestOpposite(given.Side) is not { } best)
        {
            return between > 0m && room > 0m ? input.Now + Pause : null;
        }
        var worst = best * (1m + (given.Side.Sign() * r.Required("maxSlippageBps") / 10_000m));
        worst = given.LimitPx is { } limit && given.Side.IsWithin(limit, worst) ? limit : worst;
        var tick = input.Listings(given).Select(l => l.TickSize).DefaultIfEmpty(0.01m).Max();
        worst = Steps.RoundPassive(worst, tick, given.Side);
        var spec = given with { LimitPx = worst, StartTime = null };
        var open = Steps.RoundDown(Math.Max(0m, Math.Min(room, Affordable(given.Side, between, worst, fee))), Fitting.FinestLot(input.Listings(given)) ?? 0.00000001m);
        if (open <= 0m || worst <= 0m || open < LegSizing.Least(input, spec))
        {
            return null;
        }
        if (!given.Side.IsWithin(best, worst) || (leg?.Order.EndedAt + Pause is { } rested && rested > input.Now && leg!.Order.OrdStatus != OrdStatus.Filled))
        {
            return input.Now + Pause;
        }
        var link = new GroupLink(input.Spec.ClOrdId, role, (leg?.Link.Number ?? 0) + 1);
        actions.Add(new StartLeg(link, spec with { ClOrdId = link.Name, OrderQty = open }, reason));
        return null;
    }

    /// <summary>How much an amount buys at worst, fee paid; or the amount itself where it is the base.</summary>
    private static decimal Affordable(Side side, decimal amount, decimal px, decimal fee) => side == Side.Sell ? amount : px > 0m ? amount / (px * (1m + fee)) : 0m;

    /// <summary>Keeps the clock of a second order that makes no progress.</summary>
    private static GroupMemory Watch(GroupInput input, ParamReader r, decimal between)
    {
        var m = input.Memory;
        var role = m.Phase == Reversing ? "unwind" : "second";
        var given = role == "second" ? input.Spec.Leg("second") : Back(input.Spec);
        var done = input.Cum(role);
        var fee = Math.Max(0m, input.Listings(given).Select(l => l.TakerFee).DefaultIfEmpty(0m).Max());
        var px = input.Market(given.Instrument).BestOpposite(given.Side) ?? given.LimitPx ?? 0m;
        var waits = Math.Min(given.OrderQty - done, px > 0m || given.Side == Side.Sell ? Affordable(given.Side, between, px, fee) : between);
        // Fills of an order in doubt may be on their way: its venue is asked first (rule E8).
        if (waits <= 0m || waits < LegSizing.Least(input, given) || input.Of(role).Any(l => l.Order.UnknownQty > 0m))
        {
            return m with { UnhedgedSince = null, HedgedSeen = done };
        }
        return m.UnhedgedSince is null || done > m.HedgedSeen ? m with { UnhedgedSince = input.Now, HedgedSeen = done } : m;
    }

    /// <summary>What the first order has brought, net of its commission, in the asset in between.</summary>
    private static decimal Came(GroupSpec spec, IReadOnlyList<ParentOrder> legs) => Moved(legs, "first", spec.Leg("first").Side == Side.Sell);

    /// <summary>What the first order has brought and nobody has spent.</summary>
    private static decimal Between(GroupSpec spec, IReadOnlyList<ParentOrder> legs) =>
        Came(spec, legs) - Moved(legs, "second", spec.Leg("second").Side == Side.Buy) - Moved(legs, "unwind", spec.Leg("first").Side == Side.Sell);

    /// <summary>What a role's fills moved of its quote (a sell gets it less commission, a buy pays it and commission) or of its base.</summary>
    private static decimal Moved(IReadOnlyList<ParentOrder> legs, string role, bool quote) => legs.Where(l => l.Group?.Role == role)
        .Sum(l => quote ? l.CumNotional + (l.Spec.Side.Sign() * l.Commission) : l.CumQty);

    private static decimal InFirst(GroupSpec spec, IReadOnlyList<ParentOrder> legs, decimal amount)
    {
        var (qty, came) = (GroupSteps.Cum(legs, "first"), Came(spec, legs));
        return came > 0m ? amount / came * qty : 0m;
    }

    /// <summary>The worst price at which what came in is traded back.</summary>
    private static decimal Worst(GroupSpec spec, ParamReader r, ParentOrder first) =>
        (first.AvgPx ?? 0m) * (1m + (spec.Leg("first").Side.Opposite().Sign() * r.Required("maxLossBps") / 10_000m));

    private static ParentSpec Back(GroupSpec spec)
    {
        var first = spec.Leg("first");
        return new ParentSpec(first.ClOrdId, first.Instrument, first.Side.Opposite(), first.OrderQty, null, "MARKET", new Dictionary<string, string>(), Venues: first.Venues, Tags: first.Tags);
    }
}

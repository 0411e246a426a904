using Ems.Execution.Core.Algos.Immediate;
using Ems.Execution.Core.Algos.Scheduling;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Algos.Scale;

/// <summary>What a ladder remembers: slices sent, when the last was, and the corner prices its orders were placed for.</summary>
public sealed record ScaleMemory(int Sent, DateTimeOffset LastAt, decimal From, decimal To) : AlgoMemory;

/// <summary>
/// A ladder of limit orders from one price to another (orders.md 2.3). Level i's child carries a SliceNo with (SliceNo − 1) mod count = i,
/// so the level of every child is known without remembering each.
/// </summary>
public sealed class ScaleAlgo : IExecutionAlgo
{
    /// <summary>Most levels: children of all of them stay in view.</summary>
    private const int LevelsMax = 30;

    /// <inheritdoc/>
    public AlgoDescriptor Descriptor { get; } = new("SCALE", "Scale / ladder", "Rests limit orders on a ladder of prices, all at once.",
    [
        new("fromPx", ParamType.Price, "From", "Price of the first level, nearest to the market.", "quote", Required: true, Min: 0.00000001m, Max: 1_000_000_000m, Updatable: true, Group: "Ladder"),
        new("toPx", ParamType.Price, "To", "Price of the last level.", "quote", Required: true, Min: 0.00000001m, Max: 1_000_000_000m, Updatable: true, Group: "Ladder"),
        new("count", ParamType.Integer, "Levels", "Number of levels, evenly spaced.", "", Default: "5", Min: 2, Max: LevelsMax, MaxDecimals: 0, Group: "Ladder"),
        new("sizeSkew", ParamType.Choice, "Sizes", "FLAT: equal; LINEAR: growing evenly towards the last; GEOMETRIC: each by the ratio.", "", Default: "FLAT", Choices: ["FLAT", "LINEAR", "GEOMETRIC"], Group: "Ladder"),
        new("skewRatio", ParamType.Decimal, "Ratio", "GEOMETRIC: size of a level over the one before; LINEAR: size of the last over the first.", "x", Default: "2", Min: 0.1m, Max: 10, MaxDecimals: 4, Group: "Ladder"),
        new("crossing", ParamType.Choice, "Levels beyond the market", "TAKE: such a level takes at once; SKIP: it waits until its price is on the passive side.", "", Default: "TAKE", Choices: ["TAKE", "SKIP"], Updatable: true, Group: "Advanced"),
    ], AllowsPostOnly: true);

    /// <inheritdoc/>
    public IEnumerable<FieldError> CrossCheck(ParentSpec spec, DateTimeOffset now)
    {
        var r = new ParamReader(Descriptor, spec);
        var (from, to) = (r.Required("fromPx"), r.Required("toPx"));
        if (from == to)
        {
            yield return new("parameters.toPx", "order", r.Text("toPx"), "The ladder's ends are one price.");
        }
        else if (!spec.Side.IsWithin(to, from))
        {
            yield return new("parameters.toPx", "order", r.Text("toPx"), spec.Side == Side.Buy ? "A buy ladder goes down: the last price must be below the first." : "A sell ladder goes up: the last price must be above the first.");
        }
        if (spec.LimitPx is { } limit && !spec.Side.IsWithin(from, limit))
        {
            yield return new("parameters.fromPx", "within_limit", r.Text("fromPx"), "The first level is beyond the limit price.");
        }
        if (spec.PostOnly && r.Text("crossing") != "SKIP")
        {
            yield return new("postOnly", "contradiction", "true", "Post-only needs crossing SKIP.");
        }
        if (spec.TimeInForce is TimeInForce.Ioc or TimeInForce.Fok)
        {
            yield return new("timeInForce", "contradiction", spec.TimeInForce.ToString(), "A ladder rests; it cannot be immediate.");
        }
    }

    /// <inheritdoc/>
    public (ParentSpec Spec, IReadOnlyList<Adjustment> Adjustments) Precheck(ParentSpec spec, MarketView market, IReadOnlyList<Listing> listings, DateTimeOffset now)
    {
        var (fitted, adjustments) = Fitting.ToLot(spec, listings);
        var r = new ParamReader(Descriptor, fitted);
        var count = r.Integer("count") ?? 5;
        var most = count;
        while (most > 2 && Quantities(fitted, r, most, listings).Min() < Fitting.LeastQty(listings, Math.Min(r.Required("fromPx"), r.Required("toPx"))))
        {
            most--;
        }
        if (most < count)
        {
            adjustments.Add(new("parameters.count", Fitting.Text(count), Fitting.Text(most), "min_slice", $"Of {count} levels some would be below the venues' minimum; {most} levels are placed."));
            fitted = fitted with { Parameters = new Dictionary<string, string>(fitted.Parameters) { ["count"] = Fitting.Text(most) } };
        }
        return (fitted, adjustments);
    }

    /// <inheritdoc/>
    public IReadOnlyList<PlanPoint> Plan(ParentSpec spec, ulong seed, DateTimeOffset start) => [new(start, spec.OrderQty)];

    /// <inheritdoc/>
    public AlgoMemory Start(ParentSpec spec, ulong seed, MarketView market, DateTimeOffset now)
    {
        var r = new ParamReader(Descriptor, spec);
        return new ScaleMemory(0, DateTimeOffset.MinValue, r.Required("fromPx"), r.Required("toPx"));
    }

    /// <inheritdoc/>
    public AlgoDecision Decide(AlgoInput input)
    {
        var m = (ScaleMemory)input.Memory;
        var r = new ParamReader(Descriptor, input.Spec);
        var (spec, p, now) = (input.Spec, input.Progress, input.Now);
        if (Ends.Common(input) is { } end)
        {
            return Ends.Over(m, end);
        }
        if (input.PostOnlyRejects >= Rejects.PostOnlyMax)
        {
            return Ends.Over(m, Ends.PostOnly);
        }
        var (from, to) = (r.Required("fromPx"), r.Required("toPx"));
        if ((from, to) != (m.From, m.To))
        {
            if (p.WorkingQty + p.UnknownQty > 0m)
            {
                return new([.. input.Children.Where(SliceExecution.Rests).Select(c => new CancelChild(c.ClOrdId, "the ladder was amended"))], m, spec.ExpireTime, false,
                    new("Repricing", "Waiting for the old ladder to be canceled."));
            }
            m = m with { From = from, To = to };
        }
        if (p.UnsentQty == 0m)
        {
            return Ends.Idle(m, spec.ExpireTime, "Resting", "All levels are in the books or done.");
        }
        if (Taking.NotBefore(input, m.Sent, m.LastAt) is var again && now < again)
        {
            return Ends.Idle(m, spec.ExpireTime < again ? spec.ExpireTime : again, "Retrying", "Between two tries.");
        }
        return Place(input, m, r);
    }

    /// <summary>Sends every level that has less done or working than its part.</summary>
    private static AlgoDecision Place(AlgoInput input, ScaleMemory m, ParamReader r)
    {
        var (spec, now) = (input.Spec, input.Now);
        var count = r.Integer("count") ?? 5;
        var (parts, unsent, skipped) = (Quantities(spec, r, count, input.Listings), input.Progress.UnsentQty, 0);
        var far = input.Market.BestOpposite(spec.Side);
        var actions = new List<AlgoAction>();
        for (var level = 0; level < count && unsent > 0m; level++)
        {
            var px = LevelPx(input, r, level, count);
            if (r.Text("crossing") == "SKIP" && far is { } f && spec.Side.IsWithin(f, px))
            {
                skipped++;
                continue;
            }
            var has = input.Children.Where(c => (c.SliceNo - 1) % count == level).Sum(c => c.CumQty + c.LeavesQty);
            var qty = Math.Min(unsent, parts[level] - has);
            var least = Fitting.LeastQty(input.Listings, px) ?? 0m;
            // A rest that no venue would take alone goes with the level before it.
            qty = unsent - qty < least && unsent - qty > 0m && qty > 0m ? unsent : qty;
            if (qty <= 0m || qty < least)
            {
                continue;
            }
            var no = m.Sent + 1 + ((level - m.Sent) % count + count) % count;
            actions.Add(new SubmitSlice(no, qty, px, spec.TimeInForce == TimeInForce.Gtd ? TimeInForce.Gtd : TimeInForce.Gtc, spec.PostOnly, $"level {level + 1} of {count} at {Fitting.Text(px)}"));
            m = m with { Sent = no, LastAt = now };
            unsent -= qty;
        }
        return actions.Count > 0 ? new(actions, m, spec.ExpireTime, skipped > 0, new("Resting", $"{actions.Count} levels placed."))
            : skipped > 0 ? Ends.Idle(m, spec.ExpireTime, "WaitingPrice", $"{skipped} levels wait for the market to pass their price.", true)
            : input.Progress.WorkingQty + input.Progress.UnknownQty > 0m ? Ends.Idle(m, spec.ExpireTime, "Resting", "All levels are in the books or done.")
            : Ends.Over(m, Ends.Dust(input.Progress.UnsentQty));
    }

    private static decimal LevelPx(AlgoInput input, ParamReader r, int level, int count)
    {
        var (from, to) = (r.Required("fromPx"), r.Required("toPx"));
        var px = from + ((to - from) * level / (count - 1));
        var tick = input.Listings.Count > 0 ? input.Listings.Min(l => l.TickSize) : 0.00000001m;
        return Ends.Within(input.Spec, Steps.RoundPassive(px, tick, input.Spec.Side));
    }

    /// <summary>The levels' quantities on the lot; what rounding leaves goes to the last, so that they sum to the order.</summary>
    internal static decimal[] Quantities(ParentSpec spec, ParamReader r, int count, IReadOnlyList<Listing> listings)
    {
        var ratio = r.Required("skewRatio");
        var weights = new decimal[count];
        for (var i = 0; i < count; i++)
        {
            weights[i] = r.Text("sizeSkew") switch
            {
                "LINEAR" => 1m + ((ratio - 1m) * i / (count - 1)),
                "GEOMETRIC" => i == 0 ? 1m : weights[i - 1] * ratio,
                _ => 1m,
            };
        }
        var (sum, lot, left) = (weights.Sum(), Fitting.FinestLot(listings) ?? 0.00000001m, spec.OrderQty);
        for (var i = 0; i < count - 1; i++)
        {
            weights[i] = Steps.RoundDown(spec.OrderQty * weights[i] / sum, lot);
            left -= weights[i];
        }
        weights[count - 1] = left;
        return weights;
    }
}

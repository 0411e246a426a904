using Ems.Execution.Core.Algos.Immediate;
using Ems.Execution.Core.Algos.Scheduling;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Algos.Accumulate;

/// <summary>What an accumulation remembers.</summary>
/// <param name="Due">Components that have come due, acted on or missed.</param>
/// <param name="Sent">Slices sent.</param>
/// <param name="Target">What the components that count should add up to, base units.</param>
/// <param name="NextAt">When the next component is due.</param>
/// <param name="LastAt">When the last slice was sent.</param>
/// <param name="Pending">The newest component has not been sent yet.</param>
/// <param name="Samples">Prices of the average that is its reference, oldest first; null without one.</param>
/// <param name="Ema">The exponential average of them.</param>
/// <param name="SampledAt">When the last was taken.</param>
public sealed record AccumulateMemory(
    int Due, int Sent, decimal Target, DateTimeOffset NextAt, DateTimeOffset LastAt, bool Pending,
    PriceSamples? Samples = null, decimal? Ema = null, DateTimeOffset? SampledAt = null) : AlgoMemory;

/// <summary>Accumulate / distribute: components of a size, one after another, without an end (DCA; orders.md 2.1).</summary>
public sealed class AccumulateAlgo : IExecutionAlgo
{
    private const uint SizeStream = 51;
    private const uint TimeStream = 52;
    /// <summary>Most a component may be with what was missed, in components (rule E5).</summary>
    private const decimal CatchUpMax = 3m;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    public AlgoDescriptor Descriptor { get; } = new("ACCUMULATE", "Accumulate / distribute", "Trades a component at a time, a set time apart, until the order is done.",
    [
        new("componentQty", ParamType.Quantity, "Component", "Quantity of one component.", "base", Required: true, Min: 0.00000001m, Max: 1_000_000_000m, Updatable: true),
        new("betweenSeconds", ParamType.Seconds, "Time between", "Time from one component to the next.", "s", Default: "60", Min: 1, Max: 604_800, MaxDecimals: 0, Updatable: true),
        .. ActiveHours.Parameters,
        new("randomizeTime20", ParamType.Bool, "Randomise time", "Vary the time between by ±20 %, drawn from the order's seed.", "", Default: "true", Updatable: true, Group: "Stealth"),
        new("randomizeSize55", ParamType.Bool, "Randomise size", "Vary the component by ±55 %, drawn from the order's seed.", "", Default: "false", Updatable: true, Group: "Stealth"),
        new("style", ParamType.Choice, "Style", "TAKER crosses; MAKER rests at the reference.", "", Default: "TAKER", Choices: ["TAKER", "MAKER"], Updatable: true, Group: "Price"),
        new("relativeTo", ParamType.Choice, "Reference", "What a MAKER component rests at, and what the cap is measured from.", "", Default: "BID_ASK", Choices: ["BID_ASK", "MID", "LAST", "SMA", "EMA"], Updatable: true, Group: "Price"),
        new("relativeOffsetBps", ParamType.Decimal, "Offset", "Distance behind the reference.", "bps", Default: "0", Min: 0, Max: 1_000, MaxDecimals: 2, Updatable: true, Group: "Price"),
        new("relativeCapBps", ParamType.Decimal, "Cap", "Never trade worse than this far beyond the reference; empty for no cap.", "bps", Min: 0, Max: 1_000, MaxDecimals: 2, Updatable: true, Group: "Price"),
        MovingAverage.Window,
        new("priceTolBps", ParamType.Decimal, "Price tolerance", "Worst distance of a crossing component from the mid.", "bps", Default: "100", Min: 1, Max: 1_000, MaxDecimals: 2, Updatable: true, Group: "Limits"),
        new("giveUpSeconds", ParamType.Seconds, "Give up", "A resting component is canceled after this long; empty for when the next is due.", "s", Min: 1, Max: 604_800, MaxDecimals: 0, Updatable: true, Group: "Advanced"),
        new("catchUp", ParamType.Bool, "Catch up", "Whether what a component missed is added to the next, up to three components.", "", Default: "false", Updatable: true, Group: "Advanced"),
        new("waitForFill", ParamType.Bool, "Wait for fill", "Whether the next component waits until the one before is filled.", "", Default: "false", Updatable: true, Group: "Advanced"),
    ], AllowsPostOnly: true);

    /// <inheritdoc/>
    public IEnumerable<FieldError> CrossCheck(ParentSpec spec, DateTimeOffset now)
    {
        var r = new ParamReader(Descriptor, spec);
        if (r.Number("componentQty") > spec.OrderQty)
        {
            yield return new("parameters.componentQty", "max", r.Text("componentQty"), "A component is more than the order.");
        }
        if (r.Flag("waitForFill") && r.IsGiven("giveUpSeconds"))
        {
            yield return new("parameters.giveUpSeconds", "contradiction", r.Text("giveUpSeconds"), "A component that is waited for cannot be given up.");
        }
        foreach (var error in ActiveHours.Check(r))
        {
            yield return error;
        }
        if (r.IsGiven("averageSeconds") && !MovingAverage.IsUsed(r))
        {
            yield return new("parameters.averageSeconds", "contradiction", r.Text("averageSeconds"), "A window needs the reference SMA or EMA.");
        }
        if (spec.PostOnly && r.Text("style") != "MAKER")
        {
            yield return new("postOnly", "contradiction", "true", "Post-only needs style MAKER.");
        }
        if (spec.TimeInForce is TimeInForce.Ioc or TimeInForce.Fok)
        {
            yield return new("timeInForce", "contradiction", spec.TimeInForce.ToString(), "An accumulation cannot be immediate.");
        }
    }

    /// <inheritdoc/>
    public (ParentSpec Spec, IReadOnlyList<Adjustment> Adjustments) Precheck(ParentSpec spec, MarketView market, IReadOnlyList<Listing> listings, DateTimeOffset now)
    {
        var (fitted, adjustments) = Fitting.ToLot(spec, listings);
        var r = new ParamReader(Descriptor, fitted);
        // With ±55 % the smallest component is 0.45 of its size.
        var smallest = r.Required("componentQty") * (r.Flag("randomizeSize55") ? 0.45m : 1m);
        if (Fitting.LeastQty(listings, market.Mid / 1.1m) is { } least && smallest < least)
        {
            var raised = Steps.RoundUp(least * r.Required("componentQty") / smallest, Fitting.FinestLot(listings) ?? 0.00000001m);
            adjustments.Add(new("parameters.componentQty", r.Text("componentQty")!, Fitting.Text(raised), "min_slice", $"A component could be below the venues' minimum of {Fitting.Text(least)}; it was raised to {Fitting.Text(raised)}."));
            fitted = fitted with { Parameters = new Dictionary<string, string>(fitted.Parameters) { ["componentQty"] = Fitting.Text(raised) } };
        }
        return (fitted, adjustments);
    }

    /// <inheritdoc/>
    public IReadOnlyList<PlanPoint> Plan(ParentSpec spec, ulong seed, DateTimeOffset start)
    {
        var r = new ParamReader(Descriptor, spec);
        var points = new List<PlanPoint> { new(start, 0m) };
        var (at, done) = (start, 0m);
        for (var i = 0; i < 400 && done < spec.OrderQty; i++)
        {
            done = Math.Min(spec.OrderQty, done + Component(r, seed, i));
            points.Add(new(at, done));
            at += Gap(r, seed, i);
        }
        return points;
    }

    /// <inheritdoc/>
    public AlgoMemory Start(ParentSpec spec, ulong seed, MarketView market, DateTimeOffset now) => new AccumulateMemory(0, 0, 0m, now, DateTimeOffset.MinValue, false);

    /// <inheritdoc/>
    public AlgoDecision Decide(AlgoInput input)
    {
        var r = new ParamReader(Descriptor, input.Spec);
        var m = MovingAverage.Sample((AccumulateMemory)input.Memory, r, input.Market, input.Now);
        var decision = Decide(input, m, r);
        if (decision.End is not null)
        {
            return decision;
        }
        // The average wants its samples, and what rests its end, also while nothing else is to be done.
        DateTimeOffset?[] moments = [decision.NextActionAt, MovingAverage.IsUsed(r) && m.SampledAt is not null ? MovingAverage.NextAt(m, r) : null, ActiveHours.Closes(r, input.Now)];
        return decision with { NextActionAt = moments.Min() };
    }

    private static AlgoDecision Decide(AlgoInput input, AccumulateMemory m, ParamReader r)
    {
        var (p, now) = (input.Progress, input.Now);
        if (Ends.Common(input) is { } end)
        {
            return Ends.Over(m, end);
        }
        if (r.Text("style") == "MAKER" && input.PostOnlyRejects >= Rejects.PostOnlyMax)
        {
            return Ends.Over(m, Ends.PostOnly);
        }
        if (ActiveHours.ClosedUntil(r, now) is { } opens)
        {
            m = m with { NextAt = m.NextAt > opens ? m.NextAt : opens, Pending = false };
            return new([.. input.Children.Where(SliceExecution.Rests).Select(c => new CancelChild(c.ClOrdId, "its active time is over"))], m,
                input.Spec.ExpireTime < opens ? input.Spec.ExpireTime : opens, false, new("OutsideHours", $"Active again from {opens:yyyy-MM-dd HH:mm} UTC."));
        }
        var wait = r.Flag("waitForFill");
        if (!wait && GiveUp(input, m, r) is { Count: > 0 } cancels)
        {
            return new(cancels, m, now + Pause, false, new("Repricing", "Giving up a resting component."));
        }
        var committed = p.CumQty + p.WorkingQty + p.UnknownQty;
        if (now >= m.NextAt)
        {
            if (wait && m.Target > p.CumQty)
            {
                // Its time passes without a component; the next is due a full gap later.
                m = m with { NextAt = now + Gap(r, input.Seed, m.Due) };
            }
            else if (!wait && p.WorkingQty > 0m && !r.IsGiven("giveUpSeconds"))
            {
                return Ends.Idle(m, now + Pause, "Repricing", "Waiting for the component before to end.");
            }
            else
            {
                var component = Component(r, input.Seed, m.Due);
                var before = r.Flag("catchUp") ? Math.Max(m.Target, committed) : committed;
                var target = Math.Min(Math.Min(before + component, committed + (CatchUpMax * component)), p.OrderQty);
                m = m with { Due = m.Due + 1, Target = target, NextAt = Skip(m.NextAt, now, r, input.Seed, m.Due), Pending = true };
            }
        }
        // A component that is waited for is sent again until it is done.
        m = wait && m.Target > committed ? m with { Pending = true } : m;
        return Send(input, m, r, m.Pending ? m.Target - committed : 0m);
    }

    /// <summary>Cancels of resting components whose time is over: their own, or the next one's coming due.</summary>
    private static List<AlgoAction> GiveUp(AlgoInput input, AccumulateMemory m, ParamReader r) =>
        [.. input.Children.Where(c => SliceExecution.Rests(c) && input.Now >= (r.Seconds("giveUpSeconds") is { } patience ? c.CreatedAt + patience : m.NextAt))
            .Select(c => new CancelChild(c.ClOrdId, "its time is over"))];

    private static AlgoDecision Send(AlgoInput input, AccumulateMemory m, ParamReader r, decimal behind)
    {
        var (spec, p, now, market) = (input.Spec, input.Progress, input.Now, input.Market);
        var next = Next(input, m, r);
        if (behind <= 0m)
        {
            return Ends.Idle(m, next, p.UnknownQty > 0m ? "InDoubt" : p.WorkingQty > 0m ? "Working" : "WaitingForComponent", $"Next component at {m.NextAt:HH:mm:ss}.");
        }
        if (Taking.NotBefore(input, m.Sent, m.LastAt) is var again && now < again)
        {
            return Ends.Idle(m, again < next ? again : next, "Retrying", "Between two tries.");
        }
        if (market.Mid is not { } mid || market.BestOpposite(spec.Side) is not { } far || market.BestOwn(spec.Side) is not { } near)
        {
            return Ends.Idle(m, next, "PausedVenue", "No venue has a fresh book.", true);
        }
        var maker = r.Text("style") == "MAKER";
        var kind = r.Text("relativeTo");
        if ((kind switch { "MID" => mid, "LAST" => market.LastPx ?? mid, "SMA" or "EMA" => MovingAverage.Of(m, kind), _ => near }) is not { } reference)
        {
            return Ends.Idle(m, next, "PausedVenue", "There is no price to average yet.", true);
        }
        var px = Ends.Within(spec, maker ? reference * (1m - (spec.Side.Sign() * r.Required("relativeOffsetBps") / 10_000m)) : mid * (1m + (spec.Side.Sign() * r.Required("priceTolBps") / 10_000m)));
        if (r.Number("relativeCapBps") is { } cap && reference * (1m + (spec.Side.Sign() * cap / 10_000m)) is var worst && !spec.Side.IsWithin(px, worst))
        {
            px = worst;
        }
        if (!maker && !spec.Side.IsWithin(far, px))
        {
            return Ends.Idle(m, next, "WaitingPrice", $"The best price {Fitting.Text(far)} is beyond the limit.", true);
        }
        var qty = Ends.Sendable(input, behind, Math.Min(px, mid));
        if (qty <= 0m)
        {
            return Ends.Idle(m, next, "BelowMinimum", "This component is below the venues' minimum.");
        }
        var sent = m with { Sent = m.Sent + 1, LastAt = now, Pending = false };
        var tif = !maker ? TimeInForce.Ioc : spec.TimeInForce == TimeInForce.Gtd ? TimeInForce.Gtd : TimeInForce.Gtc;
        return new([new SubmitSlice(sent.Sent, qty, px, tif, maker && spec.PostOnly, $"component {m.Due}")], sent, next, false, new("Working", $"Component {m.Due} is on its way."));
    }

    private static DateTimeOffset Next(AlgoInput input, AccumulateMemory m, ParamReader r)
    {
        var next = input.Spec.ExpireTime is { } end && end < m.NextAt ? end : m.NextAt;
        if (r.Seconds("giveUpSeconds") is { } patience && !r.Flag("waitForFill"))
        {
            foreach (var c in input.Children.Where(SliceExecution.Rests))
            {
                next = c.CreatedAt + patience < next ? c.CreatedAt + patience : next;
            }
        }
        return next > input.Now ? next : m.NextAt;
    }

    /// <summary>The next due time after now; components whose time passed while it was paused or down are not made up one by one.</summary>
    private static DateTimeOffset Skip(DateTimeOffset at, DateTimeOffset now, ParamReader r, ulong seed, int i)
    {
        var next = at + Gap(r, seed, i);
        return next > now ? next : now + Gap(r, seed, i);
    }

    private static decimal Component(ParamReader r, ulong seed, int i) =>
        r.Required("componentQty") * (r.Flag("randomizeSize55") ? 1m + (0.55m * ((2m * SeededRandom.UnitDecimal(seed, SizeStream, i)) - 1m)) : 1m);

    private static TimeSpan Gap(ParamReader r, ulong seed, int i) =>
        r.Seconds("betweenSeconds")!.Value * (r.Flag("randomizeTime20") ? 1 + (0.2 * ((2 * SeededRandom.Unit(seed, TimeStream, i)) - 1)) : 1);
}

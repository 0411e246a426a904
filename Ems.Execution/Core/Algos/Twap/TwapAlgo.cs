using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Algos.Twap;

/// <summary>What a TWAP remembers.</summary>
/// <param name="Slice">Newest schedule slice acted on, -1 before the first.</param>
/// <param name="Sent">Slices sent to the router, retries included: numbers the children.</param>
/// <param name="Tries">Sends for the newest slice.</param>
/// <param name="UsualSpreadBps">Slow average of the consolidated spread.</param>
public sealed record TwapMemory(int Slice, int Sent, int Tries, decimal UsualSpreadBps, DateTimeOffset LastAt) : AlgoMemory;

/// <summary>Time-weighted average price: equal parts over time, along a cumulative target (orders.md 2.1).</summary>
public sealed partial class TwapAlgo : IExecutionAlgo
{
    /// <summary>A slice that did not fill is sent again once, then left to the next (Bybit).</summary>
    private const int TriesPerSlice = 2;
    private const int FinishTries = 5;
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    public IEnumerable<FieldError> CrossCheck(ParentSpec spec, DateTimeOffset now)
    {
        var r = new ParamReader(Definition, spec);
        if (r.IsGiven("slices") && r.IsGiven("intervalSeconds"))
        {
            yield return new("parameters.slices", "exactly_one", r.Text("slices"), "Give either slices or intervalSeconds.");
        }
        if (r.IsGiven("endTime") && r.IsGiven("durationSeconds"))
        {
            yield return new("parameters.endTime", "exactly_one", r.Text("endTime"), "Give either endTime or durationSeconds.");
        }
        if (r.Time("endTime") is { } end && end <= (spec.StartTime ?? now))
        {
            yield return new("parameters.endTime", "after_start", r.Text("endTime"), "The end is not after the start.");
        }
        if (r.Seconds("intervalSeconds") is { } interval && !r.IsGiven("endTime") && interval > r.Seconds("durationSeconds"))
        {
            yield return new("parameters.intervalSeconds", "within_duration", r.Text("intervalSeconds"), "The interval is longer than the window.");
        }
        if (spec.PostOnly && r.Text("style") != "MAKER")
        {
            yield return new("postOnly", "contradiction", "true", "Post-only needs style MAKER.");
        }
        if (spec.TimeInForce is TimeInForce.Ioc or TimeInForce.Fok)
        {
            yield return new("timeInForce", "contradiction", spec.TimeInForce.ToString(), "A schedule cannot be immediate.");
        }
    }

    /// <inheritdoc/>
    public (ParentSpec Spec, IReadOnlyList<Adjustment> Adjustments) Precheck(ParentSpec spec, MarketView market, IReadOnlyList<Listing> listings, DateTimeOffset now)
    {
        var (fitted, adjustments) = Fitting.ToLot(spec, listings);
        var schedule = TwapSchedule.Of(fitted, fitted.StartTime ?? now);
        var most = Fitting.MostSlices(fitted.OrderQty, market, listings);
        if (schedule.Slices > most)
        {
            var parameters = new Dictionary<string, string>(fitted.Parameters) { ["slices"] = Fitting.Text(most) };
            parameters.Remove("intervalSeconds");
            adjustments.Add(new("parameters.slices", Fitting.Text(schedule.Slices), Fitting.Text(most), "min_slice",
                $"{schedule.Slices} slices would each be below the venues' minimum; {most} slices are not."));
            fitted = fitted with { Parameters = parameters };
        }
        return (fitted, adjustments);
    }

    /// <inheritdoc/>
    public IReadOnlyList<PlanPoint> Plan(ParentSpec spec, ulong seed, DateTimeOffset start)
    {
        var (s, r) = (TwapSchedule.Of(spec, start), new ParamReader(Definition, spec));
        var (size, time) = ((double)r.Required("randomSize"), (double)r.Required("randomTime"));
        var stride = Math.Max(1, s.Slices / 400);
        var points = new List<PlanPoint> { new(s.Start, 0m) };
        for (var i = 0; i < s.Slices; i += stride)
        {
            points.Add(new(s.DueAt(i, seed, time), s.TargetAfter(i, spec.OrderQty, seed, size)));
        }
        points.Add(new(s.End, s.TargetAfter(s.Slices - 1, spec.OrderQty, seed, size)));
        return points;
    }

    /// <inheritdoc/>
    public AlgoMemory Start(ParentSpec spec, ulong seed, MarketView market, DateTimeOffset now) => new TwapMemory(-1, 0, 0, market.SpreadBps ?? 0m, DateTimeOffset.MinValue);

    /// <inheritdoc/>
    public AlgoDecision Decide(AlgoInput input)
    {
        var m = (TwapMemory)input.Memory;
        var (spec, p, now) = (input.Spec, input.Progress, input.Now);
        var r = new ParamReader(Definition, spec);
        var s = TwapSchedule.Of(spec, input.StartedAt);
        var (size, time) = ((double)r.Required("randomSize"), (double)r.Required("randomTime"));
        if (p.UnsentQty == 0m && p.WorkingQty == 0m && p.UnknownQty == 0m)
        {
            return Over(m, new(OrdStatus.Filled, "Filled", "All filled."));
        }
        if (Immediate.Ends.Permanent(input) is { } bad)
        {
            return Over(m, bad);
        }
        if (now >= s.End && AtEnd(input, m, r) is { } ended)
        {
            return ended;
        }
        var slice = now >= s.End ? s.Slices - 1 : s.SliceAt(now, input.Seed, time);
        var next = slice + 1 < s.Slices ? s.DueAt(slice + 1, input.Seed, time) : s.End > now ? s.End : now + s.Step;
        var due = slice > m.Slice;
        if (due)
        {
            m = m with { Slice = slice, Tries = 0 };
        }
        if (slice < 0)
        {
            return new([], m, next, false, new("WaitingForSlice", "Waiting for the first slice."));
        }
        return Act(input, m, r, s, slice, next, s.TargetAfter(slice, spec.OrderQty, input.Seed, size));
    }

    private static AlgoDecision Act(AlgoInput input, TwapMemory m, ParamReader r, TwapSchedule s, int slice, DateTimeOffset next, decimal target)
    {
        var (spec, p, now, market) = (input.Spec, input.Progress, input.Now, input.Market);
        var style = r.Text("style");
        var spread = market.SpreadBps ?? m.UsualSpreadBps;
        if (m.Tries == 0)
        {
            m = m with { UsualSpreadBps = (m.UsualSpreadBps * 0.9m) + (Math.Max(0m, spread) * 0.1m) };
        }
        var actions = new List<AlgoAction>();
        // Children of earlier slices, and those that outlived their span, make room: their rest comes back as unsent.
        var span = r.Seconds("spanSeconds") ?? s.Step;
        var waiting = WaitBeforeCrossing(r, s);
        foreach (var c in input.Children.Where(c => !c.OrdStatus.IsTerminal() && c.OrdStatus != OrdStatus.PendingCancel && !c.InDoubt && c.TimeInForce == TimeInForce.Gtc))
        {
            var life = style == "MIXED" ? waiting : span;
            if (now - c.CreatedAt >= life)
            {
                actions.Add(new CancelChild(c.ClOrdId, style == "MIXED" ? "not filled while resting: crossing" : "its time in the slice is over"));
            }
            else if (c.CreatedAt + life < next)
            {
                next = c.CreatedAt + life;
            }
        }
        if (actions.Count > 0)
        {
            return new(actions, m, next, false, new("Repricing", "Waiting for a resting child to be canceled."));
        }
        if (market.Mid is not { } mid)
        {
            return new([], m, Sooner(next, now + TimeSpan.FromSeconds(1)), true, new("PausedVenue", "No venue has a fresh book."));
        }
        if (IWould(r, spec, market, p, m, now, next) is { } would)
        {
            return would;
        }
        var behind = target - p.CumQty - p.WorkingQty - p.UnknownQty;
        if (behind <= 0m)
        {
            return new([], m, next, r.Number("iWouldPrice") is not null, p.WorkingQty > 0m ? new("Working", "A child works in the books.")
                : p.UnknownQty > 0m ? new("InDoubt", "A child's fate is unknown; the venue is being asked.") : new("WaitingForSlice", "On schedule."));
        }
        if (m.Tries >= TriesPerSlice && style != "MIXED")
        {
            return new([], m, next, false, new("WaitingForSlice", "The rest of this slice is left to the next."));
        }
        if (m.Tries > 0 && now - m.LastAt < Retry)
        {
            return new([], m, Sooner(next, m.LastAt + Retry), false, new("Retrying", "Waiting for the books to refill."));
        }
        if (spec.LimitPx is { } limit && style == "TAKER" && market.BestOpposite(spec.Side) is { } best && !spec.Side.IsWithin(best, limit))
        {
            return new([], m, next, true, new("WaitingPrice", $"The best price {Fitting.Text(best)} is beyond the limit {Fitting.Text(limit)}."));
        }
        var discretion = r.Required("scheduleDiscretion") * spec.OrderQty;
        if (m.UsualSpreadBps > 0m && spread > 2m * m.UsualSpreadBps && behind < discretion && slice < s.Slices - 1)
        {
            return new([], m, Sooner(next, now + Retry), false, new("WideSpread", $"The spread is {spread:0.0} bps, usually {m.UsualSpreadBps:0.0}: waiting within the discretion."));
        }
        return Send(input, m, r, s, slice, next, behind, mid);
    }

    private static AlgoDecision Send(AlgoInput input, TwapMemory m, ParamReader r, TwapSchedule s, int slice, DateTimeOffset next, decimal behind, decimal mid)
    {
        var (spec, p, now, market) = (input.Spec, input.Progress, input.Now, input.Market);
        var planned = spec.OrderQty / s.Slices;
        var cap = planned * (r.Flag("catchUp") ? r.Required("catchUpCap") : 1m + r.Required("randomSize"));
        var last = slice == s.Slices - 1;
        var qty = Math.Min(last && r.Text("leftover") == "ADD_TO_LAST" ? Math.Max(behind, 0m) : behind, Math.Max(cap, 0m));
        var why = "";
        if (r.Number("maxParticipation") is { } rate)
        {
            if (market.QtyLastMinute is not { } volume)
            {
                return new([], m, next, false, new("NoVolume", "No tape to measure the participation against."));
            }
            var most = rate * volume * (decimal)(s.Step.TotalSeconds / 60d);
            (qty, why) = most < qty ? (most, $", capped at {rate:0.##%} of the volume") : (qty, why);
        }
        if (Fitting.LeastQty(input.Listings, mid) is { } least)
        {
            var rest = p.UnsentQty - qty;
            if (rest > 0m && rest < least && r.Text("leftover") != "LEAVE" && (last || r.Text("leftover") == "CROSS_IF_ALLOWED"))
            {
                qty = p.UnsentQty;
            }
            if (qty < least)
            {
                return p.UnsentQty < least && p.WorkingQty + p.UnknownQty == 0m && last
                    ? Over(m, Immediate.Ends.Dust(p.UnsentQty))
                    : new([], m, next, false, new("BelowMinimum", "This slice is below the venues' minimum: merged into the next."));
            }
        }
        qty = Steps.RoundDown(Math.Min(qty, p.UnsentQty), Fitting.FinestLot(input.Listings) ?? 0.00000001m);
        if (qty <= 0m)
        {
            return new([], m, next, false, new("WaitingForSlice", "Nothing on the lot grid to send."));
        }
        var style = r.Text("style");
        var ending = s.End - now < (r.Seconds("minRestSeconds") ?? TimeSpan.Zero);
        var rests = style == "MAKER" || (style == "MIXED" && m.Tries == 0 && !ending && WaitBeforeCrossing(r, s) > TimeSpan.Zero);
        var memory = m with { Sent = m.Sent + 1, Tries = m.Tries + 1, LastAt = now };
        if (rests && market.BestOwn(spec.Side) is { } touch)
        {
            var shown = Steps.RoundDown(Math.Min(qty, r.Required("maxDisplay") * spec.OrderQty), Fitting.FinestLot(input.Listings) ?? 0.00000001m);
            var life = style == "MIXED" ? WaitBeforeCrossing(r, s) : r.Seconds("spanSeconds") ?? s.Step;
            return new([new SubmitSlice(memory.Sent, shown > 0m ? shown : qty, Better(spec, touch), TimeInForce.Gtc, true, $"slice {slice + 1} of {s.Slices}, resting at the touch")],
                memory, Sooner(next, now + life), false, new("Working", "Resting at the touch."));
        }
        var tolerance = mid * (1m + (spec.Side.Sign() * r.Required("priceTolBps") / 10_000m));
        return new([new SubmitSlice(memory.Sent, qty, tolerance, TimeInForce.Ioc, false, $"slice {slice + 1} of {s.Slices}{why}")],
            memory, Sooner(next, now + Retry), false, new("Working", "Taking this slice."));
    }

    private static AlgoDecision? IWould(ParamReader r, ParentSpec spec, MarketView market, ParentProgress p, TwapMemory m, DateTimeOffset now, DateTimeOffset next)
    {
        if (r.Number("iWouldPrice") is not { } would || p.UnsentQty == 0m || market.BestOpposite(spec.Side) is not { } best || !spec.Side.IsWithin(best, would)
            || now - m.LastAt < Retry)
        {
            return null;
        }
        var memory = m with { Sent = m.Sent + 1, Tries = m.Tries + 1, LastAt = now };
        return new([new SubmitSlice(memory.Sent, p.UnsentQty, would, TimeInForce.Ioc, false, $"the price {Fitting.Text(best)} is at or better than the I-would price")],
            memory, Sooner(next, now + Retry), true, new("Working", "Taking all that is left at the I-would price."));
    }

    private static AlgoDecision? AtEnd(AlgoInput input, TwapMemory m, ParamReader r)
    {
        var p = input.Progress;
        var action = r.Text("endAction");
        if (action == "CONTINUE")
        {
            return null;
        }
        if (action == "STOP")
        {
            return Over(m, new(OrdStatus.Expired, "WindowOver", $"The window is over; {Fitting.Text(p.UnsentQty + p.WorkingQty + p.UnknownQty)} was not done."));
        }
        var resting = input.Children.Where(c => !c.OrdStatus.IsTerminal() && c.TimeInForce == TimeInForce.Gtc && c.OrdStatus != OrdStatus.PendingCancel && !c.InDoubt).ToList();
        if (resting.Count > 0)
        {
            return new([.. resting.Select(c => new CancelChild(c.ClOrdId, "finishing"))], m, input.Now + Retry, false, new("Finishing", "Canceling what rests to cross for it."));
        }
        if (p.WorkingQty + p.UnknownQty > 0m || input.Now - m.LastAt < Retry)
        {
            return new([], m, input.Now + Retry, false, new("Finishing", "Waiting for the venues' answers."));
        }
        var final = m.Slice < int.MaxValue ? m with { Slice = int.MaxValue, Tries = 0 } : m;
        if (final.Tries >= FinishTries || (Fitting.LeastQty(input.Listings, input.Market.Mid) is { } least && p.UnsentQty < least))
        {
            return Over(m, new(OrdStatus.Expired, "WindowOver", $"The window is over; {Fitting.Text(p.UnsentQty)} could not be finished."));
        }
        var memory = final with { Sent = m.Sent + 1, Tries = final.Tries + 1, LastAt = input.Now };
        return new([new SubmitSlice(memory.Sent, p.UnsentQty, null, TimeInForce.Ioc, false, "finishing at the end of the window")], memory, input.Now + Retry, false,
            new("Finishing", "Crossing for the rest."));
    }

    /// <summary>How long a MIXED child rests before it crosses: none of the slice at aggression 10, most of it at 0.</summary>
    private static TimeSpan WaitBeforeCrossing(ParamReader r, TwapSchedule s) => s.Step * (0.6 * (1 - ((double)r.Required("aggression") / 10)));

    private static decimal Better(ParentSpec spec, decimal px) => spec.LimitPx is { } limit && !spec.Side.IsWithin(px, limit) ? limit : px;

    private static DateTimeOffset Sooner(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static AlgoDecision Over(TwapMemory m, AlgoEnd end) => new([], m, null, false, new(end.Code, end.Text), end);
}

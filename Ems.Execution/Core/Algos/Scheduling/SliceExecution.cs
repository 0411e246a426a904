using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Algos.Scheduling;

/// <summary>
/// Works a schedule: at each due time it compares what is done or working with the cumulative target and sends the difference,
/// within the catch-up cap; resting children are moved, replaced or crossed for within their slice. A child in doubt counts as
/// working until the venue has spoken, so its quantity is never sent twice.
/// </summary>
internal static class SliceExecution
{
    /// <summary>A crossing that did not fill is tried again once, then left to the next slice (Bybit).</summary>
    private const int TakesPerSlice = 2;
    /// <summary>After the last slice comes none, so it is tried as long as the window lasts, within reason.</summary>
    private const int TakesOfLastSlice = 40;
    /// <summary>Crossing for the rest begins this long before the end, or half a slice: venues need time to answer, and books to refill.</summary>
    private static readonly TimeSpan FinishLead = TimeSpan.FromSeconds(5);
    /// <summary>Who rests to the end has more left to cross for, and feeds may be silent for some seconds just then.</summary>
    private static readonly TimeSpan WaitersLead = TimeSpan.FromSeconds(15);
    /// <summary>Least time between two sends of one parent.</summary>
    internal static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(500);
    /// <summary>Least time a resting child is left alone before it is re-priced (Bybit).</summary>
    private static readonly TimeSpan LeastRest = TimeSpan.FromSeconds(1);

    public static AlgoDecision Decide(AlgoInput input, ScheduleMemory m, ScheduleSettings x, Schedule s)
    {
        var (spec, p, now) = (input.Spec, input.Progress, input.Now);
        if (p.UnsentQty == 0m && p.WorkingQty == 0m && p.UnknownQty == 0m)
        {
            return Over(m, new(OrdStatus.Filled, "Filled", "All filled."));
        }
        if (Rejects.Permanent(input) is { } bad)
        {
            return Over(m, bad);
        }
        if (x.Style == Style.Maker && input.PostOnlyRejects >= Rejects.PostOnlyMax)
        {
            return Over(m, new(OrdStatus.Rejected, "PostOnlyRejected", $"It would have taken {Rejects.PostOnlyMax} times in a row."));
        }
        if (spec.ExpireTime is { } expiry && now >= expiry)
        {
            return Over(m, new(OrdStatus.Expired, "Expired", "Its time ran out."));
        }
        if (s.End <= input.StartedAt + TimeSpan.FromTicks(1) || s.SkippedSlices >= s.Slices)
        {
            return Over(m, new(OrdStatus.Expired, "WindowMissed", "Its window was over before it could start; nothing was sent."));
        }
        var (last, finish) = (LastCall(x, s), x.EndAction == EndAction.FinishAggressive ? s.End - Lead(s) : s.End);
        if (now >= finish && WindowEnd.Decide(input, m, x, s) is { } ended)
        {
            return ended;
        }
        var overtime = x.EndAction == EndAction.Continue;
        var slice = s.SliceAt(now, input.Seed, x.RandomTime, overtime);
        var next = slice + 1 < s.Slices || overtime ? s.DueAt(slice + 1, input.Seed, x.RandomTime) : s.End;
        next = Sooner(now < last ? Sooner(next, last) : next, now < finish ? finish : next);
        next = spec.ExpireTime is { } at && at < next ? at : next;
        if (slice < 0)
        {
            return new([], m, next, Watches(x), new("WaitingForSlice", "Waiting for the first slice."));
        }
        m = AdaptivePace.Watch(input, m, x);
        if (slice > m.Slice)
        {
            m = AdaptivePace.Sample(input, m, x) with { Slice = slice, First = m.Sent, Takes = 0 };
        }
        return Tend(input, m, x, s, ref next) ?? Send(input, m, x, s, next);
    }

    internal static AlgoDecision Over(AlgoMemory m, AlgoEnd end) => new([], m, null, false, new(end.Code, end.Text), end);

    internal static DateTimeOffset Sooner(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    internal static bool Watches(ScheduleSettings x) => x.IWouldPrice is not null;

    internal static bool Rests(ChildView c) =>
        !c.OrdStatus.IsTerminal() && c.OrdStatus != OrdStatus.PendingCancel && !c.InDoubt && c.TimeInForce is TimeInForce.Gtc or TimeInForce.Gtd;

    /// <summary>Cancels resting children whose time is over, that must make way for a crossing, or that the touch has left behind.</summary>
    private static AlgoDecision? Tend(AlgoInput input, ScheduleMemory m, ScheduleSettings x, Schedule s, ref DateTimeOffset next)
    {
        var (spec, now) = (input.Spec, input.Now);
        List<AlgoAction>? cancels = null;
        var pulls = BookTiming.Pulls(input, x) && !IsLate(input, m, x, s);
        foreach (var c in input.Children.Where(Rests))
        {
            var until = c.CreatedAt + x.Life(s);
            if (x.Style == Style.Mixed)
            {
                until = Sooner(Sooner(until, LastCall(x, s)), c.SliceNo > m.First || x.Waits ? CrossAt(input, m, x, s) : now);
            }
            var tick = input.Listings.FirstOrDefault(l => l.Venue == c.Venue)?.TickSize ?? 0m;
            var why = x.TooVolatile(input.Market) || AdaptivePace.Stops(input, m, x, s) ? "the volatility is above its bound"
                : x.Style == Style.Taker ? "the style is TAKER now"
                : spec.LimitPx is { } limit && !spec.Side.IsWithin(c.Px, limit) ? "beyond the new limit"
                : now >= until ? x.Style == Style.Mixed ? "not filled while resting: crossing" : "its time is over"
                : pulls && now - c.CreatedAt >= Breath ? "the books lean our way: it would be run over"
                : now - c.CreatedAt >= LeastRest && tick > 0m && input.Market.BestOwn(spec.Side) is { } touch
                    && Math.Abs(Steps.RoundPassive(ScheduleSettings.Within(spec, touch), tick, spec.Side) - c.Px) >= tick * x.RepriceTicks ? "following the touch"
                : null;
            if (why is not null)
            {
                (cancels ??= []).Add(new CancelChild(c.ClOrdId, why));
            }
            next = Sooner(next, now >= until ? next : until);
            next = BookTiming.Applies(x) ? Sooner(next, now + BookTiming.Look(s)) : next;
        }
        return cancels is null ? null : new(cancels, m, next, false, new("Repricing", "Waiting for a resting child to be canceled."));
    }

    private static AlgoDecision Send(AlgoInput input, ScheduleMemory m, ScheduleSettings x, Schedule s, DateTimeOffset next)
    {
        var (spec, p, now, market) = (input.Spec, input.Progress, input.Now, input.Market);
        if (market.Mid is not { } mid || market.BestOpposite(spec.Side) is not { } far || market.BestOwn(spec.Side) is not { } near)
        {
            return Idle(Sooner(next, now + TimeSpan.FromSeconds(1)), "PausedVenue", "No venue has a fresh book.", true);
        }
        if (x.TooVolatile(market))
        {
            return Idle(Sooner(next, now + TimeSpan.FromSeconds(1)), "Volatile", $"The volatility is {market.VolatilityBps:0} bps per root hour, its bound {x.PauseAboveVolBps:0}: nothing is sent.");
        }
        if (AdaptivePace.Stops(input, m, x, s))
        {
            var stop = AdaptivePace.StopText(input, m, x);
            return Idle(Sooner(next, now + TimeSpan.FromSeconds(1)), stop.Code, stop.Text);
        }
        var again = m.LastAt + Breath;
        if (Rejects.RetryAt(input) is { } later && later > again)
        {
            again = later;
        }
        if (x.IWouldPrice is { } would && p.UnsentQty > 0m && spec.Side.IsWithin(far, would) && now >= again
            && Sizing.Fit(p.UnsentQty, input, x, Math.Min(mid, would)) is { Qty: > 0m } all)
        {
            return new([new SubmitSlice(m.Sent + 1, all.Qty, ScheduleSettings.Within(spec, would), TimeInForce.Ioc, false, $"the price {Fitting.Text(far)} is at or better than the I-would price")],
                m.AfterSend(now, false), Sooner(next, now + Breath), true, new("Working", "Taking all that is left at the I-would price."));
        }
        var committed = p.CumQty + p.WorkingQty + p.UnknownQty;
        var behind = s.TargetAfter(m.Slice, spec.OrderQty, input.Seed, x.RandomSize) - committed;
        if (behind <= 0m || p.UnsentQty == 0m)
        {
            return p.UnknownQty > 0m ? Idle(next, "InDoubt", "A child's fate is unknown; the venue is being asked.")
                : p.WorkingQty > 0m ? Idle(next, "Working", "A child works in the books.")
                : Idle(next, "WaitingForSlice", "On schedule.");
        }
        if (now < again)
        {
            return Idle(Sooner(next, again), "Retrying", "Waiting for the books to refill.");
        }
        var lag = s.TargetAfter(m.Slice - 1, spec.OrderQty, input.Seed, x.RandomSize) - committed;
        var ending = x.EndAction != EndAction.Continue && (x.Style == Style.Maker ? s.End - now < x.MinRest : now >= LastCall(x, s));
        var crosses = x.Style == Style.Taker || (x.Style == Style.Mixed
            && (now >= CrossAt(input, m, x, s) || ending || lag > x.ToleranceBand * spec.OrderQty || input.PostOnlyRejects >= Rejects.PostOnlyMax));
        if (ending && x.Style == Style.Maker)
        {
            return Idle(next, "TooLate", "Too little time is left for a child to rest.");
        }
        var worst = crosses ? x.WorstPx(spec, mid) : ScheduleSettings.Within(spec, near);
        var size = Sizing.Of(input, m, x, s, behind, Math.Min(mid, worst));
        crosses |= size.Merged && x.Leftover == Leftover.CrossIfAllowed && !spec.PostOnly;
        if (size.Qty <= 0m)
        {
            return size.Code == "Dust" && m.Slice >= s.Slices - 1 && p.WorkingQty + p.UnknownQty == 0m
                ? Over(m, Immediate.Ends.Dust(p.UnsentQty))
                : Idle(next, size.Code, size.Text);
        }
        if (!crosses)
        {
            if (!IsLate(input, m, x, s) && BookTiming.Resting(input, x) is { } leaning)
            {
                return Idle(Sooner(next, now + BookTiming.Look(s)), leaning.Code, leaning.Text);
            }
            var shown = Sizing.Shown(size.Qty, input, x, worst);
            var until = x.Style == Style.Mixed ? Sooner(now + x.Life(s), CrossAt(input, m, x, s)) : now + x.Life(s);
            return new([new SubmitSlice(m.Sent + 1, shown, worst, spec.TimeInForce == TimeInForce.Gtd ? TimeInForce.Gtd : TimeInForce.Gtc, true, $"slice {m.Slice + 1} of {s.Slices}, resting at the touch{size.Text}")],
                m.AfterSend(now, false), Sooner(BookTiming.Applies(x) ? Sooner(next, now + BookTiming.Look(s)) : next, until > now ? until : next), Watches(x), new("Working", "Resting at the touch."));
        }
        if (spec.LimitPx is { } limit && !spec.Side.IsWithin(far, limit))
        {
            return Idle(next, "WaitingPrice", $"The best price {Fitting.Text(far)} is beyond the limit {Fitting.Text(limit)}.", true);
        }
        if (m.Takes >= (m.Slice < s.Slices - 1 ? TakesPerSlice : TakesOfLastSlice))
        {
            return Idle(next, "WaitingForSlice", "The rest of this slice is left to the next.");
        }
        if (lag < x.Discretion * spec.OrderQty && AdaptivePace.MayWait(input, m, x, s, behind)
            && (AdaptivePace.Slows(input, m, x) ?? Reluctance(input, m, size.Qty, worst) ?? BookTiming.Crossing(input, x)) is { } why)
        {
            return Idle(Sooner(next, now + BookTiming.Look(s)), why.Code, why.Text);
        }
        return new([new SubmitSlice(m.Sent + 1, size.Qty, x.WorstPx(spec, mid), TimeInForce.Ioc, false, $"slice {m.Slice + 1} of {s.Slices}{size.Text}{Shifted(input, m, x, s)}")],
            m.AfterSend(now, true), Sooner(next, now + Breath), Watches(x), new("Working", "Taking this slice."));

        AlgoDecision Idle(DateTimeOffset at, string code, string text, bool watch = false) => new([], m, at, watch || Watches(x), new(code, text));
    }

    /// <summary>From here on it crosses for what is left, unless it only rests or goes on after the end.</summary>
    private static DateTimeOffset LastCall(ScheduleSettings x, Schedule s) =>
        x.EndAction == EndAction.Continue ? s.End : s.End - (x.Style == Style.Mixed && x.MinRest > Lead(s, x.Waits) ? x.MinRest : Lead(s, x.Waits));

    private static TimeSpan Lead(Schedule s, bool waits = false) => Least(s.Step / 2, waits ? WaitersLead : FinishLead);

    private static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b;

    /// <summary>Whether it is behind its plan by its discretion, or in its last slice: no time to be choosy.</summary>
    private static bool IsLate(AlgoInput input, ScheduleMemory m, ScheduleSettings x, Schedule s) => m.Slice >= s.Slices - 1
        || s.TargetAfter(m.Slice - 1, input.Spec.OrderQty, input.Seed, x.RandomSize) - input.Progress.CumQty >= x.Discretion * input.Spec.OrderQty;

    /// <summary>When the newest slice stops resting and crosses: its aggression follows the market within the discretion.</summary>
    private static DateTimeOffset CrossAt(AlgoInput input, ScheduleMemory m, ScheduleSettings x, Schedule s) =>
        s.DueAt(m.Slice, input.Seed, x.RandomTime) + x.Patience(s, Shift(input, m, x, s));

    private static int Shift(AlgoInput input, ScheduleMemory m, ScheduleSettings x, Schedule s)
    {
        if (x.Style != Style.Mixed)
        {
            return 0;
        }
        decimal Behind(int slice) => s.TargetAfter(slice, input.Spec.OrderQty, input.Seed, x.RandomSize) - input.Progress.CumQty;
        return AdaptivePace.Shift(input, m, x, Behind(m.Slice), Behind(m.Slice - 1));
    }

    private static string Shifted(AlgoInput input, ScheduleMemory m, ScheduleSettings x, Schedule s) =>
        Shift(input, m, x, s) is var shift and not 0 ? $", aggression {Math.Clamp(x.Aggression + shift, 0, 10)} for this market" : "";

    /// <summary>Why to hold back within the discretion: a wide spread, or a book thinner than the slice.</summary>
    private static WhyIdle? Reluctance(AlgoInput input, ScheduleMemory m, decimal qty, decimal worst)
    {
        var side = input.Spec.Side;
        if (m.UsualSpreadBps > 0m && input.Market.SpreadBps is { } spread && spread > 2m * m.UsualSpreadBps)
        {
            return new("WideSpread", $"The spread is {spread:0.0} bps, usually {m.UsualSpreadBps:0.0}: waiting within the discretion.");
        }
        var depth = AdaptivePace.Depth(input, worst);
        return depth < qty ? new("ThinBook", $"The books hold {Fitting.Text(depth)} within the tolerance: waiting within the discretion.") : null;
    }
}

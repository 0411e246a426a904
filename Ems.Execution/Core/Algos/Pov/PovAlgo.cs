using Ems.Execution.Core.Algos.Immediate;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Algos.Pov;

/// <summary>What a participation order remembers.</summary>
/// <param name="Sent">Slices sent.</param>
/// <param name="TickAt">When volume was last counted.</param>
/// <param name="Target">What should be done by now, base units.</param>
/// <param name="OwnCum">Own fills at the last count.</param>
/// <param name="LastAt">When it last sent.</param>
/// <param name="Pending">The newest count has not been acted on yet.</param>
/// <param name="Finishing">Crossings tried after completeBy.</param>
/// <param name="Minute">The running minute at the last count, from 1970-01-01 UTC; 0 before the first.</param>
/// <param name="MinuteQty">What that minute had traded by then.</param>
/// <param name="Marks">What was done or under way at earlier counts, oldest first: as far back as the window reaches.</param>
public sealed record PovMemory(
    int Sent, DateTimeOffset TickAt, decimal Target, decimal OwnCum, DateTimeOffset LastAt, bool Pending, int Finishing, long Minute = 0, decimal MinuteQty = 0m,
    PovMarks? Marks = null) : AlgoMemory;

/// <summary>Marks, oldest first.</summary>
public sealed record PovMarks(IReadOnlyList<PovMark> All)
{
    /// <inheritdoc/>
    public bool Equals(PovMarks? other) => other is not null && All.SequenceEqual(other.All);

    /// <inheritdoc/>
    public override int GetHashCode() => All.Count;
}

/// <summary>What was done or under way at a moment, base units.</summary>
public readonly record struct PovMark(DateTimeOffset At, decimal Own);

/// <summary>
/// Percentage of volume: each interval adds rate / (1 − rate) of what others traded to its target (own prints are not counted), so that
/// own / (own + others) comes to the rate. With a band the rate moves between its edges with the price against arrival.
/// </summary>
public sealed class PovAlgo : IExecutionAlgo
{
    private const uint JitterStream = 41;
    private const int FinishTriesMax = 20, MarksPerWindow = 10;
    /// <summary>What a window may be above the rate.</summary>
    private const decimal Allowance = 1.2m;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    public AlgoDescriptor Descriptor => Definition;

    /// <summary>Prints of more than this are not volume for the order; null for all. The market is shown to it without them.</summary>
    public static decimal? BlockFilter(ParentSpec spec) => spec.Strategy == Definition.Name ? new ParamReader(Definition, spec).Number("blockFilter") : null;

    /// <summary>The parameters, once.</summary>
    public static readonly AlgoDescriptor Definition = new("POV", "Percentage of volume", "Trades along with the market at a share of its volume; no volume, no progress.",
    [
        new("rate", ParamType.Percent, "Rate", "Share of the volume to be, own fills included.", "", Default: "0.1", Min: 0.001m, Max: 0.5m, MaxDecimals: 4, Updatable: true),
        new("minRate", ParamType.Percent, "Least rate", "Rate when the price is worse than arrival by the scale or more.", "", Min: 0.001m, Max: 0.5m, MaxDecimals: 4, Updatable: true),
        new("maxRate", ParamType.Percent, "Highest rate", "Rate when the price is better than arrival by the scale or more.", "", Min: 0.001m, Max: 0.5m, MaxDecimals: 4, Updatable: true),
        new("scaleBps", ParamType.Decimal, "Scale", "Distance from arrival at which the band's edges are reached.", "bps", Default: "20", Min: 1, Max: 1_000, MaxDecimals: 2, Updatable: true),
        new("intervalSeconds", ParamType.Seconds, "Interval", "Time between two counts of the volume.", "s", Default: "10", Min: 1, Max: 60, MaxDecimals: 0, Updatable: true),
        new("randomTime", ParamType.Percent, "Random time", "Intervals vary by up to this fraction, drawn from the order's seed.", "", Default: "0.2", Min: 0, Max: 0.5m, MaxDecimals: 4, Group: "Stealth"),
        new("windowSeconds", ParamType.Seconds, "Window", "Over so long the order takes no more than its share and a fifth: what it is behind after a pause is made up slowly. Empty: at once, which keeps closest to the rate.", "s", Min: 10, Max: 600, MaxDecimals: 0, Updatable: true, Group: "Advanced"),
        new("urgency", ParamType.Choice, "Urgency", "How much of what is behind goes at each count: HIGH all, MEDIUM two thirds, LOW a third; the rest follows with the next counts.", "", Default: "HIGH", Choices: ["LOW", "MEDIUM", "HIGH"], Updatable: true, Group: "Advanced"),
        new("includeOwn", ParamType.Bool, "Count own prints", "Whether own fills count as the market's volume.", "", Default: "false", Updatable: true, Group: "Advanced"),
        new("blockFilter", ParamType.Quantity, "Ignore blocks above", "Prints larger than this do not count as volume: they were arranged, and following them would be chasing. Empty counts all.", "base", Min: 0.00000001m, Max: 1_000_000_000m, Updatable: true, Group: "Limits"),
        new("style", ParamType.Choice, "Style", "TAKER crosses at each interval; MAKER rests at the near touch.", "", Default: "TAKER", Choices: ["TAKER", "MAKER"], Updatable: true),
        new("priceTolBps", ParamType.Decimal, "Price tolerance", "Worst distance of a crossing child from the mid.", "bps", Default: "100", Min: 1, Max: 1_000, MaxDecimals: 2, Updatable: true, Group: "Limits"),
        new("durationSeconds", ParamType.Seconds, "Duration", "Ends after this long with what is filled; empty for no end.", "s", Min: 10, Max: 604_800, MaxDecimals: 0, Updatable: true),
        new("completeBy", ParamType.Time, "Complete by", "From this moment on it crosses within the limit for what is missing to the least completion, whatever the volume (ISO 8601, UTC).", "", Updatable: true),
        new("minCompletion", ParamType.Percent, "Least completion", "Part of the order that must be done by then; what is beyond it goes on with the volume.", "", Default: "1", Min: 0.01m, Max: 1, MaxDecimals: 4, Updatable: true),
        new("iWouldPrice", ParamType.Price, "I would", "At this price or better take all that is left at once.", "quote", Min: 0.00000001m, Max: 1_000_000_000m, Updatable: true, Group: "Limits"),
    ], AllowsPostOnly: true);

    /// <inheritdoc/>
    public IEnumerable<FieldError> CrossCheck(ParentSpec spec, DateTimeOffset now)
    {
        var r = new ParamReader(Descriptor, spec);
        if (r.Number("minRate") > r.Required("rate"))
        {
            yield return new("parameters.minRate", "order", r.Text("minRate"), "The least rate is above the rate.");
        }
        if (r.Number("maxRate") < r.Required("rate"))
        {
            yield return new("parameters.maxRate", "order", r.Text("maxRate"), "The highest rate is below the rate.");
        }
        if (r.Time("completeBy") is { } by && by <= (spec.StartTime > now ? spec.StartTime.Value : now))
        {
            yield return new("parameters.completeBy", "after_start", r.Text("completeBy"), "It must come after the start.");
        }
        if (r.Required("minCompletion") < 1m && !r.IsGiven("completeBy"))
        {
            yield return new("parameters.minCompletion", "needs", r.Text("minCompletion"), "A least completion needs the time it is due: completeBy.");
        }
        if (r.Number("iWouldPrice") is { } would && spec.LimitPx is { } limit && !spec.Side.IsWithin(would, limit))
        {
            yield return new("parameters.iWouldPrice", "within_limit", r.Text("iWouldPrice"), "The I-would price is beyond the limit price.");
        }
        if (spec.PostOnly && (r.Text("style") != "MAKER" || r.IsGiven("completeBy") || r.IsGiven("iWouldPrice")))
        {
            yield return new("postOnly", "contradiction", "true", "Post-only needs style MAKER, no completeBy and no I-would price.");
        }
        if (spec.TimeInForce is TimeInForce.Ioc or TimeInForce.Fok)
        {
            yield return new("timeInForce", "contradiction", spec.TimeInForce.ToString(), "Participation cannot be immediate.");
        }
    }

    /// <inheritdoc/>
    public (ParentSpec Spec, IReadOnlyList<Adjustment> Adjustments) Precheck(ParentSpec spec, MarketView market, IReadOnlyList<Listing> listings, DateTimeOffset now) => Fitting.ToLot(spec, listings);

    /// <inheritdoc/>
    public IReadOnlyList<PlanPoint> Plan(ParentSpec spec, ulong seed, DateTimeOffset start) =>
        new ParamReader(Descriptor, spec).Seconds("durationSeconds") is { } d ? [new(start, 0m), new(start + d, spec.OrderQty)] : [new(start, 0m)];

    /// <inheritdoc/>
    public AlgoMemory Start(ParentSpec spec, ulong seed, MarketView market, DateTimeOffset now) => new PovMemory(
        0, now, 0m, 0m, DateTimeOffset.MinValue, false, 0, market.Volume?.Open ?? 0, (decimal)(market.Volume?.OpenQty ?? 0));

    /// <inheritdoc/>
    public AlgoDecision Decide(AlgoInput input)
    {
        var m = (PovMemory)input.Memory;
        var r = new ParamReader(Descriptor, input.Spec);
        var (p, now) = (input.Progress, input.Now);
        if (Ends.Common(input) is { } end)
        {
            return Ends.Over(m, end);
        }
        if (r.Seconds("durationSeconds") is { } d && now >= input.StartedAt + d)
        {
            return Ends.Over(m, new(OrdStatus.Expired, "WindowOver", $"The window is over; {Fitting.Text(p.OrderQty - p.CumQty)} was not done."));
        }
        if (r.Text("style") == "MAKER" && input.PostOnlyRejects >= Rejects.PostOnlyMax)
        {
            return Ends.Over(m, Ends.PostOnly);
        }
        if (r.Time("completeBy") is { } by && now >= by && Missing(input, r) is var missing and > 0m)
        {
            return Finish(input, m, missing);
        }
        if (IWould(input, m, r) is { } all)
        {
            return all;
        }
        var jitter = 1 + ((double)r.Required("randomTime") * ((2 * SeededRandom.Unit(input.Seed, JitterStream, m.TickAt.UtcTicks)) - 1));
        var due = m.TickAt + (r.Seconds("intervalSeconds")!.Value * jitter);
        if (now < due && !m.Pending)
        {
            return Ends.Idle(m, Until(input, r, due), p.UnknownQty > 0m ? "InDoubt" : p.WorkingQty > 0m ? "Working" : "WaitingForVolume", "Waiting for the next count of the volume.", r.IsGiven("iWouldPrice"));
        }
        var rate = Rate(input, r);
        if (now >= due)
        {
            if (input.Market.QtyLastMinute is not { } minute)
            {
                return Ends.Idle(m, Until(input, r, now + TimeSpan.FromSeconds(1)), "NoVolume", "No tape to participate in.");
            }
            var span = (decimal)Math.Min(60, (now - m.TickAt).TotalSeconds) / 60m;
            var own = r.Flag("includeOwn");
            // Counted print by print where that is written down; else the last minute's pace, which follows half a minute late.
            var volume = Math.Max(0m, (Printed(input.Market.Volume, m, r) ?? (minute * span)) - (own ? 0m : p.CumQty - m.OwnCum));
            m = m with
            {
                Minute = input.Market.Volume?.Open ?? 0, MinuteQty = (decimal)(input.Market.Volume?.OpenQty ?? 0),
                TickAt = now, Target = Math.Min(p.OrderQty, Math.Round(m.Target + ((own ? rate : rate / (1m - rate)) * volume), 12)), OwnCum = p.CumQty, Pending = true,
                Marks = r.Seconds("windowSeconds") is { } window ? Marked(m.Marks, window, new(now, p.CumQty + p.WorkingQty + p.UnknownQty)) : null,
            };
        }
        var work = Work(input, m, r, rate);
        return r.IsGiven("iWouldPrice") ? work with { WatchMarket = true } : work;
    }

    /// <summary>What has printed since the last count; null when it is not known whole, is too long ago, or blocks are left out.</summary>
    private static decimal? Printed(VolumeHistory? volume, PovMemory m, ParamReader r)
    {
        if (volume is null || m.Minute == 0 || volume.Open < m.Minute || volume.Open - m.Minute > 2 || r.IsGiven("blockFilter"))
        {
            return null;
        }
        var sum = volume.OpenQty;
        for (var minute = m.Minute; minute < volume.Open; minute++)
        {
            sum += volume[minute];
        }
        return double.IsNaN(sum) ? null : Math.Max(0m, (decimal)sum - m.MinuteQty);
    }

    private static AlgoDecision Work(AlgoInput input, PovMemory m, ParamReader r, decimal rate)
    {
        var (spec, p, now, market) = (input.Spec, input.Progress, input.Now, input.Market);
        var next = Until(input, r, now + (r.Seconds("intervalSeconds")!.Value * 0.5));
        // What rested through the interval makes way for the next one; its rest comes back as unsent.
        var resting = input.Children.Where(Scheduling.SliceExecution.Rests).Select(c => new CancelChild(c.ClOrdId, "the interval is over")).ToList<AlgoAction>();
        if (resting.Count > 0 || p.WorkingQty > 0m)
        {
            return new(resting, m, Until(input, r, now + Pause), false, new("Repricing", "Replacing what rests."));
        }
        if (Taking.NotBefore(input, m.Sent, m.LastAt) is var again && now < again)
        {
            return Ends.Idle(m, Until(input, r, again), "Retrying", "Waiting for the books to refill.");
        }
        if (market.Mid is not { } mid || market.BestOpposite(spec.Side) is not { } far || market.BestOwn(spec.Side) is not { } near)
        {
            return Ends.Idle(m, next, "PausedVenue", "No venue has a fresh book.");
        }
        var maker = r.Text("style") == "MAKER";
        var px = Ends.Within(spec, maker ? near : mid * (1m + (spec.Side.Sign() * r.Required("priceTolBps") / 10_000m)));
        if (!maker && !spec.Side.IsWithin(far, px))
        {
            return Ends.Idle(m, next, "WaitingPrice", $"The best price {Fitting.Text(far)} is beyond the limit.");
        }
        var behind = m.Target - p.CumQty - p.WorkingQty - p.UnknownQty;
        var wanted = behind * (r.Text("urgency") switch { "LOW" => 1m / 3m, "MEDIUM" => 2m / 3m, _ => 1m });
        // A part below the venues' minimum goes with what follows it, as long as that much is behind.
        wanted = Math.Min(behind, Math.Max(wanted, Fitting.LeastQty(input.Listings, Math.Min(px, mid)) ?? 0m));
        if (Room(input, m, r, rate) is { } room && room < wanted)
        {
            wanted = room;
        }
        var qty = Ends.Sendable(input, wanted, Math.Min(px, mid));
        if (qty <= 0m)
        {
            return Ends.Idle(m with { Pending = false }, next, p.UnknownQty > 0m ? "InDoubt" : "WaitingForVolume", $"At {rate:0.##%} of the volume.");
        }
        var sent = m with { Sent = m.Sent + 1, LastAt = now, Pending = false };
        return new([new SubmitSlice(sent.Sent, qty, px, maker ? TimeInForce.Gtc : TimeInForce.Ioc, maker, $"{rate:0.##%} of the volume")], sent, next, false, new("Working", $"At {rate:0.##%} of the volume."));
    }

    /// <summary>What the window still has room for, its share and a fifth; null without a window or while its volume is not known.</summary>
    private static decimal? Room(AlgoInput input, PovMemory m, ParamReader r, decimal rate)
    {
        var now = input.Now;
        if (r.Seconds("windowSeconds") is not { } window)
        {
            return null;
        }
        var from = now - window > input.StartedAt ? now - window : input.StartedAt;
        if (input.Market.Volume is not { } history || r.IsGiven("blockFilter") || history.Between(from, now) is not { } volume || m.Marks?.All is not { Count: > 0 } marks)
        {
            return null;
        }
        var p = input.Progress;
        var own = p.CumQty + p.WorkingQty + p.UnknownQty - (marks[0].At <= from ? marks[0].Own : 0m);
        var others = Math.Max(0m, (decimal)volume - (r.Flag("includeOwn") ? 0m : own));
        return Math.Max(0m, (Allowance * (r.Flag("includeOwn") ? rate : rate / (1m - rate)) * others) - own);
    }

    /// <summary>The marks with a new one, as many as tell what was done when the window began.</summary>
    private static PovMarks Marked(PovMarks? marks, TimeSpan window, PovMark now)
    {
        var kept = (marks?.All ?? []).ToList();
        // No closer than a tenth of the window, so that a long one with quick counts remembers little.
        if (kept.Count == 0 || now.At - kept[^1].At >= window / MarksPerWindow)
        {
            kept.Add(now);
        }
        while (kept.Count > 1 && kept[1].At <= now.At - window)
        {
            kept.RemoveAt(0);
        }
        return new(kept);
    }

    /// <summary>All that is left at the I-would price or better, once nothing works; null when the price is not there.</summary>
    private static AlgoDecision? IWould(AlgoInput input, PovMemory m, ParamReader r)
    {
        var (spec, p, now) = (input.Spec, input.Progress, input.Now);
        if (r.Number("iWouldPrice") is not { } would || input.Market.BestOpposite(spec.Side) is not { } far || !spec.Side.IsWithin(far, would))
        {
            return null;
        }
        var resting = input.Children.Where(Scheduling.SliceExecution.Rests).Select(c => new CancelChild(c.ClOrdId, "taking at the I-would price")).ToList<AlgoAction>();
        if (resting.Count > 0 || p.WorkingQty + p.UnknownQty > 0m)
        {
            return new(resting, m, now + Pause, true, new("Working", "Making way for the I-would price."));
        }
        if (Taking.NotBefore(input, m.Sent, m.LastAt) is var again && now < again)
        {
            return Ends.Idle(m, again, "Retrying", "Waiting for the books to refill.", true);
        }
        var px = Ends.Within(spec, would);
        var qty = Ends.Sendable(input, p.UnsentQty, Math.Min(px, far));
        if (qty <= 0m)
        {
            return null;
        }
        var sent = m with { Sent = m.Sent + 1, LastAt = now };
        return new([new SubmitSlice(sent.Sent, qty, px, TimeInForce.Ioc, false, $"the price {Fitting.Text(far)} is at or better than the I-would price")], sent, now + Pause, true,
            new("Working", "Taking all that is left at the I-would price."));
    }

    /// <summary>What is missing to the least completion: nothing that works counts against it, and a rest no venue would take belongs to it.</summary>
    private static decimal Missing(AlgoInput input, ParamReader r)
    {
        var p = input.Progress;
        var wanted = (r.Required("minCompletion") * p.OrderQty) - p.CumQty;
        return wanted <= 0m ? 0m : r.Required("minCompletion") == 1m ? p.UnsentQty + p.WorkingQty + p.UnknownQty : wanted;
    }

    private static AlgoDecision Finish(AlgoInput input, PovMemory m, decimal missing)
    {
        var (p, now) = (input.Progress, input.Now);
        var resting = input.Children.Where(Scheduling.SliceExecution.Rests).Select(c => new CancelChild(c.ClOrdId, "completing")).ToList<AlgoAction>();
        if (resting.Count > 0 || p.WorkingQty + p.UnknownQty > 0m)
        {
            return new(resting, m, now + Pause, false, new("Finishing", "Waiting for the venues' answers."));
        }
        if (Taking.NotBefore(input, m.Sent, m.LastAt) is var again && now < again)
        {
            return Ends.Idle(m, again, "Finishing", "Waiting for the books to refill.");
        }
        if (m.Finishing >= FinishTriesMax)
        {
            return Ends.Over(m, new(OrdStatus.Canceled, "NoLiquidity", $"{Fitting.Text(p.UnsentQty)} found no liquidity within the limit."));
        }
        var px = Ends.Within(input.Spec, input.Market.Mid ?? input.Spec.LimitPx ?? 0m);
        var least = Fitting.LeastQty(input.Listings, px) ?? 0m;
        var qty = missing >= p.UnsentQty ? p.UnsentQty : Ends.Sendable(input, Math.Max(Steps.RoundUp(missing, Fitting.FinestLot(input.Listings) ?? 0.00000001m), least), px);
        if (qty <= 0m)
        {
            return Ends.Over(m, Ends.Dust(p.UnsentQty));
        }
        var sent = m with { Sent = m.Sent + 1, LastAt = now, Finishing = m.Finishing + 1 };
        return new([new SubmitSlice(sent.Sent, qty, input.Spec.LimitPx, TimeInForce.Ioc, false, "completing by its time")], sent, now + Pause, false, new("Finishing", "Crossing for the rest."));
    }

    /// <summary>The rate now: between the band's edges by how much better or worse than arrival the price is.</summary>
    private static decimal Rate(AlgoInput input, ParamReader r)
    {
        var rate = r.Required("rate");
        if (input.ArrivalPx is not { } arrival || arrival <= 0m || input.Market.Mid is not { } mid)
        {
            return rate;
        }
        var better = Math.Clamp((arrival - mid) / arrival * 10_000m * input.Spec.Side.Sign() / r.Required("scaleBps"), -1m, 1m);
        return better >= 0m ? rate + (better * ((r.Number("maxRate") ?? rate) - rate)) : rate + (better * (rate - (r.Number("minRate") ?? rate)));
    }

    private static DateTimeOffset Until(AlgoInput input, ParamReader r, DateTimeOffset at)
    {
        foreach (var end in (DateTimeOffset?[])[input.Spec.ExpireTime, r.Time("completeBy"), r.Seconds("durationSeconds") is { } d ? input.StartedAt + d : null])
        {
            at = end < at && end > input.Now ? end.Value : at;
        }
        return at;
    }
}

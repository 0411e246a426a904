using Ems.Execution.Core.Algos.Immediate;
using Ems.Execution.Core.Algos.Scheduling;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Algos.Peg;

/// <summary>What a peg remembers: slices sent, when the last was, and the most aggressive price it has shown.</summary>
public sealed record PegMemory(int Sent, DateTimeOffset LastAt, decimal? Best) : AlgoMemory;

/// <summary>Rests at a distance from a moving reference and follows it (peg, chase; orders.md 2.2). One child at a time.</summary>
public sealed class PegAlgo : IExecutionAlgo
{
    /// <inheritdoc/>
    public AlgoDescriptor Descriptor { get; } = new("PEG", "Peg / chase", "Rests at a distance from the best, mid, opposite or last price and follows it, never beyond the limit.",
    [
        new("reference", ParamType.Choice, "Reference", "BEST: the near touch; MID; OPPOSITE: the far touch (takes); LAST: the newest print.", "", Default: "BEST", Choices: ["BEST", "MID", "OPPOSITE", "LAST"], Updatable: true, Group: "Price"),
        new("offset", ParamType.Decimal, "Offset", "Distance behind the reference; 0 joins it, below 0 goes ahead of it.", "", Default: "0", Min: -1_000_000m, Max: 1_000_000m, Updatable: true, Group: "Price"),
        new("offsetType", ParamType.Choice, "Offset in", "PRICE in quote units, BPS of the reference, TICKS of the finest listing, DEPTH in base units: rests where so much of the own side is ahead of it.", "", Default: "TICKS", Choices: ["PRICE", "BPS", "TICKS", "DEPTH"], Updatable: true, Group: "Price"),
        new("repriceTicks", ParamType.Integer, "Re-price after", "Follows when it is this many ticks away.", "ticks", Default: "2", Min: 1, Max: 1_000, MaxDecimals: 0, Updatable: true, Group: "Price"),
        new("minRestMs", ParamType.Integer, "Rest at least", "Is not moved before it has rested this long.", "ms", Default: "1000", Min: 100, Max: 600_000, MaxDecimals: 0, Updatable: true, Group: "Price"),
        new("maxDisplay", ParamType.Percent, "Max display", "Most of the order to show at once.", "", Default: "1", Min: 0.01m, Max: 1, MaxDecimals: 4, Updatable: true, Group: "Stealth"),
        new("dontRetreat", ParamType.Bool, "Don't retreat", "Follows only towards the other side, never back.", "", Default: "false", Updatable: true, Group: "Advanced"),
        new("maxChaseBps", ParamType.Decimal, "Max chase", "Farthest from the arrival mid it follows to the worse side; empty for the limit alone.", "bps", Min: 0, Max: 10_000, MaxDecimals: 2, Updatable: true, Group: "Limits"),
        new("maxChasePx", ParamType.Price, "Max chase, price", "The same as a distance in price.", "quote", Min: 0.00000001m, Max: 1_000_000_000m, Updatable: true, Group: "Limits"),
        new("wouldCross", ParamType.Price, "Would cross", "At this price or better it takes all that is left.", "quote", Min: 0.00000001m, Max: 1_000_000_000m, Updatable: true, Group: "Limits"),
    ], AllowsPostOnly: true);

    /// <inheritdoc/>
    public IEnumerable<FieldError> CrossCheck(ParentSpec spec, DateTimeOffset now)
    {
        var r = new ParamReader(Descriptor, spec);
        if (r.Text("offsetType") == "BPS" && Math.Abs(r.Required("offset")) >= 10_000m)
        {
            yield return new("parameters.offset", "max", r.Text("offset"), "An offset of 10,000 bps or more is the whole price.");
        }
        if (r.Text("offsetType") == "DEPTH" && (r.Text("reference") != "BEST" || r.Required("offset") < 0m))
        {
            yield return new("parameters.offsetType", "contradiction", "DEPTH", "A depth is counted from the best own price backwards: reference BEST, offset 0 or more.");
        }
        if (r.IsGiven("maxChaseBps") && r.IsGiven("maxChasePx"))
        {
            yield return new("parameters.maxChasePx", "exactly_one", r.Text("maxChasePx"), "Give either maxChaseBps or maxChasePx.");
        }
        if (spec.PostOnly && (r.Text("reference") == "OPPOSITE" || r.IsGiven("wouldCross")))
        {
            yield return new("postOnly", "contradiction", "true", "Pegging to the opposite side and crossing take; they cannot be post-only.");
        }
        if (spec.TimeInForce is TimeInForce.Ioc or TimeInForce.Fok)
        {
            yield return new("timeInForce", "contradiction", spec.TimeInForce.ToString(), "A peg rests; it cannot be immediate.");
        }
    }

    /// <inheritdoc/>
    public (ParentSpec Spec, IReadOnlyList<Adjustment> Adjustments) Precheck(ParentSpec spec, MarketView market, IReadOnlyList<Listing> listings, DateTimeOffset now) => Fitting.ToLot(spec, listings);

    /// <inheritdoc/>
    public IReadOnlyList<PlanPoint> Plan(ParentSpec spec, ulong seed, DateTimeOffset start) => [new(start, spec.OrderQty)];

    /// <inheritdoc/>
    public AlgoMemory Start(ParentSpec spec, ulong seed, MarketView market, DateTimeOffset now) => new PegMemory(0, DateTimeOffset.MinValue, null);

    /// <inheritdoc/>
    public AlgoDecision Decide(AlgoInput input)
    {
        var m = (PegMemory)input.Memory;
        var r = new ParamReader(Descriptor, input.Spec);
        var (spec, p, now, market) = (input.Spec, input.Progress, input.Now, input.Market);
        if (Ends.Common(input) is { } end)
        {
            return Ends.Over(m, end);
        }
        if (input.PostOnlyRejects >= Rejects.PostOnlyMax)
        {
            return Ends.Over(m, Ends.PostOnly);
        }
        if (p.UnknownQty > 0m)
        {
            return Ends.Idle(m, spec.ExpireTime, "InDoubt", "A child's fate is unknown; the venue is being asked.");
        }
        if (Px(input, m, r) is not { } px)
        {
            return Ends.Idle(m, spec.ExpireTime, "PausedVenue", "No fresh price to peg to.", true);
        }
        var crosses = r.Number("wouldCross") is { } would && market.BestOpposite(spec.Side) is { } far && spec.Side.IsWithin(far, would);
        if (p.WorkingQty > 0m)
        {
            return Follow(input, m, r, px, crosses);
        }
        if (Taking.NotBefore(input, m.Sent, m.LastAt) is var again && now < again)
        {
            return Ends.Idle(m, spec.ExpireTime < again ? spec.ExpireTime : again, "Retrying", "Between two tries.");
        }
        var sent = new PegMemory(m.Sent + 1, now, m.Best is { } b && !spec.Side.IsWithin(b, px) ? b : px);
        if (crosses)
        {
            return new([new SubmitSlice(sent.Sent, p.UnsentQty, Ends.Within(spec, r.Required("wouldCross")), TimeInForce.Ioc, false, "the price is at or better than the crossing price")],
                sent, spec.ExpireTime, true, new("Working", "Taking all that is left."));
        }
        // The limit may allow a dearer price at which the rest would be large enough; the peg does not.
        var least = Fitting.LeastQty(input.Listings, px) ?? 0m;
        if (p.UnsentQty < least)
        {
            return Ends.Over(m, Ends.Dust(p.UnsentQty));
        }
        var qty = Ends.Sendable(input, r.Required("maxDisplay") * spec.OrderQty, px) is var shown and > 0m ? shown : Math.Min(p.UnsentQty, least);
        return new([new SubmitSlice(sent.Sent, qty, px, spec.TimeInForce == TimeInForce.Gtd ? TimeInForce.Gtd : TimeInForce.Gtc, spec.PostOnly, $"pegged to {r.Text("reference")} at {Fitting.Text(px)}")],
            sent, spec.ExpireTime, true, new("Pegged", $"Resting at {Fitting.Text(px)}."));
    }

    private static AlgoDecision Follow(AlgoInput input, PegMemory m, ParamReader r, decimal px, bool crosses)
    {
        var (spec, now) = (input.Spec, input.Now);
        var rest = TimeSpan.FromMilliseconds((double)r.Required("minRestMs"));
        List<AlgoAction>? cancels = null;
        var wake = spec.ExpireTime;
        foreach (var c in input.Children.Where(SliceExecution.Rests))
        {
            var tick = input.Listings.FirstOrDefault(l => l.Venue == c.Venue)?.TickSize ?? 0m;
            var away = Math.Abs((tick > 0m ? Steps.RoundPassive(px, tick, spec.Side) : px) - c.Px);
            var beyond = spec.LimitPx is { } limit && !spec.Side.IsWithin(c.Px, limit);
            if (beyond || crosses || (tick > 0m && away >= tick * r.Required("repriceTicks") && now - c.CreatedAt >= rest))
            {
                (cancels ??= []).Add(new CancelChild(c.ClOrdId, beyond ? "beyond the new limit" : crosses ? "crossing" : "following the reference"));
            }
            else if (tick > 0m && away >= tick * r.Required("repriceTicks"))
            {
                wake = wake < c.CreatedAt + rest ? wake : c.CreatedAt + rest;
            }
        }
        return cancels is null ? Ends.Idle(m, wake, "Pegged", "Resting at the peg.", true)
            : new(cancels, m, spec.ExpireTime, true, new("Repricing", "Moving after the reference."));
    }

    /// <summary>The pegged price on the finest tick: reference less offset, not beyond the limit or the longest chase.</summary>
    private static decimal? Px(AlgoInput input, PegMemory m, ParamReader r)
    {
        var (spec, market) = (input.Spec, input.Market);
        decimal? reference = r.Text("reference") switch
        {
            "MID" => market.Mid,
            "OPPOSITE" => market.BestOpposite(spec.Side),
            "LAST" => market.LastPx,
            _ => r.Text("offsetType") == "DEPTH" ? Behind(input, r.Required("offset")) : market.BestOwn(spec.Side),
        };
        if (reference is not { } px)
        {
            return null;
        }
        var tick = input.Listings.Count > 0 ? input.Listings.Min(l => l.TickSize) : 0.00000001m;
        var offset = r.Required("offset");
        px -= spec.Side.Sign() * (r.Text("offsetType") switch { "PRICE" => offset, "BPS" => px * offset / 10_000m, "DEPTH" => 0m, _ => offset * tick });
        if (r.Flag("dontRetreat") && m.Best is { } best && spec.Side.IsWithin(px, best))
        {
            px = best;
        }
        if (input.ArrivalPx is { } arrival
            && (r.Number("maxChasePx") ?? (r.Number("maxChaseBps") is { } bps ? arrival * bps / 10_000m : null)) is { } chase
            && arrival + (spec.Side.Sign() * chase) is var farthest && !spec.Side.IsWithin(px, farthest))
        {
            px = farthest;
        }
        px = Steps.RoundPassive(Ends.Within(spec, px), tick, spec.Side);
        return px > 0m ? px : null;
    }

    /// <summary>The own side's price with at least this much of it ahead, over all venues; the last one where there is less.</summary>
    private static decimal? Behind(AlgoInput input, decimal depth)
    {
        var (side, ahead, px) = (input.Spec.Side, 0m, (decimal?)null);
        foreach (var level in ConsolidatedBook.Side(input.Market.Books, side, int.MaxValue))
        {
            px = level.Px;
            // Our own child is part of what is shown; it is not ahead of itself.
            var own = input.Children.Where(c => !c.OrdStatus.IsTerminal() && c.Px == level.Px).Sum(c => c.LeavesQty);
            ahead += Math.Max(0m, level.Qty - own);
            if (ahead >= depth)
            {
                break;
            }
        }
        return px;
    }
}

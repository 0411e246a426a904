using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Algos.Iceberg;

/// <summary>What an iceberg remembers.</summary>
/// <param name="Tips">Tips shown so far.</param>
/// <param name="Moving">The newest tip was canceled to be shown at another price: its successor need not wait.</param>
public sealed record IcebergMemory(int Tips, bool Moving) : AlgoMemory;

/// <summary>Shows a tip at a time; the next follows only after the one before is fully filled (orders.md 2.2).</summary>
public sealed class IcebergAlgo : IExecutionAlgo
{
    private const uint SizeStream = 21;
    private const uint DelayStream = 22;

    /// <inheritdoc/>
    public AlgoDescriptor Descriptor { get; } = new("ICEBERG", "Iceberg", "Shows a small part at a time and refills it after a random delay.",
    [
        new("displayQty", ParamType.Quantity, "Display", "Quantity to show at once; or give a fraction below.", "base", Min: 0.00000001m, Max: 1_000_000_000m, Updatable: true, Group: "Display"),
        new("displayPct", ParamType.Percent, "Display part", "Fraction of the order to show at once, when no quantity is given.", "", Default: "0.1", Min: 0.001m, Max: 1, MaxDecimals: 4, Updatable: true, Group: "Display"),
        new("variance", ParamType.Percent, "Variance", "Tips vary by up to this fraction, drawn from the order's seed.", "", Default: "0.2", Min: 0, Max: 0.5m, MaxDecimals: 4, Updatable: true, Group: "Display"),
        new("preference", ParamType.Choice, "Price", "FIXED_PRICE rests at the limit; CHASE_MAKER at the near touch; CHASE_TAKER takes the far touch; FIXED_SPREAD at a distance from the mid.", "", Default: "CHASE_MAKER", Choices: ["FIXED_PRICE", "CHASE_MAKER", "CHASE_TAKER", "FIXED_SPREAD"], Updatable: true, Group: "Price"),
        new("childTif", ParamType.Choice, "Tip's time in force", "GTC rests; IOC and FOK only take, and need a price that does. Empty: GTC, IOC for CHASE_TAKER.", "", Choices: ["GTC", "IOC", "FOK"], Updatable: true, Group: "Price"),
        new("spreadBps", ParamType.Decimal, "Distance", "Distance from the mid for FIXED_SPREAD.", "bps", Default: "5", Min: 0, Max: 1_000, MaxDecimals: 2, Updatable: true, Group: "Price"),
        new("repriceTicks", ParamType.Integer, "Re-price after", "A resting tip follows the touch when it is this many ticks away.", "ticks", Default: "2", Min: 1, Max: 1_000, MaxDecimals: 0, Updatable: true, Group: "Advanced"),
        new("minRestMs", ParamType.Integer, "Rest at least", "A tip is not moved before it has rested this long.", "ms", Default: "1000", Min: 100, Max: 600_000, MaxDecimals: 0, Updatable: true, Group: "Advanced"),
        new("delayMinMs", ParamType.Integer, "Refill after, least", "Shortest wait between two tips.", "ms", Default: "200", Min: 0, Max: 600_000, MaxDecimals: 0, Updatable: true, Group: "Advanced"),
        new("delayMaxMs", ParamType.Integer, "Refill after, most", "Longest wait between two tips.", "ms", Default: "1500", Min: 0, Max: 600_000, MaxDecimals: 0, Updatable: true, Group: "Advanced"),
    ], AllowsPostOnly: true);

    /// <inheritdoc/>
    public IEnumerable<FieldError> CrossCheck(ParentSpec spec, DateTimeOffset now)
    {
        var r = new ParamReader(Descriptor, spec);
        if (r.Number("delayMinMs") > r.Number("delayMaxMs"))
        {
            yield return new("parameters.delayMinMs", "order", r.Text("delayMinMs"), "The shortest wait is longer than the longest.");
        }
        if (r.Number("displayQty") > spec.OrderQty)
        {
            yield return new("parameters.displayQty", "max", r.Text("displayQty"), "More shown than ordered.");
        }
        if (r.Text("preference") == "FIXED_PRICE" && spec.LimitPx is null)
        {
            yield return new("limitPx", "required", null, "FIXED_PRICE rests at the limit price, so it needs one.");
        }
        if (spec.PostOnly && r.Text("preference") == "CHASE_TAKER")
        {
            yield return new("postOnly", "contradiction", "true", "CHASE_TAKER takes; it cannot be post-only.");
        }
        if (r.Text("childTif") is "IOC" or "FOK" && (spec.PostOnly || r.Text("preference") is "CHASE_MAKER" or "FIXED_SPREAD"))
        {
            yield return new("parameters.childTif", "contradiction", r.Text("childTif"), "A tip that only takes needs CHASE_TAKER or FIXED_PRICE and no post-only.");
        }
        if (spec.TimeInForce is TimeInForce.Ioc or TimeInForce.Fok)
        {
            yield return new("timeInForce", "contradiction", spec.TimeInForce.ToString(), "An iceberg cannot be immediate.");
        }
    }

    /// <inheritdoc/>
    public (ParentSpec Spec, IReadOnlyList<Adjustment> Adjustments) Precheck(ParentSpec spec, MarketView market, IReadOnlyList<Listing> listings, DateTimeOffset now)
    {
        var (fitted, adjustments) = Fitting.ToLot(spec, listings);
        var display = Display(fitted);
        if (Fitting.LeastQty(listings, market.Mid / 1.1m) is { } least && display < least && least <= fitted.OrderQty)
        {
            adjustments.Add(new("parameters.displayQty", Fitting.Text(display), Fitting.Text(least), "min_slice",
                $"A tip of {Fitting.Text(display)} would be below the venues' minimum; {Fitting.Text(least)} is shown instead."));
            fitted = fitted with { Parameters = new Dictionary<string, string>(fitted.Parameters) { ["displayQty"] = Fitting.Text(least) } };
        }
        return (fitted, adjustments);
    }

    /// <inheritdoc/>
    public IReadOnlyList<PlanPoint> Plan(ParentSpec spec, ulong seed, DateTimeOffset start) => [new(start, spec.OrderQty)];

    /// <inheritdoc/>
    public AlgoMemory Start(ParentSpec spec, ulong seed, MarketView market, DateTimeOffset now) => new IcebergMemory(0, false);

    /// <inheritdoc/>
    public AlgoDecision Decide(AlgoInput input)
    {
        var m = (IcebergMemory)input.Memory;
        var (spec, p, now, market) = (input.Spec, input.Progress, input.Now, input.Market);
        var r = new ParamReader(Descriptor, spec);
        if (p.UnsentQty == 0m && p.WorkingQty == 0m && p.UnknownQty == 0m)
        {
            return Over(m, new(OrdStatus.Filled, "Filled", "All filled."));
        }
        if (Rejects.Permanent(input) is { } bad)
        {
            return Over(m, bad);
        }
        if (spec.ExpireTime is { } expiry && now >= expiry)
        {
            return Over(m, new(OrdStatus.Expired, "Expired", "Its time ran out."));
        }
        if (input.PostOnlyRejects >= Rejects.PostOnlyMax)
        {
            return Over(m, new(OrdStatus.Rejected, "PostOnlyRejected", $"It would have taken {Rejects.PostOnlyMax} times in a row."));
        }
        if (p.UnknownQty > 0m)
        {
            return new([], m, null, false, new("InDoubt", "A tip's fate is unknown; the venue is being asked."));
        }
        if (TipPx(r, spec, market) is not { } px)
        {
            return new([], m, Until(spec, now + TimeSpan.FromSeconds(1)), true, new("PausedVenue", "No venue has a fresh book."));
        }
        var takes = r.Text("preference") == "CHASE_TAKER";
        if (p.WorkingQty > 0m)
        {
            return Follow(input, m, r, px, takes);
        }
        if (NotBefore(input, m, r) is var at && now < at)
        {
            return new([], m, Until(spec, at), false, new("WaitingRefill", "Waiting before the next tip."));
        }
        var immediate = r.Text("childTif") is "IOC" or "FOK";
        if (immediate && !takes && market.BestOpposite(spec.Side) is { } offered && !spec.Side.IsWithin(offered, px))
        {
            return new([], m, Until(spec, now + TimeSpan.FromSeconds(1)), true, new("WaitingPrice", $"The best price {Fitting.Text(offered)} is beyond {Fitting.Text(px)}: nothing to take."));
        }
        if (takes && spec.LimitPx is { } limit && !spec.Side.IsWithin(px, limit))
        {
            return new([], m, Until(spec, now + TimeSpan.FromSeconds(1)), true, new("WaitingPrice", $"The best price {Fitting.Text(px)} is beyond the limit {Fitting.Text(limit)}."));
        }
        var qty = TipQty(input, m, r);
        if (Fitting.LeastQty(input.Listings, px) is { } least)
        {
            qty = p.UnsentQty - qty < least ? p.UnsentQty : Math.Max(qty, least);
            if (p.UnsentQty < least)
            {
                return Over(m, Immediate.Ends.Dust(p.UnsentQty));
            }
        }
        var next = new IcebergMemory(m.Tips + 1, false);
        var tif = r.Text("childTif") switch
        {
            "IOC" => TimeInForce.Ioc,
            "FOK" => TimeInForce.Fok,
            null when takes => TimeInForce.Ioc,
            _ => spec.TimeInForce == TimeInForce.Gtd ? TimeInForce.Gtd : TimeInForce.Gtc,
        };
        return new([new SubmitSlice(next.Tips, qty, px, tif, !takes && spec.PostOnly, $"tip {next.Tips} of {Fitting.Text(qty)}")],
            next, Until(spec, null), !takes, new("Working", $"Tip {next.Tips} is in the book."));
    }

    /// <summary>When the next tip may be shown: a drawn delay after the end of the one before, at once when it only moves, later after refusals.</summary>
    private static DateTimeOffset NotBefore(AlgoInput input, IcebergMemory m, ParamReader r)
    {
        var ended = DateTimeOffset.MinValue;
        foreach (var c in input.Children)
        {
            ended = c.EndedAt is { } t && t > ended ? t : ended;
        }
        var at = m.Tips == 0 || m.Moving || ended == DateTimeOffset.MinValue ? DateTimeOffset.MinValue : ended + Delay(input, m, r);
        return Rejects.RetryAt(input) is { } later && later > at ? later : at;
    }

    private static DateTimeOffset? Until(ParentSpec spec, DateTimeOffset? at) => spec.ExpireTime is { } end && (at is null || end < at) ? end : at;

    /// <summary>Moves a resting tip after its price: cancel, wait for its end, show again. Never two tips at once.</summary>
    private static AlgoDecision Follow(AlgoInput input, IcebergMemory m, ParamReader r, decimal px, bool takes)
    {
        var (spec, now) = (input.Spec, input.Now);
        var rest = TimeSpan.FromMilliseconds((double)r.Required("minRestMs"));
        List<AlgoAction>? cancels = null;
        DateTimeOffset? wake = null;
        foreach (var tip in input.Children.Where(Scheduling.SliceExecution.Rests))
        {
            var tick = input.Listings.FirstOrDefault(l => l.Venue == tip.Venue)?.TickSize ?? 0m;
            var away = Math.Abs((tick > 0m ? Steps.RoundPassive(px, tick, spec.Side) : px) - tip.Px);
            var beyond = spec.LimitPx is { } limit && !spec.Side.IsWithin(tip.Px, limit);
            var fixedPx = r.Text("preference") == "FIXED_PRICE";
            // A fixed price moves only by amend, then at once; a post-only price may have been put back behind the touch.
            var moves = beyond || takes || (fixedPx ? away > 0m && !spec.PostOnly : tick > 0m && away >= tick * r.Required("repriceTicks"));
            if (moves && (beyond || fixedPx || now - tip.CreatedAt >= rest))
            {
                (cancels ??= []).Add(new CancelChild(tip.ClOrdId, beyond || fixedPx ? "the limit was amended" : "following the touch"));
            }
            else if (moves)
            {
                wake = tip.CreatedAt + rest;
            }
        }
        return cancels is null
            ? new([], m, Until(spec, wake), !takes, new("Working", $"Tip {m.Tips} is in the book."))
            : new(cancels, m with { Moving = true }, Until(spec, null), true, new("Repricing", "Moving the tip."));
    }

    private static decimal? TipPx(ParamReader r, ParentSpec spec, MarketView market)
    {
        decimal? px = r.Text("preference") switch
        {
            "FIXED_PRICE" => spec.LimitPx,
            "CHASE_TAKER" => market.BestOpposite(spec.Side),
            "FIXED_SPREAD" => market.Mid * (1m - (spec.Side.Sign() * r.Required("spreadBps") / 10_000m)),
            _ => market.BestOwn(spec.Side),
        };
        return px is { } x && spec.LimitPx is { } limit && r.Text("preference") != "CHASE_TAKER" && !spec.Side.IsWithin(x, limit) ? limit : px;
    }

    private decimal Display(ParentSpec spec)
    {
        var r = new ParamReader(Descriptor, spec);
        return r.Number("displayQty") ?? (r.Required("displayPct") * spec.OrderQty);
    }

    private decimal TipQty(AlgoInput input, IcebergMemory m, ParamReader r)
    {
        var jitter = r.Required("variance") * ((2m * SeededRandom.UnitDecimal(input.Seed, SizeStream, m.Tips)) - 1m);
        var lot = Fitting.FinestLot(input.Listings) ?? 0.00000001m;
        var qty = Steps.RoundDown(Display(input.Spec) * (1m + jitter), lot);
        return Math.Min(Math.Max(qty, lot), input.Progress.UnsentQty);
    }

    private static TimeSpan Delay(AlgoInput input, IcebergMemory m, ParamReader r)
    {
        var (least, most) = ((double)r.Required("delayMinMs"), (double)r.Required("delayMaxMs"));
        return TimeSpan.FromMilliseconds(least + ((most - least) * SeededRandom.Unit(input.Seed, DelayStream, m.Tips)));
    }

    private static AlgoDecision Over(IcebergMemory m, AlgoEnd end) => new([], m, null, false, new(end.Code, end.Text), end);
}

using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Algos.Iceberg;

/// <summary>What an iceberg remembers: tips shown so far, when the next may follow, when the newest was shown.</summary>
public sealed record IcebergMemory(int Tips, DateTimeOffset NextAt, DateTimeOffset ShownAt) : AlgoMemory;

/// <summary>Shows a tip at a time; the next follows only after the one before is fully filled (orders.md 2.2).</summary>
public sealed class IcebergAlgo : IExecutionAlgo
{
    private const uint SizeStream = 21;
    private const uint DelayStream = 22;
    private const int PostOnlyRejectsMax = 5;

    /// <inheritdoc/>
    public AlgoDescriptor Descriptor { get; } = new("ICEBERG", "Iceberg", "Shows a small part at a time and refills it after a random delay.",
    [
        new("displayQty", ParamType.Quantity, "Display", "Quantity to show at once; or give a fraction below.", "base", Min: 0.00000001m, Max: 1_000_000_000m, Updatable: true, Group: "Display"),
        new("displayPct", ParamType.Percent, "Display part", "Fraction of the order to show at once, when no quantity is given.", "", Default: "0.1", Min: 0.001m, Max: 1, MaxDecimals: 4, Updatable: true, Group: "Display"),
        new("variance", ParamType.Percent, "Variance", "Tips vary by up to this fraction, drawn from the order's seed.", "", Default: "0.2", Min: 0, Max: 0.5m, MaxDecimals: 4, Updatable: true, Group: "Display"),
        new("preference", ParamType.Choice, "Price", "FIXED_PRICE rests at the limit; CHASE_MAKER at the near touch; CHASE_TAKER takes the far touch; FIXED_SPREAD at a distance from the mid.", "", Default: "CHASE_MAKER", Choices: ["FIXED_PRICE", "CHASE_MAKER", "CHASE_TAKER", "FIXED_SPREAD"], Updatable: true, Group: "Price"),
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
    public AlgoMemory Start(ParentSpec spec, ulong seed, MarketView market, DateTimeOffset now) => new IcebergMemory(0, now, DateTimeOffset.MinValue);

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
        if (input.PostOnlyRejects >= PostOnlyRejectsMax)
        {
            return Over(m, new(OrdStatus.Rejected, "PostOnlyRejected", $"It would have taken {PostOnlyRejectsMax} times in a row."));
        }
        if (p.UnknownQty > 0m)
        {
            return new([], m, null, false, new("InDoubt", "A tip's fate is unknown; the venue is being asked."));
        }
        if (TipPx(r, spec, market) is not { } px)
        {
            return new([], m, now + TimeSpan.FromSeconds(1), true, new("PausedVenue", "No venue has a fresh book."));
        }
        var takes = r.Text("preference") == "CHASE_TAKER";
        if (p.WorkingQty > 0m)
        {
            return Follow(input, m, r, px, takes);
        }
        if (now < m.NextAt)
        {
            return new([], m, m.NextAt, false, new("WaitingRefill", "Waiting before the next tip."));
        }
        if (takes && spec.LimitPx is { } limit && !spec.Side.IsWithin(px, limit))
        {
            return new([], m, now + TimeSpan.FromSeconds(1), true, new("WaitingPrice", $"The best price {Fitting.Text(px)} is beyond the limit {Fitting.Text(limit)}."));
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
        var delay = Delay(input, m, r);
        var next = new IcebergMemory(m.Tips + 1, now + delay, now);
        return new([new SubmitSlice(next.Tips, qty, px, takes ? TimeInForce.Ioc : TimeInForce.Gtc, !takes && spec.PostOnly, $"tip {next.Tips} of {Fitting.Text(qty)}")],
            next, takes ? now + delay : null, !takes, new("Working", $"Tip {next.Tips} is in the book."));
    }

    /// <summary>Moves a resting tip after the touch: cancel, wait for its end, show again. Never two tips at once.</summary>
    private static AlgoDecision Follow(AlgoInput input, IcebergMemory m, ParamReader r, decimal px, bool takes)
    {
        var tip = input.Children.LastOrDefault(c => !c.OrdStatus.IsTerminal());
        if (tip is null || takes || tip.OrdStatus is OrdStatus.PendingCancel or OrdStatus.PendingNew || r.Text("preference") == "FIXED_PRICE")
        {
            return new([], m, null, !takes, new("Working", $"Tip {m.Tips} is in the book."));
        }
        var tick = input.Listings.FirstOrDefault(l => l.Venue == tip.Venue)?.TickSize ?? 0m;
        var rested = input.Now - tip.CreatedAt >= TimeSpan.FromMilliseconds((double)r.Required("minRestMs"));
        if (rested && tick > 0m && Math.Abs(Steps.RoundPassive(px, tick, input.Spec.Side) - tip.Px) >= tick * r.Required("repriceTicks"))
        {
            return new([new CancelChild(tip.ClOrdId, "following the touch")], m with { NextAt = input.Now }, null, true, new("Repricing", "Moving the tip after the touch."));
        }
        return new([], m, null, true, new("Working", $"Tip {m.Tips} is in the book."));
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

using Ems.Execution.Core.Algos.Immediate;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Algos.Stops;

/// <summary>What a trailing stop remembers: whether it is active, the best price seen since (persisted, so a restart keeps it), and the order it became.</summary>
public sealed record TrailingMemory(bool Active, decimal? Peak, decimal? TriggeredStop, TakerMemory Taker, LimitMemory Limit) : AlgoMemory;

/// <summary>A stop that follows the price at a distance and never goes back.</summary>
public sealed class TrailingStopAlgo : IExecutionAlgo
{
    /// <inheritdoc/>
    public AlgoDescriptor Descriptor { get; } = new("TRAILING_STOP", "Trailing stop",
        "Follows the price at a distance and triggers when it turns by that much. Held by this server: it does not act while the server is down.",
    [
        new("offset", ParamType.Decimal, "Offset", "Distance from the best price seen.", "", Required: true, Min: 0.00000001m, Max: 1_000_000m, Updatable: true, Group: "Trigger"),
        new("offsetType", ParamType.Choice, "Offset in", "PRICE in quote units, BPS of the best price seen, TICKS of the finest listing.", "", Default: "BPS", Choices: ["PRICE", "BPS", "TICKS"], Updatable: true, Group: "Trigger"),
        new("activationPx", ParamType.Price, "Activation", "Starts to follow only once this price was reached; empty for at once.", "quote", Min: 0.00000001m, Max: 1_000_000_000m, Updatable: true, Group: "Trigger"),
        Triggers.By,
        Triggers.MaxAge,
        new("limitOffset", ParamType.Price, "Limit offset", "When triggered, rest a limit this far beyond the stop instead of taking at market.", "quote", Min: 0, Max: 1_000_000m, Updatable: true, Group: "Advanced"),
        new("maxTries", ParamType.Integer, "Tries", "How often to take when the books do not hold enough, 250 ms apart.", "", Default: "20", Min: 1, Max: 100, MaxDecimals: 0, Updatable: true, Group: "Advanced"),
    ]);

    /// <inheritdoc/>
    public IEnumerable<FieldError> CrossCheck(ParentSpec spec, DateTimeOffset now)
    {
        var r = new ParamReader(Descriptor, spec);
        if (r.Text("offsetType") == "BPS" && r.Number("offset") >= 10_000m)
        {
            yield return new("parameters.offset", "max", r.Text("offset"), "An offset of 10,000 bps or more is the whole price.");
        }
        if (spec.PostOnly)
        {
            yield return new("postOnly", "contradiction", "true", "A triggered order must be able to take.");
        }
    }

    /// <inheritdoc/>
    public (ParentSpec Spec, IReadOnlyList<Adjustment> Adjustments) Precheck(ParentSpec spec, MarketView market, IReadOnlyList<Listing> listings, DateTimeOffset now) => Fitting.ToLot(spec, listings);

    /// <inheritdoc/>
    public IReadOnlyList<PlanPoint> Plan(ParentSpec spec, ulong seed, DateTimeOffset start) => [new(start, spec.OrderQty)];

    /// <inheritdoc/>
    public AlgoMemory Start(ParentSpec spec, ulong seed, MarketView market, DateTimeOffset now) =>
        new TrailingMemory(false, null, null, TakerMemory.Fresh, LimitMemory.Fresh);

    /// <inheritdoc/>
    public AlgoDecision Decide(AlgoInput input)
    {
        var m = (TrailingMemory)input.Memory;
        var r = new ParamReader(Descriptor, input.Spec);
        if (m.TriggeredStop is null)
        {
            var expiry = input.Spec.ExpireTime;
            if (expiry is { } end && input.Now >= end)
            {
                return new([], m, null, false, new("Expired", "Its time ran out."), new(OrdStatus.Expired, "Expired", "Its time ran out before the trigger."));
            }
            if (Triggers.Seen(input, r) is not { } seen)
            {
                return new([], m, expiry, true, new("PausedVenue", "No price to follow."));
            }
            // What was known before this look can trigger at any print of it; what this look raised, only at prints after the rise.
            var hit = m.Active && Through(input.Spec.Side, seen.High, seen.Low, StopPx(m, input, r)) ? StopPx(m, input, r) : (decimal?)null;
            m = Follow(m, input.Spec.Side, r, seen.High, seen.Low);
            if (!m.Active)
            {
                return new([], m, expiry, true, new("WaitingActivation", $"Follows from {Fitting.Text(r.Required("activationPx"))} on."));
            }
            var stop = StopPx(m, input, r);
            hit ??= Through(input.Spec.Side, seen.HighAfterLow, seen.LowAfterHigh, stop) ? stop : null;
            if (hit is null)
            {
                return new([], m, expiry, true, new("Trailing", $"Stop at {Fitting.Text(stop)}, best seen {Fitting.Text(m.Peak ?? 0m)}."));
            }
            m = m with { TriggeredStop = hit };
        }
        return r.Number("limitOffset") is { } beyond
            ? Resting.Decide(input, m.Limit, OnTick(input, (m.TriggeredStop ?? 0m) + (input.Spec.Side.Sign() * beyond)), l => m with { Limit = l })
            : Taking.Decide(input, m.Taker, input.Spec.LimitPx, r.Integer("maxTries") ?? 20, TimeInForce.Ioc, t => m with { Taker = t }, $"trailing stop {Fitting.Text(m.TriggeredStop ?? 0m)} triggered");
    }

    /// <summary>A sell stop trails below the market and triggers on its way down; a buy stop above, on its way up.</summary>
    private static bool Through(Side side, decimal high, decimal low, decimal stop) => side == Side.Sell ? low <= stop : high >= stop;

    private static decimal OnTick(AlgoInput input, decimal px) =>
        input.Listings.Count > 0 ? Steps.RoundPassive(px, input.Listings.Min(l => l.TickSize), input.Spec.Side) : px;

    private static TrailingMemory Follow(TrailingMemory m, Side side, ParamReader r, decimal high, decimal low)
    {
        var best = side == Side.Sell ? high : low;
        if (!m.Active && r.Number("activationPx") is { } activation && (side == Side.Sell ? high < activation : low > activation))
        {
            return m;
        }
        var peak = m.Peak is not { } p ? best : side == Side.Sell ? Math.Max(p, best) : Math.Min(p, best);
        return m with { Active = true, Peak = peak };
    }

    private static decimal StopPx(TrailingMemory m, AlgoInput input, ParamReader r)
    {
        var peak = m.Peak ?? 0m;
        var distance = r.Text("offsetType") switch
        {
            "PRICE" => r.Required("offset"),
            "TICKS" => r.Required("offset") * (input.Listings.Count > 0 ? input.Listings.Min(l => l.TickSize) : 0m),
            _ => Math.Round(peak * r.Required("offset") / 10_000m, 8),
        };
        return peak + (input.Spec.Side.Sign() * distance);
    }
}

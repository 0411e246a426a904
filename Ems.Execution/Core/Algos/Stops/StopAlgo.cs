using Ems.Execution.Core.Algos.Immediate;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Algos.Stops;

/// <summary>What a stop remembers: when it triggered and at what price, and the order it became.</summary>
public sealed record StopMemory(DateTimeOffset? TriggeredAt, decimal? TriggerSeen, TakerMemory Taker, LimitMemory Limit) : AlgoMemory
{
    /// <summary>Not triggered.</summary>
    public static readonly StopMemory Armed = new(null, null, TakerMemory.Fresh, LimitMemory.Fresh);
}

/// <summary>
/// Stop, stop-limit, market-if-touched and limit-if-touched: waits for a price, then becomes a market or limit order. A buy stop
/// triggers at or above its price, a sell stop at or below; the touched forms the other way round. Emulated here: dead while the
/// server is down, which the ticket says.
/// </summary>
public sealed class StopAlgo : IExecutionAlgo
{
    private readonly bool limit;
    private readonly bool touched;

    private StopAlgo(string name, string label, string help, bool limit, bool touched)
    {
        (this.limit, this.touched) = (limit, touched);
        Descriptor = new(name, label, help + " Held by this server, not by a venue: it does not act while the server is down.",
        [
            new("triggerPx", ParamType.Price, "Trigger", "Price that sets it off.", "quote", Required: true, Min: 0.00000001m, Max: 1_000_000_000m, Updatable: true, Group: "Trigger"),
            Triggers.By,
            Triggers.MaxAge,
            new("maxTries", ParamType.Integer, "Tries", "How often to take when the books do not hold enough, 250 ms apart.", "", Default: "20", Min: 1, Max: 100, MaxDecimals: 0, Updatable: true, Group: "Advanced"),
        ], NeedsLimitPx: limit);
    }

    /// <summary>STOP: market order at the trigger.</summary>
    public static readonly StopAlgo Stop = new("STOP", "Stop", "Becomes a market order when the price goes against you to the trigger.", false, false);
    /// <summary>STOP_LIMIT: limit order at the trigger.</summary>
    public static readonly StopAlgo StopLimit = new("STOP_LIMIT", "Stop-limit", "Becomes a limit order when the price goes against you to the trigger.", true, false);
    /// <summary>MIT: market order when touched.</summary>
    public static readonly StopAlgo MarketIfTouched = new("MIT", "Market if touched", "Becomes a market order when the price comes to you at the trigger.", false, true);
    /// <summary>LIT: limit order when touched.</summary>
    public static readonly StopAlgo LimitIfTouched = new("LIT", "Limit if touched", "Becomes a limit order when the price comes to you at the trigger.", true, true);

    /// <inheritdoc/>
    public AlgoDescriptor Descriptor { get; }

    /// <inheritdoc/>
    public IEnumerable<FieldError> CrossCheck(ParentSpec spec, DateTimeOffset now)
    {
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
    public AlgoMemory Start(ParentSpec spec, ulong seed, MarketView market, DateTimeOffset now) => StopMemory.Armed;

    /// <inheritdoc/>
    public AlgoDecision Decide(AlgoInput input)
    {
        var m = (StopMemory)input.Memory;
        var r = new ParamReader(Descriptor, input.Spec);
        if (m.TriggeredAt is null)
        {
            if (input.Spec.ExpireTime is { } expiry && input.Now >= expiry)
            {
                return new([], m, null, false, new("Expired", "Its time ran out."), new(OrdStatus.Expired, "Expired", "Its time ran out before the trigger."));
            }
            var trigger = r.Required("triggerPx");
            if (Triggers.Seen(input, r) is not { } seen || !Hit(input.Spec.Side, trigger, seen.High, seen.Low))
            {
                return new([], m, input.Spec.ExpireTime, true, new("WaitingTrigger", $"Waiting for {r.Text("triggerBy")} to reach {Fitting.Text(trigger)}."));
            }
            m = m with { TriggeredAt = input.Now, TriggerSeen = Upwards(input.Spec.Side) ? seen.High : seen.Low };
        }
        return limit
            ? Resting.Decide(input, m.Limit, input.Spec.LimitPx ?? 0m, l => m with { Limit = l })
            : Taking.Decide(input, m.Taker, input.Spec.LimitPx, r.Integer("maxTries") ?? 20, TimeInForce.Ioc, t => m with { Taker = t },
                $"triggered at {Fitting.Text(m.TriggerSeen ?? 0m)}");
    }

    private bool Upwards(Side side) => (side == Side.Buy) != touched;

    private bool Hit(Side side, decimal trigger, decimal high, decimal low) => Upwards(side) ? high >= trigger : low <= trigger;
}

using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Algos.Immediate;

/// <summary>MARKET: takes what the books give within the collar, over all venues, now.</summary>
public sealed class MarketAlgo : IExecutionAlgo
{
    /// <inheritdoc/>
    public AlgoDescriptor Descriptor { get; } = new("MARKET", "Market", "Takes liquidity over all venues at once, within the account's price collar.",
    [
        new("maxTries", ParamType.Integer, "Tries", "How often to take again when the books did not hold enough, 250 ms apart.", "", Default: "10", Min: 1, Max: 100, MaxDecimals: 0, Updatable: true, Group: "Advanced"),
    ]);

    /// <inheritdoc/>
    public IEnumerable<FieldError> CrossCheck(ParentSpec spec, DateTimeOffset now)
    {
        if (spec.PostOnly)
        {
            yield return new("postOnly", "contradiction", "true", "A market order takes; it cannot be post-only.");
        }
    }

    /// <inheritdoc/>
    public (ParentSpec Spec, IReadOnlyList<Adjustment> Adjustments) Precheck(ParentSpec spec, MarketView market, IReadOnlyList<Listing> listings, DateTimeOffset now) => Fitting.ToLot(spec, listings);

    /// <inheritdoc/>
    public IReadOnlyList<PlanPoint> Plan(ParentSpec spec, ulong seed, DateTimeOffset start) => [new(start, spec.OrderQty)];

    /// <inheritdoc/>
    public AlgoMemory Start(ParentSpec spec, ulong seed, MarketView market, DateTimeOffset now) => TakerMemory.Fresh;

    /// <inheritdoc/>
    public AlgoDecision Decide(AlgoInput input) => Taking.Decide(input, (TakerMemory)input.Memory, input.Spec.LimitPx,
        new ParamReader(Descriptor, input.Spec).Integer("maxTries") ?? 10, input.Spec.TimeInForce, m => m, "market order");
}

/// <summary>LIMIT: takes what is within the limit, then rests there (GTC, GTD), or does not (IOC, FOK).</summary>
public sealed class LimitAlgo : IExecutionAlgo
{
    /// <inheritdoc/>
    public AlgoDescriptor Descriptor { get; } = new("LIMIT", "Limit", "Trades at the limit price or better; what cannot trade at once rests at the best venue.", [], NeedsLimitPx: true, AllowsPostOnly: true);

    /// <inheritdoc/>
    public IEnumerable<FieldError> CrossCheck(ParentSpec spec, DateTimeOffset now)
    {
        if (spec.PostOnly && spec.TimeInForce is (TimeInForce.Ioc or TimeInForce.Fok))
        {
            yield return new("postOnly", "contradiction", "true", $"{spec.TimeInForce} takes at once; it cannot be post-only.");
        }
    }

    /// <inheritdoc/>
    public (ParentSpec Spec, IReadOnlyList<Adjustment> Adjustments) Precheck(ParentSpec spec, MarketView market, IReadOnlyList<Listing> listings, DateTimeOffset now) => Fitting.ToLot(spec, listings);

    /// <inheritdoc/>
    public IReadOnlyList<PlanPoint> Plan(ParentSpec spec, ulong seed, DateTimeOffset start) => [new(start, spec.OrderQty)];

    /// <inheritdoc/>
    public AlgoMemory Start(ParentSpec spec, ulong seed, MarketView market, DateTimeOffset now) => LimitMemory.Fresh;

    /// <inheritdoc/>
    public AlgoDecision Decide(AlgoInput input) => Resting.Decide(input, (LimitMemory)input.Memory, input.Spec.LimitPx ?? 0m, m => m);
}

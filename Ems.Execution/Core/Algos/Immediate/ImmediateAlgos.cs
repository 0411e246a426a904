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

/// <summary>What a limit order remembers: slices sent, whether the taking part is over, when it was last re-priced.</summary>
public sealed record LimitMemory(int Slice, bool Took, DateTimeOffset LastAt) : AlgoMemory;

/// <summary>LIMIT: takes what is within the limit, then rests there (GTC, GTD), or does not (IOC, FOK).</summary>
public sealed class LimitAlgo : IExecutionAlgo
{
    /// <summary>Post-only rejects in a row after which it stops (rule E12).</summary>
    private const int PostOnlyRejectsMax = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

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
    public AlgoMemory Start(ParentSpec spec, ulong seed, MarketView market, DateTimeOffset now) => new LimitMemory(0, false, DateTimeOffset.MinValue);

    /// <inheritdoc/>
    public AlgoDecision Decide(AlgoInput input) => Resting.Decide(input, (LimitMemory)input.Memory, input.Spec.LimitPx ?? 0m, m => m);

    /// <summary>The steps of a limit order, shared with triggered stop-limits.</summary>
    internal static class Resting
    {
        public static AlgoDecision Decide(AlgoInput input, LimitMemory m, decimal limit, Func<LimitMemory, AlgoMemory> wrap)
        {
            var (spec, p, now) = (input.Spec, input.Progress, input.Now);
            if (p.UnsentQty == 0m && p.WorkingQty == 0m && p.UnknownQty == 0m)
            {
                return Stop(wrap(m), new(OrdStatus.Filled, "Filled", "All filled."));
            }
            if (spec.TimeInForce == TimeInForce.Gtd && spec.ExpireTime is { } expiry && now >= expiry)
            {
                return Stop(wrap(m), new(OrdStatus.Expired, "Expired", "Its time ran out."));
            }
            if (Rejects.Permanent(input) is { } end)
            {
                return Stop(wrap(m), end);
            }
            if (input.PostOnlyRejects >= PostOnlyRejectsMax)
            {
                return Stop(wrap(m), new(OrdStatus.Rejected, "PostOnlyRejected", $"It would have taken {PostOnlyRejectsMax} times in a row."));
            }
            DateTimeOffset? wake = spec.TimeInForce == TimeInForce.Gtd ? spec.ExpireTime : null;
            if (p.UnknownQty > 0m)
            {
                return new([], wrap(m), wake, false, new("InDoubt", "A child's fate is unknown; the venue is being asked."));
            }
            if (p.UnsentQty == 0m || (!m.Took && p.WorkingQty > 0m))
            {
                return new([], wrap(m), wake, false, new("Resting", $"Resting at {Fitting.Text(limit)}."));
            }
            if (m.Slice > 0 && now - m.LastAt < Pause)
            {
                return new([], wrap(m), m.LastAt + Pause, false, new("Working", "Between two tries."));
            }
            if (Fitting.LeastQty(input.Listings, limit) is { } least && p.UnsentQty < least)
            {
                return p.WorkingQty > 0m ? new([], wrap(m), wake, false, new("Resting", $"Resting at {Fitting.Text(limit)}.")) : Stop(wrap(m), Ends.Dust(p.UnsentQty));
            }
            var immediate = spec.TimeInForce is TimeInForce.Ioc or TimeInForce.Fok;
            if (immediate && m.Took)
            {
                return Stop(wrap(m), new(OrdStatus.Canceled, spec.TimeInForce.ToString(), $"{Fitting.Text(p.UnsentQty)} could not trade at once."));
            }
            var crosses = input.Market.BestOpposite(spec.Side) is { } best && spec.Side.IsWithin(best, limit);
            if (!m.Took && !spec.PostOnly && (crosses || immediate))
            {
                var tif = spec.TimeInForce == TimeInForce.Fok ? TimeInForce.Fok : TimeInForce.Ioc;
                return new([new SubmitSlice(m.Slice + 1, p.UnsentQty, limit, tif, false, "taking what is within the limit")],
                    wrap(new LimitMemory(m.Slice + 1, true, now)), now + Pause, false, new("Working", "Taking what is within the limit."));
            }
            var rests = spec.TimeInForce == TimeInForce.Gtd ? TimeInForce.Gtd : TimeInForce.Gtc;
            return new([new SubmitSlice(m.Slice + 1, p.UnsentQty, limit, rests, spec.PostOnly, "resting at the limit")],
                wrap(new LimitMemory(m.Slice + 1, true, now)), wake, false, new("Resting", $"Resting at {Fitting.Text(limit)}."));
        }

        private static AlgoDecision Stop(AlgoMemory memory, AlgoEnd end) => new([], memory, null, false, new(end.Code, end.Text), end);
    }
}

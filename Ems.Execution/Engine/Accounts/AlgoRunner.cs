using Ems.Execution.Core.Accounts;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Algos.Pov;
using Ems.Execution.Core.Execution;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Risk;
using Ems.Execution.Engine.Hosting;

namespace Ems.Execution.Engine.Accounts;

/// <summary>The engine's side of <see cref="DecisionPath"/>: shows it the live market and logs what risk denied.</summary>
internal sealed class AlgoRunner(EngineServices engine, AccountState state)
{
    private readonly DecisionPath path = new(state, engine.Market.Catalog, engine.Risk, new(engine.Trust.Of, engine.Market.Pool, i => engine.Market.FreshBooks(i)));

    /// <summary>Decides for one parent.</summary>
    public DecisionOutcome Decide(ParentOrder p, ParentRuntime runtime, MarketView market, DateTimeOffset now, string actor)
    {
        var outcome = path.Decide(p, runtime, market, now, actor);
        foreach (var d in outcome.Denied)
        {
            EngineLog.ChildDenied(engine.Logger, d.ClOrdId, d.Venue, d.Denial.Code.ToString(), d.Denial.Text);
        }
        return outcome;
    }

    /// <summary>The market as this parent may see it.</summary>
    public MarketView MarketFor(ParentSpec spec, ParentRuntime? runtime, IReadOnlyList<BookSnapshot> fresh)
    {
        var cursor = runtime?.TapeCursor ?? long.MaxValue;
        var tape = engine.Tapes.Of(spec.Instrument);
        var slice = tape.Since(ref cursor);
        if (runtime is not null)
        {
            runtime.TapeCursor = cursor;
        }
        engine.Trust.Looked(engine.Market.Catalog.Listings(spec.Instrument), fresh);
        return path.Market(spec, fresh, slice, tape.QtyLastMinute(engine.Time.GetUtcNow(), PovAlgo.BlockFilter(spec)), tape.VolatilityBps, tape.QuickVolatilityBps,
            tape.Volume(engine.Time.GetUtcNow()));
    }

    /// <summary>The listings this parent may use.</summary>
    public IReadOnlyList<Listing> Allowed(ParentSpec spec) => path.Allowed(spec);

    /// <summary>What risk looks at for a parent.</summary>
    public RiskView ViewFor(ParentSpec spec, decimal? reference, DateTimeOffset now) => path.ViewFor(spec, reference, now);

    /// <summary>Passes an order that is to be sent again through risk again; null when it is denied now.</summary>
    public RiskApproved<VenueOrder>? Recheck(ParentOrder p, VenueOrder order, DateTimeOffset now) =>
        path.Recheck(p, order, MarketFor(p.Spec, null, engine.Market.FreshBooks(p.Spec.Instrument, p.Spec.Venues)).Mid, now);

    /// <summary>One sentence on where an order of this size would go now, for the preview.</summary>
    public string? RouteText(ParentSpec spec, MarketView market, IReadOnlyList<Listing> listings) => path.RouteText(spec, market, listings, engine.Time.GetUtcNow());

    /// <summary>What one base unit holds.</summary>
    public decimal HoldRate(ParentSpec spec, decimal? mid) => path.HoldRate(spec, mid);

    /// <summary>Counts a message to a venue against the rate limit.</summary>
    public void CountMessage(DateTimeOffset now) => path.CountMessage(now);

    /// <summary>End of a parent's window, or null when it has none.</summary>
    public static DateTimeOffset? EndOf(ParentOrder p) => DecisionPath.EndOf(p);

    /// <summary>What its plan says should be done by now, base units.</summary>
    public static decimal PlannedQty(ParentOrder p, DateTimeOffset now) => DecisionPath.PlannedQty(p, now);

    /// <summary>Its plan curve.</summary>
    public static IReadOnlyList<PlanPoint> PlanOf(ParentOrder p, DateTimeOffset start) => DecisionPath.PlanOf(p, start);

    /// <summary>The algo of that name.</summary>
    public static IExecutionAlgo Algo(string strategy) => DecisionPath.Algo(strategy);
}

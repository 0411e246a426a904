using Ems.Execution.Core.Algos.Scheduling;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;

namespace Ems.Execution.Core.Algos.Twap;

/// <summary>Time-weighted average price: equal parts over time, along a cumulative target (orders.md 2.1).</summary>
public sealed class TwapAlgo : IExecutionAlgo
{
    /// <summary>Name on the wire.</summary>
    public const string Name = "TWAP";

    /// <summary>The parameters, once.</summary>
    public static readonly AlgoDescriptor Definition = new(Name, "TWAP",
        "Spreads the order evenly over time; follows a cumulative target, so what one slice missed the next ones make up within the cap.",
    [
        .. ScheduleParams.Window("120"),
        .. ScheduleParams.Execution,
        new("alphaTilt", ParamType.Decimal, "Tilt", "Above 0 front-loads, below 0 back-loads.", "", Default: "0", Min: -1, Max: 1, MaxDecimals: 4, Group: "Advanced"),
    ], AllowsPostOnly: true);

    /// <inheritdoc/>
    public AlgoDescriptor Descriptor => Definition;

    /// <summary>The schedule of a spec activated at <paramref name="startedAt"/>: F(f) = f + a·f·(1 − f), a being the tilt.</summary>
    public static Schedule ScheduleOf(ParentSpec spec, DateTimeOffset startedAt)
    {
        var r = new ParamReader(Definition, spec);
        var tilt = (double)r.Required("alphaTilt");
        return Schedule.Of(spec, r, startedAt, tilt == 0 ? Even : f => f + (tilt * f * (1 - f)));
    }

    /// <inheritdoc/>
    public IEnumerable<FieldError> CrossCheck(ParentSpec spec, DateTimeOffset now) => ScheduleParams.CrossCheck(Definition, spec, now);

    /// <inheritdoc/>
    public (ParentSpec Spec, IReadOnlyList<Adjustment> Adjustments) Precheck(ParentSpec spec, MarketView market, IReadOnlyList<Listing> listings, DateTimeOffset now) =>
        Fitting.ToSchedule(Definition, spec, ScheduleOf(spec, spec.StartTime > now ? spec.StartTime.Value : now), market, listings);

    /// <inheritdoc/>
    public IReadOnlyList<PlanPoint> Plan(ParentSpec spec, ulong seed, DateTimeOffset start)
    {
        var x = new ScheduleSettings(new ParamReader(Definition, spec));
        return ScheduleOf(spec, start).Points(spec.OrderQty, seed, x.RandomSize, x.RandomTime);
    }

    /// <inheritdoc/>
    public AlgoMemory Start(ParentSpec spec, ulong seed, MarketView market, DateTimeOffset now) => ScheduleMemory.Fresh(market);

    /// <inheritdoc/>
    public AlgoDecision Decide(AlgoInput input) => SliceExecution.Decide(
        input, (ScheduleMemory)input.Memory, new ScheduleSettings(new ParamReader(Definition, input.Spec)), ScheduleOf(input.Spec, input.StartedAt));

    private static double Even(double f) => f;
}

using Ems.Execution.Core.Algos.Scheduling;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;

namespace Ems.Execution.Core.Algos.Vwap;

/// <summary>Volume-weighted average price: the cumulative target follows the usual volume of the hours it covers (orders.md 2.1).</summary>
public sealed class VwapAlgo : IExecutionAlgo
{
    /// <summary>Name on the wire.</summary>
    public const string Name = "VWAP";

    /// <summary>The parameters, once.</summary>
    public static readonly AlgoDescriptor Definition = new(Name, "VWAP",
        "Spreads the order along the volume that usually trades in its window, so that its average price comes close to the market's.",
    [
        .. ScheduleParams.Window("3600"),
        new("curve", ParamType.Choice, "Volume curve", "HOUR_OF_WEEK: usual volume by hour of the week and five minutes of the hour, UTC; FLAT: the same at all times, for a new listing or an event day.", "", Default: "HOUR_OF_WEEK", Choices: ["HOUR_OF_WEEK", "FLAT"]),
        new("noTakeLiq", ParamType.Bool, "Never take", "Only rest, whatever the style says; what does not fill stays undone.", "", Default: "false", Updatable: true),
        .. ScheduleParams.Execution,
        new("alphaTilt", ParamType.Decimal, "Tilt", "Above 0 runs ahead of the volume curve, below 0 behind it.", "", Default: "0", Min: -1, Max: 1, MaxDecimals: 4, Group: "Advanced"),
    ], AllowsPostOnly: true);

    /// <inheritdoc/>
    public AlgoDescriptor Descriptor => Definition;

    /// <summary>The schedule of a spec activated at <paramref name="startedAt"/>.</summary>
    public static Schedule ScheduleOf(ParentSpec spec, DateTimeOffset startedAt)
    {
        var r = new ParamReader(Definition, spec);
        var tilt = (double)r.Required("alphaTilt");
        var s = Schedule.Of(spec, r, startedAt, f => f + (tilt * f * (1 - f)));
        return r.Text("curve") == "FLAT" ? s : s with
        {
            Curve = f =>
            {
                var share = VolumeCurve.Btc2025.Share(s.Start, s.End, s.Start + ((s.End - s.Start) * f));
                return share + (tilt * share * (1 - share));
            },
        };
    }

    /// <inheritdoc/>
    public IEnumerable<FieldError> CrossCheck(ParentSpec spec, DateTimeOffset now) => ScheduleParams.CrossCheck(Definition, spec, now);

    /// <inheritdoc/>
    public (ParentSpec Spec, IReadOnlyList<Adjustment> Adjustments) Precheck(ParentSpec spec, MarketView market, IReadOnlyList<Listing> listings, DateTimeOffset now) =>
        Fitting.ToSlices(spec, ScheduleOf(spec, spec.StartTime > now ? spec.StartTime.Value : now), market, listings);

    /// <inheritdoc/>
    public IReadOnlyList<PlanPoint> Plan(ParentSpec spec, ulong seed, DateTimeOffset start)
    {
        var x = new ScheduleSettings(new ParamReader(Definition, spec));
        return ScheduleOf(spec, start).Points(spec.OrderQty, seed, x.RandomSize, x.RandomTime);
    }

    /// <inheritdoc/>
    public AlgoMemory Start(ParentSpec spec, ulong seed, MarketView market, DateTimeOffset now) => ScheduleMemory.Fresh(market);

    /// <inheritdoc/>
    public AlgoDecision Decide(AlgoInput input)
    {
        var r = new ParamReader(Definition, input.Spec);
        return SliceExecution.Decide(input, (ScheduleMemory)input.Memory, new ScheduleSettings(r, r.Flag("noTakeLiq") ? Style.Maker : null), ScheduleOf(input.Spec, input.StartedAt));
    }
}

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
        .. ScheduleParams.Window("3600", usualSlices: "one a minute, at least 20 and at most 288 slices"),
        new("curve", ParamType.Choice, "Volume curve", "HOUR_OF_WEEK: usual volume by hour of the week and five minutes of the hour, UTC, learned from the instrument's own history; FLAT: the same at all times, for a new listing or an event day.", "", Default: "HOUR_OF_WEEK", Choices: ["HOUR_OF_WEEK", "FLAT"]),
        new("lookbackDays", ParamType.Integer, "Look back", "Days of recorded volume the curve is learned from; what is missing is filled from a built-in curve.", "d", Default: "14", Min: 1, Max: 60, MaxDecimals: 0, Updatable: true),
        new("liveUpdate", ParamType.Bool, "Follow the volume", "Whether the plan follows what really trades: each slice is planned anew from the volume so far and a forecast of the rest. Off keeps to the curve.", "", Default: "true", Updatable: true),
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
        return Along(Schedule.Of(spec, r, startedAt, f => f, UsualSlices), r, VolumeCurve.Btc2025);
    }

    /// <summary>The same schedule along a curve, with the ticket's tilt.</summary>
    private static Schedule Along(Schedule s, in ParamReader r, VolumeCurve curve)
    {
        var (tilt, flat) = ((double)r.Required("alphaTilt"), r.Text("curve") == "FLAT");
        return s with
        {
            Curve = f =>
            {
                var share = flat ? f : curve.Share(s.Start, s.End, s.Start + ((s.End - s.Start) * f));
                return share + (tilt * share * (1 - share));
            },
        };
    }

    /// <summary>What its newest plan says should be done by a moment, base units.</summary>
    public static decimal PlannedQty(ParentSpec spec, DateTimeOffset startedAt, VwapMemory memory, DateTimeOffset at)
    {
        var s = ScheduleOf(spec, startedAt);
        return (memory.Plan is { } plan ? s with { Curve = plan.At } : s).PlannedQty(spec.OrderQty, at);
    }

    /// <summary>A slice stands for the volume around it at one price, so there are many; each is planned with the newest minute.</summary>
    private static int UsualSlices(TimeSpan window) => (int)Math.Clamp(window.TotalMinutes, 20, 288);

    /// <inheritdoc/>
    public IEnumerable<FieldError> CrossCheck(ParentSpec spec, DateTimeOffset now) => ScheduleParams.CrossCheck(Definition, spec, now);

    /// <inheritdoc/>
    public (ParentSpec Spec, IReadOnlyList<Adjustment> Adjustments) Precheck(ParentSpec spec, MarketView market, IReadOnlyList<Listing> listings, DateTimeOffset now)
    {
        var (fitted, adjustments) = Fitting.ToSchedule(Definition, spec, ScheduleOf(spec, spec.StartTime > now ? spec.StartTime.Value : now), market, listings);
        var r = new ParamReader(Definition, fitted);
        return market.Volume is { } volume && Learns(r) && volume.KnownMinutes(Lookback(r)) is var known && known < Lookback(r).TotalMinutes
            ? (fitted, [.. adjustments, new("parameters.lookbackDays", r.Text("lookbackDays") ?? "", Fitting.Text(Math.Round(known / 1_440m, 2)), "short_history", HistoryText(known, r))])
            : (fitted, adjustments);
    }

    /// <inheritdoc/>
    public IReadOnlyList<PlanPoint> Plan(ParentSpec spec, ulong seed, DateTimeOffset start)
    {
        var x = new ScheduleSettings(new ParamReader(Definition, spec));
        return ScheduleOf(spec, start).Points(spec.OrderQty, seed, x.RandomSize, x.RandomTime);
    }

    /// <inheritdoc/>
    public AlgoMemory Start(ParentSpec spec, ulong seed, MarketView market, DateTimeOffset now) => new VwapMemory(ScheduleMemory.Fresh(market), null, 0);

    /// <inheritdoc/>
    public AlgoDecision Decide(AlgoInput input)
    {
        var r = new ParamReader(Definition, input.Spec);
        // Journals from before the plan was kept have the schedule's memory alone.
        var m = input.Memory as VwapMemory ?? new VwapMemory((ScheduleMemory)input.Memory, null, 0);
        var x = new ScheduleSettings(r, r.Flag("noTakeLiq") ? Style.Maker : null);
        var schedule = ScheduleOf(input.Spec, input.StartedAt);
        if (!Learns(r))
        {
            m = m with { Plan = null };
        }
        else if (input.Market.Volume is { } volume && schedule.SliceAt(input.Now, input.Seed, x.RandomTime) is var slice && slice > m.Work.Slice)
        {
            var known = volume.KnownMinutes(Lookback(r));
            var curve = VolumeLearning.Learn(volume, Lookback(r), VolumeCurve.Btc2025);
            m = m with { Known = known, Plan = VwapPlanner.Around(slice, schedule, volume, curve, (double)r.Required("alphaTilt"), r.Flag("liveUpdate"), input.Now) };
        }
        var decision = SliceExecution.Decide(input, m.Work, x, m.Plan is { } plan ? schedule with { Curve = plan.At } : schedule);
        var why = decision.WhyIdle.Code == "WaitingForSlice" && Learns(r) && m.Work.Slice >= 0
            ? decision.WhyIdle with { Text = $"{decision.WhyIdle.Text} {HistoryText(m.Known, r)}" } : decision.WhyIdle;
        return decision with { Memory = m with { Work = (ScheduleMemory)decision.Memory }, WhyIdle = why };
    }

    private static bool Learns(in ParamReader r) => r.Text("curve") != "FLAT";

    private static TimeSpan Lookback(in ParamReader r) => TimeSpan.FromDays(r.Integer("lookbackDays") ?? 14);

    private static string HistoryText(int minutes, in ParamReader r)
    {
        var wanted = Lookback(r);
        var known = minutes >= 2_880 ? $"{minutes / 1_440} days" : minutes >= 120 ? $"{minutes / 60} hours" : $"{minutes} minutes";
        return minutes >= wanted.TotalMinutes * 0.95 ? $"The volume curve is learned from {known} of history."
            : minutes == 0 ? "No volume is recorded yet: the volume curve is the built-in one."
            : $"The volume curve is learned from {known} of history, {wanted.TotalDays:0} days are wanted: the built-in one fills the rest.";
    }
}

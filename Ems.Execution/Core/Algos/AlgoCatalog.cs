using Ems.Execution.Core.Algos.Accumulate;
using Ems.Execution.Core.Algos.Iceberg;
using Ems.Execution.Core.Algos.Immediate;
using Ems.Execution.Core.Algos.Peg;
using Ems.Execution.Core.Algos.Pov;
using Ems.Execution.Core.Algos.Scale;
using Ems.Execution.Core.Algos.Scheduling;
using Ems.Execution.Core.Algos.Shortfall;
using Ems.Execution.Core.Algos.Sniper;
using Ems.Execution.Core.Algos.Stops;
using Ems.Execution.Core.Algos.Sweep;
using Ems.Execution.Core.Algos.Twap;
using Ems.Execution.Core.Algos.Vwap;
using Ems.Execution.Core.Orders;

namespace Ems.Execution.Core.Algos;

/// <summary>Every algo there is, in ticket order.</summary>
public static class AlgoCatalog
{
    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<IExecutionAlgo> All =
    [
        new MarketAlgo(), new LimitAlgo(), new TwapAlgo(), new VwapAlgo(), new PovAlgo(), new ShortfallAlgo(), new IcebergAlgo(), new PegAlgo(),
        new SniperAlgo(), new SweepAlgo(), new ScaleAlgo(), new AccumulateAlgo(),
        StopAlgo.Stop, StopAlgo.StopLimit, StopAlgo.MarketIfTouched, StopAlgo.LimitIfTouched, new TrailingStopAlgo(),
    ];

    private static readonly Dictionary<string, IExecutionAlgo> ByName = All.ToDictionary(a => a.Descriptor.Name, StringComparer.Ordinal);

    /// <summary>The algo of that name, or null.</summary>
    public static IExecutionAlgo? Find(string? name) => name is not null && ByName.TryGetValue(name, out var algo) ? algo : null;
}

/// <summary>Windows and plans by algo name, cheap enough to ask for every row of a blotter.</summary>
public static class AlgoWindow
{
    /// <summary>When the schedule is over, or null when it has no end.</summary>
    public static DateTimeOffset? End(ParentSpec spec, DateTimeOffset startedAt) =>
        ScheduleOf(spec, startedAt) is { } s ? spec.ExpireTime < s.End ? spec.ExpireTime : s.End
        : AlgoCatalog.Find(spec.Strategy) is PovAlgo pov && new ParamReader(pov.Descriptor, spec).Seconds("durationSeconds") is { } d ? startedAt + d
        : spec.ExpireTime;

    /// <summary>What the plan says should be done by <paramref name="now"/>, base units; the whole quantity for algos without a schedule.</summary>
    public static decimal PlannedQty(ParentSpec spec, ulong seed, DateTimeOffset startedAt, DateTimeOffset now) =>
        ScheduleOf(spec, startedAt)?.PlannedQty(spec.OrderQty, now) ?? spec.OrderQty;

    private static Schedule? ScheduleOf(ParentSpec spec, DateTimeOffset startedAt) => spec.Strategy switch
    {
        TwapAlgo.Name => TwapAlgo.ScheduleOf(spec, startedAt),
        VwapAlgo.Name => VwapAlgo.ScheduleOf(spec, startedAt),
        ShortfallAlgo.Name => ShortfallAlgo.ScheduleOf(spec, startedAt),
        _ => null,
    };
}

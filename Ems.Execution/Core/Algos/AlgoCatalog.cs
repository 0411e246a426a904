using Ems.Execution.Core.Algos.Iceberg;
using Ems.Execution.Core.Algos.Immediate;
using Ems.Execution.Core.Algos.Stops;
using Ems.Execution.Core.Algos.Twap;
using Ems.Execution.Core.Orders;

namespace Ems.Execution.Core.Algos;

/// <summary>Every algo there is, in ticket order.</summary>
public static class AlgoCatalog
{
    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<IExecutionAlgo> All =
    [
        new MarketAlgo(), new LimitAlgo(), new TwapAlgo(), new IcebergAlgo(),
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
        spec.Strategy == TwapAlgo.Name ? TwapAlgo.ScheduleOf(spec, startedAt).End : spec.ExpireTime;

    /// <summary>What the plan says should be done by <paramref name="now"/>, base units; the whole quantity for algos without a schedule.</summary>
    public static decimal PlannedQty(ParentSpec spec, ulong seed, DateTimeOffset startedAt, DateTimeOffset now) =>
        spec.Strategy == TwapAlgo.Name ? TwapAlgo.ScheduleOf(spec, startedAt).PlannedQty(spec.OrderQty, now) : spec.OrderQty;
}

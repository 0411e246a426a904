using System.ComponentModel.DataAnnotations;

namespace Ems.Execution.Engine.Analytics;

/// <summary>Bounds of what is recorded for cost analysis; section <c>Analytics</c>.</summary>
public sealed class AnalyticsOptions
{
    /// <summary>How often what was noted is looked up and written.</summary>
    [Range(10, 60_000)] public int BatchMs { get; set; } = 100;
    /// <summary>Notes that may wait; more are dropped and counted, since trading never waits for its analysis.</summary>
    [Range(1_000, 10_000_000)] public int NotesWaitingMax { get; set; } = 65_536;
    /// <summary>How long the market's seconds are kept: some 20 MB a day for an instrument that always has a live order. The costs of finished orders are kept for ever.</summary>
    [Range(1, 3_650)] public int SecondsKeptDays { get; set; } = 7;
    /// <summary>Most orders in one report.</summary>
    [Range(1, 1_000_000)] public int OrdersMax { get; set; } = 20_000;
}

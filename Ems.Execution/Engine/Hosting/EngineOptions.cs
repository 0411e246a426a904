using System.ComponentModel.DataAnnotations;

namespace Ems.Execution.Engine.Hosting;

/// <summary>Bounds and intervals of the engine; section <c>Engine</c>.</summary>
public sealed class EngineOptions
{
    /// <summary>Folder of the journal file.</summary>
    [Required] public string DataPath { get; set; } = "data";
    /// <summary>How long an order or cancel may stay unanswered before it is in doubt and the venue is asked.</summary>
    [Range(100, 600_000)] public int AckTimeoutMs { get; set; } = 2_000;
    /// <summary>How long a venue must keep saying that it never saw an order before we believe it.</summary>
    [Range(1_000, 3_600_000)] public int UnknownTimeoutMs { get; set; } = 20_000;
    /// <summary>How often open orders are compared with each venue although nothing looks wrong.</summary>
    [Range(1_000, 3_600_000)] public int AuditIntervalMs { get; set; } = 10_000;
    /// <summary>How often parents that watch the market are asked.</summary>
    [Range(10, 10_000)] public int MarketPulseMs { get; set; } = 100;
    /// <summary>Shortest time between two pushes of one account.</summary>
    [Range(1, 10_000)] public int PublishIntervalMs { get; set; } = 20;
    /// <summary>How long a kill waits for the venues' proof.</summary>
    [Range(100, 600_000)] public int KillProofTimeoutMs { get; set; } = 15_000;
    /// <summary>Ended parents kept in memory and shown.</summary>
    [Range(10, 100_000)] public int EndedParentsKept { get; set; } = 500;
    /// <summary>Newest fills kept in memory and shown.</summary>
    [Range(10, 100_000)] public int FillsKept { get; set; } = 500;
    /// <summary>Reports that may wait for one account before the venue's delivery is refused and left to reconciliation.</summary>
    [Range(100, 10_000_000)] public int ReportsWaitingMax { get; set; } = 100_000;

    /// <summary>The file of cost analysis.</summary>
    public string AnalyticsFile => Path.Combine(DataPath, "analytics.db");
    /// <summary>The journal's file.</summary>
    public string JournalFile => Path.Combine(DataPath, "journal.db");
}

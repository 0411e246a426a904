using Ems.Execution.Core.Algos;

namespace Ems.Execution.Core.Execution;

/// <summary>What whoever runs it knows of a live parent beside its journaled state; rebuilt by deciding again after a restart.</summary>
public sealed class ParentRuntime
{
    /// <summary>When to ask its algo again; null when only a report or the market can change anything.</summary>
    public DateTimeOffset? NextActionAt { get; set; }
    /// <summary>Whether market changes are shown to it.</summary>
    public bool WatchMarket { get; set; }
    /// <summary>What the trader is told.</summary>
    public WhyIdle WhyIdle { get; set; } = new("Accepted", "Waiting for its start job.");
    /// <summary>How far it has read the tape.</summary>
    public long TapeCursor { get; set; }
    /// <summary>Not asked before this moment: back-off after a slice that could not be sent.</summary>
    public DateTimeOffset NotBefore { get; set; }
    /// <summary>Slices in a row of which nothing could be sent.</summary>
    public int Unsendable { get; set; }
}

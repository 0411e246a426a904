using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Execution;
using Ems.Execution.Core.Groups;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;

namespace Ems.Execution.Engine.Accounts;

/// <summary>What the engine knows of a live group beside its journaled state; rebuilt by deciding again after a restart.</summary>
internal sealed class GroupRuntime
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RetryMax = TimeSpan.FromSeconds(10);

    /// <summary>Since when this owner has been watching it without a break.</summary>
    public DateTimeOffset WatchedSince { get; init; }
    /// <summary>When to ask it again; null when only a leg or the market can change anything.</summary>
    public DateTimeOffset? NextActionAt { get; set; }
    /// <summary>Whether market changes are shown to it.</summary>
    public bool WatchMarket { get; set; }
    /// <summary>What the trader is told.</summary>
    public WhyIdle WhyIdle { get; set; } = new("Accepted", "About to start.");
    /// <summary>Its condition as it was seen last.</summary>
    public IReadOnlyList<ConditionTruth> Truth { get; set; } = [];
    /// <summary>When values of the condition, not only its truth, were shown last.</summary>
    public DateTimeOffset TruthShownAt { get; set; }
    /// <summary>No leg is started before this moment: back-off after a denial.</summary>
    public DateTimeOffset NotBefore { get; set; }
    /// <summary>Why risk did not let the last leg start; null when it did.</summary>
    public Denial? Denied { get; set; }
    /// <summary>Legs that were over at the last look: when one more is, the others are woken.</summary>
    public int EndedLegs { get; set; }
    /// <summary>When a cancel of a child beyond its leg's quantity was asked for last.</summary>
    public Dictionary<ClOrdId, DateTimeOffset> CancelAskedAt { get; } = [];
    /// <summary>How far it has read each tape.</summary>
    public Dictionary<InstrumentId, ParentRuntime> Tapes { get; } = [];

    private int denials;

    /// <summary>Backs off, each time longer. True when the reason is a new one.</summary>
    public bool Deny(Denial denial, DateTimeOffset now)
    {
        var news = Denied?.Code != denial.Code;
        denials++;
        Denied = denial;
        NotBefore = now + TimeSpan.FromTicks(Math.Min(Retry.Ticks << Math.Min(denials - 1, 6), RetryMax.Ticks));
        return news;
    }

    /// <summary>A leg started: nothing is held against the next one.</summary>
    public void Let() => (Denied, denials, NotBefore) = (null, 0, default);
}

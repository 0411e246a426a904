using System.ComponentModel.DataAnnotations;

namespace Ems.Web.Features.Push;

/// <summary>Bounds of the push; section <c>Push</c>.</summary>
public sealed class PushOptions
{
    /// <summary>Shortest time between two batches of one account.</summary>
    [Range(1, 10_000)] public int AccountIntervalMs { get; set; } = 100;
    /// <summary>Time between two looks at an instrument's market.</summary>
    [Range(10, 10_000)] public int MarketIntervalMs { get; set; } = 100;
    /// <summary>Batches that may wait for one connection; more are dropped, and the page sees the gap and loads the snapshot.</summary>
    [Range(2, 10_000)] public int BatchesWaitingMax { get; set; } = 64;
    /// <summary>Rows that may wait for one batch of an account; more make every page of it load the snapshot.</summary>
    [Range(100, 1_000_000)] public int RowsWaitingMax { get; set; } = 20_000;
    /// <summary>Accounts and instruments that one connection may watch.</summary>
    [Range(1, 1_000)] public int SubscriptionsPerConnectionMax { get; set; } = 32;
    /// <summary>How long a snapshot waits for changes that were on their way when it was taken.</summary>
    [Range(10, 60_000)] public int SnapshotWaitMs { get; set; } = 1_000;
    /// <summary>Levels of a ladder's side.</summary>
    [Range(1, 200)] public int LadderLevelsMax { get; set; } = 25;
    /// <summary>Prints kept for a snapshot, and prints of one batch.</summary>
    [Range(1, 5_000)] public int TradesMax { get; set; } = 100;
    /// <summary>One-minute bars in a snapshot.</summary>
    [Range(1, 10_000)] public int CandlesMax { get; set; } = 720;
}

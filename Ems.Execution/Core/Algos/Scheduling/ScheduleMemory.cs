namespace Ems.Execution.Core.Algos.Scheduling;

/// <summary>What a scheduled order remembers.</summary>
/// <param name="Slice">Newest schedule slice acted on, -1 before the first; <see cref="Finish"/> while it crosses for the rest at the end.</param>
/// <param name="Sent">Slices sent to the router, retries included: numbers the children.</param>
/// <param name="First">Value of Sent when the newest slice began: children above it belong to that slice.</param>
/// <param name="Takes">Crossings tried in the newest slice.</param>
/// <param name="UsualSpreadBps">Slow average of the consolidated spread, one sample a slice.</param>
/// <param name="LastAt">When it last sent.</param>
/// <param name="UsualVolBps">Slow average of the volatility, one sample a slice; 0 before any is known.</param>
/// <param name="StoppedAt">When a spike of the volatility stopped it; null while it goes on.</param>
public sealed record ScheduleMemory(
    int Slice, int Sent, int First, int Takes, decimal UsualSpreadBps, DateTimeOffset LastAt, decimal UsualVolBps = 0m, DateTimeOffset? StoppedAt = null) : AlgoMemory
{
    /// <summary>The slice number of the finishing phase.</summary>
    public const int Finish = int.MaxValue;

    /// <summary>Before the first slice.</summary>
    public static ScheduleMemory Fresh(MarketData.MarketView market) =>
        new(-1, 0, 0, 0, Math.Max(0m, market.SpreadBps ?? 0m), DateTimeOffset.MinValue, market.VolatilityBps ?? 0m);

    /// <summary>After sending one slice.</summary>
    internal ScheduleMemory AfterSend(DateTimeOffset now, bool takes) => this with { Sent = Sent + 1, Takes = Takes + (takes ? 1 : 0), LastAt = now };
}

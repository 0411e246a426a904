using System.ComponentModel.DataAnnotations;

namespace Ems.Execution.Venues.Ethereum.Rpc;

/// <summary>Bounds of asking nodes.</summary>
public sealed record RpcPolicy
{
    /// <summary>Tries of one question, the first one included.</summary>
    [Range(1, 20)] public int AttemptsMax { get; init; } = 4;
    /// <summary>Retries allowed per hundred questions, so that a node in trouble is not asked to death.</summary>
    [Range(0, 100)] public int RetryBudgetPercent { get; init; } = 20;
    /// <summary>Retries that may be saved up.</summary>
    [Range(1, 1000)] public int RetryBurstMax { get; init; } = 20;
    /// <summary>First pause before a retry; each later one is twice as long.</summary>
    [Range(0, 10_000)] public int BackoffMsMin { get; init; } = 50;
    /// <summary>Longest pause before a retry.</summary>
    [Range(0, 60_000)] public int BackoffMsMax { get; init; } = 2_000;
    /// <summary>Failures in a row after which an endpoint rests.</summary>
    [Range(1, 100)] public int FailuresToRest { get; init; } = 3;
    /// <summary>How long it rests.</summary>
    [Range(0, 600_000)] public int RestMs { get; init; } = 5_000;
    /// <summary>Blocks behind the best endpoint at which one counts as lagging.</summary>
    [Range(0, 1000)] public int LagBlocksMax { get; init; } = 3;
    /// <summary>Endpoints that must give the same answer to a read.</summary>
    [Range(1, 16)] public int Quorum { get; init; } = 1;
    /// <summary>Seed of the jitter in pauses.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>How an endpoint is.</summary>
public enum EndpointState
{
    /// <summary>Not asked yet.</summary>
    Unknown = 0,
    /// <summary>Answers, on the right chain.</summary>
    Healthy,
    /// <summary>Answers, but is behind the others.</summary>
    Lagging,
    /// <summary>Failed several times in a row and rests.</summary>
    Resting,
    /// <summary>Is a node of another chain; not used.</summary>
    WrongChain,
}

/// <summary>One endpoint as it was last seen.</summary>
/// <param name="Head">Newest block it named, or null.</param>
/// <param name="LatencyMs">Moving average of its answers.</param>
public sealed record EndpointHealth(string Name, EndpointState State, int FailuresInARow, long? Head, long LatencyMs);

/// <summary>A budget of retries: questions earn, retries spend.</summary>
internal sealed class RetryBudget(RpcPolicy policy)
{
    private readonly Lock gate = new();
    private int hundredths = policy.RetryBurstMax * 100;

    public void Earn()
    {
        lock (gate)
        {
            hundredths = Math.Min(hundredths + policy.RetryBudgetPercent, policy.RetryBurstMax * 100);
        }
    }

    public bool TrySpend()
    {
        lock (gate)
        {
            if (hundredths < 100)
            {
                return false;
            }
            hundredths -= 100;
            return true;
        }
    }
}

using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Venues.OnChain.Pools;

/// <summary>Who swaps for an account's order, from which wallet, and what the record of a deposit means there.</summary>
public interface IPoolDesk
{
    /// <summary>The pools for the wallet that this order spends from, ready to swap: funded and allowed where that is ours to do. Null with the reason where it is not.</summary>
    /// <param name="clOrdId">The order; a desk that serves mandates finds its mandate by it.</param>
    Task<(IOnChainVenue? Venue, string? Why)> ForAsync(AccountId account, ClOrdId clOrdId, CancellationToken ct);

    /// <summary>Begins to make an account's wallet ready, or fills it up to what the record says now; waits for nothing.</summary>
    void Prepare(AccountId account);
}

using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Venues.OnChain.Pools;

/// <summary>Who swaps for an account's order, from which wallet, and what the record of a deposit means there.</summary>
public interface IPoolDesk
{
    /// <summary>The pools for the wallet that this order spends from, ready to swap: funded and allowed where that is ours to do. Null with the reason where it is not.</summary>
    /// <param name="clOrdId">The order; a desk that serves mandates finds its mandate by it.</param>
    Task<(IOnChainVenue? Venue, string? Why)> ForAsync(AccountId account, ClOrdId clOrdId, CancellationToken ct);

    /// <summary>Most of the base that one swap of this order may move, or null for no bound: what is beyond is canceled, as an immediate order's rest is.</summary>
    decimal? MaxQty(AccountId account, ClOrdId clOrdId) => null;

    /// <summary>Whether the account pays for gas; where the server's own key sends, the server does.</summary>
    bool ChargesGas => true;

    /// <summary>Begins to make an account's wallet ready, or fills it up to what the record says now; waits for nothing.</summary>
    void Prepare(AccountId account);
}

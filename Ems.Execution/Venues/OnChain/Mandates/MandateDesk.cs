using System.Collections.Concurrent;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Venues.OnChain.Keys;
using Ems.Execution.Venues.OnChain.Pools;
using Ems.Execution.Venues.OnChain.Runtime;

namespace Ems.Execution.Venues.OnChain.Mandates;

/// <summary>Orders that trade by a mandate: the wallet is the owner's, the key is the executor's.</summary>
public sealed class MandateDesk(MandateBook book, ChainRuntime chain, IServerKeys keys, ExecutorPolicy policy, TimeProvider time) : IPoolDesk
{
    private const decimal LocalTank = 10m;
    private readonly ConcurrentDictionary<string, MandateVenue> venues = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<Ethereum.Address, bool> funded = new();

    /// <inheritdoc/>
    public async Task<(IOnChainVenue? Venue, string? Why)> ForAsync(AccountId account, ClOrdId clOrdId, CancellationToken ct)
    {
        if (book.OfChild(account, clOrdId) is not { } entry)
        {
            return (null, "no mandate stands behind this order");
        }
        if (chain.State.Contracts.Mandates is null || chain.Eth is null || chain.State.Instance != entry.Instance)
        {
            return (null, "the mandate is for another chain");
        }
        if (venues.TryGetValue(entry.Hash, out var known))
        {
            return (known, null);
        }
        var executor = await keys.ExecutorAsync(entry.Mandate.Executor, ct).ConfigureAwait(false);
        if (executor is null)
        {
            return (null, "the mandate's executor is not one of this server's keys");
        }
        await FundAsync(executor.Address, ct).ConfigureAwait(false);
        var venue = new MandateVenue(entry.Hash, book, chain, await chain.LaneAsync(executor).ConfigureAwait(false), executor, policy, time);
        return (venues.GetOrAdd(entry.Hash, venue), null);
    }

    /// <inheritdoc/>
    public decimal? MaxQty(AccountId account, ClOrdId clOrdId) => book.OfChild(account, clOrdId) is { } entry && PoolVenueSpec.Mandate.Find(chain.State.Contracts, entry.Instrument) is { } market
        ? MandateTokens.BaseQty(entry, System.Numerics.BigInteger.Min(entry.Mandate.MaxSlice, entry.Mandate.SellTotal - entry.SoldUnits), market) : null;

    /// <inheritdoc/>
    public bool ChargesGas => false;

    /// <inheritdoc/>
    public void Prepare(AccountId account)
    {
        // The owner's wallet is his own to fill.
    }

    /// <summary>On a chain of ours a key gets coin once; what it has spent after that is not given again, so that its floor means something.</summary>
    public async Task FundAsync(Ethereum.Address executor, CancellationToken ct)
    {
        if (chain.IsLocal && funded.TryAdd(executor, true))
        {
            await chain.FundAsync(executor, "ETH", LocalTank, ct).ConfigureAwait(false);
        }
    }
}

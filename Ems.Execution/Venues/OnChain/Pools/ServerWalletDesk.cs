using System.Collections.Concurrent;
using System.Numerics;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.OnChain.Runtime;

namespace Ems.Execution.Venues.OnChain.Pools;

/// <summary>
/// Wallets of the server's, one per account and venue, on a chain that is ours: what the venue's record says is put into them, since a local
/// chain begins anew at every start.
/// </summary>
public sealed class ServerWalletDesk(VenueId venue, ChainRuntime chain, PoolVenueStore store, Keys.IServerKeys keys) : IPoolDesk
{
    private const decimal CoinTank = 10m, CoinLeast = 1m;
    private readonly ConcurrentDictionary<AccountId, Lazy<Task<IOnChainVenue>>> ready = new();

    /// <inheritdoc/>
    public async Task<(IOnChainVenue? Venue, string? Why)> ForAsync(AccountId account, ClOrdId clOrdId, CancellationToken ct)
    {
        if (chain.State.Mode == ChainMode.Starting)
        {
            return (null, "the chain is being started");
        }
        if (!chain.IsLocal)
        {
            return (null, "the server holds wallets on local chains only");
        }
        return (await ReadyAsync(account).WaitAsync(ct).ConfigureAwait(false), null);
    }

    /// <inheritdoc/>
    public void Prepare(AccountId account) => _ = Task.Run(async () =>
    {
        try
        {
            _ = await chain.ReadyAsync().ConfigureAwait(false);
            if (chain.IsLocal && store.Balances(venue, account).Count > 0)
            {
                await FillAsync(account, (await ReadyAsync(account).ConfigureAwait(false)).Wallet).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is Ethereum.Rpc.RpcException or InvalidOperationException or OperationCanceledException)
        {
            // Its first order tries again, and says what is wrong.
        }
    });

    private async Task<IOnChainVenue> ReadyAsync(AccountId account)
    {
        var lazy = ready.GetOrAdd(account, a => new(() => MakeReadyAsync(a)));
        try
        {
            return await lazy.Value.ConfigureAwait(false);
        }
        catch
        {
            ready.TryRemove(new(account, lazy));
            throw;
        }
    }

    private async Task<IOnChainVenue> MakeReadyAsync(AccountId account)
    {
        var signer = await keys.AccountWalletAsync(account, venue).ConfigureAwait(false);
        await FillAsync(account, signer.Address).ConfigureAwait(false);
        await chain.AllowRoutersAsync(signer).ConfigureAwait(false);
        return await chain.VenueAsync(signer).ConfigureAwait(false);
    }

    /// <summary>Puts in what is missing against the record. What is there beyond it is gas that was charged and paid from the coin instead.</summary>
    private async Task FillAsync(AccountId account, Address wallet)
    {
        var missing = new List<(string Symbol, decimal Amount)>();
        if (await chain.BalanceAsync(Address.Zero, wallet).ConfigureAwait(false) < LocalMarket.Units(CoinLeast, 18))
        {
            missing.Add(("ETH", CoinTank));
        }
        foreach (var money in store.Balances(venue, account))
        {
            var token = chain.State.Contracts.Token(PoolVenueSpec.SymbolOf(money.Asset));
            if (token is null || money.Amount <= 0m)
            {
                continue;
            }
            BigInteger lacks = PoolArithmetic.UnitsUp(money.Amount, token.Decimals) - await chain.BalanceAsync(token.Address, wallet).ConfigureAwait(false);
            if (lacks.Sign > 0)
            {
                missing.Add((token.Symbol, PoolArithmetic.Tokens(lacks, token.Decimals)));
            }
        }
        await chain.FundAsync(wallet, missing).ConfigureAwait(false);
    }
}

using System.Collections.Concurrent;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Engine.Accounts;
using Ems.Execution.Engine.MarketData;
using Ems.Web.Client.Contracts;
using Microsoft.Extensions.Options;

namespace Ems.Web.Features.Push;

/// <summary>Brings the engine's changes to the pages that watch an account.</summary>
public sealed class AccountPublisher(MarketDataHub market, TimeProvider time, IOptions<PushOptions> options, PushMetrics metrics, IServiceProvider services,
    ILogger<AccountPublisher> logger) : IAccountPublisher
{
    private readonly ConcurrentDictionary<AccountId, AccountStream> streams = new();

    /// <inheritdoc/>
    public void Publish(AccountDelta delta) => Stream(delta.Account).Publish(delta);

    /// <summary>The account at one moment.</summary>
    public Task<AccountSnapshot> SnapshotAsync(AccountId account, CancellationToken ct) => Stream(account).SnapshotAsync(() => View(account), ct);

    /// <summary>Joins a connection to the account's stream.</summary>
    public Task<(AccountSnapshot Snapshot, IDisposable Subscription)> JoinAsync(AccountId account, Outbox outbox, CancellationToken ct) =>
        Stream(account).JoinAsync(outbox, () => View(account), ct);

    private AccountStream Stream(AccountId account) => streams.GetOrAdd(account, a => new AccountStream(a, market, time, options.Value, metrics, logger));

    // The engine needs its publisher before there are grains, so the factory is asked for when it is used.
    private Task<AccountView> View(AccountId account) => services.GetRequiredService<IGrainFactory>().GetGrain<IAccountGrain>(account.Value).ViewAsync();
}

using System.Collections.Concurrent;
using Ems.Execution.Core.Primitives;
using Ems.Web.Client.Contracts;
using Ems.Web.Features.Access;
using Ems.Web.Features.Market;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace Ems.Web.Features.Push;

/// <summary>The page's live connection: <c>/hubs/trading</c>. Errors are HubExceptions whose text starts with a stable code.</summary>
[Authorize]
public sealed class TradingHub(
    AccountPublisher accounts, MarketPublisher markets, IAuthorizationService authorization, OutboxRegistry registry, IHubContext<TradingHub, ITradingHubClient> hub,
    PushMetrics metrics, IOptions<PushOptions> options) : Hub<ITradingHubClient>, ITradingHub
{
    /// <inheritdoc/>
    public override Task OnConnectedAsync()
    {
        var outbox = new Outbox(Context.ConnectionId, options.Value.BatchesWaitingMax, metrics);
        registry.Add(outbox);
        metrics.Connections.Add(1);
        // Ends with the connection: either the outbox is closed or sending fails, and then nobody listens any more.
        _ = outbox.PumpAsync(hub.Clients.Client(Context.ConnectionId));
        return base.OnConnectedAsync();
    }

    /// <inheritdoc/>
    public override Task OnDisconnectedAsync(Exception? exception)
    {
        registry.Remove(Context.ConnectionId)?.Close();
        metrics.Connections.Add(-1);
        return base.OnDisconnectedAsync(exception);
    }

    /// <inheritdoc/>
    public async Task<AccountSnapshot> SubscribeAccount(string account)
    {
        var id = new AccountId(account ?? "");
        await DemandViewAsync(id);
        var outbox = Mine();
        outbox.Drop(AccountKey(id));
        var (snapshot, subscription) = await accounts.JoinAsync(id, outbox, Context.ConnectionAborted);
        Keep(outbox, AccountKey(id), subscription);
        return snapshot;
    }

    /// <inheritdoc/>
    public async Task UnsubscribeAccount(string account)
    {
        var id = new AccountId(account ?? "");
        await DemandViewAsync(id);
        Mine().Drop(AccountKey(id));
    }

    /// <inheritdoc/>
    public Task<MarketBatch> SubscribeMarket(string instrument)
    {
        var id = new InstrumentId(instrument ?? "");
        var outbox = Mine();
        outbox.Drop(MarketKey(id));
        if (markets.Join(id, outbox) is not var (snapshot, subscription))
        {
            throw new HubException("UnknownInstrument: there is no such instrument.");
        }
        Keep(outbox, MarketKey(id), subscription);
        return Task.FromResult(snapshot);
    }

    /// <inheritdoc/>
    public Task UnsubscribeMarket(string instrument)
    {
        Mine().Drop(MarketKey(new InstrumentId(instrument ?? "")));
        return Task.CompletedTask;
    }

    private async Task DemandViewAsync(AccountId account)
    {
        // Whoever may not see the account learns nothing of it, not even that it exists.
        if (!(await authorization.AuthorizeAsync(Context.User!, account, Policies.ViewAccount)).Succeeded)
        {
            throw new HubException("UnknownAccount: there is no such account.");
        }
    }

    private Outbox Mine() => registry.Find(Context.ConnectionId) ?? throw new HubException("Closed: the connection has ended.");

    private void Keep(Outbox outbox, string key, IDisposable subscription)
    {
        if (!outbox.Keep(key, subscription, options.Value.SubscriptionsPerConnectionMax))
        {
            throw new HubException($"TooManySubscriptions: a connection may have {options.Value.SubscriptionsPerConnectionMax}.");
        }
    }

    private static string AccountKey(AccountId account) => "account:" + account.Value;

    private static string MarketKey(InstrumentId instrument) => "market:" + instrument.Value;
}

/// <summary>Open connections' outboxes.</summary>
public sealed class OutboxRegistry
{
    private readonly ConcurrentDictionary<string, Outbox> outboxes = new(StringComparer.Ordinal);

    /// <summary>Adds one.</summary>
    public void Add(Outbox outbox) => outboxes[outbox.ConnectionId] = outbox;

    /// <summary>The connection's, or null.</summary>
    public Outbox? Find(string connectionId) => outboxes.GetValueOrDefault(connectionId);

    /// <summary>Takes it out.</summary>
    public Outbox? Remove(string connectionId) => outboxes.TryRemove(connectionId, out var outbox) ? outbox : null;
}

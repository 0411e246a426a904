using Ems.Web.Client.Contracts;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Ems.Web.Client.Services;

/// <summary>State of the push connection.</summary>
public enum Link { Connecting, Live, Reconnecting, Down }

/// <summary>The hub connection: subscribes, feeds the stores, and after every break or gap starts from a snapshot again.</summary>
public sealed class TradingConnection : IAsyncDisposable
{
    private readonly HubConnection hub;
    private readonly BlotterStore blotter;
    private readonly MarketStore market;
    private readonly SemaphoreSlim reloading = new(1, 1);
    private string? account, instrument;

    public TradingConnection(NavigationManager navigation, BlotterStore blotter, MarketStore market)
    {
        (this.blotter, this.market) = (blotter, market);
        hub = new HubConnectionBuilder()
            .WithUrl(navigation.ToAbsoluteUri("/hubs/trading"))
            .AddJsonProtocol(o => Json.Configure(o.PayloadSerializerOptions))
            .WithAutomaticReconnect(new Backoff())
            .Build();
        hub.On<AccountBatch>(nameof(ITradingHubClient.OnAccount), async b =>
        {
            if (b.Account == account && !blotter.Apply(b))
            {
                await ReloadAccount();
            }
        });
        hub.On<MarketBatch>(nameof(ITradingHubClient.OnMarket), async b =>
        {
            if (b.Instrument == instrument && !market.Apply(b))
            {
                await ReloadMarket();
            }
        });
        hub.Reconnecting += _ => Set(Link.Reconnecting);
        hub.Reconnected += async _ =>
        {
            await Set(Link.Live);
            await ReloadAccount();
            await ReloadMarket();
        };
        hub.Closed += _ => Set(Link.Down);
    }

    /// <summary>Raised when the state changes.</summary>
    public event Action? Changed;

    /// <summary>Present state.</summary>
    public Link Link { get; private set; } = Link.Connecting;

    /// <summary>Connects; keeps trying until it is live.</summary>
    public async Task StartAsync()
    {
        for (var attempt = 0; hub.State == HubConnectionState.Disconnected; attempt++)
        {
            try
            {
                await hub.StartAsync();
                await Set(Link.Live);
            }
            catch (Exception) when (attempt < 600)
            {
                await Set(Link.Down);
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(10_000, 500 * (attempt + 1))));
            }
        }
    }

    /// <summary>Watches an account instead of the one before.</summary>
    public async Task WatchAccount(string id)
    {
        if (account is { } old && old != id)
        {
            await hub.InvokeAsync(nameof(ITradingHub.UnsubscribeAccount), old);
            blotter.Clear();
        }
        account = id;
        await ReloadAccount();
    }

    /// <summary>Watches an instrument instead of the one before.</summary>
    public async Task WatchMarket(string id)
    {
        if (instrument is { } old && old != id)
        {
            await hub.InvokeAsync(nameof(ITradingHub.UnsubscribeMarket), old);
        }
        instrument = id;
        await ReloadMarket();
    }

    public async ValueTask DisposeAsync() => await hub.DisposeAsync();

    private async Task ReloadAccount()
    {
        await reloading.WaitAsync();
        try
        {
            if (account is { } id && hub.State == HubConnectionState.Connected)
            {
                blotter.Load(await hub.InvokeAsync<AccountSnapshot>(nameof(ITradingHub.SubscribeAccount), id));
            }
        }
        finally
        {
            reloading.Release();
        }
    }

    private async Task ReloadMarket()
    {
        if (instrument is { } id && hub.State == HubConnectionState.Connected)
        {
            var snapshot = await hub.InvokeAsync<MarketBatch>(nameof(ITradingHub.SubscribeMarket), id);
            if (instrument == id)
            {
                market.Load(snapshot);
            }
        }
    }

    private Task Set(Link link)
    {
        Link = link;
        Changed?.Invoke();
        return Task.CompletedTask;
    }

    private sealed class Backoff : IRetryPolicy
    {
        public TimeSpan? NextRetryDelay(RetryContext retryContext) => TimeSpan.FromMilliseconds(Math.Min(10_000, 250 * Math.Pow(2, Math.Min(6, retryContext.PreviousRetryCount))));
    }
}

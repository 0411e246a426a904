using Ems.Web.Client.Contracts;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Ems.Web.Client.Services;

/// <summary>State of the push connection.</summary>
public enum Link { Connecting, Live, Reconnecting, Down }

/// <summary>The hub connection: subscribes, feeds the stores, and after every break or gap starts from a snapshot again.</summary>
public sealed class TradingConnection : IAsyncDisposable
{
    private const int AsksMax = 5;
    private readonly HubConnection hub;
    private readonly BlotterStore blotter;
    private readonly MarketStore market;
    private readonly SemaphoreSlim reloading = new(1, 1);
    private string? account, instrument;
    private bool disposed;

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
        hub.Reconnected += _ => Resume();
        hub.Closed += async _ =>
        {
            await Set(Link.Down);
            // The server may close for good (a restart, say); only the page's end is the end.
            if (!disposed)
            {
                await StartAsync();
                await Resume();
            }
        };
    }

    /// <summary>Raised when the state changes.</summary>
    public event Action? Changed;

    /// <summary>Present state.</summary>
    public Link Link { get; private set; } = Link.Connecting;

    /// <summary>Connects; keeps trying until it is live.</summary>
    public async Task StartAsync()
    {
        for (var attempt = 0; !disposed && hub.State == HubConnectionState.Disconnected; attempt++)
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

    /// <summary>Watches an account instead of the one before; while disconnected, from the next connection on.</summary>
    public async Task WatchAccount(string id)
    {
        var old = account;
        account = id;
        if (old is not null && old != id)
        {
            // First of all the old rows go: orders must never be read as those of the account now selected.
            blotter.Clear();
            await Ask(() => hub.InvokeAsync(nameof(ITradingHub.UnsubscribeAccount), old));
        }
        await ReloadAccount();
    }

    /// <summary>Watches an instrument instead of the one before; while disconnected, from the next connection on.</summary>
    public async Task WatchMarket(string id)
    {
        var old = instrument;
        instrument = id;
        if (old is not null && old != id)
        {
            await Ask(() => hub.InvokeAsync(nameof(ITradingHub.UnsubscribeMarket), old));
        }
        await ReloadMarket();
    }

    public async ValueTask DisposeAsync()
    {
        disposed = true;
        await hub.DisposeAsync();
    }

    private async Task Resume()
    {
        if (!disposed)
        {
            await Set(Link.Live);
            await ReloadAccount();
            await ReloadMarket();
        }
    }

    /// <summary>Asks the hub while connected. A connection that breaks meanwhile is not an error: the next one starts from snapshots.</summary>
    private async Task Ask(Func<Task> question)
    {
        if (hub.State != HubConnectionState.Connected)
        {
            return;
        }
        try
        {
            await question();
        }
        catch (Exception e) when (e is not HubException)
        {
            // Reconnecting or Closed has been raised, or is about to be.
        }
    }

    /// <summary>A server that has just started may still be folding the account's journal: asked again before it is an error.</summary>
    private static async Task<T> Patiently<T>(Func<Task<T>> question)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await question();
            }
            catch (HubException) when (attempt < AsksMax)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(500 * attempt));
            }
        }
    }

    private async Task ReloadAccount()
    {
        await reloading.WaitAsync();
        try
        {
            if (account is { } id)
            {
                await Ask(async () =>
                {
                    var snapshot = await Patiently(() => hub.InvokeAsync<AccountSnapshot>(nameof(ITradingHub.SubscribeAccount), id));
                    if (account == id)
                    {
                        blotter.Load(snapshot);
                    }
                });
            }
        }
        finally
        {
            reloading.Release();
        }
    }

    private async Task ReloadMarket()
    {
        if (instrument is { } id)
        {
            await Ask(async () =>
            {
                var snapshot = await hub.InvokeAsync<MarketBatch>(nameof(ITradingHub.SubscribeMarket), id);
                if (instrument == id)
                {
                    market.Load(snapshot);
                }
            });
        }
    }

    /// <summary>Internal for tests, which have no server to connect to.</summary>
    internal Task Set(Link link)
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

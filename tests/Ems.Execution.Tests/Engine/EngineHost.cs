using System.Collections.Concurrent;
using Ems.Execution.Core.Accounts;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Core.Simulation.Market;
using Ems.Execution.Engine.Accounts;
using Ems.Execution.Engine.Hosting;
using Ems.Execution.Engine.Jobs;
using Ems.Execution.Engine.Storage;
using Ems.Execution.Venues.Paper;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ems.Execution.Tests.Engine;

/// <summary>The production engine and paper venues in one process over a folder, with a direct scheduler in Hangfire's place.</summary>
public sealed class EngineHost : IAsyncDisposable
{
    private readonly IHost host;

    private EngineHost(IHost host) => this.host = host;

    public IServiceProvider Services => host.Services;

    public CapturedPublisher Published => (CapturedPublisher)Services.GetRequiredService<IAccountPublisher>();

    public IAccountGrain Account(string id) => Services.GetRequiredService<IGrainFactory>().GetGrain<IAccountGrain>(id);

    public static async Task<EngineHost> StartAsync(string folder, bool latency = false, Dictionary<string, string?>? settings = null)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Engine:DataPath"] = folder, ["Paper:DataPath"] = folder, ["Paper:Latency"] = latency ? "true" : "false",
        });
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IMarketSource>(new WalkingMarket([.. PaperVenueSpec.Defaults.SelectMany(v => v.Listings)]));
        builder.Services.AddSingleton<IAccountPublisher, CapturedPublisher>();
        builder.Services.AddPaperVenues();
        builder.AddEmsExecution();
        builder.Services.AddSingleton<IJobScheduler, DirectScheduler>();
        // No Hangfire here: the sweep is tested with the web host.
        foreach (var d in builder.Services.Where(d => d.ServiceType == typeof(IHostedService) && d.ImplementationType?.Name == "AccountWaker").ToList())
        {
            builder.Services.Remove(d);
        }
        var host = builder.Build();
        await host.StartAsync();
        return new EngineHost(host);
    }

    public async Task OpenAsync(string id) => await Account(id).OpenAsync(new OpenAccount(new AccountId(id), "test", new RiskLimits(), Deposits(), "test"));

    public static IReadOnlyList<Deposit> Deposits() => [.. PaperVenueSpec.Defaults.SelectMany(v => new Deposit[]
    {
        new(v.Venue, new("USDT"), 1_000_000m), new(v.Venue, new("BTC"), 10m), new(v.Venue, new("ETH"), 100m), new(v.Venue, new("SOL"), 1_000m),
    })];

    public static SubmitOrder Order(string id, string strategy, Side side, decimal qty, decimal? limit = null, params (string Name, string Value)[] parameters) =>
        new(new ParentSpec(new(id), new("BTC-USDT"), side, qty, limit, strategy, parameters.ToDictionary(p => p.Name, p => p.Value)), id + strategy + qty, "test");

    public async Task<ParentOrder> UntilAsync(string account, string id, Func<ParentOrder, bool> reached, int seconds = 20)
    {
        var deadline = DateTime.UtcNow.AddSeconds(seconds);
        while (true)
        {
            var view = await Account(account).ViewAsync();
            var parent = view.Parents.FirstOrDefault(p => p.Order.Spec.ClOrdId.Value == id);
            if (parent is not null && reached(parent.Order))
            {
                return parent.Order;
            }
            if (DateTime.UtcNow > deadline)
            {
                var detail = await Account(account).FindAsync(new(id));
                throw new TimeoutException($"{id}: {parent?.Order.OrdStatus} {parent?.WhyIdle} filled {parent?.Order.CumQty}\n" + string.Join('\n', detail?.Timeline.Select(l => $"{l.Time:mm:ss.fff} {l.Kind} {l.Text}") ?? []));
            }
            await Task.Delay(50);
        }
    }

    /// <summary>The account's state folded from its journal alone, with every invariant checked.</summary>
    public AccountState Fold(string account)
    {
        var verifier = Services.GetRequiredService<JournalVerifier>();
        verifier.Verify(new(account)).Error.ShouldBeNull();
        var state = new AccountState(Services.GetRequiredService<Core.Instruments.InstrumentCatalog>());
        foreach (var row in Services.GetRequiredService<JournalReader>().Rows(new(account)))
        {
            state.Apply(AccountJson.Read(row.Payload));
        }
        return state;
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        if (host is IAsyncDisposable d)
        {
            await d.DisposeAsync();
        }
    }
}

public sealed class CapturedPublisher : IAccountPublisher
{
    public ConcurrentQueue<AccountDelta> Deltas { get; } = new();

    public void Publish(AccountDelta delta) => Deltas.Enqueue(delta);
}

/// <summary>Runs start and close jobs at once on the thread pool.</summary>
public sealed class DirectScheduler(IServiceProvider services) : IJobScheduler
{
    public void Start(AccountId account, ClOrdId clOrdId, string name, DateTimeOffset? at) => Run(account, at, g => g.ActivateParentAsync(clOrdId));

    public void Close(AccountId account, ClOrdId clOrdId, string name, DateTimeOffset? at) => Run(account, at, g => g.CloseParentAsync(clOrdId));

    public void Recur(AccountId account, ClOrdId clOrdId, string name, string cron)
    {
    }

    public void StopRecurring(AccountId account, ClOrdId clOrdId)
    {
    }

    private void Run(AccountId account, DateTimeOffset? at, Func<IAccountGrain, Task> job) => _ = Task.Run(async () =>
    {
        if (at is { } t && t - DateTimeOffset.UtcNow is var wait && wait > TimeSpan.Zero)
        {
            await Task.Delay(wait);
        }
        await job(services.GetRequiredService<IGrainFactory>().GetGrain<IAccountGrain>(account.Value));
    });
}

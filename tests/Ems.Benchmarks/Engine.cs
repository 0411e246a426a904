using System.Collections.Concurrent;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Engine.Accounts;
using Ems.Execution.Engine.Hosting;
using Ems.Execution.Venues.Paper;
using Ems.Execution.Venues.Paper.Market;
using Ems.Web.Features.Jobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ems.Benchmarks;

/// <summary>The engine, the paper venues and Hangfire in this process, registered as the host does it, without the web.</summary>
internal sealed class Engine : IAsyncDisposable
{
    private static readonly RiskLimits Limits = new(1e12m, 1e12m, 1e18m, 5_000m, 1_000_000, 1_000_000, 1_000_000);
    private readonly IHost host;

    private Engine(IHost host) => this.host = host;

    /// <summary>Hears every delta; set before orders are sent.</summary>
    public Listener Published => (Listener)host.Services.GetRequiredService<IAccountPublisher>();

    public IAccountGrain Account(string id) => host.Services.GetRequiredService<IGrainFactory>().GetGrain<IAccountGrain>(id);

    public static async Task<Engine> StartAsync(string folder, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(settings.Prepend(("Engine:DataPath", folder)).Prepend(("Paper:DataPath", folder)).Prepend(("Paper:Market", "fitted"))
            .ToDictionary(s => s.Item1, s => (string?)s.Item2));
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IAccountPublisher, Listener>();
        builder.Services.AddPaperMarket(builder.Configuration);
        builder.Services.AddPaperVenues();
        builder.Services.AddJobs(builder.Configuration);
        builder.AddEmsExecution();
        var host = builder.Build();
        await host.StartAsync();
        return new Engine(host);
    }

    /// <summary>An account rich enough for any load.</summary>
    public Task OpenAsync(string id) => Account(id).OpenAsync(new OpenAccount(new AccountId(id), id, Limits,
        [.. PaperVenueSpec.Defaults.SelectMany(v => new[] { "USDT", "BTC", "ETH", "SOL" }.Select(a => new Deposit(v.Venue, new Asset(a), 1_000_000_000m)))], "benchmark"));

    /// <summary>Waits until every venue has a book.</summary>
    public static Task WarmAsync() => Task.Delay(TimeSpan.FromSeconds(3));

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
    }
}

/// <summary>Where the engine publishes to: children by parent, as soon as a venue has answered for them.</summary>
internal sealed class Listener : IAccountPublisher
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> waiting = new(StringComparer.Ordinal);

    /// <summary>Completes when the first child of the parent has a venue's word.</summary>
    public Task AckOf(string parent) => waiting.GetOrAdd(parent, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Publish(AccountDelta delta)
    {
        foreach (var child in delta.Children)
        {
            if (child.OrdStatus != OrdStatus.PendingNew && waiting.TryRemove(child.ParentClOrdId.Value, out var source))
            {
                source.TrySetResult();
            }
        }
    }
}

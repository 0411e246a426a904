using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Engine.Accounts;
using Ems.Execution.Engine.Hosting;
using Ems.Execution.Venues;
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

    private Engine(IHost host) => (this.host, Acks) = (host, new Acks([.. host.Services.GetServices<IExecutionClient>()]));

    /// <summary>What was registered.</summary>
    public IServiceProvider Services => host.Services;

    /// <summary>What the venues answer.</summary>
    public Acks Acks { get; }

    public IAccountGrain Account(string id) => host.Services.GetRequiredService<IGrainFactory>().GetGrain<IAccountGrain>(id);

    public static async Task<Engine> StartAsync(string folder, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(settings.Prepend(("Engine:DataPath", folder)).Prepend(("Paper:DataPath", folder)).Prepend(("Paper:Market", "fitted"))
            .ToDictionary(s => s.Item1, s => (string?)s.Item2));
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IAccountPublisher, Nobody>();
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

/// <summary>Hears the venues' own reports as they come in, beside the account.</summary>
internal sealed class Acks(IReadOnlyList<IExecutionClient> clients)
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<long>> waiting = new(StringComparer.Ordinal);

    /// <summary>Completes with the timestamp of a venue's first word on the parent's first child.</summary>
    public Task<long> Of(string parent) => waiting.GetOrAdd(parent + "-1", _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Starts to listen for one account.</summary>
    public void Listen(string account)
    {
        var reports = Channel.CreateUnbounded<ExecutionReport>();
        foreach (var client in clients)
        {
            client.Subscribe(new AccountId(account), reports.Writer);
        }
        _ = Task.Run(async () =>
        {
            await foreach (var report in reports.Reader.ReadAllAsync())
            {
                if (waiting.TryRemove(report.ClOrdId.Value, out var source))
                {
                    source.TrySetResult(Stopwatch.GetTimestamp());
                }
            }
        });
    }
}

/// <summary>The page is not part of these measurements.</summary>
internal sealed class Nobody : IAccountPublisher
{
    public void Publish(AccountDelta delta)
    {
    }
}

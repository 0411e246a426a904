using System.ComponentModel.DataAnnotations;
using Ems.Execution.Venues.Cow.Loopback;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Local;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.OnChain;
using Ems.Execution.Venues.OnChain.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Ems.Execution.Venues.Cow;

/// <summary>Section <c>Cow</c>.</summary>
public sealed class CowOptions : IValidatableObject
{
    /// <summary>Order book of CoW Protocol for the chain, such as https://api.cow.fi/mainnet/. Empty: ours on a local chain, none elsewhere.</summary>
    public string ApiUrl { get; set; } = "";
    /// <summary>Whether there are intents at all.</summary>
    public bool Enabled { get; set; } = true;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ApiUrl.Length > 0 && (!Uri.TryCreate(ApiUrl, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || !ApiUrl.EndsWith('/')))
        {
            yield return new("Cow:ApiUrl is an address that ends in a slash, like https://api.cow.fi/mainnet/.");
        }
    }
}

/// <summary>
/// Intents of this instance: with CoW Protocol's order book where the setting names one, with a loopback order book and settlement contract of
/// ours on a local chain, which it sets up once the chain is there, and not at all elsewhere; it says why.
/// </summary>
public sealed partial class CowRuntime(ChainRuntime chain, IOptions<CowOptions> options, IOptions<ChainOptions> chainOptions, TimeProvider time, ILogger<CowRuntime> logger) : BackgroundService, IAsyncDisposable
{
    private const int DeployerAccount = 7, SolverAccount = 6;
    private static readonly HttpClient Http = new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30) }) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile IntentDesk? desk;
    private volatile string? whyNot = "the chain is being set up";
    private CowServer? server;
    private IDisposable? following;

    /// <summary>Where intents are quoted and placed; null where there are none.</summary>
    public IntentDesk? Desk => desk;

    /// <summary>Why there are none, or null.</summary>
    public string? WhyNot => whyNot;

    /// <summary>The order book of ours; null where another is used.</summary>
    public CowOrderBook? Book { get; private set; }

    /// <summary>Waits until it is known whether there are intents.</summary>
    public Task ReadyAsync(CancellationToken ct = default) => ready.Task.WaitAsync(ct);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        try
        {
            var state = await chain.ReadyAsync(stoppingToken).ConfigureAwait(false);
            whyNot = !options.Value.Enabled ? "Cow:Enabled is false" : chain.Eth is null ? "there is no node: the simulation knows no signatures" : await OpenAsync(state, chain.Eth, stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            whyNot = "the application ends";
        }
        catch (Exception e)
        {
            // Whatever it was, the application runs on without intents and says so.
            whyNot = $"{e.GetType().Name}: {e.Message}";
        }
        if (whyNot is { } why)
        {
            NoIntents(logger, why);
        }
        ready.TrySetResult();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        following?.Dispose();
        Dispose();
        if (server is not null)
        {
            await server.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<string?> OpenAsync(ChainState state, EthApi eth, CancellationToken ct)
    {
        if (options.Value.ApiUrl.Length > 0)
        {
            desk = new(new(Http, new(options.Value.ApiUrl), time), CowDomain.Public(state.ChainId), eth, time);
            return null;
        }
        if (state.ChainId != ChainNode.DevChain)
        {
            return $"Cow:ApiUrl names no order book for chain {state.ChainId}";
        }
        var folder = chainOptions.Value.Folder.Length > 0 ? chainOptions.Value.Folder : ChainFolder.Find(AppContext.BaseDirectory) ?? ChainFolder.Find(Environment.CurrentDirectory);
        if (folder is null || ChainPackages.Find(folder) is not { } packages)
        {
            return "the npm packages of chain are not installed (npm ci)";
        }
        var solver = DevAccounts.Account(SolverAccount);
        var (domain, abi) = await CowSettler.DeployAsync(eth, packages, DevAccounts.Account(DeployerAccount), solver.Address, ct: ct).ConfigureAwait(false);
        var lane = await chain.LaneAsync(solver).ConfigureAwait(false);
        var book = new CowOrderBook(new(eth, new(state.Contracts.V2Router, state.Contracts.V3Router), state.Contracts.Pools), domain, new CowSettler(eth, lane, domain.Settlement, abi), time);
        server = await CowServer.StartAsync(book, ct).ConfigureAwait(false);
        Book = book;
        following = chain.OnBlock(async t =>
        {
            try
            {
                await book.SolveAsync(t).ConfigureAwait(false);
            }
            catch (Exception e) when (e is RpcException or EthereumFormatException)
            {
                // The next block is another try.
                SolverFailed(logger, e.Message);
            }
        });
        desk = new(new(Http, server.Address, time), domain, eth, time);
        IntentsReady(logger, domain.Settlement.ToString());
        return null;
    }

    [LoggerMessage(2621, LogLevel.Information, "Intents are settled by {Settlement} on the local chain")]
    private static partial void IntentsReady(ILogger logger, string settlement);

    [LoggerMessage(2622, LogLevel.Information, "There are no intents: {Why}")]
    private static partial void NoIntents(ILogger logger, string why);

    [LoggerMessage(2623, LogLevel.Warning, "The solver of the loopback order book failed: {Why}")]
    private static partial void SolverFailed(ILogger logger, string why);
}

/// <summary>Registers intents.</summary>
public static class CowHosting
{
    /// <summary>Adds intents, which are set up in the background once the chain is there.</summary>
    public static IServiceCollection AddIntents(this IServiceCollection services)
    {
        services.AddOptions<CowOptions>().BindConfiguration("Cow").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<CowRuntime>();
        services.AddHostedService(s => s.GetRequiredService<CowRuntime>());
        return services;
    }
}

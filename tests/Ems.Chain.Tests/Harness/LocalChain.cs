using Ems.Execution.Venues.Ethereum.Local;
using Ems.Execution.Venues.Ethereum.Rpc;

namespace Ems.Chain.Tests.Harness;

/// <summary>A node of one test, from the npm packages of the folder chain.</summary>
public sealed class LocalChain : IAsyncDisposable
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30) }) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly AnvilProcess anvil;

    private LocalChain(AnvilProcess anvil, ChainPackages packages) => (this.anvil, Packages, Eth) = (anvil, packages, new(Pool(anvil.Address)));

    /// <summary>The chain's id.</summary>
    public const ulong ChainId = 31337;

    /// <summary>Contracts of the packages.</summary>
    public ChainPackages Packages { get; }

    /// <summary>Questions to the node.</summary>
    public EthApi Eth { get; }

    /// <summary>HTTP address of the node.</summary>
    public Uri Address => anvil.Address;

    /// <summary>WebSocket address of the node.</summary>
    public Uri WebSocketAddress => anvil.WebSocketAddress;

    /// <summary>Restores the packages and starts a node; skipped by name where anvil is not offered for this system.</summary>
    public static async Task<LocalChain> StartAsync(params string[] arguments)
    {
        var packages = await PackagesAsync();
        var program = AnvilProcess.Find(packages.PackagesFolder);
        Assert.SkipWhen(program is null, "needs anvil: npm has it for Linux x64, elsewhere put it on PATH");
        return new(await AnvilProcess.StartAsync(program!, arguments), packages);
    }

    /// <summary>The packages, restored.</summary>
    public static async Task<ChainPackages> PackagesAsync()
    {
        var folder = Path.Combine(Places.Root, "chain");
        await Node.RestoreAsync(folder);
        return ChainPackages.Find(folder)!;
    }

    /// <summary>A client of one address.</summary>
    public static RpcPool Pool(Uri address, RpcPolicy? policy = null) => new([Channel(address)], ChainId, policy ?? new(), TimeProvider.System);

    /// <summary>A channel to one address.</summary>
    public static HttpRpcChannel Channel(Uri address, int timeoutMs = 10_000) => new(Http, address, TimeProvider.System, timeoutMs);

    /// <summary>Asks the node something of its own, such as evm_mine.</summary>
    public async Task TellAsync(string method, params object?[] parameters) => await Eth.Client.SendAsync(new(method, parameters));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await anvil.DisposeAsync();
}

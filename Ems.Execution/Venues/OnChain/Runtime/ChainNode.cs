using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Local;
using Ems.Execution.Venues.Ethereum.Rpc;

namespace Ems.Execution.Venues.OnChain.Runtime;

/// <summary>The chain cannot be used; the message says why in words for people.</summary>
internal sealed class ChainUnusableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A node that answers: ours, which is started here and ends with us, or somebody else's.</summary>
internal sealed class ChainNode : IAsyncDisposable
{
    private const string CoinEach = "100000000";
    private const string StatesKept = "512";
    private const int AskTimeoutMs = 5_000;
    private static readonly HttpClient Http = new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30) }) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly AnvilProcess? process;

    private ChainNode(Uri address, ulong chainId, AnvilProcess? process, TimeProvider time) =>
        (Address, ChainId, this.process, Eth) = (address, chainId, process, Api(address, chainId, time));

    /// <summary>Chain of local development nodes.</summary>
    public const ulong DevChain = 31337;

    /// <summary>Our local layer two.</summary>
    public const ulong LayerTwoChain = 31338;

    public Uri Address { get; }

    public ulong ChainId { get; }

    public EthApi Eth { get; }

    public bool IsOurs => process is not null;

    /// <summary>Starts the local node; the folder of npm packages must be there.</summary>
    public static async Task<(ChainNode Node, ChainPackages Packages)> StartAsync(string? folder, ulong chainId, TimeProvider time, CancellationToken ct)
    {
        var packages = folder is null ? null : ChainPackages.Find(folder);
        if (packages is null)
        {
            throw new ChainUnusableException(folder is null ? "there is no folder chain with the contracts" : $"the npm packages of {Path.GetFileName(folder)} are not installed (npm ci)");
        }
        var program = AnvilProcess.Find(packages.PackagesFolder) ?? throw new ChainUnusableException("anvil is neither in the npm packages nor on PATH");
        // It mines at once while the contracts are put up, and by the clock from then on.
        var process = await AnvilProcess.StartAsync(program, ["--chain-id", chainId.ToString(System.Globalization.CultureInfo.InvariantCulture), "--balance", CoinEach, "--order", "fifo", "--prune-history", StatesKept], ct).ConfigureAwait(false);
        return (new(process.Address, chainId, process, time), packages);
    }

    /// <summary>Joins a node that runs.</summary>
    /// <param name="expected">The chain it must be of; 0 takes what it says.</param>
    public static async Task<ChainNode> JoinAsync(Uri address, ulong expected, TimeProvider time, CancellationToken ct)
    {
        ulong chain;
        try
        {
            var answer = await Channel(address, time).SendAsync([new("eth_chainId")], ct).ConfigureAwait(false);
            chain = (ulong)Hex.ParseLong(answer[0].Value("eth_chainId").TextValue());
        }
        catch (Exception e) when (e is RpcException or EthereumFormatException)
        {
            throw new ChainUnusableException($"{address.Host}:{address.Port} does not answer as a node: {e.Message}", e);
        }
        return expected != 0 && chain != expected
            ? throw new ChainUnusableException($"{address.Host}:{address.Port} is a node of chain {chain}, Chain:ChainId asks for {expected}") : new(address, chain, null, time);
    }

    /// <summary>Questions to an address.</summary>
    internal static EthApi Api(Uri address, ulong chainId, TimeProvider time) => new(new RpcPool([Channel(address, time)], chainId, new(), time));

    /// <summary>Tells a development node something of its own.</summary>
    public Task TellAsync(string method, CancellationToken ct, params object?[] values) => Eth.Client.SendAsync(new(method, values), ct);

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            await process.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static HttpRpcChannel Channel(Uri address, TimeProvider time) => new(Http, address, time, AskTimeoutMs);
}

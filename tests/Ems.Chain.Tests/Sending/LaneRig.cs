using System.Numerics;
using Ems.Chain.Tests.Harness;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Local;
using Ems.Execution.Venues.Ethereum.PrivateFlow;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Sending;
using Ems.Execution.Venues.Ethereum.Signing;

namespace Ems.Chain.Tests.Sending;

/// <summary>A lane on a node that mines only when told, with its journal in a file.</summary>
internal sealed class LaneRig : IAsyncDisposable
{
    public static readonly PrivateKeySigner Wallet = DevAccounts.Account(3);
    private readonly string folder = Directory.CreateTempSubdirectory("ems-lane-").FullName;

    private LaneRig(LocalChain chain) => (Chain, Journal) = (chain, new SqliteTransactionJournal(Path.Combine(folder, "lane.db")));

    public LocalChain Chain { get; }

    public ITransactionJournal Journal { get; }

    public LaneOptions Options { get; init; } = new() { Confirmations = 3, StuckAfterBlocks = 0 };

    public static async Task<LaneRig> StartAsync(LaneOptions? options = null)
    {
        var chain = await LocalChain.StartAsync("--no-mining");
        return options is null ? new(chain) : new(chain) { Options = options };
    }

    /// <summary>A lane, as after a start of the application.</summary>
    public Task<NonceLane> OpenAsync(ITransactionJournal? journal = null, EthApi? eth = null, IPrivateRelay? relay = null) =>
        NonceLane.OpenAsync(eth ?? Chain.Eth, Wallet, LocalChain.ChainId, Options, journal ?? Journal, TimeProvider.System, relay);

    /// <summary>A client behind a proxy that does harm.</summary>
    public EthApi Behind(HarshProxy proxy) => new(new RpcPool([new HttpRpcChannel(new(proxy), Chain.Address, TimeProvider.System)], LocalChain.ChainId,
        new() { AttemptsMax = 2, BackoffMsMin = 0, BackoffMsMax = 0, RetryBudgetPercent = 100, RestMs = 0 }, TimeProvider.System));

    /// <summary>An address that nobody else uses in the test.</summary>
    public static Address Somebody(int n) => Address.Create(Wallet.Address, 1_000_000 + (ulong)n);

    public static TransactionRequest Pay(string id, int somebody, BigInteger? wei = null) => new(id, Somebody(somebody), [], wei ?? 1_000_000);

    public async Task MineAsync(int blocks = 1)
    {
        for (var i = 0; i < blocks; i++)
        {
            await Chain.TellAsync("evm_mine");
        }
    }

    /// <summary>Mines and watches until nothing is open.</summary>
    public async Task FinishAsync(NonceLane lane, int roundsMax = 30)
    {
        for (var i = 0; i < roundsMax && lane.Open.Count > 0; i++)
        {
            await lane.WatchAsync();
            await MineAsync();
        }
        lane.Open.ShouldBeEmpty();
    }

    public async ValueTask DisposeAsync()
    {
        await Chain.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}

/// <summary>The process dies around the n-th record: before it is written, or right after.</summary>
internal sealed class DyingJournal(ITransactionJournal inner, int atRecord, bool written) : ITransactionJournal
{
    private int records;

    public Task<IReadOnlyList<TransactionEvent>> ReadAsync(string lane, CancellationToken ct = default) => inner.ReadAsync(lane, ct);

    public async Task AppendAsync(string lane, long sequence, TransactionEvent e, CancellationToken ct = default)
    {
        var dies = ++records >= atRecord;
        if (!dies || written)
        {
            await inner.AppendAsync(lane, sequence, e, ct);
        }
        if (dies)
        {
            throw new ProcessDied();
        }
    }
}

/// <summary>The end of a process, in a test.</summary>
internal sealed class ProcessDied : Exception;

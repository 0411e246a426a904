using System.Numerics;
using Ems.Chain.Tests.Harness;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Local;
using Ems.Execution.Venues.Ethereum.PrivateFlow;
using Ems.Execution.Venues.Ethereum.PrivateFlow.Loopback;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Sending;
using Ems.Execution.Venues.Ethereum.Signing;
using Ems.Execution.Venues.Ethereum.Transactions;

namespace Ems.Chain.Tests.PrivateFlow;

/// <summary>A node that only the builder reaches, its doors, and a lane that goes through them.</summary>
internal sealed class BuilderRig : IAsyncDisposable
{
    private static readonly HttpClient Http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly string folder = Directory.CreateTempSubdirectory("ems-builder-").FullName;

    private BuilderRig(LocalChain chain, BlockBuilder builder, BuilderServer server)
    {
        (Chain, Builder, Server) = (chain, builder, server);
        Public = new(LocalChain.Pool(server.Address));
        Relay = Client(DevAccounts.Account(9));
        Journal = new SqliteTransactionJournal(Path.Combine(folder, "lane.db"));
        builder.PendingPublic += Seen.Add;
    }

    public static PrivateKeySigner User { get; } = DevAccounts.Account(3);

    public LocalChain Chain { get; }

    public BlockBuilder Builder { get; }

    public BuilderServer Server { get; }

    /// <summary>Questions by the public endpoint.</summary>
    public EthApi Public { get; }

    public RelayClient Relay { get; }

    public ITransactionJournal Journal { get; }

    /// <summary>Hashes that the public feed showed.</summary>
    public List<string> Seen { get; } = [];

    public static async Task<BuilderRig> StartAsync()
    {
        var chain = await LocalChain.StartAsync("--no-mining", "--order", "fifo");
        var builder = new BlockBuilder(chain.Eth);
        return new(chain, builder, await BuilderServer.StartAsync(builder));
    }

    public RelayClient Client(PrivateKeySigner identity) => new("loopback", Http, Server.RelayAddress, identity, TimeProvider.System, statusAddress: Server.RelayStatusAddress);

    public Task<NonceLane> OpenAsync() => NonceLane.OpenAsync(Public, User, LocalChain.ChainId, new() { Confirmations = 2, StuckAfterBlocks = 0 }, Journal, TimeProvider.System, Relay);

    public async Task BuildAsync(NonceLane lane, int blocks)
    {
        for (var i = 0; i < blocks; i++)
        {
            await Builder.BuildAsync();
            await lane.WatchAsync();
        }
    }

    /// <summary>A signed transfer.</summary>
    public static SignedTransaction Pay(int account, ulong nonce, Address to, BigInteger wei, long tipGwei, long capGwei = 100, byte[]? data = null)
    {
        var signer = DevAccounts.Account(account);
        var tx = new Eip1559Transaction
        {
            ChainId = LocalChain.ChainId, Nonce = nonce, GasLimit = data is null ? 21_000UL : 200_000, To = to, Value = wei, Data = data ?? [],
            MaxFeePerGas = capGwei * (BigInteger)1_000_000_000, MaxPriorityFeePerGas = tipGwei * (BigInteger)1_000_000_000,
        };
        return tx.Sign(signer.SignHash(tx.SigningHash()));
    }

    public static string Raw(SignedTransaction tx) => Hex.Encode(tx.Raw);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Chain.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}

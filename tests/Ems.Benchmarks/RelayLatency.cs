using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Local;
using Ems.Execution.Venues.Ethereum.PrivateFlow;
using Ems.Execution.Venues.Ethereum.PrivateFlow.Loopback;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Sending;
using Ems.Execution.Venues.OnChain;

namespace Ems.Benchmarks;

/// <summary>From a slice's decision to the relay's acceptance: quoted, simulated, gas estimated, signed, durable, handed over.</summary>
internal static class RelayLatency
{
    private const int Warm = 20, Slices = 200;

    /// <summary>Prints p50 and p99 beside one durable commit's and one request's share. Without anvil it says so.</summary>
    public static async Task RunAsync(string folder)
    {
        var packages = ChainPackages.Find(folder);
        if (packages is null || AnvilProcess.Find(packages.PackagesFolder) is not { } program)
        {
            Console.WriteLine("relay: no anvil or no packages in chain (npm ci --ignore-scripts), nothing measured");
            return;
        }
        var data = Directory.CreateTempSubdirectory("ems-relay-").FullName;
        await using var anvil = await AnvilProcess.StartAsync(program, ["--order", "fifo"]);
        using var http = new HttpClient();
        EthApi Api(Uri address) => new(new RpcPool([new HttpRpcChannel(http, address, TimeProvider.System)], 31337, new(), TimeProvider.System));
        var (node, unit, user) = (Api(anvil.Address), BigInteger.Pow(10, 18), DevAccounts.Account(0));
        var d = await UniswapDeployment.DeployAsync(node, packages, user);
        var (a, b) = (d.Token("A", "A", 18), d.Token("B", "B", 18));
        (a, b) = a.CompareTo(b) < 0 ? (a, b) : (b, a);
        d.Fund(a, 1_000_000 * unit);
        d.Fund(b, 1_000_000 * unit);
        var pool = d.V2Pool(a, 1_000 * unit, b, 3_000 * unit);
        d.Lane.Call(a, Erc20Abi.Approve, d.V2Router, Hex.MaxUInt256);
        await d.Lane.FlushAsync();
        await node.Client.SendAsync(new("evm_setAutomine", false));
        var builder = new BlockBuilder(node);
        await using var server = await BuilderServer.StartAsync(builder);
        var eth = Api(server.Address);
        var relay = new RelayClient("loopback", http, server.RelayAddress, DevAccounts.Account(9), TimeProvider.System);
        var lane = await NonceLane.OpenAsync(eth, user, 31337, new() { Confirmations = 1, StuckAfterBlocks = 0 }, new SqliteTransactionJournal(Path.Combine(data, "lane.db")), TimeProvider.System, relay);
        var venue = new UniswapVenue("relay", 31337, eth, lane, user.Address, new(d.V2Router, d.V3Router), [new(pool, PoolKind.ConstantProduct, a, b, 3_000)], TimeProvider.System, SubmissionPath.Relay);
        var (taken, asked) = (new List<double>(), new List<double>());
        for (var i = 0; i < Warm + Slices; i++)
        {
            var start = Stopwatch.GetTimestamp();
            var sent = await venue.SwapAsync(new($"slice/{i}", pool, true, unit / 100, 1, TimeProvider.System.GetUtcNow().AddMinutes(5)));
            var ms = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            if (sent.Denial is not null || lane.Find($"slice/{i}")!.SentBy != SubmissionPath.Relay)
            {
                throw new InvalidOperationException($"A slice was not accepted by the relay: {sent.Words}");
            }
            start = Stopwatch.GetTimestamp();
            _ = await eth.BlockNumberAsync();
            asked.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            taken.Add(ms);
            await builder.BuildAsync();
            _ = await venue.WatchAsync();
        }
        new Table($"Slice decision to relay accepted, {Slices} slices of a Uniswap V2 swap", "", "p50 ms", "p99 ms")
            .Row("floor: one question to the node through the builder's public endpoint", At(asked, 50), At(asked, 99))
            .Row("decision until the relay accepted: balance, allowance, simulation, gas, fees, signature, two durable records", At(taken, 50), At(taken, 99)).Print();
        Directory.Delete(data, recursive: true);
    }

    private static string At(List<double> ms, int percent)
    {
        double[] sorted = [.. ms.Skip(Warm).Order()];
        return sorted[Math.Min(sorted.Length - 1, sorted.Length * percent / 100)].ToString("0.00", CultureInfo.InvariantCulture);
    }
}

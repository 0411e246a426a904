using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using Ems.Execution.Core.Amm;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Local;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Uniswap;

namespace Ems.Benchmarks;

/// <summary>From a block to the router's curves of 200 pools: half V2, half V3 with five positions; all of them traded in every block, or ten.</summary>
internal static class PoolRefresh
{
    private const int Tokens = 15, Pools = 100, Blocks = 30, FeePips = 3000;
    private static readonly PoolMarket Market = new(true, 18, 18);

    public static async Task RunAsync(string folder)
    {
        var packages = ChainPackages.Find(folder);
        if (packages is null || AnvilProcess.Find(packages.PackagesFolder) is not { } program)
        {
            Console.WriteLine("pools: no anvil or no packages in chain (npm ci --ignore-scripts), nothing measured");
            return;
        }
        await using var anvil = await AnvilProcess.StartAsync(program, ["--gas-limit", "3000000000"]);
        using var http = new HttpClient();
        var eth = new EthApi(new RpcPool([new HttpRpcChannel(http, anvil.Address, TimeProvider.System)], 31337, new(), TimeProvider.System));
        var uniswap = await UniswapDeployment.DeployAsync(eth, packages, DevAccounts.Account(0));
        var lane = uniswap.Lane;
        var tokens = Enumerable.Range(0, Tokens).Select(i => uniswap.Token("T" + i, "T" + i, 18)).Order().ToArray();
        foreach (var token in tokens)
        {
            uniswap.Fund(token, BigInteger.Pow(10, 36));
            lane.Call(token, Erc20Abi.Approve, uniswap.V3Router, Hex.MaxUInt256);
        }
        await lane.FlushAsync();
        var pairs = tokens.SelectMany((a, i) => tokens.Skip(i + 1).Select(b => (A: a, B: b))).Take(Pools).ToArray();
        var kinds = new Dictionary<Address, bool>();
        foreach (var (a, b) in pairs)
        {
            kinds[uniswap.V2Pool(a, BigInteger.Pow(10, 24), b, BigInteger.Pow(10, 24))] = false;
            kinds[uniswap.V3Pool(a, b, FeePips, TickMath.SqrtAt(0) + 1, [.. Enumerable.Range(1, 5).Select(i => new PoolPosition(-600 * i, 600 * i, BigInteger.Pow(10, 22)))])] = true;
            await lane.FlushAsync();
        }
        await eth.Client.SendAsync(new("evm_setAutomine", false));
        var mirror = await PoolMirror.StartAsync(eth, kinds);
        var (all, ten, anew) = (new Sample(), new Sample(), new Sample());
        for (var block = 0; block < Blocks; block++)
        {
            var traded = block % 2 == 0 ? pairs : [.. pairs.Skip(block % 90).Take(5)];
            foreach (var (a, b) in traded)
            {
                var (from, to) = block % 4 < 2 ? (a, b) : (b, a);
                lane.Call(uniswap.V2Router, RouterAbi.V2Swap, BigInteger.Pow(10, 20), 0, new object[] { from, to }, lane.Account, Hex.MaxUInt256);
                lane.Call(uniswap.V3Router, RouterAbi.V3Swap, (object)new object[] { from, to, FeePips, lane.Account, Hex.MaxUInt256, BigInteger.Pow(10, 20), 0, 0 });
            }
            await lane.FlushAsync(mine: true);
            var start = Stopwatch.GetTimestamp();
            var changed = await mirror.RefreshAsync();
            Curves(changed.Select(p => mirror.Newest.Pools[p]));
            (block % 2 == 0 ? all : ten).Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            if (changed.Count != traded.Length * 2)
            {
                throw new InvalidOperationException($"{changed.Count} pools changed where {traded.Length * 2} were traded.");
            }
        }
        for (var i = 0; i < 3; i++)
        {
            var start = Stopwatch.GetTimestamp();
            Curves((await PoolMirror.StartAsync(eth, kinds)).Newest.Pools.Values);
            anew.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        new Table($"From a block to the curves of {kinds.Count} pools", "", "p50 ms", "worst ms", "against reading anew")
            .Row("reading every pool anew, 8 at once", anew.P50, Sample.Text(anew.At(1)), "1")
            .Row($"by the block's logs, {kinds.Count} pools traded in the block", all.P50, Sample.Text(all.At(1)), Ratio(all))
            .Row("by the block's logs, 10 pools traded in the block", ten.P50, Sample.Text(ten.At(1)), Ratio(ten))
            .Print();

        string Ratio(Sample sample) => "1/" + (anew.At(0.5) / sample.At(0.5)).ToString("0", CultureInfo.InvariantCulture);
    }

    private static void Curves(IEnumerable<IAmmPool> pools)
    {
        foreach (var pool in pools)
        {
            GC.KeepAlive(AmmCurves.Of(pool, Market, Side.Buy));
            GC.KeepAlive(AmmCurves.Of(pool, Market, Side.Sell));
        }
    }
}

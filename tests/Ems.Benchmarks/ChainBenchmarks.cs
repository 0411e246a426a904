using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Ems.Execution.Core.Amm;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Local;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Signing;
using Ems.Execution.Venues.Ethereum.Transactions;
using Ems.Execution.Venues.Ethereum.Uniswap;

namespace Ems.Benchmarks;

/// <summary>Signatures and encodings against viem in the same run, and V3 quotes here against eth_call to the published quoter.</summary>
internal static class ChainBenchmarks
{
    private const int FeePips = 3000;
    private static readonly AbiFunction Swap = AbiFunction.Parse(
        "exactInputSingle((address tokenIn, address tokenOut, uint24 fee, address recipient, uint256 deadline, uint256 amountIn, uint256 amountOutMinimum, uint160 sqrtPriceLimitX96) params)");
    private static readonly AbiFunction Quote = AbiFunction.Parse(
        "quoteExactInputSingle((address tokenIn, address tokenOut, uint256 amountIn, uint24 fee, uint160 limit) params) returns (uint256 amountOut, uint160 sqrtPriceX96After, uint32, uint256)");

    /// <summary>Prints both tables. Without node's packages there is no peer, without anvil no quoter; both are then said and left out.</summary>
    public static async Task<int> RunAsync(string root, int rounds = 2_000)
    {
        await SigningAsync(Path.Combine(root, "tests", "Ems.Chain.Tests", "npm"), rounds);
        return await QuotesAsync(Path.Combine(root, "chain"), rounds / 2);
    }

    private static async Task SigningAsync(string peerFolder, int rounds)
    {
        var signer = new PrivateKeySigner(Keccak.Hash("bench"));
        var hash = Keccak.Hash("hash");
        var signature = signer.SignHash(hash);
        object[] values = [new object[] { signer.Address, signer.Address, FeePips, signer.Address, BigInteger.One << 64, BigInteger.Pow(10, 18), 1, 0 }];
        var tx = new Eip1559Transaction { ChainId = 1, Nonce = 7, GasLimit = 200_000, To = signer.Address, Data = Swap.Encode(values), MaxFeePerGas = 10_000_000_000, MaxPriorityFeePerGas = 1_000_000_000 };
        var peer = await PeerAsync(peerFolder, rounds);
        var table = new Table("Ethereum client against viem, operations per second on one core", "operation", "ours", "viem", "ratio");
        Row("sign a hash", "sign", Rate(rounds, () => signer.SignHash(hash)));
        Row("sign a transaction (with the check that recovers its sender)", "signTransaction", Rate(rounds, () => tx.Sign(signer.SignHash(tx.SigningHash()))));
        Row("recover a signer", "recover", Rate(rounds, () => EthRecover.Signer(hash, signature)));
        Row("encode a swap", "encode", Rate(rounds * 20, () => Swap.Encode(values)));
        table.Print();

        void Row(string what, string key, double ours)
        {
            var theirs = peer is null ? double.NaN : peer.RootElement.GetProperty(key).GetDouble();
            table.Row(what, Text(ours), peer is null ? "not installed" : Text(theirs), peer is null ? "" : Ratio(ours / theirs));
        }
    }

    /// <summary>Gives how many quotes differed.</summary>
    private static async Task<int> QuotesAsync(string folder, int swaps)
    {
        var packages = ChainPackages.Find(folder);
        if (packages is null || AnvilProcess.Find(packages.PackagesFolder) is not { } program)
        {
            Console.WriteLine("quotes: no anvil or no packages in chain (npm ci --ignore-scripts), nothing measured");
            return 0;
        }
        await using var anvil = await AnvilProcess.StartAsync(program, []);
        using var http = new HttpClient();
        var eth = new EthApi(new RpcPool([new HttpRpcChannel(http, anvil.Address, TimeProvider.System)], 31337, new(), TimeProvider.System));
        var started = Stopwatch.GetTimestamp();
        var uniswap = await UniswapDeployment.DeployAsync(eth, packages, DevAccounts.Account(0));
        var (a, b) = (uniswap.Token("A", "A", 18), uniswap.Token("B", "B", 18));
        (a, b) = a.CompareTo(b) < 0 ? (a, b) : (b, a);
        uniswap.Fund(a, BigInteger.Pow(10, 40));
        uniswap.Fund(b, BigInteger.Pow(10, 40));
        await uniswap.Lane.FlushAsync();
        var address = uniswap.V3Pool(a, b, FeePips, TickMath.SqrtAt(0) + 4321, [.. Enumerable.Range(1, 25).Select(i =>
            new PoolPosition(-60 * (1 + (int)(SeededRandom.Draw(1, 1, i) % 90)), 60 * (1 + (int)(SeededRandom.Draw(1, 2, i) % 90)), BigInteger.Pow(10, 19) * i))]);
        await uniswap.Lane.FlushAsync();
        var deployMs = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        var pool = await new UniswapReader(eth).V3Async(address, await eth.BlockNumberAsync());
        var cases = Enumerable.Range(0, swaps).Select(i => (ZeroForOne: i % 2 == 0, Amount: 1 + ((BigInteger)(SeededRandom.Draw(1, 3, i) % 1_000_000) * BigInteger.Pow(10, (int)(SeededRandom.Draw(1, 4, i) % 16))))).ToArray();
        EthCall Call((bool ZeroForOne, BigInteger Amount) c) => new(null, uniswap.V3Quoter, Quote.Encode((object)new object[] { c.ZeroForOne ? a : b, c.ZeroForOne ? b : a, c.Amount, FeePips, 0 }));

        foreach (var c in cases.Take(50))
        {
            _ = await eth.CallAsync(Call(c));
        }
        var start = Stopwatch.GetTimestamp();
        var asked = new List<byte[]>(swaps);
        foreach (var c in cases)
        {
            asked.Add(await eth.CallAsync(Call(c)));
        }
        var remote = swaps / Stopwatch.GetElapsedTime(start).TotalSeconds;
        var local = Rate(swaps, i => pool.SwapIn(cases[i % swaps].ZeroForOne, cases[i % swaps].Amount));
        var (different, across) = (0, 0);
        for (var i = 0; i < swaps; i++)
        {
            var (quoted, swap) = (Quote.DecodeOutput(asked[i]), pool.SwapIn(cases[i].ZeroForOne, cases[i].Amount));
            different += (BigInteger)quoted[0] == swap.AmountOut && (BigInteger)quoted[1] == ((ConcentratedPool)swap.After).SqrtPriceX96 ? 0 : 1;
            across += swap.TicksCrossed > 0 ? 1 : 0;
        }
        new Table("Quotes of a Uniswap V3 pool of 25 positions", "random swaps", "across ticks", "different from QuoterV2", "here, per second", "eth_call, per second", "ratio", "Uniswap deployed, ms")
            .Row(Text(swaps), Text(across), Text(different), Text(local), Text(remote), Ratio(local / remote), Text(deployMs)).Print();
        return different;
    }

    private static async Task<JsonDocument?> PeerAsync(string folder, int rounds)
    {
        if (!Directory.Exists(Path.Combine(folder, "node_modules", "viem")))
        {
            return null;
        }
        using var node = Process.Start(new ProcessStartInfo("node", ["bench.mjs", rounds.ToString(CultureInfo.InvariantCulture)]) { WorkingDirectory = folder, RedirectStandardOutput = true })!;
        var text = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();
        return JsonDocument.Parse(text);
    }

    private static double Rate(int rounds, Func<object> work) => Rate(rounds, _ => work());

    private static double Rate(int rounds, Func<int, object> work)
    {
        for (var i = 0; i < (rounds / 5) + 1; i++)
        {
            GC.KeepAlive(work(i));
        }
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < rounds; i++)
        {
            GC.KeepAlive(work(i));
        }
        return rounds / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Rate(int rounds, Func<EthSignature> work) => Rate(rounds, () => (object)work());

    private static double Rate(int rounds, Func<Address> work) => Rate(rounds, () => (object)work());

    private static string Text(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Ratio(double value) => value.ToString("N1", CultureInfo.InvariantCulture);
}

using System.Numerics;
using Ems.Chain.Tests.Harness;
using Ems.Execution.Core.Amm;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Local;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Uniswap;

namespace Ems.Chain.Tests.Amm;

/// <summary>Local quotes against the published contracts on a real node, to the unit.</summary>
public sealed class QuoterTests
{
    internal static readonly AbiFunction Quote = AbiFunction.Parse(
        "quoteExactInputSingle((address tokenIn, address tokenOut, uint256 amountIn, uint24 fee, uint160 sqrtPriceLimitX96) params) returns (uint256 amountOut, uint160 sqrtPriceX96After, uint32, uint256)");

    [Fact]
    public async Task A_thousand_random_swaps_across_ticks_are_quoted_as_QuoterV2_quotes_them()
    {
        await using var chain = await LocalChain.StartAsync();
        var (uniswap, tokens, pools) = await RandomPools.DeployAsync(chain);
        var reader = new UniswapReader(chain.Eth);
        var head = await chain.Eth.BlockNumberAsync();
        var (checks, crossed, most) = (0, 0, 0);
        foreach (var (fee, address) in pools)
        {
            var pool = await reader.V3Async(address, head);
            pool.Ticks.Count.ShouldBeGreaterThan(30);
            var cases = Enumerable.Range(0, 334).Select(i => (ZeroForOne: SeededRandom.Draw((ulong)fee, 1, i) % 2 == 0, Amount: RandomPools.Amount((ulong)fee, i))).ToArray();
            foreach (var part in cases.Chunk(100))
            {
                var calls = part.Select(c => new EthCall(null, uniswap.V3Quoter,
                    Quote.Encode((object)new object[] { c.ZeroForOne ? tokens.A : tokens.B, c.ZeroForOne ? tokens.B : tokens.A, c.Amount, fee, 0 }))).ToArray();
                var answers = await chain.Eth.CallManyAsync(calls);
                for (var i = 0; i < part.Length; i++)
                {
                    var quoted = Quote.DecodeOutput(answers[i].Data!);
                    var swap = pool.SwapIn(part[i].ZeroForOne, part[i].Amount);
                    (swap.AmountOut, ((ConcentratedPool)swap.After).SqrtPriceX96).ShouldBe(((BigInteger)quoted[0], (BigInteger)quoted[1]));
                    checks++;
                    crossed += swap.TicksCrossed > 0 ? 1 : 0;
                    most = Math.Max(most, swap.TicksCrossed);
                }
            }
        }
        checks.ShouldBeGreaterThanOrEqualTo(1_000);
        crossed.ShouldBeGreaterThan(300);
        most.ShouldBeGreaterThan(10);
        TestContext.Current.TestOutputHelper?.WriteLine($"{checks} quotes the same, {crossed} across ticks, at most {most} ticks");
    }
}

/// <summary>Three V3 pools of different spacings with random positions.</summary>
internal static class RandomPools
{
    public static async Task<(UniswapDeployment Uniswap, (Address A, Address B) Tokens, IReadOnlyList<(int Fee, Address Pool)> Pools)> DeployAsync(LocalChain chain)
    {
        var uniswap = await UniswapDeployment.DeployAsync(chain.Eth, chain.Packages, DevAccounts.Account(0));
        var (a, b) = (uniswap.Token("A", "A", 18), uniswap.Token("B", "B", 6));
        (a, b) = a.CompareTo(b) < 0 ? (a, b) : (b, a);
        uniswap.Fund(a, BigInteger.Pow(10, 40));
        uniswap.Fund(b, BigInteger.Pow(10, 40));
        await uniswap.Lane.FlushAsync();
        var pools = new List<(int, Address)>();
        foreach (var (fee, spacing) in new[] { (500, 10), (3000, 60), (10000, 200) })
        {
            var start = 1000 * (fee / 500) * ((fee & 1) == 0 ? 1 : -1);
            pools.Add((fee, uniswap.V3Pool(a, b, fee, TickMath.SqrtAt(start) + 987_654_321, [.. Enumerable.Range(0, 25).Select(i => Position((ulong)fee, i, start, spacing))])));
            await uniswap.Lane.FlushAsync();
        }
        return (uniswap, (a, b), pools);
    }

    /// <summary>From one unit up to what empties the pool, more often large than small.</summary>
    public static BigInteger Amount(ulong seed, int i) =>
        1 + ((BigInteger)(SeededRandom.Draw(seed, 2, i) % 1_000_000) * BigInteger.Pow(10, Math.Max((int)(SeededRandom.Draw(seed, 3, i) % 19), (int)(SeededRandom.Draw(seed, 8, i) % 19))));

    private static PoolPosition Position(ulong seed, int i, int around, int spacing)
    {
        var center = around / spacing;
        var lower = center - 1 - (int)(SeededRandom.Draw(seed, 4, i) % 300);
        var upper = center + 1 + (int)(SeededRandom.Draw(seed, 5, i) % 300);
        // A third of the positions lies wholly on one side of the price.
        (lower, upper) = (SeededRandom.Draw(seed, 6, i) % 6) switch { 0 => (upper, upper + 7), 1 => (lower - 9, lower), _ => (lower, upper) };
        return new(lower * spacing, upper * spacing, (BigInteger)(1 + (SeededRandom.Draw(seed, 7, i) % 1_000_000)) * BigInteger.Pow(10, 14));
    }
}

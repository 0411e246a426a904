using System.Collections.Frozen;
using System.Globalization;
using System.Numerics;
using Ems.Chain.Tests.Harness;
using Ems.Execution.Core.Amm;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Local;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Signing;
using Ems.Execution.Venues.Ethereum.Uniswap;

namespace Ems.Chain.Tests.Amm;

/// <summary>Pools followed by their logs are what the contracts say, through swaps, new liquidity and reorganisations.</summary>
public sealed class PoolMirrorTests
{

    [Fact]
    public async Task Followed_pools_are_what_reading_them_anew_gives_through_swaps_liquidity_and_reorganisations()
    {
        await using var rig = await Rig.StartAsync();
        var mirror = await PoolMirror.StartAsync(rig.Chain.Eth, rig.Kinds);
        (await mirror.RefreshAsync()).ShouldBeEmpty();
        for (var round = 0; round < 6; round++)
        {
            await rig.TradeAsync(round, liquidity: true);
            (await mirror.RefreshAsync()).ShouldNotBeEmpty();
            await rig.AssertSameAsync(mirror);
        }
        // Blocks that were seen are gone, other ones are there.
        await rig.Chain.TellAsync("anvil_reorg", 3, Array.Empty<object>());
        await mirror.RefreshAsync();
        await rig.AssertSameAsync(mirror);
        await rig.TradeAsync(10);
        await mirror.RefreshAsync();
        await rig.AssertSameAsync(mirror);
        mirror.WholeReads.ShouldBe(1, "all of it was followed by logs");
    }

    [Fact]
    public async Task A_chain_that_goes_back_further_than_is_kept_or_was_not_watched_for_long_is_read_anew()
    {
        await using var rig = await Rig.StartAsync();
        var snapshot = (await rig.Chain.Eth.Client.SendAsync(new("evm_snapshot"))).GetString();
        await rig.TradeAsync(1);
        var mirror = await PoolMirror.StartAsync(rig.Chain.Eth, rig.Kinds);
        await rig.Chain.TellAsync("evm_revert", snapshot);
        await rig.TradeAsync(2);
        await mirror.RefreshAsync();
        await rig.AssertSameAsync(mirror);
        mirror.WholeReads.ShouldBe(2);
        await rig.Chain.TellAsync("anvil_mine", "0x40");
        await rig.TradeAsync(3);
        await mirror.RefreshAsync();
        await rig.AssertSameAsync(mirror);
        mirror.WholeReads.ShouldBe(3);
    }

    [Fact]
    public void Recorded_liquidity_and_prices_of_mainnet_are_followed_by_their_logs_and_a_log_that_cannot_be_is_refused()
    {
        var address = Address.Parse("0x" + new string('1', 40));
        IAmmPool pool = new ConcentratedPool(3000, 60, BigInteger.Parse("2505290050365003892876723467", CultureInfo.InvariantCulture), 0, 0, []);
        var (logs, i) = (0, 0L);
        foreach (var row in File.ReadLines(Places.Shared("data/uniswap_v3_weth_ens/events.csv")).Skip(1).Select(l => l.Split(',')))
        {
            BigInteger Cell(int n) => BigInteger.Parse(row[n], CultureInfo.InvariantCulture);
            // Prices come with the swaps; liquidity counts where the price is, as the contract counted it.
            pool = row[4] == "Swap" ? ((ConcentratedPool)pool).At(Cell(11), (int)Cell(13), Cell(12))
                : PoolEvents.Apply(pool, row[4] == "Mint"
                    ? Log("Mint(address,address,int24,int24,uint128,uint256,uint256)", [Hex.Word(0), Hex.Word(Cell(8)), Hex.Word(Cell(9))], [Hex.Word(0), Hex.Word(Cell(5)), Hex.Word(0), Hex.Word(0)])
                    : Log("Burn(address,int24,int24,uint128,uint256,uint256)", [Hex.Word(0), Hex.Word(Cell(8)), Hex.Word(Cell(9))], [Hex.Word(Cell(5)), Hex.Word(0), Hex.Word(0)]));
            logs++;
        }
        logs.ShouldBeGreaterThan(40);
        var last = (ConcentratedPool)pool;
        last.Ticks.Where(t => t.Tick <= last.Tick).Aggregate(BigInteger.Zero, (sum, t) => sum + t.LiquidityNet).ShouldBe(last.Liquidity);
        Should.Throw<EthereumFormatException>(() => PoolEvents.Apply(pool, Log("Burn(address,int24,int24,uint128,uint256,uint256)", [Hex.Word(0), Hex.Word(-120), Hex.Word(60)], [Hex.Word(BigInteger.Pow(10, 30)), Hex.Word(0), Hex.Word(0)])));
        Should.Throw<EthereumFormatException>(() => PoolEvents.Apply(pool, Log("Sync(uint112,uint112)", [], [Hex.Word(1), Hex.Word(1)])));

        EthLog Log(string signature, byte[][] topics, byte[][] words) => new(address, [Keccak.Hash(signature), .. topics], [.. words.SelectMany(w => w)], 1, "0x", i++);
    }

    private sealed record Rig(LocalChain Chain, UniswapDeployment Uniswap, Address A, Address B, Address V2, IReadOnlyList<(int Fee, Address Pool)> V3, FrozenDictionary<Address, bool> Kinds) : IAsyncDisposable
    {
        private static readonly PrivateKeySigner Trader = DevAccounts.Account(1);

        public static async Task<Rig> StartAsync()
        {
            var chain = await LocalChain.StartAsync();
            var (uniswap, (a, b), pools) = await RandomPools.DeployAsync(chain);
            var pair = uniswap.V2Pool(a, BigInteger.Pow(10, 24), b, BigInteger.Pow(10, 24));
            var lane = await DeployLane.OpenAsync(chain.Eth, Trader);
            foreach (var token in new[] { a, b })
            {
                uniswap.Lane.Call(token, UniswapDeployment.Mint, Trader.Address, BigInteger.Pow(10, 30));
                lane.Call(token, Erc20Abi.Approve, uniswap.V2Router, Hex.MaxUInt256);
                lane.Call(token, Erc20Abi.Approve, uniswap.V3Router, Hex.MaxUInt256);
            }
            await uniswap.Lane.FlushAsync();
            await lane.FlushAsync();
            return new(chain, uniswap, a, b, pair, pools, pools.Select(p => (p.Pool, true)).Append((pair, false)).ToFrozenDictionary(p => p.Item1, p => p.Item2));
        }

        /// <summary>Swaps in every pool, and new liquidity while the chain has not gone back behind its owner, over several blocks.</summary>
        public async Task TradeAsync(int round, bool liquidity = false)
        {
            // What went back is not in the chain: the trader goes on from where the chain has him.
            var lane = await DeployLane.OpenAsync(Chain.Eth, Trader);
            for (var i = 0; i < 8; i++)
            {
                var zeroForOne = SeededRandom.Draw((ulong)round, 1, i) % 2 == 0;
                var (from, to) = zeroForOne ? (A, B) : (B, A);
                var (fee, pool) = V3[i % V3.Count];
                lane.Call(Uniswap.V2Router, RouterAbi.V2Swap, BigInteger.Pow(10, 18 + (i % 5)), 0, new object[] { from, to }, Trader.Address, Hex.MaxUInt256);
                lane.Call(Uniswap.V3Router, RouterAbi.V3Swap, (object)new object[] { from, to, fee, Trader.Address, Hex.MaxUInt256, BigInteger.Pow(10, 9 + (int)(SeededRandom.Draw((ulong)round, 2, i) % 7)), 0, 0 });
                if (liquidity && i % 4 == 0)
                {
                    var spacing = fee switch { 500 => 10, 3000 => 60, _ => 200 };
                    Uniswap.AddPositions(pool, A, B, new PoolPosition(-spacing * (i + 1), spacing * 5_00, BigInteger.Pow(10, 15 + (round % 4))));
                    await Uniswap.Lane.FlushAsync();
                }
                await lane.FlushAsync();
            }
        }

        public async Task AssertSameAsync(PoolMirror mirror)
        {
            var (reader, head) = (new UniswapReader(Chain.Eth), await Chain.Eth.BlockNumberAsync());
            mirror.Newest.Block.Number.ShouldBe(head);
            mirror.Newest.Pools[V2].ShouldBe(await reader.V2Async(V2));
            foreach (var (_, address) in V3)
            {
                var (followed, read) = ((ConcentratedPool)mirror.Newest.Pools[address], await reader.V3Async(address, head));
                (followed.SqrtPriceX96, followed.Tick, followed.Liquidity).ShouldBe((read.SqrtPriceX96, read.Tick, read.Liquidity));
                followed.Ticks.ShouldBe(read.Ticks);
            }
        }

        public ValueTask DisposeAsync() => Chain.DisposeAsync();
    }
}

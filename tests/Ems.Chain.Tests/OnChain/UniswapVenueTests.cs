using System.Numerics;
using Ems.Chain.Tests.Harness;
using Ems.Execution.Core.Amm;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Local;
using Ems.Execution.Venues.Ethereum.Sending;
using Ems.Execution.Venues.Ethereum.Signing;
using Ems.Execution.Venues.Ethereum.Transactions;
using Ems.Execution.Venues.Ethereum.Uniswap;
using Ems.Execution.Venues.OnChain;

namespace Ems.Chain.Tests.OnChain;

/// <summary>The suite against Uniswap's published contracts on a node.</summary>
public sealed class UniswapVenueTests : OnChainConformance
{
    private static readonly BigInteger Unit = BigInteger.Pow(10, 18);

    /// <inheritdoc/>
    protected override async Task<IOnChainRig> StartAsync() => await Rig.StartAsync();

    [Fact]
    public async Task A_swap_sent_before_a_restart_is_taken_up_again_and_happens_once()
    {
        await using var rig = await Rig.StartAsync();
        var pool = rig.Venue.Pools[0];
        var before = await rig.Venue.BalanceAsync(pool.Token0, rig.Venue.Wallet);
        var swap = new OnChainSwap("a", pool.Address, true, Unit, 0, TimeProvider.System.GetUtcNow().AddHours(1));
        await rig.Venue.SwapAsync(swap);
        var again = await rig.ReopenAsync();
        again.Find("a").ShouldBeNull("it is known when it is asked for again");
        (await again.SwapAsync(swap)).Report!.State.ShouldBe(OnChainSwapState.Pending);
        await rig.MineAsync(2);
        (await again.WatchAsync()).Single().State.ShouldBe(OnChainSwapState.Final);
        await rig.MineAsync(2);
        (before - await again.BalanceAsync(pool.Token0, again.Wallet)).ShouldBe(Unit);
        // Once more, now that it is over.
        (await (await rig.ReopenAsync()).SwapAsync(swap)).Report!.AmountIn.ShouldBe(Unit);
        (before - await again.BalanceAsync(pool.Token0, again.Wallet)).ShouldBe(Unit);
    }

    [Fact]
    public async Task A_token_that_keeps_a_tax_is_not_sold_and_what_came_of_buying_it_is_counted_as_it_came()
    {
        await using var rig = await Rig.StartAsync(taxBps: 100);
        var pool = rig.Venue.Pools[0];
        var taxedIs0 = pool.Token0 == rig.Taxed;
        var (taxed, other) = taxedIs0 ? (pool.Token0, pool.Token1) : (pool.Token1, pool.Token0);
        var (has, had) = (await rig.Venue.BalanceAsync(taxed, rig.Venue.Wallet), await rig.Venue.BalanceAsync(other, rig.Venue.Wallet));
        var later = TimeProvider.System.GetUtcNow().AddHours(1);
        var refused = await rig.Venue.SwapAsync(new("sell", pool.Address, taxedIs0, Unit, 0, later));
        (refused.Denial, refused.Words!.Contains('K', StringComparison.Ordinal)).ShouldBe((OnChainDenial.Refused, true), refused.Words);
        (await rig.Venue.BalanceAsync(taxed, rig.Venue.Wallet)).ShouldBe(has);
        var quoted = (await rig.Venue.PoolAsync(pool.Address)).SwapIn(!taxedIs0, Unit).AmountOut;
        await rig.Venue.SwapAsync(new("buy", pool.Address, !taxedIs0, Unit, 0, later));
        await rig.MineAsync(2);
        var bought = (await rig.Venue.WatchAsync()).Single();
        bought.AmountOut.ShouldBe(await rig.Venue.BalanceAsync(taxed, rig.Venue.Wallet) - has);
        bought.AmountOut.ShouldBe(quoted - (quoted * 100 / 10_000));
        bought.AmountIn.ShouldBe(had - await rig.Venue.BalanceAsync(other, rig.Venue.Wallet));
    }

    private sealed class Rig(LocalChain chain, UniswapDeployment uniswap, PrivateKeySigner other, IOnChainVenue venue, string folder, Func<Task<IOnChainVenue>> open) : IOnChainRig
    {
        public IOnChainVenue Venue => venue;

        public Address Taxed { get; private init; }

        /// <summary>The venue from its records, as after a restart.</summary>
        public Task<IOnChainVenue> ReopenAsync() => open();

        public static async Task<Rig> StartAsync(int taxBps = 0)
        {
            var chain = await LocalChain.StartAsync("--order", "fees");
            var (wallet, other) = (DevAccounts.Account(3), DevAccounts.Account(4));
            var uniswap = await UniswapDeployment.DeployAsync(chain.Eth, chain.Packages, DevAccounts.Account(0));
            var (a, b) = (uniswap.Token("A", "A", 18), uniswap.Token("B", "B", 18, taxBps));
            var taxed = b;
            (a, b) = a.CompareTo(b) < 0 ? (a, b) : (b, a);
            foreach (var token in new[] { a, b })
            {
                uniswap.Fund(token, BigInteger.Pow(10, 30));
                uniswap.Lane.Call(token, UniswapDeployment.Mint, wallet.Address, 1_000 * Unit);
                uniswap.Lane.Call(token, UniswapDeployment.Mint, other.Address, 1_000 * Unit);
            }
            var v2 = uniswap.V2Pool(a, 1_000 * Unit, b, 3_000 * Unit);
            // A pool of concentrated liquidity counts what reaches it, so a token that keeps a tax cannot even be put in.
            var v3 = taxBps > 0 ? Address.Zero : uniswap.V3Pool(a, b, 3000, TickMath.SqrtAt(10_986), new(6_000, 15_000, 5_000 * Unit), new(10_800, 11_100, 20_000 * Unit));
            await uniswap.Lane.FlushAsync();
            foreach (var signer in new[] { wallet, other })
            {
                var lane = await DeployLane.OpenAsync(chain.Eth, signer);
                foreach (var token in new[] { a, b })
                {
                    lane.Call(token, Erc20Abi.Approve, uniswap.V2Router, 1_000_000 * Unit);
                    lane.Call(token, Erc20Abi.Approve, uniswap.V3Router, 1_000_000 * Unit);
                }
                await lane.FlushAsync();
            }
            await chain.TellAsync("evm_setAutomine", false);
            var folder = Directory.CreateTempSubdirectory("ems-onchain-").FullName;
            OnChainPool[] pools = [new(v2, PoolKind.ConstantProduct, a, b, 3000), .. taxBps > 0 ? Array.Empty<OnChainPool>() : [new(v3, PoolKind.Concentrated, a, b, 3000)]];
            async Task<IOnChainVenue> OpenAsync()
            {
                var nonces = await NonceLane.OpenAsync(chain.Eth, wallet, LocalChain.ChainId, new() { Confirmations = 2, StuckAfterBlocks = 0 }, new SqliteTransactionJournal(Path.Combine(folder, "lane.db")), TimeProvider.System);
                return new UniswapVenue("anvil", LocalChain.ChainId, chain.Eth, nonces, wallet.Address, new(uniswap.V2Router, uniswap.V3Router), pools, TimeProvider.System);
            }
            return new(chain, uniswap, other, await OpenAsync(), folder, OpenAsync) { Taxed = taxed };
        }

        public async Task MineAsync(int blocks = 1)
        {
            for (var i = 0; i < blocks; i++)
            {
                await chain.TellAsync("evm_mine");
            }
        }

        public async Task SomebodyElseAsync(bool zeroForOne, BigInteger amountIn)
        {
            var pool = venue.Pools[0];
            object[] route = zeroForOne ? [pool.Token0, pool.Token1] : [pool.Token1, pool.Token0];
            // The node orders by the most that is offered, so this one comes first.
            await chain.Eth.SendRawAsync(await other.SignAsync(new Eip1559Transaction
            {
                ChainId = LocalChain.ChainId, Nonce = await chain.Eth.TransactionCountAsync(other.Address), GasLimit = 300_000, To = uniswap.V2Router,
                Data = RouterAbi.V2Swap.Encode(amountIn, 0, route, other.Address, Hex.MaxUInt256), MaxFeePerGas = 900_000_000_000, MaxPriorityFeePerGas = 1_000_000_000,
            }));
        }

        public async ValueTask DisposeAsync()
        {
            await chain.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }
}

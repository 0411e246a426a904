using System.Numerics;
using Ems.Chain.Tests.Harness;
using Ems.Execution.Core.Amm;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Local;
using Ems.Execution.Venues.Ethereum.Sending;
using Ems.Execution.Venues.Ethereum.Signing;
using Ems.Execution.Venues.Ethereum.Transactions;
using Ems.Execution.Venues.OnChain;

namespace Ems.Chain.Tests.OnChain;

/// <summary>The suite against Uniswap's published contracts on a node.</summary>
public sealed class UniswapVenueTests : OnChainConformance
{
    private static readonly BigInteger Unit = BigInteger.Pow(10, 18);
    private static readonly AbiFunction V2Swap = AbiFunction.Parse("swapExactTokensForTokens(uint256,uint256,address[],address,uint256)");

    /// <inheritdoc/>
    protected override async Task<IOnChainRig> StartAsync() => await Rig.StartAsync();

    private sealed class Rig(LocalChain chain, UniswapDeployment uniswap, PrivateKeySigner other, IOnChainVenue venue, string folder) : IOnChainRig
    {
        public IOnChainVenue Venue => venue;

        public static async Task<Rig> StartAsync()
        {
            var chain = await LocalChain.StartAsync("--order", "fees");
            var (wallet, other) = (DevAccounts.Account(3), DevAccounts.Account(4));
            var uniswap = await UniswapDeployment.DeployAsync(chain.Eth, chain.Packages, DevAccounts.Account(0));
            var (a, b) = (uniswap.Token("A", "A", 18), uniswap.Token("B", "B", 18));
            (a, b) = a.CompareTo(b) < 0 ? (a, b) : (b, a);
            foreach (var token in new[] { a, b })
            {
                uniswap.Fund(token, BigInteger.Pow(10, 30));
                uniswap.Lane.Call(token, UniswapDeployment.Mint, wallet.Address, 1_000 * Unit);
                uniswap.Lane.Call(token, UniswapDeployment.Mint, other.Address, 1_000 * Unit);
            }
            var v2 = uniswap.V2Pool(a, 1_000 * Unit, b, 3_000 * Unit);
            var v3 = uniswap.V3Pool(a, b, 3000, TickMath.SqrtAt(10_986), new(6_000, 15_000, 5_000 * Unit), new(10_800, 11_100, 20_000 * Unit));
            await uniswap.Lane.FlushAsync();
            foreach (var signer in new[] { wallet, other })
            {
                var lane = await DeployLane.OpenAsync(chain.Eth, signer);
                foreach (var token in new[] { a, b })
                {
                    lane.Call(token, UniswapDeployment.Approve, uniswap.V2Router, 1_000_000 * Unit);
                    lane.Call(token, UniswapDeployment.Approve, uniswap.V3Router, 1_000_000 * Unit);
                }
                await lane.FlushAsync();
            }
            await chain.TellAsync("evm_setAutomine", false);
            var folder = Directory.CreateTempSubdirectory("ems-onchain-").FullName;
            var nonces = await NonceLane.OpenAsync(chain.Eth, wallet, LocalChain.ChainId, new() { Confirmations = 2, StuckAfterBlocks = 0 }, new SqliteTransactionJournal(Path.Combine(folder, "lane.db")), TimeProvider.System);
            var venue = new UniswapVenue("anvil", LocalChain.ChainId, chain.Eth, nonces, wallet.Address, new(uniswap.V2Router, uniswap.V3Router),
                [new(v2, PoolKind.ConstantProduct, a, b, 3000), new(v3, PoolKind.Concentrated, a, b, 3000)], TimeProvider.System);
            return new(chain, uniswap, other, venue, folder);
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
                Data = V2Swap.Encode(amountIn, 0, route, other.Address, Hex.MaxUInt256), MaxFeePerGas = 900_000_000_000, MaxPriorityFeePerGas = 1_000_000_000,
            }));
        }

        public async ValueTask DisposeAsync()
        {
            await chain.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }
}

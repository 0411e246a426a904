using System.Numerics;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Signing;

namespace Ems.Execution.Venues.Ethereum.Local;

/// <summary>A position of concentrated liquidity to put into a pool.</summary>
public sealed record PoolPosition(int LowerTick, int UpperTick, BigInteger Liquidity);

/// <summary>Uniswap V2 and V3 with their tokens on a local chain: the published contracts, deployed in one message per step.</summary>
public sealed class UniswapDeployment
{
    /// <summary>Hash of the V2 pair's init code that V2's periphery has built in.</summary>
    public const string V2InitCodeHash = "0x96e8ac4277198ff8b6f785478aa9a39f403cb768dd02cbee326c3e7da348845f";
    /// <summary>Hash of the V3 pool's init code that V3's periphery has built in.</summary>
    public const string V3InitCodeHash = "0xe34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54";

    internal static readonly AbiFunction Mint = AbiFunction.Parse("mint(address to, uint256 value)");
    private static readonly AbiFunction AddLiquidity = AbiFunction.Parse("addLiquidity(address,address,uint256,uint256,uint256,uint256,address,uint256)");
    private static readonly AbiFunction CreatePool = AbiFunction.Parse("createPool(address,address,uint24)");
    private static readonly AbiFunction Initialize = AbiFunction.Parse("initialize(uint160)");
    private static readonly AbiFunction Seed = AbiFunction.Parse("seed(address pool, (int24 lower, int24 upper, uint128 liquidity)[] positions)");

    private readonly ChainPackages packages;
    private readonly HashSet<(Address Token, Address Spender)> approved = [];

    private UniswapDeployment(ChainPackages packages, DeployLane lane) => (this.packages, Lane) = (packages, lane);

    /// <summary>Lane of the account that owns the liquidity.</summary>
    public DeployLane Lane { get; }
    /// <summary>Wrapped ether, 18 decimals.</summary>
    public Address Weth { get; private set; }
    /// <summary>A dollar, 6 decimals.</summary>
    public Address Usdc { get; private set; }
    /// <summary>A bitcoin, 8 decimals.</summary>
    public Address Wbtc { get; private set; }
    /// <summary>Factory of V2's pairs.</summary>
    public Address V2Factory { get; private set; }
    /// <summary>V2's router.</summary>
    public Address V2Router { get; private set; }
    /// <summary>Factory of V3's pools.</summary>
    public Address V3Factory { get; private set; }
    /// <summary>V3's router.</summary>
    public Address V3Router { get; private set; }
    /// <summary>V3's quoter, which simulates a swap.</summary>
    public Address V3Quoter { get; private set; }
    /// <summary>Our contract that puts positions into V3's pools.</summary>
    public Address Seeder { get; private set; }

    /// <summary>Deploys tokens, V2 and V3, without pools.</summary>
    public static async Task<UniswapDeployment> DeployAsync(EthApi eth, ChainPackages packages, PrivateKeySigner owner, CancellationToken ct = default)
    {
        var pair = packages.UniswapV2("v2-core", "UniswapV2Pair");
        var pool = packages.UniswapV3("v3-core", "UniswapV3Pool");
        if (Hex.Encode(Keccak.Hash(pair.Bytecode)) != V2InitCodeHash || Hex.Encode(Keccak.Hash(pool.Bytecode)) != V3InitCodeHash)
        {
            throw new InvalidOperationException("The packages' pool contracts are not those whose hash the routers have built in.");
        }
        var lane = await DeployLane.OpenAsync(eth, owner, ct).ConfigureAwait(false);
        var d = new UniswapDeployment(packages, lane) { Weth = lane.Create(packages.UniswapV2("v2-periphery", "WETH9")) };
        d.Usdc = d.Token("USD Coin", "USDC", 6);
        d.Wbtc = d.Token("Wrapped BTC", "WBTC", 8);
        d.V2Factory = lane.Create(packages.UniswapV2("v2-core", "UniswapV2Factory"), owner.Address);
        d.V2Router = lane.Create(packages.UniswapV2("v2-periphery", "UniswapV2Router02"), d.V2Factory, d.Weth);
        d.V3Factory = lane.Create(packages.UniswapV3("v3-core", "UniswapV3Factory"));
        d.V3Router = lane.Create(packages.UniswapV3("v3-periphery", "SwapRouter"), d.V3Factory, d.Weth);
        d.V3Quoter = lane.Create(packages.UniswapV3("v3-periphery", "QuoterV2", "lens"), d.V3Factory, d.Weth);
        d.Seeder = lane.Create(packages.Own("PoolSeeder"));
        await lane.FlushAsync(ct: ct).ConfigureAwait(false);
        return d;
    }

    /// <summary>A token of ours; it is there after the next flush.</summary>
    public Address Token(string name, string symbol, int decimals, int taxBps = 0, bool silent = false) =>
        Lane.Create(packages.Own("TestToken"), name, symbol, decimals, taxBps, silent);

    /// <summary>Gives the lane's account tokens: wrapped ether for its ether, others minted.</summary>
    public void Fund(Address token, BigInteger amount)
    {
        if (token == Weth)
        {
            Lane.Pay(token, amount, Erc20Abi.Deposit);
        }
        else
        {
            Lane.Call(token, Mint, Lane.Account, amount);
        }
    }

    /// <summary>A V2 pool with reserves; its address is known before it is there.</summary>
    public Address V2Pool(Address a, BigInteger amountA, Address b, BigInteger amountB)
    {
        Allow(a, V2Router);
        Allow(b, V2Router);
        Lane.Call(V2Router, AddLiquidity, a, b, amountA, amountB, 0, 0, Lane.Account, Hex.MaxUInt256);
        return V2PairOf(a, b);
    }

    /// <summary>A V3 pool at a price with positions; its address is known before it is there.</summary>
    public Address V3Pool(Address a, Address b, int feePips, BigInteger sqrtPriceX96, params IReadOnlyList<PoolPosition> positions)
    {
        var pool = V3PoolOf(a, b, feePips);
        Lane.Call(V3Factory, CreatePool, a, b, feePips);
        Lane.Call(pool, Initialize, sqrtPriceX96);
        AddPositions(pool, a, b, positions);
        return pool;
    }

    /// <summary>Puts positions into a V3 pool.</summary>
    public void AddPositions(Address pool, Address a, Address b, params IReadOnlyList<PoolPosition> positions)
    {
        Allow(a, Seeder);
        Allow(b, Seeder);
        Lane.Call(Seeder, Seed, pool, positions.Select(p => (object)new object[] { p.LowerTick, p.UpperTick, p.Liquidity }).ToArray());
    }

    /// <summary>Address of a V2 pair.</summary>
    public Address V2PairOf(Address a, Address b)
    {
        var (token0, token1) = a.CompareTo(b) < 0 ? (a, b) : (b, a);
        return Address.Create2(V2Factory, Keccak.Hash([.. token0.ToBytes(), .. token1.ToBytes()]), Hex.Decode(V2InitCodeHash));
    }

    /// <summary>Address of a V3 pool.</summary>
    public Address V3PoolOf(Address a, Address b, int feePips)
    {
        var (token0, token1) = a.CompareTo(b) < 0 ? (a, b) : (b, a);
        var salt = Keccak.Hash([.. new byte[12], .. token0.ToBytes(), .. new byte[12], .. token1.ToBytes(), .. Hex.Word(feePips)]);
        return Address.Create2(V3Factory, salt, Hex.Decode(V3InitCodeHash));
    }

    private void Allow(Address token, Address spender)
    {
        // Without a bound only on a local chain, whose tokens are worth nothing.
        if (approved.Add((token, spender)))
        {
            Lane.Call(token, Erc20Abi.Approve, spender, Hex.MaxUInt256);
        }
    }
}

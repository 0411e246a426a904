using System.Numerics;
using Ems.Execution.Core.Amm;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Rpc;

namespace Ems.Execution.Venues.Ethereum.Uniswap;

/// <summary>The events by which Uniswap's pools tell what changed, V2 and V3 (v2-core and v3-core, interfaces of pair and pool).</summary>
internal static class PoolEvents
{
    private static readonly AbiEvent Sync = AbiEvent.Parse("Sync(uint112 reserve0, uint112 reserve1)");
    private static readonly AbiEvent Swap = AbiEvent.Parse(
        "Swap(address indexed sender, address indexed recipient, int256 amount0, int256 amount1, uint160 sqrtPriceX96, uint128 liquidity, int24 tick)");
    private static readonly AbiEvent Mint = AbiEvent.Parse(
        "Mint(address sender, address indexed owner, int24 indexed tickLower, int24 indexed tickUpper, uint128 amount, uint256 amount0, uint256 amount1)");
    private static readonly AbiEvent Burn = AbiEvent.Parse(
        "Burn(address indexed owner, int24 indexed tickLower, int24 indexed tickUpper, uint128 amount, uint256 amount0, uint256 amount1)");

    /// <summary>The first topics to ask for.</summary>
    public static readonly IReadOnlyList<byte[]> Topics = [Sync.Topic, Swap.Topic, Mint.Topic, Burn.Topic];

    /// <summary>The pool after the log, which is applied in the chain's order.</summary>
    /// <exception cref="EthereumFormatException">The log is none of a pool of this kind.</exception>
    public static IAmmPool Apply(IAmmPool pool, EthLog log)
    {
        try
        {
            return (pool, log) switch
            {
                (ConstantProductPool, _) when Sync.Matches(log.Topics) && Sync.Decode(log.Topics, log.Data) is var v => new ConstantProductPool((BigInteger)v[0], (BigInteger)v[1]),
                (ConcentratedPool p, _) when Swap.Matches(log.Topics) && Swap.Decode(log.Topics, log.Data) is var v => p.At((BigInteger)v[4], (int)(BigInteger)v[6], (BigInteger)v[5]),
                (ConcentratedPool p, _) when Mint.Matches(log.Topics) && Mint.Decode(log.Topics, log.Data) is var v => Added(p, v[2], v[3], (BigInteger)v[4]),
                (ConcentratedPool p, _) when Burn.Matches(log.Topics) && Burn.Decode(log.Topics, log.Data) is var v => Added(p, v[1], v[2], -(BigInteger)v[3]),
                _ => throw new EthereumFormatException($"A log of {log.Address} changes no pool of its kind."),
            };
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new EthereumFormatException($"A log of {log.Address} cannot follow on the pool as it is known: {e.Message}");
        }
    }

    // Who collects fees burns nothing first.
    private static ConcentratedPool Added(ConcentratedPool pool, object lower, object upper, BigInteger liquidity) =>
        liquidity.IsZero ? pool : pool.AddLiquidity((int)(BigInteger)lower, (int)(BigInteger)upper, liquidity);
}

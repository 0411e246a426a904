using System.Numerics;
using Ems.Execution.Core.Amm;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Rpc;

namespace Ems.Execution.Venues.Ethereum.Uniswap;

/// <summary>Reads pools from a chain at one block, so that they can be quoted here to the unit.</summary>
public sealed class UniswapReader(EthApi eth)
{
    private const int CallsPerMessage = 250;
    private static readonly AbiFunction GetReserves = AbiFunction.Parse("getReserves() returns (uint112 reserve0, uint112 reserve1, uint32 blockTimestampLast)");
    private static readonly AbiFunction Slot0 = AbiFunction.Parse("slot0() returns (uint160 sqrtPriceX96, int24 tick, uint16, uint16, uint16, uint8, bool)");
    private static readonly AbiFunction Liquidity = AbiFunction.Parse("liquidity() returns (uint128)");
    private static readonly AbiFunction Fee = AbiFunction.Parse("fee() returns (uint24)");
    private static readonly AbiFunction TickSpacing = AbiFunction.Parse("tickSpacing() returns (int24)");
    private static readonly AbiFunction TickBitmap = AbiFunction.Parse("tickBitmap(int16) returns (uint256)");
    private static readonly AbiFunction Ticks = AbiFunction.Parse("ticks(int24) returns (uint128 liquidityGross, int128 liquidityNet, uint256, uint256, int56, uint160, uint32, bool)");
    private static readonly AbiFunction Token0 = AbiFunction.Parse("token0() returns (address)");
    private static readonly AbiFunction Token1 = AbiFunction.Parse("token1() returns (address)");

    /// <summary>The tokens of a pool in their order.</summary>
    public async Task<(Address Token0, Address Token1)> TokensAsync(Address pool, CancellationToken ct = default)
    {
        var answers = await CallAsync(pool, "latest", [(Token0, []), (Token1, [])], ct).ConfigureAwait(false);
        return ((Address)answers[0][0], (Address)answers[1][0]);
    }

    /// <summary>A V2 pair at a block.</summary>
    public async Task<ConstantProductPool> V2Async(Address pair, string block = "latest", CancellationToken ct = default)
    {
        var reserves = (await CallAsync(pair, block, [(GetReserves, [])], ct).ConfigureAwait(false))[0];
        return new((BigInteger)reserves[0], (BigInteger)reserves[1]);
    }

    /// <summary>A V3 pool at a block with every tick that is set.</summary>
    public async Task<ConcentratedPool> V3Async(Address pool, long block, CancellationToken ct = default)
    {
        var at = Hex.Quantity(block);
        var head = await CallAsync(pool, at, [(Slot0, []), (Liquidity, []), (Fee, []), (TickSpacing, [])], ct).ConfigureAwait(false);
        var spacing = (int)(BigInteger)head[3][0];
        var lastWord = TickMath.MaxTick / spacing >> 8;
        var words = Enumerable.Range(-lastWord - 1, (2 * lastWord) + 2).ToArray();
        var bitmaps = await CallAsync(pool, at, [.. words.Select(w => (TickBitmap, (object[])[w]))], ct).ConfigureAwait(false);
        var set = new List<int>();
        for (var i = 0; i < words.Length; i++)
        {
            var bitmap = (BigInteger)bitmaps[i][0];
            for (var bit = 0; !bitmap.IsZero && bit < 256; bit++)
            {
                if (!((bitmap >> bit) & BigInteger.One).IsZero)
                {
                    set.Add(((words[i] << 8) + bit) * spacing);
                }
            }
        }
        var ticks = await CallAsync(pool, at, [.. set.Select(t => (Ticks, (object[])[t]))], ct).ConfigureAwait(false);
        return new((int)(BigInteger)head[2][0], spacing, (BigInteger)head[0][0], (int)(BigInteger)head[0][1], (BigInteger)head[1][0],
            set.Zip(ticks, (t, v) => new PoolTick(t, (BigInteger)v[1], (BigInteger)v[0])));
    }

    private async Task<List<object[]>> CallAsync(Address pool, string block, IReadOnlyList<(AbiFunction Function, object[] Values)> calls, CancellationToken ct)
    {
        var answers = new List<object[]>(calls.Count);
        foreach (var part in calls.Chunk(CallsPerMessage))
        {
            var results = await eth.CallManyAsync([.. part.Select(c => new EthCall(null, pool, c.Function.Encode(c.Values)))], block, ct).ConfigureAwait(false);
            for (var i = 0; i < part.Length; i++)
            {
                answers.Add(results[i] is { Data: { } data } ? part[i].Function.DecodeOutput(data) : throw new RpcRefusedException(part[i].Function.Signature, results[i].Error!));
            }
        }
        return answers;
    }
}

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

    private static readonly AbiEvent Minted = AbiEvent.Parse("Mint(address sender, address indexed owner, int24 indexed tickLower, int24 indexed tickUpper, uint128 amount, uint256 amount0, uint256 amount1)");
    private static readonly AbiEvent Burned = AbiEvent.Parse("Burn(address indexed owner, int24 indexed tickLower, int24 indexed tickUpper, uint128 amount, uint256 amount0, uint256 amount1)");

    /// <summary>Which of these V3 pools had positions put in or taken out in these blocks, both included; one message.</summary>
    public async Task<IReadOnlySet<Address>> PositionsChangedAsync(IReadOnlyList<Address> pools, long fromBlock, long toBlock, CancellationToken ct = default)
    {
        var logs = await eth.Client.ReadAsync(new("eth_getLogs", new Dictionary<string, object>
        {
            ["address"] = pools.Select(p => p.ToString()).ToArray(), ["fromBlock"] = Hex.Quantity(fromBlock), ["toBlock"] = Hex.Quantity(toBlock),
            ["topics"] = new[] { new[] { Hex.Encode(Minted.Topic), Hex.Encode(Burned.Topic) } },
        }), ct).ConfigureAwait(false);
        return logs.Entries("logs").Select(l => EthLog.Read(l).Address).ToHashSet();
    }

    /// <summary>Price, tick and liquidity of V3 pools at a block, in one message; null for pools of the other kind.</summary>
    public async Task<IReadOnlyList<(BigInteger Sqrt, int Tick, BigInteger Liquidity)?>> HeadsAsync(IReadOnlyList<(Address Pool, bool IsV3)> pools, long block, CancellationToken ct = default)
    {
        var asked = pools.Where(p => p.IsV3).SelectMany(p => new[] { new EthCall(null, p.Pool, Slot0.Encode()), new EthCall(null, p.Pool, Liquidity.Encode()) }).ToArray();
        var answers = asked.Length == 0 ? [] : await eth.CallManyAsync(asked, Hex.Quantity(block), ct).ConfigureAwait(false);
        var heads = new List<(BigInteger, int, BigInteger)?>(pools.Count);
        foreach (var (_, isV3) in pools)
        {
            var at = heads.Count(h => h is not null) * 2;
            if (!isV3)
            {
                heads.Add(null);
                continue;
            }
            var slot = Slot0.DecodeOutput(answers[at].Data ?? throw new RpcRefusedException(Slot0.Signature, answers[at].Error!));
            var liquidity = Liquidity.DecodeOutput(answers[at + 1].Data ?? throw new RpcRefusedException(Liquidity.Signature, answers[at + 1].Error!));
            heads.Add(((BigInteger)slot[0], (int)(BigInteger)slot[1], (BigInteger)liquidity[0]));
        }
        return heads;
    }

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

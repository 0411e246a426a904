using System.Numerics;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Uniswap;

namespace Ems.Execution.Venues.OnChain.Laboratory;

/// <summary>A swap as its call data say it.</summary>
internal sealed record RouterCall(Address TokenIn, Address TokenOut, int? FeePips, BigInteger AmountIn, BigInteger MinOut);

/// <summary>Calls of Uniswap's routers, written and read.</summary>
internal static class RouterCalls
{

    /// <summary>Call data of an exact input.</summary>
    public static byte[] Encode(OnChainPool pool, bool zeroForOne, BigInteger amountIn, BigInteger minOut, Address to)
    {
        var (tokenIn, tokenOut) = zeroForOne ? (pool.Token0, pool.Token1) : (pool.Token1, pool.Token0);
        return pool.Kind == PoolKind.ConstantProduct ? RouterAbi.V2Swap.Encode(amountIn, minOut, new object[] { tokenIn, tokenOut }, to, Hex.MaxUInt256)
            : RouterAbi.V3Swap.Encode((object)new object[] { tokenIn, tokenOut, pool.FeePips, to, Hex.MaxUInt256, amountIn, minOut, 0 });
    }

    /// <summary>Reads call data; null where they are no swap of one pool.</summary>
    public static RouterCall? Decode(byte[] data)
    {
        try
        {
            if (data.AsSpan().StartsWith(RouterAbi.V2Swap.Selector))
            {
                var values = RouterAbi.V2Swap.DecodeInput(data);
                return (object[])values[2] is [Address tokenIn, Address tokenOut] ? new(tokenIn, tokenOut, null, (BigInteger)values[0], (BigInteger)values[1]) : null;
            }
            if (data.AsSpan().StartsWith(RouterAbi.V3Swap.Selector))
            {
                var p = (object[])RouterAbi.V3Swap.DecodeInput(data)[0];
                return new((Address)p[0], (Address)p[1], (int)(BigInteger)p[2], (BigInteger)p[5], (BigInteger)p[6]);
            }
        }
        catch (EthereumFormatException)
        {
            // Whoever sends nonsense is no victim.
        }
        return null;
    }
}

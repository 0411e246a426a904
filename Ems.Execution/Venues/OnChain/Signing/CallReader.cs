using System.Numerics;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Uniswap;
using Ems.Execution.Venues.OnChain.Runtime;

namespace Ems.Execution.Venues.OnChain.Signing;

/// <summary>
/// Reads calls of the contracts that this instance knows: that is the allow-list. A contract that is not known, and a function that is not
/// known of one that is, is refused: nobody signs what nobody here can read.
/// </summary>
internal sealed class CallReader(ChainContracts contracts, Address? relayer)
{
    private static readonly AbiFunction Revoke = AbiFunction.Parse(
        "revoke((address,address,address,uint256,uint256,uint256,uint256,uint256,address[],address,uint256) mandate)");
    private static readonly AbiFunction RaiseNonce = AbiFunction.Parse("raiseNonce(uint256 nonce)");

    /// <summary>Who may be approved to take tokens, with a name.</summary>
    public string? SpenderName(Address spender) =>
        spender.IsZero ? null : spender == contracts.V2Router ? "Uniswap V2 router" : spender == contracts.V3Router ? "Uniswap V3 router" : spender == contracts.Mandates ? "Mandates" : spender == relayer ? "Relayer of intents" : null;

    /// <summary>What the call means, or why it is not on the list.</summary>
    public (CallMeaning? Meaning, string? WhyNot) Read(UnsignedCall call)
    {
        try
        {
            return Known(call) is { } meaning ? (meaning, null)
                : (null, $"{call.To} is no contract of the allow-list, or this is no call of it that is known.");
        }
        catch (EthereumFormatException e)
        {
            return (null, $"The call of {call.To} cannot be read: {e.Message}");
        }
    }

    private CallMeaning? Known(UnsignedCall call)
    {
        if (contracts.Token(call.To) is { } token)
        {
            return OfToken(call, token);
        }
        if (call.To == contracts.V2Router && Is(call, RouterAbi.V2Swap))
        {
            var v = RouterAbi.V2Swap.DecodeInput(call.Data);
            var path = (object[])v[2];
            return path.Length < 2 || !call.Value.IsZero ? null : Swap("Uniswap V2 router", (Address)path[0], (BigInteger)v[0], (Address)path[^1], (BigInteger)v[1], (Address)v[3]);
        }
        if (call.To == contracts.V3Router && Is(call, RouterAbi.V3Swap) && call.Value.IsZero)
        {
            var p = (object[])RouterAbi.V3Swap.DecodeInput(call.Data)[0];
            return Swap("Uniswap V3 router", (Address)p[0], (BigInteger)p[5], (Address)p[1], (BigInteger)p[6], (Address)p[3]);
        }
        if (call.To == contracts.Mandates && call.Value.IsZero)
        {
            return Is(call, Revoke) ? new("End a mandate for ever", "Mandates", null, null, null, null)
                : Is(call, RaiseNonce) ? new("End every mandate signed until now", "Mandates", null, null, null, null) : null;
        }
        return null;
    }

    private CallMeaning? OfToken(UnsignedCall call, ChainToken token)
    {
        if (Is(call, Erc20Abi.Approve) && call.Value.IsZero)
        {
            var v = Erc20Abi.Approve.DecodeInput(call.Data);
            var (spender, amount) = ((Address)v[0], (BigInteger)v[1]);
            return new($"Allow {SpenderName(spender) ?? spender.ToString()} to take {token.Symbol}", $"{token.Symbol} token", null, null, new(call.To, spender, amount), null);
        }
        var isCoin = token.Symbol.Equals("WETH", StringComparison.OrdinalIgnoreCase);
        if (isCoin && Is(call, Erc20Abi.Deposit))
        {
            return new("Wrap ETH into WETH", "WETH token", (Address.Zero, call.Value), (call.To, call.Value), null, null);
        }
        return isCoin && Is(call, Erc20Abi.Withdraw) && call.Value.IsZero
            ? new("Unwrap WETH into ETH", "WETH token", (call.To, (BigInteger)Erc20Abi.Withdraw.DecodeInput(call.Data)[0]), null, null, null) : null;
    }

    private CallMeaning? Swap(string router, Address sells, BigInteger amount, Address buys, BigInteger least, Address to) =>
        contracts.Token(sells) is { } s && contracts.Token(buys) is { } b ? new($"Swap {s.Symbol} for {b.Symbol}", router, (sells, amount), (buys, least), null, to) : null;

    private static bool Is(UnsignedCall call, AbiFunction function) => call.Data.AsSpan().StartsWith(function.Selector);
}

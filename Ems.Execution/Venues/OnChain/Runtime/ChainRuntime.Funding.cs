using System.Numerics;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Local;
using Ems.Execution.Venues.Ethereum.Signing;

namespace Ems.Execution.Venues.OnChain.Runtime;

public sealed partial class ChainRuntime
{
    private static readonly AbiFunction DepositCoin = AbiFunction.Parse("deposit()");
    private static readonly AbiFunction TransferTo = AbiFunction.Parse("transfer(address,uint256) returns (bool)");
    private readonly SemaphoreSlim funding = new(1, 1);

    /// <summary>Gives an address tokens of a local chain: by symbol, or ETH for the coin itself. They are worth nothing.</summary>
    /// <exception cref="InvalidOperationException">The chain is not ours, or has no such token.</exception>
    public async Task FundAsync(Address owner, string symbol, decimal tokens, CancellationToken ct = default)
    {
        if (!IsLocal)
        {
            throw new InvalidOperationException("Only a local chain gives tokens away.");
        }
        var token = symbol == "ETH" ? new ChainToken("ETH", 18, Address.Zero) : state.Contracts.Token(symbol) ?? throw new InvalidOperationException($"The chain has no token {symbol}.");
        var units = LocalMarket.Units(tokens, token.Decimals);
        if (simulation is { } sim)
        {
            sim.Fund(token.Address, owner, units);
            return;
        }
        await funding.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (token.Address.IsZero)
            {
                var has = await node!.Eth.BalanceAsync(owner, ct: ct).ConfigureAwait(false);
                await node.TellAsync("anvil_setBalance", ct, owner.ToString(), Hex.Quantity(has + units)).ConfigureAwait(false);
                return;
            }
            var lane = await DeployLane.OpenAsync(node!.Eth, DevAccounts.Account(9), ct).ConfigureAwait(false);
            if (token.Symbol == "WETH")
            {
                lane.Pay(token.Address, units, DepositCoin);
                lane.Call(token.Address, TransferTo, owner, units);
            }
            else
            {
                lane.Call(token.Address, UniswapDeployment.Mint, owner, units);
            }
            await lane.FlushAsync(ct: ct).ConfigureAwait(false);
        }
        finally
        {
            funding.Release();
        }
    }

    /// <summary>Units of a token, or of the coin for the zero address, that an address has.</summary>
    public async Task<BigInteger> BalanceAsync(Address token, Address owner, CancellationToken ct = default)
    {
        if (simulation is { } sim)
        {
            return sim.Balance(token, owner);
        }
        if (token.IsZero)
        {
            return await node!.Eth.BalanceAsync(owner, ct: ct).ConfigureAwait(false);
        }
        var answer = await node!.Eth.CallAsync(new(null, token, BalanceOf.Encode(owner)), ct: ct).ConfigureAwait(false);
        return (BigInteger)BalanceOf.DecodeOutput(answer)[0];
    }

    private static readonly AbiFunction BalanceOf = AbiFunction.Parse("balanceOf(address) returns (uint256)");

    /// <summary>Lets both routers take an account's tokens without a bound: only for accounts of local chains, whose tokens are worth nothing.</summary>
    private async Task ApproveRoutersAsync(PrivateKeySigner signer, CancellationToken ct)
    {
        var lane = await DeployLane.OpenAsync(node!.Eth, signer, ct).ConfigureAwait(false);
        foreach (var token in state.Contracts.Tokens)
        {
            lane.Call(token.Address, UniswapDeployment.Approve, state.Contracts.V2Router, Hex.MaxUInt256);
            lane.Call(token.Address, UniswapDeployment.Approve, state.Contracts.V3Router, Hex.MaxUInt256);
        }
        await lane.FlushAsync(ct: ct).ConfigureAwait(false);
    }
}

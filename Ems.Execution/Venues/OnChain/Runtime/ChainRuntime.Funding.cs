using System.Numerics;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Local;
using Ems.Execution.Venues.Ethereum.Signing;

namespace Ems.Execution.Venues.OnChain.Runtime;

public sealed partial class ChainRuntime
{
    private readonly SemaphoreSlim funding = new(1, 1);

    /// <summary>Gives an address tokens of a local chain: by symbol, or ETH for the coin itself. They are worth nothing.</summary>
    /// <exception cref="InvalidOperationException">The chain is not ours, or has no such token.</exception>
    public Task FundAsync(Address owner, string symbol, decimal tokens, CancellationToken ct = default) => FundAsync(owner, [(symbol, tokens)], ct);

    /// <summary>Gives an address several tokens at once; on a node they come with one block.</summary>
    /// <exception cref="InvalidOperationException">The chain is not ours, or has no such token.</exception>
    public async Task FundAsync(Address owner, IReadOnlyList<(string Symbol, decimal Tokens)> gifts, CancellationToken ct = default)
    {
        if (!IsLocal)
        {
            throw new InvalidOperationException("Only a local chain gives tokens away.");
        }
        var named = gifts.Select(g => (Token: g.Symbol == "ETH" ? new ChainToken("ETH", 18, Address.Zero)
            : state.Contracts.Token(g.Symbol) ?? throw new InvalidOperationException($"The chain has no token {g.Symbol}."), g.Tokens)).ToArray();
        if (simulation is { } sim)
        {
            foreach (var (token, tokens) in named)
            {
                sim.Fund(token.Address, owner, Pools.PoolArithmetic.UnitsUp(tokens, token.Decimals));
            }
            return;
        }
        await funding.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            var lane = await DeployLane.OpenAsync(node!.Eth, DevAccounts.Account(9), ct).ConfigureAwait(false);
            var sends = false;
            foreach (var (token, tokens) in named)
            {
                var units = Pools.PoolArithmetic.UnitsUp(tokens, token.Decimals);
                if (token.Address.IsZero)
                {
                    var has = await node.Eth.BalanceAsync(owner, ct: ct).ConfigureAwait(false);
                    await node.TellAsync("anvil_setBalance", ct, owner.ToString(), Hex.Quantity(has + units)).ConfigureAwait(false);
                    continue;
                }
                if (token.Symbol == "WETH")
                {
                    lane.Pay(token.Address, units, Erc20Abi.Deposit);
                    lane.Call(token.Address, Erc20Abi.Transfer, owner, units);
                }
                else
                {
                    lane.Call(token.Address, UniswapDeployment.Mint, owner, units);
                }
                sends = true;
            }
            if (sends)
            {
                await lane.FlushAsync(ct: ct).ConfigureAwait(false);
            }
        }
        finally
        {
            funding.Release();
        }
    }

    /// <summary>Deploys a contract of ours on a node that is ours, and waits until it is there.</summary>
    /// <exception cref="InvalidOperationException">The node is not ours, or the contracts are not there.</exception>
    internal async Task<Address> DeployOwnAsync(string contract, IReadOnlyList<object> values, CancellationToken ct)
    {
        var folder = options.Folder.Length > 0 ? options.Folder : ChainFolder.Find(AppContext.BaseDirectory) ?? ChainFolder.Find(Environment.CurrentDirectory);
        var packages = (node is { IsOurs: true } && folder is not null ? ChainPackages.Find(folder) : null) ?? throw new InvalidOperationException("The chain is not one that is made here.");
        await funding.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            var lane = await DeployLane.OpenAsync(node!.Eth, DevAccounts.Account(9), ct).ConfigureAwait(false);
            var address = lane.Create(packages.Own(contract), values);
            await lane.FlushAsync(ct: ct).ConfigureAwait(false);
            return address;
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
        var answer = await node!.Eth.CallAsync(new(null, token, Erc20Abi.BalanceOf.Encode(owner)), ct: ct).ConfigureAwait(false);
        return (BigInteger)Erc20Abi.BalanceOf.DecodeOutput(answer)[0];
    }

    /// <summary>
    /// Lets both routers take the tokens of a wallet that the server holds, and waits until they may. Without a bound, therefore only on a
    /// chain that is ours.
    /// </summary>
    public async Task AllowRoutersAsync(ISigner signer, CancellationToken ct = default)
    {
        if (!IsLocal)
        {
            throw new InvalidOperationException("Allowances without a bound are for local chains only.");
        }
        if (simulation is not null)
        {
            return;
        }
        var lane = await LaneAsync(signer).ConfigureAwait(false);
        var ids = new List<string>();
        foreach (var token in state.Contracts.Tokens)
        {
            foreach (var router in new[] { state.Contracts.V2Router, state.Contracts.V3Router })
            {
                ids.Add($"allow/{token.Symbol}/{router}");
                var result = await lane.SubmitAsync(new(ids[^1], token.Address, Erc20Abi.Approve.Encode(router, Hex.MaxUInt256)), ct).ConfigureAwait(false);
                if (result.Denial is not null)
                {
                    throw new Ethereum.Rpc.RpcTransportException($"The allowance of {token.Symbol} was refused: {result.Words}");
                }
            }
        }
        for (var look = 0; look < AllowanceLooksMax && ids.Any(id => lane.Find(id)!.Inclusion is null); look++)
        {
            await Task.Delay(AllowanceLook, time, ct).ConfigureAwait(false);
            _ = await lane.WatchAsync(ct).ConfigureAwait(false);
        }
    }

    private const int AllowanceLooksMax = 200;
    private static readonly TimeSpan AllowanceLook = TimeSpan.FromMilliseconds(50);

    /// <summary>Lets both routers take an account's tokens without a bound: only for accounts of local chains, whose tokens are worth nothing.</summary>
    private async Task ApproveRoutersAsync(PrivateKeySigner signer, CancellationToken ct)
    {
        var lane = await DeployLane.OpenAsync(node!.Eth, signer, ct).ConfigureAwait(false);
        foreach (var token in state.Contracts.Tokens)
        {
            lane.Call(token.Address, Erc20Abi.Approve, state.Contracts.V2Router, Hex.MaxUInt256);
            lane.Call(token.Address, Erc20Abi.Approve, state.Contracts.V3Router, Hex.MaxUInt256);
        }
        await lane.FlushAsync(ct: ct).ConfigureAwait(false);
    }
}

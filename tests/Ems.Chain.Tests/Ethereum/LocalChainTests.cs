using System.Diagnostics;
using System.Numerics;
using Ems.Chain.Tests.Harness;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Local;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Signing;

namespace Ems.Chain.Tests.Ethereum;

/// <summary>The client against a real node.</summary>
public sealed class LocalChainTests
{
    private static readonly BigInteger Ether = BigInteger.Pow(10, 18);

    [Fact]
    public void The_phrase_of_local_chains_gives_their_accounts()
    {
        DevAccounts.Account(0).Address.ToString().ShouldBe("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
        DevAccounts.Account(9).Address.ToString().ShouldBe("0xa0Ee7A142d267C1f36714E4a8F75612F20a79720");
    }

    [Fact]
    public async Task Uniswap_is_deployed_and_swaps_in_seconds()
    {
        var watch = Stopwatch.StartNew();
        await using var chain = await LocalChain.StartAsync();
        var owner = DevAccounts.Account(0);
        var uniswap = await UniswapDeployment.DeployAsync(chain.Eth, chain.Packages, owner);
        uniswap.Fund(uniswap.Weth, 2_000 * Ether);
        uniswap.Fund(uniswap.Usdc, 10_000_000 * BigInteger.Pow(10, 6));
        var pair = uniswap.V2Pool(uniswap.Weth, 1_000 * Ether, uniswap.Usdc, 3_000_000 * BigInteger.Pow(10, 6));
        await uniswap.Lane.FlushAsync();
        TestContext.Current.TestOutputHelper?.WriteLine($"anvil and Uniswap up in {watch.ElapsedMilliseconds} ms");
        watch.ElapsedMilliseconds.ShouldBeLessThan(20_000);

        var web3 = new Web3(chain.Eth.Client);
        var router = web3.GetContract(chain.Packages.UniswapV2("v2-periphery", "UniswapV2Router02").Abi, uniswap.V2Router);
        var path = new object[] { uniswap.Weth, uniswap.Usdc };
        var amounts = (object[])(await router.GetFunction("getAmountsOut").CallAsync(default, Ether, path))[0];
        ((BigInteger)amounts[1]).ShouldBeInRange(2_980_000_000, 2_995_000_000);
        (await chain.Eth.CodeAsync(pair)).Length.ShouldBeGreaterThan(1000);

        var late = await Should.ThrowAsync<CallRevertedException>(() => router.GetFunction("swapExactTokensForTokens").CallAsync(default, Ether, BigInteger.Zero, path, owner.Address, BigInteger.One));
        late.Reason.ShouldBe("UniswapV2Router: EXPIRED");
    }

    [Fact]
    public async Task Tokens_with_bad_habits_and_their_errors_are_read()
    {
        await using var chain = await LocalChain.StartAsync();
        var owner = DevAccounts.Account(0);
        var lane = await DeployLane.OpenAsync(chain.Eth, owner);
        var artifact = chain.Packages.Own("TestToken");
        var taxed = lane.Create(artifact, "Taxed", "TAX", 8, 500, false);
        var silent = lane.Create(artifact, "Silent", "SIL", 18, 0, true);
        lane.Call(taxed, artifact.Abi.Function("mint"), owner.Address, 1_000);
        lane.Call(taxed, artifact.Abi.Function("transfer"), taxed, 200);
        lane.Call(silent, artifact.Abi.Function("mint"), owner.Address, 1_000);
        await lane.FlushAsync();
        var web3 = new Web3(chain.Eth.Client);
        (await web3.GetContract(artifact.Abi, taxed).GetFunction("balanceOf").CallAsync(default, taxed))[0].ShouldBe((BigInteger)190);
        (await web3.GetContract(artifact.Abi, taxed).GetFunction("decimals").CallAsync(default))[0].ShouldBe((BigInteger)8);
        var transfer = artifact.Abi.Function("transfer");
        (await chain.Eth.CallAsync(new(owner.Address, silent, transfer.Encode(taxed, 1)))).ShouldBeEmpty();
        var refused = await Should.ThrowAsync<CallRevertedException>(() => web3.GetContract(artifact.Abi, taxed).GetFunction("transfer").CallAsync(default, owner.Address, 5));
        refused.Reason.ShouldBe("InsufficientBalance(has=0, needs=5)");
        var logs = await chain.Eth.LogsAsync(taxed, 0, await chain.Eth.BlockNumberAsync(), [artifact.Abi.Event("Transfer").Topic]);
        logs.Count.ShouldBe(3);
        artifact.Abi.Event("Transfer").Decode(logs[1].Topics, logs[1].Data)[2].ShouldBe((BigInteger)190);
    }

    [Fact]
    public async Task A_wallet_that_is_a_contract_vouches_for_its_owner_only()
    {
        await using var chain = await LocalChain.StartAsync();
        var (owner, stranger) = (DevAccounts.Account(1), DevAccounts.Account(2));
        var lane = await DeployLane.OpenAsync(chain.Eth, DevAccounts.Account(0));
        var wallet = lane.Create(chain.Packages.Own("TestWallet"), owner.Address);
        await lane.FlushAsync();
        var signatures = new ContractSignatures(chain.Eth);
        var hash = PersonalMessage.Hash("let me in");
        (await signatures.IsValidAsync(wallet, hash, owner.SignHash(hash).ToBytes())).ShouldBeTrue();
        (await signatures.IsValidAsync(wallet, hash, stranger.SignHash(hash).ToBytes())).ShouldBeFalse();
        (await signatures.IsValidAsync(wallet, hash, new byte[3])).ShouldBeFalse("the contract reverts");
        (await signatures.IsValidAsync(owner.Address, hash, owner.SignHash(hash).ToBytes())).ShouldBeTrue();
        (await signatures.IsValidAsync(owner.Address, hash, stranger.SignHash(hash).ToBytes())).ShouldBeFalse();
    }

    [Fact]
    public async Task Blocks_arrive_over_the_WebSocket_and_a_broken_connection_ends_what_is_under_way()
    {
        var chain = await LocalChain.StartAsync();
        await using var socket = await WebSocketRpcChannel.ConnectAsync(chain.WebSocketAddress, TimeProvider.System);
        var heads = await socket.SubscribeAsync("newHeads");
        await chain.TellAsync("evm_mine");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        (await heads.ReadAsync(patience.Token)).GetProperty("number").GetString().ShouldBe("0x1");
        var many = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => socket.SendAsync([new("eth_chainId"), new("eth_blockNumber")])));
        many.ShouldAllBe(a => a.Count == 2 && a[0].Result!.Value.GetString() == "0x7a69");
        await chain.DisposeAsync();
        await Should.ThrowAsync<RpcTransportException>(() => socket.SendAsync([new("eth_chainId")]));
        await Should.ThrowAsync<RpcTransportException>(() => heads.Completion);
    }

    [Fact]
    public async Task Our_committed_contracts_are_what_their_sources_compile_to()
    {
        _ = await LocalChain.PackagesAsync();
        (await Node.RunAsync(Path.Combine(Places.Root, "chain"), "node", "compile.mjs", "check")).ShouldBe("");
    }
}

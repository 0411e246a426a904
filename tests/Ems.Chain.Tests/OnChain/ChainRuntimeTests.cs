using System.Numerics;
using Ems.Chain.Tests.Harness;
using Ems.Execution.Core.Amm;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Local;
using Ems.Execution.Venues.OnChain;
using Ems.Execution.Venues.OnChain.Runtime;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Ems.Chain.Tests.OnChain;

/// <summary>The chain of an instance: a node where there is one, the simulation where not, and why.</summary>
public sealed class ChainRuntimeTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("ems-chain-").FullName;
    private decimal mid = 3_000m;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("anvil")]
    [InlineData("simulator")]
    public async Task It_starts_with_pools_at_the_books_price_and_keeps_them_there(string mode)
    {
        await using var chain = await StartAsync(new() { Mode = mode });
        var state = await chain.ReadyAsync();
        state.Mode.ShouldBe(mode == "anvil" ? ChainMode.Anvil : ChainMode.Simulator, state.WhyNoNode);
        state.Contracts.Tokens.Select(t => (t.Symbol, t.Decimals)).ShouldBe([("WETH", 18), ("USDC", 6), ("WBTC", 8), ("USDT", 6)]);
        Px(chain).ShouldAllBe(p => p > 2_999.99m && p < 3_000.01m);
        mid = 3_100m;
        await UntilAsync(() => Px(chain).All(p => p > 3_100m * 0.9969m && p < 3_100m * 1.0031m), "the pools to follow the books up to their fee");
        mid = 2_950m;
        await UntilAsync(() => Px(chain).All(p => p > 2_950m * 0.9969m && p < 2_950m * 1.0031m), "the pools to follow the books down to their fee");
    }

    [Fact]
    public async Task A_newcomers_wallet_gets_every_token_and_its_swap_gives_what_was_quoted()
    {
        await using var chain = await StartAsync(new() { Mode = "anvil", Arbitrage = false });
        var state = await chain.ReadyAsync();
        Assert.SkipWhen(state.Mode != ChainMode.Anvil, "needs anvil: " + state.WhyNoNode);
        var wallet = new Execution.Venues.Ethereum.Signing.PrivateKeySigner([.. Enumerable.Repeat((byte)7, 32)]);
        foreach (var symbol in new[] { "ETH", "WETH", "WBTC", "USDT", "USDC" })
        {
            await chain.FundAsync(wallet.Address, symbol, 2.5m);
            var token = state.Contracts.Token(symbol) ?? new("ETH", 18, Address.Zero);
            (await chain.BalanceAsync(token.Address, wallet.Address)).ShouldBe(25 * BigInteger.Pow(10, token.Decimals - 1), symbol);
        }
        await chain.FundAsync(wallet.Address, "ETH", 20m);
        var pool = state.Contracts.Pools.First(p => p.Kind == PoolKind.Concentrated);
        var lane = await DeployLane.OpenAsync(chain.Eth!, wallet);
        var weth = state.Contracts.Token("WETH")!.Address;
        lane.Call(weth, Erc20Abi.Approve, state.Contracts.V3Router, Hex.MaxUInt256);
        await lane.FlushAsync();
        var venue = await chain.VenueAsync(wallet);
        var (zeroForOne, amount) = (pool.Token0 == weth, BigInteger.Pow(10, 18));
        await UntilAsync(() => chain.Pool(pool.Address) is not null, "the pool");
        var quoted = chain.Pool(pool.Address)!.State.SwapIn(zeroForOne, amount).AmountOut;
        (await venue.SwapAsync(new("a", pool.Address, zeroForOne, amount, quoted, TimeProvider.System.GetUtcNow().AddMinutes(5)))).Denial.ShouldBeNull();
        await UntilAsync(() => venue.WatchAsync().Result is not null && venue.Find("a")!.State == OnChainSwapState.Final, "the swap to be final");
        venue.Find("a")!.AmountOut.ShouldBe(quoted);
        await UntilAsync(() => chain.Pool(pool.Address)!.State.SwapIn(true, amount).AmountOut == venue.PoolAsync(pool.Address).Result.SwapIn(true, amount).AmountOut && chain.Block!.Number > 2, "the pool after the swap");
    }

    [Fact]
    public async Task A_node_of_another_chain_or_none_at_all_leaves_the_simulation_which_says_why()
    {
        await using (var other = await StartAsync(new() { Mode = "rpc", RpcUrl = "http://127.0.0.1:9", ChainId = 1 }))
        {
            var state = await other.ReadyAsync();
            state.Mode.ShouldBe(ChainMode.Simulator);
            state.WhyNoNode!.ShouldContain("127.0.0.1:9 does not answer");
        }
        await using (var empty = await StartAsync(new() { Mode = "anvil", Folder = folder }))
        {
            (await empty.ReadyAsync()).WhyNoNode!.ShouldContain("npm ci");
        }
        await using var node = await LocalChain.StartAsync();
        await using var wrong = await StartAsync(new() { Mode = "auto", RpcUrl = node.Address.ToString(), ChainId = 1 });
        var refused = await wrong.ReadyAsync();
        (refused.Mode, refused.WhyNoNode!.Contains("is a node of chain 31337, Chain:ChainId asks for 1", StringComparison.Ordinal)).ShouldBe((ChainMode.Simulator, true));
    }

    [Fact]
    public async Task A_node_that_runs_already_is_deployed_on_once_and_found_again()
    {
        await using var node = await LocalChain.StartAsync();
        ChainContracts first;
        await using (var chain = await StartAsync(new() { RpcUrl = node.Address.ToString(), Arbitrage = false }))
        {
            var state = await chain.ReadyAsync();
            (state.Mode, chain.IsLocal).ShouldBe((ChainMode.Rpc, false));
            first = state.Contracts;
            await Should.ThrowAsync<InvalidOperationException>(() => chain.FundAsync(DevAccounts.Account(1).Address, "WETH", 1m));
        }
        await using var again = await StartAsync(new() { RpcUrl = node.Address.ToString(), Arbitrage = false });
        var found = (await again.ReadyAsync()).Contracts;
        (found.V2Router, found.Mandates, found.Pools.Count).ShouldBe((first.V2Router, first.Mandates, first.Pools.Count));
        found.Pools.ShouldBe(first.Pools);
    }

    private async Task<ChainRuntime> StartAsync(ChainOptions options)
    {
        if (options.Mode is "anvil")
        {
            _ = await LocalChain.PackagesAsync();
        }
        (options.DataPath, options.BlockTimeMs) = (folder, 100);
        var chain = new ChainRuntime(Options.Create(options), i => i.Value == "BTC-USDT" ? mid * 20m : mid, TimeProvider.System, NullLogger<ChainRuntime>.Instance);
        await chain.StartAsync(CancellationToken.None);
        return chain;
    }

    private static IEnumerable<decimal> Px(ChainRuntime chain) => chain.State.Contracts.Pools.Where(p => !Has(chain, p, "WBTC")).Select(p => PoolPx.Of(chain.Pool(p.Address)!.State, Market(chain, p))!.Value).ToArray();

    private static bool Has(ChainRuntime chain, OnChainPool pool, string symbol) => chain.State.Contracts.Token(symbol)!.Address is var a && (pool.Token0 == a || pool.Token1 == a);

    private static PoolMarket Market(ChainRuntime chain, OnChainPool pool)
    {
        var (t0, t1) = (chain.State.Contracts.Token(pool.Token0)!, chain.State.Contracts.Token(pool.Token1)!);
        return new(t0.Symbol.StartsWith('W'), t0.Decimals, t1.Decimals);
    }

    private static async Task UntilAsync(Func<bool> reached, string what)
    {
        for (var i = 0; i < 300; i++)
        {
            if (reached())
            {
                return;
            }
            await Task.Delay(50);
        }
        throw new TimeoutException("It never came: " + what);
    }
}

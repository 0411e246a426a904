using System.Numerics;
using Ems.Execution.Core.Amm;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.OnChain;

namespace Ems.Chain.Tests.OnChain;

/// <summary>A venue with two pools of the same tokens, a wallet that has 1,000 of each, and somebody else who swaps first.</summary>
public interface IOnChainRig : IAsyncDisposable
{
    /// <summary>The venue.</summary>
    IOnChainVenue Venue { get; }

    /// <summary>Makes blocks.</summary>
    Task MineAsync(int blocks = 1);

    /// <summary>Somebody else swaps in the pool of constant product, in front of whatever waits.</summary>
    Task SomebodyElseAsync(bool zeroForOne, BigInteger amountIn);
}

/// <summary>What every on-chain venue does, whatever stands behind it.</summary>
public abstract class OnChainConformance
{
    private static readonly BigInteger Unit = BigInteger.Pow(10, 18);
    private static readonly DateTimeOffset Later = TimeProvider.System.GetUtcNow().AddHours(1);

    /// <summary>Starts a venue whose swaps are final after two blocks.</summary>
    protected abstract Task<IOnChainRig> StartAsync();

    [Fact]
    public async Task What_is_quoted_here_is_what_the_swap_gives_to_the_unit()
    {
        await using var rig = await StartAsync();
        var n = 0;
        foreach (var pool in rig.Venue.Pools)
        {
            foreach (var zeroForOne in new[] { true, false })
            {
                var amount = 3 * Unit + 7;
                var expected = (await rig.Venue.PoolAsync(pool.Address)).SwapIn(zeroForOne, amount);
                var (tokenIn, tokenOut) = zeroForOne ? (pool.Token0, pool.Token1) : (pool.Token1, pool.Token0);
                var (inBefore, outBefore) = (await Balance(rig, tokenIn), await Balance(rig, tokenOut));
                (await rig.Venue.SwapAsync(Swap($"s{n}", pool, amount, expected.AmountOut, zeroForOne))).Report!.State.ShouldBe(OnChainSwapState.Pending);
                await rig.MineAsync(2);
                (await rig.Venue.WatchAsync()).Single().AmountOut.ShouldBe(expected.AmountOut);
                rig.Venue.Find($"s{n++}")!.State.ShouldBe(OnChainSwapState.Final);
                (inBefore - await Balance(rig, tokenIn), await Balance(rig, tokenOut) - outBefore).ShouldBe((amount, expected.AmountOut));
            }
        }
        n.ShouldBe(4);
    }

    [Fact]
    public async Task What_is_asked_for_comes_out_to_the_unit_for_what_was_quoted_and_never_for_more()
    {
        await using var rig = await StartAsync();
        var n = 0;
        foreach (var pool in rig.Venue.Pools)
        {
            foreach (var zeroForOne in new[] { true, false })
            {
                var wanted = (2 * Unit) + 11;
                var expected = AmmQuotes.SwapOut(await rig.Venue.PoolAsync(pool.Address), zeroForOne, wanted)!.AmountIn;
                (await rig.Venue.SwapAsync(Swap($"no{n}", pool, expected - 1, wanted, zeroForOne) with { ExactOut = true })).Denial.ShouldBe(OnChainDenial.BelowMinimum);
                await rig.Venue.SwapAsync(Swap($"s{n}", pool, expected + 1_000, wanted, zeroForOne) with { ExactOut = true });
                await rig.MineAsync(2);
                var report = (await rig.Venue.WatchAsync()).Single();
                (report.State, report.AmountIn, report.AmountOut).ShouldBe((OnChainSwapState.Final, (BigInteger?)expected, (BigInteger?)wanted));
                n++;
            }
        }
        n.ShouldBe(4);
    }

    [Fact]
    public async Task A_waiting_swap_that_is_canceled_never_moves_a_token_and_one_that_is_over_cannot_be()
    {
        await using var rig = await StartAsync();
        var pool = rig.Venue.Pools[0];
        var before = await Balance(rig, pool.Token0);
        await rig.Venue.SwapAsync(Swap("a", pool, Unit));
        (await rig.Venue.CancelAsync("a")).ShouldBeTrue();
        await rig.MineAsync(2);
        (await rig.Venue.WatchAsync()).Single().State.ShouldBe(OnChainSwapState.Dropped);
        (await Balance(rig, pool.Token0)).ShouldBe(before);
        (await rig.Venue.CancelAsync("a")).ShouldBeFalse();
        (await rig.Venue.CancelAsync("never")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_swap_is_pending_then_included_then_final_and_its_gas_is_known()
    {
        await using var rig = await StartAsync();
        var coin = await Balance(rig, Address.Zero);
        await rig.Venue.SwapAsync(Swap("a", rig.Venue.Pools[0], Unit));
        (await rig.Venue.WatchAsync()).ShouldBeEmpty();
        rig.Venue.Find("a")!.AmountOut.ShouldBeNull();
        await rig.MineAsync();
        (await rig.Venue.WatchAsync()).Single().State.ShouldBe(OnChainSwapState.Included);
        await rig.MineAsync();
        var final = (await rig.Venue.WatchAsync()).Single();
        final.State.ShouldBe(OnChainSwapState.Final);
        (coin - await Balance(rig, Address.Zero)).ShouldBe(final.GasCost);
        (await rig.Venue.WatchAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_same_name_swaps_once()
    {
        await using var rig = await StartAsync();
        var pool = rig.Venue.Pools[0];
        var before = await Balance(rig, pool.Token0);
        await rig.Venue.SwapAsync(Swap("a", pool, Unit));
        await rig.Venue.SwapAsync(Swap("a", pool, Unit));
        await rig.MineAsync(2);
        await rig.Venue.WatchAsync();
        (await rig.Venue.SwapAsync(Swap("a", pool, Unit))).Report!.State.ShouldBe(OnChainSwapState.Final);
        await rig.MineAsync(2);
        (before - await Balance(rig, pool.Token0)).ShouldBe(Unit);
    }

    [Fact]
    public async Task What_cannot_be_is_refused_by_its_code_and_changes_nothing()
    {
        await using var rig = await StartAsync();
        foreach (var pool in rig.Venue.Pools)
        {
            var quoted = (await rig.Venue.PoolAsync(pool.Address)).SwapIn(true, Unit).AmountOut;
            (await rig.Venue.SwapAsync(Swap("x", pool, Unit, quoted + 1))).Denial.ShouldBe(OnChainDenial.BelowMinimum);
            (await rig.Venue.SwapAsync(Swap("x", pool, 0))).Denial.ShouldBe(OnChainDenial.InvalidAmount);
            (await rig.Venue.SwapAsync(Swap("x", pool, 100_000 * Unit))).Denial.ShouldBe(OnChainDenial.InsufficientFunds);
            (await rig.Venue.SwapAsync(Swap("x", pool, Unit) with { Deadline = DateTimeOffset.UnixEpoch })).Denial.ShouldBe(OnChainDenial.Expired);
        }
        (await rig.Venue.SwapAsync(Swap("x", rig.Venue.Pools[0], Unit) with { Pool = Address.Zero })).Denial.ShouldBe(OnChainDenial.UnknownPool);
        rig.Venue.Find("x").ShouldBeNull();
        var coin = await Balance(rig, Address.Zero);
        await rig.MineAsync();
        (await Balance(rig, Address.Zero)).ShouldBe(coin);
    }

    [Fact]
    public async Task A_pool_drained_between_quote_and_inclusion_reverts_the_swap_and_only_gas_is_lost()
    {
        await using var rig = await StartAsync();
        var pool = rig.Venue.Pools[0];
        var quoted = (await rig.Venue.PoolAsync(pool.Address)).SwapIn(true, Unit).AmountOut;
        var (token0, token1, coin) = (await Balance(rig, pool.Token0), await Balance(rig, pool.Token1), await Balance(rig, Address.Zero));
        await rig.Venue.SwapAsync(Swap("a", pool, Unit, quoted * 999 / 1000));
        await rig.SomebodyElseAsync(true, 200 * Unit);
        await rig.MineAsync(2);
        var report = (await rig.Venue.WatchAsync()).Single();
        (report.State, report.AmountOut).ShouldBe((OnChainSwapState.Reverted, BigInteger.Zero));
        (await Balance(rig, pool.Token0), await Balance(rig, pool.Token1)).ShouldBe((token0, token1));
        (coin - await Balance(rig, Address.Zero)).ShouldBe(report.GasCost);
    }

    [Fact]
    public async Task Its_pools_are_curves_of_the_router()
    {
        await using var rig = await StartAsync();
        foreach (var pool in rig.Venue.Pools)
        {
            var state = await rig.Venue.PoolAsync(pool.Address);
            var output = AmmCurves.Of(state, new(true, 18, 18), Side.Sell).Output(5.0);
            ((double)state.SwapIn(true, 5 * Unit).AmountOut / 1e18).ShouldBe(output, output * 1e-9);
        }
    }

    private static Task<BigInteger> Balance(IOnChainRig rig, Address token) => rig.Venue.BalanceAsync(token, rig.Venue.Wallet);

    private static OnChainSwap Swap(string id, OnChainPool pool, BigInteger amount, BigInteger least = default, bool zeroForOne = true) => new(id, pool.Address, zeroForOne, amount, least, Later);
}

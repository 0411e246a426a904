using System.Numerics;
using CsCheck;
using Ems.Execution.Core.Amm;
using Ems.Execution.Core.Primitives;

namespace Ems.Chain.Tests.Amm;

/// <summary>What holds of every pool.</summary>
public sealed class AmmPropertyTests
{
    private static readonly BigInteger E18 = BigInteger.Pow(10, 18);

    private static readonly Gen<BigInteger> Amount = Gen.Select(Gen.Long[1, 999], Gen.Int[0, 20]).Select((n, e) => n * BigInteger.Pow(10, e));

    [Fact]
    public void A_V2_pool_never_loses_product_and_its_inverse_gives_enough() => Gen.Select(Amount, Amount, Amount, Gen.Bool).Sample((r0, r1, amount, zeroForOne) =>
    {
        var pool = new ConstantProductPool(r0, r1);
        var after = (ConstantProductPool)pool.SwapIn(zeroForOne, amount).After;
        (after.Reserve0 * after.Reserve1).ShouldBeGreaterThanOrEqualTo(r0 * r1);
        if (pool.AmountInFor(zeroForOne, amount) is { } needed)
        {
            pool.SwapIn(zeroForOne, needed).AmountOut.ShouldBeGreaterThanOrEqualTo(amount);
        }
    }, iter: 5_000);

    [Fact]
    public void Ticks_and_roots_are_each_other_s_inverse() => Gen.Int[-TickMath.MaxTick, TickMath.MaxTick - 1].Sample(tick =>
    {
        var root = TickMath.SqrtAt(tick);
        TickMath.TickAt(root).ShouldBe(tick);
        if (tick > -TickMath.MaxTick)
        {
            TickMath.TickAt(root - 1).ShouldBe(tick - 1);
        }
    }, iter: 3_000);

    [Fact]
    public void In_every_pool_more_in_gives_no_less_out_and_halves_give_no_more_than_the_whole() => Gen.Select(Gen.Int[0, 3], Amount, Gen.Bool).Sample((kind, amount, zeroForOne) =>
    {
        var pool = Pool(kind);
        var (whole, more) = (pool.SwapIn(zeroForOne, amount), pool.SwapIn(zeroForOne, amount + 1));
        // Newton's method ends within one unit of the balance, so a stable pool may wobble by that.
        var wobble = kind == 2 ? 2 : 0;
        more.AmountOut.ShouldBeGreaterThanOrEqualTo(whole.AmountOut - wobble);
        if (amount > 1)
        {
            var first = pool.SwapIn(zeroForOne, amount / 2);
            var second = first.After.SwapIn(zeroForOne, amount - (amount / 2));
            if (kind != 0 && kind != 1)
            {
                // Reserves of these pools keep the fee, so a split gains nothing beyond rounding and the fee that came in first.
                (first.AmountOut + second.AmountOut).ShouldBeLessThanOrEqualTo(whole.AmountOut + wobble + (whole.AmountOut / 100));
            }
            else
            {
                (first.AmountOut + second.AmountOut).ShouldBeLessThanOrEqualTo(whole.AmountOut + (whole.AmountOut / 100) + 1);
            }
        }
    }, iter: 2_000);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void There_and_back_never_earns(int kind) => Gen.Select(Amount, Gen.Bool).Sample((amount, zeroForOne) =>
    {
        var there = Pool(kind).SwapIn(zeroForOne, amount);
        if (there.AmountOut.Sign > 0)
        {
            there.After.SwapIn(!zeroForOne, there.AmountOut).AmountOut.ShouldBeLessThanOrEqualTo(there.AmountIn);
        }
    }, iter: 1_000);

    [Theory]
    [InlineData(0, Side.Sell, true)]
    [InlineData(0, Side.Buy, true)]
    [InlineData(1, Side.Sell, true)]
    [InlineData(1, Side.Buy, true)]
    [InlineData(1, Side.Sell, false)]
    [InlineData(1, Side.Buy, false)]
    [InlineData(2, Side.Sell, true)]
    [InlineData(2, Side.Buy, false)]
    [InlineData(3, Side.Sell, true)]
    [InlineData(3, Side.Buy, true)]
    public void A_pool_s_curve_for_the_router_is_the_pool(int kind, Side side, bool token0IsBase)
    {
        var (pool, market) = (Pool(kind), new PoolMarket(token0IsBase, 18, 18));
        var curve = AmmCurves.Of(pool, market, side);
        foreach (var tokens in new[] { 0.001, 0.1, 1.0, 7.0, 40.0, 250.0 })
        {
            var exact = pool.SwapIn(market.ZeroForOne(side), new BigInteger(tokens * 1e18));
            ((double)exact.AmountOut / 1e18).ShouldBe(curve.Output(tokens), curve.Output(tokens) * (kind == 3 ? 1e-4 : kind == 2 ? 1e-5 : 1e-9));
        }
    }

    [Fact]
    public void A_real_pool_s_curve_spans_decimals_and_ticks()
    {
        var pool = AmmVectorTests.Mainnet();
        // token0 is USDC with 6 decimals, token1 wrapped ether with 18: the instrument is ETH-USDC.
        var market = new PoolMarket(false, 6, 18);
        var (sell, buy) = (AmmCurves.Of(pool, market, Side.Sell), AmmCurves.Of(pool, market, Side.Buy));
        foreach (var ether in new[] { 0.01, 1.0, 25.0, 300.0, 2_000.0 })
        {
            ((double)pool.SwapIn(false, new BigInteger(ether * 1e18)).AmountOut / 1e6).ShouldBe(sell.Output(ether), sell.Output(ether) * 1e-6);
        }
        foreach (var dollars in new[] { 100.0, 10_000.0, 3_000_000.0 })
        {
            ((double)pool.SwapIn(true, new BigInteger(dollars * 1e6)).AmountOut / 1e18).ShouldBe(buy.Output(dollars), buy.Output(dollars) * 1e-6);
        }
    }

    [Fact]
    public void Swaps_of_nothing_and_pools_of_nothing_are_refused()
    {
        for (var kind = 0; kind < 4; kind++)
        {
            var pool = Pool(kind);
            Should.Throw<ArgumentOutOfRangeException>(() => pool.SwapIn(true, 0));
            Should.Throw<ArgumentOutOfRangeException>(() => pool.SwapIn(true, -1));
        }
        Should.Throw<ArgumentOutOfRangeException>(() => new ConstantProductPool(0, 1));
        Should.Throw<ArgumentOutOfRangeException>(() => new ConcentratedPool(3000, 0, TickMath.MinSqrt, 0, 1, []));
        Should.Throw<ArgumentOutOfRangeException>(() => new StableSwapPool(100, [1], [1], 0));
        Should.Throw<ArgumentOutOfRangeException>(() => new WeightedPool(1, 1, 1, 1, BigInteger.Pow(10, 18)));
        Should.Throw<ArgumentOutOfRangeException>(() => ((ConcentratedPool)Pool(1)).AddLiquidity(-60, 60, -BigInteger.Pow(10, 40)));
    }

    [Fact]
    public void A_pool_that_runs_dry_takes_only_what_it_can_use()
    {
        var swap = Pool(1).SwapIn(true, BigInteger.Pow(10, 40));
        swap.AmountIn.ShouldBeLessThan(BigInteger.Pow(10, 40));
        swap.AmountOut.ShouldBeGreaterThan(BigInteger.Zero);
        ((ConcentratedPool)swap.After).Liquidity.ShouldBe(BigInteger.Zero);
    }

    private static IAmmPool Pool(int kind) => kind switch
    {
        0 => new ConstantProductPool(1_000 * E18, 3_000 * E18),
        1 => new ConcentratedPool(3000, 60, TickMath.SqrtAt(0) + 12345, 0, 0, [])
            .AddLiquidity(-6000, 6000, 900 * E18).AddLiquidity(-1200, 600, 2_000 * E18).AddLiquidity(600, 1800, 500 * E18),
        2 => new StableSwapPool(200, [1_000 * E18, 1_500 * E18], [1, 1], 4_000_000),
        _ => new WeightedPool(1_000 * E18, 500 * E18, 4, 1, E18 / 1000),
    };
}

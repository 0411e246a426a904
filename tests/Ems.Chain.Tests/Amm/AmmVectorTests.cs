using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Ems.Chain.Tests.Harness;
using Ems.Execution.Core.Amm;

namespace Ems.Chain.Tests.Amm;

/// <summary>The formulas against published values and against what real pools did.</summary>
public sealed class AmmVectorTests
{
    [Fact]
    public void V2_amounts_are_those_of_the_contract_s_tests()
    {
        foreach (var v in Vectors.Files("uniswap-v2", "amount-out-*").Select(Vectors.Payload))
        {
            var pool = new ConstantProductPool(v.Number("reserveIn"), v.Number("reserveOut"));
            pool.SwapIn(true, v.Number("amountIn")).AmountOut.ShouldBe(v.Number("expectedAmountOut"));
        }
    }

    [Fact]
    public void Ticks_and_roots_of_prices_are_those_of_the_contract_s_tests()
    {
        foreach (var v in Vectors.Files("uniswap-v3", "tick-math-get_sqrt*").SelectMany(f => Vectors.Payload(f).GetProperty("vectors").EnumerateArray()))
        {
            TickMath.SqrtAt(v.GetProperty("tick").GetInt32()).ShouldBe(v.Number("sqrtPriceX96"));
        }
        foreach (var v in Vectors.Files("uniswap-v3", "tick-math-get_tick*").SelectMany(f => Vectors.Payload(f).GetProperty("vectors").EnumerateArray()))
        {
            TickMath.TickAt(v.Number("sqrtPriceX96")).ShouldBe(v.GetProperty("tick").GetInt32());
        }
        TickMath.MinSqrt.ShouldBe(4295128739);
        TickMath.MaxSqrt.ShouldBe(BigInteger.Parse("1461446703485210103287273052203988822378723970342", CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Steps_of_a_swap_are_those_of_the_contract_s_tests()
    {
        var files = Vectors.Files("uniswap-v3", "swap-step-*").ToArray();
        files.Length.ShouldBeGreaterThan(4);
        foreach (var v in files.Select(Vectors.Payload))
        {
            var step = SwapStep.Of(v.Number("sqrtPriceCurrentX96"), v.Number("sqrtPriceTargetX96"), v.Number("liquidity"), v.Number("amountRemaining"), v.GetProperty("feePips").GetInt32());
            var expected = v.GetProperty("expected");
            step.ShouldBe(new SwapStep(expected.Number("sqrtPriceNextX96"), expected.Number("amountIn"), expected.Number("amountOut"), expected.Number("feeAmount")));
        }
    }

    [Fact]
    public void Swaps_of_whole_pools_are_those_of_the_contract_s_tests()
    {
        var swaps = 0;
        foreach (var v in Vectors.Files("uniswap-v3", "pool-swap-*").Select(Vectors.Payload))
        {
            var start = v.Number("startingSqrtPriceX96");
            var pool = new ConcentratedPool(v.GetProperty("fee").GetInt32(), v.GetProperty("tickSpacing").GetInt32(), start, TickMath.TickAt(start), 0, []);
            foreach (var p in v.GetProperty("positions").EnumerateArray())
            {
                pool = pool.AddLiquidity(p.GetProperty("tickLower").GetInt32(), p.GetProperty("tickUpper").GetInt32(), p.Number("liquidity"));
            }
            foreach (var s in v.GetProperty("swaps").EnumerateArray())
            {
                var expected = s.GetProperty("expected");
                if (expected.TryGetProperty("swapError", out _))
                {
                    continue;
                }
                var zeroForOne = s.GetProperty("zeroForOne").GetBoolean();
                var exactOut = s.GetProperty("exactOut").ValueKind == JsonValueKind.True;
                var amount = s.OptionalNumber("amount0") ?? s.OptionalNumber("amount1") ?? (BigInteger.One << 255) - 1;
                var swap = pool.Swap(zeroForOne, exactOut ? -amount : amount, s.OptionalNumber("sqrtPriceLimitX96"));
                (swap.Amount0, swap.Amount1, swap.After.Tick).ShouldBe(
                    (expected.Number("amount0Delta"), expected.Number("amount1Delta"), expected.GetProperty("tickAfter").GetInt32()), v.GetProperty("description").GetString() + ": " + s.GetProperty("name").GetString());
                swaps++;
            }
        }
        swaps.ShouldBeGreaterThan(100);
    }

    [Fact]
    public void A_mainnet_pool_replayed_from_its_first_block_has_every_amount_and_every_price()
    {
        var pool = new ConcentratedPool(3000, 60, BigInteger.Parse("2505290050365003892876723467", CultureInfo.InvariantCulture), 0, 0, []);
        pool = new(3000, 60, pool.SqrtPriceX96, TickMath.TickAt(pool.SqrtPriceX96), 0, []);
        var swaps = 0;
        foreach (var row in File.ReadLines(Places.Shared("data/uniswap_v3_weth_ens/events.csv")).Skip(1).Select(l => l.Split(',')))
        {
            BigInteger Cell(int i) => BigInteger.Parse(row[i], CultureInfo.InvariantCulture);
            if (row[4] != "Swap")
            {
                pool = pool.AddLiquidity((int)Cell(8), (int)Cell(9), row[4] == "Mint" ? Cell(5) : -Cell(5));
                continue;
            }
            var (amount0, amount1) = (Cell(6), Cell(7));
            var zeroForOne = amount0.Sign > 0;
            var swap = pool.Swap(zeroForOne, row[10].Length > 0 ? Cell(10) : zeroForOne ? amount0 : amount1, null);
            if ((swap.Amount0, swap.Amount1) != (amount0, amount1))
            {
                // The order named what comes out, or a limit ended it.
                swap = pool.Swap(zeroForOne, zeroForOne ? amount1 : amount0, null);
                swap = (swap.Amount0, swap.Amount1) == (amount0, amount1) ? swap : pool.Swap(zeroForOne, Cell(10), Cell(11));
            }
            (swap.Amount0, swap.Amount1).ShouldBe((amount0, amount1));
            (swap.After.SqrtPriceX96, swap.After.Liquidity, swap.After.Tick).ShouldBe((Cell(11), Cell(12), (int)Cell(13)));
            pool = swap.After;
            swaps++;
        }
        swaps.ShouldBeGreaterThan(30);
    }

    [Fact]
    public void A_mainnet_pool_with_hundreds_of_ticks_has_the_liquidity_its_ticks_say_and_swaps_back_and_forth_lose_only_fees()
    {
        var pool = Mainnet();
        pool.Ticks.Where(t => t.Tick <= pool.Tick).Aggregate(BigInteger.Zero, (sum, t) => sum + t.LiquidityNet).ShouldBe(pool.Liquidity);
        var most = 0;
        for (var exponent = 6; exponent <= 14; exponent++)
        {
            var there = pool.SwapIn(true, BigInteger.Pow(10, exponent));
            var back = there.After.SwapIn(false, there.AmountOut);
            back.AmountOut.ShouldBeLessThan(there.AmountIn);
            back.AmountOut.ShouldBeGreaterThan(there.AmountIn * 99 / 100);
            most = Math.Max(most, there.TicksCrossed);
        }
        most.ShouldBeGreaterThan(20);
    }

    [Fact]
    public void A_stable_swap_pool_is_that_of_the_reference_model()
    {
        foreach (var v in Vectors.Files("curve", "stableswap-*").Select(Vectors.Payload))
        {
            BigInteger[] balances = [.. v.GetProperty("balances").EnumerateArray().Select(b => b.Number())];
            var pool = new StableSwapPool(v.Number("A"), balances, [.. balances.Select(_ => BigInteger.One)], (long)v.Number("fee"));
            foreach (var c in v.GetProperty("cases").EnumerateArray())
            {
                var (i, j, dx) = (c.GetProperty("i").GetInt32(), c.GetProperty("j").GetInt32(), c.Number("dx"));
                pool.Invariant().ShouldBe(c.Number("D"));
                pool.BalanceFor(i, j, balances[i] + dx).ShouldBe(c.Number("y"));
                pool.Swap(i, j, dx).AmountOut.ShouldBe(c.Number("get_dy"));
            }
        }
    }

    [Fact]
    public void A_weighted_pool_is_the_documented_formula_and_never_gives_more()
    {
        foreach (var v in Vectors.Files("balancer", "weighted-*").Select(Vectors.Payload))
        {
            // Thirty decimals, so that the pool's own rounding to units is far below the tolerance.
            BigInteger Scaled(string name, int decimals)
            {
                var text = v.GetProperty(name).GetString()!;
                var dot = text.IndexOf('.', StringComparison.Ordinal);
                var places = dot < 0 ? 0 : text.Length - dot - 1;
                var digits = BigInteger.Parse(text.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
                return places <= decimals ? digits * BigInteger.Pow(10, decimals - places) : digits / BigInteger.Pow(10, places - decimals);
            }
            var pool = new WeightedPool(Scaled("balanceIn", 30), Scaled("balanceOut", 30), Scaled("weightIn", 18), Scaled("weightOut", 18), Scaled("swapFee", 18));
            var (got, expected) = (pool.SwapIn(true, Scaled("amountIn", 30)).AmountOut, Scaled("expectedAmountOut", 30));
            got.ShouldBeLessThanOrEqualTo(expected);
            (expected - got).ShouldBeLessThan(BigInteger.Max(2, expected / BigInteger.Pow(10, 25)));
        }
    }

    internal static ConcentratedPool Mainnet()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Places.Shared("data/uniswap_v3_usdc_weth_state/state.json")));
        var s = document.RootElement;
        return new(s.GetProperty("fee_pips").GetInt32(), s.GetProperty("tick_spacing").GetInt32(), s.Number("sqrtPriceX96"), s.GetProperty("tick").GetInt32(), s.Number("liquidity"),
            [.. s.GetProperty("ticks").EnumerateArray().Select(t => new PoolTick(t.GetProperty("tick").GetInt32(), t.Number("liquidityNet"), t.Number("liquidityGross")))]);
    }
}

using CsCheck;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Routing;
using Ems.Execution.Core.Routing.Curves;

namespace Ems.Execution.Tests.Routing;

public sealed class CurveTests
{
    [Fact]
    public void A_constant_product_pool_gives_what_its_formula_says()
    {
        var pool = LiquidityCurve.ConstantProduct(1_000.0, 50_000.0, 0.003);
        pool.Output(10.0).ShouldBe(50_000.0 * 9.97 / 1_009.97, 1e-9);
        pool.Output(0.0).ShouldBe(0.0);
    }

    [Fact]
    public void A_book_gives_level_after_level_and_nothing_beyond()
    {
        var bids = LiquidityCurve.OrderBook(Side.Sell, [(100.0, 1.0), (99.0, 2.0)], 0.001);
        bids.Output(2.0).ShouldBe(199.0 * 0.999, 1e-9);
        bids.Output(50.0).ShouldBe(298.0 * 0.999, 1e-9);
        bids.Capacity.ShouldBe(3.0);
    }

    [Fact]
    public void One_wide_range_of_concentrated_liquidity_is_a_constant_product_pool()
    {
        // Liquidity is the root of the product, and the root price that of quote over base.
        var (b, q) = (1_000.0, 50_000.0);
        var (root, liquidity) = (Math.Sqrt(q / b), Math.Sqrt(q * b));
        LiquidityRange[] ranges = [new(root / 1e6, root * 1e6, liquidity)];
        LiquidityCurve.Concentrated(Side.Sell, root, ranges, 0.003).Output(7.0).ShouldBe(LiquidityCurve.ConstantProduct(b, q, 0.003).Output(7.0), 1e-6);
        LiquidityCurve.Concentrated(Side.Buy, root, ranges, 0.003).Output(900.0).ShouldBe(LiquidityCurve.ConstantProduct(q, b, 0.003).Output(900.0), 1e-8);
    }

    [Fact]
    public void A_stable_pool_keeps_its_invariant_at_every_size()
    {
        var (x, y, a) = (1_000_000.0, 800_000.0, 200.0);
        var pool = LiquidityCurve.StableSwap(x, y, a, 0.0, 500_000.0);
        var d = LiquidityCurve.StableInvariant(x, y, a);
        for (var input = 1_234.5; input < 500_000.0; input *= 1.7)
        {
            var exact = y - LiquidityCurve.StableReserveOut(x + input, d, a);
            pool.Output(input).ShouldBe(exact, exact * 1e-8);
        }
    }

    [Fact]
    public void At_the_optimum_no_venue_could_use_a_unit_better_than_another()
    {
        var pool = Gen.Select(Gen.Double[10.0, 10_000.0], Gen.Double[90.0, 110.0], Gen.Double[0.0, 0.01]);
        Gen.Select(pool.Array[1, 30], Gen.Double[0.01, 5_000.0]).Sample((pools, amount) =>
        {
            LiquidityCurve[] curves = [.. pools.Select((p, n) => Curve(n, p.Item1, p.Item2, p.Item3))];
            var x = new double[curves.Length];
            var result = OptimalSplit.Solve(curves, amount, x);
            result.FilledIn.ShouldBe(Math.Min(amount, curves.Sum(c => c.Capacity)), amount * 1e-9);
            // Lagrange: the output plus the price of what is left bounds every split from above.
            if (result.MarginalPx > 0.0)
            {
                var bound = (result.MarginalPx * amount) + curves.Sum(c => c.Output(Math.Min(1e12, c.InputAt(result.MarginalPx))) - (result.MarginalPx * c.InputAt(result.MarginalPx)));
                result.Output.ShouldBe(bound, bound * 1e-10);
            }
        }, iter: 3_000);
    }

    [Fact]
    public void With_costs_and_minimums_the_answer_is_the_best_of_all_sets_of_venues()
    {
        var venue = Gen.Select(Gen.Double[10.0, 1_000.0], Gen.Double[95.0, 105.0], Gen.Double[0.0, 30.0], Gen.Double[0.0, 6.0]);
        Gen.Select(venue.Array[1, 5], Gen.Double[5.0, 60.0]).Sample((venues, amount) =>
        {
            LiquidityCurve[] curves = [.. venues.Select(v => LiquidityCurve.ConstantProduct(v.Item1, v.Item1 * v.Item2, 0.001, v.Item3, v.Item4))];
            var x = new double[curves.Length];
            var result = FixedCostSplit.Solve(curves, amount, x);
            var best = 0.0;
            for (var set = 1; set < 1 << curves.Length; set++)
            {
                LiquidityCurve[] used = [.. curves.Where((_, v) => (set >> v & 1) == 1)];
                // Every venue of the set at its minimum or more: the rest is split on the curves beyond their minimums by a fine grid search.
                best = Math.Max(best, GridBest(used, amount));
            }
            result.NetOutput.ShouldBeGreaterThanOrEqualTo(best * (1.0 - 1e-7));
            result.UpperBound.ShouldBeGreaterThanOrEqualTo(result.NetOutput);
            result.GapBps.ShouldBeLessThanOrEqualTo(1e-5);
            for (var v = 0; v < x.Length; v++)
            {
                (x[v] == 0.0 || x[v] >= curves[v].MinInput).ShouldBeTrue();
            }
        }, iter: 200);
    }

    [Fact]
    public void Two_minimums_that_do_not_fit_together_leave_no_doubt_about_the_best_single_venue()
    {
        LiquidityCurve[] curves = [LiquidityCurve.ConstantProduct(100.0, 10_000.0, 0.001, 2.2, 3.4), LiquidityCurve.ConstantProduct(200.0, 20_200.0, 0.001, 0.0, 3.7)];
        var x = new double[2];
        var result = FixedCostSplit.Solve(curves, 7.0, x);
        x.ShouldBe([0.0, 7.0]);
        result.GapBps.ShouldBeLessThanOrEqualTo(1e-6);
    }

    [Fact]
    public void Solving_allocates_nothing_once_warm()
    {
        LiquidityCurve[] curves = [.. Enumerable.Range(0, 10).Select(n => Curve(n, 100.0 + n, 100.0 + n, 0.001))];
        var x = new double[curves.Length];
        OptimalSplit.Solve(curves, 50.0, x);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            OptimalSplit.Solve(curves, 50.0 + i, x);
        }
        // A collection may empty the pool once; a solve that allocated would cost far more than this.
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1_000);
    }

    private static LiquidityCurve Curve(int n, double size, double px, double fee) => (n % 3) switch
    {
        0 => LiquidityCurve.ConstantProduct(size, size * px, fee),
        1 => LiquidityCurve.OrderBook(Side.Sell, [(px, size / 100.0), (px - 0.5, size / 50.0), (px - 1.0, size / 50.0)], fee),
        _ => LiquidityCurve.Concentrated(Side.Sell, Math.Sqrt(px), [new(Math.Sqrt(px) * 0.9, Math.Sqrt(px) * 0.95, size * 20.0), new(Math.Sqrt(px) * 0.95, Math.Sqrt(px) * 1.05, size * 50.0)], fee),
    };

    /// <summary>Best net output over the set by moving ever smaller parts between venues, a method that shares nothing with the solver.</summary>
    private static double GridBest(LiquidityCurve[] used, double amount)
    {
        var least = used.Sum(c => c.MinInput);
        if (least > amount)
        {
            return 0.0;
        }
        var x = used.Select(c => c.MinInput + ((amount - least) / used.Length)).ToArray();
        for (var step = amount / 4.0; step > amount * 1e-6; step /= 2.0)
        {
            for (var moved = true; moved;)
            {
                moved = false;
                for (var from = 0; from < x.Length; from++)
                {
                    for (var to = 0; to < x.Length; to++)
                    {
                        if (from != to && x[from] - step >= used[from].MinInput
                            && used[from].Output(x[from] - step) + used[to].Output(x[to] + step) > used[from].Output(x[from]) + used[to].Output(x[to]) + 1e-12)
                        {
                            (x[from], x[to], moved) = (x[from] - step, x[to] + step, true);
                        }
                    }
                }
            }
        }
        return x.Select((a, v) => used[v].Output(a) - used[v].FixedCost).Sum();
    }
}

using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Routing;
using Ems.Execution.Core.Routing.Curves;

namespace Ems.Execution.Tests.Routing;

public sealed class OptimalSplitTests
{
    private const string Missing = "needs the certified routing instances in a folder shared/data/routing above the test binary";

    [Fact]
    public void Every_certified_instance_is_solved_to_one_part_in_ten_thousand_million()
    {
        Assert.SkipWhen(RoutingInstances.Folder is null, Missing);
        foreach (var i in RoutingInstances.All())
        {
            var x = new double[i.Curves.Length];
            var result = OptimalSplit.Solve(i.Curves, i.AmountIn, x);
            var output = x.Select((a, v) => i.Curves[v].Output(a)).Sum();
            output.ShouldBe(result.Output, i.OptimalOut * 1e-12, i.Id);
            ((i.OptimalOut - output) / i.OptimalOut).ShouldBeInRange(-1e-10, 1e-10, i.Id);
            x.Min().ShouldBeGreaterThanOrEqualTo(0.0, i.Id);
            x.Sum().ShouldBe(i.FilledIn, i.AmountIn * 1e-9, i.Id);
            x.Sum().ShouldBeLessThanOrEqualTo(i.AmountIn * (1.0 + 1e-12), i.Id);
        }
    }

    [Fact]
    public void With_fixed_costs_every_certified_instance_is_within_half_a_basis_point_of_its_bound()
    {
        Assert.SkipWhen(RoutingInstances.Folder is null, Missing);
        foreach (var i in RoutingInstances.All())
        {
            var x = new double[i.Curves.Length];
            var result = FixedCostSplit.Solve(i.Curves, i.AmountIn, x);
            var net = x.Select((a, v) => a > 0.0 ? i.Curves[v].Output(a) - i.Curves[v].FixedCost : 0.0).Sum();
            net.ShouldBe(result.NetOutput, i.OptimalOut * 1e-12, i.Id);
            ((i.NetUpperBound - net) / i.NetUpperBound * 10_000.0).ShouldBeInRange(-1e-6, 0.5, i.Id);
            result.UpperBound.ShouldBeGreaterThanOrEqualTo(i.NetUpperBound * (1.0 - 1e-4), i.Id);
            result.GapBps.ShouldBeLessThanOrEqualTo(0.5, $"{i.Id} after {result.Nodes} nodes");
            x.Sum().ShouldBeLessThanOrEqualTo(i.AmountIn * (1.0 + 1e-12), i.Id);
        }
    }

    [Fact]
    public void What_an_optimum_gives_costs_what_went_in_when_it_is_asked_for_the_other_way_round()
    {
        Assert.SkipWhen(RoutingInstances.Folder is null, Missing);
        foreach (var i in RoutingInstances.All())
        {
            var q = new double[i.Curves.Length];
            var result = OptimalSplit.SolveForOutput(i.Curves, i.OptimalOut, q);
            var input = q.Select((a, v) => i.Curves[v].Input(a)).Sum();
            input.ShouldBe(result.FilledIn, i.FilledIn * 1e-12, i.Id);
            ((input - i.FilledIn) / i.FilledIn).ShouldBeInRange(-1e-9, 1e-10, i.Id);
            q.Sum().ShouldBe(i.OptimalOut, i.OptimalOut * 1e-12, i.Id);
        }
    }

    [Fact]
    public void With_fixed_costs_the_least_input_for_an_output_reaches_its_own_bound()
    {
        Assert.SkipWhen(RoutingInstances.Folder is null, Missing);
        foreach (var i in RoutingInstances.All())
        {
            // Fixed costs are output there; here they are paid in input, at the optimum's average price.
            LiquidityCurve[] curves = [.. i.Curves.Select(c => c.With(c.FixedCost * i.FilledIn / i.OptimalOut, 0.0))];
            var q = new double[curves.Length];
            var wanted = i.NetUpperBound * 0.999;
            var result = FixedCostSplit.SolveForOutput(curves, wanted, q);
            var cost = q.Select((a, v) => a > 0.0 ? curves[v].Input(a) + curves[v].FixedCost : 0.0).Sum();
            q.Sum().ShouldBe(wanted, wanted * 1e-9, i.Id);
            cost.ShouldBe(result.Cost, cost * 1e-9, i.Id);
            ((cost - result.LowerBound) / cost * 10_000.0).ShouldBeInRange(-1e-6, 0.5, $"{i.Id} after {result.Nodes} nodes");
            OptimalSplit.SolveForOutput(curves, wanted, new double[curves.Length]).FilledIn.ShouldBeLessThanOrEqualTo(cost);
        }
    }

    [Fact]
    public void Less_than_the_minimums_is_bought_from_nobody()
    {
        var curve = LiquidityCurve.OrderBook(Side.Buy, [(100.0, 5.0)], 0.0).With(0.0, 200.0);
        var q = new double[1];
        FixedCostSplit.SolveForOutput([curve], 1.0, q).FilledOut.ShouldBe(0.0);
        FixedCostSplit.SolveForOutput([curve], 3.0, q).FilledOut.ShouldBe(3.0, 1e-9);
        FixedCostSplit.SolveForOutput([curve], 9.0, q).ShouldSatisfyAllConditions(r => r.FilledOut.ShouldBe(5.0, 1e-9), r => r.Cost.ShouldBe(500.0, 1e-6));
    }

    [Fact]
    public void The_split_allocates_nothing()
    {
        var curves = Enumerable.Range(1, 12).Select(n => n % 2 == 0 ? LiquidityCurve.ConstantProduct(1_000.0 * n, 90_000.0 * n, 0.003)
            : LiquidityCurve.OrderBook(Side.Sell, [(91.0 - n, 4.0), (80.0, 9.0)], 0.001)).ToArray();
        var parts = new double[curves.Length];
        OptimalSplit.Solve(curves, 40.0, parts);
        OptimalSplit.SolveForOutput(curves, 3_000.0, parts);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var n = 0; n < 100; n++)
        {
            OptimalSplit.Solve(curves, 40.0 + n, parts);
            OptimalSplit.SolveForOutput(curves, 3_000.0 + n, parts);
        }
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0L);
    }

    [Fact]
    public void A_cut_curve_ends_at_its_price_and_its_depth_and_carries_its_costs()
    {
        var pool = LiquidityCurve.ConstantProduct(1_000.0, 100_000.0, 0.0);
        var cut = pool.Cut(81.0, double.PositiveInfinity);
        cut.PxAfter(cut.Capacity * 0.999999).ShouldBe(81.0, 0.001);
        cut.Output(10.0).ShouldBe(pool.Output(10.0), 1e-9);
        pool.Cut(0.0, 7.0).Capacity.ShouldBe(7.0);
        var dearer = pool.Cut(0.0, 7.0, inputCost: 1.25, outputWorth: 0.5);
        dearer.Output(1.25).ShouldBe(pool.Output(1.0) * 0.5, 1e-9);
        pool.Input(pool.Output(123.0)).ShouldBe(123.0, 1e-9);
    }
}

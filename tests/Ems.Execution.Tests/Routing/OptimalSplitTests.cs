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
}

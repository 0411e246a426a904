using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Routing;

namespace Ems.Execution.Tests.Routing;

/// <summary>The certified problems through the router's own door: books as levels, pools as curves, decimals out.</summary>
public sealed class CertifiedRouteTests
{
    private const string Missing = "needs the certified routing instances in a folder shared/data/routing above the test binary";

    [Fact]
    public void Without_fixed_costs_every_certified_instance_is_routed_to_one_part_in_ten_thousand_million()
    {
        Assert.SkipWhen(RoutingInstances.Folder is null, Missing);
        foreach (var i in RoutingInstances.All())
        {
            var plan = OrderRouter.Plan(RoutingInstances.Request(i, i.Side == Side.Sell ? (decimal)i.AmountIn : (decimal)i.OptimalOut, false));
            var (paid, got) = i.Side == Side.Sell ? (Sent(plan), AllIn(plan)) : (AllIn(plan), Sent(plan));
            // What lots leave over is put right at the average price: it is less than one part in 10^12.
            var loss = (i.OptimalOut - (got + ((i.FilledIn - paid) * i.OptimalOut / i.FilledIn))) / i.OptimalOut;
            loss.ShouldBeInRange(-1e-9, 1e-10, i.Id);
            ((double)plan.UnroutedQty).ShouldBeLessThanOrEqualTo(Math.Max(i.Side == Side.Sell ? i.AmountIn - i.FilledIn : 0.0, 0.0) + (i.AmountIn * 1e-9), i.Id);
        }
    }

    [Fact]
    public void With_fixed_costs_every_certified_instance_is_routed_within_half_a_basis_point_of_its_bound()
    {
        Assert.SkipWhen(RoutingInstances.Folder is null, Missing);
        foreach (var i in RoutingInstances.All())
        {
            if (i.Side == Side.Sell)
            {
                var net = AllIn(OrderRouter.Plan(RoutingInstances.Request(i, (decimal)i.AmountIn, true)));
                Loss(i, net).ShouldBeInRange(-1e-6, 0.5, i.Id);
                continue;
            }
            // Asked for by what it buys: the quantity is moved until it costs what the instance puts in.
            var (qty, loss) = (i.OptimalOut, 0.0);
            for (var round = 0; round < 6; round++)
            {
                var plan = OrderRouter.Plan(RoutingInstances.Request(i, (decimal)qty, true));
                var put = AllIn(plan) - (double)plan.Legs.Sum(l => l.Gas);
                var used = plan.Legs.Sum(l => i.Venues[int.Parse(l.Venue.Value[1..], null)].FixedBase);
                loss = Loss(i, Sent(plan) - used + ((i.FilledIn - put) * i.OptimalOut / i.FilledIn));
                qty *= i.FilledIn / put;
            }
            loss.ShouldBeInRange(-1e-3, 0.5, i.Id);
        }
    }

    [Fact]
    public void Choosing_among_hundreds_of_venues_with_gas_allocates_no_more_than_the_plan_it_returns()
    {
        Assert.SkipWhen(RoutingInstances.Folder is null, Missing);
        foreach (var i in RoutingInstances.All().Where(i => i.Curves.Length == 500))
        {
            var request = RoutingInstances.Request(i, (decimal)(i.Side == Side.Sell ? i.AmountIn : i.OptimalOut), true);
            var legs = OrderRouter.Plan(request).Legs.Count;
            var before = GC.GetAllocatedBytesForCurrentThread();
            OrderRouter.Plan(request);
            (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(2_048 + (legs * 768), i.Id);
        }
    }

    private static double Loss(RoutingInstance i, double net) => (i.NetUpperBound - net) / i.NetUpperBound * 10_000.0;

    private static double Sent(RoutePlan plan) => (double)plan.Legs.Sum(l => l.Qty);

    private static double AllIn(RoutePlan plan) => (double)plan.Legs.Sum(l => l.AllInPx!.Value * l.Qty);
}

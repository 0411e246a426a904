using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Routing;

namespace Ems.Execution.Tests.Routing;

/// <summary>The certified problems through the router's own door: books as levels, pools as curves, decimals out.</summary>
public sealed class CertifiedRouteTests
{
    private const string Missing = "needs the certified routing instances in a folder shared/data/routing above the test binary";
    private const decimal Lot = 0.000000000001m;

    [Fact]
    public void Without_fixed_costs_every_certified_instance_is_routed_to_one_part_in_ten_thousand_million()
    {
        Assert.SkipWhen(RoutingInstances.Folder is null, Missing);
        foreach (var i in RoutingInstances.All())
        {
            var plan = OrderRouter.Plan(Request(i, i.Side == Side.Sell ? (decimal)i.AmountIn : (decimal)i.OptimalOut, false));
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
                var net = AllIn(OrderRouter.Plan(Request(i, (decimal)i.AmountIn, true)));
                Loss(i, net).ShouldBeInRange(-1e-6, 0.5, i.Id);
                continue;
            }
            // Asked for by what it buys: the quantity is moved until it costs what the instance puts in.
            var (qty, loss) = (i.OptimalOut, 0.0);
            for (var round = 0; round < 6; round++)
            {
                var plan = OrderRouter.Plan(Request(i, (decimal)qty, true));
                var put = AllIn(plan) - (double)plan.Legs.Sum(l => l.Gas);
                var used = plan.Legs.Sum(l => i.Venues[int.Parse(l.Venue.Value[1..], null)].FixedBase);
                loss = Loss(i, Sent(plan) - used + ((i.FilledIn - put) * i.OptimalOut / i.FilledIn));
                qty *= i.FilledIn / put;
            }
            loss.ShouldBeInRange(-1e-3, 0.5, i.Id);
        }
    }

    private static double Loss(RoutingInstance i, double net) => (i.NetUpperBound - net) / i.NetUpperBound * 10_000.0;

    private static double Sent(RoutePlan plan) => (double)plan.Legs.Sum(l => l.Qty);

    private static double AllIn(RoutePlan plan) => (double)plan.Legs.Sum(l => l.AllInPx!.Value * l.Qty);

    /// <summary>The instance as a request. Its books take their fee off the output, a listing off the quote: a buy's fee and depth are restated.</summary>
    internal static RouteRequest Request(RoutingInstance i, decimal qty, bool costs)
    {
        var venues = new List<RouteVenue>();
        for (var v = 0; v < i.Venues.Count; v++)
        {
            var (x, id) = (i.Venues[v], new VenueId($"V{v}"));
            var fee = x.Levels is null ? 0m : i.Side == Side.Sell ? x.Fee : (1m / (1m - x.Fee)) - 1m;
            var listing = new Listing(id, new("A-B"), 0.000000000001m, Lot, Lot, 0m, 1_000_000_000_000m, 0m, fee);
            BookLevel[] levels = [.. (x.Levels ?? []).Select(l => new BookLevel(l.Px, i.Side == Side.Sell ? l.Qty : l.Qty * (1m - x.Fee)))];
            venues.Add(new(listing, x.Levels is null ? null : new(id, listing.Instrument, 1, DateTimeOffset.UnixEpoch, i.Side == Side.Sell ? levels : [], i.Side == Side.Buy ? levels : []), 1_000_000_000_000m,
                Curve: x.Levels is null ? new(i.Curves[v].With(0.0, 0.0), TimeSpan.Zero) : null, FixedCost: costs ? x.FixedQuote : 0m));
        }
        return new(i.Side, Steps.RoundDown(qty, Lot), i.Side == Side.Sell ? 0.000000000001m : 1_000_000_000_000m, TimeInForce.Ioc, false, false, venues);
    }
}

using Ems.Execution.Core.Analytics;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Tests.Analytics;

public sealed class CostGroupTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 23, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(CostGrouping.None, 1)]
    [InlineData(CostGrouping.Algo, 2)]
    [InlineData(CostGrouping.Trader, 2)]
    [InlineData(CostGrouping.Day, 2)]
    [InlineData(CostGrouping.Instrument, 1)]
    [InlineData(CostGrouping.Venue, 3)]
    public void However_they_are_grouped_the_amounts_add_up_to_the_orders_own(CostGrouping grouping, int groups)
    {
        var orders = Orders();
        var by = CostGroups.By(grouping, orders, _ => "USDT");
        by.Count.ShouldBe(groups);
        by.Sum(g => g.Total).ShouldBe(orders.Sum(o => o.Split!.Value.Total));
        by.Sum(g => g.Notional).ShouldBe(orders.Sum(o => o.Notional!.Value));
        by.ShouldAllBe(g => g.Parts.Sum(p => p.Amount) == g.Total);
    }

    [Fact]
    public void Amounts_of_different_currencies_are_never_added() =>
        CostGroups.By(CostGrouping.None, [Order("a", "BTC-USDT", "TWAP", "t", 0), Order("b", "ETH-BTC", "TWAP", "t", 0)], i => i.Value.Split('-')[1])
            .Select(g => (g.Currency, g.Orders)).ShouldBe([("BTC", 1), ("USDT", 1)]);

    [Fact]
    public void By_venue_what_was_not_filled_is_a_group_of_its_own()
    {
        var by = CostGroups.By(CostGrouping.Venue, Orders(), _ => "USDT");
        by.Select(g => g.Key).ShouldBe([CostGroups.NotFilled, "ALPHA", "BRAVO"]);
        by[0].Parts.Single(p => p.Name == "Opportunity").Amount.ShouldBe(9m);
        by[1].Parts.Single(p => p.Name == "Opportunity").Amount.ShouldBe(0m);
    }

    [Fact]
    public void Each_figure_carries_its_interval_and_its_count()
    {
        var all = CostGroups.By(CostGrouping.None, Orders(), _ => "USDT").ShouldHaveSingleItem();
        all.TotalBps.Count.ShouldBe(3);
        all.TotalBps.Low!.Value.ShouldBeLessThan(all.TotalBps.Mean!.Value);
        all.MarkOuts[0].Bps.Count.ShouldBe(3);
        all.Leak!.TooFew.ShouldBeTrue();
    }

    [Fact]
    public void An_order_without_any_price_is_counted_but_adds_nothing()
    {
        var blind = OrderCost.Of(Facts("z", "BTC-USDT", "TWAP", "t", 0) with { DecisionMid = null, ArrivalMid = null });
        blind.Split.ShouldBeNull();
        blind.Missing.ShouldHaveSingleItem();
        var all = CostGroups.By(CostGrouping.None, [blind, .. Orders()], _ => "USDT").ShouldHaveSingleItem();
        (all.Orders, all.TotalBps.Count).ShouldBe((4, 3));
    }

    private static List<OrderCost> Orders() =>
        [Order("a", "BTC-USDT", "TWAP", "ann", 0), Order("b", "BTC-USDT", "VWAP", "ann", 30), Order("c", "BTC-USDT", "TWAP", "bob", 90)];

    private static OrderCost Order(string id, string instrument, string algo, string trader, int minutes) => OrderCost.Of(Facts(id, instrument, algo, trader, minutes));

    private static OrderFacts Facts(string id, string instrument, string algo, string trader, int minutes)
    {
        var at = Start.AddMinutes(minutes);
        CostFill[] fills =
        [
            ShortfallTests.Fill(1m, 101m + (minutes / 90m), 0.1m, send: new(100m, 101m), after: [101m]),
            ShortfallTests.Fill(2m, 102m, 0.2m, send: new(100m, 101m), venue: "BRAVO", after: [101m]),
        ];
        return new(new(id), new(instrument), Side.Buy, algo, trader, at, at, at.AddMinutes(1), 4m, 100m, 100m, 103m, fills, [], default);
    }
}

using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Venues.Tests.Conformance;

public abstract partial class VenueConformance
{
    [Fact]
    public async Task An_order_nobody_sent_is_unknown_and_one_on_its_way_is_not()
    {
        (await A.StatusAsync("never")).ShouldBeNull();
        for (var i = 0; i < 10; i++)
        {
            await A.SendAsync(A.Order($"a{i}", Side.Buy, 0.1m, 990m));
            (await A.StatusAsync($"a{i}")).ShouldNotBeNull("the question travels behind the order");
        }
        (await B.StatusAsync("a1")).ShouldBeNull("accounts do not see each other");
    }

    [Fact]
    public async Task Fills_are_told_again_in_order_with_their_numbers_and_ExecIDs()
    {
        await A.SubmitAsync("a1", Side.Buy, 3m, 1002m);
        await A.SubmitAsync("a2", Side.Sell, 3m, 998m);
        await A.EndAsync("a2");
        var fills = await A.FillsAsync();
        fills.Select(f => f.Fill.ExecId).ShouldBe(A.Heard.Where(r => r.ExecType == ExecType.Trade).Select(r => r.ExecId));
        fills.Select(f => f.FillNo).ShouldBeInOrder();
        fills.Select(f => f.FillNo).ShouldBeUnique();
        (await A.FillsAsync(fills[1].FillNo)).Select(f => f.Fill.ExecId).ShouldBe(fills.Skip(2).Select(f => f.Fill.ExecId));
        (await A.FillsAsync(0, 1)).ShouldHaveSingleItem().FillNo.ShouldBe(fills[0].FillNo);
        (await A.FillsAsync(fills[^1].FillNo)).ShouldBeEmpty();
        foreach (var (_, fill) in fills)
        {
            fill.ShouldBe(A.Heard.Single(r => r.ExecId == fill.ExecId));
        }
    }

    [Fact]
    public async Task ExecIDs_are_unique_over_all_accounts()
    {
        for (var i = 0; i < 5; i++)
        {
            await A.SubmitAsync($"a{i}", Side.Sell, 0.2m, 1000m);
            await B.SubmitAsync($"b{i}", Side.Buy, 0.2m, 1000m);
            await B.EndAsync($"b{i}");
            await A.EndAsync($"a{i}");
        }
        A.Heard.Concat(B.Heard).Select(r => r.ExecId).ShouldBeUnique();
    }

    [Fact]
    public async Task Own_orders_stand_in_the_public_book()
    {
        await A.SubmitAsync("a1", Side.Buy, 0.5m, 1000m);
        await Rig.UntilAsync(() => Rig.MarketData.Book(Rig.Instrument.Id) is { BestBid: 1000m } b && b.Bids[0].Qty == 0.5m, "the book with the order");
        await A.SubmitAsync("a2", Side.Buy, 0.25m, 999m);
        await Rig.UntilAsync(() => Rig.MarketData.Book(Rig.Instrument.Id)!.Bids[1] == new Execution.Core.MarketData.BookLevel(999m, 1.25m), "own size added to others'");
    }
}

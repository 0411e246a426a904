using Bunit;
using Ems.Execution.Core.Orders;
using Ems.Web.Client.Features.Trade;
using Ems.Web.Client.Shared;

namespace Ems.Web.Client.Tests;

public sealed class BlotterTests : PageTest
{
    [Fact]
    public async Task An_empty_blotter_says_what_to_do()
    {
        await SignInAsync();
        Store.Load(Snapshot(0));
        Render<Blotter>().Markup.ShouldContain("No orders yet");
    }

    [Fact]
    public async Task Rows_follow_the_batches()
    {
        await SignInAsync();
        Store.Load(Snapshot(0, Order("a")));
        var blotter = Render<Blotter>();
        Store.Apply(Batch(1, [Order("a", 4m, OrdStatus.PartiallyFilled)]));
        blotter.WaitForAssertion(() =>
        {
            blotter.Find("[data-clordid=a]").GetAttribute("data-status").ShouldBe("PartiallyFilled");
            blotter.Find(By(TestIds.Progress)).GetAttribute("aria-valuenow").ShouldBe("40");
            blotter.Find(By(TestIds.WhyIdle)).TextContent.ShouldContain("On schedule");
        });
    }

    [Fact]
    public async Task A_parent_opens_to_its_children()
    {
        await SignInAsync();
        Store.Load(Snapshot(0, Order("a")));
        Store.Apply(Batch(1, [], [Child("a-1", "a")]));
        var blotter = Render<Blotter>();
        blotter.FindAll(By(TestIds.ChildRow)).ShouldBeEmpty();
        blotter.Find(By(TestIds.Expand)).Click();
        blotter.Find(By(TestIds.ChildRow)).TextContent.ShouldContain("cheapest");
    }

    [Fact]
    public async Task Buttons_ask_the_server_and_an_ended_order_has_none()
    {
        await SignInAsync();
        Store.Load(Snapshot(0, Order("a"), Order("b", 10m, OrdStatus.Filled, DateTimeOffset.UtcNow)));
        var blotter = Render<Blotter>();
        blotter.FindAll(By(TestIds.Cancel)).Count.ShouldBe(1);
        await blotter.Find(By(TestIds.Pause)).ClickAsync(new());
        await blotter.Find(By(TestIds.Cancel)).ClickAsync(new());
        Server.Requests.Select(r => r.Path).ShouldContain("api/accounts/A1/orders/a/pause");
        Server.Requests.Select(r => r.Path).ShouldContain("api/accounts/A1/orders/a/cancel");
    }

    [Fact]
    public async Task A_viewer_sees_rows_but_no_buttons()
    {
        Server.Viewer = true;
        await SignInAsync();
        Store.Load(Snapshot(0, Order("a")));
        var blotter = Render<Blotter>();
        blotter.FindAll(By(TestIds.OrderRow)).Count.ShouldBe(1);
        blotter.FindAll(By(TestIds.Pause)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Tabs_show_fills_and_balances()
    {
        await SignInAsync();
        Store.Load(Snapshot(0) with { Fills = [Fill("x1")] });
        var blotter = Render<Blotter>();
        blotter.Find(By(TestIds.TabFills)).Click();
        blotter.Find(By(TestIds.FillRow)).GetAttribute("data-execid").ShouldBe("x1");
        blotter.Find(By(TestIds.TabBalances)).Click();
        blotter.Find(By(TestIds.BalanceRow)).TextContent.ShouldContain("60");
    }

    private static string By(string id) => $"[data-testid={id}]";
}

using Bunit;
using Ems.Execution.Core.Orders;
using Ems.Web.Client.Contracts;
using Ems.Web.Client.Features.Orders;
using Ems.Web.Client.Shared;

namespace Ems.Web.Client.Tests;

public sealed class OrderPageTests : PageTest
{
    [Fact]
    public async Task The_order_page_shows_why_each_slice_went_where_it_went_and_who_lost()
    {
        await SignInAsync();
        Server.Detail = Detail();
        var page = Render<OrderPage>(p => p.Add(x => x.Account, "A1").Add(x => x.Id, "a"));
        page.WaitForAssertion(() => page.Find(By(TestIds.Routes)).TextContent.ShouldContain("Slice 1"));
        page.Find(By(TestIds.Routes)).QuerySelector(".won")!.TextContent.ShouldContain("cheapest all-in");
        page.Find(By(TestIds.Routes)).QuerySelector(".lost")!.TextContent.ShouldContain("4 bps dearer");
        page.Find(By(TestIds.Timeline)).TextContent.ShouldContain("OrderAccepted");
        page.Find(By(TestIds.FillRow)).GetAttribute("data-execid").ShouldBe("x1");
        page.Markup.ShouldContain("merged from 20");
        page.WaitForAssertion(() => page.Find(By(TestIds.Detectability)).TextContent.ShouldContain("46 own among 1203 other prints"));
    }

    [Fact]
    public async Task An_order_that_cannot_be_had_says_why_and_leads_back()
    {
        await SignInAsync();
        Server.LosesAnswers = true;
        var page = Render<OrderPage>(p => p.Add(x => x.Account, "A1").Add(x => x.Id, "a"));
        page.WaitForAssertion(() => page.Find("[role=alert]").TextContent.ShouldContain("does not answer"));
        page.Find("a").GetAttribute("href").ShouldBe("/");
    }

    [Fact]
    public void Progress_shows_filled_working_unknown_and_where_the_plan_is()
    {
        var bar = Render<Features.Trade.Progress>(p => p.Add(x => x.Order, Order("a", 4m) with { WorkingQty = 2m, UnknownQty = 1m, UnsentQty = 3m, PlannedQtyNow = 5m }));
        bar.Find(".p-filled").GetAttribute("style")!.ShouldContain("40%");
        bar.Find(".p-working").GetAttribute("style")!.ShouldContain("20%");
        bar.Find(".p-unknown").GetAttribute("style")!.ShouldContain("10%");
        bar.Find(".p-plan").GetAttribute("style")!.ShouldContain("50%");
    }

    private static OrderDetail Detail()
    {
        var at = DateTimeOffset.UnixEpoch;
        return new(Order("a", 4m, OrdStatus.PartiallyFilled), new NewOrderRequest { ClOrdId = "a" }, [Child("a-1", "a")], [Fill("x1")],
            [new(1, at, "OrderAccepted", "by hand", "a", "t@example.test")],
            [new(1, at, "on schedule", [new("a-1", "ALPHA", 1m, 100m, 100.1m, 0.1m, "cheapest all-in")], [new("BRAVO", 100.14m, "4 bps dearer")], 0m, null)],
            [new(at, 0m), new(at.AddMinutes(1), 10m)], [new(at, 4m)], [new("parameters.slices", "20", "4", "min_slice", "4 slices, merged from 20.")]);
    }

    private static string By(string id) => $"[data-testid={id}]";
}

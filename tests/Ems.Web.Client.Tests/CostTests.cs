using Bunit;
using Ems.Execution.Core.Analytics;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Web.Client.Contracts;
using Ems.Web.Client.Features.Costs;
using Ems.Web.Client.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace Ems.Web.Client.Tests;

public sealed class CostTests : PageTest
{
    private static readonly DateTimeOffset At = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task An_orders_cost_is_said_in_a_sentence_and_split_into_parts_that_lead_to_the_total()
    {
        await SignInAsync();
        Server.Cost = Report(final: true);
        var panel = Render<OrderCostPanel>(p => p.Add(x => x.Account, "A1").Add(x => x.Id, "a"));
        panel.WaitForAssertion(() => panel.Find(".sentence").TextContent.ShouldContain("Cost 660.11 USDT, 11.00 bps of 600,000.00"));
        var rows = panel.Find(By(TestIds.Waterfall)).QuerySelectorAll("tbody tr").Select(r => r.QuerySelector("th")!.TextContent).ToList();
        rows.ShouldBe(["Delay", "Timing", "Spread", "Impact", "Opportunity", "Fees", "Gas", "Total"]);
        panel.Find(By(TestIds.Waterfall)).QuerySelector(".sum")!.TextContent.ShouldContain("660.11");
        panel.Find(By(TestIds.Leak)).TextContent.ShouldContain("Too few");
        panel.Find(By(TestIds.MarkOuts)).TextContent.ShouldContain("5 min");
        panel.FindAll(".plot .fill").Count.ShouldBe(2);
        panel.Find(".tools").TextContent.ShouldContain("final");
    }

    [Fact]
    public async Task Bars_begin_where_the_one_before_ended()
    {
        await SignInAsync();
        Server.Cost = Report(final: true);
        var panel = Render<OrderCostPanel>(p => p.Add(x => x.Account, "A1").Add(x => x.Id, "a"));
        panel.WaitForAssertion(() => panel.FindAll(".waterfall rect").Count.ShouldBeGreaterThan(7));
        decimal Number(string name, string attribute) => decimal.Parse(panel.Find($"[aria-label^='{name} ']").QuerySelector("rect")!.GetAttribute(attribute)!, System.Globalization.CultureInfo.InvariantCulture);
        (Number("Spread", "x") + Number("Spread", "width")).ShouldBe(Number("Impact", "x"), 0.02m);
        Number("Total", "x").ShouldBe(0m);
        (Number("Fees", "x") + Number("Fees", "width")).ShouldBe(Number("Total", "width"), 0.02m);
    }

    [Fact]
    public async Task What_is_not_known_is_said_and_files_and_print_are_at_hand()
    {
        await SignInAsync();
        Server.Cost = Report(final: false);
        var panel = Render<OrderCostPanel>(p => p.Add(x => x.Account, "A1").Add(x => x.Id, "a"));
        panel.WaitForAssertion(() => panel.Find(".adjust").TextContent.ShouldContain("No quote at the close"));
        panel.FindAll("a[download]").Select(a => a.GetAttribute("href")).ShouldBe(["/api/accounts/A1/orders/a/cost/export?format=csv", "/api/accounts/A1/orders/a/cost/export?format=parquet"]);
        JSInterop.SetupModule("/lib/page.js").SetupVoid("printPage").SetVoidResult();
        await panel.Find(By(TestIds.Print)).ClickAsync(new());
        JSInterop.Invocations["import"].Any(i => Equals(i.Arguments[0], "/lib/page.js")).ShouldBeTrue();
    }

    [Fact]
    public async Task The_period_and_the_grouping_are_in_the_address()
    {
        await SignInAsync();
        Server.Costs = Groups();
        Navigation.NavigateTo("/costs?from=2026-03-01&to=2026-03-02&by=venue");
        var page = Render<CostsPage>();
        page.WaitForAssertion(() => page.Find(By(TestIds.CostGroups)).QuerySelectorAll("tbody tr").Length.ShouldBe(2));
        Server.CostQueries.ShouldBe(["?from=2026-03-01&to=2026-03-02&groupBy=venue"]);
        page.Find(By(TestIds.CostGroups)).QuerySelector("[data-group=ALPHA]")!.TextContent.ShouldContain("±");
        page.Find(By(TestIds.CostsCsv)).GetAttribute("href").ShouldBe("/api/accounts/A1/costs/export?format=csv&from=2026-03-01&to=2026-03-02");
        await page.Find(By(TestIds.CostsBy)).ChangeAsync(new() { Value = "day" });
        Navigation.Uri.ShouldEndWith("from=2026-03-01&to=2026-03-02&by=day");
        page.WaitForAssertion(() => Server.CostQueries[^1].ShouldEndWith("groupBy=day"));
    }

    [Fact]
    public async Task A_period_without_orders_says_so()
    {
        await SignInAsync();
        Server.Costs = Groups() with { All = [], Groups = [] };
        Navigation.NavigateTo("/costs?from=2026-03-01&to=2026-03-02");
        var page = Render<CostsPage>();
        page.WaitForAssertion(() => page.Find(".empty").TextContent.ShouldContain("No orders between 2026-03-01 and 2026-03-02"));
    }

    [Theory]
    [InlineData(-2, 8, 0, 22.22)]
    [InlineData(0, 0, 0, 0)]
    [InlineData(1, 10, 0, 0)]
    public void A_scale_always_holds_zero(double low, double high, double value, double at) =>
        Math.Round(Scale.Over([(decimal)low, (decimal)high]).At((decimal)value), 2).ShouldBe(Math.Round((decimal)at, 2));

    private NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    private static string By(string id) => $"[data-testid={id}]";

    private static OrderCostReport Report(bool final)
    {
        CostFill[] fills =
        [
            new("e1", new("ALPHA"), 6m, 60_020m, 180.06m, LastLiquidityInd.Removed, At, new(59_990m, 60_010m), new(59_990m, 60_010m), [60_021m, null, null, null]),
            new("e2", new("BRAVO"), 2m, 60_050m, 60.05m, LastLiquidityInd.Removed, At.AddSeconds(30), new(60_020m, 60_040m), new(60_020m, 60_040m), [60_021m, null, null, null]),
        ];
        var cost = OrderCost.Of(new OrderFacts(new("a"), new("BTC-USDT"), Side.Buy, "TWAP", "t", At, At, At.AddMinutes(1), 10m, 60_000m, 60_000m, final ? 60_100m : null, fills,
            [new(At, new(59_990m, 60_010m), 1m, 60_000m)], default));
        return new("USDT", OrdStatus.Canceled, final, cost, cost.Bps(), LeakMeter.Read(cost.Leak), [.. fills.Select((f, i) => new FillCostRow(f.ExecId, f.Venue.Value, f.Qty, f.Px, f.Fee, "Removed", f.Time, f.AtSend, f.AtFill, null, [null, null, null, null]))],
            [new(At, 60_000m), new(At.AddSeconds(30), 60_030m)]);
    }

    private static CostReport Groups()
    {
        var orders = Enumerable.Range(0, 3).Select(i => Report(final: true).Cost with { ClOrdId = new("o" + i), DecidedAt = At.AddHours(i) }).Select((o, i) => o with { Venues = [.. o.Venues.Select(v => v with { Split = v.Split with { Fees = v.Split.Fees + i } })] }).ToList();
        return new(At, At.AddDays(1), CostGrouping.Venue, CostGroups.By(CostGrouping.None, orders, _ => "USDT"), [.. CostGroups.By(CostGrouping.Venue, orders, _ => "USDT").Where(g => g.Key != CostGroups.NotFilled)]);
    }
}

using Bunit;
using Ems.Web.Client.Contracts;
using Ems.Web.Client.Features.Laboratory;
using Ems.Web.Client.Shared;

namespace Ems.Web.Client.Tests;

/// <summary>The page of the sandwich laboratory.</summary>
public sealed class LaboratoryTests : PageTest
{
    private static string By(string id) => $"[data-testid='{id}']";

    private static readonly LaboratorySwap[] Swaps =
    [
        new(1, "ConstantProduct", true, 20m, 50, 60_000m, 50m, 0m, 300m, 0m, true, false, false, 240m),
        new(2, "Concentrated", false, 9_000m, 100, 9_000m, 0m, 0m, 0m, 0m, false, false, false, 0m),
        new(3, "ConstantProduct", true, 40m, 300, 120_000m, 299.9m, 0m, 3_599m, 0m, true, false, false, 3_000m),
    ];

    [Fact]
    public void A_run_is_drawn_swap_by_swap_and_summed()
    {
        Server.Laboratory = new("Done", null, null, 4, 1, null, null, new(3, 2, 0, 189_000m, 3_899m, 0m, 206.3m, 0m, 3_240m), Swaps);
        var page = Render<LaboratoryPage>();
        page.WaitForAssertion(() => page.Find(By(TestIds.LabSums)).TextContent.ShouldContain("206.3 bp"));
        var sums = page.Find(By(TestIds.LabSums)).TextContent;
        sums.ShouldContain("2 of 3 attacked");
        sums.ShouldContain("0.0 bp");
        var bars = page.Find(By(TestIds.LabBars));
        bars.QuerySelectorAll("rect.cost").Length.ShouldBe(3);
        decimal Height(int i) => decimal.Parse(bars.QuerySelectorAll("rect.cost")[i].GetAttribute("height")!, System.Globalization.CultureInfo.InvariantCulture);
        (Height(0) / Height(2)).ShouldBe(50m / 299.9m, 0.01m);
        Height(1).ShouldBe(0m);
        bars.TextContent.ShouldContain("not worth attacking");
        page.Find(By(TestIds.LabCurve)).QuerySelectorAll("polyline").Length.ShouldBe(3);
        page.Find(By(TestIds.LabRun)).HasAttribute("disabled").ShouldBeFalse();
    }

    [Fact]
    public void Without_a_node_it_says_so_and_cannot_be_run()
    {
        Server.Laboratory = new("Idle", "anvil is neither in the npm packages nor on PATH", null, 0, 0, null, null, null, []);
        var page = Render<LaboratoryPage>();
        page.WaitForAssertion(() => page.Find(By(TestIds.LabWhyNot)).TextContent.ShouldContain("needs a node of its own: anvil"));
        page.Find(By(TestIds.LabRun)).HasAttribute("disabled").ShouldBeTrue();
    }

    [Fact]
    public async Task Run_asks_for_as_many_swaps_as_are_set()
    {
        Server.Laboratory = new("Idle", null, null, 0, 0, null, null, null, []);
        var page = Render<LaboratoryPage>();
        page.WaitForAssertion(() => page.Find(By(TestIds.LabSwaps)));
        await page.Find(By(TestIds.LabSwaps)).ChangeAsync(new() { Value = "40" });
        await page.Find(By(TestIds.LabRun)).ClickAsync(new());
        page.WaitForAssertion(() => Server.Requests.ShouldContain(r => r.Path == "api/laboratory/runs" && r.Body.Contains("\"swaps\":40", StringComparison.Ordinal)));
    }
}

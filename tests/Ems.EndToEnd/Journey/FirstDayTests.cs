using System.Globalization;
using System.Text.RegularExpressions;
using Ems.EndToEnd.Harness;
using Ems.Web.Client.Shared;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Ems.EndToEnd.Journey;

/// <summary>A newcomer's first minutes, in a real browser against the real host.</summary>
public sealed class FirstDayTests(ITestOutputHelper output) : IDisposable
{
    private const string Password = "a long sentence 42";
    private readonly string folder = Directory.CreateTempSubdirectory("ems-journey-").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    [Fact]
    public async Task From_sign_up_to_a_filled_TWAP_a_pause_an_amend_a_cancel_and_a_kill()
    {
        Assert.SkipWhen(BrowserSession.Executable is null, "Chromium is not installed.");
        var log = Repository.Output("journey-host.log");
        File.Delete(log);
        await using var host = HostProcess.Launch(folder, HostProcess.FreePort(), log);
        await host.ReadyAsync();
        await using var browser = await BrowserSession.StartAsync();
        var page = await browser.PageAsync(1440, 900);

        await SignUpAsync(page, host.Address);
        await Shot(page, "1-desk");

        // A TWAP of real size over the venues.
        var first = await SubmitTwapAsync(page, "Buy", "1.5", duration: 24, slices: 12);
        await Expect(first).ToHaveAttributeAsync("data-status", new Regex("^(New|PartiallyFilled)$"));
        var seen = await WatchFillsAsync(page, first, TimeSpan.FromSeconds(60));
        seen.Count.ShouldBeGreaterThanOrEqualTo(4, $"it should fill slice by slice: {string.Join(' ', seen)}");
        await Shot(page, "3-filled");

        await AssertOrderPageAsync(page, first, host.Address);

        // Pause, resume, amend and cancel another one while it runs.
        var second = await SubmitTwapAsync(page, "Sell", "0.9", duration: 120, slices: 60);
        await Expect(Progress(second)).Not.ToHaveAttributeAsync("aria-valuenow", "0", new() { Timeout = 30_000 });
        await second.GetByTestId(TestIds.Pause).ClickAsync();
        await Expect(second).ToHaveAttributeAsync("data-status", "Suspended");
        await Shot(page, "5-paused");
        await second.GetByTestId(TestIds.Resume).ClickAsync();
        await Expect(second).Not.ToHaveAttributeAsync("data-status", "Suspended");
        await second.GetByTestId(TestIds.Amend).ClickAsync();
        await page.GetByTestId("amend-qty").FillAsync("0.8");
        await Shot(page, "6-amend");
        await page.GetByTestId("amend-send").ClickAsync();
        await Expect(page.GetByTestId("amend-send")).ToBeHiddenAsync();
        await Expect(second).ToContainTextAsync("0.8");
        await second.GetByTestId(TestIds.Cancel).ClickAsync();
        await Expect(second).ToHaveAttributeAsync("data-status", "Canceled");

        // The kill switch ends what runs, and proves it.
        var third = await SubmitTwapAsync(page, "Buy", "0.9", duration: 120, slices: 60);
        await page.GetByTestId(TestIds.Kill).ClickAsync();
        await page.GetByTestId("kill-CancelAll").ClickAsync();
        var report = page.GetByTestId(TestIds.KillReport);
        await Expect(report).ToContainTextAsync("Proven", new() { Timeout = 30_000 });
        await Expect(report).Not.ToContainTextAsync("Not proven");
        await Shot(page, "7-killed");
        await page.Keyboard.PressAsync("Escape");
        await Expect(third).ToHaveAttributeAsync("data-status", "Canceled");

        await PhoneAsync(browser, page, host.Address);
        browser.Problems.ShouldBeEmpty();
        host.HasExited.ShouldBeFalse();
    }

    private static async Task SignUpAsync(IPage page, Uri address)
    {
        await page.GotoAsync(address.ToString());
        await page.GetByRole(AriaRole.Link, new() { Name = "Create an account" }).ClickAsync();
        await page.Locator("#email").FillAsync("newcomer@example.org");
        await page.Locator("#password").FillAsync(Password);
        await page.Locator("#repeat").FillAsync(Password);
        await Shot(page, "0-sign-up");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create account" }).ClickAsync();
        await Expect(page.GetByTestId(TestIds.Ticket)).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Expect(page.GetByTestId(TestIds.Connection)).ToHaveAttributeAsync("title", "Live", new() { Timeout = 20_000 });
        await Expect(page.GetByTestId(TestIds.LadderRow).First).ToBeVisibleAsync();
        await page.GetByTestId(TestIds.TabBalances).ClickAsync();
        await Expect(page.GetByTestId(TestIds.BalanceRow)).ToHaveCountAsync(20);
        await page.GetByTestId(TestIds.TabOrders).ClickAsync();
    }

    /// <summary>Fills in the ticket, waits for its preview, sends it and gives the blotter's new row.</summary>
    private static async Task<ILocator> SubmitTwapAsync(IPage page, string side, string qty, int duration, int slices)
    {
        var rows = page.GetByTestId(TestIds.OrderRow);
        var before = await rows.EvaluateAllAsync<string[]>("rows => rows.map(r => r.dataset.clordid)");
        await page.GetByTestId(side == "Buy" ? TestIds.TicketBuy : TestIds.TicketSell).ClickAsync();
        await page.GetByTestId(TestIds.TicketAlgo).SelectOptionAsync("TWAP");
        await page.GetByTestId(TestIds.TicketQty).FillAsync(qty);
        await page.GetByTestId(TestIds.Param("durationSeconds")).FillAsync(duration.ToString(CultureInfo.InvariantCulture));
        await page.GetByTestId(TestIds.Param("slices")).FillAsync(slices.ToString(CultureInfo.InvariantCulture));
        await page.Locator("details.more").EvaluateAsync("d => d.open = true");
        await page.GetByTestId(TestIds.Param("endAction")).SelectOptionAsync("FINISH_AGGRESSIVE");
        await page.Locator("details.more").EvaluateAsync("d => d.open = false");
        await Expect(page.GetByTestId(TestIds.TicketPreview)).ToContainTextAsync(slices.ToString(CultureInfo.InvariantCulture));
        if (before.Length == 0)
        {
            await Shot(page, "2-ticket");
        }
        await page.GetByTestId(TestIds.TicketSubmit).ClickAsync();
        await Expect(rows).ToHaveCountAsync(before.Length + 1);
        var after = await rows.EvaluateAllAsync<string[]>("rows => rows.map(r => r.dataset.clordid)");
        return page.Locator($"[data-testid={TestIds.OrderRow}][data-clordid='{after.Except(before).Single()}']");
    }

    /// <summary>Every progress that was shown until the order was filled.</summary>
    private async Task<List<string>> WatchFillsAsync(IPage page, ILocator row, TimeSpan within)
    {
        var seen = new List<string>();
        var deadline = DateTimeOffset.UtcNow + within;
        while (await row.GetAttributeAsync("data-status") is "PendingNew" or "New" or "PartiallyFilled")
        {
            (DateTimeOffset.UtcNow < deadline).ShouldBeTrue($"not filled after {within.TotalSeconds} s: {await row.InnerTextAsync()}; progress {string.Join(' ', seen)}");
            var now = await Progress(row).GetAttributeAsync("aria-valuenow") ?? "";
            if (seen.Count == 0 || seen[^1] != now)
            {
                seen.Add(now);
                if (seen.Count == 5)
                {
                    await row.GetByTestId(TestIds.Expand).ClickAsync();
                    await Expect(page.GetByTestId(TestIds.ChildRow).First).ToBeVisibleAsync();
                    await Shot(page, "2-filling");
                    await row.GetByTestId(TestIds.Expand).ClickAsync();
                }
            }
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }
        output.WriteLine("progress shown: " + string.Join(' ', seen));
        // A rest below the smallest lot or minimum of every venue cannot be done; it is named in the row.
        var done = decimal.Parse(await Progress(row).GetAttributeAsync("aria-valuenow") ?? "0", CultureInfo.InvariantCulture);
        done.ShouldBeGreaterThanOrEqualTo(99.9m, await row.InnerTextAsync());
        return seen;
    }

    private static async Task AssertOrderPageAsync(IPage page, ILocator row, Uri address)
    {
        await row.GetByTestId(TestIds.Open).ClickAsync();
        await Expect(page.GetByTestId(TestIds.Timeline)).ToBeVisibleAsync();
        await Expect(page.GetByTestId(TestIds.FillRow).First).ToBeVisibleAsync();
        var routes = page.GetByTestId(TestIds.Routes);
        var text = await routes.InnerTextAsync();
        new[] { "ALPHA", "BRAVO", "CHARLIE" }.Count(v => text.Contains(v, StringComparison.Ordinal)).ShouldBe(3, "routes name winners and losers");
        (await page.GetByTestId(TestIds.FillRow).AllInnerTextsAsync()).Select(t => Regex.Match(t, "ALPHA|BRAVO|CHARLIE|UNISWAP-V[23]|UNISWAP-L2").Value).Distinct().Count()
            .ShouldBeGreaterThanOrEqualTo(2, "the order was filled over several venues");
        await Shot(page, "4-order");

        // Replayed in the browser as on the server, and then with another strategy.
        await page.GetByTestId(TestIds.WhatIfLoad).ClickAsync();
        await Expect(page.GetByTestId(TestIds.WhatIfSame)).ToHaveAttributeAsync("data-same", "true", new() { Timeout = 60_000 });
        await page.GetByTestId(TestIds.WhatIfStrategy).SelectOptionAsync("MARKET");
        await page.GetByTestId(TestIds.WhatIfRun).ClickAsync();
        await Expect(page.GetByTestId(TestIds.WhatIfRow)).ToHaveCountAsync(2, new() { Timeout = 60_000 });
        await Shot(page, "4b-what-if", whole: true);
        await page.GotoAsync(address.ToString());
        await Expect(page.GetByTestId(TestIds.OrderRow).First).ToBeVisibleAsync(new() { Timeout = 60_000 });
    }

    private static async Task PhoneAsync(BrowserSession browser, IPage desk, Uri address)
    {
        var phone = await browser.PageAsync(390, 844, phone: true, state: await desk.Context.StorageStateAsync());
        await phone.GotoAsync(address.ToString());
        await Expect(phone.GetByTestId(TestIds.Ticket)).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Expect(phone.GetByTestId(TestIds.OrderRow).First).ToBeAttachedAsync();
        await Shot(phone, "8-phone", whole: true);
        (await phone.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(390, "the page does not scroll sideways on a phone");
    }

    private static ILocator Progress(ILocator row) => row.GetByTestId(TestIds.Progress);

    private static Task Shot(IPage page, string name, bool whole = false) =>
        page.ScreenshotAsync(new() { Path = Repository.Output($"journey-{name}.png"), FullPage = whole });
}

using System.Text.Json;
using System.Text.RegularExpressions;
using Ems.EndToEnd.Harness;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Signing;
using Ems.Web.Client.Contracts;
using Ems.Web.Client.Shared;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Ems.EndToEnd.Journey;

/// <summary>A trader's own wallet on the local chain, in a real browser: linked, and signing swaps, an intent and a mandate.</summary>
public sealed class OwnWalletTests : IDisposable
{
    private const string Password = "a long sentence 42";
    private readonly string folder = Directory.CreateTempSubdirectory("ems-own-wallet-").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    [Fact]
    public async Task A_wallet_is_linked_swaps_signs_an_intent_and_a_mandate_by_which_a_TWAP_runs_and_revokes_it()
    {
        Assert.SkipWhen(BrowserSession.Executable is null, "Chromium is not installed.");
        var log = Repository.Output("own-wallet-host.log");
        File.Delete(log);
        await using var host = HostProcess.Launch(folder, HostProcess.FreePort(), log, "Paper:Market=fitted");
        await host.ReadyAsync();
        await using var browser = await BrowserSession.StartAsync();
        var page = await browser.PageAsync(1440, 900);
        var wallet = new TestWallet(new([.. Enumerable.Repeat((byte)77, 32)]), chainId: 1);
        await wallet.InstallAsync(page);
        await RegisterAsync(page, host.Address);
        var chain = await ChainAsync(page);
        Assert.SkipWhen(chain.Mode != "Anvil", "needs the local node (chain/node_modules): " + chain.WhyNoNode);
        using var http = new HttpClient();
        wallet.Node = new(new RpcPool([new HttpRpcChannel(http, new(chain.RpcUrl!), TimeProvider.System)], chain.ChainId, new(), TimeProvider.System));

        await page.GotoAsync(new Uri(host.Address, "wallets").ToString());
        await page.GetByTestId(TestIds.WalletConnect).ClickAsync(new() { Timeout = 60_000 });
        await page.GetByTestId(TestIds.WalletLink).ClickAsync();
        await Expect(page.GetByTestId(TestIds.WalletLinked)).ToContainTextAsync(wallet.Address);
        await SwapAsync(page, wallet);
        await IntentAsync(page);
        await MandateAsync(page, browser, host.Address, wallet);
        browser.Problems.ShouldBeEmpty();
    }

    private static async Task SwapAsync(IPage page, TestWallet wallet)
    {
        await GoAsync(page, "swap");
        await page.GetByTestId(TestIds.Faucet).ClickAsync(new() { Timeout = 60_000 });
        await Expect(page.GetByTestId(TestIds.WalletOutcome)).ToContainTextAsync("10 WETH", new() { Timeout = 30_000 });
        await page.GetByTestId(TestIds.SwapAmount).FillAsync("1.5");
        await page.GetByTestId(TestIds.SwapPrepare).ClickAsync();
        await Expect(page.GetByTestId(TestIds.SwapQuote)).ToContainTextAsync("1.5 WETH");
        var (approve, swap) = (page.GetByTestId(TestIds.SignScreen).Nth(0), page.GetByTestId(TestIds.SignScreen).Nth(1));
        await Expect(approve.GetByTestId(TestIds.SignAllows)).ToContainTextAsync("1.5 WETH, and no more");
        await Expect(swap.GetByTestId(TestIds.SignSimulated)).ToContainTextAsync("−1.5 WETH");

        // The wallet is on another chain: it is asked to change before it is asked to sign.
        await approve.GetByTestId(TestIds.SignSwitch).ClickAsync();
        await Expect(approve.GetByTestId(TestIds.SignSubmit)).ToBeEnabledAsync();
        await Expect(swap.GetByTestId(TestIds.SignSubmit)).ToBeDisabledAsync();

        // Its node is one that everybody sees: the page says so, and offers the private way.
        await Expect(page.GetByTestId(TestIds.DoorState)).ToHaveAttributeAsync("data-private", "false");
        await Shot(page, "0-public");
        await page.GetByTestId(TestIds.DoorUse).ClickAsync();
        await Expect(page.GetByTestId(TestIds.DoorState)).ToHaveAttributeAsync("data-private", "true", Slow);
        await Shot(page, "1-sign");
        wallet.Declines = true;
        await approve.GetByTestId(TestIds.SignSubmit).ClickAsync();
        await Expect(page.GetByTestId(TestIds.WalletRequest)).ToHaveAttributeAsync("data-state", "Rejected");
        wallet.Declines = false;
        await approve.GetByTestId(TestIds.SignSubmit).ClickAsync();
        await Expect(page.GetByTestId(TestIds.WalletRequest)).ToHaveAttributeAsync("data-state", "Confirmed", new() { Timeout = 30_000 });
        await swap.GetByTestId(TestIds.SignSubmit).ClickAsync();
        await Expect(page.GetByTestId(TestIds.WalletOutcome)).ToContainTextAsync("Swapped 1.5 WETH", new() { Timeout = 30_000 });
        await Expect(page.GetByTestId(TestIds.WalletOutcome)).ToContainTextAsync("privately by local relay");
        await Shot(page, "2-swapped");
    }

    private static async Task IntentAsync(IPage page)
    {
        await GoAsync(page, "intents");
        await page.GetByTestId(TestIds.IntentAmount).FillAsync("0.5", new() { Timeout = 60_000 });
        await page.GetByTestId(TestIds.IntentQuote).ClickAsync();
        var (approve, offer) = (page.GetByTestId(TestIds.SignScreen).Nth(0), page.GetByTestId(TestIds.SignScreen).Nth(1));
        await Expect(offer.GetByTestId(TestIds.SignLeaves)).ToContainTextAsync("0.5 WETH");
        await Shot(page, "3-intent");
        await approve.GetByTestId(TestIds.SignSubmit).ClickAsync();
        await Expect(page.GetByTestId(TestIds.WalletRequest)).ToHaveAttributeAsync("data-state", "Confirmed", Slow);
        await offer.GetByTestId(TestIds.SignSubmit).ClickAsync();
        await Expect(page.GetByTestId(TestIds.IntentRow)).ToHaveAttributeAsync("data-status", "Fulfilled", Slow);
        await Shot(page, "4-filled");
    }

    private static async Task MandateAsync(IPage page, BrowserSession browser, Uri address, TestWallet wallet)
    {
        await GoAsync(page, "mandates");
        await page.GetByTestId(TestIds.MandateTotal).FillAsync("0.6", new() { Timeout = 60_000 });
        await page.GetByTestId(TestIds.MandateSlice).FillAsync("0.1");
        await page.GetByTestId(TestIds.MandatePause).FillAsync("3");
        // A purchase first, only looked at: it is the quote that is allowed, and its price is a ceiling.
        await page.GetByTestId(TestIds.MandateSide).SelectOptionAsync("Buy");
        await page.GetByTestId(TestIds.MandateWorst).FillAsync("5000");
        await page.GetByTestId(TestIds.MandatePrepare).ClickAsync();
        await Expect(page.GetByTestId(TestIds.SignScreen).Nth(0).GetByTestId(TestIds.SignAllows)).ToContainTextAsync("3,000 USDT");
        await Expect(page.GetByTestId(TestIds.SignScreen).Nth(1)).ToContainTextAsync("never above 5000 USDT for one WETH");
        await Shot(page, "5-mandate-to-buy");
        await page.GetByTestId(TestIds.MandateSide).SelectOptionAsync("Sell");
        await Expect(page.GetByTestId(TestIds.SignScreen)).ToHaveCountAsync(0);
        await page.GetByTestId(TestIds.MandatePrepare).ClickAsync();
        var (approve, mandate) = (page.GetByTestId(TestIds.SignScreen).Nth(0), page.GetByTestId(TestIds.SignScreen).Nth(1));
        await Expect(approve.GetByTestId(TestIds.SignAllows)).ToContainTextAsync("0.6 WETH");
        await Expect(mandate).ToContainTextAsync("at most 0.1 WETH, at least 3 s apart");
        await Shot(page, "5-mandate");
        await approve.GetByTestId(TestIds.SignSubmit).ClickAsync();
        await Expect(page.GetByTestId(TestIds.WalletRequest)).ToHaveAttributeAsync("data-state", "Confirmed", Slow);
        await mandate.GetByTestId(TestIds.SignSubmit).ClickAsync();
        await Expect(page.GetByTestId(TestIds.MandateRow)).ToHaveAttributeAsync("data-state", "Active", new() { Timeout = 30_000 });

        // A TWAP by it, watched from a page that has no wallet at all.
        await page.GetByTestId(TestIds.MandateRunQty).FillAsync("0.5");
        await page.GetByTestId(TestIds.MandateRunSeconds).FillAsync("60");
        await page.GetByTestId(TestIds.MandateRun).ClickAsync();
        await Expect(page.GetByTestId(TestIds.WalletOutcome)).ToContainTextAsync("runs", new() { Timeout = 30_000 });
        var asked = wallet.Asked.Count;
        var closed = await browser.PageAsync(1440, 900, state: await page.Context.StorageStateAsync());
        await closed.GotoAsync(new Uri(address, "mandates").ToString());
        await Expect(closed.GetByTestId(TestIds.MandateSold)).ToContainTextAsync(new Regex("sold 0\\.[1-5]"), new() { Timeout = 60_000 });
        await Shot(closed, "6-running");
        wallet.Asked.Count.ShouldBe(asked, "the wallet was not asked for a slice");

        await page.GetByTestId(TestIds.MandateRevoke).ClickAsync();
        await page.GetByTestId(TestIds.SignSubmit).ClickAsync();
        await Expect(page.GetByTestId(TestIds.MandateRow)).ToHaveAttributeAsync("data-state", "Revoked", new() { Timeout = 60_000 });
        await Shot(page, "7-revoked");
        var phone = await browser.PageAsync(390, 844, phone: true, state: await page.Context.StorageStateAsync());
        await phone.GotoAsync(new Uri(address, "mandates").ToString());
        await Expect(phone.GetByTestId(TestIds.MandateRow)).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await phone.ScreenshotAsync(new() { Path = Repository.Output("own-wallet-8-phone.png"), FullPage = true });
        (await phone.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(390, "the page does not scroll sideways on a phone");
    }

    private static LocatorAssertionsToHaveAttributeOptions Slow => new() { Timeout = 30_000 };

    /// <summary>Within the page: the wallet stays connected.</summary>
    private static async Task GoAsync(IPage page, string path)
    {
        await page.GetByTestId(TestIds.PagesMenu).Locator("summary").ClickAsync();
        await page.GetByTestId(TestIds.PagesMenu).Locator($"a[href='/{path}']").ClickAsync();
    }

    private static async Task RegisterAsync(IPage page, Uri address)
    {
        await page.GotoAsync(new Uri(address, "account/register").ToString());
        await page.Locator("#email").FillAsync("holder@example.org");
        await page.Locator("#password").FillAsync(Password);
        await page.Locator("#repeat").FillAsync(Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Create account" }).ClickAsync();
        await Expect(page.GetByTestId(TestIds.Ticket)).ToBeVisibleAsync(new() { Timeout = 60_000 });
    }

    private static async Task<ChainStatus> ChainAsync(IPage page)
    {
        for (var i = 0; ; i++)
        {
            var chain = JsonSerializer.Deserialize<ChainStatus>(await page.EvaluateAsync<string>("(async () => await (await fetch('/api/chain')).text())()"), Json.Options)!;
            if (chain is not { Mode: "Starting" } and { Block: not null } || i == 100)
            {
                return chain;
            }
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }
    }

    private static Task Shot(IPage page, string name) => page.ScreenshotAsync(new() { Path = Repository.Output($"own-wallet-{name}.png") });
}

using Ems.EndToEnd.Harness;
using Ems.Web.Client.Shared;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Ems.EndToEnd.Journey;

/// <summary>A wallet on another device, by WalletConnect v2 and a relay that delivers everything late and twice and loses its connections.</summary>
public sealed class FarWalletTests : IDisposable
{
    private const string Password = "a long sentence 42";
    private static readonly LocatorAssertionsToBeVisibleOptions Slow = new() { Timeout = 30_000 };
    private readonly string folder = Directory.CreateTempSubdirectory("ems-far-wallet-").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    [Fact]
    public async Task A_wallet_elsewhere_declines_is_paired_signs_over_a_lost_connection_survives_a_reload_and_leaves()
    {
        Assert.SkipWhen(BrowserSession.Executable is null, "Chromium is not installed.");
        var wallet = new TestWallet(new([.. Enumerable.Repeat((byte)91, 32)]));
        await using var far = await FarWallet.StartAsync(wallet);
        var log = Repository.Output("far-wallet-host.log");
        File.Delete(log);
        await using var host = HostProcess.Launch(folder, HostProcess.FreePort(), log, "Paper:Market=fitted", "Wallets:WalletConnect:ProjectId=a-test", $"Wallets:WalletConnect:RelayUrl={far.RelayUrl}");
        await host.ReadyAsync();
        await using var browser = await BrowserSession.StartAsync();
        var page = await browser.PageAsync(1440, 900);
        var (loaded, elsewhere) = (0, new List<string>());
        page.Request += (_, r) =>
        {
            loaded += r.Url.Contains("/lib/walletconnect", StringComparison.Ordinal) ? 1 : 0;
            if (!r.Url.StartsWith(host.Address.ToString(), StringComparison.Ordinal) && r.Url.StartsWith("http", StringComparison.Ordinal))
            {
                elsewhere.Add(r.Url);
            }
        };
        await RegisterAsync(page, host.Address);
        await page.GotoAsync(new Uri(host.Address, "wallets").ToString());
        var connect = page.GetByTestId(TestIds.WalletConnect);
        await Expect(connect).ToBeVisibleAsync(new() { Timeout = 60_000 });
        loaded.ShouldBe(0, "large, and not asked for yet");

        // Given up here, declined over there: each is said, and nothing stays pending.
        await connect.ClickAsync();
        await PairingAsync(page);
        loaded.ShouldBe(1);
        await page.GetByTestId(TestIds.WalletPairingCancel).ClickAsync();
        await Expect(page.GetByTestId(TestIds.WalletPairing)).ToBeHiddenAsync();
        await connect.ClickAsync();
        far.Pair(await PairingAsync(page), declines: true);
        await Expect(page.GetByTestId(TestIds.WalletRequest)).ToHaveAttributeAsync("data-state", "Rejected", new() { Timeout = 30_000 });
        await Expect(page.GetByTestId(TestIds.WalletPairing)).ToBeHiddenAsync();

        // Agreed; the connection is lost before it is asked to sign.
        await connect.ClickAsync();
        var uri = await PairingAsync(page);
        await Shot(page, "1-pairing");
        far.Pair(uri);
        var connected = page.GetByTestId(TestIds.WalletConnected);
        await Expect(connected).ToBeVisibleAsync(Slow);
        await Expect(connected).ToContainTextAsync(wallet.Address, new() { IgnoreCase = true });
        wallet.Declines = true;
        await page.GetByTestId(TestIds.WalletLink).ClickAsync();
        await Expect(page.GetByTestId(TestIds.WalletRequest)).ToHaveAttributeAsync("data-state", "Rejected", new() { Timeout = 30_000 });
        wallet.Declines = false;
        far.CutConnections();
        await page.GetByTestId(TestIds.WalletLink).ClickAsync();
        await Expect(page.GetByTestId(TestIds.WalletLinked)).ToContainTextAsync(wallet.Address, new() { Timeout = 40_000 });
        await Shot(page, "2-linked");
        wallet.Asked.Count(m => m == "personal_sign").ShouldBe(2, "each request comes twice and is answered once");

        // The session is still there after a reload: no second pairing.
        await page.ReloadAsync();
        await connect.ClickAsync(new() { Timeout = 60_000 });
        await Expect(connected).ToBeVisibleAsync(Slow);

        // Ended over there.
        far.End();
        await Expect(page.GetByTestId(TestIds.WalletNotice)).ToContainTextAsync("disconnected", new() { Timeout = 30_000 });
        await Expect(connected).ToBeHiddenAsync();
        elsewhere.ShouldBeEmpty("nobody else is told of this page");
        browser.Problems.Where(p => !p.Contains("WebSocket", StringComparison.Ordinal)).ShouldBeEmpty(far.Said);
    }

    private static async Task<string> PairingAsync(IPage page)
    {
        var code = page.GetByTestId(TestIds.WalletPairingUri);
        await Expect(code).ToBeVisibleAsync(Slow);
        var uri = await code.InputValueAsync();
        uri.ShouldStartWith("wc:");
        return uri;
    }

    private static async Task RegisterAsync(IPage page, Uri address)
    {
        await page.GotoAsync(new Uri(address, "account/register").ToString());
        await page.Locator("#email").FillAsync("far@example.org");
        await page.Locator("#password").FillAsync(Password);
        await page.Locator("#repeat").FillAsync(Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Create account" }).ClickAsync();
        await Expect(page.GetByTestId(TestIds.Ticket)).ToBeVisibleAsync(new() { Timeout = 60_000 });
    }

    private static Task Shot(IPage page, string name) => page.ScreenshotAsync(new() { Path = Repository.Output($"far-wallet-{name}.png") });
}

using Ems.EndToEnd.Harness;
using Ems.Execution.Venues.Ethereum.Signing;
using Ems.Web.Client.Shared;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Ems.EndToEnd.Journey;

/// <summary>A wallet in a real browser: linked to its owner, and then his second way in.</summary>
public sealed class WalletJourneyTests : IDisposable
{
    private const string Password = "a long sentence 42";
    private readonly string folder = Directory.CreateTempSubdirectory("ems-wallet-").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    [Fact]
    public async Task A_wallet_is_connected_declined_linked_changed_and_signs_its_owner_in()
    {
        Assert.SkipWhen(BrowserSession.Executable is null, "Chromium is not installed.");
        var log = Repository.Output("wallet-host.log");
        File.Delete(log);
        await using var host = HostProcess.Launch(folder, HostProcess.FreePort(), log, "Paper:Market=fitted");
        await host.ReadyAsync();
        await using var browser = await BrowserSession.StartAsync();
        var page = await browser.PageAsync(1440, 900);
        var wallet = new TestWallet(Key(1));
        await wallet.InstallAsync(page);

        await page.GotoAsync(new Uri(host.Address, "account/register").ToString());
        await page.Locator("#email").FillAsync("holder@example.org");
        await page.Locator("#password").FillAsync(Password);
        await page.Locator("#repeat").FillAsync(Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Create account" }).ClickAsync();
        await Expect(page.GetByTestId(TestIds.Ticket)).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await page.GotoAsync(new Uri(host.Address, "wallets").ToString());
        var connect = page.GetByTestId(TestIds.WalletConnect);

        // Declined: said so, and nothing is left pending.
        wallet.Declines = true;
        await connect.ClickAsync(new() { Timeout = 60_000 });
        await Expect(page.GetByTestId(TestIds.WalletRequest)).ToContainTextAsync("Declined");
        await Expect(page.GetByTestId(TestIds.WalletConnected)).ToBeHiddenAsync();

        wallet.Declines = false;
        await connect.ClickAsync();
        await Expect(page.GetByTestId(TestIds.WalletConnected)).ToContainTextAsync("Test Wallet");
        await Shot(page, "1-connected");
        await page.GetByTestId(TestIds.WalletLink).ClickAsync();
        await Expect(page.GetByTestId(TestIds.WalletLinked)).ToContainTextAsync(wallet.Address);
        await Shot(page, "2-linked");

        // Another account of the same wallet is another address: not linked.
        await wallet.ChangeAccountAsync(page, Key(2));
        await Expect(page.GetByTestId(TestIds.WalletConnected)).ToContainTextAsync(wallet.Address);
        await Expect(page.GetByTestId(TestIds.WalletLink)).ToBeVisibleAsync();
        await wallet.ChangeAccountAsync(page, Key(1));

        // The second way in, from a browser that has no session.
        var other = await browser.PageAsync(1440, 900);
        await wallet.InstallAsync(other);
        await other.GotoAsync(host.Address.ToString());
        var way = other.GetByRole(AriaRole.Button, new() { Name = "Sign in with Test Wallet" });
        await Expect(way).ToBeVisibleAsync();
        await Shot(other, "3-sign-in");
        await way.ClickAsync();
        await Expect(other.GetByTestId(TestIds.Ticket)).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Expect(other.GetByTestId(TestIds.UserMenu)).ToContainTextAsync("holder@example.org");

        // An address nobody has linked gets a plain answer.
        var stranger = await browser.PageAsync(1440, 900);
        await new TestWallet(Key(3)).InstallAsync(stranger);
        await stranger.GotoAsync(host.Address.ToString());
        await stranger.GetByRole(AriaRole.Button, new() { Name = "Sign in with Test Wallet" }).ClickAsync();
        await Expect(stranger.GetByRole(AriaRole.Alert)).ToContainTextAsync("Nobody has linked this address");
        browser.Problems.Where(p => !p.Contains("401", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private static PrivateKeySigner Key(int n) => new([.. Enumerable.Repeat((byte)(n + 60), 32)]);

    private static Task Shot(IPage page, string name) => page.ScreenshotAsync(new() { Path = Repository.Output($"wallet-{name}.png") });
}

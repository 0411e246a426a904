using Ems.EndToEnd.Harness;
using Ems.Web.Client.Shared;

namespace Ems.Benchmarks;

/// <summary>Makes an account through the page.</summary>
internal static class SignUp
{
    private const string Password = "a long sentence 42";

    /// <summary>The signed-in browser's cookies.</summary>
    public static async Task<string> StateAsync(BrowserSession browser, Uri address)
    {
        var page = await browser.PageAsync(1440, 900);
        await page.GotoAsync(new Uri(address, "account/register").ToString());
        await page.Locator("#email").FillAsync("bench@example.org");
        await page.Locator("#password").FillAsync(Password);
        await page.Locator("#repeat").FillAsync(Password);
        await page.Locator("button[type=submit]").ClickAsync();
        await page.GetByTestId(TestIds.Ticket).WaitForAsync(new() { Timeout = 60_000 });
        var state = await page.Context.StorageStateAsync();
        await page.Context.CloseAsync();
        return state;
    }
}

using Microsoft.Playwright;

namespace Ems.EndToEnd.Harness;

/// <summary>Debian's Chromium, driven by Playwright. Console errors, page errors and failed requests are collected.</summary>
public sealed class BrowserSession : IAsyncDisposable
{
    private static readonly string[] Candidates = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    private readonly IPlaywright playwright;
    private readonly IBrowser browser;
    private readonly string profile;

    private BrowserSession(IPlaywright playwright, IBrowser browser, string profile) => (this.playwright, this.browser, this.profile) = (playwright, browser, profile);

    /// <summary>The browser's program, or null where none is installed. <c>CHROMIUM_PATH</c> names another.</summary>
    public static string? Executable { get; } = Environment.GetEnvironmentVariable("CHROMIUM_PATH") is { Length: > 0 } named ? named : Candidates.FirstOrDefault(File.Exists);

    /// <summary>What went wrong in any page, one line each.</summary>
    public List<string> Problems { get; } = [];

    public static async Task<BrowserSession> StartAsync()
    {
        var playwright = await Playwright.CreateAsync();
        var profile = Directory.CreateTempSubdirectory("ems-chromium-").FullName;
        // Without the network flags Chromium calls home at every start, which a closed network refuses.
        var browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Executable,
            Headless = true,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                $"--crash-dumps-dir={profile}",
            ],
        });
        return new(playwright, browser, profile);
    }

    /// <summary>A page in a fresh context; <paramref name="state"/> carries the cookies of another one.</summary>
    public async Task<IPage> PageAsync(int width, int height, bool phone = false, string? state = null)
    {
        var context = await browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = height },
            DeviceScaleFactor = phone ? 2 : 1,
            HasTouch = phone,
            IsMobile = phone,
            StorageState = state,
        });
        context.SetDefaultTimeout(20_000);
        var page = await context.NewPageAsync();
        page.Console += (_, m) =>
        {
            if (m.Type is "error")
            {
                Problems.Add($"console: {m.Text}");
            }
        };
        page.PageError += (_, e) => Problems.Add($"page: {e}");
        page.RequestFailed += (_, r) =>
        {
            if (r.Failure is { } why && !why.Contains("ERR_ABORTED", StringComparison.Ordinal))
            {
                Problems.Add($"request: {r.Method} {r.Url} {why}");
            }
        };
        page.Response += (_, r) =>
        {
            if (r.Status >= 500)
            {
                Problems.Add($"response: {r.Status} {r.Url}");
            }
        };
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
        Directory.Delete(profile, true);
    }
}

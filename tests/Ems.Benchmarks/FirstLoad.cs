using System.Diagnostics;
using Ems.EndToEnd.Harness;
using Ems.Web.Client.Shared;

namespace Ems.Benchmarks;

/// <summary>The page in Chromium: bytes over the wire and time until the ticket can be used, cold and from the browser's cache.</summary>
internal static class FirstLoad
{
    private const int Runs = 5;

    public static async Task RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("ems-bench-").FullName;
        try
        {
            var published = Path.Combine(folder, "published");
            await PublishedApp.MakeAsync(published);
            await using var host = HostProcess.LaunchPublished(published, Path.Combine(folder, "data"), HostProcess.FreePort(), Path.Combine(folder, "host.log"), "Paper:Market=fitted", "Logging:LogLevel:Default=Warning");
            await host.ReadyAsync();
            await using var browser = await BrowserSession.StartAsync();
            var state = await SignUp.StateAsync(browser, host.Address);
            var (cold, warm, coldBytes, warmBytes) = (new Sample(), new Sample(), new Sample(), new Sample());
            for (var i = 0; i < Runs; i++)
            {
                // A new context has an empty cache.
                var page = await browser.PageAsync(1440, 900, state: state);
                var wire = await page.Context.NewCDPSessionAsync(page);
                var bytes = 0d;
                await wire.SendAsync("Network.enable");
                wire.Event("Network.loadingFinished").OnEvent += (_, e) => bytes += e?.GetProperty("encodedDataLength").GetDouble() ?? 0;
                foreach (var (time, size) in new[] { (cold, coldBytes), (warm, warmBytes) })
                {
                    bytes = 0;
                    var start = Stopwatch.GetTimestamp();
                    await page.GotoAsync(host.Address.ToString());
                    await page.Locator($"[data-testid={TestIds.Connection}][title=Live]").WaitForAsync();
                    await page.GetByTestId(TestIds.LadderRow).First.WaitForAsync();
                    time.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                    size.Add(bytes / 1024);
                }
                await page.Context.CloseAsync();
            }
            var floor = await Floors.LoopbackHttpAsync();
            new Table($"First load of the published page in Chromium, until live with an order book, {Runs} runs", "", "p50 ms", "worst ms", "KiB over the wire")
                .Row("floor: one loopback HTTP request", floor.P50, floor.P99, "")
                .Row("cold", cold.P50, Sample.Text(cold.At(1)), Sample.Whole(coldBytes.At(0.5)))
                .Row("warm", warm.P50, Sample.Text(warm.At(1)), Sample.Whole(warmBytes.At(0.5)))
                .Print();
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }
}

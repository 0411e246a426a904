using System.Text.Json;
using Ems.EndToEnd.Harness;
using Ems.Web.Client.Contracts;
using Ems.Web.Client.Shared;

namespace Ems.Benchmarks;

/// <summary>From the venue's own time of a fill to its row on the screen, at 20 orders a second.</summary>
internal static class FillToPixel
{
    private const int PerSecond = 20, Seconds = 15;

    // Notes when a fill's row is in the page, after the frame that paints it.
    private const string Watch = """
        () => {
          window.seenFills = {};
          const note = () => { const at = performance.timeOrigin + performance.now();
            for (const r of document.querySelectorAll('[data-testid=fill-row]')) { window.seenFills[r.dataset.execid] ??= at; } };
          new MutationObserver(() => requestAnimationFrame(() => setTimeout(note, 0))).observe(document.body, { subtree: true, childList: true, attributes: true });
        }
        """;

    public static async Task RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("ems-bench-").FullName;
        try
        {
            await using var host = HostProcess.Launch(folder, HostProcess.FreePort(), Path.Combine(folder, "host.log"), "Paper:Market=fitted", "Paper:Latency=false", "Logging:LogLevel:Default=Warning");
            await host.ReadyAsync();
            await using var browser = await BrowserSession.StartAsync();
            var page = await browser.PageAsync(1440, 900, state: await SignUp.StateAsync(browser, host.Address));
            await page.GotoAsync(host.Address.ToString());
            await page.GetByTestId(TestIds.LadderRow).First.WaitForAsync();
            await page.GetByTestId(TestIds.TabFills).ClickAsync();
            await page.EvaluateAsync(Watch);
            // The page itself sends, with the cookies it has.
            await page.EvaluateAsync("""
                async ([perSecond, seconds]) => {
                  const account = (await (await fetch('/api/me')).json()).accounts[0].id;
                  for (let i = 0; i < perSecond * seconds; i++) {
                    fetch(`/api/accounts/${account}/orders`, { method: 'POST', headers: { 'content-type': 'application/json', 'X-Requested-With': 'bench' },
                      body: JSON.stringify({ clOrdId: 'px' + i, instrument: 'BTC-USDT', side: i % 2 ? 'Buy' : 'Sell', strategy: 'MARKET', orderQty: '0.01' }) });
                    await new Promise(r => setTimeout(r, 1000 / perSecond));
                  }
                  await new Promise(r => setTimeout(r, 2000));
                }
                """, new[] { PerSecond, Seconds });
            var seen = JsonSerializer.Deserialize<Dictionary<string, double>>(await page.EvaluateAsync<string>("JSON.stringify(window.seenFills)"))!;
            var text = await page.EvaluateAsync<string>("(async () => { const a = (await (await fetch('/api/me')).json()).accounts[0].id; return await (await fetch(`/api/accounts/${a}/fills`)).text(); })()");
            var fills = JsonSerializer.Deserialize<List<FillRow>>(text, Json.Options)!;
            var floor = await Floors.LoopbackHttpAsync();
            var sample = new Sample();
            foreach (var fill in fills.Where(f => seen.ContainsKey(f.ExecId)))
            {
                sample.Add(seen[fill.ExecId] - ((fill.TransactTime.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / 10_000d));
            }
            new Table($"Fill to pixel: {PerSecond} orders a second for {Seconds} s, {fills.Count} fills kept, {sample.Count} rows seen", "", "p50 ms", "p99 ms")
                .Row("floor: one loopback HTTP request", floor.P50, floor.P99)
                .Row("venue's fill to its painted row", sample.P50, sample.P99)
                .Print();
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }
}

using System.Globalization;
using System.Text.Json;
using Ems.EndToEnd.Harness;
using Ems.Execution.Core.Simulation.Backtesting;
using Ems.Web.Client.Contracts;
using Ems.Web.Client.Features.Orders;
using Ems.Web.Client.Shared;
using Microsoft.Playwright;

namespace Ems.Benchmarks;

/// <summary>The what-if of a finished order in the published page, and the same replays here: market events per second of WebAssembly and of the server.</summary>
internal static class ReplayInBrowser
{
    private const int Runs = 6;
    private static readonly TimeSpan OrderLength = TimeSpan.FromMinutes(2);

    public static async Task RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("ems-bench-").FullName;
        try
        {
            var published = Path.Combine(folder, "published");
            await PublishedApp.MakeAsync(published);
            await using var host = HostProcess.LaunchPublished(published, Path.Combine(folder, "data"), HostProcess.FreePort(), Path.Combine(folder, "host.log"), "Logging:LogLevel:Default=Warning");
            await host.ReadyAsync();
            await using var browser = await BrowserSession.StartAsync();
            var page = await browser.PageAsync(1440, 900, state: await SignUp.StateAsync(browser, host.Address));
            await page.GotoAsync(host.Address.ToString());
            await page.GetByTestId(TestIds.LadderRow).First.WaitForAsync();
            var package = JsonSerializer.Deserialize<ReplayPackage>(await page.EvaluateAsync<string>("""
                async seconds => {
                  const account = (await (await fetch('/api/me')).json()).accounts[0].id;
                  const orders = `/api/accounts/${account}/orders`;
                  await fetch(orders, { method: 'POST', headers: { 'content-type': 'application/json', 'X-Requested-With': 'bench' },
                    body: JSON.stringify({ clOrdId: 'replayed', instrument: 'BTC-USDT', side: 'Buy', strategy: 'TWAP', orderQty: '0.5',
                      parameters: { durationSeconds: `${seconds}`, slices: '12', endAction: 'FINISH_AGGRESSIVE' } }) });
                  for (let i = 0; i < seconds + 60; i++) {
                    await new Promise(r => setTimeout(r, 1000));
                    const answer = await fetch(`${orders}/replayed/replay`);
                    if (answer.ok) return await answer.text();
                  }
                  throw new Error('the order did not end');
                }
                """, (int)OrderLength.TotalSeconds), Json.Options)!;
            var account = await page.EvaluateAsync<string>("(async () => (await (await fetch('/api/me')).json()).accounts[0].id)()");
            await page.GotoAsync(new Uri(host.Address, $"orders/{account}/replayed").ToString());
            var (wasm, events) = await InPageAsync(page);
            var here = new WhatIf(package, TimeProvider.System);
            var server = new Sample();
            for (var i = 0; i < Runs; i++)
            {
                server.Add(Rate(i == 0 ? here.Base() : here.Run("as it was", here.AsItWas)));
            }
            new Table($"What-if of a TWAP of {OrderLength.TotalMinutes:0} min, {events:#,0} market events on three venues; events per second", "", "first", "median of the rest")
                .Row("this runtime, as the server's", Sample.Whole(server.First), Sample.Whole(server.At(0.5)))
                .Row("WebAssembly in Chromium, published page", Sample.Whole(wasm.First), Sample.Whole(wasm.At(0.5)))
                .Print();
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    private static double Rate(WhatIfRow row) => row.Events / row.Elapsed.TotalSeconds;

    private static async Task<(Sample Rates, long Events)> InPageAsync(IPage page)
    {
        await page.GetByTestId(TestIds.WhatIfLoad).ClickAsync(new() { Timeout = 60_000 });
        var rows = page.GetByTestId(TestIds.WhatIfRow);
        var rates = new Sample();
        var events = 0L;
        for (var i = 0; i < Runs; i++)
        {
            if (i > 0)
            {
                await page.GetByTestId(TestIds.WhatIfRun).ClickAsync();
            }
            var row = rows.Nth(i);
            await row.WaitForAsync(new() { Timeout = 120_000 });
            events = long.Parse((await row.GetAttributeAsync("data-events"))!, CultureInfo.InvariantCulture);
            rates.Add(events / (double.Parse((await row.GetAttributeAsync("data-ms"))!, CultureInfo.InvariantCulture) / 1000));
        }
        return (rates, events);
    }
}

using System.Net;
using System.Text.Json;
using Ems.Execution.Core.Simulation.Backtesting;
using Ems.Web.Client.Contracts;
using Ems.Web.Client.Features.Orders;

namespace Ems.Web.Tests;

/// <summary>A finished order is replayed elsewhere to the last bit from what the API gives.</summary>
public sealed class ReplayApiTests(EmsHost host)
{
    [Fact]
    public async Task What_the_API_gives_replays_to_the_servers_digest_and_other_settings_to_another_outcome()
    {
        var id = await OrderAsync("replayed", "TWAP", "0.05", "\"durationSeconds\":\"10\",\"slices\":\"4\",\"endAction\":\"FINISH_AGGRESSIVE\"");
        await EndedAsync(id);
        var package = (await (await host.Owner.Api.GetAsync($"/api/accounts/{host.Account}/orders/{id}/replay")).ReadAsync<ReplayPackage>(HttpStatusCode.OK))!;
        // Over the wire and back, as the page gets it.
        package = JsonSerializer.Deserialize<ReplayPackage>(JsonSerializer.Serialize(package, Json.Options), Json.Options)!;
        var replay = new WhatIf(package, TimeProvider.System);
        var asItWas = replay.Base();
        replay.SameAsServer.ShouldBeTrue();
        // The replayed venues have their distance, and the market at hand ends now: the last slice may be late.
        asItWas.Outcome.FilledPct.ShouldBeGreaterThan(25m);
        asItWas.Outcome.CostBps.ShouldNotBeNull();
        var market = replay.Run("market", replay.AsItWas with { Strategy = "MARKET", Parameters = new Dictionary<string, string>() });
        market.Outcome.FilledPct.ShouldBe(100m);
        market.Outcome.AvgPx.ShouldNotBe(asItWas.Outcome.AvgPx);
        replay.Base().Outcome.ShouldBeEquivalentTo(asItWas.Outcome);
    }

    [Fact]
    public void A_damaged_window_is_refused()
    {
        Should.Throw<FormatException>(() => MarketWindowBytes.Read([], "x", []));
        Should.Throw<FormatException>(() => MarketWindowBytes.Read([1, 1, 9, 0, 0, 0], "x", []));
        Should.Throw<FormatException>(() => MarketWindowBytes.Read([.. Enumerable.Repeat((byte)255, 40)], "x", []));
    }

    [Fact]
    public async Task An_order_that_still_runs_is_not_replayed_and_an_unknown_one_is_unknown()
    {
        var id = await OrderAsync("replay-running", "TWAP", "0.5", "\"durationSeconds\":\"600\",\"slices\":\"10\"");
        var answer = await host.Owner.Api.GetAsync($"/api/accounts/{host.Account}/orders/{id}/replay");
        (answer.StatusCode, await answer.ProblemCodeAsync()).ShouldBe((HttpStatusCode.Conflict, "OrderNotOver"));
        (await host.Owner.Api.GetAsync($"/api/accounts/{host.Account}/orders/never/replay")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await host.Owner.PostAsync($"/api/accounts/{host.Account}/orders/{id}/cancel", "{}");
    }

    private async Task<string> OrderAsync(string id, string strategy, string qty, string parameters)
    {
        var answer = await host.Owner.PostAsync($"/api/accounts/{host.Account}/orders",
            $"{{\"clOrdId\":\"{id}\",\"instrument\":\"BTC-USDT\",\"side\":\"Buy\",\"strategy\":\"{strategy}\",\"orderQty\":\"{qty}\",\"parameters\":{{{parameters}}}}}");
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
        return id;
    }

    private async Task EndedAsync(string id)
    {
        for (var i = 0; i < 300; i++)
        {
            if ((await host.Owner.GetAsync<OrderDetail>($"/api/accounts/{host.Account}/orders/{id}")).Order.EndedAt is not null)
            {
                return;
            }
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
        throw new TimeoutException($"{id} did not end.");
    }
}

using System.Net;
using System.Text.Json;
using Ems.Execution.Core.Orders;
using Ems.Web.Client.Contracts;

namespace Ems.Web.Tests;

/// <summary>The order path through HTTP, on an account of its own.</summary>
public sealed class OrderApiTests(EmsHost host) : IAsyncLifetime
{
    private static int people;
    private Person trader = null!;
    private string account = "";

    public async ValueTask InitializeAsync()
    {
        trader = await Person.RegisterAsync(host, $"api-{Interlocked.Increment(ref people)}@example.com");
        account = (await trader.MeAsync()).Accounts.Single().Id;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_market_order_is_accepted_filled_and_explained()
    {
        var ack = await Submit("m-1", """ "side":"Buy","orderQty":0.01,"strategy":"MARKET" """);
        ack.ClOrdId.ShouldBe("m-1");
        var detail = await EndAsync("m-1");
        detail.Order.OrdStatus.ShouldBe(OrdStatus.Filled);
        detail.Fills.Sum(f => f.LastQty).ShouldBe(0.01m);
        detail.Routes.SelectMany(r => r.Legs).ShouldAllBe(l => l.Reason != "");
        detail.Timeline.ShouldNotBeEmpty();
        detail.Timeline.ShouldContain(t => t.Actor == trader.Email);
        detail.Done[^1].CumQty.ShouldBe(0.01m);
        var found = await trader.GetAsync<DetectabilityRow>($"{Orders}/m-1/detectability");
        (found.Auc, found.Text).ShouldSatisfyAllConditions(f => f.Auc.ShouldBeNull(), f => f.Text.ShouldStartWith("Too few prints"));
        found.Ours.ShouldBe(detail.Fills.Count);
        var page = await trader.GetAsync<OrderHistoryPage>($"{Orders}");
        page.Items.ShouldContain(o => o.ClOrdId == "m-1" && o.CumQty == 0.01m);
        (await trader.GetAsync<PositionRow[]>($"/api/accounts/{account}/positions")).Single().Qty.ShouldBe(0.01m);
        (await trader.GetAsync<FillRow[]>($"/api/accounts/{account}/fills")).ShouldContain(f => f.ParentClOrdId == "m-1");
    }

    [Fact]
    public async Task A_retry_is_the_same_order_and_another_body_is_refused()
    {
        const string Body = """{"clOrdId":"r-1","instrument":"ETH-USDT","side":"Sell","orderQty":"0.1","strategy":"MARKET","parameters":{}}""";
        await (await trader.PostAsync(Orders, Body)).ReadAsync<OrderAck>(HttpStatusCode.Accepted);
        await EndAsync("r-1");
        const string SameInOtherOrder = """{ "strategy":"MARKET", "orderQty":"0.1", "side":"Sell", "instrument":"ETH-USDT", "clOrdId":"r-1" }""";
        await (await trader.PostAsync(Orders, SameInOtherOrder)).ReadAsync<OrderAck>(HttpStatusCode.Accepted);
        var refusal = await (await trader.PostAsync(Orders, Body.Replace("0.1", "0.2"))).ReadAsync<Refusal>(HttpStatusCode.UnprocessableEntity);
        refusal.Code.ShouldBe("DuplicateClOrdId");
        (await trader.GetAsync<OrderHistoryPage>(Orders)).Items.Count(o => o.ClOrdId == "r-1").ShouldBe(1);
        (await trader.GetAsync<OrderDetail>($"{Orders}/r-1")).Order.CumQty.ShouldBe(0.1m);
    }

    [Fact]
    public async Task A_hundred_simultaneous_retries_make_one_order()
    {
        const string Body = """{"clOrdId":"r-100","instrument":"BTC-USDT","side":"Buy","orderQty":"0.02","strategy":"MARKET"}""";
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => trader.PostAsync(Orders, Body)));
        answers.ShouldAllBe(a => a.StatusCode == HttpStatusCode.Accepted);
        (await EndAsync("r-100")).Order.CumQty.ShouldBe(0.02m);
        (await trader.GetAsync<PositionRow[]>($"/api/accounts/{account}/positions")).Single().Qty.ShouldBe(0.02m);
    }

    [Fact]
    public async Task An_order_in_quote_units_spends_no_more_than_asked()
    {
        await Submit("cash-1", """ "side":"Buy","cashOrderQty":"5000","strategy":"MARKET" """);
        var order = (await EndAsync("cash-1")).Order;
        order.CumQty.ShouldBeGreaterThan(0m);
        (order.OrderQty * order.ArrivalPx!.Value).ShouldBeInRange(4_900m, 5_001m);
    }

    [Fact]
    public async Task A_twap_is_paused_resumed_amended_and_canceled()
    {
        await Submit("t-1", """ "side":"Buy","orderQty":"1","strategy":"TWAP","parameters":{"durationSeconds":"600"} """);
        await UntilAsync("t-1", d => d.Order.Children > 0);
        await Act("t-1", "pause", HttpStatusCode.Accepted);
        (await trader.GetAsync<OrderDetail>($"{Orders}/t-1")).Order.OrdStatus.ShouldBe(OrdStatus.Suspended);
        await Act("t-1", "pause", HttpStatusCode.UnprocessableEntity);
        await Act("t-1", "resume", HttpStatusCode.Accepted);
        var change = new HttpRequestMessage(HttpMethod.Patch, $"{Orders}/t-1") { Content = new StringContent("""{"orderQty":"1.5"}""", null, "application/json") };
        (await trader.Api.SendAsync(change)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var nothing = new HttpRequestMessage(HttpMethod.Patch, $"{Orders}/t-1") { Content = new StringContent("{}", null, "application/json") };
        (await trader.Api.SendAsync(nothing)).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await trader.GetAsync<OrderDetail>($"{Orders}/t-1")).Order.OrderQty.ShouldBe(1.5m);
        await Act("t-1", "cancel", HttpStatusCode.Accepted);
        var end = (await EndAsync("t-1")).Order;
        end.OrdStatus.ShouldBe(OrdStatus.Canceled);
        (end.CumQty + end.WorkingQty + end.UnknownQty + end.UnsentQty).ShouldBe(1.5m);
        var refusal = await (await trader.Api.PostAsync($"{Orders}/t-1/cancel", null)).ReadAsync<Refusal>(HttpStatusCode.UnprocessableEntity);
        refusal.Code.ShouldBe("OrderStateForbids");
    }

    [Fact]
    public async Task A_preview_shows_plan_and_costs_and_changes_nothing()
    {
        var preview = await (await trader.PostAsync(Orders + "/preview",
            """{"clOrdId":"p-1","instrument":"BTC-USDT","side":"Buy","orderQty":"2","strategy":"TWAP","parameters":{"durationSeconds":"600"}}""")).ReadAsync<OrderPreview>(HttpStatusCode.OK);
        preview.Errors.ShouldBeEmpty();
        preview.DenyCode.ShouldBeNull();
        preview.Slices.ShouldBeGreaterThan(1);
        preview.Plan[^1].CumQty.ShouldBe(2m);
        preview.Notional!.Value.ShouldBeGreaterThan(0m);
        preview.ExpectedFees!.Value.ShouldBeGreaterThan(0m);
        (await trader.GetAsync<OrderHistoryPage>(Orders)).Items.ShouldBeEmpty();
        (await trader.Api.GetAsync($"{Orders}/p-1")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Limits_set_by_the_owner_deny_with_a_stable_code_and_the_numbers()
    {
        var put = await trader.Api.PutAsync($"/api/accounts/{account}/limits", new StringContent("""{"maxOrderNotional":"1000"}""", null, "application/json"));
        (await put.ReadAsync<LimitsRow>(HttpStatusCode.OK)).MaxOrderNotional.ShouldBe(1000m);
        var refusal = await (await trader.PostAsync(Orders, Body("l-1", """ "side":"Buy","orderQty":"1","strategy":"MARKET" """))).ReadAsync<Refusal>(HttpStatusCode.UnprocessableEntity);
        refusal.Code.ShouldBe("NotionalAboveLimit");
        refusal.Text.ShouldContain("1000");
    }

    [Fact]
    public async Task An_order_may_choose_its_door_to_a_chain_but_no_intent_and_not_the_public_pool_where_that_is_forbidden()
    {
        var intent = await (await trader.PostAsync(Orders, Body("s-1", """ "side":"Buy","orderQty":"1","strategy":"MARKET","submission":"Intent" """))).ReadAsync<Refusal>(HttpStatusCode.UnprocessableEntity);
        intent.Errors.ShouldHaveSingleItem().Field.ShouldBe("submission");
        var put = await trader.Api.PutAsync($"/api/accounts/{account}/limits", new StringContent("""{"publicSubmission":"Never"}""", null, "application/json"));
        (await put.ReadAsync<LimitsRow>(HttpStatusCode.OK)).ShouldSatisfyAllConditions(l => l.PublicSubmission.ShouldBe("Never"), l => l.Submission.ShouldBe("Private"), l => l.MaxOpenParents.ShouldBe(20_000));
        var refusal = await (await trader.PostAsync(Orders, Body("s-2", """ "side":"Buy","orderQty":"0.01","strategy":"MARKET","submission":"Public" """))).ReadAsync<Refusal>(HttpStatusCode.UnprocessableEntity);
        refusal.Code.ShouldBe("SubmissionNotAllowed");
        (await trader.PostAsync(Orders, Body("s-3", """ "side":"Buy","orderQty":"0.01","strategy":"MARKET","submission":"Bundle" """))).IsSuccessStatusCode.ShouldBeTrue();
    }

    [Fact]
    public async Task The_kill_switch_cancels_everything_proves_it_and_stops_new_orders_until_lifted()
    {
        await Submit("k-1", """ "side":"Buy","orderQty":"1","strategy":"LIMIT","limitPx":"92000" """, "BTC-USDT", expectAccepted: false);
        var report = await (await trader.PostAsync($"/api/accounts/{account}/kill", """{"level":"CancelAll","reason":"drill"}""")).ReadAsync<KillSwitchReport>(HttpStatusCode.OK);
        report.Proven.ShouldBeTrue(report.Text);
        report.Venues.Count.ShouldBe(3);
        report.Venues.ShouldAllBe(v => v.OpenOrders == 0);
        report.ElapsedMs.ShouldBeGreaterThan(0);
        var refusal = await (await trader.PostAsync(Orders, Body("k-2", """ "side":"Buy","orderQty":"0.01","strategy":"MARKET" """))).ReadAsync<Refusal>(HttpStatusCode.UnprocessableEntity);
        refusal.Code.ShouldBe("TradingHalted");
        var all = await (await trader.PostAsync("/api/organisation/kill", """{"level":"None"}""")).ReadAsync<OrganisationKillReport>(HttpStatusCode.OK);
        all.Accounts.Single().Account.ShouldBe(account);
        await Submit("k-3", """ "side":"Buy","orderQty":"0.01","strategy":"MARKET" """);
        (await EndAsync("k-3")).Order.OrdStatus.ShouldBe(OrdStatus.Filled);
    }

    [Fact]
    public async Task History_pages_follow_each_other_without_gap_or_double()
    {
        for (var i = 0; i < 5; i++)
        {
            await Submit($"h-{i}", """ "side":"Buy","orderQty":"0.001","strategy":"MARKET" """);
        }
        var seen = new List<string>();
        for (var page = await trader.GetAsync<OrderHistoryPage>($"{Orders}?take=2"); ; page = await trader.GetAsync<OrderHistoryPage>($"{Orders}?take=2&skip={seen.Count}"))
        {
            seen.AddRange(page.Items.Select(o => o.ClOrdId));
            if (!page.More)
            {
                break;
            }
        }
        seen.ShouldBe(["h-4", "h-3", "h-2", "h-1", "h-0"]);
    }

    [Fact]
    public async Task The_description_has_every_endpoint_and_every_algos_parameters_with_their_bounds()
    {
        var json = JsonDocument.Parse(await Person.Stranger(host).Browser.GetStringAsync("/openapi/v1.json")).RootElement;
        json.GetProperty("paths").EnumerateObject().Select(p => p.Name).ShouldContain("/api/accounts/{account}/orders/{clOrdId}/cancel");
        var twap = json.GetProperty("components").GetProperty("schemas").GetProperty("Parameters-TWAP");
        foreach (var parameter in (await trader.GetAsync<AlgoRow[]>("/api/algos")).Single(a => a.Descriptor.Name == "TWAP").Descriptor.Parameters)
        {
            twap.GetProperty("properties").TryGetProperty(parameter.Name, out var schema).ShouldBeTrue(parameter.Name);
            schema.GetProperty("description").GetString()!.ShouldContain(parameter.Help);
            if (parameter.Min is { } min)
            {
                schema.GetProperty("minimum").GetDecimal().ShouldBe(min);
            }
        }
        json.GetProperty("components").GetProperty("schemas").GetProperty("NewOrderRequest").GetProperty("properties").GetProperty("strategy").GetProperty("enum").GetArrayLength()
            .ShouldBe((await trader.GetAsync<AlgoRow[]>("/api/algos")).Length);
    }

    [Fact]
    public async Task The_description_calls_no_price_or_quantity_floating_point()
    {
        var json = JsonDocument.Parse(await Person.Stranger(host).Browser.GetStringAsync("/openapi/v1.json")).RootElement;
        var order = json.GetProperty("components").GetProperty("schemas").GetProperty("OrderRow").GetProperty("properties");
        new[] { "orderQty", "cumQty", "workingQty", "avgPx" }.Select(n => order.GetProperty(n).ToString()).ShouldAllBe(x => x.Contains("\"decimal\""));
    }

    [Fact]
    public async Task Health_and_market_answer()
    {
        (await Person.Stranger(host).Browser.GetStringAsync("/health/ready")).ShouldBe("Healthy");
        var market = await trader.GetAsync<MarketBatch>("/api/market/BTC-USDT");
        market.Bids.Select(l => l.Px).ShouldBe(market.Bids.Select(l => l.Px).OrderDescending());
        market.Asks.Select(l => l.Px).ShouldBe(market.Asks.Select(l => l.Px).Order());
        market.Bids.Concat(market.Asks).ShouldAllBe(l => l.Qty == l.Venues.Sum(v => v.Qty));
        market.Venues.Count.ShouldBe(3);
        (await trader.Api.GetAsync("/api/market/NOPE")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await trader.GetAsync<InstrumentRow[]>("/api/instruments")).ShouldAllBe(i => i.Listings.Count == 3);
    }

    private string Orders => $"/api/accounts/{account}/orders";

    private static string Body(string id, string fields, string instrument = "BTC-USDT") => $$"""{"clOrdId":"{{id}}","instrument":"{{instrument}}",{{fields}}}""";

    private async Task<OrderAck> Submit(string id, string fields, string instrument = "BTC-USDT", bool expectAccepted = true)
    {
        var answer = await trader.PostAsync(Orders, Body(id, fields, instrument));
        return !expectAccepted && answer.StatusCode != HttpStatusCode.Accepted ? new(id, OrdStatus.Rejected, []) : await answer.ReadAsync<OrderAck>(HttpStatusCode.Accepted);
    }

    private async Task Act(string id, string verb, HttpStatusCode expected)
    {
        var answer = await trader.Api.PostAsync($"{Orders}/{id}/{verb}", null);
        answer.StatusCode.ShouldBe(expected, await answer.Content.ReadAsStringAsync());
    }

    private Task<OrderDetail> EndAsync(string id) => UntilAsync(id, d => d.Order.OrdStatus.IsTerminal());

    private async Task<OrderDetail> UntilAsync(string id, Func<OrderDetail, bool> holds)
    {
        for (var i = 0; ; i++)
        {
            var detail = await trader.GetAsync<OrderDetail>($"{Orders}/{id}");
            if (holds(detail))
            {
                return detail;
            }
            i.ShouldBeLessThan(400, JsonSerializer.Serialize(detail.Order, Json.Options));
            await Task.Delay(25);
        }
    }
}

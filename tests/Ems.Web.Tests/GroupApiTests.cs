using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ems.Execution.Core.Groups;
using Ems.Execution.Core.Orders;
using Ems.Web.Client.Contracts;
using Microsoft.AspNetCore.SignalR.Client;

namespace Ems.Web.Tests;

/// <summary>Groups of linked orders through HTTP and hub.</summary>
public sealed class GroupApiTests(EmsHost host) : IAsyncLifetime
{
    private static int people;
    private Person trader = null!;
    private string account = "";

    private string Groups => $"/api/accounts/{account}/groups";

    public async ValueTask InitializeAsync()
    {
        trader = await Person.RegisterAsync(host, $"groups-{Interlocked.Increment(ref people)}@example.com");
        account = (await trader.MeAsync()).Accounts.Single().Id;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_bracket_runs_from_the_request_to_its_end_and_the_page_sees_it()
    {
        await using var hub = trader.Hub();
        var pushed = new TaskCompletionSource<GroupRow>();
        hub.On<AccountBatch>(nameof(ITradingHubClient.OnAccount), b =>
        {
            if (b.Groups.FirstOrDefault(g => g.EndedAt is not null) is { } row)
            {
                pushed.TrySetResult(row);
            }
        });
        await hub.StartAsync();
        (await hub.InvokeAsync<AccountSnapshot>(nameof(ITradingHub.SubscribeAccount), account)).Groups.ShouldBeEmpty();
        const string Body = """{"clOrdId":"b-1","type":"BRACKET","legs":[{"role":"entry","order":{"instrument":"BTC-USDT","side":"Buy","orderQty":"0.02","strategy":"MARKET"}}],"parameters":{"trailOffset":5000,"timeLimitSeconds":1}}""";
        var preview = await (await trader.PostAsync(Groups + "/preview", Body)).ReadAsync<GroupPreviewRow>(HttpStatusCode.OK);
        preview.Errors.ShouldBeEmpty();
        preview.Holds.Single().Asset.ShouldBe("USDT");
        preview.Legs.Select(l => l.Role).ShouldBe(["entry", "sl", "exit"]);
        (await (await trader.PostAsync(Groups, Body)).ReadAsync<OrderAck>(HttpStatusCode.Accepted)).ClOrdId.ShouldBe("b-1");
        (await trader.PostAsync(Groups, Body)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await (await trader.PostAsync(Groups, Body.Replace("0.02", "0.03"))).ReadAsync<Refusal>(HttpStatusCode.UnprocessableEntity)).Code.ShouldBe("DuplicateClOrdId");
        var ended = await pushed.Task.WaitAsync(TimeSpan.FromSeconds(20));
        (ended.ClOrdId, ended.EndCode, ended.Residual).ShouldBe(("b-1", "Closed", 0m));
        var detail = await trader.GetAsync<GroupDetailRow>($"{Groups}/b-1");
        detail.Legs.Select(l => (l.ClOrdId, l.Group, l.Role)).ShouldBe([("b-1-entry", "b-1", "entry"), ("b-1-sl", "b-1", "sl"), ("b-1-exit", "b-1", "exit")]);
        detail.Legs.Sum(l => l.Side == Execution.Core.Primitives.Side.Buy ? l.CumQty : -l.CumQty).ShouldBe(0m);
        detail.Timeline.ShouldContain(t => t.Kind == "GroupDecided" && t.Text.Contains("time limit"));
        detail.Request.Parameters["trailOffset"].ShouldBe("5000");
        (await trader.GetAsync<GroupRow[]>(Groups)).Single().ClOrdId.ShouldBe("b-1");
        (await trader.GetAsync<OrderDetail>($"/api/accounts/{account}/orders/b-1-entry")).Order.Group.ShouldBe("b-1");
    }

    [Fact]
    public async Task A_condition_is_shown_as_it_stands_and_the_group_is_paused_resumed_and_canceled()
    {
        const string Body = """
            {"clOrdId":"c-1","type":"CONDITIONAL","legs":[{"role":"run","order":{"instrument":"BTC-USDT","side":"Buy","orderQty":"0.02","strategy":"TWAP","parameters":{"durationSeconds":60}}}],
             "condition":{"op":"OR","of":[{"op":"PRICE","subject":"BTC-USDT","by":"MID","is":"ABOVE","value":9000000},{"op":"NOT","of":[{"op":"MARGIN","subject":"USDT","is":"ABOVE","value":"0.1"}]}]}}
            """;
        await (await trader.PostAsync(Groups, Body)).ReadAsync<OrderAck>(HttpStatusCode.Accepted);
        var row = (await trader.GetAsync<GroupDetailRow>($"{Groups}/c-1")).Group;
        row.Truth.Select(t => (t.Path, t.Holds)).ShouldBe([("0", (bool?)false), ("0.0", false), ("0.1", false), ("0.1.0", true)]);
        row.Legs.Single().ClOrdId.ShouldBeNull();
        row.Holds.Single().Amount.ShouldBeGreaterThan(0m);
        await Act("pause", OrdStatus.Suspended);
        (await (await trader.Api.PostAsync($"{Groups}/c-1/pause", null)).ReadAsync<Refusal>(HttpStatusCode.UnprocessableEntity)).Code.ShouldBe("OrderStateForbids");
        await Act("resume", OrdStatus.New);
        await Act("cancel", OrdStatus.Canceled);
        (await trader.Api.PostAsync($"{Groups}/nowhere/cancel", null)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await trader.Api.GetAsync($"{Groups}/nowhere")).StatusCode.ShouldBe(HttpStatusCode.NotFound);

        async Task Act(string verb, OrdStatus expected)
        {
            (await trader.Api.PostAsync($"{Groups}/c-1/{verb}", null)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
            (await trader.GetAsync<GroupDetailRow>($"{Groups}/c-1")).Group.OrdStatus.ShouldBe(expected);
        }
    }

    private const string Oco = """{"clOrdId":"x","type":"OCO","legs":[{"role":"a","order":{"instrument":"BTC-USDT","side":"Sell","orderQty":"0.1","strategy":"LIMIT","limitPx":"900000"}},{"role":"b","order":{"instrument":"BTC-USDT","side":"Sell","orderQty":"0.1","strategy":"STOP","parameters":{"triggerPx":"50"}}}]}""";
    private const string Bracket = """{"clOrdId":"x","type":"BRACKET","legs":[{"role":"entry","order":{"instrument":"BTC-USDT","side":"Buy","orderQty":"0.1","strategy":"LIMIT","limitPx":"60000"}}],"parameters":{"takeProfitPx":"70000","stopPx":"50000"}}""";
    private const string Pairs = """{"clOrdId":"x","type":"PAIRS","legs":[{"role":"lead","order":{"instrument":"BTC-USDT","side":"Buy","orderQty":"0.1","strategy":"MARKET"}},{"role":"hedge","order":{"instrument":"ETH-USDT","side":"Sell","strategy":"MARKET"}}],"parameters":{"ratio":"20","maxLegImbalance":"0.05"}}""";
    private const string When = """{"clOrdId":"x","type":"CONDITIONAL","legs":[{"role":"run","order":{"instrument":"BTC-USDT","side":"Buy","orderQty":"0.1","strategy":"MARKET"}}],"condition":{"op":"PRICE","subject":"BTC-USDT","is":"ABOVE","value":"1"}}""";

    private const string Ladder = """{"clOrdId":"x","type":"LADDER","legs":[{"role":"ladder","order":{"instrument":"BTC-USDT","side":"Buy","orderQty":"0.4","strategy":"SCALE","parameters":{"fromPx":60000,"toPx":59000}}}],"parameters":{"takeProfitOffset":"50"}}""";

    public static TheoryData<string, string, string, string, string> Bad() => new()
    {
        { Oco, "type", "\"NONE\"", "type", "unknown" },
        { Oco, "clOrdId", "\"with space\"", "clOrdId", "format" },
        { Oco, "clOrdId", "\"1234567890123456789012345\"", "clOrdId", "format" },
        { Oco, "legs", "[]", "legs", "required" },
        { Oco, "legs", "{}", "legs", "type" },
        { Oco, "legs.1", "null", "legs[1].order", "required" },
        { Oco, "legs.1.role", "\"a\"", "legs[1].role", "duplicate" },
        { Oco, "legs.1.role", "\"z\"", "legs[1].role", "unknown" },
        { Oco, "legs.0.order.limitPrice", "5", "legs[0].order.limitPrice", "unknown" },
        { Oco, "legs.0.order.orderQty", "-1", "legs[0].orderQty", "min" },
        { Oco, "legs.0.order.limitPx", "\"abc\"", "legs[0].limitPx", "number" },
        { Oco, "legs.0.order.clOrdId", "\"mine\"", "legs[0].clOrdId", "contradiction" },
        { Oco, "legs.0.order.cron", "\"* * * * *\"", "legs[0].cron", "contradiction" },
        { Oco, "legs.0.order.cashOrderQty", "100", "legs[0].cashOrderQty", "contradiction" },
        { Oco, "legs.1.order", """{"instrument":"BTC-USDT","side":"Sell","orderQty":"0.1","strategy":"LIMIT","limitPx":"900000"}""", "legs[1]", "same_order" },
        { Oco, "legs.1.order", """{"instrument":"BTC-USDT","side":"Sell","orderQty":"0.1","strategy":"MARKET"}""", "legs[1].strategy", "contradiction" },
        { Oco, "legs.1.order", """{"instrument":"BTC-USDT","side":"Buy","orderQty":"0.1","strategy":"LIMIT","limitPx":"950000"}""", "legs[1].limitPx", "self_cross" },
        { Oco, "parameters", """{"trigger":"FULL"}""", "parameters.trigger", "unknown" },
        { Oco, "condition", """{"op":"TIME","is":"ABOVE","value":"2030-01-01T00:00:00Z"}""", "condition", "contradiction" },
        { Oco, "tags", "\"kill-switch-x\"", "tags", "reserved" },
        { Oco, "type", "\"OTO\"", "legs", "required" },
        { Bracket, "parameters", "{}", "parameters.takeProfitPx", "required" },
        { Bracket, "parameters.takeProfitPx", "49000", "parameters.takeProfitPx", "wrong_side" },
        { Bracket, "parameters.takeProfitPx", "59000", "parameters.takeProfitPx", "wrong_side" },
        { Bracket, "parameters.stopPx", "61000", "parameters.stopPx", "wrong_side" },
        { Bracket, "parameters.stopPx", "-1", "parameters.stopPx", "min" },
        { Bracket, "parameters.takeProfitPx", "70000.001", "parameters.takeProfitPx", "tick" },
        { Bracket, "parameters.trailOffset", "10", "parameters.trailOffset", "contradiction" },
        { Bracket, "parameters.takeProfitOffset", "10", "parameters.takeProfitOffset", "contradiction" },
        { Bracket, "parameters.offsetIn", "\"BPS\"", "parameters.offsetIn", "contradiction" },
        { Bracket, "parameters", """{"stopOffset":"10000"}""", "parameters.stopOffset", "max" },
        { Bracket, "parameters", """{"stopOffset":"60000","offsetIn":"PRICE"}""", "parameters.stopOffset", "max" },
        { Bracket, "parameters", """{"stopOffset":"0"}""", "parameters.stopOffset", "min" },
        { Bracket, "parameters.stopLimitPx", "51000", "parameters.stopLimitPx", "wrong_side" },
        { Bracket, "parameters.trigger", "\"NOW\"", "parameters.trigger", "choice" },
        { Bracket, "parameters.timeLimitSeconds", "0", "parameters.timeLimitSeconds", "min" },
        { Bracket, "legs.0.order.reduceOnly", "true", "legs[0].reduceOnly", "contradiction" },
        { Pairs, "legs.1.order.instrument", "\"BTC-USDT\"", "legs[1].instrument", "same_instrument" },
        { Pairs, "legs.1.order.side", "\"Buy\"", "legs[1].side", "contradiction" },
        { Pairs, "legs.1.order.orderQty", "1", "legs[1].orderQty", "contradiction" },
        { Pairs, "parameters.ratio", "0", "parameters.ratio", "min" },
        { Pairs, "parameters.maxLegImbalance", "1", "parameters.maxLegImbalance", "max" },
        { Pairs, "parameters.spreadIn", "\"BPS\"", "parameters.spreadIn", "contradiction" },
        { Pairs, "parameters.unwind", "\"PRAY\"", "parameters.unwind", "choice" },
        { Ladder, "legs.0.order.strategy", "\"MARKET\"", "legs[0].parameters.fromPx", "unknown" },
        { Ladder, "legs.0.order.reduceOnly", "true", "legs[0].reduceOnly", "contradiction" },
        { Ladder, "parameters.takeProfitOffset", "-1", "parameters.takeProfitOffset", "min" },
        { Ladder, "parameters", """{"takeProfitOffset":"10000"}""", "parameters.takeProfitOffset", "max" },
        { When, "condition", "null", "condition", "required" },
        { When, "condition.op", "\"MOON\"", "condition.op", "unknown" },
        { When, "condition.is", "\"NEAR\"", "condition.is", "choice" },
        { When, "condition.subject", "\"DOGE-USDT\"", "condition.subject", "unknown" },
        { When, "condition.value", "\"1e5\"", "condition.value", "number" },
        { When, "condition.by", "\"GUESS\"", "condition.by", "choice" },
        { When, "condition.of", "[{\"op\":\"PRICE\"}]", "condition.of", "contradiction" },
        { When, "condition.instrument", "\"BTC-USDT\"", "condition.instrument", "unknown" },
        { When, "condition", """{"op":"AND","of":[{"op":"PRICE","subject":"BTC-USDT","is":"ABOVE","value":"1"}]}""", "condition.of", "count" },
        { When, "condition", """{"op":"NOT","of":[{"op":"TIME","is":"BELOW","value":"2020-01-01T00:00:00Z"}]}""", "condition.of[0].value", "past" },
        { When, "condition", """{"op":"MARGIN","subject":"USDT","is":"BELOW","value":"1.5"}""", "condition.value", "max" },
        { When, "parameters", """{"expireTime":"2020-01-01T00:00:00Z"}""", "parameters.expireTime", "after_start" },
        { When, "parameters", """{"startTime":"2099-01-02T00:00:00Z","expireTime":"2099-01-01T00:00:00Z"}""", "parameters.expireTime", "after_start" },
        { When, "parameters", """{"cooldownSeconds":"5"}""", "parameters.cooldownSeconds", "contradiction" },
        { When, "legs.0.order.startTime", "\"2026-12-01T00:00:00Z\"", "legs[0].startTime", "contradiction" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_group_with_a_bad_field_is_refused_whole_and_names_it(string good, string path, string value, string field, string rule)
    {
        var body = JsonNode.Parse(good)!;
        Set(body, path.Split('.'), JsonNode.Parse(value));
        var refusal = await (await host.Owner.PostAsync($"/api/accounts/{host.Account}/groups", body.ToJsonString())).ReadAsync<Refusal>(HttpStatusCode.UnprocessableEntity);
        refusal.Errors.Select(e => (e.Field, e.Rule)).ShouldContain((field, rule), JsonSerializer.Serialize(refusal.Errors));
        (await host.Owner.GetAsync<GroupRow[]>($"/api/accounts/{host.Account}/groups")).ShouldNotContain(g => g.ClOrdId == "x");
    }

    [Theory]
    [InlineData(Oco)]
    [InlineData(Bracket)]
    [InlineData(Pairs)]
    [InlineData(When)]
    [InlineData(Ladder)]
    public async Task The_groups_that_the_bad_ones_are_made_of_are_good(string body)
    {
        var preview = await (await trader.PostAsync(Groups + "/preview", body)).ReadAsync<GroupPreviewRow>(HttpStatusCode.OK);
        preview.Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(Conditions.DepthMax, null)]
    [InlineData(Conditions.DepthMax + 1, "depth")]
    [InlineData(20, "depth")]
    public async Task A_condition_may_be_so_deep_and_no_deeper(int levels, string? rule)
    {
        var node = """{"op":"PRICE","subject":"BTC-USDT","is":"ABOVE","value":"1"}""";
        for (var i = 1; i < levels; i++)
        {
            node = $$"""{"op":"NOT","of":[{{node}}]}""";
        }
        var errors = await ErrorsOfAsync(node);
        errors.Select(e => e.Rule).ShouldBe(rule is null ? [] : [rule]);
    }

    [Fact]
    public async Task A_condition_may_have_so_many_nodes_and_no_more()
    {
        var leaves = string.Join(',', Enumerable.Repeat("""{"op":"PRICE","subject":"BTC-USDT","is":"ABOVE","value":"1"}""", Conditions.NodesMax));
        (await ErrorsOfAsync($$"""{"op":"OR","of":[{{leaves}}]}""")).Single().Rule.ShouldBe("count");
    }

    [Fact]
    public async Task The_API_is_described_with_every_type_and_predicate()
    {
        var types = await trader.GetAsync<GroupTypes>("/api/group-types");
        types.Types.Select(t => t.Name).ShouldBe(GroupCatalog.All.Select(g => g.Descriptor.Name));
        types.Predicates.Count.ShouldBe(Conditions.Predicates.Count);
        var document = await host.Owner.Api.GetStringAsync("/openapi/v1.json");
        foreach (var type in types.Types)
        {
            document.ShouldContain("Parameters-" + type.Name);
        }
    }

    private async Task<IReadOnlyList<FieldError>> ErrorsOfAsync(string condition)
    {
        var body = JsonNode.Parse(When)!;
        body["condition"] = JsonNode.Parse(condition);
        return (await (await trader.PostAsync(Groups + "/preview", body.ToJsonString())).ReadAsync<GroupPreviewRow>(HttpStatusCode.OK)).Errors;
    }

    private static void Set(JsonNode node, string[] path, JsonNode? value)
    {
        foreach (var step in path[..^1])
        {
            node = int.TryParse(step, out var i) ? node[i]! : node[step]!;
        }
        if (int.TryParse(path[^1], out var at))
        {
            node[at] = value;
        }
        else
        {
            node[path[^1]] = value;
        }
    }
}

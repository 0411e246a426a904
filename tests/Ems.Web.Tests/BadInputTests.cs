using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ems.Web.Client.Contracts;

namespace Ems.Web.Tests;

/// <summary>Every field outside its rule is a 422 that names field, rule and value, and changes nothing.</summary>
public sealed class BadInputTests(EmsHost host)
{
    private const string Good = """{"clOrdId":"bad-1","instrument":"BTC-USDT","side":"Buy","orderQty":"0.5","strategy":"TWAP","parameters":{"durationSeconds":"600"}}""";

    public static TheoryData<string, string, string, string> Fields() => new()
    {
        { "orderQty", "-1", "orderQty", "min" },
        { "orderQty", "0", "orderQty", "min" },
        { "orderQty", "\"NaN\"", "orderQty", "number" },
        { "orderQty", "\"Infinity\"", "orderQty", "number" },
        { "orderQty", "\"1e3\"", "orderQty", "number" },
        { "orderQty", "1e3", "orderQty", "number" },
        { "orderQty", "\"\"", "orderQty", "required" },
        { "orderQty", "1000000000001", "orderQty", "max" },
        { "orderQty", "99999999999999999999999999999999999999999", "orderQty", "number" },
        { "orderQty", "0.123456789", "orderQty", "decimals" },
        { "orderQty", "0.00000000000000000000000000000000001", "orderQty", "decimals" },
        { "orderQty", "[1]", "orderQty", "type" },
        { "orderQty", "null", "orderQty", "exactly_one" },
        { "cashOrderQty", "1000", "orderQty", "exactly_one" },
        { "limitPx", "-5", "limitPx", "min" },
        { "limitPx", "0", "limitPx", "min" },
        { "limitPx", "\"abc\"", "limitPx", "number" },
        { "limitPx", "93000.01", "limitPx", "tick" },
        { "instrument", "\"DOGE-USDT\"", "instrument", "unknown" },
        { "instrument", "null", "instrument", "unknown" },
        { "instrument", "5", "instrument", "type" },
        { "side", "\"Hold\"", "side", "choice" },
        { "side", "\"1\"", "side", "choice" },
        { "side", "null", "side", "required" },
        { "strategy", "\"YOLO\"", "strategy", "unknown" },
        { "venues", "[\"NOWHERE\"]", "venues", "unknown" },
        { "venues", "\"ALPHA\"", "venues", "type" },
        { "venues", "[null]", "venues", "count" },
        { "timeInForce", "\"Day\"", "timeInForce", "choice" },
        { "timeInForce", "\"Gtd\"", "expireTime", "required" },
        { "expireTime", "\"tomorrow\"", "expireTime", "time" },
        { "expireTime", "\"2030-01-01T00:00:00Z\"", "expireTime", "contradiction" },
        { "startTime", "\"2020-13-45\"", "startTime", "time" },
        { "startTime", "\"2099-01-01T00:00:00Z\"", "startTime", "max" },
        { "maxSlippageBps", "0", "maxSlippageBps", "min" },
        { "maxSlippageBps", "1001", "maxSlippageBps", "max" },
        { "postOnly", "\"perhaps\"", "postOnly", "type" },
        { "clOrdId", "\"with space\"", "clOrdId", "format" },
        { "clOrdId", "\"\"", "clOrdId", "format" },
        { "clOrdId", "\"0123456789012345678901234567890123456\"", "clOrdId", "format" },
        { "cron", "\"* * *\"", "cron", "cron" },
        { "cron", "\"61 * * * *\"", "cron", "cron" },
        { "tags", "\"" + new string('t', 65) + "\"", "tags", "length" },
        { "limitPrice", "93000", "limitPrice", "unknown" },
        { "parameters", "[]", "parameters", "type" },
        { "parameters", """{"durationSeconds":"-5"}""", "parameters.durationSeconds", "min" },
        { "parameters", """{"durationSeconds":"soon"}""", "parameters.durationSeconds", "number" },
        { "parameters", """{"colour":"red"}""", "parameters.colour", "unknown" },
    };

    [Theory]
    [MemberData(nameof(Fields))]
    public async Task An_order_with_a_bad_field_is_refused_by_name_and_leaves_no_trace(string field, string value, string named, string rule)
    {
        var before = await StateAsync();
        var order = JsonNode.Parse(Good)!.AsObject();
        order[field] = JsonNode.Parse(value);
        var json = order.ToJsonString();
        var refusal = await (await host.Owner.PostAsync(Orders, json)).ReadAsync<Refusal>(HttpStatusCode.UnprocessableEntity);
        refusal.Code.ShouldBe("InvalidField");
        var error = refusal.Errors.Where(e => e.Field == named).ShouldHaveSingleItem();
        error.Rule.ShouldBe(rule);
        error.Text.ShouldNotBeNullOrWhiteSpace();
        if (rule is not ("required" or "exactly_one") && value is not ("null" or "[null]" or "[1]"))
        {
            error.Value.ShouldNotBeNull();
        }
        (await StateAsync()).ShouldBe(before);
        // The preview says the same and does not fail.
        var preview = await host.Owner.PostAsync(Orders + "/preview", json);
        if (preview.StatusCode == HttpStatusCode.OK)
        {
            (await preview.ReadAsync<OrderPreview>(HttpStatusCode.OK)).Errors.ShouldContain(e => e.Field == named && e.Rule == rule);
        }
        else
        {
            preview.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        }
    }

    [Fact]
    public async Task All_bad_fields_are_named_at_once()
    {
        var refusal = await (await host.Owner.PostAsync(Orders, """{"clOrdId":"x y","instrument":"NOPE","side":"Up","orderQty":"-1","strategy":"TWAP","limitPx":"NaN","parameters":{"durationSeconds":"0"}}"""))
            .ReadAsync<Refusal>(HttpStatusCode.UnprocessableEntity);
        refusal.Errors.Select(e => e.Field).Order().ShouldBe(["clOrdId", "instrument", "limitPx", "orderQty", "parameters.durationSeconds", "side"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("""{"side":"Buy","side":"Sell"}""")]
    [InlineData("""{"orderQty": NaN}""")]
    public async Task What_is_no_json_object_is_a_400_with_a_stable_code(string body)
    {
        var before = await StateAsync();
        var answer = await host.Owner.PostAsync(Orders, body);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.ProblemCodeAsync()).ShouldBe("MalformedJson");
        (await StateAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task A_huge_body_is_a_413()
    {
        var answer = await host.Owner.PostAsync(Orders, """{"tags":" """ + new string('x', 70_000) + "\"}");
        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await answer.ProblemCodeAsync()).ShouldBe("BodyTooLarge");
    }

    [Fact]
    public async Task A_deeply_nested_body_is_refused()
    {
        var answer = await host.Owner.PostAsync(Orders, string.Concat(Enumerable.Repeat("{\"a\":", 50)) + "1" + new string('}', 50));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("""{"level":"Stop"}""", "level", "choice")]
    [InlineData("""{"level":"1"}""", "level", "choice")]
    [InlineData("{}", "level", "required")]
    [InlineData("""{"level":"Pause","instrument":"NOPE"}""", "instrument", "unknown")]
    public async Task A_kill_with_a_bad_field_kills_nothing(string body, string field, string rule)
    {
        foreach (var path in new[] { $"/api/accounts/{host.Account}/kill", "/api/organisation/kill" })
        {
            var refusal = await (await host.Owner.PostAsync(path, body)).ReadAsync<Refusal>(HttpStatusCode.UnprocessableEntity);
            refusal.Errors.ShouldContain(e => e.Field == field && e.Rule == rule);
        }
        (await host.Owner.GetAsync<AccountSnapshot>($"/api/accounts/{host.Account}/snapshot")).KillLevel.ShouldBe("None");
    }

    [Theory]
    [InlineData("""{"maxOrderNotional":"-1"}""", "maxOrderNotional", "min")]
    [InlineData("""{"maxOrderNotional":"0"}""", "maxOrderNotional", "min")]
    [InlineData("""{"maxOpenParents":"1.5"}""", "maxOpenParents", "decimals")]
    [InlineData("""{"maxOpenParents":"99999999"}""", "maxOpenParents", "max")]
    [InlineData("""{"priceCollarBps":"NaN"}""", "priceCollarBps", "number")]
    [InlineData("""{"instruments":["NOPE"]}""", "instruments", "unknown")]
    [InlineData("""{"venues":["NOPE"]}""", "venues", "unknown")]
    [InlineData("""{"maxOrderQty":{"NOPE":"1"}}""", "maxOrderQty", "unknown")]
    [InlineData("""{"maxOrderQty":{"BTC-USDT":"-1"}}""", "maxOrderQty.BTC-USDT", "min")]
    [InlineData("""{"submission":"Loud"}""", "submission", "choice")]
    [InlineData("""{"publicSubmission":"1"}""", "publicSubmission", "choice")]
    [InlineData("""{"submission":"Public","publicSubmission":"Never"}""", "submission", "contradiction")]
    public async Task Limits_with_a_bad_field_stay_as_they_are(string body, string field, string rule)
    {
        var path = $"/api/accounts/{host.Account}/limits";
        var before = await host.Owner.Api.GetStringAsync(path);
        var answer = await host.Owner.Api.PutAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));
        var refusal = await answer.ReadAsync<Refusal>(HttpStatusCode.UnprocessableEntity);
        refusal.Errors.ShouldContain(e => e.Field == field && e.Rule == rule);
        (await host.Owner.Api.GetStringAsync(path)).ShouldBe(before);
    }

    [Theory]
    [InlineData("""{"dropReports":"1.1"}""", "dropReports", "max")]
    [InlineData("""{"delayMs":"-1"}""", "delayMs", "min")]
    [InlineData("""{"reject":"often"}""", "reject", "number")]
    public async Task Faults_with_a_bad_field_are_not_set(string body, string field, string rule)
    {
        var refusal = await (await host.Owner.PostAsync("/api/paper/faults/ALPHA", body)).ReadAsync<Refusal>(HttpStatusCode.UnprocessableEntity);
        refusal.Errors.ShouldContain(e => e.Field == field && e.Rule == rule);
        (await host.Owner.Api.GetStringAsync("/api/paper/faults/ALPHA")).ShouldContain("\"dropReport\":0");
        (await host.Owner.PostAsync("/api/paper/faults/NOWHERE", "{}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("skip=-1")]
    [InlineData("take=0")]
    [InlineData("take=501")]
    public async Task A_page_outside_its_bounds_is_refused(string query) =>
        (await host.Owner.Api.GetAsync($"{Orders}?{query}")).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);

    [Fact]
    public async Task A_page_that_is_no_number_is_a_400_with_a_code()
    {
        var answer = await host.Owner.Api.GetAsync($"{Orders}?skip=many");
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.ProblemCodeAsync()).ShouldBe("BadRequest");
    }

    [Fact]
    public async Task An_unknown_address_and_a_wrong_method_are_problems_with_codes()
    {
        (await (await host.Owner.Api.GetAsync("/api/nowhere")).ProblemCodeAsync()).ShouldBe("NotFound");
        (await (await host.Owner.Api.DeleteAsync("/api/me")).ProblemCodeAsync()).ShouldBe("MethodNotAllowed");
    }

    [Fact]
    public async Task Commands_to_an_order_that_does_not_exist_are_404()
    {
        foreach (var verb in new[] { "cancel", "pause", "resume", "stop-recurring" })
        {
            var answer = await host.Owner.Api.PostAsync($"{Orders}/no-such-order/{verb}", null);
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound, verb);
            (await answer.ProblemCodeAsync()).ShouldBe("UnknownOrder");
        }
        (await host.Owner.Api.GetAsync($"{Orders}/no-such-order")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private string Orders => $"/api/accounts/{host.Account}/orders";

    /// <summary>What an order could have changed: history and money.</summary>
    private async Task<string> StateAsync() =>
        await host.Owner.Api.GetStringAsync($"{Orders}?take=500") + await host.Owner.Api.GetStringAsync($"/api/accounts/{host.Account}/balances");
}

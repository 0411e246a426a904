using System.Net;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Ems.Web.Client.Contracts;
using Ems.Web.Data;
using Ems.Web.Features.Access;
using Ems.Web.Features.Push;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Ems.Web.Tests;

/// <summary>
/// Walks every endpoint and hub method there is. Each must be in one of the lists below, so one that somebody adds without
/// deciding who may use it fails here.
/// </summary>
public sealed class AccessWalkTests(EmsHost host)
{
    /// <summary>For everybody: they hold no data.</summary>
    private static readonly string[] Open =
    [
        "GET /openapi/{documentName}.json", "GET /health", "GET /health/live", "GET /health/ready",
        "GET /api-reference/{documentName?}", "GET /api-reference/scalar.js", "GET /api-reference/scalar.aspnetcore.js", "GET /api-reference/favicon.svg",
        "GET /account/login", "POST /account/login", "GET /account/register", "POST /account/register", "GET /account/access-denied", "POST /account/access-denied",
        "POST /api/wallets/challenge", "POST /api/wallets/sign-in", "POST /door/{token}", "GET /{**path:file}", "GET /_framework/opaque-redirect", "POST /_framework/opaque-redirect",
    ];

    /// <summary>For anybody who is signed in: the page (whose data comes from the API), the market, himself.</summary>
    private static readonly string[] SignedIn =
    [
        "GET /", "POST /", "GET /trade/{Id}", "POST /trade/{Id}", "GET /orders", "POST /orders", "GET /orders/{Account}/{Id}", "POST /orders/{Account}/{Id}",
        "GET /costs", "POST /costs", "GET /not-found", "POST /not-found", "GET /_framework/resource-collection.js",
        "GET /wallets", "POST /wallets", "GET /api/wallets", "GET /api/wallets/connect", "GET /api/wallets/door", "POST /api/wallets", "DELETE /api/wallets/{address}", "GET /chain", "POST /chain", "GET /api/chain", "POST /api/chain/faucet", "GET /api/intents", "POST /api/intents", "POST /api/intents/quote", "GET /api/intents/{uid}", "GET /api/intents/{uid}/cancellation", "POST /api/intents/{uid}/cancel", "GET /api/me", "POST /api/me/sign-out", "GET /api/algos", "GET /api/group-types", "GET /api/instruments", "GET /api/market/{instrument}",
        "GET /swap", "POST /swap", "GET /mandates", "POST /mandates", "GET /intents", "POST /intents", "POST /api/swaps/prepare", "POST /api/swaps/inspect", "GET /api/swaps/transactions/{hash}",
        "GET /laboratory", "POST /laboratory", "GET /api/laboratory", "POST /api/laboratory/runs",
        "GET /hubs/trading/negotiate", "GET /hubs/trading",
    ];

    /// <summary>Of one account: the right each needs.</summary>
    private static readonly Dictionary<string, AccountRight> OfAccount = new()
    {
        ["GET /api/accounts/{account}/snapshot"] = AccountRight.View,
        ["GET /api/accounts/{account}/balances"] = AccountRight.View,
        ["GET /api/accounts/{account}/positions"] = AccountRight.View,
        ["GET /api/accounts/{account}/fills"] = AccountRight.View,
        ["GET /api/accounts/{account}/limits"] = AccountRight.View,
        ["PUT /api/accounts/{account}/limits"] = AccountRight.Administer,
        ["GET /api/accounts/{account}/bridge"] = AccountRight.View,
        ["POST /api/accounts/{account}/bridge/quote"] = AccountRight.View,
        ["POST /api/accounts/{account}/bridge"] = AccountRight.Trade,
        ["GET /api/accounts/{account}/orders"] = AccountRight.View,
        ["POST /api/accounts/{account}/orders"] = AccountRight.Trade,
        ["POST /api/accounts/{account}/orders/preview"] = AccountRight.View,
        ["POST /api/accounts/{account}/orders/preview/cost"] = AccountRight.View,
        ["GET /api/accounts/{account}/orders/{clOrdId}"] = AccountRight.View,
        ["GET /api/accounts/{account}/orders/{clOrdId}/detectability"] = AccountRight.View,
        ["GET /api/accounts/{account}/orders/{clOrdId}/replay"] = AccountRight.View,
        ["PATCH /api/accounts/{account}/orders/{clOrdId}"] = AccountRight.Trade,
        ["POST /api/accounts/{account}/orders/{clOrdId}/cancel"] = AccountRight.Trade,
        ["POST /api/accounts/{account}/orders/{clOrdId}/pause"] = AccountRight.Trade,
        ["POST /api/accounts/{account}/orders/{clOrdId}/resume"] = AccountRight.Trade,
        ["POST /api/accounts/{account}/orders/{clOrdId}/stop-recurring"] = AccountRight.Trade,
        ["GET /api/accounts/{account}/groups"] = AccountRight.View,
        ["POST /api/accounts/{account}/groups"] = AccountRight.Trade,
        ["POST /api/accounts/{account}/groups/preview"] = AccountRight.View,
        ["GET /api/accounts/{account}/groups/{clOrdId}"] = AccountRight.View,
        ["POST /api/accounts/{account}/groups/{clOrdId}/cancel"] = AccountRight.Trade,
        ["POST /api/accounts/{account}/groups/{clOrdId}/pause"] = AccountRight.Trade,
        ["POST /api/accounts/{account}/groups/{clOrdId}/resume"] = AccountRight.Trade,
        ["GET /api/accounts/{account}/orders/{clOrdId}/cost"] = AccountRight.View,
        ["GET /api/accounts/{account}/orders/{clOrdId}/cost/export"] = AccountRight.View,
        ["GET /api/accounts/{account}/costs"] = AccountRight.View,
        ["GET /api/accounts/{account}/costs/export"] = AccountRight.View,
        ["POST /api/accounts/{account}/kill"] = AccountRight.Trade,
        ["POST /api/accounts/{account}/mandates/prepare"] = AccountRight.Trade,
        ["POST /api/accounts/{account}/mandates"] = AccountRight.Trade,
        ["GET /api/accounts/{account}/mandates"] = AccountRight.View,
        ["GET /api/accounts/{account}/mandates/{hash}"] = AccountRight.View,
        ["POST /api/accounts/{account}/mandates/{hash}/stop"] = AccountRight.Trade,
        ["POST /api/accounts/{account}/mandates/{hash}/orders"] = AccountRight.Trade,
    };

    /// <summary>For owners and admins: of an organisation, or of the instance.</summary>
    private static readonly string[] OfOrganisation = ["POST /api/organisation/kill"];
    private static readonly string[] OfInstance = ["GET /api/executors", "POST /api/executors/rotate", "GET /api/executors/audit", "GET /api/paper/faults/{venue}", "POST /api/paper/faults/{venue}", "GET /hangfire/{**path}", "POST /hangfire/{**path}", "GET /metrics"];

    [Fact]
    public void Every_endpoint_is_listed_with_who_may_use_it()
    {
        string[] listed = [.. Open, .. SignedIn, .. OfAccount.Keys, .. OfOrganisation, .. OfInstance];
        var found = Endpoints().Select(e => e.Name).Distinct().ToList();
        found.Except(listed).ShouldBeEmpty("These endpoints are in no list of this test: decide who may use them.");
        found.Count.ShouldBeGreaterThan(OfAccount.Count + 10);
        OfAccount.Keys.Except(found).ShouldBeEmpty();
    }

    [Fact]
    public void Only_the_listed_ones_let_strangers_in()
    {
        var open = Endpoints().Where(e => e.Endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null).Select(e => e.Name).Distinct();
        open.Except(Open).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stranger_gets_401_or_the_sign_in_form()
    {
        var stranger = Person.Stranger(host);
        foreach (var (name, _) in Endpoints().Where(e => !Open.Contains(e.Name)))
        {
            var answer = await SendAsync(stranger, name, host.Account);
            var sentToSignIn = answer.StatusCode == HttpStatusCode.Found && answer.Headers.Location!.ToString().Contains("/account/login", StringComparison.Ordinal);
            (answer.StatusCode == HttpStatusCode.Unauthorized || sentToSignIn).ShouldBeTrue($"{name} answered a stranger {answer.StatusCode}");
            if (name.Contains("/api/", StringComparison.Ordinal) || name.Contains("/hubs/", StringComparison.Ordinal))
            {
                answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, name);
            }
        }
    }

    [Fact]
    public async Task A_viewer_sees_his_organisations_account_and_can_do_nothing_to_it()
    {
        var viewer = await host.MemberAsync("viewer@example.com", MemberRole.Viewer);
        foreach (var (name, right) in OfAccount)
        {
            var answer = await SendAsync(viewer, name, host.Account);
            if (right > AccountRight.View)
            {
                answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden, name);
                (await answer.ProblemCodeAsync()).ShouldBe("Forbidden", name);
            }
            else
            {
                answer.StatusCode.ShouldNotBe(HttpStatusCode.Forbidden, name);
            }
        }
        await IsNoAdminAsync(viewer);
    }

    [Fact]
    public async Task A_trader_of_another_account_gets_404_everywhere()
    {
        var trader = await host.MemberAsync("trader-of-other@example.com", MemberRole.Trader);
        await KnowsNothingAsync(trader, host.Account);
        await IsNoAdminAsync(trader);
    }

    [Fact]
    public async Task The_owner_of_another_organisation_gets_404_everywhere()
    {
        var other = await Person.RegisterAsync(host, "other-owner@example.com");
        await KnowsNothingAsync(other, host.Account);
        await KnowsNothingAsync(host.Owner, (await other.MeAsync()).Accounts.Single().Id);
    }

    [Fact]
    public async Task A_trader_trades_what_he_was_granted_and_does_not_administer_it()
    {
        var trader = await host.MemberAsync("trader@example.com", MemberRole.Trader, host.Account);
        foreach (var (name, right) in OfAccount)
        {
            var answer = await SendAsync(trader, name, host.Account);
            (answer.StatusCode == HttpStatusCode.Forbidden).ShouldBe(right == AccountRight.Administer, name);
        }
        var lift = await trader.PostAsync($"/api/accounts/{host.Account}/kill", """{"level":"None"}""");
        lift.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        await IsNoAdminAsync(trader);
    }

    [Fact]
    public async Task Every_hub_method_refuses_who_may_not()
    {
        var methods = typeof(TradingHub).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(m => m.GetBaseDefinition().DeclaringType == typeof(TradingHub)).Select(m => m.Name).Order().ToList();
        methods.ShouldBe(["SubscribeAccount", "SubscribeMarket", "UnsubscribeAccount", "UnsubscribeMarket"], "A hub method that is not listed here: decide who may call it.");

        await using var strangers = Person.Stranger(host).Hub();
        (await Should.ThrowAsync<HttpRequestException>(() => strangers.StartAsync())).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

        var others = await host.MemberAsync("trader-on-hub@example.com", MemberRole.Trader);
        await using var hub = others.Hub();
        await hub.StartAsync();
        foreach (var account in new[] { host.Account, "no-such-account", "" })
        {
            (await Should.ThrowAsync<HubException>(() => hub.InvokeAsync<AccountSnapshot>("SubscribeAccount", account))).Message.ShouldContain("UnknownAccount");
            (await Should.ThrowAsync<HubException>(() => hub.InvokeAsync("UnsubscribeAccount", account))).Message.ShouldContain("UnknownAccount");
        }
    }

    private async Task KnowsNothingAsync(Person person, string account)
    {
        foreach (var name in OfAccount.Keys)
        {
            var answer = await SendAsync(person, name, account);
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound, name);
            // Word for word what an account that does not exist answers.
            (await Text(answer)).ShouldBe(await Text(await SendAsync(person, name, "no-such-account")), name);
        }
        (await person.MeAsync()).Accounts.ShouldNotContain(a => a.Id == account);

        static async Task<string> Text(HttpResponseMessage answer)
        {
            var fields = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(await answer.Content.ReadAsStringAsync())!;
            fields.Remove("traceId");
            return JsonSerializer.Serialize(fields);
        }
    }

    private async Task IsNoAdminAsync(Person person)
    {
        foreach (var name in OfOrganisation.Concat(OfInstance))
        {
            var answer = await SendAsync(person, name, host.Account);
            var sentAway = answer.StatusCode == HttpStatusCode.Found && answer.Headers.Location!.ToString().Contains("/account/access-denied", StringComparison.Ordinal);
            (answer.StatusCode == HttpStatusCode.Forbidden || sentAway).ShouldBeTrue($"{name} answered {answer.StatusCode}");
        }
    }

    private IEnumerable<(string Name, RouteEndpoint Endpoint)> Endpoints()
    {
        foreach (var e in host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            // Files of the page, listed by the build: open, and named by their own metadata.
            if (e.Metadata.Any(m => m.GetType().Name == "StaticAssetDescriptor"))
            {
                continue;
            }
            var path = "/" + e.RoutePattern.RawText!.Trim('/');
            var methods = e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods is { Count: > 0 } given ? given : ["GET"];
            // The page's list of its files carries a hash in its name, and comes compressed too.
            path = path.StartsWith("/_framework/resource-collection.", StringComparison.Ordinal) ? "/_framework/resource-collection.js" : path;
            foreach (var method in methods.Where(m => m is not ("HEAD" or "OPTIONS" or "CONNECT")))
            {
                yield return ($"{method} {path}", e);
            }
        }
    }

    private static Task<HttpResponseMessage> SendAsync(Person person, string name, string account)
    {
        var (method, pattern) = (name.Split(' ')[0], name.Split(' ')[1]);
        var path = pattern.Replace("{account}", account).Replace("{Account}", account).Replace("{clOrdId}", "no-such-order").Replace("{Id}", "no-such-order")
            .Replace("{venue}", "ALPHA").Replace("{hash}", "0x00").Replace("{uid}", "0x00").Replace("{address}", "0x90f79bf6eb2c4f870365e785982e1f101e93b906").Replace("{instrument}", "BTC-USDT").Replace("/{**path}", "");
        path.ShouldNotContain("{");
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method is "POST" or "PUT" or "PATCH")
        {
            request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        }
        return person.Api.SendAsync(request);
    }
}

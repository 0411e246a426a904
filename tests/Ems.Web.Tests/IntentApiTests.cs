using System.Net;
using System.Net.Http.Json;
using System.Numerics;
using Ems.Execution.Venues.Cow;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Local;
using Ems.Execution.Venues.Ethereum.Signing;
using Ems.Execution.Venues.OnChain.Runtime;
using Ems.Web.Client.Contracts;
using Ems.Web.Data;
using Ems.Web.Features.Access;
using Ems.Web.Features.Intents;
using Ems.Web.Features.Wallets;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Ems.Web.Tests;

/// <summary>Intents over REST: without a node they say why there are none, with one they are signed, settled and cancelled.</summary>
public sealed class IntentApiTests(EmsHost host)
{
    private static readonly PrivateKeySigner Wallet = DevAccounts.Account(4);

    [Fact]
    public async Task Without_a_node_there_are_no_intents_and_it_says_why()
    {
        var list = await host.Owner.GetAsync<IntentList>("/api/intents");
        (list.WhyNot is { Length: > 5 }, list.Settlement, list.Intents.Count).ShouldBe((true, null, 0));
        var answer = await host.Owner.Api.PostAsJsonAsync("/api/intents", new PlaceIntentRequest { Uid = "0x" + new string('1', 112), Signature = "0x" + new string('1', 130) }, Json.Options);
        (answer.StatusCode, await answer.ProblemCodeAsync()).ShouldBe((HttpStatusCode.Conflict, "NoIntents"));
    }

    [Theory]
    [InlineData("owner", """{"owner":"0x12","sellToken":"WETH","buyToken":"USDC","kind":"Sell","amount":1}""")]
    [InlineData("sellToken", """{"owner":"0x52908400098527886E0F7030069857D2E4169EE7","sellToken":"DOGE","buyToken":"USDC","kind":"Sell","amount":1}""")]
    [InlineData("buyToken", """{"owner":"0x52908400098527886E0F7030069857D2E4169EE7","sellToken":"WETH","buyToken":"WETH","kind":"Sell","amount":1}""")]
    [InlineData("kind", """{"owner":"0x52908400098527886E0F7030069857D2E4169EE7","sellToken":"WETH","buyToken":"USDC","kind":"Swap","amount":1}""")]
    [InlineData("amount", """{"owner":"0x52908400098527886E0F7030069857D2E4169EE7","sellToken":"USDC","buyToken":"WETH","kind":"Sell","amount":0.0000001}""")]
    [InlineData("amount", """{"owner":"0x52908400098527886E0F7030069857D2E4169EE7","sellToken":"USDC","buyToken":"WETH","kind":"Sell","amount":-1}""")]
    [InlineData("toleranceBps", """{"owner":"0x52908400098527886E0F7030069857D2E4169EE7","sellToken":"USDC","buyToken":"WETH","kind":"Sell","amount":1,"toleranceBps":5000}""")]
    [InlineData("validForSeconds", """{"owner":"0x52908400098527886E0F7030069857D2E4169EE7","sellToken":"USDC","buyToken":"WETH","kind":"Sell","amount":1,"validForSeconds":1}""")]
    public async Task A_field_outside_its_rule_is_named(string field, string body)
    {
        await host.Services.GetRequiredService<ChainRuntime>().ReadyAsync(TestContext.Current.CancellationToken);
        var refusal = await (await host.Owner.PostAsync("/api/intents/quote", body)).ReadAsync<Refusal>(HttpStatusCode.UnprocessableEntity);
        refusal.Errors.Select(e => e.Field).ShouldContain(field);
    }

    [Theory]
    [InlineData("1.5", 18, "1500000000000000000")]
    [InlineData("0.000001", 6, "1")]
    [InlineData("79228162514264337593543950335", 18, "79228162514264337593543950335000000000000000000")]
    public void Whole_tokens_become_units_exactly_and_come_back(string tokens, int decimals, string units)
    {
        var value = decimal.Parse(tokens, System.Globalization.CultureInfo.InvariantCulture);
        IntentRows.Units(value, decimals).ShouldBe(BigInteger.Parse(units, System.Globalization.CultureInfo.InvariantCulture));
        IntentRows.Tokens(IntentRows.Units(value, decimals)!.Value, decimals).ShouldBe(value);
        IntentRows.Units(0.0000001m, 6).ShouldBeNull("more places than the token");
        IntentRows.Tokens(Hex.MaxUInt256, 0).ShouldBe(decimal.MaxValue);
    }

    [Fact]
    public async Task With_a_node_an_intent_is_signed_settled_and_another_is_cancelled()
    {
        await using var app = new NodeHost();
        var chain = app.Services.GetRequiredService<ChainRuntime>();
        var state = await chain.ReadyAsync(TestContext.Current.CancellationToken);
        Assert.SkipWhen(state.Mode != ChainMode.Anvil, "needs anvil and the npm packages of chain");
        var cow = app.Services.GetRequiredService<CowRuntime>();
        await cow.ReadyAsync(TestContext.Current.CancellationToken);
        cow.WhyNot.ShouldBeNull();
        var api = await app.SignedInAsync("intents@example.com");
        var quoteRequest = new IntentQuoteRequest { Owner = Wallet.Address.ToString(), SellToken = "WETH", BuyToken = "USDC", Kind = "Sell", Amount = 2m };
        (await api.PostAsJsonAsync("/api/intents/quote", quoteRequest, Json.Options)).StatusCode.ShouldBe(HttpStatusCode.Forbidden, "the wallet is not linked");
        await app.LinkAsync("intents@example.com", Wallet.Address);
        await chain.FundAsync(Wallet.Address, "ETH", 1m);
        await chain.FundAsync(Wallet.Address, "WETH", 5m);

        var quote = await (await api.PostAsJsonAsync("/api/intents/quote", quoteRequest, Json.Options)).ReadAsync<IntentQuote>(HttpStatusCode.OK);
        (quote.SellAmountMax, quote.Balance, quote.Allowance, quote.AllowanceNeeded).ShouldBe((2m, 5m, 0m, "2000000000000000000"));
        quote.BuyAmountMin.ShouldBeLessThan(quote.QuotedBuy);
        var typed = TypedData.Parse(quote.TypedData.GetRawText());
        var place = new PlaceIntentRequest { Uid = quote.Uid, Signature = Wallet.SignHash(typed.Hash()).ToString() };
        (await Code(place)).ShouldBe("InsufficientAllowance");
        var lane = await DeployLane.OpenAsync(chain.Eth!, Wallet);
        lane.Call(Address.Parse(quote.SellTokenAddress), Erc20Abi.Approve, Address.Parse(quote.Relayer), 5 * BigInteger.Pow(10, 18));
        await lane.FlushAsync();
        (await Code(place with { Signature = DevAccounts.Account(5).SignHash(typed.Hash()).ToString() })).ShouldBe("InvalidSignature");
        var placed = await (await api.PostAsJsonAsync("/api/intents", place, Json.Options)).ReadAsync<IntentRow>(HttpStatusCode.Created);
        (placed.Uid, placed.Status).ShouldBe((quote.Uid, "Open"));
        (await api.PostAsJsonAsync("/api/intents", place, Json.Options)).StatusCode.ShouldBe(HttpStatusCode.Created, "the same one again changes nothing");

        IntentRow row;
        do
        {
            await Task.Delay(50);
            row = (await api.GetFromJsonAsync<IntentRow>($"/api/intents/{quote.Uid}", Json.Options))!;
        }
        while (row.Status == "Open");
        (row.Status, row.ExecutedSell, row.Fills.Count).ShouldBe(("Fulfilled", 2m, 1));
        row.ExecutedBuy.ShouldBeGreaterThanOrEqualTo(quote.BuyAmountMin);

        cow.Book!.Faults.NobodySolves = true;
        var second = await (await api.PostAsJsonAsync("/api/intents/quote", quoteRequest, Json.Options)).ReadAsync<IntentQuote>(HttpStatusCode.OK);
        await (await api.PostAsJsonAsync("/api/intents", new PlaceIntentRequest { Uid = second.Uid, Signature = Sign(second.TypedData.GetRawText()) }, Json.Options)).ReadAsync<IntentRow>(HttpStatusCode.Created);
        var cancellation = (await api.GetFromJsonAsync<IntentCancellation>($"/api/intents/{second.Uid}/cancellation", Json.Options))!;
        (await (await api.PostAsJsonAsync($"/api/intents/{second.Uid}/cancel", new CancelIntentRequest { Signature = Sign(cancellation.TypedData.GetRawText()) }, Json.Options)).ReadAsync<IntentRow>(HttpStatusCode.OK)).Status.ShouldBe("Cancelled");
        (await api.GetFromJsonAsync<IntentList>("/api/intents", Json.Options))!.Intents.Select(i => i.Status).ShouldBe(["Cancelled", "Fulfilled"]);

        var other = await app.SignedInAsync("somebody@example.com");
        (await other.GetAsync($"/api/intents/{quote.Uid}")).StatusCode.ShouldBe(HttpStatusCode.NotFound, "somebody else's is not told apart from none");

        string Sign(string json) => Wallet.SignHash(TypedData.Parse(json).Hash()).ToString();
        async Task<string> Code(PlaceIntentRequest request) => (await (await api.PostAsJsonAsync("/api/intents", request, Json.Options)).ReadAsync<Refusal>(HttpStatusCode.UnprocessableEntity)).Code;
    }

    /// <summary>The production program with a local node where there is one.</summary>
    private sealed class NodeHost : WebApplicationFactory<Program>
    {
        private readonly string folder = Directory.CreateTempSubdirectory("ems-intent-tests-").FullName;

        public async Task<HttpClient> SignedInAsync(string email)
        {
            using (var scope = Services.CreateScope())
            {
                (await scope.ServiceProvider.GetRequiredService<UserManager<EmsUser>>().CreateAsync(new EmsUser { UserName = email, Email = email }, EmsHost.Password)).Succeeded.ShouldBeTrue();
            }
            var client = CreateDefaultClient(new Uri("http://localhost"), new CookieJar());
            client.DefaultRequestHeaders.Add("X-Requested-With", "tests");
            var form = await client.GetStringAsync("/account/login");
            var fields = new Dictionary<string, string> { ["Input.Email"] = email, ["Input.Password"] = EmsHost.Password };
            foreach (System.Text.RegularExpressions.Match hidden in System.Text.RegularExpressions.Regex.Matches(form, "<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\""))
            {
                fields[hidden.Groups[1].Value] = WebUtility.HtmlDecode(hidden.Groups[2].Value);
            }
            (await client.PostAsync("/account/login", new FormUrlEncodedContent(fields))).StatusCode.ShouldBe(HttpStatusCode.Found);
            return client;
        }

        public async Task LinkAsync(string email, Address address)
        {
            using var scope = Services.CreateScope();
            var people = scope.ServiceProvider.GetRequiredService<UserManager<EmsUser>>();
            (await people.AddLoginAsync((await people.FindByEmailAsync(email))!, new(LinkedWallets.Provider, address.ToString(), address.ToString()))).Succeeded.ShouldBeTrue();
        }

        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            builder.UseSolutionRelativeContentRoot(".", "Ems.Web.sln");
            builder.UseEnvironment("Production");
            builder.UseSetting("Data:Path", folder);
            builder.UseSetting("Chain:DataPath", folder);
            builder.UseSetting("Paper:Market", "fitted");
            builder.UseSetting("Chain:Mode", "anvil");
            builder.UseSetting("Chain:LayerTwo", "false");
            builder.UseSetting("Chain:Venues", "false");
            builder.UseSetting("Chain:Arbitrage", "false");
            builder.UseSetting("Chain:PriceWaitMs", "0");
            builder.UseSetting("Chain:BlockTimeMs", "100");
            builder.UseSetting("Logging:LogLevel:Default", "Warning");
        }

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }

        private sealed class CookieJar : DelegatingHandler
        {
            private readonly CookieContainer cookies = new();

            protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                if (cookies.GetCookieHeader(request.RequestUri!) is { Length: > 0 } header)
                {
                    request.Headers.Add("Cookie", header);
                }
                var response = await base.SendAsync(request, cancellationToken);
                foreach (var cookie in response.Headers.TryGetValues("Set-Cookie", out var set) ? set : [])
                {
                    cookies.SetCookies(request.RequestUri!, cookie);
                }
                return response;
            }
        }
    }
}

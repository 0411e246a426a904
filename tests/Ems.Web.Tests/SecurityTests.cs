using System.Net;
using System.Text;

namespace Ems.Web.Tests;

public sealed class SecurityTests(EmsHost host)
{
    [Theory]
    [InlineData("/account/login")]
    [InlineData("/api/me")]
    [InlineData("/no/such/page")]
    [InlineData("/health")]
    public async Task Every_answer_carries_the_policy(string path)
    {
        var answer = await Person.Stranger(host).Browser.GetAsync(path);
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        policy.ShouldContain("default-src 'self'");
        policy.ShouldContain("connect-src 'self';");
        policy.ShouldContain("frame-ancestors 'none'");
        policy.ShouldContain("'wasm-unsafe-eval'");
        var scripts = policy.Split(';').Single(d => d.Trim().StartsWith("script-src", StringComparison.Ordinal));
        scripts.ShouldNotContain("unsafe-inline");
        scripts.ShouldNotContain("'unsafe-eval'");
        answer.Headers.GetValues("X-Content-Type-Options").Single().ShouldBe("nosniff");
        answer.Headers.Contains("Strict-Transport-Security").ShouldBeFalse();
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/api-reference/")]
    public async Task Every_inline_script_carries_the_nonce_of_its_own_answer(string path)
    {
        var answer = await host.Owner.Browser.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        var nonce = policy.Split("'nonce-")[1].Split('\'')[0];
        var html = await answer.Content.ReadAsStringAsync();
        foreach (var tag in html.Split("<script").Skip(1).Select(s => s.Split('>')[0]).Where(t => !t.Contains("src=", StringComparison.Ordinal)))
        {
            WebUtility.HtmlDecode(tag).ShouldContain($"nonce=\"{nonce}\"");
        }
        (await host.Owner.Browser.GetAsync(path)).Headers.GetValues("Content-Security-Policy").Single().ShouldNotContain(nonce);
    }

    [Fact]
    public async Task The_reference_page_and_the_page_load_nothing_from_elsewhere()
    {
        foreach (var path in new[] { "/", "/api-reference/", "/account/login" })
        {
            var html = await host.Owner.Browser.GetStringAsync(path);
            html.ShouldNotContain("src=\"http");
            html.ShouldNotContain("href=\"http");
            html.ShouldNotContain("cdn.");
        }
        (await host.Owner.Browser.GetAsync("/api-reference/scalar.js")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_change_without_the_header_is_refused_and_a_read_is_not()
    {
        var answer = await host.Owner.Browser.PostAsync($"/api/accounts/{host.Account}/orders", new StringContent("{}", Encoding.UTF8, "application/json"));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.ProblemCodeAsync()).ShouldBe("CsrfHeaderMissing");
        (await host.Owner.Browser.GetAsync("/api/me")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_hub_refuses_a_page_of_another_origin()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hubs/trading/negotiate?negotiateVersion=1");
        request.Headers.Add("Origin", "https://evil.example");
        (await host.Owner.Api.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        using var own = new HttpRequestMessage(HttpMethod.Post, "/hubs/trading/negotiate?negotiateVersion=1");
        own.Headers.Add("Origin", "http://localhost");
        (await host.Owner.Api.SendAsync(own)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Account_data_is_never_cached()
    {
        var answer = await host.Owner.Api.GetAsync($"/api/accounts/{host.Account}/balances");
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
    }
}

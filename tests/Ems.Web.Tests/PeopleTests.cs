using System.Net;
using Ems.Web.Client.Contracts;

namespace Ems.Web.Tests;

public sealed class PeopleTests(EmsHost host)
{
    [Fact]
    public async Task The_first_person_owns_the_instance_and_has_a_funded_paper_account()
    {
        var me = await host.Owner.MeAsync();
        me.Role.ShouldBe("Owner");
        me.Accounts.Single().CanAdminister.ShouldBeTrue();
        (await host.Owner.Api.GetAsync("/api/paper/faults/ALPHA")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var balances = await host.Owner.GetAsync<BalanceRow[]>($"/api/accounts/{host.Account}/balances");
        balances.Length.ShouldBe(12);
        balances.ShouldAllBe(b => b.Total > 0m);
    }

    [Fact]
    public async Task A_later_person_gets_an_organisation_of_his_own_with_exactly_the_opening_balances()
    {
        var later = await Person.RegisterAsync(host, "later@example.com");
        var me = await later.MeAsync();
        me.Role.ShouldBe("Owner");
        me.Accounts.Single().Id.ShouldNotBe(host.Account);
        var balances = await later.GetAsync<BalanceRow[]>($"/api/accounts/{me.Accounts[0].Id}/balances");
        balances.Where(b => b.Asset == "USDT").Sum(b => b.Free).ShouldBe(2_000_000m);
        balances.Where(b => b.Asset == "BTC").Sum(b => b.Free).ShouldBe(20m);
        balances.Where(b => b.Asset == "ETH").Sum(b => b.Free).ShouldBe(300m);
        balances.Where(b => b.Asset == "SOL").Sum(b => b.Free).ShouldBe(5_000m);
    }

    [Fact]
    public async Task Owning_a_later_organisation_does_not_open_what_operates_the_instance()
    {
        var later = await Person.RegisterAsync(host, "not-operator@example.com");
        foreach (var path in new[] { "/hangfire", "/hangfire/jobs/processing", "/metrics", "/api/paper/faults/ALPHA" })
        {
            var answer = await later.Browser.GetAsync(path);
            (answer.StatusCode is HttpStatusCode.Forbidden || answer.Headers.Location?.AbsolutePath == "/account/access-denied").ShouldBeTrue($"{path} answered {answer.StatusCode}");
        }
        (await host.Owner.Browser.GetAsync("/hangfire")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_taken_address_and_a_weak_password_are_refused_in_words()
    {
        await Refused("owner@example.com", EmsHost.Password, "already taken");
        await Refused("weak1@example.com", "short", "at least 10 characters");
        await Refused("weak2@example.com", "password12345", "among the first that would be guessed");
        await Refused("longname@example.com", "xx-longname-xx", "must not contain your name");
        await Refused("no address", EmsHost.Password, "no e-mail address");

        async Task Refused(string email, string password, string words)
        {
            var answer = await Person.Stranger(host).SubmitFormAsync("/account/register",
                new() { ["Input.Email"] = email, ["Input.Password"] = password, ["Input.Repeat"] = password });
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            (await answer.Content.ReadAsStringAsync()).ShouldContain(words);
            answer.Headers.TryGetValues("Set-Cookie", out var cookies);
            (cookies ?? []).ShouldNotContain(c => c.StartsWith("ems=", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Five_wrong_passwords_lock_the_person_out_even_from_the_right_one()
    {
        await Person.RegisterAsync(host, "locked@example.com");
        var guesser = Person.At(host, "locked@example.com");
        for (var i = 0; i < 4; i++)
        {
            (await (await guesser.TrySignInAsync("a wrong guess")).Content.ReadAsStringAsync()).ShouldContain("e-mail or the password is wrong");
        }
        await guesser.TrySignInAsync("a wrong guess");
        var right = await guesser.TrySignInAsync(EmsHost.Password);
        right.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await right.Content.ReadAsStringAsync()).ShouldContain("locked");
        (await guesser.Api.GetAsync("/api/me")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Somebody_unknown_gets_the_same_answer_as_a_wrong_password()
    {
        var answer = await Person.At(host, "nobody@example.com").TrySignInAsync(EmsHost.Password);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("e-mail or the password is wrong");
    }

    [Fact]
    public async Task Signing_out_ends_the_session()
    {
        var person = await Person.RegisterAsync(host, "leaver@example.com");
        (await person.Api.PostAsync("/api/me/sign-out", null)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await person.Api.GetAsync("/api/me")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("/orders", "/orders")]
    [InlineData("https://evil.example/", "/")]
    [InlineData("//evil.example/", "/")]
    [InlineData("/\\evil.example", "/")]
    public async Task After_signing_in_one_lands_on_this_site_only(string returnUrl, string lands)
    {
        var answer = await Person.At(host, "owner@example.com").TrySignInAsync(EmsHost.Password, "/account/login?ReturnUrl=" + Uri.EscapeDataString(returnUrl));
        answer.StatusCode.ShouldBe(HttpStatusCode.Found);
        new Uri(new Uri("http://localhost"), answer.Headers.Location!).ToString().ShouldBe("http://localhost" + lands);
    }

    [Fact]
    public async Task A_form_from_another_site_is_not_taken()
    {
        var answer = await Person.Stranger(host).Browser.PostAsync("/account/login", new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["_handler"] = "login", ["Input.Email"] = "owner@example.com", ["Input.Password"] = EmsHost.Password,
        }));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task The_session_cookie_is_out_of_reach_of_scripts_and_other_sites()
    {
        var answer = await Person.At(host, "owner@example.com").TrySignInAsync(EmsHost.Password);
        var cookie = answer.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("ems=", StringComparison.Ordinal));
        cookie.ShouldContain("httponly", Case.Insensitive);
        cookie.ShouldContain("samesite=strict", Case.Insensitive);
    }
}

using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ems.Web.Client.Contracts;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Ems.Web.Tests;

/// <summary>Somebody at a browser: cookies, forms, API and hub.</summary>
public sealed partial class Person
{
    private readonly WebApplicationFactory<Program> host;
    private readonly CookieContainer cookies = new();

    private Person(WebApplicationFactory<Program> host, string email)
    {
        (this.host, Email) = (host, email);
        Browser = host.CreateDefaultClient(new Uri("http://localhost"), new CookieHandler(cookies));
        Api = host.CreateDefaultClient(new Uri("http://localhost"), new CookieHandler(cookies));
        Api.DefaultRequestHeaders.Add("X-Requested-With", "tests");
    }

    public string Email { get; }

    /// <summary>Follows no redirect.</summary>
    public HttpClient Browser { get; }

    /// <summary>With the header that our pages send.</summary>
    public HttpClient Api { get; }

    /// <summary>Nobody is signed in.</summary>
    public static Person Stranger(WebApplicationFactory<Program> host) => new(host, "");

    public static async Task<Person> RegisterAsync(WebApplicationFactory<Program> host, string email, string password = EmsHost.Password)
    {
        var person = new Person(host, email);
        var answer = await person.SubmitFormAsync("/account/register", new() { ["Input.Email"] = email, ["Input.Password"] = password, ["Input.Repeat"] = password });
        answer.StatusCode.ShouldBe(HttpStatusCode.Found, await answer.Content.ReadAsStringAsync());
        return person;
    }

    public static async Task<Person> SignInAsync(WebApplicationFactory<Program> host, string email, string password = EmsHost.Password)
    {
        var person = new Person(host, email);
        (await person.TrySignInAsync(password)).StatusCode.ShouldBe(HttpStatusCode.Found);
        return person;
    }

    public Task<HttpResponseMessage> TrySignInAsync(string password, string path = "/account/login") =>
        SubmitFormAsync(path, new() { ["Input.Email"] = Email, ["Input.Password"] = password });

    /// <summary>The same person on a machine of his own without a session.</summary>
    public static Person At(WebApplicationFactory<Program> host, string email) => new(host, email);

    /// <summary>Opens a form and sends it as a browser would.</summary>
    public async Task<HttpResponseMessage> SubmitFormAsync(string path, Dictionary<string, string> fields)
    {
        var form = await Browser.GetStringAsync(path);
        foreach (Match hidden in Hidden().Matches(form))
        {
            fields[hidden.Groups[1].Value] = WebUtility.HtmlDecode(hidden.Groups[2].Value);
        }
        return await Browser.PostAsync(path, new FormUrlEncodedContent(fields));
    }

    public async Task<Me> MeAsync() => (await Api.GetFromJsonAsync<Me>("/api/me", Json.Options))!;

    public Task<HttpResponseMessage> PostAsync(string path, string json) => Api.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"));

    public async Task<T> GetAsync<T>(string path) => (await Api.GetFromJsonAsync<T>(path, Json.Options))!;

    /// <summary>A hub connection with this person's cookies.</summary>
    public HubConnection Hub() => new HubConnectionBuilder()
        .WithUrl("http://localhost/hubs/trading", o =>
        {
            o.HttpMessageHandlerFactory = _ => host.Server.CreateHandler();
            o.Transports = Microsoft.AspNetCore.Http.Connections.HttpTransportType.LongPolling;
            if (cookies.GetCookieHeader(new Uri("http://localhost/")) is { Length: > 0 } header)
            {
                o.Headers["Cookie"] = header;
            }
        })
        .AddJsonProtocol(o => Json.Configure(o.PayloadSerializerOptions))
        .Build();

    [GeneratedRegex("<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"")]
    private static partial Regex Hidden();

    private sealed class CookieHandler(CookieContainer cookies) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (cookies.GetCookieHeader(request.RequestUri!) is { Length: > 0 } header)
            {
                request.Headers.Add("Cookie", header);
            }
            var response = await base.SendAsync(request, cancellationToken);
            if (response.Headers.TryGetValues("Set-Cookie", out var set))
            {
                foreach (var cookie in set)
                {
                    cookies.SetCookies(request.RequestUri!, cookie);
                }
            }
            return response;
        }
    }
}

internal static class Answers
{
    public static async Task<T> ReadAsync<T>(this HttpResponseMessage answer, HttpStatusCode expected)
    {
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(expected, text);
        return JsonSerializer.Deserialize<T>(text, Json.Options)!;
    }

    public static async Task<string?> ProblemCodeAsync(this HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        return text.StartsWith('{') && JsonDocument.Parse(text).RootElement.TryGetProperty("code", out var code) ? code.GetString() : null;
    }
}

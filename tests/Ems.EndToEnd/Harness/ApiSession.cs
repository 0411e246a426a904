using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ems.Web.Client.Contracts;

namespace Ems.EndToEnd.Harness;

/// <summary>A signed-in person who uses the REST API as any program would. Cookies outlive the host.</summary>
public sealed partial class ApiSession : IDisposable
{
    private static readonly TimeSpan CallMax = TimeSpan.FromSeconds(20);
    private readonly HttpClient http;

    private ApiSession(HttpClient http) => this.http = http;

    public string Account { get; private set; } = "";

    /// <summary>Registers through the form of the page.</summary>
    public static async Task<ApiSession> RegisterAsync(Uri address, string email, string password)
    {
        var http = new HttpClient(new SocketsHttpHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = false }) { BaseAddress = address, Timeout = CallMax };
        http.DefaultRequestHeaders.Add("X-Requested-With", "ems-test");
        var page = await http.GetStringAsync("account/register");
        var form = new Dictionary<string, string>();
        foreach (Match input in Inputs().Matches(page))
        {
            var attributes = Attributes().Matches(input.Value).GroupBy(a => a.Groups[1].Value).ToDictionary(g => g.Key, g => WebUtility.HtmlDecode(g.First().Groups[2].Value));
            if (attributes.TryGetValue("name", out var name))
            {
                form[name] = attributes.GetValueOrDefault("id") switch { "email" => email, "password" or "repeat" => password, _ => attributes.GetValueOrDefault("value", "") };
            }
        }
        using var answer = await http.PostAsync("account/register", new FormUrlEncodedContent(form));
        if (answer.StatusCode is not (HttpStatusCode.Found or HttpStatusCode.SeeOther))
        {
            throw new InvalidOperationException($"Registration answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        }
        var session = new ApiSession(http);
        var me = (await session.GetAsync<Me>("api/me"))!;
        session.Account = me.Accounts.Single().Id;
        return session;
    }

    public async Task<T?> GetAsync<T>(string path)
    {
        using var answer = await http.GetAsync(path);
        return answer.StatusCode == HttpStatusCode.NotFound ? default : await Read<T>(answer);
    }

    public Task<AccountSnapshot> SnapshotAsync() => GetAsync<AccountSnapshot>($"api/accounts/{Account}/snapshot")!;

    public Task<OrderDetail?> OrderAsync(string clOrdId) => GetAsync<OrderDetail>($"api/accounts/{Account}/orders/{clOrdId}");

    /// <summary>Posts an order and gives the answer's status and text; throws only when there is no answer.</summary>
    public async Task<(HttpStatusCode Status, string Text)> SubmitAsync(NewOrderRequest order)
    {
        using var answer = await http.PostAsJsonAsync($"api/accounts/{Account}/orders", order, Json.Options);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Posts to the account and gives the answer.</summary>
    public async Task<T> PostAsync<T>(string path, object? body)
    {
        using var answer = await http.PostAsJsonAsync($"api/accounts/{Account}/{path}", body, Json.Options);
        return await Read<T>(answer);
    }

    /// <summary>A TWAP over the given seconds.</summary>
    public static NewOrderRequest Twap(string id, string instrument, string side, decimal qty, int seconds, int slices, params (string Name, string Value)[] more) => new()
    {
        ClOrdId = id, Instrument = instrument, Side = side, Strategy = "TWAP", OrderQty = new NumberText(qty.ToString(CultureInfo.InvariantCulture)),
        Parameters = more.Append(("durationSeconds", seconds.ToString(CultureInfo.InvariantCulture))).Append(("slices", slices.ToString(CultureInfo.InvariantCulture)))
            .ToDictionary(p => p.Item1, p => p.Item2),
    };

    public void Dispose() => http.Dispose();

    private static async Task<T> Read<T>(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode
            ? JsonSerializer.Deserialize<T>(text, Json.Options)!
            : throw new InvalidOperationException($"{answer.RequestMessage?.RequestUri} answered {(int)answer.StatusCode}: {text}");
    }

    [GeneratedRegex("<input[^>]*>")]
    private static partial Regex Inputs();

    [GeneratedRegex("([a-zA-Z_-]+)=\"([^\"]*)\"")]
    private static partial Regex Attributes();
}

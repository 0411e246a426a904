using System.Net;
using System.Net.Http.Json;
using Bunit;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Web.Client.Contracts;
using Ems.Web.Client.Services;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;

namespace Ems.Web.Client.Tests;

/// <summary>A server of canned answers that remembers what it was sent.</summary>
public sealed class FakeServer : HttpMessageHandler
{
    public List<(HttpMethod Method, string Path, string Body)> Requests { get; } = [];
    public Refusal? Refuse { get; set; }
    public bool Viewer { get; set; }
    /// <summary>Takes the request and loses the answer.</summary>
    public bool LosesAnswers { get; set; }
    public OrderDetail? Detail { get; set; }
    public OrderCostReport? Cost { get; set; }
    public CostReport? Costs { get; set; }
    public LaboratoryStatus? Laboratory { get; set; }
    /// <summary>Queries that were asked for costs.</summary>
    public List<string> CostQueries { get; } = [];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        var path = request.RequestUri!.AbsolutePath.TrimStart('/');
        if (path == "api/accounts/A1/costs")
        {
            CostQueries.Add(request.RequestUri.Query);
        }
        Requests.Add((request.Method, path, request.Content is null ? "" : await request.Content.ReadAsStringAsync(ct)));
        if (LosesAnswers)
        {
            throw new HttpRequestException("lost");
        }
        if (Cost is null && path.EndsWith("/cost", StringComparison.Ordinal))
        {
            return new HttpResponseMessage(HttpStatusCode.NotFound);
        }
        object answer = path switch
        {
            "api/me" => new Me("t@example.test", "Org", Viewer ? "Viewer" : "Owner", [new("A1", "Paper", !Viewer, !Viewer)]),
            "api/instruments" => new[] { new InstrumentRow("BTC-USDT", "BTC", "USDT", [new("ALPHA", 0.1m, 0.00001m, 0.00001m, 5m, 0.0008m, 0.001m), new("BRAVO", 0.5m, 0.0001m, 0.0001m, 10m, 0.0002m, 0.0006m)]), new InstrumentRow("ETH-USDT", "ETH", "USDT", [new("ALPHA", 0.01m, 0.0001m, 0.0001m, 5m, 0.0008m, 0.001m)]) },
            "api/algos" => AlgoCatalog.All.Select(a => new AlgoRow(a.Descriptor)).ToArray(),
            "api/accounts/A1/orders/a/detectability" => new DetectabilityRow(0.03m, 0.515m, 0.04m, 46, 1_203, false, "No better than by guessing."),
            "api/accounts/A1/orders/a" when Detail is not null => Detail,
            "api/accounts/A1/orders/a/cost" when Cost is not null => Cost,
            "api/accounts/A1/costs" when Costs is not null => Costs,
            "api/laboratory" or "api/laboratory/runs" when Laboratory is not null => Laboratory,
            "api/accounts/A1/orders/preview" => new OrderPreview([], null, null, [new("parameters.slices", "20", "4", "min_slice", "20 slices would be too small; 4 are not.")], 1m, 100m, 0.1m, 4, [], "here"),
            "api/accounts/A1/orders" or "api/accounts/A1/groups" => new OrderAck("x", OrdStatus.New, []),
            "api/accounts/A1/groups/preview" => new GroupPreviewRow([], null, null, [], [], [], []),
            _ => new object(),
        };
        return path == "api/accounts/A1/orders" && Refuse is { } refusal
            ? new HttpResponseMessage(HttpStatusCode.UnprocessableEntity) { Content = JsonContent.Create(refusal, options: Json.Options) }
            : new HttpResponseMessage(HttpStatusCode.OK) { Content = JsonContent.Create(answer, answer.GetType(), options: Json.Options) };
    }
}

/// <summary>The page's services over the fake server, signed in and with an instrument selected.</summary>
public abstract class PageTest : BunitContext
{
    protected FakeServer Server { get; } = new();

    protected PageTest()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices();
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton(new HttpClient(Server) { BaseAddress = new Uri("http://localhost/") });
        Services.AddSingleton<ApiClient>();
        Services.AddSingleton<BlotterStore>();
        Services.AddSingleton<MarketStore>();
        Services.AddSingleton<Session>();
        Services.AddSingleton<TradingConnection>();
    }

    protected BlotterStore Store => Services.GetRequiredService<BlotterStore>();

    protected async Task SignInAsync()
    {
        var session = Services.GetRequiredService<Session>();
        await session.LoadAsync();
        session.Select("BTC-USDT");
    }

    internal static OrderRow Order(string id, decimal cum = 0m, OrdStatus status = OrdStatus.New, DateTimeOffset? ended = null) => new(
        id, "BTC-USDT", Side.Buy, "TWAP", 10m, cum, 1m, 0m, 9m - cum, cum > 0 ? 100m : null, null, status, "WaitingForSlice", "On schedule.", DateTimeOffset.UtcNow.AddSeconds(9),
        DateTimeOffset.UtcNow, DateTimeOffset.UtcNow, null, ended, 5m, 100m, 0m, 0m, "USDT", null, null, 1, 1, false);

    internal static ChildRow Child(string id, string parent) => new(id, parent, 1, "ALPHA", Side.Buy, 1m, 0m, 1m, 100m, null, TimeInForce.Gtc, false, OrdStatus.New, false, DateTimeOffset.UtcNow, null, "cheapest", null);

    internal static FillRow Fill(string id) => new(id, "c", "p", "ALPHA", "BTC-USDT", Side.Buy, 1m, 100m, 0.1m, "USDT", LastLiquidityInd.Removed, DateTimeOffset.UtcNow);

    internal static AccountSnapshot Snapshot(long seq, params OrderRow[] orders) => new("A1", "e1", seq, orders, [], [], [new("ALPHA", "USDT", 100m, 40m, 60m)], [], "None");

    internal static AccountBatch Batch(long seq, OrderRow[] orders, ChildRow[]? children = null, FillRow[]? fills = null, string epoch = "e1") => new("A1", epoch, seq, orders, children ?? [], fills ?? [], [], [], "None");
}

using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text.Json;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Rpc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ems.Execution.Venues.Cow.Loopback;

/// <summary>The order book's API on 127.0.0.1, as api.cow.fi has it.</summary>
public sealed class CowServer : IAsyncDisposable
{
    private const int BodyBytesMax = 64 << 10, CancelledAtOnceMax = 128;
    private readonly WebApplication app;
    private readonly CowOrderBook book;

    private CowServer(WebApplication app, CowOrderBook book) => (this.app, this.book) = (app, book);

    /// <summary>Address for <see cref="CowClient"/>.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    /// <summary>Opens the door.</summary>
    public static async Task<CowServer> StartAsync(CowOrderBook book, CancellationToken ct = default)
    {
        var host = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Loopback" });
        host.Logging.ClearProviders();
        // What the outer application is configured with is not for this one.
        host.Configuration.Sources.Clear();
        host.WebHost.ConfigureKestrel(k =>
        {
            k.Listen(IPAddress.Loopback, 0);
            k.Limits.MaxRequestBodySize = BodyBytesMax;
        });
        var app = host.Build();
        var server = new CowServer(app, book);
        app.Run(server.ServeAsync);
        await app.StartAsync(ct).ConfigureAwait(false);
        server.Address = new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/");
        return server;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task ServeAsync(HttpContext http)
    {
        var (status, answer) = (StatusCodes.Status200OK, (object?)null);
        try
        {
            (status, answer) = await AnswerAsync(http, http.RequestAborted).ConfigureAwait(false);
        }
        catch (CowBookException e)
        {
            (status, answer) = (e.Status, new { errorType = e.Type, description = e.Message });
        }
        catch (Exception e) when (e is EthereumFormatException or JsonException or RpcTransportException or FormatException)
        {
            (status, answer) = (StatusCodes.Status400BadRequest, new { errorType = "InvalidJson", description = e.Message });
        }
        http.Response.StatusCode = book.Faults.LoseAnswers ? StatusCodes.Status503ServiceUnavailable : status;
        await http.Response.WriteAsJsonAsync(answer, http.RequestAborted).ConfigureAwait(false);
    }

    private async Task<(int Status, object? Answer)> AnswerAsync(HttpContext http, CancellationToken ct)
    {
        var path = (http.Request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        return (http.Request.Method, path) switch
        {
            ("POST", ["api", "v1", "quote"]) => (200, await QuoteAsync(await BodyAsync(http, ct).ConfigureAwait(false), ct).ConfigureAwait(false)),
            ("POST", ["api", "v1", "orders"]) => (201, await PlaceAsync(await BodyAsync(http, ct).ConfigureAwait(false), ct).ConfigureAwait(false)),
            ("DELETE", ["api", "v1", "orders"]) => (200, Cancel(await BodyAsync(http, ct).ConfigureAwait(false))),
            ("GET", ["api", "v1", "orders", var uid]) => (200, Row(Find(uid))),
            ("GET", ["api", "v1", "orders", var uid, "status"]) => (200, new { type = CowJson.Text(book.StatusOf(Find(uid))) }),
            ("GET", ["api", "v1", "account", var owner, "orders"]) => (200, book.Of(Ethereum.Address.Parse(owner)).Take(Limit(http)).Select(Row).ToArray()),
            ("GET", ["api", "v1", "trades"]) => (200, Find(http.Request.Query["orderUid"].ToString()).Trades.Select(Trade).ToArray()),
            _ => throw new CowBookException("NotFound", "there is no such route", 404),
        };
    }

    private async Task<object> QuoteAsync(JsonElement body, CancellationToken ct)
    {
        var kind = CowJson.Kind(body.Text("kind"));
        var seconds = body.TryGetProperty("validFor", out var s) && s.TryGetInt32(out var given) ? given : 1_800;
        var from = Ethereum.Address.Parse(body.Text("from"));
        var order = await book.QuoteAsync(new(Ethereum.Address.Parse(body.Text("sellToken")), Ethereum.Address.Parse(body.Text("buyToken")), from, kind,
            CowJson.Amount(body, kind == CowKind.Sell ? "sellAmountBeforeFee" : "buyAmountAfterFee"), seconds, body.TryGetProperty("partiallyFillable", out var part) && part.ValueKind == JsonValueKind.True), ct).ConfigureAwait(false);
        var quote = order.ToJson();
        quote["signingScheme"] = "eip712";
        return new { quote, from = from.ToString(), expiration = DateTimeOffset.FromUnixTimeSeconds(order.ValidTo), id = book.NextQuote(), verified = true };
    }

    private async Task<object> PlaceAsync(JsonElement body, CancellationToken ct)
    {
        foreach (var balance in new[] { "sellTokenBalance", "buyTokenBalance" })
        {
            if (body.TryGetProperty(balance, out var where) && where.GetString() != "erc20")
            {
                throw new CowBookException($"Unsupported{char.ToUpperInvariant(balance[0])}{balance[1..]}Source", balance);
            }
        }
        var scheme = body.Text("signingScheme");
        return (await book.PlaceAsync(CowJson.Order(body), body.OptionalAddress("from"), Hex.Decode(body.Text("signature")), scheme, ct).ConfigureAwait(false)).ToString();
    }

    private string Cancel(JsonElement body)
    {
        CowUid[] uids = [.. body.List("orderUids").Select(u => CowUid.Parse(u.TextValue()))];
        if (uids.Length is 0 or > CancelledAtOnceMax)
        {
            throw new CowBookException("InvalidJson", $"1 to {CancelledAtOnceMax} orders are cancelled at once");
        }
        book.Cancel(uids, Hex.Decode(body.Text("signature")), body.Text("signingScheme"));
        return "Cancelled";
    }

    private BookedOrder Find(string uid) => book.Find(uid) ?? throw new CowBookException("NotFound", "there is no such order", 404);

    private object Row(BookedOrder order)
    {
        var row = order.Order.ToJson();
        row["uid"] = order.Uid.ToString();
        row["owner"] = order.Uid.Owner.ToString();
        row["status"] = CowJson.Text(book.StatusOf(order));
        row["executedSellAmount"] = Text(order.ExecutedSell);
        row["executedSellAmountBeforeFees"] = Text(order.ExecutedSell);
        row["executedBuyAmount"] = Text(order.ExecutedBuy);
        row["invalidated"] = order.IsCancelled;
        row["creationDate"] = order.CreatedAt.ToString("O", CultureInfo.InvariantCulture);
        row["signature"] = Hex.Encode(order.Signature);
        row["class"] = "limit";
        return row;
    }

    private static object Trade(CowTrade t) => new
    {
        blockNumber = t.BlockNumber, logIndex = 0, orderUid = t.Uid.ToString(), owner = t.Uid.Owner.ToString(), sellAmount = Text(t.SellAmount), sellAmountBeforeFees = Text(t.SellAmount), buyAmount = Text(t.BuyAmount), txHash = t.TxHash,
    };

    private static string Text(BigInteger value) => value.ToString(CultureInfo.InvariantCulture);

    private static int Limit(HttpContext http) => int.TryParse(http.Request.Query["limit"], NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? Math.Clamp(n, 1, 1_000) : 10;

    private static async Task<JsonElement> BodyAsync(HttpContext http, CancellationToken ct)
    {
        using var document = await JsonDocument.ParseAsync(http.Request.Body, new() { MaxDepth = 16 }, ct).ConfigureAwait(false);
        return document.RootElement.Clone();
    }
}

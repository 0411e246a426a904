using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Rpc;

namespace Ems.Execution.Venues.Cow;

/// <summary>The order book's API of CoW Protocol (api.cow.fi, version 1): quote, place, status, fills, cancellation off chain.</summary>
/// <param name="address">With the network's name and a slash at its end, such as https://api.cow.fi/mainnet/.</param>
public sealed class CowClient(HttpClient http, Uri address, TimeProvider time, int timeoutMs = 10_000)
{
    private const string Scheme = "eip712", ContractScheme = "eip1271";

    /// <summary>POST quote.</summary>
    /// <exception cref="CowRefusedException">The order book says no.</exception>
    /// <exception cref="RpcTransportException">It does not answer as it should.</exception>
    public async Task<CowQuote> QuoteAsync(CowQuoteRequest request, CancellationToken ct = default)
    {
        var body = new JsonObject
        {
            ["sellToken"] = request.SellToken.ToString(), ["buyToken"] = request.BuyToken.ToString(), ["from"] = request.From.ToString(), ["receiver"] = request.From.ToString(),
            ["kind"] = request.Kind == CowKind.Sell ? "sell" : "buy", [request.Kind == CowKind.Sell ? "sellAmountBeforeFee" : "buyAmountAfterFee"] = request.Amount.ToString(CultureInfo.InvariantCulture),
            ["validFor"] = request.ValidForSeconds, ["partiallyFillable"] = request.PartiallyFillable, ["appData"] = CowOrder.NoAppData, ["signingScheme"] = Scheme,
            ["sellTokenBalance"] = "erc20", ["buyTokenBalance"] = "erc20",
        };
        var json = await AskAsync(HttpMethod.Post, "api/v1/quote", body, ct).ConfigureAwait(false);
        var quote = json.TryGetProperty("quote", out var q) ? q : throw new EthereumFormatException("A quote lacks quote.");
        var order = CowJson.Order(quote);
        // What is quoted as a fee is part of what the owner gives, and the signed fee is zero.
        return new(order with { SellAmount = order.Kind == CowKind.Sell ? order.SellAmount + order.FeeAmount : order.SellAmount, FeeAmount = 0, Receiver = order.Receiver.IsZero ? request.From : order.Receiver },
            request.From, json.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.Number ? id.GetInt64() : null,
            json.TryGetProperty("expiration", out var at) && at.ValueKind == JsonValueKind.String && at.TryGetDateTimeOffset(out var date) ? date : null);
    }

    /// <summary>POST orders; gives the name that the order book says. One that is not ours is refused.</summary>
    /// <param name="byContract">Whether the signature is a contract wallet's (ERC-1271).</param>
    public async Task<CowUid> PlaceAsync(CowDomain domain, CowOrder order, Address owner, string signature, long? quoteId = null, bool byContract = false, CancellationToken ct = default)
    {
        var body = order.ToJson();
        (body["from"], body["signature"], body["signingScheme"]) = (owner.ToString(), signature, byContract ? ContractScheme : Scheme);
        if (quoteId is { } id)
        {
            body["quoteId"] = id;
        }
        var (uid, ours) = (CowUid.Parse((await AskAsync(HttpMethod.Post, "api/v1/orders", body, ct).ConfigureAwait(false)).TextValue()), order.Uid(domain, owner));
        return uid == ours ? uid : throw new EthereumFormatException($"The order book names {uid} where {ours} was placed.");
    }

    /// <summary>GET orders/{uid}; null where there is none.</summary>
    public async Task<CowOrderState?> FindAsync(CowUid uid, CancellationToken ct = default)
    {
        try
        {
            var state = CowJson.State(await AskAsync(HttpMethod.Get, $"api/v1/orders/{uid}", null, ct).ConfigureAwait(false));
            return state.Uid == uid ? state : throw new EthereumFormatException($"The order book speaks of {state.Uid} where {uid} was asked.");
        }
        catch (CowRefusedException e) when (e.Code is "NotFound")
        {
            return null;
        }
    }

    /// <summary>GET account/{owner}/orders, newest first.</summary>
    public async Task<IReadOnlyList<CowOrderState>> OrdersOfAsync(Address owner, int limit = 50, CancellationToken ct = default) =>
        [.. (await AskAsync(HttpMethod.Get, $"api/v1/account/{owner}/orders?limit={limit.ToString(CultureInfo.InvariantCulture)}", null, ct).ConfigureAwait(false)).Entries("orders").Select(CowJson.State)];

    /// <summary>GET trades of an order.</summary>
    public async Task<IReadOnlyList<CowTrade>> TradesAsync(CowUid uid, CancellationToken ct = default) =>
        [.. (await AskAsync(HttpMethod.Get, $"api/v1/trades?orderUid={uid}", null, ct).ConfigureAwait(false)).Entries("trades").Select(CowJson.Trade)];

    /// <summary>DELETE orders: takes them off the book by their owner's signature. What a solver has sent already may still be filled.</summary>
    public Task CancelAsync(IReadOnlyList<CowUid> uids, string signature, CancellationToken ct = default) => AskAsync(HttpMethod.Delete, "api/v1/orders",
        new() { ["orderUids"] = new JsonArray([.. uids.Select(u => JsonValue.Create(u.ToString()))]), ["signature"] = signature, ["signingScheme"] = Scheme }, ct);

    private async Task<JsonElement> AskAsync(HttpMethod method, string path, JsonObject? body, CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMilliseconds(timeoutMs), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, ct);
        try
        {
            using var message = new HttpRequestMessage(method, new Uri(address, path)) { Content = body is null ? null : JsonContent.Create(body) };
            using var answer = await http.SendAsync(message, either.Token).ConfigureAwait(false);
            var bytes = await answer.Content.ReadAsByteArrayAsync(either.Token).ConfigureAwait(false);
            if (answer.StatusCode is HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError)
            {
                throw new RpcTransportException($"{address.Host} answers HTTP {(int)answer.StatusCode}.");
            }
            var json = bytes.Length == 0 ? default : RpcWire.Parse(bytes);
            return answer.IsSuccessStatusCode ? json
                : json.ValueKind == JsonValueKind.Object && json.TryGetProperty("errorType", out var type) && type.ValueKind == JsonValueKind.String
                    ? throw new CowRefusedException(type.GetString()!, json.TryGetProperty("description", out var words) && words.ValueKind == JsonValueKind.String ? words.GetString()! : "")
                    : throw new CowRefusedException(answer.StatusCode == HttpStatusCode.NotFound ? "NotFound" : "Refused", $"HTTP {(int)answer.StatusCode}");
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new RpcTransportException($"{address.Host} did not answer within {timeoutMs} ms.", e);
        }
        catch (HttpRequestException e)
        {
            throw new RpcTransportException($"{address.Host} cannot be reached: {e.Message}", e);
        }
    }
}

using System.Net;
using System.Net.Http.Json;
using Ems.Execution.Core.Orders;
using Ems.Web.Client.Contracts;

namespace Ems.Web.Client.Services;

/// <summary>What came of a request: a value, a refusal that names fields and code, or a sentence on why there was no answer.</summary>
public sealed record ApiResult<T>(T? Value, Refusal? Refusal, string? Problem)
{
    /// <summary>Whether there is a value.</summary>
    public bool Ok => Refusal is null && Problem is null;
}

/// <summary>The REST API as the page uses it.</summary>
public sealed class ApiClient(HttpClient http)
{
    public Task<ApiResult<Me>> Me() => Get<Me>("api/me");

    public Task<ApiResult<IReadOnlyList<InstrumentRow>>> Instruments() => Get<IReadOnlyList<InstrumentRow>>("api/instruments");

    public Task<ApiResult<IReadOnlyList<AlgoRow>>> Algos() => Get<IReadOnlyList<AlgoRow>>("api/algos");

    public Task<ApiResult<OrderAck>> Submit(string account, NewOrderRequest order) => Send<OrderAck>(HttpMethod.Post, Orders(account), order);

    public Task<ApiResult<OrderPreview>> Preview(string account, NewOrderRequest order) => Send<OrderPreview>(HttpMethod.Post, Orders(account) + "/preview", order);

    public Task<ApiResult<CostPreview>> PreviewCost(string account, NewOrderRequest order) => Send<CostPreview>(HttpMethod.Post, Orders(account) + "/preview/cost", order);

    public Task<ApiResult<OrderDetail>> Order(string account, string clOrdId) => Get<OrderDetail>($"{Orders(account)}/{Uri.EscapeDataString(clOrdId)}");

    public Task<ApiResult<DetectabilityRow>> Detectability(string account, string clOrdId) => Get<DetectabilityRow>($"{Orders(account)}/{Uri.EscapeDataString(clOrdId)}/detectability");

    public Task<ApiResult<OrderCostReport>> OrderCost(string account, string clOrdId) => Get<OrderCostReport>($"{Orders(account)}/{Uri.EscapeDataString(clOrdId)}/cost");

    /// <summary>from and to are days (yyyy-MM-dd, UTC), both included.</summary>
    public Task<ApiResult<CostReport>> Costs(string account, string from, string to, string groupBy) =>
        Get<CostReport>($"api/accounts/{account}/costs?from={Uri.EscapeDataString(from)}&to={Uri.EscapeDataString(to)}&groupBy={Uri.EscapeDataString(groupBy)}");

    public Task<ApiResult<ReplayPackage>> Replay(string account, string clOrdId) => Get<ReplayPackage>($"{Orders(account)}/{Uri.EscapeDataString(clOrdId)}/replay");

    public Task<ApiResult<OrderHistoryPage>> History(string account, int skip, int take) => Get<OrderHistoryPage>($"{Orders(account)}?skip={skip}&take={take}");

    public Task<ApiResult<object>> Replace(string account, string clOrdId, ReplaceOrderRequest change) => Send<object>(HttpMethod.Patch, $"{Orders(account)}/{Uri.EscapeDataString(clOrdId)}", change);

    /// <summary>cancel, pause or resume.</summary>
    public Task<ApiResult<object>> Act(string account, string clOrdId, string verb) => Send<object>(HttpMethod.Post, $"{Orders(account)}/{Uri.EscapeDataString(clOrdId)}/{verb}", null);

    public Task<ApiResult<OrderAck>> SubmitGroup(string account, NewGroupRequest group) => Send<OrderAck>(HttpMethod.Post, Groups(account), group);

    public Task<ApiResult<GroupPreviewRow>> PreviewGroup(string account, NewGroupRequest group) => Send<GroupPreviewRow>(HttpMethod.Post, Groups(account) + "/preview", group);

    public Task<ApiResult<GroupDetailRow>> Group(string account, string clOrdId) => Get<GroupDetailRow>($"{Groups(account)}/{Uri.EscapeDataString(clOrdId)}");

    /// <summary>cancel, pause or resume.</summary>
    public Task<ApiResult<object>> ActOnGroup(string account, string clOrdId, string verb) => Send<object>(HttpMethod.Post, $"{Groups(account)}/{Uri.EscapeDataString(clOrdId)}/{verb}", null);

    public Task<ApiResult<KillSwitchReport>> Kill(string account, KillSwitchRequest request) => Send<KillSwitchReport>(HttpMethod.Post, $"api/accounts/{account}/kill", request);

    public Task<ApiResult<LimitsRow>> Limits(string account) => Get<LimitsRow>($"api/accounts/{account}/limits");

    public Task<ApiResult<LimitsRow>> SetLimits(string account, LimitsRequest change) => Send<LimitsRow>(HttpMethod.Put, $"api/accounts/{account}/limits", change);

    public Task<ApiResult<ChainStatus>> Chain() => Get<ChainStatus>("api/chain");

    public Task<ApiResult<IReadOnlyList<BridgeRow>>> Transfers(string account) => Get<IReadOnlyList<BridgeRow>>($"api/accounts/{account}/bridge");

    public Task<ApiResult<BridgeQuoteRow>> QuoteTransfer(string account, BridgeRequest request) => Send<BridgeQuoteRow>(HttpMethod.Post, $"api/accounts/{account}/bridge/quote", request);

    public Task<ApiResult<BridgeRow>> SendTransfer(string account, BridgeRequest request) => Send<BridgeRow>(HttpMethod.Post, $"api/accounts/{account}/bridge", request);

    public Task<ApiResult<FaucetGift>> AskFaucet(FaucetRequest request) => Send<FaucetGift>(HttpMethod.Post, "api/chain/faucet", request);

    public Task<ApiResult<MandatePrepared>> PrepareMandate(string account, MandateDraft draft) => Send<MandatePrepared>(HttpMethod.Post, MandatesOf(account) + "/prepare", draft);

    public Task<ApiResult<MandateRow>> SubmitMandate(string account, SignedMandateRequest mandate) => Send<MandateRow>(HttpMethod.Post, MandatesOf(account), mandate);

    public Task<ApiResult<IReadOnlyList<MandateRow>>> Mandates(string account) => Get<IReadOnlyList<MandateRow>>(MandatesOf(account));

    public Task<ApiResult<MandateDetail>> Mandate(string account, string hash) => Get<MandateDetail>($"{MandatesOf(account)}/{hash}");

    public Task<ApiResult<object>> StopMandate(string account, string hash) => Send<object>(HttpMethod.Post, $"{MandatesOf(account)}/{hash}/stop", null);

    public Task<ApiResult<OrderAck>> OrderByMandate(string account, string hash, MandateOrderRequest order) => Send<OrderAck>(HttpMethod.Post, $"{MandatesOf(account)}/{hash}/orders", order);

    public Task<ApiResult<IntentList>> Intents() => Get<IntentList>("api/intents");

    public Task<ApiResult<IntentQuote>> QuoteIntent(IntentQuoteRequest request) => Send<IntentQuote>(HttpMethod.Post, "api/intents/quote", request);

    public Task<ApiResult<IntentRow>> PlaceIntent(PlaceIntentRequest request) => Send<IntentRow>(HttpMethod.Post, "api/intents", request);

    public Task<ApiResult<IntentCancellation>> AskToCancelIntent(string uid) => Get<IntentCancellation>($"api/intents/{uid}/cancellation");

    public Task<ApiResult<object>> CancelIntent(string uid, CancelIntentRequest request) => Send<object>(HttpMethod.Post, $"api/intents/{uid}/cancel", request);

    public Task<ApiResult<SwapPlanRow>> PrepareSwap(SwapRequest request) => Send<SwapPlanRow>(HttpMethod.Post, "api/swaps/prepare", request);

    public Task<ApiResult<SignScreenRow>> Inspect(InspectRequest request) => Send<SignScreenRow>(HttpMethod.Post, "api/swaps/inspect", request);

    public Task<ApiResult<TransactionRow>> Transaction(string hash, string from, long? nonce) =>
        Get<TransactionRow>($"api/swaps/transactions/{Uri.EscapeDataString(hash)}?from={Uri.EscapeDataString(from)}{(nonce is { } n ? $"&nonce={n}" : "")}");

    public Task<ApiResult<LaboratoryStatus>> Laboratory() => Get<LaboratoryStatus>("api/laboratory");

    public Task<ApiResult<LaboratoryStatus>> RunLaboratory(LaboratoryRunRequest request) => Send<LaboratoryStatus>(HttpMethod.Post, "api/laboratory/runs", request);

    public Task<ApiResult<WalletDoorRow>> Door(string? probe = null) => Get<WalletDoorRow>("api/wallets/door" + (probe is null ? "" : "?probe=" + probe));

    public Task<ApiResult<IReadOnlyList<WalletRow>>> Wallets() => Get<IReadOnlyList<WalletRow>>("api/wallets");

    public Task<ApiResult<WalletChallenge>> AskToSign(WalletChallengeRequest request) => Send<WalletChallenge>(HttpMethod.Post, "api/wallets/challenge", request);

    public Task<ApiResult<IReadOnlyList<WalletRow>>> LinkWallet(WalletProof proof) => Send<IReadOnlyList<WalletRow>>(HttpMethod.Post, "api/wallets", proof);

    public Task<ApiResult<IReadOnlyList<WalletRow>>> UnlinkWallet(string address) => Send<IReadOnlyList<WalletRow>>(HttpMethod.Delete, $"api/wallets/{Uri.EscapeDataString(address)}", null);

    public Task<ApiResult<object>> SignOut() => Send<object>(HttpMethod.Post, "api/me/sign-out", null);

    private static string Orders(string account) => $"api/accounts/{account}/orders";

    private static string MandatesOf(string account) => $"api/accounts/{account}/mandates";

    private static string Groups(string account) => $"api/accounts/{account}/groups";

    private Task<ApiResult<T>> Get<T>(string path) => Send<T>(HttpMethod.Get, path, null);

    private async Task<ApiResult<T>> Send<T>(HttpMethod method, string path, object? body)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path);
            request.Headers.Add("X-Requested-With", "ems");
            if (body is not null)
            {
                request.Content = JsonContent.Create(body, body.GetType(), options: Json.Options);
            }
            using var response = await http.SendAsync(request);
            if (response.StatusCode == HttpStatusCode.UnprocessableEntity)
            {
                return new(default, await response.Content.ReadFromJsonAsync<Refusal>(Json.Options), null);
            }
            if (!response.IsSuccessStatusCode)
            {
                return new(default, null, await TitleAsync(response) ?? Sentence(response.StatusCode));
            }
            var empty = response.Content.Headers.ContentLength is 0 || response.StatusCode == HttpStatusCode.NoContent || typeof(T) == typeof(object);
            return new(empty ? default : await response.Content.ReadFromJsonAsync<T>(Json.Options), null, null);
        }
        catch (HttpRequestException)
        {
            return new(default, null, "The server does not answer. What was sent may or may not have arrived; the same order can be sent again safely.");
        }
    }

    /// <summary>What the server says of it, where that is more than the status says.</summary>
    private static async Task<string?> TitleAsync(HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.Unauthorized && response.Content.Headers.ContentType?.MediaType == "application/problem+json"
        && await response.Content.ReadFromJsonAsync<ProblemText>(Json.Options) is { Title: var title, Code: not "NotSignedIn" } ? title : null;

    private sealed record ProblemText(string? Title, string? Code);

    private static string Sentence(HttpStatusCode code) => code switch
    {
        HttpStatusCode.Unauthorized => "You are signed out.",
        HttpStatusCode.Forbidden => "Your role does not allow this.",
        HttpStatusCode.NotFound => "There is no such thing.",
        HttpStatusCode.TooManyRequests => "Too many requests; wait a moment.",
        _ => $"The server answered {(int)code}.",
    };
}

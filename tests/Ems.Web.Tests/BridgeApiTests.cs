using System.Net;
using System.Net.Http.Json;
using Ems.Web.Client.Contracts;

namespace Ems.Web.Tests;

/// <summary>The program on two real nodes: an account's tokens go from one chain to the other, and its books with them.</summary>
public sealed class BridgeApiTests
{
    [Fact]
    public async Task Tokens_leave_one_venue_at_once_and_arrive_at_the_other_and_every_book_agrees()
    {
        await using var desk = await ChainDesk.StartAsync(("Chain:LayerTwo", "true"), ("Chain:LayerTwoBlockTimeMs", "100"));
        var path = $"/api/accounts/{desk.Account}/bridge";
        await UntilAsync(async () => (await desk.Owner.GetAsync<ChainStatus>("/api/chain")).LayerTwo is { RpcUrl: not null, Block: not null }, "the layer two");
        var request = new BridgeRequest { Id = "b1", From = "UNISWAP-V3", To = "UNISWAP-L2", Asset = "USDT", Amount = new("1000") };
        var quote = await (await PostAsync(path + "/quote", request)).ReadAsync<BridgeQuoteRow>(HttpStatusCode.OK);
        (quote.Fee, quote.Receive).ShouldBe((0.2m, 999.8m));
        var (from, to) = (await TotalAsync("UNISWAP-V3"), await TotalAsync("UNISWAP-L2"));
        (await PostAsync(path, request)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await TotalAsync("UNISWAP-V3")).ShouldBe(from - 1000m, "it cannot be traded with any more");
        (await PostAsync(path, request)).StatusCode.ShouldBe(HttpStatusCode.OK, "the same again changes nothing");
        await UntilAsync(async () => (await desk.Owner.GetAsync<List<BridgeRow>>(path)).Single() is { State: "Claimed", Booked: true }, "the transfer to be over");
        (await TotalAsync("UNISWAP-V3"), await TotalAsync("UNISWAP-L2")).ShouldBe((from - 1000m, to + 999.8m));

        var other = await (await PostAsync(path, request with { Amount = new("7") })).ReadAsync<Refusal>(HttpStatusCode.Conflict);
        other.Code.ShouldBe("DuplicateTransfer");
        var much = await (await PostAsync(path, request with { Id = "b2", Amount = new("99999999") })).ReadAsync<Refusal>(HttpStatusCode.UnprocessableEntity);
        much.Errors.ShouldHaveSingleItem().Field.ShouldBe("amount");
        var nowhere = await (await PostAsync(path, request with { Id = "b3", To = "ALPHA" })).ReadAsync<Refusal>(HttpStatusCode.UnprocessableEntity);
        nowhere.Code.ShouldBe("BRIDGE_ROUTE");
        var bad = await (await PostAsync(path, new BridgeRequest { Id = "b 4", Amount = new("-1") })).ReadAsync<Refusal>(HttpStatusCode.UnprocessableEntity);
        bad.Errors.ShouldContain(e => e.Field == "id");
        (await desk.Owner.GetAsync<List<BridgeRow>>(path)).Count.ShouldBe(1, "what was refused is in no book");

        Task<HttpResponseMessage> PostAsync(string to, BridgeRequest body) => desk.Owner.Api.PostAsJsonAsync(to, body, Json.Options);
        async Task<decimal> TotalAsync(string venue) => (await desk.Owner.GetAsync<List<BalanceRow>>($"/api/accounts/{desk.Account}/balances")).Where(b => b.Venue == venue && b.Asset == "USDT").Sum(b => b.Total);
    }

    private static async Task UntilAsync(Func<Task<bool>> reached, string what)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await reached())
        {
            TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(60), what);
            await Task.Delay(100);
        }
    }
}

using System.Net;
using Ems.Web.Client.Contracts;

namespace Ems.Web.Tests;

/// <summary>What a ticket would have cost on recent market.</summary>
public sealed class CostPreviewTests(EmsHost host)
{
    private const string Path = "/orders/preview/cost";

    [Fact]
    public async Task A_ticket_is_simulated_from_several_moments_beside_a_market_order()
    {
        var preview = await (await SendAsync("\"strategy\":\"TWAP\",\"orderQty\":\"0.5\",\"parameters\":{\"durationSeconds\":\"120\",\"slices\":\"6\",\"endAction\":\"FINISH_AGGRESSIVE\"}")).ReadAsync<CostPreview>(HttpStatusCode.OK);
        preview.Rows.Select(r => r.Name).ShouldBe(["TWAP", "MARKET"]);
        preview.Rows[0].Chosen.ShouldBeTrue();
        preview.Rows.ShouldAllBe(r => r.CostsBps.Count > 0 && r.FilledPct > 99m);
        // A taker pays at least the cheapest venue's fee, give or take what the market did meanwhile.
        preview.Rows[1].Median!.Value.ShouldBeInRange(1m, 40m);
        preview.Rows[0].CostsBps.ShouldBeInOrder();
        preview.SimulatedQty.ShouldBe(0.5m);
    }

    [Fact]
    public async Task A_long_order_is_simulated_in_part_at_its_own_pace()
    {
        var preview = await (await SendAsync("\"strategy\":\"TWAP\",\"orderQty\":\"6\",\"parameters\":{\"durationSeconds\":\"2400\",\"slices\":\"40\"}")).ReadAsync<CostPreview>(HttpStatusCode.OK);
        (preview.SimulatedSeconds, preview.SimulatedQty).ShouldBe((240d, 0.6m));
    }

    [Theory]
    [InlineData("\"strategy\":\"TWAP\",\"orderQty\":\"-1\",\"parameters\":{}", "orderQty")]
    [InlineData("\"strategy\":\"TWAP\",\"orderQty\":\"1\",\"parameters\":{\"durationSeconds\":\"-5\"}", "parameters.durationSeconds")]
    [InlineData("\"strategy\":\"NONE\",\"orderQty\":\"1\",\"parameters\":{}", "strategy")]
    public async Task A_bad_field_is_named_and_nothing_is_simulated(string ticket, string field) =>
        (await (await SendAsync(ticket)).ReadAsync<Refusal>(HttpStatusCode.UnprocessableEntity)).Errors.Select(e => e.Field).ShouldContain(field);

    private Task<HttpResponseMessage> SendAsync(string ticket) =>
        host.Owner.PostAsync($"/api/accounts/{host.Account}{Path}", $"{{\"clOrdId\":\"simulated\",\"instrument\":\"BTC-USDT\",\"side\":\"Buy\",{ticket}}}");
}

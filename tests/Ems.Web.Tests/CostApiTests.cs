using System.Globalization;
using System.Net;
using Ems.Execution.Core.Analytics;
using Ems.Web.Client.Contracts;
using Ems.Web.Features.Costs;
using Parquet;

namespace Ems.Web.Tests;

/// <summary>What orders cost, through HTTP, on an account of its own.</summary>
public sealed class CostApiTests(EmsHost host) : IAsyncLifetime
{
    private static int people;
    private Person trader = null!;
    private string account = "";

    public async ValueTask InitializeAsync()
    {
        trader = await Person.RegisterAsync(host, $"costs-{Interlocked.Increment(ref people)}@example.com");
        account = (await trader.MeAsync()).Accounts.Single().Id;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task An_order_tells_its_cost_in_parts_that_sum_and_a_period_adds_up_its_orders()
    {
        var first = await TradedAsync("c-1", """ "side":"Buy","orderQty":0.5,"strategy":"MARKET","instrument":"BTC-USDT" """);
        var second = await TradedAsync("c-2", """ "side":"Sell","orderQty":0.2,"strategy":"MARKET","instrument":"BTC-USDT" """);
        foreach (var report in new[] { first, second })
        {
            var split = report.Cost.Split!.Value;
            split.Parts().Sum(p => p.Value).ShouldBe(split.Total);
            report.Fills.Aggregate(report.Cost.NotFilled, (sum, f) => sum + f.Split!.Value).ShouldBe(split);
            split.Fees.ShouldBe(report.Fills.Sum(f => f.Fee));
            report.Currency.ShouldBe("USDT");
            report.Cost.Trader.ShouldBe(trader.Email);
            report.Leak.TooFew.ShouldBeTrue();
        }
        var total = first.Cost.Split!.Value.Total + second.Cost.Split!.Value.Total;
        foreach (var by in new[] { "venue", "algo", "trader", "day", "instrument" })
        {
            var costs = await trader.GetAsync<CostReport>($"/api/accounts/{account}/costs?groupBy={by}");
            costs.GroupBy.ToString().ToLowerInvariant().ShouldBe(by);
            costs.Groups.Sum(g => g.Total).ShouldBe(total);
            costs.All.ShouldHaveSingleItem().TotalBps.Count.ShouldBe(2);
            costs.All[0].TotalBps.Low.ShouldNotBeNull();
        }
        (await trader.GetAsync<CostReport>($"/api/accounts/{account}/costs?from=2020-01-01&to=2020-02-01")).Groups.ShouldBeEmpty();
    }

    [Fact]
    public async Task Both_files_hold_every_order_and_money_keeps_every_digit()
    {
        var report = await TradedAsync("x-1", """ "side":"Buy","orderQty":0.37,"strategy":"MARKET","instrument":"ETH-USDT" """);
        var (total, fees) = (report.Cost.Split!.Value.Total, report.Cost.Split.Value.Fees);
        var csv = (await trader.Api.GetStringAsync($"/api/accounts/{account}/costs/export?format=csv")).Split("\r\n");
        var (names, values) = (csv[0].Split(','), csv[1].Split(','));
        decimal.Parse(values[Array.IndexOf(names, "total")], CultureInfo.InvariantCulture).ShouldBe(total);
        values[Array.IndexOf(names, "cl_ord_id")].ShouldBe("x-1");
        csv.Length.ShouldBe(3);

        var answer = await trader.Api.GetAsync($"/api/accounts/{account}/costs/export?format=parquet");
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/vnd.apache.parquet");
        (await ColumnAsync(await answer.Content.ReadAsByteArrayAsync(), "total")).ShouldBe([total]);
        var fills = await trader.Api.GetByteArrayAsync($"/api/accounts/{account}/orders/x-1/cost/export?format=parquet");
        (await ColumnAsync(fills, "fee")).Sum().ShouldBe(fees);
        (await ColumnAsync(fills, "qty")).Sum().ShouldBe(0.37m);
        var lines = (await trader.Api.GetStringAsync($"/api/accounts/{account}/orders/x-1/cost/export")).Split("\r\n");
        lines.Length.ShouldBe(report.Fills.Count + 2);
    }

    [Theory]
    [InlineData("costs?groupBy=colour", "groupBy", "one_of", "colour")]
    [InlineData("costs?groupBy=1", "groupBy", "one_of", "1")]
    [InlineData("costs?from=yesterday", "from", "time", "yesterday")]
    [InlineData("costs?to=2026-13-01", "to", "time", "2026-13-01")]
    [InlineData("costs?from=2026-03-02&to=2026-03-01", "from", "before_to", "2026-03-02")]
    [InlineData("costs?from=2020-01-01&to=2026-03-01", "from", "range", "2020-01-01")]
    [InlineData("costs/export?format=xml", "format", "one_of", "xml")]
    [InlineData("orders/none/cost/export?format=xml", "format", "one_of", "xml")]
    public async Task Bad_input_is_named_with_its_rule_and_value(string path, string field, string rule, string value)
    {
        var refusal = await (await trader.Api.GetAsync($"/api/accounts/{account}/{path}")).ReadAsync<Refusal>(HttpStatusCode.UnprocessableEntity);
        var error = refusal.Errors.ShouldHaveSingleItem();
        (error.Field, error.Rule, error.Value).ShouldBe((field, rule, value));
    }

    [Fact]
    public async Task An_unknown_order_has_no_cost_and_a_denied_one_neither()
    {
        const string Denied = """{"clOrdId":"d-1","instrument":"BTC-USDT","side":"Buy","orderQty":"900","strategy":"MARKET"}""";
        (await trader.PostAsync($"/api/accounts/{account}/orders", Denied)).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await trader.Api.GetAsync($"/api/accounts/{account}/orders/d-1/cost")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await trader.Api.GetAsync($"/api/accounts/{account}/orders/none/cost")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await trader.Api.GetAsync($"/api/accounts/{account}/orders/none/cost/export")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public void A_day_given_as_the_end_is_included_whole()
    {
        var query = CostQuery.Read("2026-03-01", "2026-03-02", null, DateTimeOffset.UnixEpoch);
        (query.To - query.From).ShouldBe(TimeSpan.FromDays(2));
        query.GroupBy.ShouldBe(CostGrouping.Algo);
    }

    [Fact]
    public async Task Parquet_keeps_the_smallest_digit_the_largest_amount_and_nulls_and_csv_runs_no_formula()
    {
        (string Name, decimal? Value)[] rows = [("=cmd()", 0.000000000000000001m), ("a,\"b\"", 98_765_432_109_876.123456789m), ("c", null)];
        Column<(string Name, decimal? Value)>[] columns = [new("name", ColumnKind.Text, r => r.Name), new("value", ColumnKind.Number, r => r.Value)];
        (await ColumnAsync(await ParquetExport.WriteAsync(columns, rows), "value")).ShouldBe([0.000000000000000001m, 98_765_432_109_876.123456789m, null]);
        (await ColumnAsync(await ParquetExport.WriteAsync(columns, []), "value")).ShouldBeEmpty();
        System.Text.Encoding.UTF8.GetString(CsvExport.Write(columns, rows)).ShouldBe("name,value\r\n'=cmd(),0.000000000000000001\r\n\"a,\"\"b\"\"\",98765432109876.123456789\r\nc,\r\n");
    }

    private static async Task<decimal?[]> ColumnAsync(byte[] file, string name)
    {
        await using var reader = await ParquetReader.CreateAsync(new MemoryStream(file));
        using var group = reader.OpenRowGroupReader(0);
        var field = reader.Schema.FindDataField(name);
        field.ClrType.ShouldBe(typeof(decimal));
        var values = new decimal?[group.RowCount];
        await group.ReadAsync<decimal>(field, values);
        return values;
    }

    private async Task<OrderCostReport> TradedAsync(string id, string body)
    {
        await (await trader.PostAsync($"/api/accounts/{account}/orders", $$"""{"clOrdId":"{{id}}",{{body}}}""")).ReadAsync<OrderAck>(HttpStatusCode.Accepted);
        for (var i = 0; i < 300; i++)
        {
            var answer = await trader.Api.GetAsync($"/api/accounts/{account}/orders/{id}/cost");
            if (answer.IsSuccessStatusCode && await answer.ReadAsync<OrderCostReport>(HttpStatusCode.OK) is { Cost.EndedAt: not null, Cost.Missing.Count: 0, Fills.Count: > 0 } report)
            {
                return report;
            }
            await Task.Delay(50);
        }
        throw new TimeoutException(await trader.Api.GetStringAsync($"/api/accounts/{account}/orders/{id}/cost"));
    }
}

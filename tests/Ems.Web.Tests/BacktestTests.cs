using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Ems.Web.Hosting;

namespace Ems.Web.Tests;

/// <summary>The backtest verb on a small recording written here.</summary>
public sealed class BacktestTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("ems-backtest-").FullName;

    public BacktestTests()
    {
        var set = Directory.CreateDirectory(Path.Combine(folder, "data", "hyperliquid_l2_20250904")).FullName;
        var (books, trades) = (new StringBuilder("exchange_timestamp,bid_price_0,bid_size_0,bid_price_1,bid_size_1,ask_price_0,ask_size_0,ask_price_1,ask_size_1\n"), new StringBuilder("exchange_timestamp,price,size,side\n"));
        var start = new DateTimeOffset(2025, 9, 4, 20, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        for (var i = 0; i < 1_200; i++)
        {
            var (at, bid) = (start + (i * 500L), 100_000 + (i % 7));
            books.Append($"{at},{bid},1.5,{bid - 1},2.2,{bid + 1},1.2,{bid + 2},3\n");
            trades.Append($"{at + 100},{bid + (i % 2)},0.2,{(i % 2 == 0 ? "sell" : "buy")}\n");
        }
        Gzip(Path.Combine(set, "orderbooks_BTC.csv.gz"), books.ToString());
        Gzip(Path.Combine(set, "trades_BTC.csv.gz"), trades.ToString());
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_same_orders_on_the_same_day_give_the_same_report_byte_for_byte()
    {
        const string Orders = """
            [ {"clOrdId":"a","instrument":"BTC-USD","side":"Buy","orderQty":"2","strategy":"TWAP","parameters":{"durationSeconds":"120"}},
              {"clOrdId":"b","instrument":"BTC-USD","side":"Sell","orderQty":1.5,"strategy":"MARKET","submitAt":"2025-09-04T20:05:00Z","seed":7} ]
            """;
        var (code, output, errors) = await RunAsync(Orders, "one.json");
        code.ShouldBe(0, errors);
        output.ShouldContain("2 orders, 2 filled");
        (await RunAsync(Orders, "two.json")).Code.ShouldBe(0);
        var text = await File.ReadAllTextAsync(Path.Combine(folder, "one.json"));
        (await File.ReadAllTextAsync(Path.Combine(folder, "two.json"))).ShouldBe(text);
        var report = JsonDocument.Parse(text).RootElement;
        report.GetProperty("digest").GetString()!.Length.ShouldBe(64);
        foreach (var order in report.GetProperty("orders").EnumerateArray())
        {
            order.GetProperty("completion").GetDecimal().ShouldBe(1m);
            // The parts of the shortfall are the shortfall.
            order.GetProperty("parts").EnumerateArray().Sum(p => p.GetProperty("amount").GetDecimal()).ShouldBe(order.GetProperty("shortfall").GetDecimal(), 0.00001m);
        }
        report.GetProperty("orders")[0].GetProperty("intervalVwap").GetDecimal().ShouldBe(100_003m, 10m);
        report.GetProperty("orders")[1].GetProperty("feesBps").GetDecimal().ShouldBe(5m, 0.01m);
        report.GetProperty("totals").GetProperty("orders").GetInt32().ShouldBe(2);
    }

    [Fact]
    public async Task Every_fault_of_an_order_list_is_one_line_with_field_rule_and_value_and_nothing_is_written()
    {
        var (code, _, errors) = await RunAsync("""
            [ {"clOrdId":"a","instrument":"BTC-USD","side":"Byu","orderQty":"2","strategy":"TWAP","parameters":{"durationSeconds":"-6"}}, 5,
              {"clOrdId":"b","instrument":"XX","side":"Sell","orderQty":"1","strategy":"MARKET","submitAt":"2020-09-04T20:00:00Z","seed":-7,"wat":1},
              {"clOrdId":"c","instrument":"BTC-USD","side":"Sell","orderQty":"1","strategy":"MARKET"}, {"clOrdId":"c","instrument":"BTC-USD","side":"Sell","orderQty":"1","strategy":"MARKET"} ]
            """, "bad.json");
        code.ShouldBe(1);
        errors.Trim().Split('\n').Select(l => l.Trim()).ShouldBe([
            "backtest: orders[0].side: choice: 'Byu': Side is Buy or Sell.",
            "backtest: orders[0].parameters.durationSeconds: min: '-6': parameters.durationSeconds must be at least 10.",
            "backtest: orders[1]: object: an order is a JSON object, this is Number.",
            "backtest: orders[2].wat: unknown: '1' has no meaning in a backtest.",
            "backtest: orders[2].submitAt: within_recording: '2020-09-04T20:00:00Z' is outside 2025-09-04T20:00:00Z to 2025-09-04T20:09:59Z.",
            "backtest: orders[2].seed: whole_number: '-7' is no whole number.",
            "backtest: orders[2].instrument: unknown: 'XX': There is no such instrument.",
            "backtest: orders[4].clOrdId: unique: 'c' is taken by an order before it."]);
        File.Exists(Path.Combine(folder, "bad.json")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("[", "orders: json: line 1")]
    [InlineData("{}", "orders: array:")]
    [InlineData("[]", "orders: array:")]
    public async Task A_list_that_is_none_is_one_line(string json, string words)
    {
        var (code, _, errors) = await RunAsync(json, "none.json");
        code.ShouldBe(1);
        errors.Trim().Split('\n').ShouldHaveSingleItem().ShouldContain(words);
    }

    [Fact]
    public async Task Arguments_outside_their_rules_are_named_and_days_are_listed()
    {
        var (code, _, errors) = await VerbAsync("--orders", "x", "--day", "soon", "--taker-bps", "lots", "--nonsense");
        code.ShouldBe(2);
        errors.Trim().Split('\n').Length.ShouldBe(5);
        errors.ShouldContain("--day: date: 'soon'");
        errors.ShouldContain("--data: required");
        (await VerbAsync("--data", Path.Combine(folder, "data"), "--list")).Out.Trim().ShouldBe("hyperliquid BTC-USD 2025-09-04");
        (await VerbAsync("--data", Path.Combine(folder, "nowhere"), "--list")).Errors.ShouldContain("the folder of recordings is not there");
        (await VerbAsync("--data", Path.Combine(folder, "data"), "--orders", Path.Combine(folder, "absent.json"), "--out", "x")).Code.ShouldBe(1);
    }

    private async Task<(int Code, string Out, string Errors)> RunAsync(string orders, string report)
    {
        var file = Path.Combine(folder, "orders.json");
        await File.WriteAllTextAsync(file, orders);
        return await VerbAsync("--orders", file, "--data", Path.Combine(folder, "data"), "--out", Path.Combine(folder, report));
    }

    private static async Task<(int Code, string Out, string Errors)> VerbAsync(params string[] args)
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        var code = await Verbs.RunAsync("backtest", ["backtest", .. args], output, errors);
        return (code, output.ToString(), errors.ToString());
    }

    private static void Gzip(string file, string text)
    {
        using var gzip = new GZipStream(File.Create(file), CompressionLevel.Fastest);
        gzip.Write(Encoding.UTF8.GetBytes(text));
    }
}

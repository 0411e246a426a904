using System.Net;
using System.Text;
using System.Text.Json;
using CsCheck;
using Ems.Chain.Tests.Harness;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Rpc;
using Microsoft.Extensions.Time.Testing;

namespace Ems.Chain.Tests.Rpc;

/// <summary>Answers of nodes, recorded and broken.</summary>
public sealed class RpcWireTests
{
    private static readonly RpcRequest[] Two = [new("a"), new("b")];

    [Theory]
    [InlineData("""[{"jsonrpc":"2.0","id":1,"result":"x"}]""", "half a batch")]
    [InlineData("""[{"id":1,"result":"x"},{"id":1,"result":"y"}]""", "one answer twice")]
    [InlineData("""[{"id":1,"result":"x"},{"id":9,"result":"y"}]""", "an answer that was not asked")]
    [InlineData("""[{"id":1,"result":"x"},{"result":"y"}]""", "an answer without an id")]
    [InlineData("""[{"id":1,"result":"x"},{"id":2}]""", "an answer with nothing in it")]
    [InlineData("""{"id":1,"result":"x"}""", "one answer to two questions")]
    [InlineData("""[1,2]""", "numbers")]
    [InlineData("""null""", "null")]
    [InlineData("""[{"id":1,"result":"x"},{"id":2,"res""", "JSON cut off")]
    [InlineData("", "nothing")]
    [InlineData("<html>502</html>", "a page")]
    public async Task A_broken_batch_is_a_transport_error_and_never_half_an_answer(string body, string what) =>
        await Should.ThrowAsync<RpcTransportException>(() => Channel(new SameAnswer(body)).SendAsync(Two), what);

    [Fact]
    public async Task Answers_come_in_the_order_of_the_questions_whatever_the_node_does()
    {
        var answers = await Channel(new SameAnswer("""[{"id":2,"result":"second"},{"id":1,"result":"first"}]""")).SendAsync(Two);
        answers.Select(a => a.Result!.Value.GetString()).ShouldBe(["first", "second"]);
        var refused = await Channel(new SameAnswer("""{"id":null,"error":{"code":-32600,"message":"batch too large"}}""")).SendAsync(Two);
        refused.ShouldAllBe(a => a.Error!.Code == -32600);
    }

    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests)]
    [InlineData(HttpStatusCode.BadGateway)]
    public async Task An_overloaded_node_is_a_transport_error(HttpStatusCode status) =>
        await Should.ThrowAsync<RpcTransportException>(() => Channel(new SameAnswer("""{"id":1,"result":"x"}""", status)).SendAsync([new("a")]));

    [Fact]
    public async Task An_answer_without_end_is_cut_and_one_that_never_comes_times_out()
    {
        var endless = new HttpRpcChannel(new(new SameAnswer(() => new byte[2 << 20])), new("http://node"), TimeProvider.System, responseBytesMax: 1 << 20);
        (await Should.ThrowAsync<RpcTransportException>(() => endless.SendAsync([new("a")]))).Message.ShouldContain("1048576");
        var time = new FakeTimeProvider();
        var asked = new HttpRpcChannel(new(new Silent()), new("http://node"), time, timeoutMs: 500).SendAsync([new("a")]);
        time.Advance(TimeSpan.FromMilliseconds(501));
        (await Should.ThrowAsync<RpcTransportException>(() => asked)).Message.ShouldContain("500 ms");
    }

    [Fact]
    public void Mutated_answers_are_answers_or_one_clear_error()
    {
        const string Good = """[{"jsonrpc":"2.0","id":1,"result":{"a":["0x1",{"b":null}]}},{"jsonrpc":"2.0","id":2,"error":{"code":3,"message":"execution reverted","data":"0x08c379a0"}}]""";
        RpcWire.Read(Encoding.UTF8.GetBytes(Good), 1, 2).Length.ShouldBe(2);
        Gen.Select(Gen.Int[0, Good.Length - 1], Gen.Char["{}[]\":,0129xnul "], Gen.Int[0, Good.Length]).Sample((at, c, length) =>
        {
            var bad = (Good[..at] + c + Good[(at + 1)..])[..length];
            try
            {
                foreach (var answer in RpcWire.Read(Encoding.UTF8.GetBytes(bad), 1, 2))
                {
                    _ = answer.Error is { } e ? RevertReason.InWords(e.RevertData() ?? []) : answer.Result!.Value.GetRawText();
                }
            }
            catch (RpcTransportException)
            {
            }
        }, iter: 30_000);
    }

    [Fact]
    public void Answers_nested_without_end_are_refused() =>
        Should.Throw<RpcTransportException>(() => RpcWire.Read(Encoding.UTF8.GetBytes("""{"id":1,"result":""" + new string('[', 1_000_000)), 1, 1));

    [Fact]
    public void Mutated_receipts_blocks_and_fee_histories_are_read_or_refused_by_name()
    {
        foreach (var (file, read) in new (string, Action<JsonElement>)[]
        {
            ("rpc-gettransactionreceipt-get_setcode_tx", j => EthReceipt.Read(j)), ("rpc-getblockbynumber-get_block_cancun_fork", j => EthBlock.Read(j)),
            ("rpc-feehistory-fee_history", j => FeeHistory.Read(j)), ("rpc-gettransactionbyhash-get_dynamic_fee", j => EthTransactionInfo.Read(j)),
        })
        {
            var good = Recorded(file).GetProperty("result").GetRawText();
            read(JsonDocument.Parse(good).RootElement);
            Gen.Select(Gen.Int[0, good.Length - 1], Gen.Char["{}[]\":,0fxn "]).Sample((at, c) =>
            {
                try
                {
                    using var document = JsonDocument.Parse(good[..at] + c + good[(at + 1)..]);
                    read(document.RootElement);
                }
                catch (Exception e) when (e is JsonException or EthereumFormatException)
                {
                }
            }, iter: 5_000);
        }
    }

    [Fact]
    public void Recorded_answers_are_read()
    {
        var receipt = EthReceipt.Read(Recorded("rpc-gettransactionreceipt-get_setcode_tx").GetProperty("result"))!;
        receipt.GasCost.ShouldBe(receipt.GasUsed * receipt.EffectiveGasPrice);
        EthReceipt.Read(Recorded("rpc-gettransactionreceipt-get_notfound_tx").GetProperty("result")).ShouldBeNull();
        EthBlock.Read(Recorded("rpc-getblockbynumber-get_block_cancun_fork").GetProperty("result"))!.BaseFeePerGas.ShouldNotBeNull();
        EthLog.Read(Recorded("rpc-getlogs-contract_addr").GetProperty("result")[0]).Topics.ShouldNotBeEmpty();
        RevertReason.InWords(RpcWire.ReadOne(Recorded("rpc-call-call_revert_abi_panic")).Error!.RevertData()!).ShouldBe("assertion failed");
        var history = FeeHistory.Read(Recorded("rpc-feehistory-fee_history").GetProperty("result"));
        history.BaseFees.Count.ShouldBe(2);
        history.GasUsedPercent[0].ShouldBe(0.072868m);
    }

    [Theory]
    [InlineData("Panic", "0x4e487b710000000000000000000000000000000000000000000000000000000000000011", "arithmetic overflow or underflow")]
    [InlineData("nothing", "0x", "reverted without a reason")]
    [InlineData("unknown", "0x12345678", "reverted with the unknown error 0x12345678")]
    [InlineData("malformed", "0x08c379a0ffff", "reverted with malformed data of 0x08c379a0")]
    public void A_revert_is_put_into_words(string what, string data, string words) => RevertReason.InWords(Hex.Decode(data)).ShouldBe(words, what);

    [Fact]
    public void A_contract_s_own_words_and_its_own_errors_are_shown()
    {
        RevertReason.InWords(AbiError.Parse("Error(string)").Encode("Fee too low")).ShouldBe("Fee too low");
        var own = AbiError.Parse("error OutOfBounds(uint256 px, int24[])");
        RevertReason.InWords(own.Encode(5, new object[] { -1, 2 }), own).ShouldBe("OutOfBounds(px=5, [-1, 2])");
    }

    private static JsonElement Recorded(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Places.Shared($"fixtures/evm/{file}.json")));
        return document.RootElement.GetProperty("messages")[1].GetProperty("frame").Clone();
    }

    private static HttpRpcChannel Channel(HttpMessageHandler handler) => new(new HttpClient(handler), new Uri("http://node"), TimeProvider.System);

    private sealed class Silent : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return new();
        }
    }
}

using System.Net;
using System.Text;
using System.Text.Json;
using Ems.Chain.Tests.Harness;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.PrivateFlow;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Sending;
using Ems.Execution.Venues.Ethereum.Signing;

namespace Ems.Chain.Tests.PrivateFlow;

/// <summary>What a relay is asked and what it answers, against the recorded messages of the real one.</summary>
public sealed class RelayClientTests
{
    private static readonly PrivateKeySigner Identity = PrivateKeySigner.Parse("0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318");
    private static readonly string Hash = "0x" + new string('1', 64);

    [Fact]
    public async Task A_bundle_is_asked_as_the_relay_s_documentation_writes_it()
    {
        var relay = new Recorder("""{"jsonrpc":"2.0","id":"123","result":{"bundleHash":"0x2228f5d8954ce31dc1601a8ba264dbd401bf1428388ce88238932815c5d6f23f","smart":"true"}}""");
        await relay.Client.SendBundleAsync(new(["0x123abc...", "0x456def..."], 0xb63dcd, 0, 1615920932));
        relay.ShouldHaveAsked("bundle-rpc_endpoint_1");
        await relay.Client.SendBundleAsync(new(["0x123abc...", "0x456def..."], 0xb63dcd, 0, 1615920932, Builders: ["builder0x69"]));
        relay.ShouldHaveAsked("bundle-rpc_endpoint_3");
        await relay.Client.SendShareBundleAsync(new(0x8b8da8, 0x8b8dab, [
            new(null, "0x24e6e999b8abf2c4df46e8a02516c0983043039a5a54f89fa87274427ce64798"),
            new("0x02f880058201d685e9103fda0085e9103fda368255f0940000c335bc9d5d1af0402cad63fa7f258363d71a8092696d206261636b72756e6e69696969696e67c080a0c5058ccf5759e29d4ad28e038f632a9b6269bbb0644c61447e0f14d56c453d73a048e877ee621c4b6be1234a8ad84379e80d45b288a7271e2b1aede7a04f06fd98", null),
        ]));
        relay.ShouldHaveAsked("bundle-rpc_endpoint_5");
    }

    [Fact]
    public async Task A_private_transaction_and_its_cancellation_are_asked_as_documented()
    {
        var relay = new Recorder(File.ReadAllText(Places.Shared("fixtures/flashbots/private-tx-rpc_endpoint_12.json")), payload: true);
        (await relay.Client.SendPrivateRawTransactionAsync("0x123abc...")).ShouldBe("0x45df1bc3de765927b053ec029fc9d15d6321945b23cac0614eb0b5e61f3a2f2a");
        relay.ShouldHaveAsked("private-tx-rpc_endpoint_13");
        (await relay.Client.SendPrivateTransactionAsync("0x02", 0x10, fast: true)).ShouldBe("0x45df1bc3de765927b053ec029fc9d15d6321945b23cac0614eb0b5e61f3a2f2a");
        relay.Params().GetRawText().ShouldBe("""[{"tx":"0x02","maxBlockNumber":"0x10","preferences":{"fast":true}}]""");
        var cancels = new Recorder("""{"jsonrpc":"2.0","id":1,"result":true}""");
        (await cancels.Client.CancelPrivateTransactionAsync("0x45df1bc3de765927b053ec029fc9d15d6321945b23cac0614eb0b5e61f3a2f2a")).ShouldBeTrue();
        cancels.ShouldHaveAsked("private-tx-rpc_endpoint_15");
    }

    [Fact]
    public async Task A_simulation_of_a_bundle_is_asked_and_read_as_recorded()
    {
        var relay = new Recorder(File.ReadAllText(Places.Shared("fixtures/flashbots/bundle-rpc_endpoint_8.json")), payload: true);
        var simulated = await relay.Client.CallBundleAsync(["0x123abc...", "0x456def..."], 0xb63dcd, timestamp: 1615920932);
        relay.ShouldHaveAsked("bundle-rpc_endpoint_7");
        (simulated.TotalGasUsed, simulated.StateBlockNumber, simulated.Results.Count).ShouldBe((42_000UL, 5_221_585L, 2));
        simulated.CoinbaseDiff.ShouldBe(20_000_000_000_126_000);
        simulated.BundleHash.ShouldBe(RelayBundle.HashOf(simulated.Results.Select(r => r.TxHash)), "a bundle is named by its transactions");
    }

    [Fact]
    public void Hints_hide_a_transaction_behind_the_hash_of_its_hash()
    {
        var v = Payload("event-double_hash");
        Hex.Encode(Keccak.Hash(Hex.Decode(v.GetProperty("hash").GetString()))).ShouldBe(v.GetProperty("doubleHash").GetString());
        RelayWire.HintNames(RelayHints.Hash | RelayHints.FunctionSelector | RelayHints.ContractAddress).ShouldBe(["contract_address", "function_selector", "hash"], ignoreOrder: true);
        RelayWire.HintsOf(["calldata", "logs", "unheard_of"]).ShouldBe(RelayHints.Calldata | RelayHints.Logs);
    }

    [Fact]
    public void Recorded_answers_are_read()
    {
        RelayWire.BundleHash(Payload("bundle-rpc_endpoint_6")).ShouldBe("0x7d6e491ab67aee5f4b75321c936bf05664d2d9b234fd67083e46bd43bb42f383");
        RelayWire.Report(Payload("status-status_api_1")).ShouldBe(new RelayReport(RelayStatus.Pending, 13543898, false, null));
    }

    [Fact]
    public async Task Every_body_is_signed_by_the_identity_and_by_nobody_else()
    {
        var relay = new Recorder("""{"jsonrpc":"2.0","id":1,"result":true}""");
        await relay.Client.CancelAsync(Hash);
        RelayWire.SenderOf(relay.Header, Encoding.UTF8.GetBytes(relay.Body)).ShouldBe(Identity.Address);
        RelayWire.SenderOf(relay.Header, Encoding.UTF8.GetBytes(relay.Body + " ")).ShouldBeNull();
        RelayWire.SenderOf(relay.Header.Replace(Identity.Address.ToString(), Address.Zero.ToString(), StringComparison.Ordinal), Encoding.UTF8.GetBytes(relay.Body)).ShouldBeNull();
        RelayWire.SenderOf("nonsense", []).ShouldBeNull();
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"invalid params"}}""", HttpStatusCode.OK, typeof(RpcRefusedException))]
    [InlineData("""{"error":{"code":-32600,"message":"signature does not match"}}""", HttpStatusCode.Forbidden, typeof(RpcRefusedException))]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":"0x2222222222222222222222222222222222222222222222222222222222222222"}""", HttpStatusCode.OK, typeof(EthereumFormatException))]
    [InlineData("<html>", HttpStatusCode.OK, typeof(RpcTransportException))]
    [InlineData("{}", HttpStatusCode.ServiceUnavailable, typeof(RpcTransportException))]
    public async Task Refusals_wrong_names_and_silence_are_told_apart(string answer, HttpStatusCode status, Type thrown) =>
        (await Should.ThrowAsync<Exception>(() => new Recorder(answer, status: status).Client.SendAsync(new("0x02", Hash, SubmissionPath.Relay, 1, 5)))).ShouldBeOfType(thrown);

    [Fact]
    public async Task One_relay_that_takes_it_is_enough_and_silence_weighs_more_than_a_refusal()
    {
        var takes = new Recorder($$"""{"result":"{{Hash}}"}""").Client;
        var refuses = new Recorder("""{"error":{"code":-32000,"message":"no"}}""").Client;
        var silent = new Recorder("", status: HttpStatusCode.BadGateway).Client;
        var submission = new PrivateSubmission("0x02", Hash, SubmissionPath.Relay, 1, 5);
        await new RelayGroup([refuses, takes, silent]).SendAsync(submission);
        await Should.ThrowAsync<RpcTransportException>(() => new RelayGroup([refuses, silent]).SendAsync(submission));
        await Should.ThrowAsync<RpcRefusedException>(() => new RelayGroup([refuses]).SendAsync(submission));
    }

    private static JsonElement Payload(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Places.Shared($"fixtures/flashbots/{name}.json")));
        return document.RootElement.GetProperty("payload").Clone();
    }

    private sealed class Recorder : HttpMessageHandler
    {
        private readonly string answer;
        private readonly HttpStatusCode status;

        public Recorder(string answer, bool payload = false, HttpStatusCode status = HttpStatusCode.OK)
        {
            (this.answer, this.status) = (payload ? JsonDocument.Parse(answer).RootElement.GetProperty("payload").GetRawText() : answer, status);
            Client = new("recorder", new(this), new("http://relay.test"), Identity, TimeProvider.System);
        }

        public RelayClient Client { get; }

        public string Body { get; private set; } = "";

        public string Header { get; private set; } = "";

        public JsonElement Params() => JsonDocument.Parse(Body).RootElement.GetProperty("params");

        public void ShouldHaveAsked(string recorded)
        {
            using var asked = JsonDocument.Parse(Body);
            var theirs = Payload(recorded);
            asked.RootElement.GetProperty("method").GetString().ShouldBe(theirs.GetProperty("method").GetString());
            JsonElement.DeepEquals(asked.RootElement.GetProperty("params"), theirs.GetProperty("params")).ShouldBeTrue(Body);
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Body = await request.Content!.ReadAsStringAsync(cancellationToken);
            Header = request.Headers.GetValues("X-Flashbots-Signature").Single();
            return new(status) { Content = new StringContent(answer) };
        }
    }
}

using System.Net;
using System.Net.Http.Json;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Signing;
using Ems.Execution.Venues.Ethereum.Transactions;
using Ems.Web.Client.Contracts;

namespace Ems.Web.Tests;

/// <summary>The endpoint that a person's own wallet sends by: to relays alone, and only what his linked wallets signed.</summary>
public sealed class WalletDoorTests
{
    private static readonly BigInteger Gwei = BigInteger.Pow(10, 9);

    [Fact]
    public async Task What_a_linked_wallet_signs_is_in_no_public_pool_and_counts_for_its_next_nonce()
    {
        await using var desk = await ChainDesk.StartAsync();
        var shown = new List<string>();
        desk.Chain.Builder!.PendingPublic += shown.Add;
        desk.Chain.Builder.Faults.DelayBlocks = 8;
        var node = await DoorAsync(desk);
        var nonce = await node.TransactionCountAsync(desk.Wallet.Address, "pending");
        var signed = await SignAsync(desk, desk.Wallet, nonce);
        (await node.SendRawAsync(signed)).ShouldBe(signed.Hash);
        (await node.TransactionCountAsync(desk.Wallet.Address, "pending")).ShouldBe(nonce + 1);
        (await node.TransactionAsync(signed.Hash))!.Nonce.ShouldBe(nonce);
        (await LookAsync(desk, signed)).ShouldSatisfyAllConditions(r => r.State.ShouldBe("Pending"), r => r.Relay.ShouldBe("local relay"));
        await ChainDesk.UntilAsync(async () => (await LookAsync(desk, signed)).State == "Final", "the transaction to be final");
        (await LookAsync(desk, signed)).Relay.ShouldBe("local relay");
        shown.ShouldNotContain(signed.Hash);
        // The same wallet by the public endpoint: everybody sees it.
        var open = await SignAsync(desk, desk.Wallet, nonce + 1);
        await new EthApi(new RpcPool([new HttpRpcChannel(new HttpClient(), desk.Chain.State.RpcUrl!, TimeProvider.System)], 31337, new(), TimeProvider.System)).SendRawAsync(open);
        shown.ShouldContain(open.Hash);
        await ChainDesk.UntilAsync(async () => (await LookAsync(desk, open)) is { State: "Final", Relay: null }, "the public one");
    }

    [Fact]
    public async Task A_relay_without_an_answer_may_have_it_and_one_that_loses_it_is_named_in_the_end()
    {
        await using var desk = await ChainDesk.StartAsync();
        var node = await DoorAsync(desk);
        var faults = desk.Chain.Builder!.Faults;
        var nonce = await node.TransactionCountAsync(desk.Wallet.Address, "pending");
        faults.LoseAnswers = true;
        var lost = await SignAsync(desk, desk.Wallet, nonce);
        (await node.SendRawAsync(lost)).ShouldBe(lost.Hash, "a no would make the wallet sign another");
        faults.LoseAnswers = false;
        await ChainDesk.UntilAsync(async () => (await LookAsync(desk, lost)).State == "Final", "what the relay had all the same");
        faults.Drop = true;
        var gone = await SignAsync(desk, desk.Wallet, nonce + 1);
        await node.SendRawAsync(gone);
        await ChainDesk.UntilAsync(async () => (await LookAsync(desk, gone)).State == "Dropped", "the end of its window");
        (await node.TransactionCountAsync(desk.Wallet.Address, "pending")).ShouldBe(nonce + 1, "its nonce is free again");
        faults.Drop = false;
        faults.Refuse = true;
        (await RefusedAsync(node, await SignAsync(desk, desk.Wallet, nonce + 1, tip: 2))).ShouldStartWith("RELAY_REFUSED");
    }

    [Fact]
    public async Task It_sends_for_nobody_else_and_does_nothing_that_a_wallet_does_not_need()
    {
        await using var desk = await ChainDesk.StartAsync();
        var node = await DoorAsync(desk);
        var stranger = new PrivateKeySigner([.. Enumerable.Repeat((byte)9, 32)]);
        (await RefusedAsync(node, await SignAsync(desk, stranger, 0))).ShouldStartWith("WALLET_NOT_LINKED");
        (await RefusedAsync(node, await SignAsync(desk, desk.Wallet, 0, chainId: 1))).ShouldStartWith("CHAIN");
        var url = (await RowAsync(desk)).Url!;
        using var http = desk.CreateClient();
        (await http.PostAsync(url[..^6] + "AAAAAA", new StringContent("{}"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await AskAsync("no json")).GetProperty("error").GetProperty("code").GetInt32().ShouldBe(-32700);
        foreach (var method in new[] { "anvil_setBalance", "evm_mine", "eth_sendTransaction", "eth_accounts", "txpool_content", "eth_getRawTransactionByHash" })
        {
            (await AskAsync($$"""{"jsonrpc":"2.0","id":7,"method":"{{method}}","params":[]}""")).GetProperty("error").GetProperty("code").GetInt32().ShouldBe(-32601, method);
        }
        (await AskAsync("""{"jsonrpc":"2.0","id":1,"method":"eth_sendRawTransaction","params":["0x02c0"]}""")).GetProperty("error").GetProperty("code").GetInt32().ShouldBe(-32602);
        (await AskAsync("""{"jsonrpc":"2.0","id":1,"method":"eth_sendRawTransaction","params":[]}""")).GetProperty("error").GetProperty("code").GetInt32().ShouldBe(-32602);
        var batch = await AskAsync("""[{"jsonrpc":"2.0","id":1,"method":"eth_chainId"},{"jsonrpc":"2.0","id":"b","method":"nothing"}]""");
        (batch[0].GetProperty("result").GetString(), batch[1].GetProperty("id").GetString()).ShouldBe(("0x7a69", "b"));
        (await http.PostAsync(url, new StringContent(new string(' ', 300_000)))).StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);

        async Task<JsonElement> AskAsync(string body) => await (await http.PostAsync(url, new StringContent(body, Encoding.UTF8, "application/json"))).Content.ReadFromJsonAsync<JsonElement>();
    }

    [Fact]
    public async Task A_probe_tells_whether_a_wallet_uses_it_and_only_its_owner_hears_so()
    {
        await using var desk = await ChainDesk.StartAsync();
        var node = await DoorAsync(desk);
        var probe = new Address([.. Enumerable.Repeat((byte)0x5a, 20)]);
        (await RowAsync(desk, probe)).Seen.ShouldBeFalse();
        (await node.BalanceAsync(probe)).ShouldBe(BigInteger.Zero);
        (await RowAsync(desk, probe)).Seen.ShouldBeTrue();
        var other = await Person.RegisterAsync(desk, "other@example.com");
        var theirs = await other.GetAsync<WalletDoorRow>($"/api/wallets/door?probe={probe}");
        (theirs.Seen, theirs.Url == (await RowAsync(desk)).Url).ShouldBe((false, false));
    }

    private static Task<WalletDoorRow> RowAsync(ChainDesk desk, Address? probe = null) => desk.Owner.GetAsync<WalletDoorRow>("/api/wallets/door" + (probe is { } p ? $"?probe={p}" : ""));

    /// <summary>The node as the wallet sees it: by its owner's endpoint, without a cookie.</summary>
    private static async Task<EthApi> DoorAsync(ChainDesk desk) =>
        new(new RpcPool([new HttpRpcChannel(desk.CreateClient(), new((await RowAsync(desk)).Url!), TimeProvider.System)], 31337, new(), TimeProvider.System));

    private static async Task<SignedTransaction> SignAsync(ChainDesk desk, PrivateKeySigner by, ulong nonce, ulong chainId = 31337, int tip = 1) => await by.SignAsync(new Eip1559Transaction
    {
        ChainId = chainId, Nonce = nonce, GasLimit = 100_000, To = desk.Chain.State.Contracts.Token("WETH")!.Address, Data = Erc20Abi.Approve.Encode(desk.Wallet.Address, nonce),
        MaxFeePerGas = 20 * Gwei, MaxPriorityFeePerGas = tip * Gwei,
    });

    private static async Task<string> RefusedAsync(EthApi node, SignedTransaction signed) => (await Should.ThrowAsync<RpcRefusedException>(() => node.SendRawAsync(signed))).Error.Message;

    private static Task<TransactionRow> LookAsync(ChainDesk desk, SignedTransaction signed) =>
        desk.Owner.GetAsync<TransactionRow>($"/api/swaps/transactions/{signed.Hash}?from={signed.From}&nonce={signed.Transaction.Nonce}");
}

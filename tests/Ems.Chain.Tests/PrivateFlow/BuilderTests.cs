using System.Net;
using System.Numerics;
using System.Text;
using Ems.Chain.Tests.Harness;
using Ems.Chain.Tests.Sending;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Local;
using Ems.Execution.Venues.Ethereum.PrivateFlow;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Sending;
using static Ems.Chain.Tests.PrivateFlow.BuilderRig;

namespace Ems.Chain.Tests.PrivateFlow;

/// <summary>The loopback builder and relay: what is private stays inside until its block, bundles are whole, and everything can go wrong.</summary>
public sealed class BuilderTests
{
    private static readonly SubmissionPolicy Policy = new() { Mode = SubmissionMode.PrivateRelay, WindowBlocks = 2, WindowsMax = 2 };
    private static readonly Address Somebody = LaneRig.Somebody(1);

    [Theory]
    [InlineData(SubmissionMode.PrivateRelay, SubmissionPath.Relay, RelayHints.None)]
    [InlineData(SubmissionMode.Bundle, SubmissionPath.Bundle, RelayHints.None)]
    [InlineData(SubmissionMode.Bundle, SubmissionPath.Bundle, RelayHints.Hash | RelayHints.ContractAddress)]
    public async Task A_private_transaction_is_seen_by_nobody_before_its_block(SubmissionMode mode, SubmissionPath path, RelayHints hints)
    {
        await using var rig = await BuilderRig.StartAsync();
        var lane = await rig.OpenAsync();
        var entry = (await lane.SubmitAsync(LaneRig.Pay("a", 1) with { Policy = Policy with { Mode = mode, Hints = hints } })).Entry!;
        entry.SentBy.ShouldBe(path);
        (await rig.Public.TransactionAsync(entry.Latest.Hash)).ShouldBeNull();
        (await rig.Chain.Eth.TransactionAsync(entry.Latest.Hash)).ShouldBeNull("the node does not know it either");
        (await rig.Public.TransactionCountAsync(User.Address, "pending")).ShouldBe(0UL);
        var block = await rig.Builder.BuildAsync();
        block.PrivateHashes.ShouldBe([entry.Latest.Hash]);
        await lane.WatchAsync();
        lane.Find("a")!.State.ShouldBe(TransactionState.Included);
        await rig.BuildAsync(lane, 1);
        lane.Find("a")!.State.ShouldBe(TransactionState.Final);
        rig.Seen.ShouldBeEmpty();
        (await rig.Public.BalanceAsync(Somebody)).ShouldBe(1_000_000);
    }

    [Fact]
    public async Task A_public_transaction_is_in_the_feed_and_lanes_say_by_which_door_they_went()
    {
        await using var rig = await BuilderRig.StartAsync();
        await using var feed = await WebSocketRpcChannel.ConnectAsync(rig.Server.WebSocketAddress, TimeProvider.System);
        var pending = await feed.SubscribeAsync("newPendingTransactions");
        var lane = await rig.OpenAsync();
        var entry = (await lane.SubmitAsync(LaneRig.Pay("a", 1))).Entry!;
        entry.SentBy.ShouldBe(SubmissionPath.Public);
        (await pending.ReadAsync()).GetString().ShouldBe(entry.Latest.Hash);
        (await rig.Public.TransactionAsync(entry.Latest.Hash))!.BlockNumber.ShouldBeNull();
        (await rig.Public.TransactionCountAsync(User.Address, "pending")).ShouldBe(1UL);
        (await rig.Builder.BuildAsync()).PrivateHashes.ShouldBeEmpty();
        (await rig.Public.BalanceAsync(Somebody)).ShouldBe(1_000_000);
    }

    [Fact]
    public async Task A_block_is_ordered_by_what_is_paid_and_not_by_what_is_offered()
    {
        await using var rig = await BuilderRig.StartAsync();
        var (low, high) = (Pay(4, 0, Somebody, 1, tipGwei: 0, capGwei: 900), Pay(5, 0, Somebody, 1, tipGwei: 4, capGwei: 10));
        var (second, first) = (Pay(6, 1, Somebody, 1, tipGwei: 50), Pay(6, 0, Somebody, 1, tipGwei: 1));
        foreach (var tx in new[] { low, second, high, first })
        {
            await rig.Public.SendRawAsync(tx);
        }
        (await rig.Builder.BuildAsync()).Hashes.ShouldBe([high.Hash, first.Hash, second.Hash, low.Hash], "nonces come before tips");
        var receipts = await Task.WhenAll(new[] { high, first, second, low }.Select(t => rig.Public.ReceiptAsync(t.Hash)));
        receipts.Select(r => r!.TransactionIndex).ShouldBe([0, 1, 2, 3]);
    }

    [Fact]
    public async Task A_bundle_stands_together_in_its_order_or_not_at_all()
    {
        await using var rig = await BuilderRig.StartAsync();
        var deploy = await DeployLane.OpenAsync(rig.Chain.Eth, DevAccounts.Account(0));
        var artifact = rig.Chain.Packages.Own("TestToken");
        var token = deploy.Create(artifact, "T", "T", 6, 0, false);
        await deploy.FlushAsync(mine: true);
        var fails = artifact.Abi.Function("transfer").Encode(Somebody, 7);
        var victim = Pay(4, 0, Somebody, 1, tipGwei: 2);
        await rig.Public.SendRawAsync(victim);
        var next = await rig.Public.BlockNumberAsync() + 1;
        // The front of this one reverts, so nothing of it may happen, and the victim stands alone.
        await rig.Relay.SendBundleAsync(new([Raw(Pay(5, 0, token, 0, 9, data: fails)), Raw(victim), Raw(Pay(5, 1, Somebody, 5, 9))], next));
        (await rig.Builder.BuildAsync()).Hashes.ShouldBe([victim.Hash]);
        next++;
        // A part that may revert may, and the order is the bundle's, although the last one pays the most.
        var (one, other, last) = (Pay(5, 0, token, 0, 9, data: fails), Pay(4, 1, Somebody, 1, 1), Pay(6, 0, Somebody, 1, 80));
        await rig.Public.SendRawAsync(other);
        await rig.Relay.SendBundleAsync(new([Raw(one), Raw(other), Raw(last)], next, RevertingTxHashes: [one.Hash]));
        (await rig.Builder.BuildAsync()).Hashes.ShouldBe([one.Hash, other.Hash, last.Hash]);
        (await rig.Public.ReceiptAsync(one.Hash))!.Succeeded.ShouldBeFalse();
        // For another block than the next it waits.
        await rig.Relay.SendBundleAsync(new([Raw(Pay(7, 0, Somebody, 1, 1))], next + 3));
        (await rig.Builder.BuildAsync()).Hashes.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_simulated_bundle_says_what_it_pays_and_what_reverts()
    {
        await using var rig = await BuilderRig.StartAsync();
        var txs = new[] { Pay(4, 0, Somebody, 1, tipGwei: 2), Pay(5, 0, Somebody, 1, tipGwei: 4) };
        var simulated = await rig.Relay.CallBundleAsync([.. txs.Select(Raw)], 1);
        (simulated.TotalGasUsed, simulated.BundleHash).ShouldBe((42_000UL, RelayBundle.HashOf(txs.Select(t => t.Hash))));
        (simulated.CoinbaseDiff, simulated.BundleGasPrice).ShouldBe((21_000 * (BigInteger)6_000_000_000, (BigInteger)3_000_000_000));
    }

    [Fact]
    public async Task Only_who_sent_it_can_cancel_it_and_an_unsigned_body_is_refused()
    {
        await using var rig = await BuilderRig.StartAsync();
        var tx = Pay(4, 0, Somebody, 1, 1);
        await rig.Relay.SendPrivateTransactionAsync(Raw(tx), null);
        (await rig.Relay.StatusAsync(tx.Hash)).Status.ShouldBe(RelayStatus.Pending);
        (await rig.Client(DevAccounts.Account(7)).CancelAsync(tx.Hash)).ShouldBeFalse();
        (await rig.Relay.CancelAsync(tx.Hash)).ShouldBeTrue();
        (await rig.Relay.StatusAsync(tx.Hash)).Status.ShouldBe(RelayStatus.Cancelled);
        (await rig.Builder.BuildAsync()).Hashes.ShouldBeEmpty();
        using var http = new HttpClient();
        using var body = new StringContent("""{"jsonrpc":"2.0","id":1,"method":"eth_sendPrivateRawTransaction","params":["0x02"]}""", Encoding.UTF8, "application/json");
        (await http.PostAsync(rig.Server.RelayAddress, body)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        foreach (var method in new[] { "evm_mine", "anvil_setBalance", "txpool_content", "eth_newPendingTransactionFilter" })
        {
            (await Should.ThrowAsync<RpcRefusedException>(() => rig.Public.Client.SendAsync(new(method)))).Error.Code.ShouldBe(-32601, method);
        }
    }

    [Theory]
    [InlineData("drop")]
    [InlineData("exclude")]
    [InlineData("refuse")]
    public async Task A_relay_that_lets_us_down_ends_in_a_cancellation_and_nothing_was_public(string fault)
    {
        await using var rig = await BuilderRig.StartAsync();
        var lane = await rig.OpenAsync();
        (rig.Builder.Faults.Drop, rig.Builder.Faults.Refuse) = (fault == "drop", fault == "refuse");
        // It shuts out what comes by the relay; the cancellation comes by the public pool, so the sender is let in again there.
        rig.Builder.Faults.Excluded = fault == "exclude" ? new HashSet<Address> { User.Address } : new HashSet<Address>();
        await lane.SubmitAsync(LaneRig.Pay("a", 1) with { Policy = Policy });
        await rig.BuildAsync(lane, 4);
        lane = await rig.OpenAsync();
        lane.Find("a")!.Latest.IsCancellation.ShouldBeTrue();
        rig.Builder.Faults.Excluded = new HashSet<Address>();
        await rig.BuildAsync(lane, 3);
        (lane.Find("a")!.State, await rig.Public.BalanceAsync(Somebody)).ShouldBe((TransactionState.Dropped, BigInteger.Zero));
        rig.Seen.ShouldBe([lane.Find("a")!.Latest.Hash], "the cancellation alone was public");
    }

    [Fact]
    public async Task A_relay_that_answers_late_or_not_at_all_still_does_it_once()
    {
        await using var rig = await BuilderRig.StartAsync();
        (rig.Builder.Faults.LoseAnswers, rig.Builder.Faults.DelayBlocks) = (true, 1);
        var lane = await rig.OpenAsync();
        (await lane.SubmitAsync(LaneRig.Pay("a", 1) with { Policy = Policy with { WindowBlocks = 10 } })).Entry!.State.ShouldBe(TransactionState.Signed);
        await rig.BuildAsync(lane, 4);
        lane.Find("a")!.State.ShouldBe(TransactionState.Final);
        (await rig.Public.BalanceAsync(Somebody)).ShouldBe(1_000_000);
    }

    [Fact]
    public async Task A_leak_is_noticed()
    {
        await using var rig = await BuilderRig.StartAsync();
        rig.Builder.Faults.Leak = true;
        var lane = await rig.OpenAsync();
        var entry = (await lane.SubmitAsync(LaneRig.Pay("a", 1) with { Policy = Policy })).Entry!;
        rig.Seen.ShouldBe([entry.Latest.Hash]);
        (await lane.WatchAsync()).OfType<TransactionLeaked>().ShouldHaveSingleItem();
        (await rig.Relay.StatusAsync(entry.Latest.Hash)).SeenInMempool.ShouldBeTrue();
    }
}

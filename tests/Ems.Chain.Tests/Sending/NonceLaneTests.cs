using System.Numerics;
using Ems.Chain.Tests.Harness;
using Ems.Execution.Core.Gas;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Local;
using Ems.Execution.Venues.Ethereum.PrivateFlow;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Sending;
using Ems.Execution.Venues.Ethereum.Signing;
using Ems.Execution.Venues.Ethereum.Transactions;
using Microsoft.Data.Sqlite;

namespace Ems.Chain.Tests.Sending;

/// <summary>Transactions that arrive, once, on a real node.</summary>
public sealed class NonceLaneTests
{
    [Fact]
    public async Task A_transaction_is_sent_included_and_final_and_only_final_settles()
    {
        await using var rig = await LaneRig.StartAsync();
        var lane = await rig.OpenAsync();
        var before = await rig.Chain.Eth.BalanceAsync(LaneRig.Wallet.Address);
        (await lane.SubmitAsync(LaneRig.Pay("a", 1))).Entry!.State.ShouldBe(TransactionState.Sent);
        await rig.MineAsync();
        await lane.WatchAsync();
        (lane.Find("a")!.State, lane.SettledGas, lane.PendingGas.Sign).ShouldBe((TransactionState.Included, BigInteger.Zero, 1));
        await rig.MineAsync(2);
        (await lane.WatchAsync()).OfType<TransactionFinal>().Single().Succeeded.ShouldBeTrue();
        lane.PendingGas.ShouldBe(BigInteger.Zero);
        (before - await rig.Chain.Eth.BalanceAsync(LaneRig.Wallet.Address)).ShouldBe(lane.SettledGas + 1_000_000);
        (await lane.SubmitAsync(LaneRig.Pay("a", 1))).Entry!.State.ShouldBe(TransactionState.Final, "the same name does nothing twice");
    }

    [Fact]
    public async Task What_would_revert_is_refused_in_words_and_takes_no_nonce()
    {
        await using var rig = await LaneRig.StartAsync();
        var deploy = await DeployLane.OpenAsync(rig.Chain.Eth, DevAccounts.Account(0));
        var artifact = rig.Chain.Packages.Own("TestToken");
        var token = deploy.Create(artifact, "T", "T", 6, 0, false);
        await deploy.FlushAsync(mine: true);
        var lane = await rig.OpenAsync();
        var refused = await lane.SubmitAsync(new("x", token, artifact.Abi.Function("transfer").Encode(token, 7), KnownErrors: artifact.Abi.Errors));
        (refused.Denial, refused.Words).ShouldBe((LaneDenial.WouldRevert, "InsufficientBalance(has=0, needs=7)"));
        (await lane.SubmitAsync(LaneRig.Pay("poor", 1, BigInteger.Pow(10, 30)))).Denial.ShouldBe(LaneDenial.InsufficientFunds);
        (await lane.SubmitAsync(LaneRig.Pay("a", 1))).Entry!.Nonce.ShouldBe(0UL);
        (await rig.Journal.ReadAsync($"31337/{LaneRig.Wallet.Address}")).ShouldAllBe(e => e.Id == "a");
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    [InlineData(4, false)]
    [InlineData(4, true)]
    public async Task A_process_that_dies_at_any_record_goes_on_and_pays_once(int atRecord, bool written)
    {
        await using var rig = await LaneRig.StartAsync();
        await Should.ThrowAsync<ProcessDied>(async () =>
        {
            var dying = await rig.OpenAsync(new DyingJournal(rig.Journal, atRecord, written));
            await dying.SubmitAsync(LaneRig.Pay("a", 1));
            await rig.FinishAsync(dying);
        });
        var lane = await rig.OpenAsync();
        await lane.SubmitAsync(LaneRig.Pay("a", 1));
        await rig.FinishAsync(lane);
        lane.Find("a")!.State.ShouldBe(TransactionState.Final);
        (await rig.Chain.Eth.BalanceAsync(LaneRig.Somebody(1))).ShouldBe(1_000_000);
        (await rig.Chain.Eth.TransactionCountAsync(LaneRig.Wallet.Address)).ShouldBe(1UL);
    }

    [Fact]
    public async Task A_question_lost_on_its_way_leaves_a_gap_that_is_filled()
    {
        await using var rig = await LaneRig.StartAsync();
        var lost = 0;
        var lane = await rig.OpenAsync(eth: rig.Behind(new((_, q) => q.Contains("eth_sendRawTransaction", StringComparison.Ordinal) && ++lost <= 2 ? Harm.LostQuestion : Harm.None)));
        (await lane.SubmitAsync(LaneRig.Pay("first", 1))).Entry!.State.ShouldBe(TransactionState.Signed);
        (await lane.SubmitAsync(LaneRig.Pay("second", 2))).Entry!.State.ShouldBe(TransactionState.Sent);
        await rig.MineAsync();
        (await rig.Chain.Eth.TransactionCountAsync(LaneRig.Wallet.Address)).ShouldBe(0UL, "the second waits for the first");
        await rig.FinishAsync(lane);
        (await rig.Chain.Eth.BalanceAsync(LaneRig.Somebody(1))).ShouldBe(1_000_000);
        (await rig.Chain.Eth.BalanceAsync(LaneRig.Somebody(2))).ShouldBe(1_000_000);
    }

    [Fact]
    public async Task A_stuck_transaction_outbids_itself_and_happens_once()
    {
        await using var rig = await LaneRig.StartAsync(new() { Confirmations = 2, StuckAfterBlocks = 2 });
        var lane = await rig.OpenAsync();
        await lane.SubmitAsync(LaneRig.Pay("a", 1) with { Speed = FeeSpeed.Slow });
        for (var i = 0; i < 3; i++)
        {
            await rig.Chain.TellAsync("anvil_setNextBlockBaseFeePerGas", "0x2540be400");
            await rig.MineAsync();
        }
        lane.Find("a")!.State.ShouldBe(TransactionState.Sent);
        await lane.WatchAsync();
        lane.Find("a")!.Attempts.Count.ShouldBe(2);
        lane.Find("a")!.Latest.Fees.MaxFeePerGas.ShouldBeGreaterThan(10_000_000_000);
        await rig.FinishAsync(lane);
        (await rig.Chain.Eth.BalanceAsync(LaneRig.Somebody(1))).ShouldBe(1_000_000);
    }

    [Fact]
    public async Task A_cancelled_transaction_does_not_happen_and_its_cancellation_is_paid()
    {
        await using var rig = await LaneRig.StartAsync();
        var lane = await rig.OpenAsync();
        var before = await rig.Chain.Eth.BalanceAsync(LaneRig.Wallet.Address);
        await lane.SubmitAsync(LaneRig.Pay("a", 1));
        (await lane.CancelAsync("a")).Entry!.Latest.IsCancellation.ShouldBeTrue();
        await rig.FinishAsync(lane);
        (lane.Find("a")!.State, lane.Find("a")!.Reason).ShouldBe((TransactionState.Dropped, "cancelled"));
        (await rig.Chain.Eth.BalanceAsync(LaneRig.Somebody(1))).ShouldBe(BigInteger.Zero);
        (before - await rig.Chain.Eth.BalanceAsync(LaneRig.Wallet.Address)).ShouldBe(lane.SettledGas);
        (await lane.CancelAsync("a")).Denial.ShouldBe(LaneDenial.NotWaiting);
        (await lane.CancelAsync("nothing")).Denial.ShouldBe(LaneDenial.UnknownId);
    }

    [Fact]
    public async Task A_replacement_above_the_cap_is_refused_and_the_old_one_stays()
    {
        await using var rig = await LaneRig.StartAsync(new() { MaxFeeCap = 2_100_000_000, StuckAfterBlocks = 0 });
        var lane = await rig.OpenAsync();
        await lane.SubmitAsync(LaneRig.Pay("a", 1));
        (await lane.SpeedUpAsync("a", FeeSpeed.Fast)).Denial.ShouldBe(LaneDenial.FeeAboveCap);
        lane.Find("a")!.Attempts.Count.ShouldBe(1);
        await rig.Chain.TellAsync("anvil_setNextBlockBaseFeePerGas", "0x2540be400");
        await rig.MineAsync();
        (await lane.SubmitAsync(LaneRig.Pay("b", 2))).Denial.ShouldBe(LaneDenial.FeeAboveCap);
    }

    [Fact]
    public async Task A_nonce_used_by_another_origin_drops_the_intent_only_when_that_is_final()
    {
        await using var rig = await LaneRig.StartAsync();
        var lane = await rig.OpenAsync(eth: rig.Behind(new((_, q) => q.Contains("eth_sendRawTransaction", StringComparison.Ordinal) ? Harm.LostQuestion : Harm.None)));
        (await lane.SubmitAsync(LaneRig.Pay("a", 1))).Entry!.State.ShouldBe(TransactionState.Signed);
        var elsewhere = await LaneRig.Wallet.SignAsync(new Eip1559Transaction
        {
            ChainId = LocalChain.ChainId, Nonce = 0, GasLimit = 21_000, To = LaneRig.Somebody(9), Value = 1, MaxFeePerGas = 10_000_000_000, MaxPriorityFeePerGas = 1,
        });
        await rig.Chain.Eth.SendRawAsync(elsewhere);
        await rig.MineAsync();
        await lane.WatchAsync();
        lane.Find("a")!.State.ShouldBe(TransactionState.Signed);
        await rig.MineAsync(3);
        await lane.WatchAsync();
        lane.Find("a")!.State.ShouldBe(TransactionState.Dropped);
        (await rig.OpenAsync()).Find("a")!.Reason.ShouldBe("nonce used by a transaction of another origin");
    }

    [Fact]
    public async Task A_reorganisation_is_booked_back_and_the_transaction_arrives_again_once()
    {
        await using var rig = await LaneRig.StartAsync();
        var lane = await rig.OpenAsync();
        await rig.MineAsync(3);
        await lane.SubmitAsync(LaneRig.Pay("a", 1));
        await rig.MineAsync(2);
        await lane.WatchAsync();
        lane.Find("a")!.State.ShouldBe(TransactionState.Included);
        await rig.Chain.TellAsync("anvil_reorg", 2, Array.Empty<object>());
        (await rig.Chain.Eth.BalanceAsync(LaneRig.Somebody(1))).ShouldBe(BigInteger.Zero);
        // The process dies between the reorganisation and its record, too.
        lane = await rig.OpenAsync();
        var happened = await lane.WatchAsync();
        happened.OfType<TransactionReorged>().Count().ShouldBe(1);
        (lane.PendingGas, lane.SettledGas).ShouldBe((BigInteger.Zero, BigInteger.Zero));
        lane = await rig.OpenAsync();
        await rig.FinishAsync(lane);
        lane.Find("a")!.State.ShouldBe(TransactionState.Final);
        (await rig.Chain.Eth.BalanceAsync(LaneRig.Somebody(1))).ShouldBe(1_000_000);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Behind_a_node_that_loses_lags_lies_and_halves_every_intent_happens_exactly_once(int seed)
    {
        await using var rig = await LaneRig.StartAsync();
        var proxy = HarshProxy.Random((ulong)seed);
        var lane = await rig.OpenAsync(eth: rig.Behind(proxy));
        var ids = Enumerable.Range(0, 8).ToArray();
        for (var round = 0; round < 200 && (lane.Open.Count > 0 || ids.Any(i => lane.Find($"p{i}") is null)); round++)
        {
            try
            {
                foreach (var i in ids.Where(i => lane.Find($"p{i}") is null).Take(2))
                {
                    await lane.SubmitAsync(LaneRig.Pay($"p{i}", i));
                }
                await lane.WatchAsync();
            }
            catch (Exception e) when (e is RpcException or EthereumFormatException)
            {
                lane = await rig.OpenAsync(eth: rig.Behind(proxy));
            }
            await rig.MineAsync();
        }
        proxy.Harmed.ShouldBeGreaterThan(20);
        ids.ShouldAllBe(i => lane.Find($"p{i}")!.State == TransactionState.Final);
        foreach (var i in ids)
        {
            (await rig.Chain.Eth.BalanceAsync(LaneRig.Somebody(i))).ShouldBe(1_000_000);
        }
        (await rig.Chain.Eth.TransactionCountAsync(LaneRig.Wallet.Address)).ShouldBe(8UL);
    }

    [Fact]
    public async Task A_second_owner_of_a_lane_is_fenced_off()
    {
        await using var rig = await LaneRig.StartAsync();
        var (one, other) = (await rig.OpenAsync(), await rig.OpenAsync());
        await one.SubmitAsync(LaneRig.Pay("a", 1));
        await Should.ThrowAsync<SqliteException>(() => other.SubmitAsync(LaneRig.Pay("b", 2)));
        (await rig.Chain.Eth.TransactionCountAsync(LaneRig.Wallet.Address, "pending")).ShouldBe(1UL);
    }

    [Fact]
    public async Task A_private_transaction_never_leaves_by_the_public_door()
    {
        await using var rig = await LaneRig.StartAsync();
        var request = LaneRig.Pay("a", 1) with { Path = SubmissionPath.Relay };
        (await (await rig.OpenAsync()).SubmitAsync(request)).Denial.ShouldBe(LaneDenial.NoRelay);
        var relay = new FailingRelay();
        var lane = await rig.OpenAsync(relay: relay);
        (await lane.SubmitAsync(request)).Entry!.State.ShouldBe(TransactionState.Signed);
        lane = await rig.OpenAsync();
        await lane.WatchAsync();
        (await rig.Chain.Eth.TransactionAsync(lane.Find("a")!.Latest.Hash)).ShouldBeNull();
        relay.Fails = false;
        lane = await rig.OpenAsync(relay: relay);
        await lane.WatchAsync();
        lane.Find("a")!.State.ShouldBe(TransactionState.Sent);
        relay.Raw.ShouldBe([lane.Find("a")!.Latest.Raw]);
        (await rig.Chain.Eth.TransactionAsync(lane.Find("a")!.Latest.Hash)).ShouldBeNull();
    }

    private sealed class FailingRelay : IPrivateRelay
    {
        public bool Fails { get; set; } = true;

        public List<string> Raw { get; } = [];

        public string Name => "test";

        public Task<bool> CancelAsync(string hash, CancellationToken ct = default) => Task.FromResult(true);

        public Task SendAsync(PrivateSubmission submission, CancellationToken ct = default)
        {
            if (Fails)
            {
                throw new RpcTransportException("The relay is down.");
            }
            Raw.Add(submission.Raw);
            return Task.CompletedTask;
        }
    }
}

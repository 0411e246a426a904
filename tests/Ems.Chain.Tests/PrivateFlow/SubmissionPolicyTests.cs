using System.Numerics;
using System.Text.Json;
using CsCheck;
using Ems.Chain.Tests.Sending;
using Ems.Execution.Venues.Ethereum.PrivateFlow;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Sending;

namespace Ems.Chain.Tests.PrivateFlow;

/// <summary>What a policy decides, and that a lane keeps to it across restarts.</summary>
public sealed class SubmissionPolicyTests
{
    private static readonly SubmissionPolicy Short = new() { Mode = SubmissionMode.PrivateRelay, WindowBlocks = 2, WindowsMax = 2 };

    [Fact]
    public void No_sequence_of_windows_becomes_public_without_two_consents()
    {
        var modes = Gen.Int[1, 3].Select(i => (SubmissionMode)i);
        Gen.Select(modes, modes.Array[0, 3], Gen.Bool, Gen.Int[1, 4]).Sample((mode, fallbacks, allow, max) =>
        {
            var policy = new SubmissionPolicy { Mode = mode, Fallbacks = fallbacks, AllowPublic = allow, WindowsMax = max };
            if (policy.Problem() is not null || mode == SubmissionMode.Public)
            {
                return;
            }
            var path = SubmissionPolicy.PathOf(mode)!.Value;
            for (var (windows, round) = (1, 0); round < 40; round++)
            {
                var decision = SubmissionRules.OnExpiry(policy, path, windows, isCancellation: false);
                if (decision.Action is ExpiryAction.Cancel or ExpiryAction.Wait)
                {
                    return;
                }
                (decision.Next != SubmissionPath.Public || (allow && fallbacks.Contains(SubmissionMode.Public))).ShouldBeTrue();
                if (decision.Next == SubmissionPath.Public)
                {
                    return;
                }
                (windows, path) = decision.Next == path ? (windows + 1, path) : (1, decision.Next);
            }
            Assert.Fail("a policy that never ends");
        });
    }

    [Theory]
    [InlineData("allowPublic", SubmissionMode.PrivateRelay, SubmissionMode.Public)]
    [InlineData("fallbacks", SubmissionMode.PrivateRelay, SubmissionMode.PrivateRelay)]
    [InlineData("fallbacks", SubmissionMode.Public, SubmissionMode.Bundle)]
    [InlineData("fallbacks", SubmissionMode.PrivateRelay, SubmissionMode.Intent)]
    public void A_policy_that_contradicts_itself_is_refused_by_its_field(string field, SubmissionMode mode, SubmissionMode fallback) =>
        new SubmissionPolicy { Mode = mode, Fallbacks = [fallback] }.Problem()!.Field.ShouldBe(field);

    [Fact]
    public void An_order_s_policy_goes_before_its_account_s()
    {
        SubmissionPolicy order = new() { Mode = SubmissionMode.Bundle }, account = new() { Mode = SubmissionMode.Intent }, instance = new();
        SubmissionPolicy.For(order, account, instance).ShouldBe(order);
        SubmissionPolicy.For(null, account, instance).ShouldBe(account);
        SubmissionPolicy.For(null, null, instance).Mode.ShouldBe(SubmissionMode.PrivateRelay);
    }

    [Fact]
    public void Journals_from_before_policies_still_fold()
    {
        const string old = """{"$type":"tx-signed","Nonce":3,"Raw":"0x02","Hash":"0x03","Path":2,"IsCancellation":false,"MaxFeePerGas":"5","MaxPriorityFeePerGas":"1","Id":"a","TransactTime":"2026-01-01T00:00:00+00:00"}""";
        var entry = new LaneState().Apply(JsonSerializer.Deserialize<TransactionEvent>(old)!);
        (entry.Policy, entry.Latest.Path).ShouldBe((SubmissionPolicy.Of(SubmissionPath.Relay), SubmissionPath.Relay));
        var withPolicy = new TransactionSigned("a", 1, "0x", "0x1", SubmissionPath.Bundle, false, "1", "1", default, new() { Mode = SubmissionMode.Bundle, Fallbacks = [SubmissionMode.PrivateRelay] });
        ((TransactionSigned)JsonSerializer.Deserialize<TransactionEvent>(JsonSerializer.Serialize<TransactionEvent>(withPolicy))!).Policy.ShouldBe(withPolicy.Policy);
    }

    [Fact]
    public async Task A_relay_that_shuts_us_out_leads_to_the_decision_of_the_policy_also_after_a_restart()
    {
        await using var rig = await LaneRig.StartAsync();
        var relay = new StubRelay { Refuses = true };
        var lane = await rig.OpenAsync(relay: relay);
        var entry = (await lane.SubmitAsync(LaneRig.Pay("a", 1) with { Policy = Short })).Entry!;
        (entry.State, entry.SentBy, entry.Reason).ShouldBe((TransactionState.Signed, null, "eth_sendPrivateTransaction refused (-32000): not you"));
        for (var i = 0; i < 5; i++)
        {
            await rig.MineAsync();
            lane = await rig.OpenAsync(relay: relay);
            await lane.WatchAsync();
        }
        var expired = (await rig.Journal.ReadAsync($"31337/{LaneRig.Wallet.Address}")).OfType<TransactionExpired>().ToArray();
        expired.Select(x => x.Action).ShouldBe([ExpiryAction.Again, ExpiryAction.Cancel]);
        // What went public is a transfer of nothing to oneself, and nothing else.
        lane.Find("a")!.Latest.IsCancellation.ShouldBeTrue();
        await rig.FinishAsync(lane);
        (lane.Find("a")!.State, await rig.Chain.Eth.BalanceAsync(LaneRig.Somebody(1))).ShouldBe((TransactionState.Dropped, BigInteger.Zero));
        relay.Forgotten.ShouldContain(entry.Latest.Hash);
    }

    [Fact]
    public async Task A_transaction_goes_public_only_where_the_policy_says_so_twice()
    {
        await using var rig = await LaneRig.StartAsync();
        var relay = new StubRelay();
        var lane = await rig.OpenAsync(relay: relay);
        (await lane.SubmitAsync(LaneRig.Pay("no", 1) with { Policy = Short with { Fallbacks = [SubmissionMode.Public] } })).Denial.ShouldBe(LaneDenial.PolicyRefused);
        (await lane.SubmitAsync(LaneRig.Pay("no", 1) with { Policy = new() { Mode = SubmissionMode.Intent } })).Denial.ShouldBe(LaneDenial.PolicyRefused);
        var first = (await lane.SubmitAsync(LaneRig.Pay("a", 1) with { Policy = Short with { WindowsMax = 1, Fallbacks = [SubmissionMode.Bundle, SubmissionMode.Public], AllowPublic = true } })).Entry!;
        first.SentBy.ShouldBe(SubmissionPath.Relay);
        for (var i = 0; i < 2; i++)
        {
            (await rig.Chain.Eth.TransactionAsync(lane.Find("a")!.Latest.Hash)).ShouldBeNull();
            await rig.MineAsync(2);
            await lane.WatchAsync();
            lane.Find("a")!.Latest.Path.ShouldBe(i == 0 ? SubmissionPath.Bundle : SubmissionPath.Public);
        }
        lane.Find("a")!.SentBy.ShouldBe(SubmissionPath.Public);
        await rig.FinishAsync(lane);
        (await rig.Chain.Eth.BalanceAsync(LaneRig.Somebody(1))).ShouldBe(1_000_000);
        relay.Sent.Select(s => s.Path).Distinct().ShouldBe([SubmissionPath.Relay, SubmissionPath.Bundle]);
    }

    [Fact]
    public async Task A_private_transaction_that_shows_up_in_the_public_pool_is_noted()
    {
        await using var rig = await LaneRig.StartAsync();
        var lane = await rig.OpenAsync(relay: new StubRelay { LeaksTo = raw => rig.Chain.TellAsync("eth_sendRawTransaction", raw) });
        await lane.SubmitAsync(LaneRig.Pay("a", 1) with { Policy = Short });
        (await lane.WatchAsync()).OfType<TransactionLeaked>().ShouldHaveSingleItem();
        lane.Find("a")!.Latest.IsLeaked.ShouldBeTrue();
        (await lane.WatchAsync()).ShouldBeEmpty();
        await rig.FinishAsync(lane);
    }

    private sealed class StubRelay : IPrivateRelay
    {
        public bool Refuses { get; init; }

        public Func<string, Task>? LeaksTo { get; init; }

        public List<PrivateSubmission> Sent { get; } = [];

        public List<string> Forgotten { get; } = [];

        public string Name => "stub";

        public async Task SendAsync(PrivateSubmission submission, CancellationToken ct = default)
        {
            if (Refuses)
            {
                throw new RpcRefusedException("eth_sendPrivateTransaction", new(-32000, "not you", null));
            }
            Sent.Add(submission);
            await (LeaksTo?.Invoke(submission.Raw) ?? Task.CompletedTask);
        }

        public Task<bool> CancelAsync(string hash, CancellationToken ct = default)
        {
            Forgotten.Add(hash);
            return Task.FromResult(true);
        }
    }
}

using Ems.Chain.Tests.Harness;
using Ems.Execution.Venues.Ethereum.Rpc;
using Microsoft.Extensions.Time.Testing;

namespace Ems.Chain.Tests.Rpc;

/// <summary>Several nodes as one: who is asked, how often, and whom to believe.</summary>
public sealed class RpcPoolTests
{
    private static readonly RpcRequest Balance = new("eth_getBalance", "0x00", "latest");
    private readonly FakeTimeProvider time = new();

    [Fact]
    public async Task A_node_that_fails_is_left_for_the_next_one_and_the_question_is_asked_again()
    {
        var (a, b) = (Node("a", "0x1"), Node("b", "0x1"));
        a.Failures = 1;
        var pool = Pool(1, a, b);
        (await pool.SendAsync(Balance)).GetString().ShouldBe("0x1");
        pool.Retries.ShouldBe(1);
        b.Asked.ShouldContain(Balance);
    }

    [Fact]
    public async Task Retries_have_a_budget_so_a_node_in_trouble_is_not_asked_to_death()
    {
        var a = Node("a", "0x1");
        a.Failures = int.MaxValue;
        var pool = new RpcPool([a], 1, new() { AttemptsMax = 5, RetryBudgetPercent = 10, RetryBurstMax = 10, BackoffMsMin = 0, BackoffMsMax = 0 }, time);
        for (var i = 0; i < 100; i++)
        {
            await Should.ThrowAsync<RpcTransportException>(() => pool.SendAsync(Balance));
        }
        pool.Retries.ShouldBeInRange(10, 20);
        a.Asked.Count.ShouldBeLessThan(260);
    }

    [Fact]
    public async Task A_refusal_is_an_answer_and_is_not_asked_again()
    {
        var pool = Pool(1, new ScriptedNode("a", _ => new RpcError(3, "execution reverted", null)));
        (await Should.ThrowAsync<RpcRefusedException>(() => pool.SendAsync(Balance))).Error.Code.ShouldBe(3);
        pool.Retries.ShouldBe(0);
    }

    [Fact]
    public async Task A_busy_node_is_asked_again()
    {
        var n = 0;
        var a = new ScriptedNode("a", _ => n++ < 2 ? new RpcError(-32005, "limit exceeded", null) : "0x5");
        (await Pool(1, a).SendAsync(Balance)).GetString().ShouldBe("0x5");
    }

    [Fact]
    public async Task A_node_of_another_chain_is_never_believed()
    {
        var (wrong, right) = (Node("wrong", "0x666"), Node("right", "0x1"));
        wrong.ChainId = 5;
        var pool = Pool(1, wrong, right);
        for (var i = 0; i < 5; i++)
        {
            (await pool.SendAsync(Balance)).GetString().ShouldBe("0x1");
        }
        wrong.Asked.ShouldNotContain(Balance);
        pool.Health()[0].State.ShouldBe(EndpointState.WrongChain);
        await Should.ThrowAsync<RpcTransportException>(() => Pool(1, wrong).SendAsync(Balance));
    }

    [Fact]
    public async Task A_node_that_failed_often_rests_and_comes_back()
    {
        var (a, b) = (Node("a", "0x1"), Node("b", "0x1"));
        a.Failures = 3;
        var pool = new RpcPool([a, b], 1, new() { FailuresToRest = 1, RestMs = 1000, BackoffMsMin = 0, BackoffMsMax = 0 }, time);
        await pool.SendAsync(Balance);
        pool.Health()[0].State.ShouldBe(EndpointState.Resting);
        time.Advance(TimeSpan.FromMilliseconds(1001));
        pool.Health()[0].State.ShouldNotBe(EndpointState.Resting);
    }

    [Fact]
    public async Task A_quorum_outvotes_a_liar_and_remembers_it()
    {
        var (a, liar, c) = (Node("a", "0x1"), Node("liar", "0xffff"), Node("c", "0x1"));
        var pool = Pool(2, a, liar, c);
        (await pool.ReadAsync(Balance)).GetString().ShouldBe("0x1");
        pool.Health()[1].FailuresInARow.ShouldBe(1);
        await Should.ThrowAsync<RpcQuorumException>(() => Pool(2, a, liar).ReadAsync(Balance));
    }

    [Fact]
    public async Task A_quorum_reads_at_the_newest_block_that_enough_nodes_have()
    {
        var (a, b, late) = (Echo("a", 0x105), Echo("b", 0x104), Echo("late", 0x80));
        (await Pool(2, a, b, late).ReadAsync(Balance)).GetString().ShouldBe("0x104");
        late.Asked.ShouldNotContain(r => r.Method == Balance.Method);
    }

    [Fact]
    public async Task Too_few_nodes_are_no_quorum()
    {
        var (a, down) = (Node("a", "0x1"), Node("down", "0x1"));
        down.Failures = int.MaxValue;
        (await Should.ThrowAsync<RpcQuorumException>(() => Pool(2, a, down).ReadAsync(Balance))).Message.ShouldContain("1 of 2");
    }

    [Fact]
    public async Task A_node_behind_the_others_is_asked_last()
    {
        var (late, b) = (Node("late", "0xold"), Node("b", "0xnew"));
        late.Head = 50;
        var pool = Pool(2, late, b);
        await Should.ThrowAsync<RpcQuorumException>(() => pool.ReadAsync(Balance with { Params = ["0x00", "0x10"] }));
        pool.Health()[0].State.ShouldBe(EndpointState.Lagging);
        (await pool.SendAsync(Balance)).GetString().ShouldBe("0xnew");
    }

    private static ScriptedNode Node(string name, string balance) => new(name, _ => balance);

    /// <summary>A node whose answer is the block it was asked at.</summary>
    private static ScriptedNode Echo(string name, long head) => new(name, r => r.Params[1]) { Head = head };

    private RpcPool Pool(int quorum, params IRpcChannel[] channels) => new(channels, 1, new() { Quorum = quorum, BackoffMsMin = 0, BackoffMsMax = 0 }, time);
}

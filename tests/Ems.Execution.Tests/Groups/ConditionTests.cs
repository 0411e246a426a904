using CsCheck;
using Ems.Execution.Core.Groups;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using static Ems.Execution.Tests.Groups.GroupTickets;

namespace Ems.Execution.Tests.Groups;

public sealed class ConditionTests
{
    private static readonly ConditionNode Above = new("PRICE", Subject: "BTC-USDT", By: "MID", Is: "ABOVE", Value: "61000");

    [Fact]
    public void A_condition_fires_once_and_only_after_it_has_held_long_enough()
    {
        var loop = new GroupLoop(When("c", Market(Side.Buy, 1m), Above, ("debounceSeconds", "5")));
        Price(loop, 61_500m, 0);
        loop.Last!.WhyIdle.Code.ShouldBe("Debouncing");
        Price(loop, 60_500m, 3);
        Price(loop, 61_500m, 1);
        Price(loop, 61_500m, 4);
        loop.Legs.ShouldBeEmpty();
        Price(loop, 61_500m, 1);
        loop.Legs.Count.ShouldBe(1);
        loop.Fill("run", 1m);
        loop.Group.OrdStatus.ShouldBe(OrdStatus.Filled);
    }

    [Fact]
    public void Time_in_which_nobody_looked_is_no_time_in_which_it_held()
    {
        var loop = new GroupLoop(When("c", Market(Side.Buy, 1m), Above, ("debounceSeconds", "5")));
        Price(loop, 61_500m, 0);
        loop.WatchedSince = loop.Now + TimeSpan.FromSeconds(60);
        Price(loop, 61_500m, 60);
        loop.Legs.ShouldBeEmpty();
        Price(loop, 61_500m, 5);
        loop.Legs.Count.ShouldBe(1);
    }

    [Fact]
    public void More_runs_need_the_condition_to_be_false_in_between()
    {
        var loop = new GroupLoop(When("c", Market(Side.Buy, 1m), Above, ("runs", "2"), ("cooldownSeconds", "10")));
        Price(loop, 61_500m, 0);
        loop.Fill("run", 1m);
        Price(loop, 61_500m, 60);
        loop.Last!.WhyIdle.Code.ShouldBe("WaitingRearm");
        Price(loop, 60_500m, 1);
        Price(loop, 61_500m, 1);
        loop.Leg("run")!.Spec.ClOrdId.Value.ShouldBe("c-run2");
        loop.State.HeldByParents(new("USDT")).ShouldBe(60_000m);
        loop.Fill("run", 1m);
        (loop.Group.OrdStatus, loop.State.HeldByParents(new("USDT"))).ShouldBe((OrdStatus.Filled, 0m));
    }

    [Fact]
    public void It_expires_without_having_sent_anything()
    {
        var loop = new GroupLoop(When("c", Market(Side.Buy, 1m), Above, ("expireTime", "2026-01-01T01:00:00Z")));
        loop.Last!.NextActionAt.ShouldBe(new DateTimeOffset(2026, 1, 1, 1, 0, 0, TimeSpan.Zero));
        loop.Now += TimeSpan.FromHours(1);
        loop.Settle();
        (loop.Group.OrdStatus, loop.Legs.Count).ShouldBe((OrdStatus.Expired, 0));
    }

    [Fact]
    public void A_stale_market_sets_nothing_off_neither_by_a_predicate_nor_by_its_negation()
    {
        var loop = new GroupLoop(When("c", Market(Side.Buy, 1m), new("NOT", [Above])), through: false);
        loop.Btc = MarketView.Empty(Btc);
        loop.Settle();
        loop.Legs.ShouldBeEmpty();
        loop.Last!.WhyIdle.Code.ShouldBe("ConditionUnknown");
        loop.Last.Truth!.Select(t => t.Holds).ShouldBe([null, null]);
    }

    [Fact]
    public void A_print_that_came_and_went_between_two_looks_counts()
    {
        var loop = new GroupLoop(When("c", Market(Side.Buy, 1m), Above with { By = "LAST" }));
        loop.Btc = loop.Btc with { HighSinceLast = 61_000m, LowSinceLast = 60_000m };
        loop.Settle();
        loop.Legs.Count.ShouldBe(1);
    }

    [Fact]
    public void Every_predicate_sees_its_own_value()
    {
        var world = new GroupWorld(
            new Dictionary<InstrumentId, MarketView> { [Btc] = GroupLoop.Market(Btc, 60_000m) }, new Dictionary<InstrumentId, IReadOnlyList<Core.Instruments.Listing>>(),
            new Dictionary<Asset, AssetView> { [new("USDT")] = new(1_000m, 250m) }, new Dictionary<InstrumentId, decimal> { [Btc] = -2m });
        (string Op, string? Subject, string? By, decimal Seen)[] cases =
        [
            ("PRICE", "BTC-USDT", "LAST", 60_000m), ("PRICE", "BTC-USDT", "BID", 59_999.5m), ("PRICE", "BTC-USDT", "ASK", 60_000.5m), ("PRICE", "BTC-USDT", "MID", 60_000m),
            ("VOLUME", "BTC-USDT", null, 5m), ("VOLATILITY", "BTC-USDT", null, 40m), ("BALANCE", "USDT", null, 1_000m), ("MARGIN", "USDT", null, 0.25m), ("POSITION", "BTC-USDT", null, -2m),
        ];
        foreach (var (op, subject, by, seen) in cases)
        {
            Holds("ABOVE", seen).ShouldBe(true, op);
            Holds("BELOW", seen).ShouldBe(true, op);
            Holds("ABOVE", seen + 0.01m).ShouldBe(false, op);
            Holds("BELOW", seen - 0.01m).ShouldBe(false, op);

            bool? Holds(string way, decimal value) =>
                ConditionEvaluation.Evaluate(new(op, null, subject, by, way, value.ToString(System.Globalization.CultureInfo.InvariantCulture)), world, DateTimeOffset.UnixEpoch)[0].Holds;
        }
    }

    [Fact]
    public void Any_tree_is_worth_what_three_valued_logic_says() => Tree(4).Sample(tree =>
    {
        var world = new GroupWorld(new Dictionary<InstrumentId, MarketView> { [Btc] = GroupLoop.Market(Btc, 60_000m) }, new Dictionary<InstrumentId, IReadOnlyList<Core.Instruments.Listing>>(),
            new Dictionary<Asset, AssetView>(), new Dictionary<InstrumentId, decimal>());
        ConditionEvaluation.Evaluate(tree, world, DateTimeOffset.UnixEpoch)[0].Holds.ShouldBe(Worth(tree));
    });

    /// <summary>The same by another way: unknown as one half, AND as the least, OR as the most, NOT as one minus.</summary>
    private static bool? Worth(ConditionNode n) => Value(n) switch { 2 => true, 0 => false, _ => null };

    private static int Value(ConditionNode n) => n.Op switch
    {
        "AND" => n.Of!.Min(Value),
        "OR" => n.Of!.Max(Value),
        "NOT" => 2 - Value(n.Of![0]),
        _ => n.Subject == "ETH-USDT" ? 1 : n.Value == "1" ? 2 : 0,
    };

    private static Gen<ConditionNode> Tree(int levels)
    {
        var leaf = Gen.Int[0, 2].Select(i => new ConditionNode("PRICE", Subject: i == 2 ? "ETH-USDT" : "BTC-USDT", By: "MID", Is: "ABOVE", Value: i == 0 ? "1" : "90000"));
        return levels == 0 ? leaf : Gen.OneOf(leaf,
            Gen.Select(Gen.Bool, Tree(levels - 1).List[2, 3]).Select((and, of) => new ConditionNode(and ? "AND" : "OR", of)),
            Tree(levels - 1).Select(n => new ConditionNode("NOT", [n])));
    }

    private static void Price(GroupLoop loop, decimal px, int seconds)
    {
        loop.Now += TimeSpan.FromSeconds(seconds);
        loop.Btc = GroupLoop.Market(Btc, px);
        loop.Settle();
    }
}

using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Matching;

namespace Ems.Execution.Tests.Simulation.Matching;

/// <summary>The rules of the paper exchange, one by one. Prices in ticks, sizes in lots.</summary>
public sealed class MatchingEngineTests : IMatchSink
{
    private readonly MatchingEngine engine;
    private readonly List<(long Id, long Px, long Lots, bool Maker)> fills = [];
    private long number;

    public MatchingEngineTests()
    {
        engine = new MatchingEngine(this);
        Book(bids: [(99, 10), (98, 20)], asks: [(101, 10), (102, 20)]);
    }

    [Fact]
    public void A_resting_order_waits_for_the_queue_that_was_shown_before_it()
    {
        var (order, _) = Submit(Side.Buy, 99, 5);
        engine.ApplyTrade(99, 10, Side.Sell);
        order.Leaves.ShouldBe(5);
        engine.ApplyTrade(99, 2, Side.Sell);
        order.Leaves.ShouldBe(3);
    }

    [Fact]
    public void A_print_through_the_price_fills_without_regard_to_the_queue()
    {
        var (order, _) = Submit(Side.Buy, 99, 5);
        engine.ApplyTrade(98, 3, Side.Sell);
        order.Leaves.ShouldBe(2);
    }

    [Fact]
    public void The_other_side_crossing_fills_at_the_resting_price()
    {
        Submit(Side.Buy, 99, 5);
        Book(bids: [(96, 10)], asks: [(97, 3), (98, 10)]);
        fills.ShouldBe([(1, 99, 3, true), (1, 99, 2, true)]);
    }

    [Fact]
    public void Cancellations_are_taken_from_behind_until_less_is_shown_than_was_ahead()
    {
        var (order, _) = Submit(Side.Buy, 99, 5);
        Book(bids: [(99, 14)], asks: [(101, 10)]);
        Book(bids: [(99, 4)], asks: [(101, 10)]);
        engine.ApplyTrade(99, 4, Side.Sell);
        order.Leaves.ShouldBe(5);
        engine.ApplyTrade(99, 1, Side.Sell);
        order.Leaves.ShouldBe(4);
    }

    [Fact]
    public void An_order_deeper_than_what_is_shown_queues_behind_everything_that_shows_up_there()
    {
        var (order, _) = Submit(Side.Buy, 95, 5);
        engine.ApplyTrade(95, 100, Side.Sell);
        order.Leaves.ShouldBe(5, "nobody knows who was before it");
        Book(bids: [(96, 1), (95, 7)], asks: [(97, 10)]);
        engine.ApplyTrade(95, 8, Side.Sell);
        order.Leaves.ShouldBe(4);
    }

    [Fact]
    public void What_was_taken_stays_gone_until_the_source_shows_another_quantity()
    {
        Submit(Side.Buy, 101, 6, TimeInForce.Ioc);
        Book(bids: [(99, 10)], asks: [(101, 10), (102, 20)]);
        Submit(Side.Buy, 101, 6, TimeInForce.Ioc).Result.ShouldBe(MatchResult.Canceled);
        fills.ShouldBe([(1, 101, 6, false), (2, 101, 4, false)]);
        Book(bids: [(99, 10)], asks: [(101, 11), (102, 20)]);
        Submit(Side.Buy, 101, 6, TimeInForce.Ioc).Result.ShouldBe(MatchResult.Filled);
    }

    [Fact]
    public void A_print_that_explains_the_smaller_book_does_not_undo_our_impact()
    {
        Submit(Side.Sell, 99, 4, TimeInForce.Ioc, owner: 1);
        Submit(Side.Buy, 99, 1, owner: 2);
        engine.ApplyTrade(99, 3, Side.Sell);
        Book(bids: [(99, 7), (98, 20)], asks: [(101, 10)]);
        Levels(Side.Buy)[0].ShouldBe(new SourceLevel(99, 3 + 1), "10 shown, 4 taken by us, 3 printed; ours waits behind");
    }

    [Fact]
    public void A_taker_walks_the_book_and_orders_of_others_in_price_time_order()
    {
        Submit(Side.Sell, 101, 4, owner: 1);
        Submit(Side.Sell, 100, 2, owner: 2);
        Submit(Side.Buy, 102, 20, owner: 3);
        fills.ShouldBe([(2, 100, 2, true), (3, 100, 2, false), (3, 101, 10, false), (1, 101, 4, true), (3, 101, 4, false), (3, 102, 4, false)]);
    }

    [Fact]
    public void The_taker_that_meets_its_own_order_is_canceled_and_the_resting_one_keeps_its_place()
    {
        var (resting, _) = Submit(Side.Sell, 100, 5, owner: 1);
        var (taker, result) = Submit(Side.Buy, 102, 8, owner: 1);
        (result, taker.Leaves, resting.Leaves).ShouldBe((MatchResult.SelfTrade, 8, 5));
        engine.Best(Side.Sell).ShouldBe(100);
    }

    [Fact]
    public void Fill_or_kill_takes_all_or_nothing()
    {
        Submit(Side.Buy, 102, 31, TimeInForce.Fok).Result.ShouldBe(MatchResult.FokUnfilled);
        fills.ShouldBeEmpty();
        Submit(Side.Buy, 102, 30, TimeInForce.Fok).Result.ShouldBe(MatchResult.Filled);
    }

    [Fact]
    public void Fill_or_kill_may_fill_before_the_price_of_its_own_resting_order()
    {
        Submit(Side.Sell, 102, 5, owner: 1);
        Submit(Side.Buy, 102, 30, TimeInForce.Fok, owner: 1).Result.ShouldBe(MatchResult.Filled, "30 of others stand before it");
        Submit(Side.Sell, 102, 5, owner: 1);
        Submit(Side.Buy, 102, 1, TimeInForce.Fok, owner: 1).Result.ShouldBe(MatchResult.FokUnfilled);
    }

    [Fact]
    public void Post_only_never_takes_neither_on_entry_nor_on_replace()
    {
        Submit(Side.Buy, 101, 1, postOnly: true).Result.ShouldBe(MatchResult.PostOnlyWouldTake);
        var (order, result) = Submit(Side.Buy, 100, 1, postOnly: true);
        result.ShouldBe(MatchResult.Rested);
        engine.Replace(order, 101, 1).ShouldBe(MatchResult.PostOnlyWouldTake);
        engine.Best(Side.Buy).ShouldBe(100, "it works on as it was");
    }

    [Fact]
    public void Less_at_the_same_price_keeps_the_place_more_or_another_price_loses_it()
    {
        var (first, _) = Submit(Side.Buy, 100, 5, owner: 1);
        var (second, _) = Submit(Side.Buy, 100, 5, owner: 2);
        engine.Replace(first, 100, 3);
        Submit(Side.Sell, 100, 1, TimeInForce.Ioc, owner: 3);
        (first.Leaves, second.Leaves).ShouldBe((2, 5));
        engine.Replace(first, 100, 6);
        Submit(Side.Sell, 100, 1, TimeInForce.Ioc, owner: 3);
        (first.Leaves, second.Leaves).ShouldBe((5, 4));
    }

    [Fact]
    public void A_size_that_is_filled_already_is_no_replacement()
    {
        var (order, _) = Submit(Side.Buy, 100, 5, owner: 1);
        Submit(Side.Sell, 100, 2, TimeInForce.Ioc, owner: 2);
        Should.Throw<ArgumentOutOfRangeException>(() => engine.Replace(order, 100, 2));
        order.Leaves.ShouldBe(3);
    }

    void IMatchSink.OnFill(MatchOrder order, long pxTicks, long lots, bool maker) => fills.Add((order.Id, pxTicks, lots, maker));

    private (MatchOrder Order, MatchResult Result) Submit(Side side, long px, long lots, TimeInForce tif = TimeInForce.Gtc, int owner = 1, bool postOnly = false)
    {
        var order = new MatchOrder { Id = ++number, Owner = owner, Side = side, PxTicks = px, Lots = lots, Leaves = lots, TimeInForce = tif, PostOnly = postOnly };
        return (order, engine.Submit(order));
    }

    private void Book((long Px, long Lots)[] bids, (long Px, long Lots)[] asks) =>
        engine.ApplyBook([.. bids.Select(l => new SourceLevel(l.Px, l.Lots))], [.. asks.Select(l => new SourceLevel(l.Px, l.Lots))]);

    private SourceLevel[] Levels(Side side)
    {
        var levels = new SourceLevel[16];
        return levels[..engine.Levels(side, levels)];
    }
}

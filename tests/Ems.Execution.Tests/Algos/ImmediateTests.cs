using CsCheck;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using static Ems.Execution.Tests.Algos.AlgoLoop;

namespace Ems.Execution.Tests.Algos;

public sealed class ImmediateTests
{
    private static ParentSpec Limit(decimal qty, decimal px, TimeInForce tif = TimeInForce.Gtc, bool postOnly = false) =>
        Ticket("LIMIT", qty) with { LimitPx = px, TimeInForce = tif, PostOnly = postOnly };

    [Fact]
    public void A_market_order_takes_all_at_once()
    {
        var loop = new AlgoLoop { Spec = Ticket("MARKET", 5m) }.Run();
        var child = loop.Children.ShouldHaveSingleItem();
        (child.Qty, child.Slice.TimeInForce, child.Slice.PostOnly).ShouldBe((5m, TimeInForce.Ioc, false));
        loop.End!.OrdStatus.ShouldBe(OrdStatus.Filled);
    }

    [Fact]
    public void Without_liquidity_a_market_order_tries_as_often_as_told_then_ends()
    {
        var loop = new AlgoLoop { Spec = Ticket("MARKET", 5m, Side.Buy, ("maxTries", "4")), Fates = Fates.Always(Fate.None) }.Run();
        loop.Children.Count.ShouldBe(4);
        (loop.End!.OrdStatus, loop.End.Code).ShouldBe((OrdStatus.Canceled, "NoLiquidity"));
    }

    [Fact]
    public void A_partial_fill_is_followed_by_the_rest_only_after_the_child_has_ended()
    {
        var loop = new AlgoLoop { Spec = Ticket("MARKET", 5m), Fates = (n, _) => n == 0 ? new(0.4m, 2, 400) : Fate.Full }.Run();
        loop.Children.Select(c => c.Qty).ShouldBe([5m, 3m]);
        loop.Children[1].CreatedAt.ShouldBeGreaterThanOrEqualTo(loop.Children[0].EndedAt!.Value);
    }

    [Fact]
    public void A_market_order_never_sends_a_quantity_in_doubt_again() =>
        Gen.ULong.Sample(seed =>
        {
            var loop = new AlgoLoop { Spec = Ticket("MARKET", 5m), Seed = seed, Fates = Fates.Mixed(seed) }.Run();
            loop.CumQty.ShouldBeLessThanOrEqualTo(5m);
            loop.End.ShouldNotBeNull();
        }, iter: 80);

    [Fact]
    public void Transient_rejects_are_retried_later_each_time()
    {
        var loop = new AlgoLoop { Spec = Ticket("MARKET", 5m), Fates = (n, _) => n < 5 ? Fate.Reject("RATE_LIMIT") : Fate.Full }.Run();
        loop.End!.OrdStatus.ShouldBe(OrdStatus.Filled);
        var gaps = loop.Children.Zip(loop.Children.Skip(1)).Select(p => (p.Second.CreatedAt - p.First.CreatedAt).TotalMilliseconds).ToList();
        gaps.ShouldBe(gaps.Order());
        gaps[^1].ShouldBeGreaterThan(2_000);
    }

    [Fact]
    public void A_permanent_reject_ends_it()
    {
        var loop = new AlgoLoop { Spec = Ticket("MARKET", 5m), Fates = Fates.Always(Fate.Reject("INSTRUMENT_UNKNOWN")) }.Run();
        loop.Children.Count.ShouldBe(1);
        (loop.End!.OrdStatus, loop.End.Code).ShouldBe((OrdStatus.Rejected, "INSTRUMENT_UNKNOWN"));
    }

    [Fact]
    public void A_size_or_price_reject_is_permanent_the_third_time_in_a_row()
    {
        var loop = new AlgoLoop { Spec = Ticket("MARKET", 5m), Fates = Fates.Always(Fate.Reject("FILTER_FAILURE")) }.Run();
        loop.Children.Count.ShouldBe(3);
        loop.End!.OrdStatus.ShouldBe(OrdStatus.Rejected);
    }

    [Fact]
    public void A_rest_below_every_minimum_ends_it_with_its_size()
    {
        var loop = new AlgoLoop { Spec = Ticket("MARKET", 5m), Fates = Fates.Always(new Fate(0.999m)) }.Run();
        loop.CumQty.ShouldBe(4.995m);
        loop.End!.Code.ShouldBe("BelowMinimum");
    }

    [Fact]
    public void Fok_is_one_child_that_fills_or_kills()
    {
        var loop = new AlgoLoop { Spec = Ticket("MARKET", 5m) with { TimeInForce = TimeInForce.Fok }, Fates = Fates.Always(Fate.None) }.Run();
        loop.Children.ShouldHaveSingleItem().Slice.TimeInForce.ShouldBe(TimeInForce.Fok);
        loop.End!.OrdStatus.ShouldBe(OrdStatus.Canceled);
    }

    [Fact]
    public void A_limit_order_takes_what_is_within_then_rests()
    {
        var loop = new AlgoLoop { Spec = Limit(5m, 100.2m), Fates = (n, tif) => tif == TimeInForce.Ioc ? new(0.2m) : Fate.Full }.Run();
        loop.Children.Select(c => (c.Qty, c.Slice.TimeInForce, c.Px)).ShouldBe([(5m, TimeInForce.Ioc, 100.2m), (4m, TimeInForce.Gtc, 100.2m)]);
        loop.End!.OrdStatus.ShouldBe(OrdStatus.Filled);
    }

    [Fact]
    public void A_limit_order_away_from_the_market_rests_at_once()
    {
        var loop = new AlgoLoop { Spec = Limit(5m, 90m) }.Run();
        loop.Children.ShouldHaveSingleItem().Slice.TimeInForce.ShouldBe(TimeInForce.Gtc);
    }

    [Fact]
    public void A_post_only_order_never_takes()
    {
        var loop = new AlgoLoop { Spec = Limit(5m, 105m, postOnly: true) }.Run();
        loop.Children.ShouldAllBe(c => c.Slice.PostOnly && c.Slice.TimeInForce == TimeInForce.Gtc);
    }

    [Fact]
    public void Five_post_only_rejects_in_a_row_end_it()
    {
        var loop = new AlgoLoop { Spec = Limit(5m, 100m, postOnly: true), Fates = Fates.Always(Fate.Reject("POST_ONLY_WOULD_TAKE")) }.Run();
        loop.Children.Count.ShouldBe(5);
        (loop.End!.OrdStatus, loop.End.Code).ShouldBe((OrdStatus.Rejected, "PostOnlyRejected"));
    }

    [Fact]
    public void Ioc_ends_with_its_remainder_once_its_child_has_ended()
    {
        var loop = new AlgoLoop { Spec = Limit(5m, 101m, TimeInForce.Ioc), Fates = Fates.Always(new Fate(0.5m, 3, 700)) }.Run();
        loop.Children.Count.ShouldBe(1);
        loop.CumQty.ShouldBe(2.5m);
        (loop.End!.OrdStatus, loop.End.Code).ShouldBe((OrdStatus.Canceled, "IocRemainder"));
    }

    [Fact]
    public void Gtd_expires_at_its_time_also_while_it_rests()
    {
        var spec = Limit(5m, 90m, TimeInForce.Gtd) with { ExpireTime = T0.AddSeconds(30) };
        var loop = new AlgoLoop { Spec = spec, Fates = Fates.Always(new Fate(0m, 1, 5)) }.Run();
        loop.End!.OrdStatus.ShouldBe(OrdStatus.Expired);
        loop.Now.ShouldBe(T0.AddSeconds(30));
        loop.Children.ShouldHaveSingleItem().Slice.TimeInForce.ShouldBe(TimeInForce.Gtd);
    }

    [Fact]
    public void An_amended_limit_cancels_what_rests_and_only_then_sends_the_new_price()
    {
        // The loop is asked on reports only, so the amend is seen at the second fill.
        var loop = new AlgoLoop
        {
            Spec = Limit(5m, 90m), Fates = (n, _) => n == 0 ? new(0.4m, 2, 1_000) : Fate.Full,
            Before = l => l.Spec = l.Now >= T0.AddSeconds(2) ? l.Spec with { LimitPx = 95m } : l.Spec,
        }.Run();
        loop.Children.Count.ShouldBe(2);
        loop.Children[0].OrdStatus.ShouldBe(OrdStatus.Canceled);
        loop.Children[1].Px.ShouldBe(95m);
        loop.Children[1].CreatedAt.ShouldBeGreaterThanOrEqualTo(loop.Children[0].EndedAt!.Value);
        loop.CumQty.ShouldBe(5m);
    }

    [Fact]
    public void Whatever_the_venue_does_a_limit_order_never_sends_more_than_its_quantity() =>
        Gen.Select(Gen.ULong, Gen.Int[1, 5000], Gen.Bool, Gen.Bool).Sample((seed, lots, crosses, post) =>
        {
            var loop = new AlgoLoop { Spec = Limit(0.1m + (lots * 0.001m), crosses ? 101m : 90m, postOnly: post), Seed = seed, Fates = Fates.Mixed(seed), Limit = TimeSpan.FromMinutes(10) }.Run();
            loop.CumQty.ShouldBeLessThanOrEqualTo(loop.Spec.OrderQty);
        }, iter: 80);
}

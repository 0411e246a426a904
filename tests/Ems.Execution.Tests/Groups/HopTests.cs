using CsCheck;
using Ems.Execution.Core.Groups;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using static Ems.Execution.Tests.Groups.GroupTickets;

namespace Ems.Execution.Tests.Groups;

public sealed class HopTests
{
    private static GroupLoop Loop(params (string, string)[] more) =>
        new(Group("h", HopGroup.Name, [("first", Limit(Side.Sell, 1m, 60_000m)), ("second", Market(Side.Buy, 1_000m, Eth))], [("legTimeoutSeconds", "30"), .. more]));

    [Fact]
    public void The_second_order_spends_what_the_first_has_brought_and_no_more()
    {
        var loop = Loop();
        loop.Leg("second").ShouldBeNull();
        loop.Fill("first", 0.5m);
        var second = loop.Leg("second")!;
        // 30,000 at worst 25 bps above the ask of 3,000.5, with a fee of 10 bps.
        (second.Spec.LimitPx, second.Spec.OrderQty).ShouldBe((3_008m, 9.9634m));
        loop.Fill("second", 9.9634m);
        loop.Fill("first", 0.5m);
        (loop.Cum("second") + loop.Open("second").Sum(c => c.LeavesQty)).ShouldBe(19.9268m, 0.02m);
        for (var i = 0; i < 5; i++)
        {
            loop.Fill("second", 100m);
        }
        (loop.Group.OrdStatus, loop.Group.EndCode).ShouldBe((OrdStatus.Filled, "Filled"));
        Spent(loop).ShouldBeInRange(59_990m, 60_000m);
        loop.Group.EndText!.ShouldContain("stays in between");
        loop.Group.Residual.ShouldBeLessThan(0.001m);
    }

    [Fact]
    public void A_first_order_that_fills_nothing_starts_nothing()
    {
        var loop = Loop();
        loop.CancelLeg("first");
        loop.Word("first", ExecType.Canceled);
        loop.Leg("second").ShouldBeNull();
        loop.Group.OrdStatus.ShouldBe(OrdStatus.Canceled);
    }

    [Fact]
    public void A_second_order_without_progress_is_given_up_and_what_is_in_between_is_kept_and_named()
    {
        var loop = Loop();
        Stuck(loop);
        (loop.Group.EndCode, loop.Group.Residual).ShouldBe((HopGroup.Kept, 0.2m));
        loop.Group.EndText!.ShouldContain("12000 in between kept");
    }

    [Fact]
    public void Reversing_trades_back_within_the_largest_loss()
    {
        var loop = Loop(("ifStuck", "REVERSE"), ("maxLossBps", "20"));
        Stuck(loop);
        var unwind = loop.Leg("unwind")!;
        // The first sold at 60,000: 20 bps above is 60,120.
        (unwind.Spec.Instrument, unwind.Spec.Side, unwind.Spec.LimitPx).ShouldBe((Btc, Side.Buy, 60_120m));
        unwind.Spec.OrderQty.ShouldBe(0.19940m);
        loop.Fill("unwind", 1m);
        loop.Now += TimeSpan.FromSeconds(1);
        loop.Settle();
        loop.Fill("unwind", 1m);
        loop.Group.EndCode.ShouldBe(HopGroup.Reversed);
        loop.Group.Residual.ShouldBeLessThan(0.001m);
    }

    [Fact]
    public void What_cannot_be_traded_back_within_the_largest_loss_is_kept()
    {
        var loop = Loop(("ifStuck", "REVERSE"), ("maxLossBps", "20"));
        loop.Btc = GroupLoop.Market(Btc, 61_000m);
        Stuck(loop);
        loop.Leg("unwind").ShouldBeNull();
        loop.Now += TimeSpan.FromSeconds(30);
        loop.Settle();
        (loop.Group.EndCode, loop.Group.Residual).ShouldBe((HopGroup.Kept, 0.2m));
    }

    [Fact]
    public void Orders_that_do_not_meet_in_one_asset_or_only_go_back_are_refused_by_name()
    {
        Errors(Market(Side.Sell, 1m, Eth)).ShouldBe(["legs[1].instrument contradiction"]);
        Errors(Market(Side.Buy, 1m)).ShouldBe(["legs[1].instrument same_instrument"]);
        Errors(Limit(Side.Buy, 1m, 3_000m, Eth)).ShouldBe(["legs[1].strategy contradiction"]);
        Errors(Market(Side.Buy, 1m, Eth), ("maxLossBps", "5")).ShouldBe(["parameters.maxLossBps contradiction"]);
        Errors(Market(Side.Buy, 1m, Eth)).ShouldBeEmpty();

        static IEnumerable<string> Errors(ParentSpec second, params (string, string)[] more) =>
            GroupValidation.Validate(Group("h", HopGroup.Name, [("first", Market(Side.Sell, 1m)), ("second", second)], more), GroupLoop.Catalog, default).Select(e => $"{e.Field} {e.Rule}");
    }

    [Fact]
    public void Whatever_happens_and_wherever_it_crashes_no_more_is_spent_than_came_in_but_for_fills_that_raced_a_cancel() =>
        Gen.Select(Gen.Int[0, 7], Gen.Int[1, 10]).List[1, 40].Sample(words =>
        {
            var loop = Loop(("ifStuck", "REVERSE"));
            foreach (var (what, size) in words.TakeWhile(_ => !loop.Group.OrdStatus.IsTerminal()))
            {
                switch (what)
                {
                    case 0 or 1: loop.Fill("first", size / 40m); break;
                    case 2 or 3: loop.Fill("second", size / 2m); break;
                    case 4: loop.Word(size % 2 == 0 ? "first" : "second", ExecType.Canceled); break;
                    case 5: loop.Now += TimeSpan.FromSeconds(size * 2); loop.Settle(); break;
                    case 6: loop.Fill("unwind", size / 40m); break;
                    case 7: loop.Eth = GroupLoop.Market(Eth, 3_000m + (size * 10m)); loop.Settle(); break;
                }
                loop.Crash();
                var came = loop.Cum("first") * 60_000m;
                var open = loop.Open("second").Concat(loop.Open("unwind")).Where(c => c.OrdStatus != OrdStatus.PendingCancel).Sum(c => c.LeavesQty * c.Px);
                (Spent(loop) + open).ShouldBeLessThanOrEqualTo(came + (loop.Raced * 61_000m));
                foreach (var leg in loop.Legs)
                {
                    (leg.CumQty + leg.WorkingQty + leg.UnknownQty + leg.UnsentQty).ShouldBe(leg.Spec.OrderQty);
                }
            }
        }, iter: 300);

    /// <summary>A fifth of the first fills, the second finds nobody for half a minute.</summary>
    private static void Stuck(GroupLoop loop)
    {
        loop.Fill("first", 0.2m);
        loop.Now += TimeSpan.FromSeconds(30);
        loop.Settle();
        loop.Leg("first")!.CancelRequested.ShouldBeTrue();
        loop.Word("first", ExecType.Canceled);
        loop.Word("second", ExecType.Canceled);
    }

    private static decimal Spent(GroupLoop loop) => loop.Legs.Where(l => l.Group!.Role != "first").Sum(l => l.CumNotional);
}

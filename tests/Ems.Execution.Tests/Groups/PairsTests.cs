using CsCheck;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using static Ems.Execution.Tests.Groups.GroupTickets;

namespace Ems.Execution.Tests.Groups;

public sealed class PairsTests
{
    private static GroupLoop Loop(params (string, string)[] more) =>
        new(Pairs("p", Limit(Side.Buy, 1m, 60_000m), Market(Side.Sell, 20m, Eth), [("ratio", "20"), ("maxLegImbalance", "0.3"), ("legTimeoutSeconds", "30"), .. more]));

    [Fact]
    public void The_hedge_follows_the_lead_by_the_ratio()
    {
        var loop = Loop();
        loop.Fill("lead", 0.1m);
        loop.Leg("hedge")!.Spec.OrderQty.ShouldBe(2m);
        loop.Fill("lead", 0.1m);
        loop.Leg("hedge")!.Spec.OrderQty.ShouldBe(4m);
        loop.Fill("hedge", 2m);
        loop.Fill("hedge", 2m);
        loop.Fill("lead", 0.8m);
        loop.Fill("hedge", 20m);
        (loop.Group.OrdStatus, loop.Group.Residual, loop.Cum("hedge")).ShouldBe((OrdStatus.Filled, 0m, 20m));
    }

    [Fact]
    public void Too_large_an_imbalance_stops_the_lead_until_the_hedge_has_caught_up()
    {
        var loop = Loop();
        loop.Fill("lead", 0.4m);
        loop.Leg("lead")!.OrdStatus.ShouldBe(OrdStatus.Suspended);
        loop.Last!.WhyIdle.Code.ShouldBe("Imbalance");
        loop.Word("lead", ExecType.Canceled);
        loop.Open("lead").ShouldBeEmpty();
        loop.Fill("hedge", 8m);
        loop.Now += TimeSpan.FromSeconds(1);
        loop.Settle();
        loop.Leg("lead")!.OrdStatus.ShouldBe(OrdStatus.PartiallyFilled);
        loop.Open("lead").Single().OrderQty.ShouldBe(0.6m);
    }

    [Fact]
    public void A_lead_that_a_person_has_paused_stays_paused()
    {
        var loop = Loop();
        loop.State.Apply(new Core.Accounts.ParentPaused(new("p-lead"), "user", loop.Now, "somebody"));
        loop.Now += TimeSpan.FromSeconds(5);
        loop.Settle();
        loop.Leg("lead")!.OrdStatus.ShouldBe(OrdStatus.Suspended);
    }

    [Theory]
    [InlineData("19", true)]
    [InlineData("21", false)]
    public void The_lead_works_only_while_the_spread_is_good_enough(string limit, bool held)
    {
        // The lead would join at 59,999.5, the hedge would take 2,999.5: a ratio of 20.0032.
        var loop = Loop(("spreadLimit", limit), ("spreadIn", "RATIO"));
        (loop.Leg("lead")!.OrdStatus == OrdStatus.Suspended).ShouldBe(held);
        loop.Eth = GroupLoop.Market(Eth, held ? 3_200m : 2_500m);
        loop.Now += TimeSpan.FromSeconds(1);
        loop.Settle();
        (loop.Leg("lead")!.OrdStatus == OrdStatus.Suspended).ShouldBe(!held);
        // It flickers back within the second: nothing is canceled and sent for that.
        loop.Eth = GroupLoop.Market(Eth, 3_000m);
        loop.Settle();
        loop.Leg("lead")!.OrdStatus.ShouldBe(OrdStatus.Suspended);
    }

    [Fact]
    public void A_hedge_without_progress_unwinds_what_is_unhedged()
    {
        var loop = Loop(("unwind", "REVERSE"));
        loop.Fill("lead", 0.2m);
        loop.Fill("hedge", 1m);
        loop.Now += TimeSpan.FromSeconds(30);
        loop.Settle();
        loop.Leg("lead")!.CancelRequested.ShouldBeTrue();
        loop.Leg("unwind").ShouldBeNull();
        loop.Word("lead", ExecType.Canceled);
        loop.Word("hedge", ExecType.Canceled);
        // 0.2 of the lead wants 4; 1 is done: 3 are missing, which is 0.15 of the lead.
        (loop.Leg("unwind")!.Spec.Instrument, loop.Leg("unwind")!.Spec.Side, loop.Leg("unwind")!.Spec.OrderQty).ShouldBe((Btc, Side.Sell, 0.15m));
        loop.Fill("unwind", 1m);
        (loop.Group.EndCode, loop.Group.Residual).ShouldBe(("Unwound", 0m));
    }

    [Fact]
    public void Crossing_hedges_what_is_missing_without_the_limit_and_holding_names_it()
    {
        var cross = Loop(("unwind", "CROSS"));
        cross.Fill("lead", 0.2m);
        cross.Now += TimeSpan.FromSeconds(30);
        cross.Settle();
        cross.Word("lead", ExecType.Canceled);
        cross.Word("hedge", ExecType.Canceled);
        (cross.Leg("unwind")!.Spec.Instrument, cross.Leg("unwind")!.Spec.LimitPx, cross.Leg("unwind")!.Spec.OrderQty).ShouldBe((Eth, null, 4m));
        cross.Fill("unwind", 4m);
        (cross.Group.EndCode, cross.Group.Residual).ShouldBe(("Unwound", 0m));

        var hold = Loop(("unwind", "HOLD"));
        hold.Fill("lead", 0.2m);
        hold.Now += TimeSpan.FromSeconds(30);
        hold.Settle();
        hold.Word("lead", ExecType.Canceled);
        hold.Word("hedge", ExecType.Canceled);
        (hold.Group.EndCode, hold.Group.Residual).ShouldBe(("Unwound", 0.2m));
        hold.Group.EndText!.ShouldContain("4 of the hedge is missing");
    }

    [Fact]
    public void Time_in_which_the_hedge_is_in_doubt_or_nobody_looks_does_not_count()
    {
        var doubt = Loop();
        doubt.Fill("lead", 0.2m);
        doubt.Doubt("hedge");
        doubt.Now += TimeSpan.FromSeconds(60);
        doubt.Settle();
        doubt.Group.Memory.Phase.ShouldBe("");
        var down = Loop();
        down.Fill("lead", 0.2m);
        down.Now += TimeSpan.FromSeconds(60);
        down.WatchedSince = down.Now;
        down.Settle();
        down.Group.Memory.Phase.ShouldBe("");
        down.Now += TimeSpan.FromSeconds(30);
        down.Settle();
        down.Group.Memory.Phase.ShouldBe("UNWINDING");
    }

    [Fact]
    public void Progress_of_the_hedge_starts_its_clock_anew()
    {
        var loop = Loop();
        loop.Fill("lead", 0.2m);
        loop.Now += TimeSpan.FromSeconds(20);
        loop.Fill("hedge", 1m);
        loop.Now += TimeSpan.FromSeconds(20);
        loop.Settle();
        loop.Group.Memory.Phase.ShouldBe("");
    }

    [Fact]
    public void Whatever_happens_no_more_is_hedged_than_the_lead_filled_but_for_fills_that_raced_a_cancel() =>
        Gen.Select(Gen.Int[0, 6], Gen.Int[1, 10]).List[1, 40].Sample(words =>
        {
            var loop = Loop(("unwind", "REVERSE"));
            foreach (var (what, size) in words.TakeWhile(_ => !loop.Group.OrdStatus.IsTerminal()))
            {
                switch (what)
                {
                    case 0 or 1: loop.Fill("lead", size / 40m); break;
                    case 2 or 3: loop.Fill("hedge", size / 2m); break;
                    case 4: loop.Word(size % 2 == 0 ? "lead" : "hedge", ExecType.Canceled); break;
                    case 5: loop.Now += TimeSpan.FromSeconds(size); loop.Settle(); break;
                    case 6: loop.Fill("unwind", size / 40m); break;
                }
                loop.Crash();
                var wanted = (loop.Cum("lead") - loop.Cum("unwind")) * 20m;
                loop.Cum("hedge").ShouldBeLessThanOrEqualTo(wanted + loop.Raced);
                if (loop.Group.Memory.Phase.Length == 0)
                {
                    loop.Open("hedge").Where(c => c.OrdStatus != OrdStatus.PendingCancel).Sum(c => c.LeavesQty).ShouldBeLessThanOrEqualTo(wanted - loop.Cum("hedge"));
                }
            }
        }, iter: 300);
}

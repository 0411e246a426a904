using CsCheck;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using static Ems.Execution.Tests.Groups.GroupTickets;

namespace Ems.Execution.Tests.Groups;

public sealed class BracketTests
{
    private static GroupLoop Loop(params (string, string)[] parameters) => new(Bracket("b", Limit(Side.Buy, 1m, 60_000m), parameters.Length > 0 ? parameters : [("takeProfitPx", "61000"), ("stopPx", "58000")]));

    [Fact]
    public void Exits_grow_with_every_fill_of_the_entry_and_shrink_with_every_fill_of_each_other()
    {
        var loop = Loop();
        loop.Leg("tp").ShouldBeNull();
        loop.Fill("entry", 0.4m);
        (loop.Leg("tp")!.Spec.OrderQty, loop.Leg("sl")!.Spec.OrderQty).ShouldBe((0.4m, 0.4m));
        loop.Fill("tp", 0.1m);
        (loop.Leg("tp")!.Spec.OrderQty, loop.Leg("sl")!.Spec.OrderQty).ShouldBe((0.4m, 0.3m));
        loop.Fill("entry", 0.6m);
        (loop.Leg("tp")!.Spec.OrderQty, loop.Leg("sl")!.Spec.OrderQty).ShouldBe((1m, 0.9m));
        loop.State.HeldByParents(new("BTC")).ShouldBe(0.9m);
    }

    [Fact]
    public void A_take_profit_that_is_done_while_the_entry_still_fills_is_followed_by_another()
    {
        var loop = Loop();
        loop.Fill("entry", 0.4m);
        loop.Fill("tp", 0.4m);
        loop.Leg("sl")!.OrdStatus.ShouldBe(OrdStatus.Canceled);
        loop.Group.OrdStatus.ShouldBe(OrdStatus.New);
        loop.Fill("entry", 0.6m);
        (loop.Leg("tp")!.Spec.ClOrdId.Value, loop.Leg("tp")!.Spec.OrderQty).ShouldBe(("b-tp2", 0.6m));
        (loop.Leg("sl")!.Spec.ClOrdId.Value, loop.Leg("sl")!.Spec.OrderQty).ShouldBe(("b-sl2", 0.6m));
    }

    [Fact]
    public void An_exit_that_a_person_has_canceled_is_not_sent_again()
    {
        var loop = Loop();
        loop.Fill("entry", 0.4m);
        loop.CancelLeg("tp");
        loop.Word("tp", ExecType.Canceled);
        loop.Fill("entry", 0.6m);
        loop.Legs.Count(l => l.Group!.Role == "tp").ShouldBe(1);
        loop.Leg("sl")!.Spec.OrderQty.ShouldBe(1m);
        loop.CancelLeg("sl");
        (loop.Group.OrdStatus, loop.Group.EndCode, loop.Group.Residual).ShouldBe((OrdStatus.Canceled, "Unprotected", 1m));
    }

    [Fact]
    public void A_full_trigger_waits_for_the_end_of_the_entry_and_protects_what_it_filled()
    {
        var loop = Loop(("takeProfitPx", "61000"), ("stopPx", "58000"), ("trigger", "FULL"));
        loop.Fill("entry", 0.4m);
        loop.Leg("sl").ShouldBeNull();
        loop.CancelLeg("entry");
        loop.Word("entry", ExecType.Canceled);
        loop.Leg("sl")!.Spec.OrderQty.ShouldBe(0.4m);
    }

    [Fact]
    public void The_stop_takes_entry_and_take_profit_away_and_closes_what_still_fills_meanwhile()
    {
        var loop = Loop();
        loop.Fill("entry", 0.5m);
        loop.SetOff("sl");
        loop.Leg("entry")!.CancelRequested.ShouldBeTrue();
        loop.Leg("tp")!.CancelRequested.ShouldBeTrue();
        // The entry fills once more before its cancel arrives: that is open too.
        loop.Fill("entry", 0.2m);
        loop.Word("entry", ExecType.Canceled);
        loop.Word("tp", ExecType.Canceled);
        loop.Leg("sl")!.Spec.OrderQty.ShouldBe(0.7m);
        loop.Fill("sl", 1m);
        loop.Fill("sl", 1m);
        (loop.Group.OrdStatus, loop.Group.EndCode, loop.Group.Residual).ShouldBe((OrdStatus.Filled, "Closed", 0m));
    }

    [Fact]
    public void The_time_limit_counts_from_the_first_fill()
    {
        var loop = Loop(("takeProfitPx", "61000"), ("timeLimitSeconds", "60"));
        loop.Now += TimeSpan.FromHours(1);
        loop.Fill("entry", 0.5m);
        loop.Last!.NextActionAt.ShouldBe(loop.Now + TimeSpan.FromSeconds(60));
        loop.Now += TimeSpan.FromSeconds(60);
        loop.Settle();
        loop.Word("entry", ExecType.Canceled);
        loop.Leg("exit").ShouldBeNull();
        loop.Word("tp", ExecType.Canceled);
        loop.Fill("exit", 1m);
        loop.Group.EndCode.ShouldBe("Closed");
    }

    [Theory]
    [InlineData(Side.Buy, "BPS", "60599.9", "59400")]
    [InlineData(Side.Sell, "PRICE", "59799.9", "60099.9")]
    public void Exits_at_a_distance_stand_off_the_entrys_average_when_they_start_and_stay(Side side, string unit, string takeProfit, string stop)
    {
        var loop = new GroupLoop(Bracket("b", Limit(side, 1m, 60_000m), ("takeProfitOffset", unit == "BPS" ? "100" : "200"), ("stopOffset", "100"), ("offsetIn", unit)));
        loop.Fill("entry", 0.4m, 59_999.9m);
        (loop.Leg("tp")!.Spec.LimitPx, loop.Leg("tp")!.Spec.Side).ShouldBe((decimal.Parse(takeProfit, System.Globalization.CultureInfo.InvariantCulture), side.Opposite()));
        loop.Leg("sl")!.Spec.Parameters["triggerPx"].ShouldBe(stop);
        loop.Fill("entry", 0.6m, 59_000m);
        (loop.Leg("tp")!.Spec.LimitPx, loop.Leg("tp")!.Spec.OrderQty).ShouldBe((decimal.Parse(takeProfit, System.Globalization.CultureInfo.InvariantCulture), 1m));
        loop.Leg("sl")!.Spec.Parameters["triggerPx"].ShouldBe(stop);
    }

    [Fact]
    public void An_entry_that_fills_nothing_ends_the_bracket_as_it_ended_itself()
    {
        var loop = Loop();
        loop.CancelLeg("entry");
        loop.Word("entry", ExecType.Canceled);
        (loop.Group.OrdStatus, loop.Group.Residual).ShouldBe((OrdStatus.Canceled, 0m));
    }

    [Fact]
    public void Whatever_happens_the_exits_close_no_more_than_was_opened_but_for_fills_that_raced_a_cancel()
    {
        var word = Gen.Select(Gen.Int[0, 9], Gen.Int[1, 12]);
        Gen.Select(Gen.Bool, word.List[1, 40]).Sample((full, words) =>
        {
            var loop = Loop(("takeProfitPx", "61000"), ("stopPx", "58000"), ("trigger", full ? "FULL" : "INCREMENTAL"), ("timeLimitSeconds", "100"));
            foreach (var (what, size) in words.TakeWhile(_ => !loop.Group.OrdStatus.IsTerminal()))
            {
                switch (what)
                {
                    case 0 or 1: loop.Fill("entry", size / 20m); break;
                    case 2: loop.Fill("tp", size / 20m); break;
                    case 3: loop.Fill("sl", size / 20m); break;
                    case 4: loop.Fill("exit", size / 20m); break;
                    case 5: loop.Word(new[] { "entry", "tp", "sl", "exit" }[size % 4], ExecType.Canceled); break;
                    case 6: loop.Doubt(new[] { "entry", "tp", "sl" }[size % 3]); break;
                    case 7 when size < 3 && loop.Leg("sl") is { OrdStatus: OrdStatus.New or OrdStatus.PartiallyFilled, CancelRequested: false, Memory: Core.Algos.Stops.StopMemory { TriggeredAt: null } }: loop.SetOff("sl"); break;
                    case 8: loop.Now += TimeSpan.FromSeconds(size); loop.Settle(); break;
                    case 9 when size < 3: loop.CancelLeg("entry"); break;
                }
                loop.Crash();
                var (entered, exited) = (loop.Cum("entry"), loop.Cum("tp") + loop.Cum("sl") + loop.Cum("exit"));
                exited.ShouldBeLessThanOrEqualTo(entered + loop.Raced);
                foreach (var role in new[] { "tp", "sl", "exit" }.Where(r => loop.Leg(r) is { OrdStatus: not OrdStatus.Filled, CancelRequested: false }))
                {
                    loop.Open(role).Where(c => c.OrdStatus != OrdStatus.PendingCancel).Sum(c => c.LeavesQty).ShouldBeLessThanOrEqualTo(Math.Max(0m, entered - exited));
                }
                loop.State.HeldByParents(new("BTC")).ShouldBeInRange(0m, 1m);
            }
        }, iter: 400);
    }
}

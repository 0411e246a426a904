using CsCheck;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Tests.Orders;

public sealed class OrderTransitionTests
{
    private static readonly DateTimeOffset T = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static Order Fresh(decimal qty = 3m) => new(new("c-1"), new("p"), 1, new("ALPHA"), new("BTC-USDT"), Side.Buy, OrdType.Limit, qty, 100m, TimeInForce.Gtc, false, false, T, "test");

    private static OrderFilled Fill(decimal qty) => new(qty, 100m, 0.1m, T);

    /// <summary>Every report of a life with two fills and a cancel, and of one that fills whole.</summary>
    public static TheoryData<string> Lives => ["canceled", "filled", "expired"];

    private static List<(string ExecId, OrderEvent Event)> Life(string kind) => kind switch
    {
        "canceled" => [("1", new OrderAccepted("v1")), ("2", Fill(1m)), ("3", Fill(0.5m)), ("4", new OrderEnded(OrdStatus.Canceled, 1.5m, null, T))],
        "expired" => [("1", new OrderAccepted("v1")), ("2", Fill(1m)), ("3", Fill(0.5m)), ("4", new OrderEnded(OrdStatus.Expired, 1.5m, null, T))],
        _ => [("1", new OrderAccepted("v1")), ("2", Fill(1m)), ("3", Fill(0.5m)), ("4", Fill(1.5m))],
    };

    [Theory]
    [MemberData(nameof(Lives))]
    public void Every_order_of_reports_with_every_duplicate_ends_the_same(string kind)
    {
        var life = Life(kind);
        var inOrder = Run(life);
        foreach (var permutation in Permutations(life))
        {
            foreach (var doubled in Enumerable.Range(0, permutation.Count))
            {
                for (var at = 0; at <= permutation.Count; at++)
                {
                    var noisy = permutation.ToList();
                    noisy.Insert(at, permutation[doubled]);
                    var o = Run(noisy);
                    (o.OrdStatus, o.CumQty, o.CumNotional, o.Commission, o.LeavesQty, o.InDoubt, o.OrderId)
                        .ShouldBe((inOrder.OrdStatus, inOrder.CumQty, inOrder.CumNotional, inOrder.Commission, inOrder.LeavesQty, false, "v1"));
                }
            }
        }
    }

    [Fact]
    public void An_end_that_counts_fills_we_have_not_seen_leaves_the_rest_unknown_until_they_come()
    {
        var o = Fresh().Apply(new OrderAccepted("v1")).Apply(new OrderEnded(OrdStatus.Canceled, 1m, null, T));
        o.InDoubt.ShouldBeTrue();
        o.OrdStatus.ShouldBe(OrdStatus.New);
        o.LeavesQty.ShouldBe(3m);
        var found = o.Apply(Fill(1m));
        found.OrdStatus.ShouldBe(OrdStatus.Canceled);
        found.InDoubt.ShouldBeFalse();
        found.LeavesQty.ShouldBe(0m);
    }

    [Fact]
    public void A_fill_that_raced_the_cancel_is_booked_and_leaves_nothing_working()
    {
        var o = Fresh().Apply(new OrderAccepted("v1")).Apply(new OrderCancelAsked()).Apply(Fill(3m));
        o.OrdStatus.ShouldBe(OrdStatus.Filled);
        o.Apply(new OrderCancelRefused("too late")).OrdStatus.ShouldBe(OrdStatus.Filled);
        o.LeavesQty.ShouldBe(0m);
    }

    [Fact]
    public void A_late_fill_after_the_cancel_is_booked_and_the_state_stays()
    {
        var o = Fresh().Apply(new OrderAccepted("v1")).Apply(new OrderEnded(OrdStatus.Canceled, 0m, null, T)).Apply(Fill(1m));
        (o.OrdStatus, o.CumQty, o.LeavesQty).ShouldBe((OrdStatus.Canceled, 1m, 0m));
    }

    [Fact]
    public void Silence_is_doubt_and_the_next_word_ends_it()
    {
        var o = Fresh().Apply(new OrderInDoubt("no answer"));
        o.InDoubt.ShouldBeTrue();
        o.LeavesQty.ShouldBe(3m);
        o.Apply(new OrderAccepted("v1")).InDoubt.ShouldBeFalse();
        o.Apply(new OrderConfirmed("v1", 0m)).InDoubt.ShouldBeFalse();
        o.Apply(new OrderConfirmed("v1", 1m)).InDoubt.ShouldBeTrue();
        o.Apply(new OrderRejected("X", null, T)).LeavesQty.ShouldBe(0m);
    }

    [Fact]
    public void An_over_fill_throws_and_a_fill_of_a_rejected_order_throws()
    {
        Should.Throw<InvalidOperationException>(() => Fresh(1m).Apply(Fill(2m)));
        Should.Throw<InvalidOperationException>(() => Fresh().Apply(new OrderRejected("X", null, T)).Apply(Fill(1m)));
        Should.Throw<InvalidOperationException>(() => Fresh().Apply(Fill(1m)).Apply(new OrderRejected("X", null, T)));
    }

    [Fact]
    public void Filled_and_leaves_are_the_whole_while_working_whatever_happens()
    {
        var step = Gen.OneOf(
            Gen.Const<OrderEvent>(new OrderAccepted("v")), Gen.Const<OrderEvent>(new OrderCancelAsked()), Gen.Const<OrderEvent>(new OrderCancelRefused(null)),
            Gen.Const<OrderEvent>(new OrderInDoubt("?")), Gen.Int[1, 30].Select(q => (OrderEvent)Fill(q / 10m)),
            Gen.Int[0, 30].Select(q => (OrderEvent)new OrderEnded(OrdStatus.Canceled, q / 10m, null, T)), Gen.Int[0, 30].Select(q => (OrderEvent)new OrderConfirmed("v", q / 10m)));
        step.List[0, 25].Sample(events =>
        {
            var o = Fresh();
            foreach (var e in events)
            {
                var before = o;
                try
                {
                    o = o.Apply(e);
                }
                catch (InvalidOperationException)
                {
                    continue;
                }
                o.CumQty.ShouldBeGreaterThanOrEqualTo(before.CumQty);
                o.CumQty.ShouldBeLessThanOrEqualTo(o.OrderQty);
                o.LeavesQty.ShouldBe(o.OrdStatus.IsTerminal() ? 0m : o.OrderQty - o.CumQty);
                if (before.OrdStatus.IsTerminal())
                {
                    o.OrdStatus.IsTerminal().ShouldBeTrue();
                }
                if (o.OrdStatus.IsTerminal())
                {
                    o.InDoubt.ShouldBeFalse();
                }
            }
        }, iter: 2_000);
    }

    /// <summary>Applies reports as the engine does: an ExecID seen before is dropped.</summary>
    private static Order Run(IEnumerable<(string ExecId, OrderEvent Event)> reports)
    {
        var (o, seen) = (Fresh(), new HashSet<string>());
        foreach (var (id, e) in reports)
        {
            if (seen.Add(id))
            {
                o = o.Apply(e);
            }
        }
        return o;
    }

    private static IEnumerable<List<T1>> Permutations<T1>(List<T1> items)
    {
        if (items.Count <= 1)
        {
            yield return [.. items];
            yield break;
        }
        for (var i = 0; i < items.Count; i++)
        {
            var rest = items.Where((_, j) => j != i).ToList();
            foreach (var tail in Permutations(rest))
            {
                yield return [items[i], .. tail];
            }
        }
    }
}

using CsCheck;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using static Ems.Execution.Tests.Groups.GroupTickets;

namespace Ems.Execution.Tests.Groups;

/// <summary>Two legs and a venue that may say anything in any order, with a crash after every word.</summary>
public sealed class TwoLegTests
{
    private static readonly Action<GroupLoop>[] Words =
    [
        l => l.Fill("a", 0.5m), l => l.Fill("b", 0.5m), l => l.Fill("a", 10m), l => l.Word("a", ExecType.Canceled), l => l.Word("b", ExecType.Canceled),
        l => l.Word("a", ExecType.Rejected), l => l.Word("b", ExecType.Rejected), l => l.Word("b", ExecType.CancelRejected), l => l.Doubt("a"), l => l.Doubt("b"),
        l => l.CancelLeg("b"), l => l.CancelGroup(),
    ];

    [Fact]
    public void Every_interleaving_of_an_OCO_keeps_its_arithmetic()
    {
        var oco = Oco("o", Limit(Side.Sell, 1m, 61_000m), Limit(Side.Sell, 1m, 62_000m));
        ForEvery(oco, 4, (loop, _) => HoldsForOco(loop));
    }

    [Fact]
    public void Every_interleaving_of_an_OUO_keeps_its_arithmetic()
    {
        var ouo = Ouo("u", Limit(Side.Sell, 1m, 61_000m), Limit(Side.Sell, 1m, 62_000m));
        ForEvery(ouo, 4, (loop, _) => HoldsForOuo(loop, 1m));
    }

    [Fact]
    public void Long_random_lives_of_both_keep_their_arithmetic_and_come_to_an_end() => Gen.Select(Gen.Bool, Gen.Int[0, Words.Length - 2].List[0, 40], Gen.Int[1, 40]).Sample((isOco, words, tenths) =>
    {
        var (a, b) = (Limit(Side.Sell, tenths / 10m, 61_000m), Limit(Side.Sell, isOco ? 1m : tenths / 10m, 62_000m));
        var loop = new GroupLoop(isOco ? Oco("r", a, b) : Ouo("r", a, b));
        foreach (var word in words.TakeWhile(_ => !loop.Group.OrdStatus.IsTerminal()))
        {
            Words[word](loop);
            loop.Crash();
            Check();
        }
        if (!loop.Group.OrdStatus.IsTerminal())
        {
            loop.CancelGroup();
        }
        for (var i = 0; i < 200 && !loop.Group.OrdStatus.IsTerminal(); i++)
        {
            loop.Word(i % 2 == 0 ? "a" : "b", ExecType.Canceled);
        }
        loop.Group.OrdStatus.IsTerminal().ShouldBeTrue();
        loop.State.HeldByParents(new("BTC")).ShouldBe(0m);
        Check();

        void Check()
        {
            if (isOco)
            {
                HoldsForOco(loop);
            }
            else
            {
                HoldsForOuo(loop, tenths / 10m);
            }
        }
    }, iter: 300);

    [Fact]
    public void Without_a_race_an_OUO_fills_its_quantity_to_the_last_lot() => Gen.Select(Gen.Bool, Gen.Int[1, 7]).List[1, 40].Sample(fills =>
    {
        var loop = new GroupLoop(Ouo("q", Limit(Side.Sell, 1m, 61_000m), Limit(Side.Sell, 1m, 62_000m)));
        foreach (var (first, size) in fills.Concat(Enumerable.Repeat((true, 7), 40)).TakeWhile(_ => !loop.Group.OrdStatus.IsTerminal()))
        {
            loop.Fill(first ? "a" : "b", size / 20m);
            // The venue confirms every cancel before anything else happens.
            foreach (var role in new[] { "a", "b", "a", "b" })
            {
                if (loop.Open(role).Any(c => c.OrdStatus == OrdStatus.PendingCancel))
                {
                    loop.Word(role, ExecType.Canceled);
                }
            }
            loop.Legs.Where(l => !l.OrdStatus.IsTerminal() && !l.CancelRequested).ShouldAllBe(l => l.Spec.OrderQty - l.CumQty == 1m - loop.Legs.Sum(x => x.CumQty));
        }
        (loop.Group.OrdStatus, loop.Legs.Sum(l => l.CumQty), loop.Raced, loop.Group.Residual).ShouldBe((OrdStatus.Filled, 1m, 0m, 0m));
    }, iter: 300);

    [Fact]
    public void A_stop_that_is_set_off_cancels_its_sibling_before_any_fill()
    {
        var loop = new GroupLoop(Oco("s", Limit(Side.Sell, 1m, 61_000m), Stop(Side.Sell, 1m, 58_000m)));
        loop.SetOff("b");
        loop.Leg("a")!.CancelRequested.ShouldBeTrue();
        loop.Leg("b")!.CancelRequested.ShouldBeFalse();
    }

    [Fact]
    public void An_OCO_of_which_one_order_is_refused_goes_on_with_the_other()
    {
        var loop = new GroupLoop(Oco("g", Limit(Side.Sell, 1m, 61_000m), Limit(Side.Sell, 1m, 62_000m)));
        loop.CancelLeg("a");
        loop.Word("a", ExecType.Canceled);
        loop.Group.OrdStatus.ShouldBe(OrdStatus.New);
        loop.Last!.WhyIdle.Code.ShouldBe("OneLeft");
        loop.Fill("b", 10m);
        loop.Group.OrdStatus.ShouldBe(OrdStatus.Filled);
    }

    /// <summary>Runs every sequence of so many words, a crash after each.</summary>
    private static void ForEvery(Core.Groups.GroupSpec spec, int length, Action<GroupLoop, int> check)
    {
        var all = (int)Math.Pow(Words.Length, length);
        for (var code = 0; code < all; code++)
        {
            var loop = new GroupLoop(spec);
            for (var (i, rest) = (0, code); i < length && !loop.Group.OrdStatus.IsTerminal(); i++, rest /= Words.Length)
            {
                Words[rest % Words.Length](loop);
                check(loop, i);
            }
            if (code % 7 == 0)
            {
                loop.Crash();
            }
        }
    }

    private static void HoldsForOco(GroupLoop loop)
    {
        var (a, b) = (loop.Cum("a"), loop.Cum("b"));
        // The second one only ever fills on an order whose cancel had been asked for.
        Math.Min(a, b).ShouldBeLessThanOrEqualTo(loop.Raced);
        if (a > 0m || b > 0m)
        {
            loop.Legs.Count(l => !l.OrdStatus.IsTerminal() && !l.CancelRequested).ShouldBeLessThanOrEqualTo(1);
        }
        Common(loop, Math.Max(1m, Math.Max(loop.Leg("a")!.Spec.OrderQty, loop.Leg("b")?.Spec.OrderQty ?? 0m)));
    }

    private static void HoldsForOuo(GroupLoop loop, decimal qty)
    {
        loop.Legs.Sum(l => l.CumQty).ShouldBeLessThanOrEqualTo(qty + loop.Raced);
        // What may still trade without racing a cancel fits into what is left.
        foreach (var leg in loop.Legs.Where(l => !l.OrdStatus.IsTerminal() && !l.CancelRequested))
        {
            var canceling = loop.Open(leg.Group!.Role).Where(c => c.OrdStatus == OrdStatus.PendingCancel).Sum(c => c.LeavesQty);
            (leg.WorkingQty + leg.UnknownQty - canceling).ShouldBeLessThanOrEqualTo(Math.Max(0m, qty - loop.Legs.Sum(l => l.CumQty)));
        }
        Common(loop, qty);
    }

    private static void Common(GroupLoop loop, decimal qty)
    {
        loop.Legs.Select(l => l.Spec.ClOrdId).ShouldBeUnique();
        loop.State.HeldByParents(new("BTC")).ShouldBeInRange(0m, qty);
        Storage(loop);
    }

    private static void Storage(GroupLoop loop) => Ems.Execution.Engine.Storage.JournalVerifier.Invariants(loop.State).ShouldBeNull();
}

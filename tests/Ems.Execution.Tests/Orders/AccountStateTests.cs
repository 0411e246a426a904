using CsCheck;
using Ems.Execution.Core.Accounts;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Core.Routing;
using Ems.Execution.Engine.Storage;
using Ems.Execution.Venues.Paper;

namespace Ems.Execution.Tests.Orders;

public sealed class AccountStateTests
{
    private static readonly DateTimeOffset T = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly VenueId Alpha = new("ALPHA");
    private static readonly ClOrdId Parent = new("p");

    private static AccountState Open(decimal qty = 10m)
    {
        var s = new AccountState(new InstrumentCatalog(PaperVenueSpec.Instruments, PaperVenueSpec.Defaults.SelectMany(v => v.Listings)));
        s.Apply(new AccountOpened(new("A"), "a", new RiskLimits(), 7, T, "t"));
        s.Apply(new Deposited(Alpha, new("USDT"), 1_000_000m, "d1", T, "t"));
        s.Apply(new Deposited(Alpha, new("USDT"), 1_000_000m, "d1", T, "t"));
        s.Apply(new ParentReceived(new ParentSpec(Parent, new("BTC-USDT"), Side.Buy, qty, null, "TWAP", new Dictionary<string, string>()), "h", 1, [], T, "t"));
        s.Apply(new ParentAccepted(Parent, new("USDT"), 110m, 1_000m, T, "t"));
        s.Apply(new ParentActivated(Parent, 100m, NoMemory.Value, T, "t"));
        return s;
    }

    private static AlgoDecided Child(string id, decimal qty) => new(Parent, null,
        [new RoutedSlice(1, qty, "s", [new Order(new(id), Parent, 1, Alpha, new("BTC-USDT"), Side.Buy, OrdType.Limit, qty, 100m, TimeInForce.Ioc, false, false, T, "r")], new RoutePlan([], [], 0m, null), [])],
        [], null, T, "t");

    private static ChildReported Report(string id, string exec, ExecType type, decimal last = 0m, decimal cum = 0m) => new(Parent,
        new ExecutionReport(Alpha, new("A"), new(id), "v", exec, type, OrdStatus.New, 0m, cum, 0m, last, 99m, LastLiquidityInd.Removed, last * 0.1m, new("USDT"), T), T, "ALPHA");

    [Fact]
    public void Holds_follow_the_children_and_fills_post_both_sides()
    {
        var s = Open();
        s.Ledger.At(Alpha, new("USDT")).Total.ShouldBe(1_000_000m);
        s.HeldByParents(new("USDT")).ShouldBe(1_100m);
        s.Apply(Child("c1", 2m));
        s.Ledger.At(Alpha, new("USDT")).Held.ShouldBe(2m * 100m * 1.001m);
        s.Apply(Report("c1", "e1", ExecType.Trade, 0.5m));
        var usdt = s.Ledger.At(Alpha, new("USDT"));
        usdt.Held.ShouldBe(1.5m * 100m * 1.001m);
        usdt.Total.ShouldBe(1_000_000m - (0.5m * 99m) - 0.05m);
        s.Ledger.At(Alpha, new("BTC")).Total.ShouldBe(0.5m);
        s.HeldByParents(new("USDT")).ShouldBe(9.5m * 110m);
        s.Apply(Report("c1", "e2", ExecType.Canceled, 0m, 0.5m));
        s.Ledger.At(Alpha, new("USDT")).Held.ShouldBe(0m);
        s.Parents[Parent].UnsentQty.ShouldBe(9.5m);
        s.Positions.At(new("BTC-USDT")).AvgCost.ShouldBe(99m);
    }

    [Fact]
    public void An_end_without_a_fill_may_cost_a_fee_once()
    {
        var s = Open();
        s.Apply(Child("c1", 2m));
        var end = Report("c1", "e1", ExecType.Canceled);
        s.Apply(end with { Report = end.Report with { Commission = 0.75m, Gas = 0.75m } });
        s.Apply(end with { Report = end.Report with { ExecId = "e2", Commission = 0.75m, Gas = 0.75m } });
        s.Ledger.At(Alpha, new("USDT")).ShouldBe(new(Alpha, new("USDT"), 999_999.25m, 0m));
        (s.Children[new("c1")].Commission, s.Parents[Parent].Commission, s.Positions.At(new("BTC-USDT")).RealizedPnl).ShouldBe((0.75m, 0.75m, -0.75m));
        s.Ledger.Sums().ShouldAllBe(x => x.Sum == 0m);
    }

    [Fact]
    public void Filled_working_unknown_and_unsent_are_always_the_quantity()
    {
        var step = Gen.Select(Gen.Int[0, 7], Gen.Int[0, 4], Gen.Int[1, 20]);
        step.List[0, 60].Sample(steps =>
        {
            var s = Open();
            var n = 0;
            foreach (var (what, which, size) in steps)
            {
                var id = "c" + which;
                var e = what switch
                {
                    0 when !s.Children.ContainsKey(new(id)) && s.Parents[Parent].UnsentQty >= size / 10m => Child(id, size / 10m),
                    1 => Report(id, "e" + n++, ExecType.New),
                    2 or 3 => Report(id, "e" + n++, ExecType.Trade, size / 20m),
                    4 => Report(id, "e" + n++, ExecType.Canceled, 0m, size / 20m),
                    5 => Report(id, "e" + n++, ExecType.Rejected),
                    6 => new ChildDoubted(Parent, new(id), "?", T, "t"),
                    7 => (AccountEvent)new ChildrenCancelAsked(Parent, [new(id)], "x", T, "t"),
                    _ => null,
                };
                if (e is null || (e is not AlgoDecided && !s.Children.ContainsKey(new(id))))
                {
                    continue;
                }
                try
                {
                    s.Apply(e);
                }
                catch (InvalidOperationException)
                {
                    // A pair that no venue can cause; the engine keeps such a report out.
                }
                var p = s.Parents[Parent];
                (p.CumQty + p.WorkingQty + p.UnknownQty + p.UnsentQty).ShouldBe(p.Spec.OrderQty);
                p.WorkingQty.ShouldBe(s.Children.Values.Where(c => !c.InDoubt).Sum(c => c.LeavesQty));
                p.UnknownQty.ShouldBe(s.Children.Values.Where(c => c.InDoubt).Sum(c => c.LeavesQty));
                s.Unsettled.ShouldBe(s.Children.Values.Where(c => !c.OrdStatus.IsTerminal()
                    && (c.InDoubt || c.OrdStatus is not (OrdStatus.New or OrdStatus.PartiallyFilled) || c.TimeInForce is TimeInForce.Ioc or TimeInForce.Fok)).Select(c => c.ClOrdId), ignoreOrder: true);
                s.ChildrenOf(Parent).Take(s.OldestLive(Parent)).ShouldAllBe(c => s.Children[c].OrdStatus.IsTerminal());
                s.ChildrenOf(Parent).Skip(s.OldestLive(Parent)).Take(1).ShouldAllBe(c => !s.Children[c].OrdStatus.IsTerminal());
                s.Ledger.Sums().ShouldAllBe(x => x.Sum == 0m);
                s.Ledger.At(Alpha, new("USDT")).Held.ShouldBe(s.Children.Values.Sum(c => c.LeavesQty * c.Px * 1.001m));
            }
        }, iter: 500);
    }

    [Fact]
    public void Every_event_survives_the_journal()
    {
        AccountEvent[] events =
        [
            new AccountOpened(new("A"), "a", new RiskLimits { MaxOrderQty = new Dictionary<InstrumentId, decimal> { [new("BTC-USDT")] = 5m }, Venues = [Alpha] }, 7, T, "t"),
            Child("c1", 2m), Report("c1", "e1", ExecType.Trade, 0.50m), new KillSwitchSet(KillLevel.CancelAll, new("BTC-USDT"), "drill", T, "t"),
            new ParentReceived(new ParentSpec(Parent, new("BTC-USDT"), Side.Sell, 1.10m, 5m, "TWAP", new Dictionary<string, string> { ["slices"] = "4" }, Venues: [Alpha]), "h", ulong.MaxValue, [new("f", "1", "2", "r", "t")], T, "t"),
        ];
        foreach (var e in events)
        {
            var written = AccountJson.Write(e);
            var read = AccountJson.Read(written);
            read.GetType().ShouldBe(e.GetType());
            AccountJson.Write(read).ShouldBe(written);
        }
    }

    [Fact]
    public void A_changed_record_breaks_the_chain()
    {
        var a = JournalRow.Chain(new("A"), 1, null, T, [1, 2, 3], JournalRow.Genesis);
        JournalRow.HashOf(a.Account, a.Sequence, a.Time, [1, 2, 4], a.PreviousHash).ShouldNotBe(a.Hash);
        JournalRow.HashOf(a.Account, 2, a.Time, a.Payload, a.PreviousHash).ShouldNotBe(a.Hash);
    }
}

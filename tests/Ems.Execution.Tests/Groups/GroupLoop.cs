using Ems.Execution.Core.Accounts;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Algos.Stops;
using Ems.Execution.Core.Groups;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Core.Routing;
using Ems.Execution.Engine.Storage;
using Ems.Execution.Venues.Paper;

namespace Ems.Execution.Tests.Groups;

/// <summary>
/// A group, its legs and a venue whose every word the test chooses, over the real account state. A leg sends what is unsent of it as one
/// resting child, at once. Every event goes into a journal; <see cref="Crash"/> throws the state away and folds the journal again.
/// </summary>
internal sealed class GroupLoop
{
    public static readonly InstrumentCatalog Catalog = new(PaperVenueSpec.Instruments, PaperVenueSpec.Defaults.SelectMany(v => v.Listings));
    private static readonly VenueId Alpha = new("ALPHA");
    private readonly List<byte[]> journal = [];
    private readonly GroupSpec spec;
    private int reports;

    public GroupLoop(GroupSpec spec, bool through = true)
    {
        this.spec = spec;
        GroupValidation.Validate(spec, Catalog, Now).ShouldBeEmpty();
        Stage(new AccountOpened(new("A"), "a", new RiskLimits(), 7, Now, "t"));
        foreach (var asset in new[] { "USDT", "BTC", "ETH" })
        {
            Stage(new Deposited(Alpha, new(asset), 10_000_000m, "d" + asset, Now, "t"));
        }
        Stage(new GroupReceived(spec, "h", 1, [], Now, "t"));
        Stage(new GroupAccepted(spec.ClOrdId, [.. GroupCatalog.Find(spec.Type)!.Planned(spec).Select(p => new LegHold(p.Role, new(p.Spec.Side == Side.Buy ? "USDT" : "BTC"), p.Spec.Side == Side.Buy ? 60_000m : 1m, p.Spec.OrderQty))], Now, "t"));
        if (through)
        {
            Settle();
        }
    }

    public AccountState State { get; private set; } = new(Catalog);
    public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    public DateTimeOffset WatchedSince { get; set; }
    public MarketView Btc { get; set; } = Market(GroupTickets.Btc, 60_000m);
    public MarketView Eth { get; set; } = Market(GroupTickets.Eth, 3_000m);
    public OrderGroup Group => State.Groups[spec.ClOrdId];
    public IReadOnlyList<ParentOrder> Legs => State.LegsOf(Group);
    public GroupDecision? Last { get; private set; }
    /// <summary>Filled on children whose cancel had been asked for, also where the venue refused it: nobody can take that back.</summary>
    public decimal Raced { get; private set; }
    public int RecordCount => journal.Count;

    public static MarketView Market(InstrumentId id, decimal mid) => new(id,
        [new BookSnapshot(Alpha, id, 1, DateTimeOffset.UnixEpoch, [new(mid - 0.5m, 100m)], [new(mid + 0.5m, 100m)])], mid, null, null, 5m, null, null, 40m);

    public ParentOrder? Leg(string role) => Legs.LastOrDefault(l => l.Group!.Role == role);

    public decimal Cum(string role) => Legs.Where(l => l.Group!.Role == role).Sum(l => l.CumQty);

    public IReadOnlyList<Order> Open(string role) => [.. Legs.Where(l => l.Group!.Role == role).SelectMany(l => State.ChildrenOf(l.Spec.ClOrdId)).Select(c => State.Children[c]).Where(c => !c.OrdStatus.IsTerminal())];

    /// <summary>What the group wants now, without doing it.</summary>
    public GroupDecision Decide() => Decide(State);

    public void Fill(string role, decimal qty, decimal? px = null)
    {
        if (Open(role) is [var child, ..])
        {
            qty = Math.Min(qty, child.LeavesQty);
            Raced += child.OrdStatus == OrdStatus.PendingCancel || State.Parents[child.ParentClOrdId].CancelRequested ? qty : 0m;
            Report(child, ExecType.Trade, OrdStatus.PartiallyFilled, qty, child.CumQty + qty, px);
        }
    }

    public void Word(string role, ExecType type)
    {
        if (Open(role) is [var child, ..])
        {
            // A venue ends an order by its own will too; it does not refuse one that has traded.
            if (type != ExecType.Rejected || child.CumQty == 0m)
            {
                Report(child, type, type == ExecType.Rejected ? OrdStatus.Rejected : type == ExecType.CancelRejected ? OrdStatus.New : OrdStatus.Canceled, 0m, child.CumQty);
            }
        }
    }

    public void Doubt(string role)
    {
        if (Open(role) is [var child, ..])
        {
            Stage(new ChildDoubted(child.ParentClOrdId, child.ClOrdId, "?", Now, "t"));
            Settle();
        }
    }

    public void CancelLeg(string role)
    {
        if (Leg(role) is { } leg && !leg.OrdStatus.IsTerminal() && !leg.CancelRequested)
        {
            CancelParent(leg.Spec.ClOrdId, "user");
            Settle();
        }
    }

    public void CancelGroup()
    {
        Stage(new GroupCancelAsked(spec.ClOrdId, "user", Now, "t"));
        Settle();
    }

    public void SetOff(string role)
    {
        var leg = Leg(role)!;
        Stage(new AlgoDecided(leg.Spec.ClOrdId, ((StopMemory)leg.Memory) with { TriggeredAt = Now }, [], [], null, Now, "t"));
        Settle();
    }

    /// <summary>The process dies: only the journal is left. What follows must be as if it had not died.</summary>
    public void Crash()
    {
        var before = Decide();
        var folded = new AccountState(Catalog);
        journal.ForEach(row => folded.Apply(AccountJson.Read(row)));
        Text(Decide(folded)).ShouldBe(Text(before));
        State = folded;
        JournalVerifier.Invariants(State).ShouldBeNull();
    }

    /// <summary>Lets group and legs do what they want until nothing more is to be done; then a second look must want nothing.</summary>
    public void Settle()
    {
        for (var i = 0; i < 40; i++)
        {
            var before = journal.Count;
            Step();
            Send();
            if (journal.Count == before)
            {
                return;
            }
        }
        throw new InvalidOperationException("It never comes to rest: " + string.Join("; ", Last!.Actions));
    }

    private static string Text(GroupDecision d) => string.Join("; ", d.Actions) + d.Memory + d.WhyIdle + d.End + d.NextActionAt;

    private GroupDecision Decide(AccountState state)
    {
        var group = state.Groups[spec.ClOrdId];
        var legs = state.LegsOf(group).Select(l => new LegState(l, [.. state.ChildrenOf(l.Spec.ClOrdId).Select(c => state.Children[c])])).ToList();
        var ids = new[] { GroupTickets.Btc, GroupTickets.Eth };
        var world = new GroupWorld(new Dictionary<InstrumentId, MarketView> { [ids[0]] = Btc, [ids[1]] = Eth },
            ids.ToDictionary(i => i, i => (IReadOnlyList<Listing>)[Catalog.Find(Alpha, i)!]), new Dictionary<Asset, AssetView>(), ids.ToDictionary(i => i, i => state.Positions.At(i).Qty));
        return GroupCatalog.Find(spec.Type)!.Decide(new GroupInput(spec, group.Memory, group.CancelRequested, group.AcceptedAt!.Value, legs, world, Now, WatchedSince));
    }

    private void Step()
    {
        if (Group.OrdStatus.IsTerminal())
        {
            return;
        }
        Last = Decide();
        foreach (var action in Last.Actions)
        {
            switch (action)
            {
                case StartLeg x:
                    Stage(new ParentReceived(x.Spec, "h", 1, [], Now, GroupLink.Actor) { Group = x.Link });
                    Stage(new ParentAccepted(x.Spec.ClOrdId, new(x.Spec.Side == Side.Buy ? "USDT" : "BTC"), x.Spec.Side == Side.Buy ? 60_000m : 1m, 0m, Now, "engine"));
                    Stage(new ParentActivated(x.Spec.ClOrdId, 60_000m, AlgoCatalog.Find(x.Spec.Strategy)!.Start(x.Spec, 1, Btc, Now), Now, "engine"));
                    break;
                case CancelLeg x:
                    CancelParent(x.Leg, GroupLink.Actor);
                    break;
                case ResizeLeg x:
                    var p = State.Parents[x.Leg];
                    x.OrderQty.ShouldBeGreaterThanOrEqualTo(p.CumQty + p.WorkingQty + p.UnknownQty);
                    Stage(new ParentReplaced(x.Leg, p.Spec with { OrderQty = x.OrderQty }, p.Version + 1, p.HoldRate, Now, GroupLink.Actor));
                    break;
                case CancelExcess x:
                    Stage(new ChildrenCancelAsked(x.Leg, x.Children, x.Reason, Now, GroupLink.Actor));
                    break;
                case HoldLeg x:
                    Stage(new ParentPaused(x.Leg, x.Reason, Now, GroupLink.Actor));
                    AskCancels(x.Leg);
                    break;
                case ReleaseLeg x:
                    Stage(new ParentResumed(x.Leg, Now, GroupLink.Actor));
                    break;
            }
        }
        if (Last.Memory != Group.Memory)
        {
            Stage(new GroupDecided(spec.ClOrdId, Last.Memory, [], Now, "engine"));
        }
        if (Last.End is { } end)
        {
            Legs.ShouldAllBe(l => l.OrdStatus.IsTerminal());
            Stage(new GroupEnded(spec.ClOrdId, end.OrdStatus, end.Code, end.Text, GroupCatalog.Find(spec.Type)!.Residual(spec, Legs), Now, "engine"));
        }
    }

    /// <summary>Each running leg sends what is unsent; one that has nothing left and works nowhere ends.</summary>
    private void Send()
    {
        foreach (var leg in Legs.Where(l => !l.OrdStatus.IsTerminal()))
        {
            var works = leg.WorkingQty + leg.UnknownQty;
            if (works == 0m && (leg.CumQty >= leg.Spec.OrderQty || leg.CancelRequested))
            {
                var full = leg.CumQty >= leg.Spec.OrderQty;
                Stage(new ParentEnded(leg.Spec.ClOrdId, full ? OrdStatus.Filled : OrdStatus.Canceled, full ? "Filled" : "Canceled", "", Now, "engine"));
                continue;
            }
            leg.UnsentQty.ShouldBeGreaterThanOrEqualTo(0m);
            var waits = leg.Memory is StopMemory { TriggeredAt: null } or TrailingMemory { TriggeredStop: null };
            if (leg.UnsentQty > 0m && !leg.CancelRequested && !waits && leg.OrdStatus is OrdStatus.New or OrdStatus.PartiallyFilled && leg.UnknownQty == 0m)
            {
                var id = new ClOrdId($"{leg.Spec.ClOrdId}-{leg.ChildCount + 1}");
                Stage(new AlgoDecided(leg.Spec.ClOrdId, null, [new RoutedSlice(1, leg.UnsentQty, "s", [new Order(id, leg.Spec.ClOrdId, 1, Alpha, leg.Spec.Instrument, leg.Spec.Side, OrdType.Limit,
                    leg.UnsentQty, leg.Spec.LimitPx ?? 60_000m, TimeInForce.Gtc, false, false, Now, "r")], new RoutePlan([], [], 0m, null), [])], [], null, Now, "engine"));
                Stage(new ChildReported(leg.Spec.ClOrdId, new ExecutionReport(Alpha, new("A"), id, "v", "n" + reports++, ExecType.New, OrdStatus.New, 0m, 0m, 0m, 0m, 0m, LastLiquidityInd.None, 0m, default, Now), Now, "ALPHA"));
            }
        }
    }

    private void CancelParent(ClOrdId id, string actor)
    {
        Stage(new ParentCancelAsked(id, "x", Now, actor));
        AskCancels(id);
    }

    private void AskCancels(ClOrdId id)
    {
        var open = State.ChildrenOf(id).Where(c => !State.Children[c].OrdStatus.IsTerminal()).ToList();
        if (open.Count > 0)
        {
            Stage(new ChildrenCancelAsked(id, open, "x", Now, "engine"));
        }
    }

    private void Report(Order child, ExecType type, OrdStatus status, decimal last, decimal cum, decimal? px = null)
    {
        Stage(new ChildReported(child.ParentClOrdId, new ExecutionReport(Alpha, new("A"), child.ClOrdId, "v", "e" + reports++, type, status, child.OrderQty, cum, 0m, last,
            px ?? child.Px, LastLiquidityInd.Removed, 0m, new("USDT"), Now), Now, "ALPHA"));
        Settle();
    }

    private void Stage(AccountEvent e)
    {
        journal.Add(AccountJson.Write(e));
        State.Apply(e);
    }
}

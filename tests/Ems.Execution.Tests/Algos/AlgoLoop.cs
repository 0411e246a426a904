using System.Text.Json;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Tests.Algos;

/// <summary>One child in the loop, with the reports still to come.</summary>
internal sealed class SimChild
{
    public required ClOrdId Id { get; init; }
    public required SubmitSlice Slice { get; init; }
    public required decimal Qty { get; init; }
    public required decimal Px { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required Fate Fate { get; init; }
    public OrdStatus OrdStatus { get; set; } = OrdStatus.PendingNew;
    public bool InDoubt { get; set; }
    public decimal CumQty { get; set; }
    public DateTimeOffset? EndedAt { get; set; }
    public string? RejectCode { get; set; }
    public decimal LeavesQty => OrdStatus.IsTerminal() ? 0m : Qty - CumQty;
    public ChildView View => new(Id, Slice.SliceNo, new("ALPHA"), OrdStatus, InDoubt, Qty, CumQty, LeavesQty, Px, Slice.TimeInForce, CreatedAt, EndedAt, RejectCode);
}

/// <summary>
/// The engine's contract in small: asks one algo at its times, on every report and while it watches, keeps rule E1's arithmetic,
/// fills children by their fates, and checks at every step what must hold for every algo.
/// </summary>
internal sealed class AlgoLoop
{
    public static readonly DateTimeOffset T0 = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);
    public static readonly Listing Alpha = new(new("ALPHA"), new("BTC-USDT"), 0.1m, 0.001m, 0.001m, 5m, 10_000m, 0.0002m, 0.0005m);
    private static readonly TimeSpan Pulse = TimeSpan.FromMilliseconds(100);
    private readonly PriorityQueue<Action, (DateTimeOffset At, int No)> events = new();
    private int eventNo;

    public required ParentSpec Spec { get; set; }
    public ulong Seed { get; init; } = 7;
    public Func<int, TimeInForce, Fate> Fates { get; init; } = Algos.Fates.Always(Fate.Full);
    /// <summary>The market at a moment; high and low since the last look are the caller's to give.</summary>
    public Func<DateTimeOffset, MarketView> Market { get; init; } = _ => Book(100m);
    public IReadOnlyList<Listing> Listings { get; init; } = [Alpha];
    public DateTimeOffset StartAt { get; init; } = T0;
    public TimeSpan Limit { get; init; } = TimeSpan.FromHours(30);
    /// <summary>Called before each decision; may amend <see cref="Spec"/>.</summary>
    public Action<AlgoLoop>? Before { get; init; }
    /// <summary>No decision is asked for in this span.</summary>
    public (DateTimeOffset From, DateTimeOffset To)? Paused { get; init; }

    public List<SimChild> Children { get; } = [];
    public List<(DateTimeOffset At, AlgoDecision Decision)> Decisions { get; } = [];
    public DateTimeOffset Now { get; private set; }
    public AlgoMemory Memory { get; private set; } = NoMemory.Value;
    public AlgoEnd? End { get; private set; }
    public int PostOnlyRejects { get; private set; }
    public decimal CumQty => Children.Sum(c => c.CumQty);
    public decimal Working => Children.Where(c => !c.InDoubt).Sum(c => c.LeavesQty);
    public decimal Unknown => Children.Where(c => c.InDoubt).Sum(c => c.LeavesQty);
    public decimal Unsent => Spec.OrderQty - CumQty - Working - Unknown;
    public IExecutionAlgo Algo => AlgoCatalog.Find(Spec.Strategy)!;

    /// <summary>A one-venue market around <paramref name="mid"/>, one tick wide on each side and deep.</summary>
    public static MarketView Book(decimal mid, decimal? high = null, decimal? low = null, decimal halfSpread = 0.1m, decimal depth = 1_000m, decimal? volume = 1_000m) =>
        new(new("BTC-USDT"), [new(new("ALPHA"), new("BTC-USDT"), 1, T0, [new(mid - halfSpread, depth)], [new(mid + halfSpread, depth)])], mid, high, low, volume);

    public static ParentSpec Ticket(string strategy, decimal qty, Side side = Side.Buy, params (string Name, string Value)[] parameters) =>
        new(new("T-1"), new("BTC-USDT"), side, qty, null, strategy, parameters.ToDictionary(p => p.Name, p => p.Value));

    /// <summary>Runs until the algo ends or time is up.</summary>
    public AlgoLoop Run()
    {
        Now = StartAt;
        Memory = Algo.Start(Spec, Seed, Market(Now), Now);
        var next = (DateTimeOffset?)Now;
        while (End is null && Now <= StartAt + Limit)
        {
            var at = Earliest(next, events.TryPeek(out _, out var p) ? p.At : null);
            if (at is not { } due)
            {
                break;
            }
            Now = due > Now ? due : Now;
            while (events.TryPeek(out _, out p) && p.At <= Now)
            {
                events.Dequeue()();
            }
            if (Paused is { } pause && Now >= pause.From && Now < pause.To)
            {
                next = pause.To;
                continue;
            }
            next = Ask();
        }
        foreach (var c in Children.Where(c => !c.OrdStatus.IsTerminal()))
        {
            Finish(c, OrdStatus.Canceled);
        }
        return this;
    }

    private DateTimeOffset? Ask()
    {
        Before?.Invoke(this);
        var decision = Decide();
        Memory = decision.Memory;
        foreach (var action in decision.Actions)
        {
            Act(action);
        }
        Decisions.Add((Now, decision));
        if (decision.End is not null)
        {
            End = decision.End;
            return null;
        }
        if (decision.Actions.OfType<SubmitSlice>().Any())
        {
            // Asked again in the same moment it must not send the same again.
            var again = Decide();
            again.Actions.OfType<SubmitSlice>().ShouldBeEmpty($"sent twice at {Now:HH:mm:ss.fff}: {again.WhyIdle}");
        }
        decision.NextActionAt?.ShouldBeGreaterThan(Now - TimeSpan.FromTicks(1));
        var wake = decision.NextActionAt is { } n ? n > Now ? n : Now + TimeSpan.FromMilliseconds(10) : (DateTimeOffset?)null;
        return decision.WatchMarket ? Earliest(wake, Now + Pulse) : wake;
    }

    private AlgoDecision Decide()
    {
        Unsent.ShouldBeGreaterThanOrEqualTo(0m);
        var input = new AlgoInput(Spec, Seed, Memory, new(Spec.OrderQty, CumQty, Working, Unknown, Unsent, null), [.. Children.TakeLast(64).Select(c => c.View)],
            Market(Now), Listings, StartAt, Market(StartAt).Mid, PostOnlyRejects, Now);
        var decision = Algo.Decide(input);
        // Pure: the same question has the same answer.
        Algo.Decide(input).Actions.ShouldBe(decision.Actions);
        var json = JsonSerializer.Serialize(decision.Memory);
        JsonSerializer.Deserialize<AlgoMemory>(json).ShouldBe(decision.Memory);
        json.Length.ShouldBeLessThan(2_000);
        decision.WhyIdle.Code.ShouldNotBeNullOrWhiteSpace();
        return decision;
    }

    private void Act(AlgoAction action)
    {
        if (action is CancelChild cancel)
        {
            var c = Children.Single(c => c.Id == cancel.ClOrdId);
            c.OrdStatus.IsTerminal().ShouldBeFalse("canceled a child that is over");
            c.InDoubt.ShouldBeFalse("canceled a child in doubt");
            c.OrdStatus = OrdStatus.PendingCancel;
            At(Now + TimeSpan.FromMilliseconds(20), () => Finish(c, OrdStatus.Canceled));
            return;
        }
        var s = (SubmitSlice)action;
        s.Qty.ShouldBeGreaterThan(0m);
        s.Qty.ShouldBeLessThanOrEqualTo(Unsent, "sends more than is left");
        (s.Qty % Listings.Min(l => l.LotSize)).ShouldBe(0m, "off the lot");
        s.Qty.ShouldBeGreaterThanOrEqualTo(Fitting.LeastQty(Listings, s.LimitPx ?? Market(Now).Mid) ?? 0m, "below the minimum");
        if (Spec.LimitPx is { } limit && s.LimitPx is { } px)
        {
            Spec.Side.IsWithin(px, limit).ShouldBeTrue($"{px} is beyond the limit {limit}");
        }
        Children.LastOrDefault()?.Slice.SliceNo.ShouldBeLessThan(s.SliceNo, "slice numbers grow");
        var child = new SimChild
        {
            Id = new($"{Spec.ClOrdId}-{Children.Count + 1}"), Slice = s, Qty = s.Qty, CreatedAt = Now, Fate = Fates(Children.Count, s.TimeInForce),
            Px = s.LimitPx ?? Market(Now).BestOpposite(Spec.Side) ?? 0m,
        };
        Children.Add(child);
        Schedule(child);
    }

    private void Schedule(SimChild c)
    {
        var at = Now + TimeSpan.FromMilliseconds(c.Fate.DelayMs);
        if (c.Fate.RejectCode is { } code)
        {
            At(at, () =>
            {
                if (!c.OrdStatus.IsTerminal())
                {
                    c.RejectCode = code;
                    Finish(c, OrdStatus.Rejected);
                    PostOnlyRejects += c.Slice.PostOnly ? 1 : 0;
                }
            });
            return;
        }
        if (c.Fate.DoubtMs > 0)
        {
            At(at, () => c.InDoubt = !c.OrdStatus.IsTerminal());
            at += TimeSpan.FromMilliseconds(c.Fate.DoubtMs);
        }
        At(at, () =>
        {
            PostOnlyRejects = 0;
            c.InDoubt = false;
            c.OrdStatus = c.OrdStatus == OrdStatus.PendingNew ? OrdStatus.New : c.OrdStatus;
        });
        var fill = Steps.RoundDown(c.Qty * c.Fate.FillFraction, Alpha.LotSize);
        for (var i = 0; i < c.Fate.Fills; i++)
        {
            var part = i == c.Fate.Fills - 1 ? fill : Steps.RoundDown(fill / c.Fate.Fills, Alpha.LotSize);
            fill -= part;
            at += TimeSpan.FromMilliseconds(c.Fate.DelayMs);
            At(at, () => Fill(c, part));
        }
        if (c.Slice.TimeInForce is TimeInForce.Ioc or TimeInForce.Fok)
        {
            At(at, () => Finish(c, OrdStatus.Canceled));
        }
    }

    private static void Fill(SimChild c, decimal qty)
    {
        if (!c.OrdStatus.IsTerminal() && qty > 0m)
        {
            c.CumQty += qty;
            c.OrdStatus = c.OrdStatus == OrdStatus.PendingCancel ? c.OrdStatus : OrdStatus.PartiallyFilled;
        }
    }

    private void Finish(SimChild c, OrdStatus status)
    {
        if (c.OrdStatus.IsTerminal())
        {
            return;
        }
        c.OrdStatus = c.CumQty == c.Qty ? OrdStatus.Filled : status;
        c.InDoubt = false;
        c.EndedAt = Now;
    }

    private void At(DateTimeOffset at, Action what) => events.Enqueue(() =>
    {
        what();
        foreach (var c in Children.Where(c => !c.OrdStatus.IsTerminal() && c.CumQty == c.Qty))
        {
            Finish(c, OrdStatus.Filled);
        }
    }, (at, eventNo++));

    private static DateTimeOffset? Earliest(DateTimeOffset? a, DateTimeOffset? b) => a is null ? b : b is null ? a : a < b ? a : b;
}

using Ems.Execution.Core.Accounts;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Execution;
using Ems.Execution.Core.Groups;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Engine.Hosting;

namespace Ems.Execution.Engine.Accounts;

/// <summary>Asks groups and carries out what they want. What they want is read off the legs each time, so doing it late or again is harmless.</summary>
public sealed partial class AccountGrain
{
    /// <summary>Decisions of one group in one turn: a leg that starts changes what it sees.</summary>
    private const int GroupStepsPerTurnMax = 8;
    private static readonly TimeSpan CancelAgain = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan TruthShownEvery = TimeSpan.FromSeconds(1);

    private readonly Dictionary<ClOrdId, GroupRuntime> groupRuntimes = [];
    private readonly HashSet<ClOrdId> groupsToStep = [];
    private readonly HashSet<ClOrdId> dirtyGroups = [];

    /// <summary>Something happened to a group or to one of its legs.</summary>
    private void TouchGroup(AccountEvent e)
    {
        if (e.Parent is not { } id)
        {
            return;
        }
        var group = e is GroupEvent ? id : state.Parents.GetValueOrDefault(id)?.Group?.Group;
        if (group is { } g && state.Groups.ContainsKey(g))
        {
            dirtyGroups.Add(g);
            groupsToStep.Add(g);
        }
    }

    /// <summary>What was touched outside a pump is looked at in the next turn.</summary>
    private void QueueTouchedGroups()
    {
        if (groupsToStep.Count > 0)
        {
            foreach (var id in groupsToStep)
            {
                Queue(id, Now);
            }
            groupsToStep.Clear();
            Rearm();
        }
    }

    /// <summary>Decides for every touched group; stages, sends nothing.</summary>
    private void StepGroups(DateTimeOffset now, List<RiskApproved<VenueOrder>> sends, List<Order> cancels)
    {
        for (var turn = 0; turn < GroupStepsPerTurnMax && groupsToStep.Count > 0; turn++)
        {
            var touched = groupsToStep.ToList();
            groupsToStep.Clear();
            foreach (var id in touched)
            {
                StepGroup(id, now, sends, cancels);
            }
        }
    }

    private async Task StepGroupsAndSendAsync(List<Order> cancels)
    {
        var sends = new List<RiskApproved<VenueOrder>>();
        StepGroups(Now, sends, cancels);
        Rearm();
        await FlushAsync();
        await SendAsync(sends, cancels);
    }

    private void StepGroup(ClOrdId id, DateTimeOffset now, List<RiskApproved<VenueOrder>> sends, List<Order> cancels)
    {
        if (!state.Groups.TryGetValue(id, out var group) || group.OrdStatus.IsTerminal() || group.AcceptedAt is null)
        {
            groupRuntimes.Remove(id);
            return;
        }
        if (!groupRuntimes.TryGetValue(id, out var runtime))
        {
            groupRuntimes[id] = runtime = NewRuntime(group.Spec);
        }
        try
        {
            Carry(group, runtime, now, sends, cancels);
        }
        catch (Exception e) when (failure is null)
        {
            // One group's bug must not stop the others; it is asked again, and the trader sees why.
            EngineLog.PumpFailed(engine.Logger, account, e);
            runtime.WhyIdle = new("GroupError", $"Its logic failed and is asked again: {e.Message}");
            dirtyGroups.Add(id);
            Queue(id, now + AfterAlgoError);
        }
    }

    private void Carry(OrderGroup group, GroupRuntime runtime, DateTimeOffset now, List<RiskApproved<VenueOrder>> sends, List<Order> cancels)
    {
        var id = group.Spec.ClOrdId;
        var strategy = GroupCatalog.Find(group.Spec.Type)!;
        var legs = state.LegsOf(group);
        var decision = strategy.Decide(new GroupInput(group.Spec, group.Memory, group.CancelRequested, group.AcceptedAt!.Value,
            [.. legs.Select(l => new LegState(l, [.. state.ChildrenOf(l.Spec.ClOrdId).Select(c => state.Children[c])]))],
            WorldOf(group.Spec, runtime, now), now, runtime.WatchedSince));
        Wake(legs, runtime, now);
        // Under a halt or a pause it still takes away, it never adds.
        var mayAdd = group.OrdStatus == OrdStatus.New && legs.Select(l => l.Spec.Instrument).Concat(group.Spec.Legs.Select(l => l.Spec.Instrument)).All(i => state.KillFor(i) == KillLevel.None);
        var (idle, next) = (decision.WhyIdle, decision.NextActionAt);
        var notes = new List<string>();
        foreach (var action in decision.Actions)
        {
            if (action is StartLeg or ReleaseLeg && !mayAdd)
            {
                continue;
            }
            if (Do(group, runtime, strategy, action, now, sends, cancels))
            {
                notes.Add($"{Verb(action)}: {action.Reason}");
            }
        }
        if (runtime.Denied is { } denied && runtime.NotBefore > now)
        {
            (idle, next) = (new(denied.Code.ToString(), $"Risk does not let its next leg start: {denied.Text}. Trying again."), runtime.NotBefore);
        }
        if (decision.Memory != group.Memory || notes.Count > 0)
        {
            Stage(new GroupDecided(id, decision.Memory != group.Memory ? decision.Memory : null, notes, now, Engine));
        }
        if (decision.End is { } end && state.LegsOf(state.Groups[id]).All(l => l.OrdStatus.IsTerminal()))
        {
            Stage(new GroupEnded(id, end.OrdStatus, end.Code, end.Text, strategy.Residual(group.Spec, legs), now, Engine));
            groupRuntimes.Remove(id);
            EngineLog.OrderEnded(engine.Logger, id, end.OrdStatus.ToString(), end.Code);
            return;
        }
        Show(id, runtime, decision, idle, next, now);
    }

    private void Show(ClOrdId id, GroupRuntime runtime, GroupDecision decision, WhyIdle idle, DateTimeOffset? next, DateTimeOffset now)
    {
        if (next is { } at)
        {
            Queue(id, at > now ? at : now + CancelAgain);
        }
        var truth = decision.Truth ?? [];
        var turned = !truth.Select(t => t.Holds).SequenceEqual(runtime.Truth.Select(t => t.Holds));
        if (idle != runtime.WhyIdle || next != runtime.NextActionAt || turned || (truth.Count > 0 && now - runtime.TruthShownAt >= TruthShownEvery))
        {
            runtime.TruthShownAt = now;
            dirtyGroups.Add(id);
        }
        (runtime.WhyIdle, runtime.NextActionAt, runtime.WatchMarket, runtime.Truth) = (idle, next, decision.WatchMarket, truth);
    }

    /// <summary>A leg that has ended frees what the others may be waiting for: balance, or the way past an own order.</summary>
    private void Wake(IReadOnlyList<ParentOrder> legs, GroupRuntime runtime, DateTimeOffset now)
    {
        var ended = legs.Count(l => l.OrdStatus.IsTerminal());
        if (ended > runtime.EndedLegs)
        {
            foreach (var leg in legs.Where(l => !l.OrdStatus.IsTerminal()))
            {
                if (runtimes.TryGetValue(leg.Spec.ClOrdId, out var r) && r.NotBefore > now)
                {
                    (r.NotBefore, r.Unsendable) = (default, 0);
                    Queue(leg.Spec.ClOrdId, now);
                }
            }
        }
        runtime.EndedLegs = ended;
    }

    /// <summary>Stages one action; false when it cannot be done just now.</summary>
    private bool Do(OrderGroup group, GroupRuntime runtime, IGroupStrategy strategy, GroupAction action, DateTimeOffset now, List<RiskApproved<VenueOrder>> sends, List<Order> cancels)
    {
        switch (action)
        {
            case StartLeg x:
                return now >= runtime.NotBefore && TryStart(group, runtime, strategy, x, now, sends);
            case CancelLeg x:
                cancels.AddRange(StageCancelParent(x.Leg, x.Reason, GroupLink.Actor));
                return true;
            case ResizeLeg x:
                var p = state.Parents[x.Leg];
                Stage(new ParentReplaced(x.Leg, p.Spec with { OrderQty = x.OrderQty }, p.Version + 1, p.HoldRate, now, GroupLink.Actor));
                Queue(x.Leg, now);
                return true;
            case CancelExcess x:
                var due = x.Children.Where(c => now - runtime.CancelAskedAt.GetValueOrDefault(c) >= CancelAgain).ToList();
                if (due.Count < x.Children.Count)
                {
                    Queue(group.Spec.ClOrdId, now + CancelAgain);
                }
                if (due.Count == 0)
                {
                    return false;
                }
                due.ForEach(c => runtime.CancelAskedAt[c] = now);
                Stage(new ChildrenCancelAsked(x.Leg, due, x.Reason, now, GroupLink.Actor));
                cancels.AddRange(due.Select(c => state.Children[c]));
                return true;
            case HoldLeg x:
                Stage(new ParentPaused(x.Leg, x.Reason, now, GroupLink.Actor));
                cancels.AddRange(StageCancels(x.Leg, x.Reason, GroupLink.Actor));
                return true;
            case ReleaseLeg x:
                Release(state.Parents[x.Leg], GroupLink.Actor, now);
                return true;
            default:
                throw new InvalidOperationException($"{action.GetType().Name} is no action of a group.");
        }
    }

    /// <summary>Risk again, as the account is now; what the group has reserved counts as free for its own leg.</summary>
    private bool TryStart(OrderGroup group, GroupRuntime runtime, IGroupStrategy strategy, StartLeg start, DateTimeOffset now, List<RiskApproved<VenueOrder>> sends)
    {
        var mid = MidOf(start.Spec);
        var (spec, adjustments) = AlgoRunner.Algo(start.Spec.Strategy).Precheck(start.Spec, runner.MarketFor(start.Spec, null, engine.Market.FreshBooks(start.Spec.Instrument, start.Spec.Venues)), runner.Allowed(start.Spec), now);
        var instrument = engine.Market.Catalog.Find(spec.Instrument)!;
        var asset = spec.Side == Side.Buy ? instrument.Quote : instrument.Base;
        var funded = strategy.Planned(group.Spec).Any(l => l.Role == start.Link.Role && l.Funded);
        var view = runner.ViewFor(spec, mid, now);
        view = view with
        {
            Free = view.Free + state.Groups[group.Spec.ClOrdId].Claims.Where(c => c.Asset == asset).Sum(c => c.Amount),
            // A day's limit must not keep a position from being closed.
            DayNotional = funded ? 0m : view.DayNotional,
        };
        if (engine.Risk.Check(spec, view).Denial is { } denial)
        {
            if (runtime.Deny(denial, now))
            {
                Stage(new GroupLegDenied(group.Spec.ClOrdId, start.Link.Role, denial, now, Engine));
            }
            return false;
        }
        runtime.Let();
        Stage(new ParentReceived(spec, group.BodyHash, SeedOf(spec.ClOrdId), adjustments, now, GroupLink.Actor) { Group = start.Link });
        Stage(new ParentAccepted(spec.ClOrdId, asset, HoldRate(spec, mid), (spec.LimitPx ?? mid ?? 0m) * spec.OrderQty, now, Engine));
        runtimes[spec.ClOrdId] = new ParentRuntime { TapeCursor = engine.Tapes.Of(spec.Instrument).Count };
        if (IsImmediate(spec, now))
        {
            var market = runner.MarketFor(spec, null, engine.Market.FreshBooks(spec.Instrument, spec.Venues));
            Activate(spec.ClOrdId, market, now, GroupLink.Actor);
            sends.AddRange(DecideNow(spec.ClOrdId, market, now, GroupLink.Actor));
        }
        else
        {
            // The job makes sure of it; the engine is quicker.
            Queue(spec.ClOrdId, spec.StartTime is { } at && at > now ? at : now);
        }
        QueueStart(spec);
        return true;
    }

    private void Release(ParentOrder leg, string actor, DateTimeOffset now)
    {
        Stage(new ParentResumed(leg.Spec.ClOrdId, now, actor));
        if (runtimes.TryGetValue(leg.Spec.ClOrdId, out var runtime))
        {
            runtime.TapeCursor = engine.Tapes.Of(leg.Spec.Instrument).Count;
        }
        Queue(leg.Spec.ClOrdId, now);
    }

    private GroupRuntime NewRuntime(GroupSpec spec)
    {
        var runtime = new GroupRuntime { WatchedSince = Now };
        foreach (var id in InstrumentsOf(spec))
        {
            runtime.Tapes[id] = new ParentRuntime { TapeCursor = engine.Tapes.Of(id).Count };
        }
        return runtime;
    }

    private static IEnumerable<InstrumentId> InstrumentsOf(GroupSpec spec) =>
        spec.Legs.Select(l => l.Spec.Instrument).Concat(spec.Condition is { } c ? Conditions.Instruments(c) : []).Distinct();

    /// <summary>What a group may see: markets it is about, the account's free money and positions.</summary>
    private GroupWorld WorldOf(GroupSpec spec, GroupRuntime runtime, DateTimeOffset now)
    {
        var markets = new Dictionary<InstrumentId, MarketView>();
        var listings = new Dictionary<InstrumentId, IReadOnlyList<Core.Instruments.Listing>>();
        var positions = new Dictionary<InstrumentId, decimal>();
        foreach (var id in InstrumentsOf(spec))
        {
            var any = new ParentSpec(spec.ClOrdId, id, Side.Buy, 0m, null, "", new Dictionary<string, string>());
            markets[id] = runner.MarketFor(any, runtime.Tapes.GetValueOrDefault(id), engine.Market.FreshBooks(id));
            listings[id] = runner.Allowed(any);
            positions[id] = state.Positions.At(id).Qty;
        }
        var assets = new Dictionary<Asset, AssetView>();
        if (spec.Condition is not null)
        {
            foreach (var asset in engine.Market.Catalog.Instruments.SelectMany(i => new[] { i.Base, i.Quote }).Distinct())
            {
                var total = state.Ledger.Total(asset, _ => true);
                assets[asset] = new(total, total - state.HeldByParents(asset));
            }
        }
        return new(markets, listings, assets, positions);
    }

    private IEnumerable<OrderGroup> ShownGroups() => state.LiveGroups.Select(id => state.Groups[id])
        .Concat(state.Groups.Values.Where(g => g.OrdStatus.IsTerminal()).OrderByDescending(g => g.EndedAt).Take(EndedGroupsShown));

    private GroupView View(OrderGroup group) => View(group, state);

    private GroupView View(OrderGroup g, AccountState source)
    {
        var runtime = groupRuntimes.GetValueOrDefault(g.Spec.ClOrdId);
        var legs = source.LegsOf(g);
        var over = g.OrdStatus.IsTerminal();
        var halt = g.Spec.Legs.Select(l => state.KillFor(l.Spec.Instrument)).DefaultIfEmpty(KillLevel.None).Max();
        var idle = over ? new WhyIdle(g.EndCode ?? g.OrdStatus.ToString(), g.EndText ?? "")
            : g.OrdStatus == OrdStatus.Suspended ? new WhyIdle("Paused", "Paused: nothing is started; fills still take away from the other legs.")
            : g.OrdStatus != OrdStatus.PendingCancel && halt > KillLevel.None ? new WhyIdle("Killed", $"Kill switch {halt} is on: nothing is started.")
            : runtime?.WhyIdle ?? new WhyIdle("Starting", "");
        var residual = legs.Count == g.Legs.Count && legs.Count > 0 ? GroupCatalog.Find(g.Spec.Type)!.Residual(g.Spec, legs) : g.Residual;
        return new(g, idle, over ? null : runtime?.NextActionAt, residual, over ? [] : runtime?.Truth ?? []);
    }

    private static string Verb(GroupAction action) => action switch
    {
        StartLeg x => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"starts {x.Spec.ClOrdId} for {Steps.Normal(x.Spec.OrderQty)}"),
        CancelLeg x => $"cancels {x.Leg}",
        ResizeLeg x => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"sets {x.Leg} to {Steps.Normal(x.OrderQty)}"),
        CancelExcess x => $"cancels {x.Children.Count} children of {x.Leg}",
        HoldLeg x => $"holds {x.Leg}",
        ReleaseLeg x => $"lets {x.Leg} go on",
        _ => action.GetType().Name,
    };
}

using Ems.Execution.Core.Accounts;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Engine.Hosting;

namespace Ems.Execution.Engine.Accounts;

public sealed partial class AccountGrain
{
    /// <summary>Due parents decided in one turn, so that reports and calls get theirs.</summary>
    private const int DecisionsPerTurnMax = 128;
    private static readonly TimeSpan AfterAlgoError = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Never = Timeout.InfiniteTimeSpan;

    private readonly PriorityQueue<ClOrdId, DateTimeOffset> due = new();
    private readonly Dictionary<ClOrdId, DateTimeOffset> queuedAt = [];
    private IGrainTimer? timer;
    private DateTimeOffset armedFor = DateTimeOffset.MaxValue;

    private void StartPumps()
    {
        // A live account stays in memory; an idle one may go.
        var often = TimeSpan.FromMilliseconds(engine.Options.MarketPulseMs);
        timer = this.RegisterGrainTimer(TickAsync, new GrainTimerCreationOptions(Never, Never) { Interleave = true, KeepAlive = true });
        this.RegisterGrainTimer(PulseAsync, new GrainTimerCreationOptions(often, often) { Interleave = true, KeepAlive = false });
        this.RegisterGrainTimer(WatchAsync, new GrainTimerCreationOptions(TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(500)) { Interleave = true, KeepAlive = false });
        _ = ReadReportsAsync();
        foreach (var id in state.LiveGroups.Concat(state.LiveParents))
        {
            Queue(id, Now);
        }
        Rearm();
    }

    /// <summary>Decides for every parent whose time has come, commits all of it at once, then sends.</summary>
    private async Task TickAsync(CancellationToken ct)
    {
        if (failure is not null)
        {
            return;
        }
        try
        {
            armedFor = DateTimeOffset.MaxValue;
            var sends = new List<RiskApproved<VenueOrder>>();
            var cancels = new List<Order>();
            var now = Now;
            var turns = 0;
            while (turns < DecisionsPerTurnMax && due.TryPeek(out var id, out var at) && at <= now)
            {
                due.Dequeue();
                if (!queuedAt.TryGetValue(id, out var wanted) || wanted != at)
                {
                    continue;
                }
                queuedAt.Remove(id);
                turns++;
                engine.Metrics.LatenessMs.Record((now - at).TotalMilliseconds);
                Step(id, null, now, sends, cancels);
            }
            StepGroups(now, sends, cancels);
            Rearm();
            await FlushAsync();
            await SendAsync(sends, cancels);
        }
        catch (Exception e) when (failure is null)
        {
            EngineLog.PumpFailed(engine.Logger, account, e);
            Rearm();
        }
    }

    /// <summary>Shows the market to the parents that watch it.</summary>
    private async Task PulseAsync(CancellationToken ct)
    {
        if (failure is not null || runtimes.Count + groupRuntimes.Count == 0)
        {
            return;
        }
        try
        {
            var sends = new List<RiskApproved<VenueOrder>>();
            var cancels = new List<Order>();
            var now = Now;
            foreach (var id in runtimes.Where(r => r.Value.WatchMarket).Select(r => r.Key).ToList())
            {
                Step(id, null, now, sends, cancels);
            }
            groupsToStep.UnionWith(groupRuntimes.Where(r => r.Value.WatchMarket).Select(r => r.Key));
            StepGroups(now, sends, cancels);
            Rearm();
            await FlushAsync();
            await SendAsync(sends, cancels);
        }
        catch (Exception e) when (failure is null)
        {
            EngineLog.PumpFailed(engine.Logger, account, e);
        }
    }

    /// <summary>Activates, decides or ends one parent, whichever it is due for; stages, sends nothing.</summary>
    private void Step(ClOrdId id, MarketView? seen, DateTimeOffset now, List<RiskApproved<VenueOrder>> sends, List<Order> cancels)
    {
        if (state.Groups.ContainsKey(id))
        {
            StepGroup(id, now, sends, cancels);
            return;
        }
        if (!state.Parents.TryGetValue(id, out var p) || p.OrdStatus.IsTerminal())
        {
            runtimes.Remove(id);
            return;
        }
        if (TryEnd(p, now) || !MayDecide(p))
        {
            return;
        }
        if (p.StartedAt is null)
        {
            if (p.Spec.StartTime is { } start && start > now)
            {
                Queue(id, start);
                return;
            }
            Activate(id, seen ?? runner.MarketFor(p.Spec, null, engine.Market.FreshBooks(p.Spec.Instrument, p.Spec.Venues)), now, Engine);
        }
        var before = cancels.Count;
        try
        {
            sends.AddRange(DecideNow(id, seen ?? runner.MarketFor(p.Spec, runtimes[id], engine.Market.FreshBooks(p.Spec.Instrument, p.Spec.Venues)), now, Engine, cancels));
        }
        catch (Exception e) when (failure is null)
        {
            // One algo's bug must not stop the others; it is asked again, and the trader sees why.
            EngineLog.PumpFailed(engine.Logger, account, e);
            runtimes[id].WhyIdle = new("AlgoError", $"Its algo failed and is asked again: {e.Message}");
            dirtyParents.Add(id);
            Queue(id, now + AfterAlgoError);
        }
        if (cancels.Count == before)
        {
            TryEnd(state.Parents[id], now);
        }
    }

    private bool MayDecide(ParentOrder p) =>
        p.OrdStatus is OrdStatus.New or OrdStatus.PartiallyFilled && !p.CancelRequested && p.Ending is null
        && (state.KillFor(p.Spec.Instrument) == KillLevel.None || p.Spec.ReduceOnly && p.Spec.Tags == FlattenTag);

    private void Activate(ClOrdId id, MarketView market, DateTimeOffset now, string actor)
    {
        var p = state.Parents[id];
        // Prints from before its time must not trigger it.
        runtimes[id].TapeCursor = engine.Tapes.Of(p.Spec.Instrument).Count;
        Stage(new ParentActivated(id, market.Mid, AlgoRunner.Algo(p.Spec.Strategy).Start(p.Spec, p.Seed, market, now), now, actor));
        if (AlgoRunner.EndOf(state.Parents[id]) is { } end)
        {
            engine.Jobs.Close(account, id, NameOf(p.Spec), end + CloseGrace);
        }
    }

    /// <summary>Asks the algo once and stages what it wants.</summary>
    private IReadOnlyList<RiskApproved<VenueOrder>> DecideNow(ClOrdId id, MarketView market, DateTimeOffset now, string actor, List<Order>? cancels = null)
    {
        var p = state.Parents[id];
        var runtime = runtimes[id];
        var (idle, next) = (runtime.WhyIdle, runtime.NextActionAt);
        var outcome = runner.Decide(p, runtime, market, now, actor);
        if (outcome.Event is { } e)
        {
            Stage(e);
            cancels?.AddRange(e.Cancels.Select(c => state.Children[c]));
            if (e.End is not null)
            {
                cancels?.AddRange(StageCancels(id, "its algo has ended", Engine));
            }
        }
        if (runtime.NextActionAt is { } at)
        {
            Queue(id, at);
        }
        if (idle != runtime.WhyIdle || next != runtime.NextActionAt)
        {
            dirtyParents.Add(id);
        }
        return outcome.Orders;
    }

    private async Task DecideAndSendAsync(ClOrdId id, string actor)
    {
        var sends = new List<RiskApproved<VenueOrder>>();
        var cancels = new List<Order>();
        Step(id, null, Now, sends, cancels);
        StepGroups(Now, sends, cancels);
        Rearm();
        await FlushAsync();
        await SendAsync(sends, cancels);
    }

    /// <summary>Ends a parent of which nothing works any more, when it is full, canceled, or its algo is done.</summary>
    private bool TryEnd(ParentOrder p, DateTimeOffset now)
    {
        if (p.WorkingQty != 0m || p.UnknownQty != 0m)
        {
            return false;
        }
        var (status, code, text) =
            p.CumQty >= p.Spec.OrderQty ? (OrdStatus.Filled, "Filled", "All filled.")
            : p.CancelRequested ? (OrdStatus.Canceled, "Canceled", "Canceled on request.")
            : p.Ending is { } end ? (end.OrdStatus, end.Code, end.Text)
            : (OrdStatus.None, "", "");
        if (status == OrdStatus.None)
        {
            return false;
        }
        Stage(new ParentEnded(p.Spec.ClOrdId, status, code, text, now, Engine));
        runtimes.Remove(p.Spec.ClOrdId);
        EngineLog.OrderEnded(engine.Logger, p.Spec.ClOrdId, status.ToString(), code);
        QueueClose(p.Spec.ClOrdId);
        return true;
    }

    private void Queue(ClOrdId id, DateTimeOffset at)
    {
        if (queuedAt.TryGetValue(id, out var already) && already == at)
        {
            return;
        }
        queuedAt[id] = at;
        due.Enqueue(id, at);
    }

    private void Rearm()
    {
        while (due.TryPeek(out var id, out var at) && (!queuedAt.TryGetValue(id, out var wanted) || wanted != at))
        {
            due.Dequeue();
        }
        if (timer is not null && due.TryPeek(out _, out var next) && next < armedFor)
        {
            armedFor = next;
            var wait = next - Now;
            // Up to whole milliseconds: a timer cuts the rest off, fires early, finds nothing due and would be armed again at once.
            timer.Change(wait > TimeSpan.Zero ? TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)) : TimeSpan.Zero, Never);
        }
    }
}

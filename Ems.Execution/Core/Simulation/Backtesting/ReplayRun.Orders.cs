using Ems.Execution.Core.Accounts;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Execution;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;

namespace Ems.Execution.Core.Simulation.Backtesting;

/// <summary>The account's side of a replay: what the engine's grain does, without waiting and without a disk.</summary>
internal sealed partial class ReplayRun
{
    private const string Engine = "engine";

    private readonly Dictionary<ClOrdId, ParentRuntime> runtimes = [];
    private readonly Dictionary<ClOrdId, DateTimeOffset> queuedAt = [];
    private readonly Dictionary<ClOrdId, List<ReplayStep>> timelines = [];
    private readonly Dictionary<ClOrdId, List<ReplayFill>> fills = [];
    private readonly Dictionary<ClOrdId, IReadOnlyList<FieldError>> refused = [];
    private int waiting;

    private void Submit(ReplayOrder order)
    {
        waiting--;
        GoLive();
        var id = order.Spec.ClOrdId;
        if (ParentValidation.Validate(order.Spec, catalog, now) is { Count: > 0 } errors)
        {
            refused[id] = errors;
            return;
        }
        var fresh = market.FreshBooks(order.Spec.Instrument, now);
        var view = View(order.Spec, null, fresh);
        var (fitted, adjustments) = DecisionPath.Algo(order.Spec.Strategy).Precheck(order.Spec, view, path.Allowed(order.Spec), now);
        var result = risk.Check(fitted, path.ViewFor(fitted, view.Mid, now));
        Stage(new ParentReceived(fitted, "", order.Seed, adjustments, now, Engine));
        if (result.Denial is { } denial)
        {
            Stage(new ParentDenied(id, denial, now, Engine));
            return;
        }
        var instrument = catalog.Find(fitted.Instrument)!;
        Stage(new ParentAccepted(id, fitted.Side == Side.Buy ? instrument.Quote : instrument.Base, path.HoldRate(fitted, view.Mid),
            (fitted.LimitPx ?? view.Mid ?? 0m) * fitted.OrderQty, now, Engine));
        runtimes[id] = new ParentRuntime { TapeCursor = market.Tape(fitted.Instrument, now.UtcTicks).Count };
        Step(id);
    }

    /// <summary>Reports have arrived: all of them are applied, then the parents they touch decide once.</summary>
    private void Hear(ExecutionReport[] reports)
    {
        var touched = new List<ClOrdId>(1);
        foreach (var r in reports)
        {
            var child = state.Children[r.ClOrdId];
            if (OrderEvents.From(r) is not { } e || (r.ExecType != ExecType.Trade && ReferenceEquals(child.Apply(e), child)))
            {
                continue;
            }
            Stage(new ChildReported(child.ParentClOrdId, r, now, r.Venue.Value));
            if (r.ExecType == ExecType.Trade)
            {
                ListOf(fills, child.ParentClOrdId).Add(new(r.ClOrdId, r.Venue, r.LastQty, r.LastPx, r.Commission, r.LastLiquidityInd, r.TransactTime, child.CreatedAt));
            }
            if (!touched.Contains(child.ParentClOrdId))
            {
                touched.Add(child.ParentClOrdId);
            }
        }
        foreach (var parent in touched)
        {
            Step(parent);
        }
    }

    /// <summary>Activates, decides or ends one parent, whichever it is due for.</summary>
    private void Step(ClOrdId id)
    {
        var p = state.Parents[id];
        if (p.OrdStatus.IsTerminal() || TryEnd(p) || p.Ending is not null)
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
            var seen = View(p.Spec, null, market.FreshBooks(p.Spec.Instrument, now));
            runtimes[id].TapeCursor = market.Tape(p.Spec.Instrument, now.UtcTicks).Count;
            Stage(new ParentActivated(id, seen.Mid, DecisionPath.Algo(p.Spec.Strategy).Start(p.Spec, p.Seed, seen, now), now, Engine));
        }
        if (!Decide(id))
        {
            TryEnd(state.Parents[id]);
        }
    }

    /// <summary>Asks the algo once and does what it wants. True when cancels are on their way.</summary>
    private bool Decide(ClOrdId id)
    {
        var (p, runtime) = (state.Parents[id], runtimes[id]);
        var outcome = path.Decide(p, runtime, View(p.Spec, runtime, market.FreshBooks(p.Spec.Instrument, now)), now, Engine);
        decisions++;
        digest.Asked(p, runtime, now);
        if (input.KeepsTimeline && ListOf(timelines, id) is var steps && (steps.Count == 0 || steps[^1].Code != runtime.WhyIdle.Code || steps[^1].Text != runtime.WhyIdle.Text))
        {
            steps.Add(new(now, runtime.WhyIdle.Code, runtime.WhyIdle.Text));
        }
        var cancels = new List<Order>();
        if (outcome.Event is { } e)
        {
            Stage(e);
            cancels.AddRange(e.Cancels.Select(c => state.Children[c]));
            if (e.End is not null && state.ChildrenOf(id).Select(c => state.Children[c]).Where(o => !o.OrdStatus.IsTerminal()).ToList() is { Count: > 0 } open)
            {
                Stage(new ChildrenCancelAsked(id, [.. open.Select(o => o.ClOrdId)], "its algo has ended", now, Engine));
                cancels.AddRange(open);
            }
        }
        if (runtime.NextActionAt is { } at)
        {
            Queue(id, at);
        }
        Pulse();
        Send(outcome.Orders, cancels);
        return cancels.Count > 0;
    }

    private void Send(IReadOnlyList<RiskApproved<VenueOrder>> orders, List<Order> cancels)
    {
        foreach (var order in orders)
        {
            var (o, venue) = (order.Value, venues[order.Value.Venue]);
            path.CountMessage(now);
            At(venue.ArrivesAt(now.UtcTicks), () =>
            {
                venue.New(order, now);
                Spoke(venue, o.Instrument);
            });
            if (o is { TimeInForce: TimeInForce.Gtd, ExpireTime: { } expiry })
            {
                At(expiry.UtcTicks, () =>
                {
                    venue.Expire(o.ClOrdId, now);
                    Spoke(venue, o.Instrument);
                });
            }
        }
        foreach (var o in cancels)
        {
            var venue = venues[o.Venue];
            path.CountMessage(now);
            At(venue.ArrivesAt(now.UtcTicks), () =>
            {
                venue.Cancel(o.ClOrdId, now);
                Spoke(venue, o.Instrument);
            });
        }
    }

    /// <summary>Ends a parent of which nothing works any more, when it is full or its algo is done.</summary>
    private bool TryEnd(ParentOrder p)
    {
        if (p.WorkingQty != 0m || p.UnknownQty != 0m)
        {
            return false;
        }
        var (status, code, text) = p.CumQty >= p.Spec.OrderQty ? (OrdStatus.Filled, "Filled", "All filled.")
            : p.Ending is { } end ? (end.OrdStatus, end.Code, end.Text) : (OrdStatus.None, "", "");
        if (status == OrdStatus.None)
        {
            return false;
        }
        Stage(new ParentEnded(p.Spec.ClOrdId, status, code, text, now, Engine));
        runtimes.Remove(p.Spec.ClOrdId);
        return true;
    }

    private void Queue(ClOrdId id, DateTimeOffset at)
    {
        if (queuedAt.TryGetValue(id, out var already) && already == at)
        {
            return;
        }
        queuedAt[id] = at;
        At(at.UtcTicks, () =>
        {
            if (queuedAt.TryGetValue(id, out var wanted) && wanted == at)
            {
                queuedAt.Remove(id);
                Step(id);
            }
        });
    }

    /// <summary>While a parent watches, it is shown the market at every full tenth of a second.</summary>
    private void Pulse()
    {
        if (pulsing || !runtimes.Values.Any(r => r.WatchMarket))
        {
            return;
        }
        pulsing = true;
        At(((now.UtcTicks / PulseTicks) + 1) * PulseTicks, () =>
        {
            pulsing = false;
            foreach (var id in runtimes.Where(r => r.Value.WatchMarket).Select(r => r.Key).ToList())
            {
                Step(id);
            }
            Pulse();
        });
    }

    private MarketView View(ParentSpec spec, ParentRuntime? runtime, IReadOnlyList<BookSnapshot> fresh)
    {
        var tape = market.Tape(spec.Instrument, now.UtcTicks);
        var cursor = runtime?.TapeCursor ?? long.MaxValue;
        var slice = tape.Since(ref cursor);
        if (runtime is not null)
        {
            runtime.TapeCursor = cursor;
        }
        var volume = Algos.Pov.PovAlgo.BlockFilter(spec) is { } most ? tape.QtyLastMinute(now, most) : tape.QtyLastMinute(now);
        return path.Market(spec, fresh, slice, volume, tape.VolatilityBps, tape.QuickVolatilityBps, tape.Volumes.At(now));
    }

    private void Stage(AccountEvent e)
    {
        state.Apply(e);
        digest.Happened(e);
    }

    private IReadOnlyList<ReplayParent> Results() =>
    [
        .. input.Orders.Select(o => new ReplayParent(o, state.Parents.GetValueOrDefault(o.Spec.ClOrdId), refused.GetValueOrDefault(o.Spec.ClOrdId, []),
            [.. state.ChildrenOf(o.Spec.ClOrdId).Select(c => state.Children[c])], fills.GetValueOrDefault(o.Spec.ClOrdId, []), timelines.GetValueOrDefault(o.Spec.ClOrdId, []))),
    ];

    private static List<T> ListOf<T>(Dictionary<ClOrdId, List<T>> lists, ClOrdId id)
    {
        if (!lists.TryGetValue(id, out var list))
        {
            lists[id] = list = [];
        }
        return list;
    }
}

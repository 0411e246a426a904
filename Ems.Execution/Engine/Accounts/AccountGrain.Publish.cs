using Ems.Execution.Core.Accounts;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Algos;
using Ems.Execution.Engine.Storage;

namespace Ems.Execution.Engine.Accounts;

public sealed partial class AccountGrain
{
    private readonly string epoch = Guid.NewGuid().ToString("N");
    private readonly HashSet<ClOrdId> dirtyParents = [];
    private readonly HashSet<ClOrdId> dirtyChildren = [];
    private readonly List<FillView> dirtyFills = [];
    private readonly HashSet<ClOrdId> unprojectedParents = [];
    private readonly List<(ExecutionReport, Order)> unprojectedFills = [];
    private readonly Dictionary<(VenueId, Asset), Core.Ledger.VenueBalance> projectedBalances = [];
    private readonly Queue<FillView> fills = [];
    private bool balancesDirty, balancesUnprojected, killDirty;
    private long deltaSeq;
    private bool publishing;

    /// <inheritdoc/>
    public async Task<AccountView> ViewAsync()
    {
        Guard();
        var ended = state.Parents.Values.Where(p => p.OrdStatus.IsTerminal()).OrderByDescending(p => p.EndedAt).Take(200);
        var shown = state.LiveParents.Select(id => state.Parents[id]).Concat(ended).ToList();
        var children = shown.SelectMany(p => state.ChildrenOf(p.Spec.ClOrdId).TakeLast(100)).Select(id => state.Children[id]).ToList();
        var view = new AccountView(account, state.Name, epoch, deltaSeq, [.. shown.Select(View)], children, [.. fills],
            [.. state.Ledger.Balances()], [.. state.Positions.All], state.AccountKill, state.Limits)
        { Groups = [.. ShownGroups().Select(View)] };
        await FlushAsync();
        return view;
    }

    /// <inheritdoc/>
    public async Task<ParentDetail?> FindAsync(ClOrdId clOrdId)
    {
        Guard();
        await FlushAsync();
        var rows = engine.Reader.RowsOf(account, clOrdId);
        if (rows.Count == 0)
        {
            return null;
        }
        var events = rows.Select(r => (Row: r, Event: AccountJson.Read(r.Payload))).ToList();
        var source = state;
        if (!state.Parents.ContainsKey(clOrdId))
        {
            // Ended long ago: its own events are enough to show it again, its money does not matter here.
            source = new AccountState(engine.Market.Catalog);
            events.ForEach(x => source.Apply(x.Event));
        }
        if (!source.Parents.TryGetValue(clOrdId, out var parent))
        {
            return null;
        }
        var children = source.ChildrenOf(clOrdId).Select(id => source.Children[id]).ToList();
        var own = events.Select(x => x.Event).OfType<ChildReported>().Where(e => e.Report.ExecType == ExecType.Trade)
            .Select(e => new FillView(e.Report, clOrdId, parent.Spec.Instrument, parent.Spec.Side)).ToList();
        var routes = events.Select(x => x.Event).OfType<AlgoDecided>()
            .SelectMany(d => d.Slices.Select(s => new SliceRoute(s.SliceNo, d.Time, s.Reason, [.. s.Children.Select(c => c.ClOrdId)], s.Plan))).ToList();
        return new(View(parent), children, own, routes, [.. events.Select(x => JournalText.Line(x.Row.Sequence, x.Event))],
            AlgoRunner.PlanOf(parent, parent.StartedAt ?? parent.Spec.StartTime ?? parent.CreatedAt));
    }

    /// <summary>Keeps what views show of the past.</summary>
    private void Remember(AccountEvent e)
    {
        engine.Costs.See(account, e, e.Parent is { } of && state.Parents.TryGetValue(of, out var parent) ? parent.Spec : null);
        if (e is ChildReported { Report.ExecType: ExecType.Trade } x && state.Children.TryGetValue(x.Report.ClOrdId, out var child))
        {
            var fill = new FillView(x.Report, x.ClOrdId, child.Instrument, child.Side);
            fills.Enqueue(fill);
            dirtyFills.Add(fill);
            if (fills.Count > engine.Options.FillsKept)
            {
                fills.Dequeue();
            }
            // Folding a long journal publishes nothing.
            if (dirtyFills.Count > engine.Options.FillsKept)
            {
                dirtyFills.RemoveAt(0);
            }
        }
    }

    private void Touch(AccountEvent e)
    {
        TouchGroup(e);
        if (e.Parent is { } parent && state.Parents.ContainsKey(parent))
        {
            dirtyParents.Add(parent);
            unprojectedParents.Add(parent);
        }
        switch (e)
        {
            case ChildReported x when state.Children.TryGetValue(x.Report.ClOrdId, out var child):
                dirtyChildren.Add(x.Report.ClOrdId);
                if (x.Report.ExecType == ExecType.Trade)
                {
                    unprojectedFills.Add((x.Report, child));
                }
                break;
            case AlgoDecided x:
                dirtyChildren.UnionWith(x.Slices.SelectMany(s => s.Children).Select(c => c.ClOrdId));
                dirtyChildren.UnionWith(x.Cancels);
                break;
            case ChildDoubted x:
                dirtyChildren.Add(x.Child);
                break;
            case KillSwitchSet:
                killDirty = true;
                break;
            case ChildrenCancelAsked x:
                dirtyChildren.UnionWith(x.Children);
                break;
        }
        if (e is ChildReported or AlgoDecided or Deposited or BalanceAdjusted)
        {
            balancesDirty = balancesUnprojected = true;
        }
    }

    private ProjectionChange TakeProjection()
    {
        var change = new ProjectionChange(state.Name, state.LiveParents.Count + state.Unclosed.Count + state.LiveGroups.Count,
            [.. unprojectedParents.Select(id => state.Parents[id])], [.. unprojectedFills], balancesUnprojected ? ChangedBalances() : []);
        unprojectedParents.Clear();
        unprojectedFills.Clear();
        balancesUnprojected = false;
        return change;
    }

    private bool HasNews => dirtyParents.Count > 0 || balancesDirty || dirtyFills.Count > 0 || killDirty || dirtyGroups.Count > 0;

    /// <summary>Balances that differ from what was projected last.</summary>
    private List<Core.Ledger.VenueBalance> ChangedBalances()
    {
        var changed = new List<Core.Ledger.VenueBalance>();
        foreach (var b in state.Ledger.Balances())
        {
            if (!projectedBalances.TryGetValue((b.Venue, b.Asset), out var old) || old != b)
            {
                projectedBalances[(b.Venue, b.Asset)] = b;
                changed.Add(b);
            }
        }
        return changed;
    }

    /// <summary>One push at a time, never before what it shows is durable, at most one per interval.</summary>
    private void SchedulePublish()
    {
        if (!publishing && HasNews)
        {
            publishing = true;
            _ = PublishAsync();
        }
    }

    private async Task PublishAsync()
    {
        try
        {
            while (HasNews)
            {
                var delta = TakeDelta();
                await FlushAsync();
                engine.Publisher.Publish(delta);
                await Task.Delay(TimeSpan.FromMilliseconds(engine.Options.PublishIntervalMs), engine.Time);
            }
        }
        catch (Exception) when (failure is not null)
        {
            // The failed commit was logged and this owner is going away.
        }
        finally
        {
            publishing = false;
        }
    }

    private AccountDelta TakeDelta()
    {
        var delta = new AccountDelta(account, epoch, ++deltaSeq,
            [.. dirtyParents.Where(state.Parents.ContainsKey).Select(id => View(state.Parents[id]))],
            [.. dirtyChildren.Where(state.Children.ContainsKey).Select(id => state.Children[id])],
            [.. dirtyFills], balancesDirty ? [.. state.Ledger.Balances()] : [], balancesDirty ? [.. state.Positions.All] : [], state.AccountKill)
        { Groups = [.. dirtyGroups.Where(state.Groups.ContainsKey).Select(id => View(state.Groups[id]))] };
        dirtyGroups.Clear();
        dirtyParents.Clear();
        dirtyChildren.Clear();
        dirtyFills.Clear();
        balancesDirty = killDirty = false;
        return delta;
    }

    private ParentView View(ParentOrder p)
    {
        var runtime = runtimes.GetValueOrDefault(p.Spec.ClOrdId);
        var idle = p.OrdStatus.IsTerminal() ? new WhyIdle(p.EndCode ?? p.OrdStatus.ToString(), p.EndText ?? "")
            : p.OrdStatus == OrdStatus.Suspended ? new WhyIdle("Paused", "Paused; resume to go on.")
            : p.OrdStatus == OrdStatus.PendingCancel ? new WhyIdle("Canceling", "Waiting for the venues to confirm the cancels.")
            : state.KillFor(p.Spec.Instrument) is var level and > 0 ? new WhyIdle("Killed", $"Kill switch {level} is on.")
            : runtime?.WhyIdle ?? new WhyIdle("Starting", "");
        return new(p, idle, p.OrdStatus.IsTerminal() ? null : runtime?.NextActionAt, AlgoRunner.EndOf(p), AlgoRunner.PlannedQty(p, Now));
    }
}

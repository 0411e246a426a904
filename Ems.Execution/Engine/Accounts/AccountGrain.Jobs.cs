using System.Globalization;
using Ems.Execution.Core.Accounts;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Engine.Hosting;

namespace Ems.Execution.Engine.Accounts;

/// <summary>What Hangfire asks for.</summary>
public sealed partial class AccountGrain
{
    /// <summary>After the end of the window before the close job looks: the algo ends itself first.</summary>
    private static readonly TimeSpan CloseGrace = TimeSpan.FromSeconds(5);
    /// <summary>Questions asked at once while closing.</summary>
    private const int AskedAtOnceMax = 16;
    private bool startQueued, closeQueued;

    /// <summary>
    /// Makes the start job of a parent. While one is waiting it serves every parent that comes in the meantime, so a burst of orders is
    /// not a burst of jobs.
    /// </summary>
    private void QueueStart(ParentSpec spec)
    {
        if (spec.StartTime is { } at && at > Now)
        {
            Schedule(() => engine.Jobs.Start(account, spec.ClOrdId, NameOf(spec), at));
        }
        else if (!startQueued)
        {
            startQueued = true;
            Schedule(() => engine.Jobs.Start(account, spec.ClOrdId, NameOf(spec), null));
        }
    }

    /// <summary>Outside the turn, since the scheduler's storage may be slow. A job that could not be made is no loss: the sweep looks after every live parent.</summary>
    private void Schedule(Action make) => _ = Task.Run(() =>
    {
        try
        {
            make();
        }
        catch (Exception e)
        {
            EngineLog.PumpFailed(engine.Logger, account, e);
        }
    });

    /// <summary>Makes the close job of a parent that is over; one that waits serves all.</summary>
    private void QueueClose(ClOrdId clOrdId)
    {
        if (!closeQueued && state.Parents.TryGetValue(clOrdId, out var p))
        {
            closeQueued = true;
            Schedule(() => engine.Jobs.Close(account, clOrdId, NameOf(p.Spec), null));
        }
    }

    /// <inheritdoc/>
    public async Task ActivateParentAsync(ClOrdId clOrdId)
    {
        Guard();
        startQueued = false;
        QueueUnstarted();
        await TickAsync(CancellationToken.None);
    }

    private void QueueUnstarted()
    {
        // Hangfire keeps due times in whole seconds and may come early: the exact moment is the engine's.
        foreach (var p in state.Unstarted.Select(id => state.Parents[id]).Where(p => p.OrdStatus == OrdStatus.New).ToList())
        {
            Queue(p.Spec.ClOrdId, p.Spec.StartTime ?? Now);
        }
        Rearm();
    }

    /// <inheritdoc/>
    public async Task CloseParentAsync(ClOrdId clOrdId)
    {
        Guard();
        closeQueued = false;
        if (state.Parents.TryGetValue(clOrdId, out var named) && !named.OrdStatus.IsTerminal())
        {
            await DecideAndSendAsync(clOrdId, Engine);
        }
        var ended = state.Unclosed.ToList();
        if (ended.Count == 0)
        {
            return;
        }
        foreach (var venue in ended.SelectMany(state.ChildrenOf).Select(id => state.Children[id].Venue).Distinct().ToList())
        {
            await BookMissedFillsAsync(venue);
        }
        foreach (var id in ended)
        {
            await CloseAsync(id);
        }
        await CompareBalancesAsync();
        await FlushAsync();
    }

    /// <summary>Compares one ended parent with the venues' own words on its children.</summary>
    private async Task CloseAsync(ClOrdId id)
    {
        var differences = new List<string>();
        var theirs = 0m;
        foreach (var some in state.ChildrenOf(id).Chunk(AskedAtOnceMax))
        {
            var words = await Task.WhenAll(some.Select(c => reconciler.AskAsync(account, state.Children[c])));
            for (var i = 0; i < some.Length; i++)
            {
                var (ours, word) = (state.Children[some[i]], words[i]?.CumQty ?? 0m);
                theirs += word;
                if (word != ours.CumQty)
                {
                    differences.Add(string.Create(CultureInfo.InvariantCulture, $"{ours.ClOrdId} at {ours.Venue}: ours {ours.CumQty}, theirs {word}"));
                }
            }
        }
        if (state.Unclosed.Contains(id))
        {
            Stage(new ParentClosed(id, theirs, differences, Now, ByReconciler));
        }
    }

    /// <inheritdoc/>
    public async Task SubmitRecurringAsync(ClOrdId clOrdId)
    {
        Guard();
        if (!state.Recurring.TryGetValue(clOrdId, out var r))
        {
            return;
        }
        // One name per minute of firing: a job that runs twice submits one order.
        var stem = clOrdId.Value.Length <= 24 ? clOrdId.Value : SeededRandom.Hash(clOrdId.Value).ToString("x16", CultureInfo.InvariantCulture);
        var id = new ClOrdId($"{stem}-r{Now.ToUnixTimeSeconds() / 60}");
        await SubmitAsync(new SubmitOrder(r.Spec with { ClOrdId = id, StartTime = null }, r.BodyHash + id.Value, r.Actor));
    }

    /// <inheritdoc/>
    public async Task<Denial?> StopRecurringAsync(ClOrdId clOrdId, string actor)
    {
        Guard();
        if (!state.Recurring.ContainsKey(clOrdId))
        {
            return new(DenyCode.UnknownOrder, "clOrdId", $"clOrdId={clOrdId} does not repeat");
        }
        Stage(new RecurringRemoved(clOrdId, Now, actor));
        await FlushAsync();
        engine.Jobs.StopRecurring(account, clOrdId);
        return null;
    }

    /// <summary>With nothing in flight at a venue, its balance is the truth; a difference is adopted and labelled, never hidden.</summary>
    private async Task CompareBalancesAsync()
    {
        foreach (var venue in engine.Clients.Keys)
        {
            if (state.LiveChildren.Any(id => state.Children[id].Venue == venue))
            {
                continue;
            }
            var before = sequence;
            var theirs = await reconciler.BalancesAsync(account, venue);
            if (before != sequence)
            {
                continue;
            }
            foreach (var balance in theirs)
            {
                var ours = state.Ledger.At(venue, balance.Asset).Total;
                if (ours != balance.Amount)
                {
                    EngineLog.BalanceAdjusted(engine.Logger, venue, balance.Asset, account, ours, balance.Amount);
                    Stage(new BalanceAdjusted(venue, balance.Asset, balance.Amount - ours, "venue balance differed with nothing in flight", Now, ByReconciler));
                }
            }
        }
    }
}

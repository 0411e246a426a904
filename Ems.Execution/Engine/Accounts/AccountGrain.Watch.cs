using Ems.Execution.Core.Accounts;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Engine.Hosting;

namespace Ems.Execution.Engine.Accounts;

/// <summary>
/// Silence is doubt: what a venue has not answered in time is in doubt, and the venue is asked until it has spoken. Also asks
/// now and then although nothing looks wrong, since a lost fill looks like nothing.
/// </summary>
public sealed partial class AccountGrain
{
    private const string ByReconciler = "reconciler";
    private readonly Dictionary<ClOrdId, DateTimeOffset> askedAt = [];
    private DateTimeOffset auditedAt;
    private bool watching;

    /// <summary>After a restart: book what happened while nobody listened, then settle every child whose fate is not known.</summary>
    private async Task RecoverAsync()
    {
        dirtyFills.Clear();
        auditedAt = Now;
        if (state.LiveChildren.Count == 0)
        {
            return;
        }
        foreach (var id in state.LiveChildren.ToList())
        {
            // It was journaled; whether it was sent died with the process.
            Doubt(state.Children[id], "the process was restarted");
        }
        await FlushAsync();
        await Task.WhenAll(LiveVenues().Select(RecoverVenueAsync));
    }

    /// <summary>What the venue has open is confirmed by one list; only the rest is asked about one by one.</summary>
    private async Task RecoverVenueAsync(VenueId venue)
    {
        await BookMissedFillsAsync(venue);
        try
        {
            await ProcessAsync([.. (await reconciler.OpenOrdersAsync(account, venue)).Where(r => state.Children.ContainsKey(r.ClOrdId))], ByReconciler);
        }
        catch (Exception e) when (failure is null)
        {
            EngineLog.VenueSilent(engine.Logger, venue, account, e.Message);
            return;
        }
        await AskAsync([.. state.LiveChildren.Select(id => state.Children[id]).Where(o => o.Venue == venue && o.InDoubt)]);
    }

    private async Task WatchAsync(CancellationToken ct)
    {
        if (failure is not null || watching)
        {
            return;
        }
        watching = true;
        try
        {
            await AskAboutSilenceAsync();
            await CancelAgainAsync();
            if (Now - auditedAt >= TimeSpan.FromMilliseconds(engine.Options.AuditIntervalMs))
            {
                auditedAt = Now;
                await AuditAsync();
            }
            state.Forget(engine.Options.EndedParentsKept);
            state.ForgetGroups(engine.Options.EndedParentsKept);
        }
        catch (Exception e) when (failure is null)
        {
            EngineLog.PumpFailed(engine.Logger, account, e);
        }
        finally
        {
            watching = false;
        }
    }

    private async Task AskAboutSilenceAsync()
    {
        var now = Now;
        var patience = TimeSpan.FromMilliseconds(engine.Options.AckTimeoutMs);
        var silent = new List<Order>();
        foreach (var id in state.Unsettled)
        {
            var o = state.Children[id];
            if (now - o.CreatedAt >= PatienceWith(o, patience) && now - askedAt.GetValueOrDefault(id) >= patience)
            {
                silent.Add(o);
            }
        }
        if (silent.Count == 0)
        {
            return;
        }
        foreach (var o in silent)
        {
            if (!o.InDoubt)
            {
                engine.Trust.WasSilent(o.Venue, patience.TotalMilliseconds);
            }
            Doubt(o, "no answer in time");
        }
        await FlushAsync();
        await AskAsync([.. silent.Select(o => state.Children[o.ClOrdId])]);
    }

    private TimeSpan PatienceWith(Order o, TimeSpan patience) => o.OrdStatus == OrdStatus.New && !o.InDoubt
        && engine.Clients[o.Venue].Capabilities.FinalAfter is var final && final > patience ? final : patience;

    /// <summary>A cancel that the venue refused (it came before the order, or the venue was busy) is asked for again while its parent is ending.</summary>
    private async Task CancelAgainAsync()
    {
        var again = state.EndingParents.Where(p => state.ChildrenOf(p).Select(id => state.Children[id])
            .Any(o => o.OrdStatus is OrdStatus.New or OrdStatus.PartiallyFilled && !o.InDoubt)).ToList();
        if (again.Count > 0)
        {
            var cancels = again.SelectMany(id => StageCancels(id, "the venue refused the first cancel", Engine)).ToList();
            await FlushAsync();
            await SendAsync([], cancels);
        }
    }

    /// <summary>Asks each order's venue for its word, and acts on it.</summary>
    private async Task AskAsync(IReadOnlyList<Order> orders)
    {
        foreach (var some in orders.Chunk(AskedAtOnceMax))
        {
            await Task.WhenAll(some.Select(AskAsync));
        }
    }

    private async Task AskAsync(Order o)
    {
        askedAt[o.ClOrdId] = Now;
        ExecutionReport? word;
        try
        {
            word = await reconciler.AskAsync(account, o);
        }
        catch (Exception e)
        {
            EngineLog.VenueSilent(engine.Logger, o.Venue, account, e.Message);
            return;
        }
        await SettleAsync(o.ClOrdId, word);
    }

    private async Task SettleAsync(ClOrdId id, ExecutionReport? word)
    {
        if (!state.Children.TryGetValue(id, out var o) || o.OrdStatus.IsTerminal())
        {
            askedAt.Remove(id);
            return;
        }
        if (word is null)
        {
            await NeverSeenAsync(o);
            return;
        }
        await ProcessAsync([word], ByReconciler);
        if (state.Children.TryGetValue(id, out var now) && now.InDoubt)
        {
            await BookMissedFillsAsync(o.Venue);
        }
        if (state.Children.TryGetValue(id, out now) && now.OrdStatus == OrdStatus.PendingCancel && !now.InDoubt)
        {
            await SendAsync([], [now]);
        }
        if (state.Children.TryGetValue(id, out now) && now.OrdStatus.IsTerminal())
        {
            askedAt.Remove(id);
        }
    }

    /// <summary>
    /// The venue has never heard of it. It may still be on its way, so the same order is sent again under the same name, which the
    /// venue takes once; only after a long time of the same answer is it given up.
    /// </summary>
    private async Task NeverSeenAsync(Order o)
    {
        if (Now - o.CreatedAt >= TimeSpan.FromMilliseconds(engine.Options.UnknownTimeoutMs))
        {
            await ProcessAsync([new ExecutionReport(o.Venue, account, o.ClOrdId, null, $"never-{o.ClOrdId}", ExecType.Rejected, OrdStatus.Rejected, o.OrderQty,
                0m, 0m, 0m, 0m, LastLiquidityInd.None, 0m, default, Now, "NEVER_ARRIVED", "The venue has never heard of it.")], ByReconciler);
            askedAt.Remove(o.ClOrdId);
            return;
        }
        var p = state.Parents[o.ParentClOrdId];
        if (o.OrdStatus == OrdStatus.PendingCancel || !MayDecide(p))
        {
            return;
        }
        var (door, fallback) = state.Limits.DoorOf(p.Spec);
        var order = new VenueOrder(account, o.ClOrdId, o.Venue, o.Instrument, o.Side, o.OrdType, o.OrderQty, o.Px, o.TimeInForce, o.PostOnly, o.ReduceOnly,
            o.TimeInForce == TimeInForce.Gtd ? p.Spec.ExpireTime : null, door, fallback);
        if (runner.Recheck(p, order, Now) is { } approved)
        {
            await SendAsync([approved], []);
        }
    }

    /// <summary>Pages through the venue's fills after the last one known to be booked, and books what is missing.</summary>
    private async Task BookMissedFillsAsync(VenueId venue)
    {
        try
        {
            var cursor = state.FillCursor(venue);
            await foreach (var page in reconciler.FillsAfterAsync(account, venue, cursor))
            {
                await ProcessAsync([.. page.Select(f => f.Fill)], ByReconciler);
                cursor = page[^1].FillNo;
            }
            if (cursor != state.FillCursor(venue))
            {
                Stage(new FillsReconciled(venue, cursor, Now, ByReconciler));
                await FlushAsync();
            }
        }
        catch (Exception e) when (failure is null)
        {
            EngineLog.VenueSilent(engine.Logger, venue, account, e.Message);
        }
    }

    /// <summary>Compares open orders with each venue's list, both ways.</summary>
    private async Task AuditAsync()
    {
        foreach (var venue in LiveVenues())
        {
            IReadOnlyList<ExecutionReport> open;
            var asked = Now;
            try
            {
                open = await reconciler.OpenOrdersAsync(account, venue);
            }
            catch (Exception e)
            {
                EngineLog.VenueSilent(engine.Logger, venue, account, e.Message);
                continue;
            }
            var there = open.Select(r => r.ClOrdId).ToHashSet();
            var missing = state.LiveChildren.Select(id => state.Children[id])
                .Where(o => o.Venue == venue && !there.Contains(o.ClOrdId) && asked - o.CreatedAt > TimeSpan.FromMilliseconds(engine.Options.AckTimeoutMs)).ToList();
            await AskAsync(missing);
            var behind = open.Where(r => state.Children.TryGetValue(r.ClOrdId, out var o) && r.CumQty > o.CumQty).ToList();
            if (behind.Count > 0)
            {
                await BookMissedFillsAsync(venue);
            }
            foreach (var r in open.Where(r => state.Children.TryGetValue(r.ClOrdId, out var o) && o.OrdStatus.IsTerminal()))
            {
                EngineLog.Orphan(engine.Logger, venue, r.ClOrdId);
                await SendAsync([], [state.Children[r.ClOrdId]]);
            }
        }
    }

    private List<VenueId> LiveVenues() => [.. state.LiveChildren.Select(id => state.Children[id].Venue).Distinct()];
}

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
    private readonly HashSet<ClOrdId> closed = [];

    /// <inheritdoc/>
    public async Task CloseParentAsync(ClOrdId clOrdId)
    {
        Guard();
        if (!state.Parents.TryGetValue(clOrdId, out var p))
        {
            return;
        }
        if (!p.OrdStatus.IsTerminal())
        {
            await DecideAndSendAsync(clOrdId, Engine);
            return;
        }
        if (!closed.Add(clOrdId))
        {
            return;
        }
        var differences = new List<string>();
        var theirs = 0m;
        foreach (var venue in state.ChildrenOf(clOrdId).Select(id => state.Children[id].Venue).Distinct().ToList())
        {
            await BookMissedFillsAsync(venue);
            foreach (var o in state.ChildrenOf(clOrdId).Select(id => state.Children[id]).Where(o => o.Venue == venue).ToList())
            {
                var word = await reconciler.AskAsync(account, o);
                theirs += word?.CumQty ?? 0m;
                if ((word?.CumQty ?? 0m) != o.CumQty)
                {
                    differences.Add(string.Create(CultureInfo.InvariantCulture, $"{o.ClOrdId} at {venue}: ours {o.CumQty}, theirs {word?.CumQty ?? 0m}"));
                }
            }
        }
        await CompareBalancesAsync();
        Stage(new ParentClosed(clOrdId, theirs, differences, Now, ByReconciler));
        await FlushAsync();
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

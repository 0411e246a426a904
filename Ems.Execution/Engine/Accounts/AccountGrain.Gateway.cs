using Ems.Execution.Core.Accounts;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Engine.Hosting;

namespace Ems.Execution.Engine.Accounts;

/// <summary>The one door out. Everything that passes here was journaled and is durable.</summary>
public sealed partial class AccountGrain
{
    private readonly Dictionary<ClOrdId, long> sentAt = [];

    private async Task SendAsync(IReadOnlyList<RiskApproved<VenueOrder>> orders, IReadOnlyList<Order> cancels)
    {
        foreach (var order in orders)
        {
            var o = order.Value;
            if (!state.Children.TryGetValue(o.ClOrdId, out var child) || child.OrdStatus.IsTerminal())
            {
                continue;
            }
            await HandOverAsync(o.Venue, o.ClOrdId, c => c.SubmitAsync(order, CancellationToken.None));
            engine.Metrics.ChildrenSent.Add(1, new KeyValuePair<string, object?>("venue", o.Venue.Value));
        }
        foreach (var o in cancels)
        {
            await HandOverAsync(o.Venue, o.ClOrdId, c => c.CancelAsync(new VenueCancel(account, o.ClOrdId, o.Venue), CancellationToken.None));
        }
    }

    /// <summary>A connection that breaks here says nothing about the order: it may have arrived. The watch asks.</summary>
    private async Task HandOverAsync(VenueId venue, ClOrdId id, Func<Venues.IExecutionClient, ValueTask> send)
    {
        runner.CountMessage(Now);
        sentAt[id] = engine.Time.GetTimestamp();
        try
        {
            await send(engine.Clients[venue]);
        }
        catch (Exception e)
        {
            EngineLog.VenueSilent(engine.Logger, venue, account, e.Message);
        }
    }

    private List<Order> StageCancelParent(ClOrdId id, string why, string actor)
    {
        if (!state.Parents[id].CancelRequested)
        {
            Stage(new ParentCancelAsked(id, why, Now, actor));
        }
        var cancels = StageCancels(id, why, actor);
        TryEnd(state.Parents[id], Now);
        return cancels;
    }

    private List<Order> StageCancels(ClOrdId parent, string why, string actor)
    {
        var open = state.ChildrenOf(parent).Select(id => state.Children[id]).Where(o => !o.OrdStatus.IsTerminal() && o.PendingEnd is null).ToList();
        if (open.Count > 0)
        {
            Stage(new ChildrenCancelAsked(parent, [.. open.Select(o => o.ClOrdId)], why, Now, actor));
        }
        return open;
    }
}

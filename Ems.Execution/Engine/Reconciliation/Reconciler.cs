using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Engine.Accounts;
using Ems.Execution.Venues;

namespace Ems.Execution.Engine.Reconciliation;

/// <summary>Asks venues for their own word, each question bounded in time.</summary>
internal sealed class Reconciler(EngineServices engine)
{
    private const int FillsPerPage = 500;

    /// <summary>One order, or null when the venue has never heard of it.</summary>
    public async Task<ExecutionReport?> AskAsync(AccountId account, Order order)
    {
        var client = engine.Clients[order.Venue];
        using var limit = Limit(client);
        return await client.QueryOrderAsync(account, order.ClOrdId, limit.Token).WaitAsync(limit.Token);
    }

    /// <summary>Everything open at a venue.</summary>
    public async Task<IReadOnlyList<ExecutionReport>> OpenOrdersAsync(AccountId account, VenueId venue)
    {
        var client = engine.Clients[venue];
        using var limit = Limit(client);
        return await client.QueryOpenOrdersAsync(account, limit.Token).WaitAsync(limit.Token);
    }

    /// <summary>What the venue holds for the account.</summary>
    public async Task<IReadOnlyList<Money>> BalancesAsync(AccountId account, VenueId venue)
    {
        var client = engine.Clients[venue];
        using var limit = Limit(client);
        return await client.QueryBalancesAsync(account, limit.Token).WaitAsync(limit.Token);
    }

    /// <summary>The venue's fills after a number, in pages.</summary>
    public async IAsyncEnumerable<IReadOnlyList<(long FillNo, ExecutionReport Fill)>> FillsAfterAsync(AccountId account, VenueId venue, long after)
    {
        var client = engine.Clients[venue];
        while (true)
        {
            using var limit = Limit(client);
            var page = await client.QueryFillsAsync(account, after, FillsPerPage, limit.Token).WaitAsync(limit.Token);
            if (page.Count > 0)
            {
                yield return page;
                after = page[^1].FillNo;
            }
            if (page.Count < FillsPerPage)
            {
                yield break;
            }
        }
    }

    private CancellationTokenSource Limit(IExecutionClient client) => new(client.Capabilities.StatusQueryTimeout, engine.Time);
}

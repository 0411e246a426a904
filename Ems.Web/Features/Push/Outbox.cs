using System.Threading.Channels;
using Ems.Web.Client.Contracts;

namespace Ems.Web.Features.Push;

/// <summary>
/// What waits for one connection. A connection that does not keep up loses batches here and nowhere else: it never holds up
/// the account's stream or another connection, and finds out by the gap in the numbers.
/// </summary>
public sealed class Outbox(string connectionId, int batchesWaitingMax, PushMetrics metrics)
{
    private readonly Channel<object> waiting = Channel.CreateBounded<object>(new BoundedChannelOptions(batchesWaitingMax) { SingleReader = true });
    private readonly Dictionary<string, IDisposable> subscriptions = new(StringComparer.Ordinal);
    private bool closed;

    /// <summary>The connection.</summary>
    public string ConnectionId => connectionId;

    /// <summary>Hands over a batch; never waits.</summary>
    public void Post(AccountBatch batch) => Put(batch);

    /// <summary>Hands over a batch; never waits.</summary>
    public void Post(MarketBatch batch) => Put(batch);

    /// <summary>Sends what is posted, in order, until the connection is closed or fails.</summary>
    public async Task PumpAsync(ITradingHubClient client)
    {
        await foreach (var batch in waiting.Reader.ReadAllAsync())
        {
            await (batch is AccountBatch account ? client.OnAccount(account) : client.OnMarket((MarketBatch)batch));
        }
    }

    /// <summary>Keeps a subscription until it is dropped or the connection ends. False: there are too many, or it has ended.</summary>
    public bool Keep(string key, IDisposable subscription, int max)
    {
        lock (subscriptions)
        {
            if (!closed && (subscriptions.ContainsKey(key) || subscriptions.Count < max))
            {
                subscriptions[key] = subscription;
                return true;
            }
        }
        subscription.Dispose();
        return false;
    }

    /// <summary>Ends one subscription.</summary>
    public void Drop(string key)
    {
        IDisposable? subscription;
        lock (subscriptions)
        {
            subscriptions.Remove(key, out subscription);
        }
        subscription?.Dispose();
    }

    /// <summary>Ends everything.</summary>
    public void Close()
    {
        List<IDisposable> all;
        lock (subscriptions)
        {
            closed = true;
            all = [.. subscriptions.Values];
            subscriptions.Clear();
        }
        all.ForEach(s => s.Dispose());
        waiting.Writer.TryComplete();
    }

    private void Put(object batch)
    {
        if (waiting.Writer.TryWrite(batch))
        {
            metrics.Batches.Add(1);
        }
        else
        {
            metrics.Dropped.Add(1);
        }
    }
}

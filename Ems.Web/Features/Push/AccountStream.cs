using Ems.Execution.Core.Primitives;
using Ems.Execution.Engine.Accounts;
using Ems.Execution.Engine.MarketData;
using Ems.Web.Client.Contracts;

namespace Ems.Web.Features.Push;

/// <summary>
/// One account's numbered stream. Batches are numbered, and connections join, under one lock, so a snapshot and the batches
/// after it fit without a gap: the snapshot is the engine's view with every change laid over it that came while it was fetched.
/// </summary>
internal sealed class AccountStream(AccountId account, MarketDataHub market, TimeProvider time, PushOptions options, PushMetrics metrics, ILogger logger)
{
    private const int ViewAttempts = 3;
    private readonly Lock gate = new();
    private readonly PendingRows pending = new();
    private readonly HashSet<Outbox> outboxes = [];
    private readonly List<Joiner> joiners = [];
    private TaskCompletionSource arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string epoch = NewEpoch();
    private long seq;
    private string? engineEpoch;
    private long engineSeq;
    private bool pumping;

    /// <summary>Takes a change from the engine.</summary>
    public void Publish(AccountDelta delta)
    {
        lock (gate)
        {
            var follows = engineEpoch == delta.Epoch && delta.Seq == engineSeq + 1;
            if (engineEpoch == delta.Epoch && delta.Seq <= engineSeq)
            {
                return;
            }
            var known = engineEpoch is not null;
            (engineEpoch, engineSeq) = (delta.Epoch, delta.Seq);
            joiners.ForEach(j => j.Deltas.Add(delta));
            arrived.TrySetResult();
            if (outboxes.Count == 0)
            {
                return;
            }
            pending.Add(delta);
            if ((known && !follows) || pending.Count > options.RowsWaitingMax)
            {
                // A new owner, a lost change or more than a batch may hold: what the pages have cannot be continued.
                StartNewEpoch();
            }
            Wake();
        }
    }

    /// <summary>The account now, without joining.</summary>
    public async Task<AccountSnapshot> SnapshotAsync(Func<Task<AccountView>> view, CancellationToken ct) => (await JoinAsync(null, view, ct)).Snapshot;

    /// <summary>Joins; dispose the subscription to leave.</summary>
    public async Task<(AccountSnapshot Snapshot, IDisposable Subscription)> JoinAsync(Outbox? outbox, Func<Task<AccountView>> viewOf, CancellationToken ct)
    {
        var joiner = new Joiner();
        lock (gate)
        {
            joiners.Add(joiner);
        }
        try
        {
            for (var attempt = 0; attempt < ViewAttempts; attempt++)
            {
                var view = await viewOf();
                await ArriveAsync(view, ct);
                lock (gate)
                {
                    if (engineEpoch != view.Epoch)
                    {
                        if (joiner.Deltas.Exists(d => d.Epoch == engineEpoch))
                        {
                            // The view is of an owner that has been replaced meanwhile.
                            continue;
                        }
                        AdoptOwner(view);
                    }
                    Emit();
                    if (outbox is not null)
                    {
                        outboxes.Add(outbox);
                    }
                    return (Overlay(view, joiner.Deltas), new Subscription(this, outbox));
                }
            }
            throw new TimeoutException($"Account {account} changed its owner {ViewAttempts} times while it was read.");
        }
        finally
        {
            lock (gate)
            {
                joiners.Remove(joiner);
            }
        }
    }

    /// <summary>The view is of a newer owner than the last change seen here: who is joined already must load it too.</summary>
    private void AdoptOwner(AccountView view)
    {
        if (engineEpoch is not null && outboxes.Count > 0)
        {
            StartNewEpoch();
        }
        (engineEpoch, engineSeq) = (view.Epoch, view.Seq);
    }

    private AccountSnapshot Overlay(AccountView view, List<AccountDelta> since)
    {
        var rows = new PendingRows();
        rows.Add(view);
        foreach (var delta in since.Where(d => d.Epoch == view.Epoch && d.Seq > view.Seq))
        {
            rows.Add(delta);
        }
        var b = rows.TakeBatch(account, epoch, seq, market);
        return new(b.Account, b.Epoch, b.Seq, b.Orders, b.Children, b.Fills, b.Balances, b.Positions, b.KillLevel) { Groups = b.Groups };
    }

    /// <summary>Waits, within a bound, until the changes that the view already contains have come, so that none of them arrives after it as if it were news.</summary>
    private async Task ArriveAsync(AccountView view, CancellationToken ct)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(ct);
        bound.CancelAfter(options.SnapshotWaitMs);
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (engineEpoch != view.Epoch || engineSeq >= view.Seq)
                {
                    return;
                }
                if (arrived.Task.IsCompleted)
                {
                    arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
                }
                next = arrived.Task;
            }
            try
            {
                await next.WaitAsync(bound.Token);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private void Wake()
    {
        if (!pumping)
        {
            pumping = true;
            // Not on the account's own scheduler, which the caller is on.
            _ = Task.Run(PumpAsync);
        }
    }

    /// <summary>The first change goes out at once, what follows within the interval is conflated.</summary>
    private async Task PumpAsync()
    {
        try
        {
            while (true)
            {
                lock (gate)
                {
                    if (pending.IsEmpty || outboxes.Count == 0)
                    {
                        pending.Clear();
                        pumping = false;
                        return;
                    }
                    Emit();
                }
                await Task.Delay(TimeSpan.FromMilliseconds(options.AccountIntervalMs), time);
            }
        }
        catch (Exception e)
        {
            PushLog.StreamFailed(logger, account, e);
            lock (gate)
            {
                pumping = false;
                StartNewEpoch();
            }
        }
    }

    private void Emit()
    {
        if (pending.IsEmpty || outboxes.Count == 0)
        {
            pending.Clear();
            return;
        }
        Post(pending.TakeBatch(account, epoch, ++seq, market));
    }

    /// <summary>Pages see another epoch in the next batch and load the snapshot.</summary>
    private void StartNewEpoch()
    {
        (epoch, seq) = (NewEpoch(), 0);
        pending.Clear();
        metrics.Resets.Add(1);
        Post(pending.TakeBatch(account, epoch, seq, market));
    }

    private void Post(AccountBatch batch)
    {
        foreach (var outbox in outboxes)
        {
            outbox.Post(batch);
        }
    }

    private void Leave(Outbox outbox)
    {
        lock (gate)
        {
            outboxes.Remove(outbox);
        }
    }

    private static string NewEpoch() => Guid.NewGuid().ToString("N");

    private sealed class Joiner
    {
        public List<AccountDelta> Deltas { get; } = [];
    }

    private sealed class Subscription(AccountStream stream, Outbox? outbox) : IDisposable
    {
        public void Dispose()
        {
            if (outbox is not null)
            {
                stream.Leave(outbox);
            }
        }
    }
}

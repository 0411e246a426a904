using System.Threading.Channels;
using Ems.Execution.Core.Primitives;
using Microsoft.Data.Sqlite;

namespace Ems.Execution.Engine.Storage;

/// <summary>
/// Group commit: one thread takes whatever waits, writes it in one transaction, and lets all waiters go when it is durable. So the
/// cost of a disk flush is shared by everybody who asked while the one before was running.
/// </summary>
public sealed class JournalWriter : IAsyncDisposable
{
    /// <summary>Most commits in one transaction: bounds the wait of the first.</summary>
    private const int CommitsPerTransactionMax = 2048;
    private const int SqliteConstraint = 19;

    private readonly Channel<Append> queue = Channel.CreateBounded<Append>(new BoundedChannelOptions(65_536) { SingleReader = true });
    private readonly SqliteConnection connection;
    private readonly JournalCommands commands;
    /// <summary>The newest record of each account as this writer wrote it; emptied when a write fails.</summary>
    private readonly Dictionary<AccountId, (long Sequence, byte[] Hash)> tails = [];
    private readonly Task loop;

    /// <summary>Opens the file, makes its tables when it is new, and starts the thread.</summary>
    /// <exception cref="SqliteException">The file cannot be opened or written.</exception>
    public JournalWriter(string file)
    {
        connection = JournalSchema.Open(file);
        JournalSchema.Ensure(connection);
        commands = new JournalCommands(connection);
        loop = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Commits waiting now.</summary>
    public int QueueLength => queue.Reader.Count;

    /// <summary>Writes the records and what they change in the read models. Completed means durable.</summary>
    /// <exception cref="JournalFencedException">A record's sequence is taken: a newer owner exists. Nothing of this commit was written.</exception>
    public Task AppendAsync(IReadOnlyList<JournalRow> rows, ProjectionChange change)
    {
        var append = new Append(rows, change, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        return queue.Writer.TryWrite(append)
            ? append.Done.Task
            : Task.FromException(new InvalidOperationException("The journal's queue is full: the disk does not keep up."));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await loop;
        commands.Dispose();
        connection.Dispose();
    }

    private void Run()
    {
        var batch = new List<Append>(CommitsPerTransactionMax);
        while (queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            batch.Clear();
            while (batch.Count < CommitsPerTransactionMax && queue.Reader.TryRead(out var append))
            {
                batch.Add(append);
            }
            Commit(batch);
        }
    }

    private void Commit(List<Append> batch)
    {
        var fenced = new List<(Append Append, JournalFencedException Why)>();
        try
        {
            using var transaction = connection.BeginTransaction(deferred: false);
            commands.Transaction = transaction;
            foreach (var append in batch)
            {
                if (Insert(append) is { } why)
                {
                    fenced.Add((append, why));
                }
            }
            Project(batch.Where(a => !fenced.Exists(f => f.Append == a)));
            transaction.Commit();
        }
        catch (Exception e)
        {
            tails.Clear();
            foreach (var append in batch)
            {
                append.Done.TrySetException(e);
            }
            return;
        }
        foreach (var (append, why) in fenced)
        {
            append.Done.TrySetException(why);
        }
        foreach (var append in batch)
        {
            append.Done.TrySetResult();
        }
    }

    /// <summary>
    /// A commit that does not follow what is written is refused before anything of it is: a stale owner's first record is taken, and what an
    /// owner had queued behind a write that failed would leave a hole. Later records of a commit cannot be refused when the first was not.
    /// </summary>
    private JournalFencedException? Insert(Append append)
    {
        var first = append.Rows[0];
        var before = tails.TryGetValue(first.Account, out var tail) && tail.Sequence == first.Sequence - 1 ? tail.Hash
            : first.Sequence == 1 ? JournalRow.Genesis : commands.HashOf(first.Account, first.Sequence - 1);
        if (before is null || !before.AsSpan().SequenceEqual(first.PreviousHash))
        {
            return new JournalFencedException(first.Account, first.Sequence);
        }
        for (var i = 0; i < append.Rows.Count; i++)
        {
            try
            {
                commands.Insert(append.Rows[i]);
            }
            catch (SqliteException e) when (e.SqliteErrorCode == SqliteConstraint && i == 0)
            {
                return new JournalFencedException(first.Account, first.Sequence);
            }
        }
        tails[first.Account] = (append.Rows[^1].Sequence, append.Rows[^1].Hash);
        return null;
    }

    /// <summary>Within one transaction only the newest row of a key need be written.</summary>
    private void Project(IEnumerable<Append> appends)
    {
        var parents = new Dictionary<(AccountId, ClOrdId), Core.Orders.ParentOrder>();
        var balances = new Dictionary<(AccountId, VenueId, Asset), Core.Ledger.VenueBalance>();
        var accounts = new Dictionary<AccountId, (string Name, int Live, long Seq)>();
        foreach (var append in appends)
        {
            var account = append.Rows[0].Account;
            accounts[account] = (append.Change.AccountName, append.Change.LiveParents, append.Rows[^1].Sequence);
            foreach (var p in append.Change.Parents)
            {
                parents[(account, p.Spec.ClOrdId)] = p;
            }
            foreach (var b in append.Change.Balances)
            {
                balances[(account, b.Venue, b.Asset)] = b;
            }
            foreach (var (report, child) in append.Change.Fills)
            {
                commands.Insert(account, report, child);
            }
        }
        foreach (var ((account, _), p) in parents)
        {
            commands.Upsert(account, p);
        }
        foreach (var ((account, _, _), b) in balances)
        {
            commands.Upsert(account, b);
        }
        foreach (var (account, a) in accounts)
        {
            commands.Upsert(account, a.Name, a.Live, a.Seq);
        }
    }

    private sealed record Append(IReadOnlyList<JournalRow> Rows, ProjectionChange Change, TaskCompletionSource Done);
}

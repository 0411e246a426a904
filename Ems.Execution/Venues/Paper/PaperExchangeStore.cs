using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Microsoft.Data.Sqlite;

namespace Ems.Execution.Venues.Paper;

/// <summary>
/// The exchange's own durable record, in a file of its own: orders, fills, balances, deposits. Nothing is acknowledged before it is
/// here. One thread commits whatever waits in one transaction. After a failed commit nothing more is written: what was matched and
/// what is recorded would no longer agree.
/// </summary>
public sealed class PaperExchangeStore : IAsyncDisposable
{
    private const int ChangesPerTransactionMax = 4096;
    private readonly Channel<Change> queue = Channel.CreateUnbounded<Change>(new UnboundedChannelOptions { SingleReader = true });
    private readonly SqliteConnection connection;
    private readonly string file;
    private readonly Task loop;
    private readonly ConcurrentDictionary<string, bool> deposits = new(StringComparer.Ordinal);
    private Exception? broken;

    /// <summary>Opens or makes the file.</summary>
    /// <exception cref="SqliteException">The file cannot be opened or written.</exception>
    public PaperExchangeStore(string file)
    {
        this.file = file;
        connection = Open();
        Run(connection, """
            CREATE TABLE IF NOT EXISTS orders (venue TEXT NOT NULL, account TEXT NOT NULL, clordid TEXT NOT NULL, order_id TEXT NOT NULL, instrument TEXT NOT NULL,
                side INTEGER NOT NULL, px TEXT NOT NULL, qty TEXT NOT NULL, cum TEXT NOT NULL, status TEXT NOT NULL, tif INTEGER NOT NULL, post_only INTEGER NOT NULL,
                expire INTEGER, code TEXT, text TEXT, PRIMARY KEY (venue, account, clordid)) WITHOUT ROWID;
            CREATE INDEX IF NOT EXISTS orders_open ON orders (venue, status) WHERE status IN ('New','PartiallyFilled');
            CREATE TABLE IF NOT EXISTS fills (venue TEXT NOT NULL, account TEXT NOT NULL, fill_no INTEGER NOT NULL, exec_id TEXT NOT NULL, clordid TEXT NOT NULL, order_id TEXT NOT NULL,
                instrument TEXT NOT NULL, side INTEGER NOT NULL, qty TEXT NOT NULL, px TEXT NOT NULL, order_qty TEXT NOT NULL, cum TEXT NOT NULL, liquidity INTEGER NOT NULL,
                commission TEXT NOT NULL, currency TEXT NOT NULL, time INTEGER NOT NULL, PRIMARY KEY (venue, account, fill_no)) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS balances (venue TEXT NOT NULL, account TEXT NOT NULL, asset TEXT NOT NULL, total TEXT NOT NULL, PRIMARY KEY (venue, account, asset)) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS positions (venue TEXT NOT NULL, account TEXT NOT NULL, instrument TEXT NOT NULL, qty TEXT NOT NULL, PRIMARY KEY (venue, account, instrument)) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS openings (venue TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS deposits (reference TEXT PRIMARY KEY, venue TEXT NOT NULL, account TEXT NOT NULL, asset TEXT NOT NULL, amount TEXT NOT NULL) WITHOUT ROWID;
            """);
        using (var reader = OpenReader())
        {
            foreach (var reference in reader.Query("SELECT reference FROM deposits", [], r => r.GetString(0)))
            {
                deposits[reference] = true;
            }
        }
        loop = Task.Factory.StartNew(Write, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Records a change; <paramref name="done"/> is called on the store's thread when it is durable.</summary>
    internal void Append(IReadOnlyList<Row> rows, Action<Exception?> done)
    {
        if (!queue.Writer.TryWrite(new(rows, done)))
        {
            done(new ObjectDisposedException(nameof(PaperExchangeStore)));
        }
    }

    /// <summary>One statement with its values.</summary>
    internal readonly record struct Row(string Sql, object?[] Values);

    /// <summary>A connection to read over, for one thread at a time.</summary>
    internal PaperExchangeReader OpenReader() => new(Open());

    /// <summary>Reads once, over a connection of its own.</summary>
    internal IReadOnlyList<T> Query<T>(string sql, object?[] values, Func<SqliteDataReader, T> map)
    {
        using var reader = OpenReader();
        return reader.Query(sql, values, map);
    }

    /// <summary>True the first time a deposit's reference is seen, for ever.</summary>
    internal bool ClaimDeposit(string reference) => deposits.TryAdd(reference, true);

    /// <summary>The venue's next opening: 1, 2, 3 … Durable when it returns, so that ids made from it never repeat, whatever the clock does.</summary>
    internal long NextOpening(Core.Primitives.VenueId venue)
    {
        using var c = Open();
        using var command = Prepare(c, "INSERT INTO openings VALUES (@a, 1) ON CONFLICT(venue) DO UPDATE SET number = number + 1 RETURNING number", 1);
        Bind(command, [venue.Value]);
        return (long)command.ExecuteScalar()!;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await loop;
        connection.Dispose();
    }

    internal static string Text(decimal v) => v.ToString(CultureInfo.InvariantCulture);

    internal static decimal Number(string v) => decimal.Parse(v, CultureInfo.InvariantCulture);

    private SqliteConnection Open()
    {
        var c = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        c.Open();
        Run(c, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=10000;");
        return c;
    }

    private static void Run(SqliteConnection c, string sql)
    {
        using var command = c.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    internal static SqliteCommand Prepare(SqliteConnection c, string sql, int count)
    {
        var command = c.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < count; i++)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = "@" + (char)('a' + i) });
        }
        return command;
    }

    internal static void Bind(SqliteCommand command, object?[] values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }
    }

    private void Write()
    {
        var prepared = new Dictionary<string, SqliteCommand>(StringComparer.Ordinal);
        var batch = new List<Change>();
        while (queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            batch.Clear();
            while (batch.Count < ChangesPerTransactionMax && queue.Reader.TryRead(out var change))
            {
                batch.Add(change);
            }
            if (broken is null)
            {
                broken = Commit(batch, prepared);
            }
            foreach (var change in batch)
            {
                change.Done(broken);
            }
        }
        foreach (var command in prepared.Values)
        {
            command.Dispose();
        }
    }

    private Exception? Commit(List<Change> batch, Dictionary<string, SqliteCommand> prepared)
    {
        try
        {
            using var transaction = connection.BeginTransaction(deferred: false);
            foreach (var change in batch)
            {
                foreach (var row in change.Rows)
                {
                    if (!prepared.TryGetValue(row.Sql, out var command))
                    {
                        prepared[row.Sql] = command = Prepare(connection, row.Sql, row.Values.Length);
                    }
                    command.Transaction = transaction;
                    Bind(command, row.Values);
                    command.ExecuteNonQuery();
                }
            }
            transaction.Commit();
            return null;
        }
        catch (Exception e)
        {
            return new IOException($"The paper exchange's record {file} cannot be written: {e.Message}", e);
        }
    }

    private sealed record Change(IReadOnlyList<Row> Rows, Action<Exception?> Done);
}

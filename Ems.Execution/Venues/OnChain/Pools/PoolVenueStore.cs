using System.Globalization;
using System.Text.Json;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Microsoft.Data.Sqlite;

namespace Ems.Execution.Venues.OnChain.Pools;

/// <summary>
/// The on-chain venues' own durable record: orders, fills, balances, deposits. Nothing is told that is not here. One connection, one change
/// at a time; a change is one transaction.
/// </summary>
public sealed class PoolVenueStore : IDisposable
{
    private readonly Lock gate = new();
    private readonly SqliteConnection connection;

    /// <summary>Opens or makes the file.</summary>
    public PoolVenueStore(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        connection = new(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        connection.Open();
        Run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000;");
        Run("""
            CREATE TABLE IF NOT EXISTS orders (venue TEXT NOT NULL, account TEXT NOT NULL, clordid TEXT NOT NULL, open INTEGER NOT NULL, payload TEXT NOT NULL, PRIMARY KEY (venue, account, clordid)) WITHOUT ROWID;
            CREATE INDEX IF NOT EXISTS orders_open ON orders (venue) WHERE open = 1;
            CREATE TABLE IF NOT EXISTS fills (venue TEXT NOT NULL, account TEXT NOT NULL, fill_no INTEGER NOT NULL, payload TEXT NOT NULL, PRIMARY KEY (venue, account, fill_no)) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS balances (venue TEXT NOT NULL, account TEXT NOT NULL, asset TEXT NOT NULL, total TEXT NOT NULL, PRIMARY KEY (venue, account, asset)) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS deposits (reference TEXT PRIMARY KEY) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS openings (venue TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
            """);
    }

    /// <summary>The venue's next opening: 1, 2, 3 … so that ids made from it never repeat.</summary>
    public long NextOpening(VenueId venue) =>
        (long)One("INSERT INTO openings VALUES ($a, 1) ON CONFLICT(venue) DO UPDATE SET number = number + 1 RETURNING number", venue.Value)!;

    /// <summary>Every order whose swap can still happen.</summary>
    public IReadOnlyList<PoolOrder> Open(VenueId venue) => Many("SELECT payload FROM orders WHERE venue = $a AND open = 1", r => Read<PoolOrder>(r.GetString(0)), venue.Value);

    /// <summary>One order, or null.</summary>
    public PoolOrder? Order(VenueId venue, AccountId account, ClOrdId id) =>
        Many("SELECT payload FROM orders WHERE venue = $a AND account = $b AND clordid = $c", r => Read<PoolOrder>(r.GetString(0)), venue.Value, account.Value, id.Value).FirstOrDefault();

    /// <summary>Fills of an account after a number.</summary>
    public IReadOnlyList<(long FillNo, ExecutionReport Fill)> Fills(VenueId venue, AccountId account, long after, int max) =>
        Many("SELECT fill_no, payload FROM fills WHERE venue = $a AND account = $b AND fill_no > $c ORDER BY fill_no LIMIT $d",
            r => (r.GetInt64(0), Read<ExecutionReport>(r.GetString(1))), venue.Value, account.Value, after, max);

    /// <summary>Balances of an account.</summary>
    public IReadOnlyList<Money> Balances(VenueId venue, AccountId account) =>
        Many("SELECT asset, total FROM balances WHERE venue = $a AND account = $b", r => new Money(decimal.Parse(r.GetString(1), CultureInfo.InvariantCulture), new Asset(r.GetString(0))), venue.Value, account.Value);

    /// <summary>Accounts that have balances.</summary>
    public IReadOnlyList<AccountId> Accounts(VenueId venue) => Many("SELECT DISTINCT account FROM balances WHERE venue = $a", r => new AccountId(r.GetString(0)), venue.Value);

    /// <summary>Writes an order, and with it the fill and what it did to balances.</summary>
    /// <param name="fill">Its number is the next one of the account.</param>
    public void Write(VenueId venue, PoolOrder order, ExecutionReport? fill = null, IReadOnlyList<Money>? changes = null)
    {
        lock (gate)
        {
            using var transaction = connection.BeginTransaction(deferred: false);
            Run("INSERT INTO orders VALUES ($a, $b, $c, $d, $e) ON CONFLICT DO UPDATE SET open = $d, payload = $e",
                venue.Value, order.Account.Value, order.ClOrdId.Value, order.IsOpen ? 1 : 0, JsonSerializer.Serialize(order));
            if (fill is not null)
            {
                Run("INSERT INTO fills SELECT $a, $b, COALESCE(MAX(fill_no), 0) + 1, $c FROM fills WHERE venue = $a AND account = $b", venue.Value, order.Account.Value, JsonSerializer.Serialize(fill));
            }
            foreach (var change in changes ?? [])
            {
                Add(venue, order.Account, change);
            }
            transaction.Commit();
        }
    }

    /// <summary>Changes a balance once per reference; false when it was done before. A negative amount takes away.</summary>
    public bool Deposit(VenueId venue, AccountId account, Money amount, string reference)
    {
        lock (gate)
        {
            using var transaction = connection.BeginTransaction(deferred: false);
            if (One("INSERT INTO deposits VALUES ($a) ON CONFLICT DO NOTHING RETURNING 1", reference) is null)
            {
                return false;
            }
            Add(venue, account, amount);
            transaction.Commit();
            return true;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => connection.Dispose();

    private void Add(VenueId venue, AccountId account, Money change)
    {
        var total = Balances(venue, account).Where(m => m.Asset == change.Asset).Sum(m => m.Amount) + change.Amount;
        total = Steps.Normal(total);
        Run("INSERT INTO balances VALUES ($a, $b, $c, $d) ON CONFLICT DO UPDATE SET total = $d", venue.Value, account.Value, change.Asset.Code, total.ToString(CultureInfo.InvariantCulture));
    }

    private void Run(string sql, params object[] values)
    {
        using var command = Command(sql, values);
        command.ExecuteNonQuery();
    }

    private object? One(string sql, params object[] values)
    {
        lock (gate)
        {
            using var command = Command(sql, values);
            return command.ExecuteScalar();
        }
    }

    private List<T> Many<T>(string sql, Func<SqliteDataReader, T> map, params object[] values)
    {
        lock (gate)
        {
            using var command = Command(sql, values);
            using var reader = command.ExecuteReader();
            var rows = new List<T>();
            while (reader.Read())
            {
                rows.Add(map(reader));
            }
            return rows;
        }
    }

    private SqliteCommand Command(string sql, object[] values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters.AddWithValue("$" + (char)('a' + i), values[i]);
        }
        return command;
    }

    private static T Read<T>(string payload) => JsonSerializer.Deserialize<T>(payload)!;
}

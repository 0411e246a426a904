using Microsoft.Data.Sqlite;

namespace Ems.Execution.Engine.Storage;

/// <summary>The tables of the journal file and the way to open it.</summary>
internal static class JournalSchema
{
    /// <summary>Grows by one with each change of the tables; a file of a newer version is refused.</summary>
    private const int Version = 1;

    public static SqliteConnection Open(string file)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false, DefaultTimeout = 30 }.ToString());
        connection.Open();
        Execute(connection, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=10000; PRAGMA wal_autocheckpoint=4000;");
        return connection;
    }

    public static void Ensure(SqliteConnection connection)
    {
        var version = Convert.ToInt32(Scalar(connection, "PRAGMA user_version"), System.Globalization.CultureInfo.InvariantCulture);
        if (version > Version)
        {
            throw new InvalidOperationException($"The journal is of version {version}; this program knows {Version}.");
        }
        if (version == 0)
        {
            Execute(connection, Create + $" PRAGMA user_version={Version};");
        }
    }

    public static void DropProjections(SqliteConnection connection) =>
        Execute(connection, "DELETE FROM parents; DELETE FROM fills; DELETE FROM balances; DELETE FROM accounts;");

    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    // Decimals are text: SQLite's REAL would round them. Times are UTC ticks.
    private const string Create = """
        CREATE TABLE IF NOT EXISTS journal (
            account TEXT NOT NULL, seq INTEGER NOT NULL, parent TEXT, time INTEGER NOT NULL, payload BLOB NOT NULL,
            prev_hash BLOB NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (account, seq));
        CREATE INDEX IF NOT EXISTS journal_parent ON journal (account, parent, seq) WHERE parent IS NOT NULL;
        CREATE TRIGGER IF NOT EXISTS journal_append_only_update BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
        CREATE TRIGGER IF NOT EXISTS journal_append_only_delete BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
        CREATE TABLE IF NOT EXISTS accounts (account TEXT PRIMARY KEY, name TEXT NOT NULL, live_parents INTEGER NOT NULL, seq INTEGER NOT NULL);
        CREATE TABLE IF NOT EXISTS parents (
            account TEXT NOT NULL, clordid TEXT NOT NULL, instrument TEXT NOT NULL, side TEXT NOT NULL, strategy TEXT NOT NULL, status TEXT NOT NULL,
            order_qty TEXT NOT NULL, cum_qty TEXT NOT NULL, avg_px TEXT, commission TEXT NOT NULL, created INTEGER NOT NULL, ended INTEGER, end_code TEXT,
            PRIMARY KEY (account, clordid)) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS parents_created ON parents (account, created);
        CREATE TABLE IF NOT EXISTS fills (
            account TEXT NOT NULL, venue TEXT NOT NULL, exec_id TEXT NOT NULL, clordid TEXT NOT NULL, parent TEXT NOT NULL, instrument TEXT NOT NULL,
            side TEXT NOT NULL, qty TEXT NOT NULL, px TEXT NOT NULL, commission TEXT NOT NULL, currency TEXT NOT NULL, liquidity TEXT NOT NULL, time INTEGER NOT NULL,
            PRIMARY KEY (account, venue, exec_id)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS balances (account TEXT NOT NULL, venue TEXT NOT NULL, asset TEXT NOT NULL, total TEXT NOT NULL, held TEXT NOT NULL,
            PRIMARY KEY (account, venue, asset)) WITHOUT ROWID;
        """;
}

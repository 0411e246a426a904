using System.Text.Json;
using Ems.Execution.Core.Primitives;
using Microsoft.Data.Sqlite;

namespace Ems.Execution.Venues.OnChain.Bridge;

/// <summary>Transfers between chains and the gates they go by, durable before anything is sent.</summary>
public sealed class BridgeStore : IDisposable
{
    private readonly Lock gate = new();
    private readonly SqliteConnection connection;

    /// <summary>Opens or makes the file.</summary>
    public BridgeStore(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        connection = new(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        connection.Open();
        Run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000;");
        Run("""
            CREATE TABLE IF NOT EXISTS transfers (id TEXT PRIMARY KEY, account TEXT NOT NULL, open INTEGER NOT NULL, created INTEGER NOT NULL, payload TEXT NOT NULL) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS gates (instance TEXT PRIMARY KEY, address TEXT NOT NULL) WITHOUT ROWID;
            """);
    }

    /// <summary>Writes a transfer; false when a new one's name is taken.</summary>
    public bool Add(BridgeTransfer t) => Run("INSERT INTO transfers VALUES ($a, $b, 1, $c, $d) ON CONFLICT DO NOTHING", t.Id, t.Account.Value, t.CreatedAt.UtcTicks, JsonSerializer.Serialize(t)) == 1;

    /// <summary>Writes what became of a transfer.</summary>
    public BridgeTransfer Write(BridgeTransfer t)
    {
        Run("UPDATE transfers SET open = $b, payload = $c WHERE id = $a", t.Id, t.Booked ? 0 : 1, JsonSerializer.Serialize(t));
        return t;
    }

    /// <summary>One transfer, or null.</summary>
    public BridgeTransfer? Find(string id) => Many("SELECT payload FROM transfers WHERE id = $a", id).FirstOrDefault();

    /// <summary>An account's transfers, newest first.</summary>
    public IReadOnlyList<BridgeTransfer> Of(AccountId account, int max) => Many("SELECT payload FROM transfers WHERE account = $a ORDER BY created DESC LIMIT $b", account.Value, max);

    /// <summary>Transfers whose end is not in the books yet.</summary>
    public IReadOnlyList<BridgeTransfer> Open() => Many("SELECT payload FROM transfers WHERE open = 1 ORDER BY created");

    /// <summary>The gate on a chain, or null.</summary>
    public string? Gate(string instance)
    {
        lock (gate)
        {
            using var command = Command("SELECT address FROM gates WHERE instance = $a", [instance]);
            return command.ExecuteScalar() as string;
        }
    }

    /// <summary>Notes a chain's gate.</summary>
    public void SetGate(string instance, string address) => Run("INSERT INTO gates VALUES ($a, $b) ON CONFLICT DO NOTHING", instance, address);

    /// <inheritdoc/>
    public void Dispose() => connection.Dispose();

    private List<BridgeTransfer> Many(string sql, params object[] values)
    {
        lock (gate)
        {
            using var command = Command(sql, values);
            using var reader = command.ExecuteReader();
            var rows = new List<BridgeTransfer>();
            while (reader.Read())
            {
                rows.Add(JsonSerializer.Deserialize<BridgeTransfer>(reader.GetString(0))!);
            }
            return rows;
        }
    }

    private int Run(string sql, params object[] values)
    {
        lock (gate)
        {
            using var command = Command(sql, values);
            return command.ExecuteNonQuery();
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
}

using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Signing;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Data.Sqlite;

namespace Ems.Execution.Venues.OnChain.Keys;

/// <summary>
/// Keys in a SQLite file, each encrypted by Data Protection, whose key ring lies elsewhere: the file alone opens nothing. A key is made here
/// from the system's randomness, is never logged and never leaves.
/// </summary>
public sealed class ServerKeys : IServerKeys, IDisposable
{
    private const string Purpose = "Ems.ServerKeys.v1";
    private readonly Lock gate = new();
    private readonly SqliteConnection connection;
    private readonly IDataProtector protector;
    private readonly TimeProvider time;

    /// <summary>Opens or makes the file.</summary>
    public ServerKeys(string file, IDataProtectionProvider protection, TimeProvider time)
    {
        (protector, this.time) = (protection.CreateProtector(Purpose), time);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        connection = new(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        connection.Open();
        Run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000;");
        Run("""
            CREATE TABLE IF NOT EXISTS keys (name TEXT PRIMARY KEY, address TEXT NOT NULL UNIQUE, protected BLOB NOT NULL, created INTEGER NOT NULL, retired INTEGER) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS gas (address TEXT NOT NULL, day TEXT NOT NULL, tx TEXT NOT NULL, wei TEXT NOT NULL, PRIMARY KEY (address, day, tx)) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS audit (time INTEGER NOT NULL, actor TEXT NOT NULL, what TEXT NOT NULL, address TEXT NOT NULL, text TEXT);
            """);
    }

    /// <inheritdoc/>
    public Task<ISigner> AccountWalletAsync(AccountId account, VenueId venue, CancellationToken ct = default)
    {
        lock (gate)
        {
            return Task.FromResult<ISigner>(Find("name = $a", $"account/{account}/{venue}") ?? Make($"account/{account}/{venue}", "server"));
        }
    }

    /// <inheritdoc/>
    public Task<ISigner> RelayIdentityAsync(CancellationToken ct = default)
    {
        lock (gate)
        {
            return Task.FromResult<ISigner>(Find("name = $a", "relay/1") ?? Make("relay/1", "server"));
        }
    }

    /// <inheritdoc/>
    public Task<ISigner> ExecutorAsync(CancellationToken ct = default)
    {
        lock (gate)
        {
            return Task.FromResult<ISigner>(Find("name LIKE $a AND retired IS NULL", "executor/%") ?? Make(NextExecutor(), "server"));
        }
    }

    /// <inheritdoc/>
    public Task<ISigner?> ExecutorAsync(Address address, CancellationToken ct = default)
    {
        lock (gate)
        {
            return Task.FromResult<ISigner?>(Find("name LIKE 'executor/%' AND address = $a", address.ToString()));
        }
    }

    /// <inheritdoc/>
    public Task<ServerKey> RotateExecutorAsync(string actor, CancellationToken ct = default)
    {
        lock (gate)
        {
            foreach (var old in Executors().Where(e => e.RetiredAt is null))
            {
                Run("UPDATE keys SET retired = $a WHERE name = $b", time.GetUtcNow().UtcTicks, old.Name);
                Audit(actor, "retired", old.Address);
            }
            _ = Make(NextExecutor(), actor);
            return Task.FromResult(Executors()[0]);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<ServerKey> Executors() => Many("SELECT name, address, created, retired FROM keys WHERE name LIKE 'executor/%' ORDER BY created DESC, name DESC",
        r => new ServerKey(r.GetString(0), Address.Parse(r.GetString(1)), At(r.GetInt64(2)), r.IsDBNull(3) ? null : At(r.GetInt64(3))));

    /// <inheritdoc/>
    public BigInteger GasSpent(Address address, DateOnly day) => Many("SELECT wei FROM gas WHERE address = $a AND day = $b",
        r => BigInteger.Parse(r.GetString(0), CultureInfo.InvariantCulture), address.ToString(), Text(day)).Aggregate(BigInteger.Zero, BigInteger.Add);

    /// <inheritdoc/>
    public void SpendGas(Address address, DateOnly day, string transaction, BigInteger wei) =>
        Run("INSERT INTO gas VALUES ($a, $b, $c, $d) ON CONFLICT DO UPDATE SET wei = $d", address.ToString(), Text(day), transaction, wei.ToString(CultureInfo.InvariantCulture));

    /// <inheritdoc/>
    public void Audit(string actor, string what, Address address, string? text = null) =>
        Run("INSERT INTO audit VALUES ($a, $b, $c, $d, $e)", time.GetUtcNow().UtcTicks, actor, what, address.ToString(), (object?)text ?? DBNull.Value);

    /// <inheritdoc/>
    public IReadOnlyList<ServerKeyEvent> Audited(int max) => Many("SELECT time, actor, what, address, text FROM audit ORDER BY rowid DESC LIMIT $a",
        r => new ServerKeyEvent(At(r.GetInt64(0)), r.GetString(1), r.GetString(2), Address.Parse(r.GetString(3)), r.IsDBNull(4) ? null : r.GetString(4)), max);

    /// <inheritdoc/>
    public void Dispose() => connection.Dispose();

    private string NextExecutor() => $"executor/{Executors().Count + 1}";

    private PrivateKeySigner Make(string name, string actor)
    {
        var key = RandomNumberGenerator.GetBytes(32);
        try
        {
            // 32 random bytes are a key but for one chance in 2^128, and then this throws.
            var signer = new PrivateKeySigner(key);
            Run("INSERT INTO keys VALUES ($a, $b, $c, $d, NULL)", name, signer.Address.ToString(), protector.Protect(key), time.GetUtcNow().UtcTicks);
            Audit(actor, "made", signer.Address, name);
            return signer;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private PrivateKeySigner? Find(string where, string value)
    {
        if (Many($"SELECT protected FROM keys WHERE {where} ORDER BY created DESC LIMIT 1", r => (byte[])r[0], value).FirstOrDefault() is not { } stored)
        {
            return null;
        }
        var key = protector.Unprotect(stored);
        try
        {
            return new(key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static DateTimeOffset At(long ticks) => new(ticks, TimeSpan.Zero);

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private void Run(string sql, params object[] values)
    {
        lock (gate)
        {
            using var command = Command(sql, values);
            command.ExecuteNonQuery();
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
}

using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Ems.Execution.Core.Primitives;
using Microsoft.Data.Sqlite;

namespace Ems.Execution.Venues.OnChain.Mandates;

/// <summary>Signed mandates of all accounts, durable. A change is written before anybody acts on it. Thread-safe.</summary>
public sealed class MandateBook : IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, MandateEntry> entries = new(StringComparer.OrdinalIgnoreCase);
    private readonly SqliteConnection connection;

    /// <summary>Opens or makes the file.</summary>
    public MandateBook(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        connection = new(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = """
            PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000;
            CREATE TABLE IF NOT EXISTS mandates (hash TEXT NOT NULL, instance TEXT NOT NULL, payload TEXT NOT NULL, PRIMARY KEY (hash, instance)) WITHOUT ROWID;
            """;
        command.ExecuteNonQuery();
        using var read = connection.CreateCommand();
        read.CommandText = "SELECT payload FROM mandates";
        using var reader = read.ExecuteReader();
        while (reader.Read())
        {
            var entry = JsonSerializer.Deserialize<MandateEntry>(reader.GetString(0))!;
            // The same terms may have been signed for several local chains; the one that still has something to do counts.
            if (!entries.TryGetValue(entry.Hash, out var other) || other.IsClosed || other.CreatedAt < entry.CreatedAt)
            {
                entries[entry.Hash] = entry;
            }
        }
    }

    /// <summary>A mandate, or null.</summary>
    public MandateEntry? Find(string hash)
    {
        lock (gate)
        {
            return entries.GetValueOrDefault(hash);
        }
    }

    /// <summary>The mandates of an account, newest first.</summary>
    public IReadOnlyList<MandateEntry> Of(AccountId account)
    {
        lock (gate)
        {
            return [.. entries.Values.Where(e => e.Account == account).OrderByDescending(e => e.CreatedAt)];
        }
    }

    /// <summary>Those that are not closed.</summary>
    public IReadOnlyList<MandateEntry> Unclosed()
    {
        lock (gate)
        {
            return [.. entries.Values.Where(e => !e.IsClosed)];
        }
    }

    /// <summary>The mandate by which an order's children trade, or null.</summary>
    public MandateEntry? OfChild(AccountId account, ClOrdId child)
    {
        var end = child.Value.LastIndexOf('-');
        if (end <= 0)
        {
            return null;
        }
        var parent = child.Value[..end];
        lock (gate)
        {
            return entries.Values.FirstOrDefault(e => e.Account == account && e.Orders.Contains(parent));
        }
    }

    /// <summary>Takes a mandate in; false when it is there already for this chain.</summary>
    public bool Add(MandateEntry entry)
    {
        lock (gate)
        {
            if (entries.TryGetValue(entry.Hash, out var known) && known.Instance == entry.Instance)
            {
                return false;
            }
            Put(entry);
            return true;
        }
    }

    /// <summary>Changes a mandate.</summary>
    public MandateEntry Change(string hash, Func<MandateEntry, MandateEntry> change)
    {
        lock (gate)
        {
            var now = change(entries[hash]);
            if (now != entries[hash])
            {
                Put(now);
            }
            return now;
        }
    }

    /// <summary>Ends a mandate that is active; one that has ended stays as it ended.</summary>
    public MandateEntry End(string hash, MandateState state) => Change(hash, e => e.State == MandateState.Active ? e with { State = state } : e);

    /// <summary>Notes what the contract counts.</summary>
    public MandateEntry Note(string hash, BigInteger sold, long lastAt) => Change(hash, e => e.SoldUnits == sold && e.LastAt == lastAt ? e
        : e with { Sold = sold.ToString(CultureInfo.InvariantCulture), LastAt = lastAt });

    /// <inheritdoc/>
    public void Dispose() => connection.Dispose();

    private void Put(MandateEntry entry)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "INSERT INTO mandates VALUES ($hash, $instance, $payload) ON CONFLICT DO UPDATE SET payload = $payload";
        command.Parameters.AddWithValue("$hash", entry.Hash);
        command.Parameters.AddWithValue("$instance", entry.Instance);
        command.Parameters.AddWithValue("$payload", JsonSerializer.Serialize(entry));
        command.ExecuteNonQuery();
        entries[entry.Hash] = entry;
    }
}

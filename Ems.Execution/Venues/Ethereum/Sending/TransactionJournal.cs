using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Ems.Execution.Venues.Ethereum.Sending;

/// <summary>Where a lane's events are durable. What <see cref="AppendAsync"/> returned from survives a crash.</summary>
public interface ITransactionJournal
{
    /// <summary>Every event of a lane in order.</summary>
    Task<IReadOnlyList<TransactionEvent>> ReadAsync(string lane, CancellationToken ct = default);

    /// <summary>Appends the event at its place. A place that is taken means that somebody else owns the lane: it throws.</summary>
    Task AppendAsync(string lane, long sequence, TransactionEvent e, CancellationToken ct = default);
}

/// <summary>Lanes in a SQLite file. The key of lane and sequence fences off a second writer.</summary>
public sealed class SqliteTransactionJournal : ITransactionJournal
{
    private readonly string connectionString;

    /// <summary>Opens or makes the file.</summary>
    public SqliteTransactionJournal(string path)
    {
        connectionString = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString();
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = """
            PRAGMA journal_mode=WAL;
            CREATE TABLE IF NOT EXISTS TransactionEvents (Lane TEXT NOT NULL, Sequence INTEGER NOT NULL, Payload TEXT NOT NULL, PRIMARY KEY (Lane, Sequence)) WITHOUT ROWID;
            """;
        command.ExecuteNonQuery();
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<TransactionEvent>> ReadAsync(string lane, CancellationToken ct = default)
    {
        await using var connection = Open();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT Payload FROM TransactionEvents WHERE Lane = $lane ORDER BY Sequence";
        command.Parameters.AddWithValue("$lane", lane);
        var events = new List<TransactionEvent>();
        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
        {
            events.Add(JsonSerializer.Deserialize<TransactionEvent>(reader.GetString(0))!);
        }
        return events;
    }

    /// <inheritdoc/>
    public async Task AppendAsync(string lane, long sequence, TransactionEvent e, CancellationToken ct = default)
    {
        await using var connection = Open();
        await using var command = connection.CreateCommand();
        command.CommandText = "INSERT INTO TransactionEvents (Lane, Sequence, Payload) VALUES ($lane, $sequence, $payload)";
        command.Parameters.AddWithValue("$lane", lane);
        command.Parameters.AddWithValue("$sequence", sequence);
        command.Parameters.AddWithValue("$payload", JsonSerializer.Serialize(e));
        await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(connectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000;";
        command.ExecuteNonQuery();
        return connection;
    }
}

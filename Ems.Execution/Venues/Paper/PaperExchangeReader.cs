using Microsoft.Data.Sqlite;

namespace Ems.Execution.Venues.Paper;

/// <summary>Reads the exchange's record over a connection of its own, with its statements prepared once. One thread at a time.</summary>
internal sealed class PaperExchangeReader(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> prepared = new(StringComparer.Ordinal);

    /// <summary>The rows of a query whose parameters are named @a, @b …</summary>
    public IReadOnlyList<T> Query<T>(string sql, object?[] values, Func<SqliteDataReader, T> map)
    {
        if (!prepared.TryGetValue(sql, out var command))
        {
            prepared[sql] = command = PaperExchangeStore.Prepare(connection, sql, values.Length);
        }
        PaperExchangeStore.Bind(command, values);
        using var reader = command.ExecuteReader();
        var list = new List<T>();
        while (reader.Read())
        {
            list.Add(map(reader));
        }
        return list;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var command in prepared.Values)
        {
            command.Dispose();
        }
        connection.Dispose();
    }
}

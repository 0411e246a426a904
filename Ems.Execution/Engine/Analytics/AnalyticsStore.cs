using System.Globalization;
using Ems.Execution.Core.Analytics;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Engine.Storage;
using Microsoft.Data.Sqlite;

namespace Ems.Execution.Engine.Analytics;

/// <summary>What a kept quote belongs to.</summary>
internal enum QuoteKind { Decision = 1, Arrival, Send, Fill, End }

/// <summary>A quote at one moment of an order; Ref is the child of a send and "venue/execId" of a fill. Quote null: it was not known, for good.</summary>
internal sealed record QuoteRow(AccountId Account, ClOrdId Parent, QuoteKind Kind, string Ref, InstrumentId Instrument, DateTimeOffset Time, Quote? Quote);

/// <summary>A mark-out that is due, was taken (Quote set) or is missing for good.</summary>
internal sealed record MarkRow(
    AccountId Account, ClOrdId Parent, VenueId Venue, string ExecId, int Horizon, DateTimeOffset Due, InstrumentId Instrument, string Venues, bool Done, Quote? Quote);

/// <summary>
/// The analysis' own file, <c>analytics.db</c>: quotes around orders, mark-outs, the market by the second while somebody trades it, and
/// the finished costs. Apart from the journal: losing it loses figures, never an order. Written by the recorder alone, in batches;
/// WAL without a disk flush per batch, so that it survives a crash of the process and takes nothing from the journal's flushes.
/// </summary>
public sealed class AnalyticsStore : IDisposable
{
    /// <summary>Grows with each change of the formulas: costs computed by older ones are computed anew.</summary>
    private const int CostVersion = 1;

    private readonly string file;
    private readonly SqliteConnection connection;
    private readonly Dictionary<string, SqliteCommand> prepared = [];
    private SqliteTransaction? transaction;

    /// <summary>Opens the file and makes its tables when it is new.</summary>
    /// <exception cref="SqliteException">The file cannot be opened or written.</exception>
    public AnalyticsStore(string file)
    {
        this.file = file;
        connection = Open();
        JournalSchema.Execute(connection, Tables);
    }

    /// <summary>Runs the writes in one transaction.</summary>
    internal void Write(IReadOnlyList<Action<AnalyticsStore>> writes)
    {
        using (transaction = connection.BeginTransaction(deferred: false))
        {
            foreach (var write in writes)
            {
                write(this);
            }
            transaction.Commit();
        }
        transaction = null;
    }

    /// <summary>The first word on a moment stands: a journal folded again must not blank what was seen.</summary>
    internal void Put(QuoteRow r) => Execute("INSERT OR IGNORE INTO quotes VALUES (@a,@b,@c,@d,@e,@f,@g,@h)",
        r.Account.Value, r.Parent.Value, (int)r.Kind, r.Ref, r.Instrument.Value, r.Time.UtcTicks, Text(r.Quote?.Bid), Text(r.Quote?.Ask));

    internal void Put(MarkRow r) => Execute(
        "INSERT INTO marks VALUES (@a,@b,@c,@d,@e,@f,@g,@h,@i,@j,@k) ON CONFLICT DO UPDATE SET done=@i, bid=@j, ask=@k WHERE done=0",
        r.Account.Value, r.Parent.Value, r.Venue.Value, r.ExecId, r.Horizon, r.Due.UtcTicks, r.Instrument.Value, r.Venues, r.Done ? 1 : 0, Text(r.Quote?.Bid), Text(r.Quote?.Ask));

    internal void Put(VenueSecond s) => Execute("INSERT OR REPLACE INTO seconds VALUES (@a,@b,@c,@d,@e,@f,@g)",
        s.Instrument.Value, s.Second, s.Venue.Value, Text(s.Quote?.Bid), Text(s.Quote?.Ask), Text(s.Qty), Text(s.Notional));

    internal void Put(AccountId account, OrderCost cost) => Execute("INSERT OR REPLACE INTO costs VALUES (@a,@b,@c,@d)",
        account.Value, cost.ClOrdId.Value, CostVersion, AnalyticsJson.Write(cost));

    /// <summary>A finished cost that is no longer the last word.</summary>
    internal void DropCost(AccountId account, ClOrdId parent) => Execute("DELETE FROM costs WHERE account=@a AND parent=@b", account.Value, parent.Value);

    internal void DropSecondsBefore(InstrumentId instrument, DateTimeOffset time) =>
        Execute("DELETE FROM seconds WHERE instrument=@a AND second<@b", instrument.Value, time.ToUnixTimeSeconds());

    /// <summary>The quotes kept of one order.</summary>
    internal IReadOnlyDictionary<(QuoteKind, string), Quote?> QuotesOf(AccountId account, ClOrdId parent) => Query(
        "SELECT kind, ref, bid, ask FROM quotes WHERE account=@a AND parent=@b", r => (Key: ((QuoteKind)r.GetInt32(0), r.GetString(1)), Quote: QuoteIn(r, 2)),
        account.Value, parent.Value).ToDictionary(x => x.Key, x => x.Quote);

    /// <summary>When children of an account were sent in an instrument, oldest first, with their parents.</summary>
    internal IReadOnlyList<(DateTimeOffset At, ClOrdId Parent)> Sends(AccountId account, InstrumentId instrument, DateTimeOffset from, DateTimeOffset to) => Query(
        "SELECT time, parent FROM quotes WHERE account=@a AND instrument=@b AND kind=3 AND time BETWEEN @c AND @d ORDER BY time",
        r => (new DateTimeOffset(r.GetInt64(0), TimeSpan.Zero), new ClOrdId(r.GetString(1))), account.Value, instrument.Value, from.UtcTicks, to.UtcTicks);

    /// <summary>The mark-outs of one order, in no order.</summary>
    internal IReadOnlyList<MarkRow> MarksOf(AccountId account, ClOrdId parent) => Query("SELECT * FROM marks WHERE account=@a AND parent=@b", MarkIn, account.Value, parent.Value);

    /// <summary>Mark-outs that nobody has taken yet.</summary>
    internal IReadOnlyList<MarkRow> DueMarks() => Query("SELECT * FROM marks WHERE done=0", MarkIn);

    /// <summary>The market's seconds between two Unix seconds, both included.</summary>
    internal IReadOnlyList<VenueSecond> Seconds(InstrumentId instrument, long from, long to) => Query(
        "SELECT venue, second, bid, ask, qty, notional FROM seconds WHERE instrument=@a AND second BETWEEN @b AND @c ORDER BY second",
        r => new VenueSecond(instrument, new(r.GetString(0)), r.GetInt64(1), QuoteIn(r, 2), Number(r.GetString(4)), Number(r.GetString(5))), instrument.Value, from, to);

    /// <summary>The finished costs of some orders, null where there is none (yet), in their order.</summary>
    internal IEnumerable<OrderCost?> CostsOf(AccountId account, IEnumerable<ClOrdId> parents)
    {
        using var own = Open();
        using var command = Command(own, "SELECT payload FROM costs WHERE account=@a AND parent=@b AND version=@c", [account.Value, "", CostVersion]);
        command.Prepare();
        foreach (var parent in parents)
        {
            command.Parameters[1].Value = parent.Value;
            yield return command.ExecuteScalar() is string payload ? AnalyticsJson.Read(payload) : null;
        }
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

    private SqliteConnection Open()
    {
        var opened = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false, DefaultTimeout = 30 }.ToString());
        opened.Open();
        JournalSchema.Execute(opened, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=10000;");
        return opened;
    }

    private void Execute(string sql, params ReadOnlySpan<object?> values)
    {
        // Prepared once: a busy second writes thousands of rows.
        if (!prepared.TryGetValue(sql, out var command))
        {
            prepared.Add(sql, command = Command(connection, sql, values));
            command.Prepare();
        }
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }
        command.Transaction = transaction;
        command.ExecuteNonQuery();
    }

    private List<T> Query<T>(string sql, Func<SqliteDataReader, T> map, params ReadOnlySpan<object?> values)
    {
        using var own = Open();
        using var command = Command(own, sql, values);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(map(reader));
        }
        return rows;
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, ReadOnlySpan<object?> values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters.AddWithValue("@" + (char)('a' + i), values[i] ?? DBNull.Value);
        }
        return command;
    }

    private static MarkRow MarkIn(SqliteDataReader r) => new(new(r.GetString(0)), new(r.GetString(1)), new(r.GetString(2)), r.GetString(3), r.GetInt32(4),
        new DateTimeOffset(r.GetInt64(5), TimeSpan.Zero), new(r.GetString(6)), r.GetString(7), r.GetInt32(8) == 1, QuoteIn(r, 9));

    private static Quote? QuoteIn(SqliteDataReader r, int at) => r.IsDBNull(at) ? null : new Quote(Number(r.GetString(at)), Number(r.GetString(at + 1)));

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    private static string? Text(decimal? value) => value?.ToString(CultureInfo.InvariantCulture);

    // Decimals are text: SQLite's REAL would round them. Times are UTC ticks, seconds are Unix seconds.
    private const string Tables = """
        CREATE TABLE IF NOT EXISTS quotes (
            account TEXT NOT NULL, parent TEXT NOT NULL, kind INTEGER NOT NULL, ref TEXT NOT NULL, instrument TEXT NOT NULL, time INTEGER NOT NULL, bid TEXT, ask TEXT,
            PRIMARY KEY (account, parent, kind, ref)) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS quotes_sends ON quotes (account, instrument, time) WHERE kind=3;
        CREATE TABLE IF NOT EXISTS marks (
            account TEXT NOT NULL, parent TEXT NOT NULL, venue TEXT NOT NULL, exec_id TEXT NOT NULL, horizon INTEGER NOT NULL, due INTEGER NOT NULL,
            instrument TEXT NOT NULL, venues TEXT NOT NULL, done INTEGER NOT NULL, bid TEXT, ask TEXT,
            PRIMARY KEY (account, parent, venue, exec_id, horizon)) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS marks_due ON marks (due) WHERE done=0;
        CREATE TABLE IF NOT EXISTS seconds (
            instrument TEXT NOT NULL, second INTEGER NOT NULL, venue TEXT NOT NULL, bid TEXT, ask TEXT, qty TEXT NOT NULL, notional TEXT NOT NULL,
            PRIMARY KEY (instrument, second, venue)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS costs (account TEXT NOT NULL, parent TEXT NOT NULL, version INTEGER NOT NULL, payload TEXT NOT NULL, PRIMARY KEY (account, parent)) WITHOUT ROWID;
        """;
}

/// <summary>How finished costs are written.</summary>
internal static class AnalyticsJson
{
    private static readonly System.Text.Json.JsonSerializerOptions Options = new() { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    public static string Write(OrderCost cost) => System.Text.Json.JsonSerializer.Serialize(cost, Options);

    public static OrderCost Read(string json) => System.Text.Json.JsonSerializer.Deserialize<OrderCost>(json, Options)
        ?? throw new System.Text.Json.JsonException("The payload is null.");
}

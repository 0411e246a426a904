using System.Globalization;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Microsoft.Data.Sqlite;

namespace Ems.Execution.Engine.Storage;

/// <summary>Reads journals and read models. Each call uses its own connection, so it may run beside the writer.</summary>
public sealed class JournalReader(string file)
{
    /// <summary>All records of one account in order, streamed.</summary>
    public IEnumerable<JournalRow> Rows(AccountId account, long afterSequence = 0) => Query(
        "SELECT seq, parent, time, payload, prev_hash, hash FROM journal WHERE account=@a AND seq>@b ORDER BY seq", [account.Value, afterSequence],
        r => new JournalRow(account, r.GetInt64(0), r.IsDBNull(1) ? null : new ClOrdId(r.GetString(1)), Time(r.GetInt64(2)), (byte[])r[3], (byte[])r[4], (byte[])r[5]));

    /// <summary>The records of one parent in order.</summary>
    public IReadOnlyList<JournalRow> RowsOf(AccountId account, ClOrdId parent) => [.. Query(
        "SELECT seq, time, payload, prev_hash, hash FROM journal WHERE account=@a AND parent=@b ORDER BY seq LIMIT 20000", [account.Value, parent.Value],
        r => new JournalRow(account, r.GetInt64(0), parent, Time(r.GetInt64(1)), (byte[])r[2], (byte[])r[3], (byte[])r[4]))];

    /// <summary>The records of one parent in order, however many, streamed.</summary>
    public IEnumerable<JournalRow> AllRowsOf(AccountId account, ClOrdId parent) => Query(
        "SELECT seq, time, payload, prev_hash, hash FROM journal WHERE account=@a AND parent=@b ORDER BY seq", [account.Value, parent.Value],
        r => new JournalRow(account, r.GetInt64(0), parent, Time(r.GetInt64(1)), (byte[])r[2], (byte[])r[3], (byte[])r[4]));

    /// <summary>Names of the parents received from a moment on and before another that were not denied (which happens in the turn that received them), oldest first.</summary>
    public IReadOnlyList<ClOrdId> ParentsBetween(AccountId account, DateTimeOffset from, DateTimeOffset to, int max) => [.. Query(
        "SELECT clordid FROM parents WHERE account=@a AND created>=@b AND created<@c AND NOT (status='Rejected' AND ended=created) ORDER BY created, clordid LIMIT @d",
        [account.Value, from.UtcTicks, to.UtcTicks, max], r => new ClOrdId(r.GetString(0)))];

    /// <summary>Every account that has a journal.</summary>
    public IReadOnlyList<AccountId> Accounts() => [.. Query("SELECT DISTINCT account FROM journal ORDER BY account", [], r => new AccountId(r.GetString(0)))];

    /// <summary>Accounts with parents that are not over.</summary>
    public IReadOnlyList<LiveAccount> LiveAccounts() => [.. Query(
        "SELECT account, live_parents FROM accounts WHERE live_parents>0 ORDER BY account", [], r => new LiveAccount(new(r.GetString(0)), r.GetInt32(1)))];

    /// <summary>History of one account, newest first.</summary>
    public IReadOnlyList<ParentSummary> Parents(AccountId account, int skip, int take) => [.. Query(
        "SELECT clordid, instrument, side, strategy, status, order_qty, cum_qty, avg_px, commission, created, ended, end_code FROM parents WHERE account=@a ORDER BY created DESC, clordid LIMIT @b OFFSET @c",
        [account.Value, take, skip],
        r => new ParentSummary(new(r.GetString(0)), new(r.GetString(1)), Enum.Parse<Side>(r.GetString(2)), r.GetString(3), Enum.Parse<OrdStatus>(r.GetString(4)),
            Number(r.GetString(5)), Number(r.GetString(6)), r.IsDBNull(7) ? null : Number(r.GetString(7)), Number(r.GetString(8)), Time(r.GetInt64(9)),
            r.IsDBNull(10) ? null : Time(r.GetInt64(10)), r.IsDBNull(11) ? null : r.GetString(11)))];

    /// <summary>Whether this execution is booked.</summary>
    public bool HasFill(AccountId account, VenueId venue, string execId) =>
        Query("SELECT 1 FROM fills WHERE account=@a AND venue=@b AND exec_id=@c", [account.Value, venue.Value, execId], _ => true).Any();

    /// <summary>Rows of a read model as text, in key order, to compare two builds of it.</summary>
    internal IReadOnlyList<string> Dump(string table) => [.. Query($"SELECT * FROM {table} ORDER BY 1,2,3", [], r =>
        string.Join('|', Enumerable.Range(0, r.FieldCount).Select(i => Convert.ToString(r.GetValue(i), CultureInfo.InvariantCulture))))];

    private IEnumerable<T> Query<T>(string sql, object[] values, Func<SqliteDataReader, T> map)
    {
        using var connection = JournalSchema.Open(file);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters.AddWithValue("@" + (char)('a' + i), values[i]);
        }
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            yield return map(reader);
        }
    }

    private static DateTimeOffset Time(long ticks) => new(ticks, TimeSpan.Zero);

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}

using System.Globalization;
using Ems.Execution.Core.Ledger;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Microsoft.Data.Sqlite;

namespace Ems.Execution.Engine.Storage;

/// <summary>The prepared statements of one writing connection.</summary>
internal sealed class JournalCommands : IDisposable
{
    private readonly SqliteCommand row, tail, account, parent, fill, balance;

    public JournalCommands(SqliteConnection connection)
    {
        row = Prepare(connection, "INSERT INTO journal VALUES (@a,@b,@c,@d,@e,@f,@g)", 7);
        tail = Prepare(connection, "SELECT hash FROM journal WHERE account=@a AND seq=@b", 2);
        account = Prepare(connection, "INSERT INTO accounts VALUES (@a,@b,@c,@d) ON CONFLICT(account) DO UPDATE SET name=@b, live_parents=@c, seq=@d", 4);
        parent = Prepare(connection, """
            INSERT INTO parents VALUES (@a,@b,@c,@d,@e,@f,@g,@h,@i,@j,@k,@l,@m) ON CONFLICT(account,clordid)
            DO UPDATE SET status=@f, order_qty=@g, cum_qty=@h, avg_px=@i, commission=@j, ended=@l, end_code=@m
            """, 13);
        fill = Prepare(connection, "INSERT INTO fills VALUES (@a,@b,@c,@d,@e,@f,@g,@h,@i,@j,@k,@l,@m) ON CONFLICT DO NOTHING", 13);
        balance = Prepare(connection, "INSERT INTO balances VALUES (@a,@b,@c,@d,@e) ON CONFLICT(account,venue,asset) DO UPDATE SET total=@d, held=@e", 5);
    }

    public SqliteTransaction? Transaction
    {
        set => row.Transaction = tail.Transaction = account.Transaction = parent.Transaction = fill.Transaction = balance.Transaction = value;
    }

    public void Insert(JournalRow r) =>
        Run(row, r.Account.Value, r.Sequence, r.Parent?.Value, r.Time.UtcTicks, r.Payload, r.PreviousHash, r.Hash);

    /// <summary>The hash of one record, or null when there is none.</summary>
    public byte[]? HashOf(AccountId id, long sequence)
    {
        (tail.Parameters[0].Value, tail.Parameters[1].Value) = (id.Value, sequence);
        return tail.ExecuteScalar() as byte[];
    }

    public void Upsert(AccountId id, string name, int liveParents, long sequence) => Run(account, id.Value, name, liveParents, sequence);

    public void Upsert(AccountId id, ParentOrder p) => Run(parent, id.Value, p.Spec.ClOrdId.Value, p.Spec.Instrument.Value, p.Spec.Side.ToString(),
        p.Spec.Strategy, p.OrdStatus.ToString(), Text(p.Spec.OrderQty), Text(p.CumQty), p.AvgPx is { } px ? Text(px) : null, Text(p.Commission),
        p.CreatedAt.UtcTicks, p.EndedAt?.UtcTicks, p.EndCode);

    public void Insert(AccountId id, ExecutionReport r, Order child) => Run(fill, id.Value, r.Venue.Value, r.ExecId, r.ClOrdId.Value, child.ParentClOrdId.Value,
        child.Instrument.Value, child.Side.ToString(), Text(r.LastQty), Text(r.LastPx), Text(r.Commission), r.CommCurrency.Code, r.LastLiquidityInd.ToString(),
        r.TransactTime.UtcTicks);

    public void Upsert(AccountId id, VenueBalance b) => Run(balance, id.Value, b.Venue.Value, b.Asset.Code, Text(b.Total), Text(b.Held));

    public void Dispose()
    {
        row.Dispose();
        tail.Dispose();
        account.Dispose();
        parent.Dispose();
        fill.Dispose();
        balance.Dispose();
    }

    private static string Text(decimal value) => value.ToString(CultureInfo.InvariantCulture);

    private static SqliteCommand Prepare(SqliteConnection connection, string sql, int parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < parameters; i++)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = "@" + (char)('a' + i) });
        }
        command.Prepare();
        return command;
    }

    private static void Run(SqliteCommand command, params ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }
        command.ExecuteNonQuery();
    }
}

using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Ems.EndToEnd.CrashCampaign;

/// <summary>The paper exchange's own file, read after the fact: what a real venue would testify.</summary>
public sealed record ExchangeRecord(
    IReadOnlyList<ExchangeOrder> Orders, IReadOnlyDictionary<(string Venue, string ExecId), ExchangeFill> Fills, IReadOnlyDictionary<(string Venue, string Asset), decimal> Balances)
{
    public static ExchangeRecord Read(string folder, string account)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "paper-exchange.db")};Pooling=False");
        connection.Open();
        return new(
            [.. Rows(connection, "SELECT venue, clordid, qty, cum, status FROM orders WHERE account=@a", account, r => new ExchangeOrder(r.GetString(0), r.GetString(1), Number(r, 2), Number(r, 3), r.GetString(4)))],
            Rows(connection, "SELECT venue, exec_id, clordid, instrument, side, qty, px, commission, currency FROM fills WHERE account=@a", account, r =>
                new ExchangeFill(r.GetString(0), r.GetString(1), r.GetString(2), r.GetString(3), r.GetInt32(4), Number(r, 5), Number(r, 6), Number(r, 7), r.GetString(8)))
                .ToDictionary(f => (f.Venue, f.ExecId)),
            Rows(connection, "SELECT venue, asset, total FROM balances WHERE account=@a", account, r => (Key: (r.GetString(0), r.GetString(1)), Total: Number(r, 2))).ToDictionary(b => b.Key, b => b.Total));
    }

    private static IEnumerable<T> Rows<T>(SqliteConnection connection, string sql, string account, Func<SqliteDataReader, T> map)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("@a", account);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            yield return map(reader);
        }
    }

    private static decimal Number(SqliteDataReader reader, int column) => decimal.Parse(reader.GetString(column), CultureInfo.InvariantCulture);
}

/// <summary>An order as the exchange knows it.</summary>
public sealed record ExchangeOrder(string Venue, string ClOrdId, decimal Qty, decimal Cum, string Status)
{
    public bool IsOpen => Status is "New" or "PartiallyFilled";
}

/// <summary>A fill as the exchange knows it.</summary>
public sealed record ExchangeFill(string Venue, string ExecId, string ClOrdId, string Instrument, int Side, decimal Qty, decimal Px, decimal Commission, string Currency);

using System.Globalization;
using Ems.Execution.Core.Accounts;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Engine.Storage;
using Ems.Execution.Venues.Paper;
using Microsoft.Data.Sqlite;

namespace Ems.EndToEnd.CrashCampaign;

/// <summary>Journal and read models of one account while no host runs.</summary>
/// <param name="JournalError">The first thing wrong with sequence, hash chain, state or ledger; null when all is well.</param>
/// <param name="State">Folded from the journal alone.</param>
/// <param name="Fills">The read model of fills by venue and ExecID.</param>
/// <param name="ParentCumQty">The read model of parents: filled quantity.</param>
public sealed record OurBooks(
    long Records, string? JournalError, AccountState State, IReadOnlyDictionary<(string Venue, string ExecId), OurFill> Fills, IReadOnlyDictionary<string, decimal> ParentCumQty)
{
    public static InstrumentCatalog Catalog { get; } = new(PaperVenueSpec.Instruments, PaperVenueSpec.Defaults.SelectMany(v => v.Listings));

    public static OurBooks Read(string folder, string account)
    {
        var file = Path.Combine(folder, "journal.db");
        var reader = new JournalReader(file);
        var (records, error) = new JournalVerifier(reader, Catalog).Verify(new AccountId(account));
        var state = new AccountState(Catalog);
        if (error is null)
        {
            foreach (var row in reader.Rows(new AccountId(account)))
            {
                state.Apply(AccountJson.Read(row.Payload));
            }
        }
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        return new(records, error, state,
            Rows(connection, "SELECT venue, exec_id, clordid, parent, qty, px, commission FROM fills WHERE account=@a", account,
                r => new OurFill(r.GetString(0), r.GetString(1), r.GetString(2), r.GetString(3), Number(r, 4), Number(r, 5), Number(r, 6))).ToDictionary(f => (f.Venue, f.ExecId)),
            Rows(connection, "SELECT clordid, cum_qty FROM parents WHERE account=@a", account, r => (Id: r.GetString(0), Cum: Number(r, 1))).ToDictionary(p => p.Id, p => p.Cum));
    }

    private static List<T> Rows<T>(SqliteConnection connection, string sql, string account, Func<SqliteDataReader, T> map)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("@a", account);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(map(reader));
        }
        return rows;
    }

    private static decimal Number(SqliteDataReader reader, int column) => decimal.Parse(reader.GetString(column), CultureInfo.InvariantCulture);
}

/// <summary>A fill as we booked it.</summary>
public sealed record OurFill(string Venue, string ExecId, string ClOrdId, string Parent, decimal Qty, decimal Px, decimal Commission);

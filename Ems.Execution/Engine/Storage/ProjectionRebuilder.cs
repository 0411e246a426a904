using Ems.Execution.Core.Accounts;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;

namespace Ems.Execution.Engine.Storage;

/// <summary>Throws the read models away and makes them again from the journal, in one transaction; says what differed.</summary>
public sealed class ProjectionRebuilder(string file, InstrumentCatalog catalog)
{
    private static readonly string[] Tables = ["accounts", "parents", "fills", "balances"];

    /// <summary>Rebuilds; 0 when done. The engine must not run beside it.</summary>
    public int Run(TextWriter report)
    {
        var reader = new JournalReader(file);
        var before = Tables.ToDictionary(t => t, reader.Dump);
        using (var connection = JournalSchema.Open(file))
        {
            using var transaction = connection.BeginTransaction(deferred: false);
            JournalSchema.DropProjections(connection);
            using var commands = new JournalCommands(connection) { Transaction = transaction };
            foreach (var account in reader.Accounts())
            {
                var state = new AccountState(catalog);
                var last = 0L;
                foreach (var row in reader.Rows(account))
                {
                    var e = AccountJson.Read(row.Payload);
                    state.Apply(e);
                    last = row.Sequence;
                    if (e is ChildReported { Report.ExecType: ExecType.Trade } fill)
                    {
                        commands.Insert(account, fill.Report, state.Children[fill.Report.ClOrdId]);
                    }
                }
                foreach (var p in state.Parents.Values)
                {
                    commands.Upsert(account, p);
                }
                foreach (var b in state.Ledger.Balances())
                {
                    commands.Upsert(account, b);
                }
                commands.Upsert(account, state.Name, state.LiveParents.Count + state.Unclosed.Count + state.LiveGroups.Count, last);
            }
            transaction.Commit();
        }
        foreach (var table in Tables)
        {
            var (old, now) = (before[table], reader.Dump(table));
            report.WriteLine($"{table}: {now.Count} rows, {now.Except(old).Count()} new or changed, {old.Except(now).Count()} gone or changed");
        }
        report.WriteLine("rebuild-projections: done");
        return 0;
    }
}

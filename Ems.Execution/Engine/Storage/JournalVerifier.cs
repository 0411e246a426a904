using Ems.Execution.Core.Accounts;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Engine.Storage;

/// <summary>Walks every journal: sequence without holes, hash chain unbroken, every event foldable, every invariant true.</summary>
public sealed class JournalVerifier(JournalReader reader, InstrumentCatalog catalog)
{
    /// <summary>Verifies all accounts, one line each to <paramref name="report"/>; 0 when all is well, 1 otherwise.</summary>
    public int Run(TextWriter report)
    {
        var bad = 0;
        var total = 0L;
        var accounts = reader.Accounts();
        foreach (var account in accounts)
        {
            var (events, error) = Verify(account);
            total += events;
            bad += error is null ? 0 : 1;
            report.WriteLine(error is null ? $"{account}: {events} records, chain and invariants hold" : $"{account}: BROKEN {error}");
        }
        report.WriteLine(bad == 0 ? $"verify-journal: {accounts.Count} accounts, {total} records, all well" : $"verify-journal: {bad} of {accounts.Count} accounts broken");
        return bad == 0 ? 0 : 1;
    }

    /// <summary>One account: how many records were read, and the first thing wrong or null.</summary>
    public (long Events, string? Error) Verify(AccountId account)
    {
        var state = new AccountState(catalog);
        var (sequence, hash) = (0L, JournalRow.Genesis);
        foreach (var row in reader.Rows(account))
        {
            if (row.Sequence != sequence + 1)
            {
                return (sequence, $"record {sequence + 1} is missing");
            }
            if (!row.PreviousHash.AsSpan().SequenceEqual(hash) || !row.Hash.AsSpan().SequenceEqual(JournalRow.HashOf(account, row.Sequence, row.Time, row.Payload, row.PreviousHash)))
            {
                return (sequence, $"record {row.Sequence} was changed after it was written");
            }
            try
            {
                state.Apply(AccountJson.Read(row.Payload));
            }
            catch (Exception e) when (e is InvalidOperationException or System.Text.Json.JsonException or KeyNotFoundException or ArgumentException)
            {
                return (sequence, $"record {row.Sequence} cannot follow: {e.Message}");
            }
            (sequence, hash) = (row.Sequence, row.Hash);
        }
        return (sequence, Invariants(state));
    }

    /// <summary>The first broken invariant of a state, or null.</summary>
    public static string? Invariants(AccountState state)
    {
        foreach (var (asset, sum) in state.Ledger.Sums())
        {
            if (sum != 0m)
            {
                return $"the ledger of {asset} sums to {sum}, not 0";
            }
        }
        foreach (var p in state.Parents.Values)
        {
            var children = state.ChildrenOf(p.Spec.ClOrdId).Select(id => state.Children[id]).ToList();
            if (children.Sum(c => c.CumQty) != p.CumQty
                || children.Where(c => !c.InDoubt).Sum(c => c.LeavesQty) != p.WorkingQty
                || children.Where(c => c.InDoubt).Sum(c => c.LeavesQty) != p.UnknownQty)
            {
                return $"{p.Spec.ClOrdId}: its quantities are not the sum of its children's";
            }
            if (p.UnsentQty < 0m || p.CumQty < 0m || p.WorkingQty < 0m || p.UnknownQty < 0m)
            {
                return $"{p.Spec.ClOrdId}: a quantity is negative (filled {p.CumQty}, working {p.WorkingQty}, unknown {p.UnknownQty}, unsent {p.UnsentQty})";
            }
            if (p.OrdStatus.IsTerminal() && p.WorkingQty + p.UnknownQty != 0m)
            {
                return $"{p.Spec.ClOrdId}: it is {p.OrdStatus} but {p.WorkingQty + p.UnknownQty} still works";
            }
        }
        return null;
    }
}

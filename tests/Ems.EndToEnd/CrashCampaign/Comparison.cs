using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.EndToEnd.CrashCampaign;

/// <summary>Holds journal, read models and ledger against the exchange's own record.</summary>
public static class Comparison
{
    /// <summary>What must hold at any moment, also a microsecond after kill -9.</summary>
    public static IEnumerable<string> Always(OurBooks ours, ExchangeRecord theirs, IEnumerable<string> acknowledged)
    {
        if (ours.JournalError is { } broken)
        {
            yield return "journal: " + broken;
            yield break;
        }
        foreach (var id in acknowledged.Where(id => !ours.State.Parents.ContainsKey(new ClOrdId(id))))
        {
            yield return $"{id} was acknowledged and is not in the journal";
        }
        foreach (var twice in theirs.Orders.GroupBy(o => o.ClOrdId).Where(g => g.Count() > 1))
        {
            yield return $"{twice.Key} reached {string.Join(" and ", twice.Select(o => o.Venue))}";
        }
        foreach (var o in theirs.Orders)
        {
            if (!ours.State.Children.TryGetValue(new ClOrdId(o.ClOrdId), out var child))
            {
                yield return $"{o.ClOrdId} reached {o.Venue} before it was in the journal";
            }
            else if (child.Venue.Value != o.Venue || child.OrderQty != o.Qty || child.CumQty > o.Cum)
            {
                yield return $"{o.ClOrdId}: ours {child.Venue} {child.OrderQty} filled {child.CumQty}, theirs {o.Venue} {o.Qty} filled {o.Cum}";
            }
        }
        foreach (var f in ours.Fills.Values)
        {
            if (!theirs.Fills.TryGetValue((f.Venue, f.ExecId), out var t) || (t.ClOrdId, t.Qty, t.Px, t.Commission) != (f.ClOrdId, f.Qty, f.Px, f.Commission))
            {
                yield return $"fill {f.Venue} {f.ExecId} of {f.ClOrdId} {f.Qty} at {f.Px}: the exchange says {t}";
            }
        }
        foreach (var o in theirs.Orders.Where(o => theirs.Fills.Values.Where(f => f.ClOrdId == o.ClOrdId).Sum(f => f.Qty) != o.Cum))
        {
            yield return $"{o.ClOrdId}: the exchange's fills do not add up to its {o.Cum}";
        }
        foreach (var p in ours.State.Parents.Values)
        {
            var id = p.Spec.ClOrdId.Value;
            var fills = ours.Fills.Values.Where(f => f.Parent == id).Sum(f => f.Qty);
            if (fills != p.CumQty || ours.ParentCumQty.GetValueOrDefault(id) != p.CumQty)
            {
                yield return $"{id}: journal filled {p.CumQty}, read model {ours.ParentCumQty.GetValueOrDefault(id)}, its fills {fills}";
            }
            if (p.CumQty + p.WorkingQty + p.UnknownQty + p.UnsentQty != p.Spec.OrderQty || p.UnsentQty < 0m)
            {
                yield return $"{id}: {p.CumQty} filled + {p.WorkingQty} working + {p.UnknownQty} unknown + {p.UnsentQty} unsent is not {p.Spec.OrderQty}";
            }
        }
        foreach (var difference in Money(ours, theirs))
        {
            yield return difference;
        }
    }

    /// <summary>What must hold besides when every parent has ended and every venue has been asked.</summary>
    public static IEnumerable<string> AtRest(OurBooks ours, ExchangeRecord theirs)
    {
        foreach (var f in theirs.Fills.Values.Where(f => !ours.Fills.ContainsKey((f.Venue, f.ExecId))))
        {
            yield return $"fill {f.Venue} {f.ExecId} of {f.ClOrdId} was never booked";
        }
        foreach (var o in theirs.Orders.Where(o => o.IsOpen))
        {
            yield return $"{o.ClOrdId} is still open at {o.Venue}";
        }
        foreach (var p in ours.State.Parents.Values.Where(p => !p.OrdStatus.IsTerminal()))
        {
            yield return $"{p.Spec.ClOrdId} never ended: {p.OrdStatus}";
        }
        foreach (var c in ours.State.Children.Values.Where(c => c.InDoubt || !c.OrdStatus.IsTerminal()))
        {
            yield return $"{c.ClOrdId} at {c.Venue} is {c.OrdStatus}{(c.InDoubt ? ", in doubt" : "")}";
        }
        foreach (var b in ours.State.Ledger.Balances().Where(b => b.Held != 0m))
        {
            yield return $"{b.Held} {b.Asset} is still held at {b.Venue}";
        }
    }

    /// <summary>Balances differ by exactly the fills that we have not booked yet.</summary>
    private static IEnumerable<string> Money(OurBooks ours, ExchangeRecord theirs)
    {
        var unbooked = new Dictionary<(string, string), decimal>();
        foreach (var f in theirs.Fills.Values.Where(f => !ours.Fills.ContainsKey((f.Venue, f.ExecId))))
        {
            var instrument = OurBooks.Catalog.Find(new InstrumentId(f.Instrument))!;
            var sign = ((Side)f.Side).Sign();
            Add((f.Venue, instrument.Base.Code), f.Qty * sign);
            Add((f.Venue, instrument.Quote.Code), -f.Qty * f.Px * sign);
            Add((f.Venue, f.Currency), -f.Commission);
        }
        foreach (var b in ours.State.Ledger.Balances())
        {
            var key = (b.Venue.Value, b.Asset.Code);
            var expected = b.Total + unbooked.GetValueOrDefault(key);
            if (theirs.Balances.GetValueOrDefault(key) != expected)
            {
                yield return $"{b.Asset} at {b.Venue}: ours {b.Total}, unbooked fills {unbooked.GetValueOrDefault(key)}, theirs {theirs.Balances.GetValueOrDefault(key)}";
            }
        }

        void Add((string, string) key, decimal amount) => unbooked[key] = unbooked.GetValueOrDefault(key) + amount;
    }
}

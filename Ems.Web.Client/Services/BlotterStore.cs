using Ems.Web.Client.Contracts;

namespace Ems.Web.Client.Services;

/// <summary>
/// One account's rows. Starts from a snapshot and applies numbered batches: a replay is ignored, a gap or a new epoch asks for the
/// snapshot again, so no row is lost or doubled.
/// </summary>
public sealed class BlotterStore
{
    private const int FillsKept = 1_000;
    private readonly Dictionary<string, OrderRow> orders = [];
    private readonly Dictionary<string, GroupRow> groups = [];
    private readonly Dictionary<string, ChildRow> children = [];
    private readonly Dictionary<string, List<string>> childrenOf = [];
    private readonly Dictionary<string, FillRow> fillsById = [];
    private readonly List<FillRow> fills = [];
    private readonly Dictionary<(string, string), BalanceRow> balances = [];
    private readonly Dictionary<string, PositionRow> positions = [];
    private string? epoch;
    private long seq;

    /// <summary>Raised after every change.</summary>
    public event Action? Changed;

    /// <summary>Whether a snapshot was loaded.</summary>
    public bool IsLoaded => epoch is not null;
    /// <summary>Kill level of the account.</summary>
    public string KillLevel { get; private set; } = "None";
    /// <summary>Parents, newest first, live ones before ended ones.</summary>
    public IReadOnlyList<OrderRow> Orders { get; private set; } = [];
    /// <summary>Groups, newest first, live ones before ended ones.</summary>
    public IReadOnlyList<GroupRow> Groups { get; private set; } = [];
    /// <summary>Fills, newest first.</summary>
    public IEnumerable<FillRow> Fills => Enumerable.Reverse(fills);
    /// <summary>Number of fills held.</summary>
    public int FillCount => fills.Count;
    /// <summary>Balances by venue and asset.</summary>
    public IReadOnlyList<BalanceRow> Balances => [.. balances.Values.OrderBy(b => b.Asset, StringComparer.Ordinal).ThenBy(b => b.Venue, StringComparer.Ordinal)];
    /// <summary>Positions by instrument.</summary>
    public IReadOnlyList<PositionRow> Positions => [.. positions.Values.OrderBy(p => p.Instrument, StringComparer.Ordinal)];
    /// <summary>Every child held.</summary>
    public IEnumerable<ChildRow> Children => children.Values;

    /// <summary>Children of one parent, newest first.</summary>
    public IReadOnlyList<ChildRow> ChildrenOf(string parent) =>
        childrenOf.TryGetValue(parent, out var ids) ? [.. Enumerable.Reverse(ids).Select(id => children[id])] : [];

    /// <summary>One order, or null.</summary>
    public OrderRow? Find(string? clOrdId) => clOrdId is not null && orders.TryGetValue(clOrdId, out var o) ? o : null;

    /// <summary>One group, or null.</summary>
    public GroupRow? FindGroup(string? clOrdId) => clOrdId is not null && groups.TryGetValue(clOrdId, out var g) ? g : null;

    /// <summary>Starts anew.</summary>
    public void Load(AccountSnapshot s)
    {
        Forget();
        (epoch, seq, KillLevel) = (s.Epoch, s.Seq, s.KillLevel);
        Put(s.Groups);
        Put(s.Orders, s.Children, s.Fills, s.Balances, s.Positions);
    }

    /// <summary>Applies a batch. False: it does not follow; the caller loads a snapshot.</summary>
    public bool Apply(AccountBatch b)
    {
        if (b.Epoch != epoch)
        {
            return false;
        }
        if (b.Seq <= seq)
        {
            return true;
        }
        if (b.Seq != seq + 1)
        {
            return false;
        }
        (seq, KillLevel) = (b.Seq, b.KillLevel);
        Put(b.Groups);
        Put(b.Orders, b.Children, b.Fills, b.Balances, b.Positions);
        return true;
    }

    /// <summary>Forgets everything, for another account.</summary>
    public void Clear()
    {
        Forget();
        Changed?.Invoke();
    }

    private void Forget()
    {
        orders.Clear();
        groups.Clear();
        Groups = [];
        children.Clear();
        childrenOf.Clear();
        fillsById.Clear();
        fills.Clear();
        balances.Clear();
        positions.Clear();
        (epoch, seq, KillLevel, Orders) = (null, 0, "None", []);
    }

    private void Put(IReadOnlyList<GroupRow> newGroups)
    {
        foreach (var g in newGroups)
        {
            groups[g.ClOrdId] = g;
        }
        if (newGroups.Count > 0)
        {
            Groups = [.. groups.Values.OrderBy(g => g.EndedAt is null ? 0 : 1).ThenByDescending(g => g.CreatedAt)];
        }
    }

    private void Put(IReadOnlyList<OrderRow> newOrders, IReadOnlyList<ChildRow> newChildren, IReadOnlyList<FillRow> newFills, IReadOnlyList<BalanceRow> newBalances, IReadOnlyList<PositionRow> newPositions)
    {
        foreach (var o in newOrders)
        {
            orders[o.ClOrdId] = o;
        }
        foreach (var c in newChildren)
        {
            if (children.TryAdd(c.ClOrdId, c))
            {
                if (!childrenOf.TryGetValue(c.ParentClOrdId, out var ids))
                {
                    childrenOf[c.ParentClOrdId] = ids = [];
                }
                ids.Add(c.ClOrdId);
            }
            else
            {
                children[c.ClOrdId] = c;
            }
        }
        foreach (var f in newFills.Where(f => fillsById.TryAdd(f.Venue + "/" + f.ExecId, f)))
        {
            fills.Add(f);
        }
        if (fills.Count > FillsKept)
        {
            foreach (var f in fills.Take(fills.Count - FillsKept))
            {
                fillsById.Remove(f.Venue + "/" + f.ExecId);
            }
            fills.RemoveRange(0, fills.Count - FillsKept);
        }
        foreach (var b in newBalances)
        {
            balances[(b.Venue, b.Asset)] = b;
        }
        foreach (var p in newPositions)
        {
            positions[p.Instrument] = p;
        }
        if (newOrders.Count > 0 || Orders.Count == 0)
        {
            Orders = [.. orders.Values.OrderBy(o => o.EndedAt is null ? 0 : 1).ThenByDescending(o => o.CreatedAt)];
        }
        Changed?.Invoke();
    }
}

using Ems.Execution.Core.Ledger;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Engine.Accounts;
using Ems.Execution.Engine.MarketData;
using Ems.Web.Client.Contracts;
using Ems.Web.Features.Accounts;
using Ems.Web.Features.Groups;
using Ems.Web.Features.Orders;

namespace Ems.Web.Features.Push;

/// <summary>Changes of one account conflated by key: of each row only the newest is kept. Not thread-safe.</summary>
internal sealed class PendingRows
{
    private readonly Dictionary<ClOrdId, ParentView> parents = [];
    private readonly Dictionary<ClOrdId, Order> children = [];
    private readonly Dictionary<(VenueId, string), FillView> fills = [];
    private readonly Dictionary<(VenueId, Asset), VenueBalance> balances = [];
    private readonly Dictionary<InstrumentId, Position> positions = [];
    private readonly Dictionary<ClOrdId, GroupView> groups = [];
    private KillLevel? killLevel;

    /// <summary>Rows waiting.</summary>
    public int Count => parents.Count + children.Count + fills.Count + balances.Count + positions.Count + groups.Count;

    /// <summary>Whether there is nothing to say.</summary>
    public bool IsEmpty => Count == 0 && killLevel is null;

    /// <summary>Lays a whole view underneath.</summary>
    public void Add(AccountView v) => Add(v.Parents, v.Children, v.Fills, v.Balances, v.Positions, v.KillLevel, v.Groups);

    /// <summary>Lays a change over what is there.</summary>
    public void Add(AccountDelta d) => Add(d.Parents, d.Children, d.Fills, d.Balances, d.Positions, d.KillLevel, d.Groups);

    /// <summary>The rows as a numbered batch; what was waiting is gone then.</summary>
    public AccountBatch TakeBatch(AccountId account, string epoch, long seq, MarketDataHub market)
    {
        var batch = new AccountBatch(account.Value, epoch, seq,
            [.. parents.Values.Select(p => OrderRows.Row(p, market.Catalog))], [.. children.Values.Select(OrderRows.Row)], [.. fills.Values.Select(OrderRows.Row)],
            [.. balances.Values.Select(AccountRows.Row)], [.. positions.Values.Select(p => AccountRows.Row(p, market))], (killLevel ?? KillLevel.None).ToString())
        { Groups = [.. groups.Values.Select(GroupRows.Row)] };
        Clear();
        return batch;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        parents.Clear();
        children.Clear();
        fills.Clear();
        balances.Clear();
        positions.Clear();
        groups.Clear();
        killLevel = null;
    }

    private void Add(IReadOnlyList<ParentView> p, IReadOnlyList<Order> c, IReadOnlyList<FillView> f, IReadOnlyList<VenueBalance> b, IReadOnlyList<Position> s, KillLevel level, IReadOnlyList<GroupView> g)
    {
        foreach (var x in p)
        {
            parents[x.Order.Spec.ClOrdId] = x;
        }
        foreach (var x in c)
        {
            children[x.ClOrdId] = x;
        }
        foreach (var x in f)
        {
            fills[(x.Report.Venue, x.Report.ExecId)] = x;
        }
        foreach (var x in b)
        {
            balances[(x.Venue, x.Asset)] = x;
        }
        foreach (var x in s)
        {
            positions[x.Instrument] = x;
        }
        foreach (var x in g)
        {
            groups[x.Group.Spec.ClOrdId] = x;
        }
        killLevel = level;
    }
}

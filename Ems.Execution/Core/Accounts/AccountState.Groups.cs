using Ems.Execution.Core.Groups;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Accounts;

public sealed partial class AccountState
{
    private readonly Dictionary<ClOrdId, OrderGroup> groups = [];
    private readonly HashSet<ClOrdId> liveGroups = [];

    /// <summary>Every group held in memory.</summary>
    public IReadOnlyDictionary<ClOrdId, OrderGroup> Groups => groups;
    /// <summary>Groups that are not over.</summary>
    public IReadOnlyCollection<ClOrdId> LiveGroups => liveGroups;

    /// <summary>The legs of a group that are held in memory, oldest first.</summary>
    public IReadOnlyList<ParentOrder> LegsOf(OrderGroup group)
    {
        var legs = new List<ParentOrder>(group.Legs.Count);
        foreach (var id in group.Legs)
        {
            if (parents.TryGetValue(id, out var leg))
            {
                legs.Add(leg);
            }
        }
        return legs;
    }

    /// <summary>Whether a name is a leg's, or could become one.</summary>
    public bool IsTakenByGroup(ClOrdId id)
    {
        for (var at = id.Value.IndexOf('-', StringComparison.Ordinal); at > 0; at = id.Value.IndexOf('-', at + 1))
        {
            if (groups.ContainsKey(new ClOrdId(id.Value[..at])))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Whether an order exists whose name could become a leg's of that group.</summary>
    public bool HasNamesBehind(ClOrdId group) => bodyHashes.Keys.Any(k => k.Value.StartsWith(group.Value + "-", StringComparison.Ordinal));

    /// <summary>Lets go of ended groups beyond the newest <paramref name="keep"/>; their names stay taken.</summary>
    public void ForgetGroups(int keep)
    {
        var ended = groups.Count - liveGroups.Count;
        if (ended <= keep * 2)
        {
            return;
        }
        foreach (var g in groups.Values.Where(g => g.OrdStatus.IsTerminal()).OrderBy(g => g.EndedAt).Take(ended - keep).ToList())
        {
            groups.Remove(g.Spec.ClOrdId);
        }
    }

    private void Apply(GroupEvent e)
    {
        switch (e)
        {
            case GroupReceived x:
                bodyHashes.Add(x.ClOrdId, x.BodyHash);
                liveGroups.Add(x.ClOrdId);
                groups.Add(x.ClOrdId, new(x.Spec, x.BodyHash, x.Seed, x.Actor, x.Time, x.Adjustments));
                break;
            case GroupDenied x:
                End(groups[x.ClOrdId], OrdStatus.Rejected, x.Denial.Code.ToString(), x.Denial.Text, x.Time);
                break;
            case GroupAccepted x:
                groups[x.ClOrdId] = groups[x.ClOrdId] with { OrdStatus = OrdStatus.New, AcceptedAt = x.Time, Holds = x.Holds };
                Claim(x.ClOrdId);
                break;
            case GroupDecided x:
                groups[x.ClOrdId] = groups[x.ClOrdId] with { Memory = x.Memory ?? groups[x.ClOrdId].Memory };
                break;
            case GroupLegDenied:
                break;
            case GroupCancelAsked x:
                groups[x.ClOrdId] = groups[x.ClOrdId] with { CancelRequested = true, OrdStatus = OrdStatus.PendingCancel };
                break;
            case GroupPaused x:
                groups[x.ClOrdId] = groups[x.ClOrdId] with { OrdStatus = OrdStatus.Suspended };
                break;
            case GroupResumed x:
                groups[x.ClOrdId] = groups[x.ClOrdId] with { OrdStatus = OrdStatus.New };
                break;
            case GroupEnded x:
                End(groups[x.ClOrdId], x.OrdStatus, x.Code, x.Text, x.Time);
                groups[x.ClOrdId] = groups[x.ClOrdId] with { Residual = x.Residual };
                break;
            default:
                throw new InvalidOperationException($"{e.GetType().Name} is no event of a group.");
        }
    }

    /// <summary>A leg's first event names its group. A single order shown again long after does not know the group any more.</summary>
    private void Join(ParentReceived x)
    {
        if (x.Group is { } link && groups.TryGetValue(link.Group, out var group))
        {
            groups[link.Group] = group with { Legs = [.. group.Legs, x.Spec.ClOrdId] };
        }
    }

    /// <summary>Counts anew what a group reserves; its legs reserve nothing themselves.</summary>
    private void Claim(ClOrdId id)
    {
        if (!groups.TryGetValue(id, out var group) || group.OrdStatus.IsTerminal() || group.AcceptedAt is null)
        {
            return;
        }
        var claims = GroupCatalog.Find(group.Spec.Type)!.Claims(group, LegsOf(group));
        if (!claims.SequenceEqual(group.Claims))
        {
            Reserve(group, claims);
        }
    }

    private void Reserve(OrderGroup group, IReadOnlyList<Money> claims)
    {
        foreach (var old in group.Claims)
        {
            parentHolds[old.Asset] = parentHolds.GetValueOrDefault(old.Asset) - old.Amount;
        }
        foreach (var now in claims)
        {
            parentHolds[now.Asset] = parentHolds.GetValueOrDefault(now.Asset) + now.Amount;
        }
        groups[group.Spec.ClOrdId] = group with { Claims = claims };
    }

    private void End(OrderGroup group, OrdStatus status, string code, string text, DateTimeOffset time)
    {
        Reserve(group, []);
        groups[group.Spec.ClOrdId] = groups[group.Spec.ClOrdId] with { OrdStatus = status, EndCode = code, EndText = text, EndedAt = time };
        liveGroups.Remove(group.Spec.ClOrdId);
    }

    /// <summary>Ended legs of a live group are what its arithmetic is read off.</summary>
    private bool IsNeeded(ParentOrder p) => p.Group is { } link && liveGroups.Contains(link.Group);
}

using System.Security.Cryptography;
using System.Text.Json;
using Ems.Execution.Core.Groups;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Engine.Accounts;
using Ems.Web.Client.Contracts;
using Ems.Web.Features.Orders;

namespace Ems.Web.Features.Groups;

/// <summary>Grain views to group rows, and the hash that tells a retry from another group. Pure.</summary>
internal static class GroupRows
{
    /// <summary>A group with the legs it has, and those that may come.</summary>
    public static GroupRow Row(GroupView v)
    {
        var (g, s) = (v.Group, v.Group.Spec);
        var planned = GroupCatalog.Find(s.Type)!.Planned(s);
        var started = g.Legs.Select(id => (Id: id, Role: RoleOf(s.ClOrdId, id, planned))).ToList();
        var legs = started.Select(l => Leg(l.Role, l.Id.Value, planned.First(p => p.Role == l.Role).Spec)).ToList();
        if (g.EndedAt is null)
        {
            legs.AddRange(planned.Where(p => started.All(l => l.Role != p.Role)).Select(p => Leg(p.Role, null, p.Spec)));
        }
        return new(s.ClOrdId.Value, s.Type, g.OrdStatus, v.WhyIdle.Code, v.WhyIdle.Text, v.NextActionAt, g.CreatedAt, g.EndedAt, g.EndCode, g.EndText,
            Steps.Normal(v.Residual), legs, s.Parameters, v.Truth, [.. g.Claims.Select(Row)], s.Tags);
    }

    /// <summary>Everything about one group.</summary>
    public static GroupDetailRow Detail(GroupDetail d, InstrumentCatalog catalog) => new(
        Row(d.Group), Request(d.Group.Group.Spec), [.. d.Legs.Select(l => OrderRows.Row(l, catalog))],
        [.. d.Timeline.Select(t => new TimelineEvent(t.Sequence, t.Time, t.Kind, t.Text, t.ClOrdId?.Value, t.Actor))], d.Group.Group.Adjustments);

    /// <summary>What a group would do.</summary>
    public static GroupPreviewRow Preview(GroupPreview p) => new(p.Errors, p.Denial?.Code.ToString(), p.Denial?.Text, p.Adjustments, [.. p.Claims.Select(Row)],
        [.. p.Legs.Select(l => Leg(l.Role, null, l.Spec))], p.Truth);

    /// <summary>SHA-256 of the request in one canonical writing: order of fields and white space do not matter.</summary>
    public static string HashOf(NewGroupRequest r) => Convert.ToHexString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(r with
    {
        Parameters = Sorted(r.Parameters),
        Legs = [.. r.Legs.Select(l => l with { Order = l.Order is null ? null : l.Order with { Parameters = Sorted(l.Order.Parameters) } })],
    }, Json.Options)));

    private static SortedDictionary<string, string> Sorted(IReadOnlyDictionary<string, string> given) => new(given.ToDictionary(), StringComparer.Ordinal);

    private static HoldRow Row(Money m) => new(m.Asset.Code, Steps.Normal(m.Amount));

    private static GroupLegRow Leg(string role, string? id, ParentSpec s) => new(role, id, s.Instrument.Value, s.Side, s.Strategy, s.OrderQty, s.LimitPx);

    /// <summary>The longest role whose names this one can be: <c>then12</c> is the second of then1.</summary>
    private static string RoleOf(ClOrdId group, ClOrdId leg, IReadOnlyList<PlannedLeg> planned)
    {
        var name = leg.Value[(group.Value.Length + 1)..];
        return planned.Where(p => name.StartsWith(p.Role, StringComparison.Ordinal) && name[p.Role.Length..].All(char.IsAsciiDigit)).MaxBy(p => p.Role.Length)!.Role;
    }

    private static NewGroupRequest Request(GroupSpec s) => new()
    {
        ClOrdId = s.ClOrdId.Value, Type = s.Type, Parameters = s.Parameters, Tags = s.Tags, Condition = Request(s.Condition),
        Legs = [.. s.Legs.Select(l => new GroupLegRequest { Role = l.Role, Order = OrderRows.Request(l.Spec) with { ClOrdId = null } })],
    };

    private static ConditionRequest? Request(ConditionNode? n) => n is null ? null : new()
    {
        Op = n.Op, Of = n.Of is null ? null : [.. n.Of.Select(c => Request(c)!)], Subject = n.Subject, By = n.By, Is = n.Is, Value = n.Value is { } v ? new NumberText(v) : null,
    };
}

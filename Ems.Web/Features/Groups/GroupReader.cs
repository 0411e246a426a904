using System.Globalization;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Groups;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Web.Client.Contracts;
using Ems.Web.Features.Orders;

namespace Ems.Web.Features.Groups;

/// <summary>Reads group requests into the core's terms, naming every field that is outside its rule. Pure.</summary>
internal static class GroupReader
{
    private const int LegsMax = 8;
    private const int ParametersMax = 64;
    /// <summary>Deeper than any valid condition: the core says how deep one may be.</summary>
    private const int DepthRead = Conditions.DepthMax + 2;

    /// <summary>The group, and all errors that need no account.</summary>
    public static (GroupSpec Spec, IReadOnlyList<FieldError> Errors) Read(NewGroupRequest r, InstrumentCatalog catalog, DateTimeOffset now)
    {
        var errors = new List<FieldError>();
        var given = r.Legs ?? [];
        if (given.Count > LegsMax)
        {
            errors.Add(new("legs", "count", given.Count.ToString(CultureInfo.InvariantCulture), $"A group has at most {LegsMax} legs."));
            given = [];
        }
        var parameters = r.Parameters ?? new Dictionary<string, string>();
        if (parameters.Count > ParametersMax)
        {
            errors.Add(new("parameters", "count", parameters.Count.ToString(CultureInfo.InvariantCulture), $"There are at most {ParametersMax} parameters."));
            parameters = new Dictionary<string, string>();
        }
        var legs = new List<GroupLeg>();
        for (var i = 0; i < given.Count; i++)
        {
            legs.Add(Leg(given[i], i, r, catalog, now, errors));
        }
        var spec = new GroupSpec(new ClOrdId(r.ClOrdId ?? ""), r.Type ?? "", legs, parameters, Node(r.Condition, DepthRead), string.IsNullOrWhiteSpace(r.Tags) ? null : r.Tags);
        // What could not be read is named once, by what was wrong with its text.
        var named = errors.Select(e => e.Field).ToHashSet(StringComparer.Ordinal);
        errors.AddRange(GroupValidation.Validate(spec, catalog, now).Where(e => !named.Contains(e.Field)));
        return (spec, errors);
    }

    private static GroupLeg Leg(GroupLegRequest? leg, int at, NewGroupRequest group, InstrumentCatalog catalog, DateTimeOffset now, List<FieldError> errors)
    {
        var order = leg?.Order ?? new NewOrderRequest();
        Refuse(leg?.Order is null, "order", "required", null, "A leg has an order.");
        Refuse(order.ClOrdId is not null, "clOrdId", "contradiction", order.ClOrdId, "A leg is named after its group and has no ClOrdID of its own.");
        Refuse(order.Cron is not null, "cron", "contradiction", order.Cron, "A leg does not repeat.");
        Refuse(order.CashOrderQty is not null, "cashOrderQty", "contradiction", order.CashOrderQty?.Text, "A leg is given in base units.");
        if (group.Type == PairsGroup.Name && leg?.Role == "hedge" && order.OrderQty is null)
        {
            order = order with { OrderQty = HedgeQty(group, order, catalog) };
        }
        var read = OrderReader.Read(order with { ClOrdId = "leg", Cron = null, CashOrderQty = null }, catalog, now);
        errors.AddRange(read.Errors.Select(e => e with { Field = $"legs[{at}].{e.Field}" }));
        return new(leg?.Role ?? "", read.Spec);

        void Refuse(bool wrong, string field, string rule, string? value, string text)
        {
            if (wrong)
            {
                errors.Add(new($"legs[{at}].{field}", rule, NumberRules.Shown(value), text));
            }
        }
    }

    /// <summary>The lead's quantity times the ratio, on the hedge's lot; null while one of them cannot be read.</summary>
    private static NumberText? HedgeQty(NewGroupRequest group, NewOrderRequest hedge, InstrumentCatalog catalog)
    {
        var ignored = new List<FieldError>();
        var lead = group.Legs.FirstOrDefault(l => l?.Role == "lead")?.Order?.OrderQty is { } text ? NumberRules.Parse("orderQty", text.Text, 0m, null, 8, ignored, true) : null;
        var ratio = group.Parameters.TryGetValue("ratio", out var given) ? NumberRules.Parse("ratio", given, 0m, 1_000_000_000m, 8, ignored, true) : null;
        var lot = Fitting.FinestLot([.. catalog.Listings(new InstrumentId(hedge.Instrument ?? ""))]);
        return lead is { } l && ratio is { } x && lot is { } step && l <= NumberRules.Most / 1_000m ? Steps.RoundDown(l * x, step) : null;
    }

    private static ConditionNode? Node(ConditionRequest? r, int levels) => r is null || levels == 0 ? null
        : new(r.Op ?? "", r.Of is null ? null : [.. r.Of.Select(c => Node(c, levels - 1)!)], r.Subject, r.By, r.Is, r.Value?.Text);
}

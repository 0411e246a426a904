using System.Text.Json.Serialization;
using Ems.Execution.Core.Groups;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Web.Client.Contracts;

/// <summary>
/// POST /api/accounts/{account}/groups: orders that belong together, taken or refused as a whole. The ClOrdID (1 to 24 characters) is
/// made by the sender; its legs are named after it. Types, legs and parameters: GET /api/group-types.
/// </summary>
public sealed record NewGroupRequest
{
    public string? ClOrdId { get; init; }
    /// <summary>"BRACKET", "OCO", "OUO", "OTO", "CONDITIONAL", "PAIRS", "HOP" or "LADDER".</summary>
    public string? Type { get; init; }
    public IReadOnlyList<GroupLegRequest> Legs { get; init; } = [];
    [JsonConverter(typeof(ParameterMapConverter))]
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();
    /// <summary>What a conditional waits for.</summary>
    public ConditionRequest? Condition { get; init; }
    public string? Tags { get; init; }
}

/// <summary>One leg: its role and an order without clOrdId, cron and cashOrderQty. The hedge of a pair may leave out its quantity: the ratio says it.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record GroupLegRequest
{
    public string? Role { get; init; }
    public NewOrderRequest? Order { get; init; }
}

/// <summary>A node of a condition: AND, OR, NOT with <see cref="Of"/>, or a predicate.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ConditionRequest
{
    /// <summary>"AND", "OR", "NOT", or a predicate of GET /api/group-types.</summary>
    public string? Op { get; init; }
    public IReadOnlyList<ConditionRequest>? Of { get; init; }
    /// <summary>Instrument or asset.</summary>
    public string? Subject { get; init; }
    /// <summary>Which price, for PRICE.</summary>
    public string? By { get; init; }
    /// <summary>"ABOVE" (at or above) or "BELOW" (at or below).</summary>
    public string? Is { get; init; }
    /// <summary>A decimal, or an ISO 8601 time for TIME.</summary>
    public NumberText? Value { get; init; }
}

/// <summary>GET /api/group-types: what a group can be, and what a condition can ask.</summary>
public sealed record GroupTypes(IReadOnlyList<GroupDescriptor> Types, IReadOnlyList<PredicateDescriptor> Predicates);

/// <summary>A group in the blotter. Residual: filled beyond what was meant, or left unmatched or open, in base units of the first leg.</summary>
public sealed record GroupRow(
    string ClOrdId, string Type, OrdStatus OrdStatus, string WhyIdleCode, string WhyIdle, DateTimeOffset? NextActionAt, DateTimeOffset CreatedAt,
    DateTimeOffset? EndedAt, string? EndCode, string? EndText, decimal Residual, IReadOnlyList<GroupLegRow> Legs,
    IReadOnlyDictionary<string, string> Parameters, IReadOnlyList<ConditionTruth> Truth, IReadOnlyList<HoldRow> Holds, string? Tags);

/// <summary>A leg: an order that exists (ClOrdID), or one that may come (null).</summary>
public sealed record GroupLegRow(string Role, string? ClOrdId, string Instrument, Side Side, string Strategy, decimal OrderQty, decimal? LimitPx);

/// <summary>What is reserved of an asset.</summary>
public sealed record HoldRow(string Asset, decimal Amount);

/// <summary>The answer of POST …/groups/preview: what would happen, without doing it.</summary>
public sealed record GroupPreviewRow(
    IReadOnlyList<FieldError> Errors, string? DenyCode, string? DenyText, IReadOnlyList<Adjustment> Adjustments, IReadOnlyList<HoldRow> Holds,
    IReadOnlyList<GroupLegRow> Legs, IReadOnlyList<ConditionTruth> Truth);

/// <summary>Everything about one group: GET …/groups/{clOrdId}.</summary>
public sealed record GroupDetailRow(GroupRow Group, NewGroupRequest Request, IReadOnlyList<OrderRow> Legs, IReadOnlyList<TimelineEvent> Timeline, IReadOnlyList<Adjustment> Adjustments);

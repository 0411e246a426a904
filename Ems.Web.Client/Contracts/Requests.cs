using System.Text.Json.Serialization;
using Ems.Execution.Core.Orders;

namespace Ems.Web.Client.Contracts;

/// <summary>
/// POST /api/accounts/{account}/orders. The ClOrdID is made by the sender, so that a retry is the same order. Exactly one of
/// OrderQty (base units) and CashOrderQty (quote units). Text fields are checked by the server, which answers 422 with every
/// field that is outside its rule.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record NewOrderRequest
{
    public string? ClOrdId { get; init; }
    public string? Instrument { get; init; }
    /// <summary>"Buy" or "Sell".</summary>
    public string? Side { get; init; }
    public NumberText? OrderQty { get; init; }
    public NumberText? CashOrderQty { get; init; }
    /// <summary>Limit price, quote units per base unit.</summary>
    public NumberText? LimitPx { get; init; }
    /// <summary>Name of an algo, see GET /api/algos.</summary>
    public string? Strategy { get; init; }
    [JsonConverter(typeof(ParameterMapConverter))]
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();
    /// <summary>"Gtc" (default), "Ioc", "Fok" or "Gtd".</summary>
    public string? TimeInForce { get; init; }
    /// <summary>ISO 8601, with Gtd.</summary>
    public string? ExpireTime { get; init; }
    /// <summary>ISO 8601; absent means now.</summary>
    public string? StartTime { get; init; }
    public bool PostOnly { get; init; }
    public bool ReduceOnly { get; init; }
    /// <summary>Venue allow-list; empty means every venue that lists the instrument.</summary>
    public IReadOnlyList<string> Venues { get; init; } = [];
    public NumberText? MaxSlippageBps { get; init; }
    /// <summary>Private, Bundle or Public: by what door its transactions reach a chain; absent is the account's choice.</summary>
    public string? Submission { get; init; }
    public string? Tags { get; init; }
    /// <summary>Five-field cron, UTC: repeats the order as parents named ClOrdId-r1, -r2 …; absent means once.</summary>
    public string? Cron { get; init; }
}

/// <summary>PATCH …/orders/{clOrdId}: what is null stays. Only fields and parameters marked updatable (rule E10).</summary>
public sealed record ReplaceOrderRequest
{
    public NumberText? OrderQty { get; init; }
    public NumberText? LimitPx { get; init; }
    [JsonConverter(typeof(ParameterMapConverter))]
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();
}

/// <summary>202: journaled. The order's further fate comes by push or GET.</summary>
public sealed record OrderAck(string ClOrdId, OrdStatus OrdStatus, IReadOnlyList<Adjustment> Adjustments);

/// <summary>The answer of POST …/orders/preview: what would happen, without doing it.</summary>
public sealed record OrderPreview(
    IReadOnlyList<FieldError> Errors, string? DenyCode, string? DenyText, IReadOnlyList<Adjustment> Adjustments,
    decimal OrderQty, decimal? Notional, decimal? ExpectedFees, int Slices, IReadOnlyList<PlanPointRow> Plan, string? RouteText);

/// <summary>A point of a plan or of what was done: time and cumulative quantity.</summary>
public sealed record PlanPointRow(DateTimeOffset Time, decimal CumQty);

/// <summary>POST …/kill: level and scope. Scope "account" or "instrument" here; the organisation has its own endpoint.</summary>
public sealed record KillSwitchRequest { public string? Level { get; init; } public string? Instrument { get; init; } public string? Reason { get; init; } }

/// <summary>Proof of a kill: open orders left per venue by the venue's own word, and how long it took.</summary>
public sealed record KillSwitchReport(string Level, IReadOnlyList<VenueOpenOrders> Venues, double ElapsedMs, bool Proven, string Text);

/// <summary>Open orders of the account at one venue, as the venue answered; null when it could not be asked.</summary>
public sealed record VenueOpenOrders(string Venue, int? OpenOrders, string? Error);

/// <summary>A 422: the deny code, and every field outside its rule.</summary>
public sealed record Refusal(string Code, string Text, IReadOnlyList<FieldError> Errors);

using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Orders;

/// <summary>
/// What a trader asked for: the parameters every parent has, plus the chosen strategy (FIX 847) and its own parameters as
/// canonical text by name (numbers invariant, times ISO 8601, durations in seconds). Quantities in base units.
/// </summary>
/// <param name="StartTime">When to start; null means at once.</param>
/// <param name="Venues">The venues it may use; empty means every enabled venue that lists the instrument.</param>
/// <param name="Submission">By what door its transactions reach a chain; null is the account's choice.</param>
/// <param name="MaxSlippageBps">Worst distance from the arrival mid that any child may pay, in basis points; null means the account's collar alone.</param>
public sealed record ParentSpec(
    ClOrdId ClOrdId, InstrumentId Instrument, Side Side, decimal OrderQty, decimal? LimitPx,
    string Strategy, IReadOnlyDictionary<string, string> Parameters,
    TimeInForce TimeInForce = TimeInForce.Gtc, DateTimeOffset? ExpireTime = null, DateTimeOffset? StartTime = null,
    bool PostOnly = false, bool ReduceOnly = false,
    IReadOnlyList<VenueId>? Venues = null, decimal? MaxSlippageBps = null, string? Tags = null, OnChainSubmission? Submission = null)
{
    /// <summary>Whether <paramref name="venue"/> is in the allow-list.</summary>
    public bool Allows(VenueId venue) => Venues is null || Venues.Count == 0 || Venues.Contains(venue);
}

/// <summary>One field outside its rule: which field, which rule, what was given, and a sentence for a person.</summary>
public sealed record FieldError(string Field, string Rule, string? Value, string Text);

/// <summary>Something a rule changed in a ticket before acceptance, and why (rule E3).</summary>
public sealed record Adjustment(string Field, string From, string To, string Rule, string Text);

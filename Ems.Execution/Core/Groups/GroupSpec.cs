using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Groups;

/// <summary>
/// What a trader asked for: a strategy that links several parents (FIX 66 ListID is <see cref="ClOrdId"/>), its parameters as canonical
/// text by name, and its legs. Legs that a strategy makes by itself (the exits of a bracket) are not listed here.
/// </summary>
/// <param name="Condition">What a conditional waits for; null for every other type.</param>
public sealed record GroupSpec(
    ClOrdId ClOrdId, string Type, IReadOnlyList<GroupLeg> Legs, IReadOnlyDictionary<string, string> Parameters,
    ConditionNode? Condition = null, string? Tags = null)
{
    /// <summary>The given leg of that role.</summary>
    /// <exception cref="InvalidOperationException">There is none; validation comes first.</exception>
    public ParentSpec Leg(string role) =>
        Legs.FirstOrDefault(l => l.Role == role)?.Spec ?? throw new InvalidOperationException($"{ClOrdId} has no leg {role}.");
}

/// <summary>A given leg: its role and its order. The order's ClOrdID is made from the group's and the role.</summary>
public sealed record GroupLeg(string Role, ParentSpec Spec);

/// <summary>
/// A node of a condition: AND, OR and NOT over <see cref="Of"/>, or a predicate on <see cref="Subject"/> (an instrument or an asset).
/// </summary>
/// <param name="By">Which price of the subject; only for PRICE.</param>
/// <param name="Is">ABOVE (at or above) or BELOW (at or below).</param>
/// <param name="Value">What is compared with: a plain decimal, or an ISO 8601 time for TIME.</param>
public sealed record ConditionNode(
    string Op, IReadOnlyList<ConditionNode>? Of = null, string? Subject = null, string? By = null, string? Is = null, string? Value = null);

/// <summary>
/// What a group carries from one decision to the next beyond its legs, journaled when it changes. Everything that can be read off the
/// legs is read off the legs, so that no crash can make the two disagree.
/// </summary>
/// <param name="Phase">Empty while working; EXITING (bracket), UNWINDING (pairs), REVERSING or KEEPING (hop) afterwards: a phase never goes back.</param>
/// <param name="Why">Why the phase was entered.</param>
/// <param name="FirstFillAt">When the entry was first seen to have filled: the time limit counts from here.</param>
/// <param name="TrueSince">Since when the condition holds without a break.</param>
/// <param name="RearmedAfter">After how many runs the condition was seen to be false again.</param>
/// <param name="UnhedgedSince">Since when there is something to hedge and the hedge makes no progress.</param>
/// <param name="HedgedSeen">Hedged quantity at the last look.</param>
/// <param name="HeldAt">When the lead was held last: it is not let go again at once.</param>
public sealed record GroupMemory(
    string Phase = "", string? Why = null, DateTimeOffset? FirstFillAt = null, DateTimeOffset? TrueSince = null, int RearmedAfter = 0,
    DateTimeOffset? UnhedgedSince = null, decimal HedgedSeen = 0m, DateTimeOffset? HeldAt = null)
{
    /// <summary>Nothing yet.</summary>
    public static readonly GroupMemory Fresh = new();
}

using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Groups;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;

namespace Ems.Execution.Engine.Accounts;

/// <summary>A group with what only the engine knows of it at this moment. Residual: see <see cref="IGroupStrategy.Residual"/>.</summary>
public sealed record GroupView(OrderGroup Group, WhyIdle WhyIdle, DateTimeOffset? NextActionAt, decimal Residual, IReadOnlyList<ConditionTruth> Truth);

/// <summary>A group with its legs and everything that happened to all of them.</summary>
public sealed record GroupDetail(GroupView Group, IReadOnlyList<ParentView> Legs, IReadOnlyList<JournalLine> Timeline);

/// <summary>A group to take. BodyHash: of the request as sent, to tell a retry from a second group under one name.</summary>
public sealed record SubmitGroup(GroupSpec Spec, string BodyHash, string Actor);

/// <summary>What a group would do: what it would reserve, and the orders it may send.</summary>
public sealed record GroupPreview(
    GroupSpec Spec, Denial? Denial, IReadOnlyList<FieldError> Errors, IReadOnlyList<Adjustment> Adjustments, IReadOnlyList<Money> Claims,
    IReadOnlyList<PlannedLeg> Legs, IReadOnlyList<ConditionTruth> Truth);

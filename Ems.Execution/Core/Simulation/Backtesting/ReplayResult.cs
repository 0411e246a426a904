using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Simulation.Backtesting;

/// <summary>A fill of a replay. <see cref="SentAt"/>: when its child was decided.</summary>
public sealed record ReplayFill(
    ClOrdId Child, VenueId Venue, decimal Qty, decimal Px, decimal Commission, LastLiquidityInd Liquidity, DateTimeOffset Time, DateTimeOffset SentAt);

/// <summary>What a parent did or waited for from a moment on.</summary>
public sealed record ReplayStep(DateTimeOffset Time, string Code, string Text);

/// <summary>What became of one order of a replay.</summary>
/// <param name="Order">The parent at the end; null when its ticket was refused.</param>
/// <param name="Errors">Why its ticket was refused.</param>
/// <param name="Children">Its children, oldest first.</param>
public sealed record ReplayParent(
    ReplayOrder Input, ParentOrder? Order, IReadOnlyList<FieldError> Errors, IReadOnlyList<Order> Children, IReadOnlyList<ReplayFill> Fills,
    IReadOnlyList<ReplayStep> Timeline);

/// <summary>A whole replay.</summary>
/// <param name="Digest">SHA-256 over every decision, child and fill in order, hex: equal when two replays did the same.</param>
/// <param name="MarketEvents">Market events that passed.</param>
/// <param name="Decisions">How often an algo was asked.</param>
/// <param name="EndedAt">Virtual time at the end.</param>
public sealed record ReplayResult(IReadOnlyList<ReplayParent> Parents, string Digest, long MarketEvents, long Decisions, DateTimeOffset EndedAt);

using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Risk;

/// <summary>What the checks look at, the same for a parent and a child.</summary>
/// <param name="Px">Limit or protective price; null for a parent without a limit.</param>
/// <param name="IsChild">Whether it goes to a venue now.</param>
/// <param name="MayTake">Whether it could trade at once: a post-only child cannot.</param>
internal readonly record struct Candidate(InstrumentId Instrument, Side Side, decimal Qty, decimal? Px, bool ReduceOnly, bool IsChild, bool MayTake, VenueId? Venue, IReadOnlyList<VenueId>? Venues,
    OnChainSubmission? Submission, bool PublicFallback)
{
    public static Candidate Of(ParentSpec p) => new(p.Instrument, p.Side, p.OrderQty, p.LimitPx, p.ReduceOnly, false, !p.PostOnly, null, p.Venues, p.Submission, false);

    public static Candidate Of(VenueOrder o) => new(o.Instrument, o.Side, o.OrderQty, o.Px, o.ReduceOnly, true, !o.PostOnly, o.Venue, null, o.Submission, o.PublicFallback);

    /// <summary>The price its cost is measured at: its own, or the reference moved by the collar.</summary>
    public decimal? WorstPx(RiskView view) => Px ?? view.ReferencePx * (1m + (Side.Sign() * view.Limits.PriceCollarBps / 10_000m));
}

/// <summary>One rule. Null means that it has nothing against the order.</summary>
internal interface IPreTradeCheck
{
    Denial? Check(in Candidate order, RiskView view);
}

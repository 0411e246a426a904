using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Routing.Curves;

namespace Ems.Execution.Core.Routing;

/// <summary>A pool as the router sees it: liquidity without levels, which needs time to confirm; its gas is the venue's fixed cost.</summary>
/// <param name="Curve">What it gives, pool fee included and gas not: a sell puts in base and gets quote, a buy puts in quote and gets base.</param>
/// <param name="Confirmation">How long until a swap is in a block.</param>
/// <param name="ExactQuote">Base quantity to the quote amount it costs or earns, by the pool's own whole-number arithmetic; null takes the curve's value, rounded against us.</param>
public sealed record CurveLiquidity(LiquidityCurve Curve, TimeSpan Confirmation, Func<decimal, decimal>? ExactQuote = null, string? GasText = null);

/// <summary>A pool at one moment, as its venue's adapter gives it.</summary>
/// <param name="Liquidity">What it gives on one side.</param>
/// <param name="Gas">Cost of one swap at the present gas price, quote units.</param>
/// <param name="At">Time of the block it was read from.</param>
public sealed record PoolQuote(CurveLiquidity Liquidity, decimal Gas, DateTimeOffset At);

/// <summary>One venue the router may use. <see cref="MaxQty"/>: what balances and limits there still allow, base units.</summary>
/// <param name="Book">The venue's book, or null when it has none.</param>
/// <param name="ExcludedBecause">Set when the venue is out (stale, disconnected, not allowed): it is listed as an alternative with this text.</param>
/// <param name="OwnLevels">Our own resting quantity by price, so that we never route into ourselves.</param>
/// <param name="Curve">Its pool, for a venue that has no book.</param>
/// <param name="FixedCost">What using it costs however little is sent (gas, a fee per order), quote units.</param>
/// <param name="PenaltyBps">Expected cost of its delays and refusals, basis points of notional: see <see cref="VenueTrust"/>.</param>
/// <param name="PenaltyBecause">The history behind the penalty, for the text of a losing bid.</param>
public sealed record RouteVenue(
    Listing Listing, BookSnapshot? Book, decimal MaxQty, string? ExcludedBecause = null, IReadOnlyList<BookLevel>? OwnLevels = null,
    CurveLiquidity? Curve = null, decimal FixedCost = 0m, decimal PenaltyBps = 0m, string? PenaltyBecause = null);

/// <summary>A slice to place. <see cref="LimitPx"/> is the worst price any leg may trade at; it is always set (a market slice carries its collar).</summary>
/// <param name="Posts">True when the slice is to rest (GTC/GTD or post-only): it is placed, not split by taking cost.</param>
public sealed record RouteRequest(Side Side, decimal Qty, decimal LimitPx, TimeInForce TimeInForce, bool PostOnly, bool Posts, IReadOnlyList<RouteVenue> Venues);

/// <summary>
/// One child order to send. AllInPx = expected average price with fee, gas and the venue's penalty (above for a buy, below for a sell).
/// </summary>
/// <param name="Reason">Why it goes there, for the trader; written when it is first read.</param>
/// <param name="Gas">Gas, quote units; within AllInPx.</param>
/// <param name="PenaltyBps">Expected cost of delay and refusal, basis points; within AllInPx.</param>
public sealed record RouteLeg(
    VenueId Venue, decimal Qty, decimal Px, TimeInForce TimeInForce, bool PostOnly, decimal? ExpectedAvgPx, decimal ExpectedFee, decimal? AllInPx, string Reason,
    decimal Gas = 0m, decimal PenaltyBps = 0m)
{
    private VenueTake? take;
    private string? reason = Reason;

    /// <summary>Why it goes there, for the trader.</summary>
    public string Reason
    {
        get
        {
            if (take is { } t)
            {
                (reason, take) = (RouteText.Reason(this, t), null);
            }
            return reason ?? "";
        }
        init => (reason, take) = (value, null);
    }

    /// <summary>What the reason is written from.</summary>
    internal VenueTake? Take
    {
        init => take = value;
    }

    /// <summary>Equal when all that is told is.</summary>
    public bool Equals(RouteLeg? other) => other is not null && (Venue, Qty, Px, TimeInForce, PostOnly, Reason) == (other.Venue, other.Qty, other.Px, other.TimeInForce, other.PostOnly, other.Reason)
        && (ExpectedAvgPx, ExpectedFee, AllInPx, Gas, PenaltyBps) == (other.ExpectedAvgPx, other.ExpectedFee, other.AllInPx, other.Gas, other.PenaltyBps);

    /// <summary>By what identifies it within a plan.</summary>
    public override int GetHashCode() => HashCode.Combine(Venue, Qty, Px);
}

/// <summary>A venue that got nothing or less than it could, and why.</summary>
public sealed record RouteAlternative(VenueId Venue, decimal? AllInPx, string LostBecause);

/// <summary>Where a slice goes, why, and who lost. Legs plus UnroutedQty always sum to the request.</summary>
public sealed record RoutePlan(IReadOnlyList<RouteLeg> Legs, IReadOnlyList<RouteAlternative> Alternatives, decimal UnroutedQty, string? UnroutedBecause);

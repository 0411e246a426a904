using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Routing;

/// <summary>One venue the router may use. <see cref="MaxQty"/>: what balances and limits there still allow, base units.</summary>
/// <param name="Book">The venue's book, or null when it has none.</param>
/// <param name="ExcludedBecause">Set when the venue is out (stale, disconnected, not allowed): it is listed as an alternative with this text.</param>
/// <param name="OwnLevels">Our own resting quantity by price, so that we never route into ourselves.</param>
public sealed record RouteVenue(Listing Listing, BookSnapshot? Book, decimal MaxQty, string? ExcludedBecause = null, IReadOnlyList<BookLevel>? OwnLevels = null);

/// <summary>A slice to place. <see cref="LimitPx"/> is the worst price any leg may trade at; it is always set (a market slice carries its collar).</summary>
/// <param name="Posts">True when the slice is to rest (GTC/GTD or post-only): it is placed, not split by taking cost.</param>
public sealed record RouteRequest(Side Side, decimal Qty, decimal LimitPx, TimeInForce TimeInForce, bool PostOnly, bool Posts, IReadOnlyList<RouteVenue> Venues);

/// <summary>One child order to send. AllInPx = expected average price with fees (above for a buy, below for a sell).</summary>
public sealed record RouteLeg(VenueId Venue, decimal Qty, decimal Px, TimeInForce TimeInForce, bool PostOnly, decimal? ExpectedAvgPx, decimal ExpectedFee, decimal? AllInPx, string Reason);

/// <summary>A venue that got nothing or less than it could, and why.</summary>
public sealed record RouteAlternative(VenueId Venue, decimal? AllInPx, string LostBecause);

/// <summary>Where a slice goes, why, and who lost. Legs plus UnroutedQty always sum to the request.</summary>
public sealed record RoutePlan(IReadOnlyList<RouteLeg> Legs, IReadOnlyList<RouteAlternative> Alternatives, decimal UnroutedQty, string? UnroutedBecause);

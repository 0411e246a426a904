using System.Globalization;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Routing;

/// <summary>
/// Chooses where a resting order waits: least maker fee plus the queue ahead of it at its price (in basis points per hundred
/// times its own size, a crude price of time) plus what its record costs, split only when balances force it.
/// </summary>
internal static class PostingRouter
{
    public static RoutePlan Plan(RouteRequest request)
    {
        var ranked = request.Venues.Where(v => v.ExcludedBecause is null && v.Book is not null)
            .Select(v => (Venue: v, Px: PxAt(request, v), Ahead: Ahead(request, v)))
            .Select(x => (x.Venue, x.Px, x.Ahead, Score: (x.Venue.Listing.MakerFee * 10_000m) + x.Venue.PenaltyBps + Math.Min(5m, x.Ahead / request.Qty * 0.01m)))
            .OrderBy(x => x.Score).ThenBy(x => x.Venue.Listing.Venue.Value, StringComparer.Ordinal).ToList();
        var legs = new List<RouteLeg>();
        var left = request.Qty;
        foreach (var (venue, px, ahead, score) in ranked)
        {
            var qty = Steps.RoundDown(Math.Min(left, Math.Min(venue.MaxQty, venue.Listing.MaxQty)), venue.Listing.LotSize);
            if (qty <= 0m || px <= 0m || venue.Listing.Refusal(px, qty) is not null)
            {
                continue;
            }
            var fee = px * qty * venue.Listing.MakerFee;
            legs.Add(new(venue.Listing.Venue, qty, px, request.TimeInForce, request.PostOnly, px, fee, px + (request.Side.Sign() * fee / qty),
                Text($"{qty} rests at {venue.Listing.Venue} at {px}: maker fee {venue.Listing.MakerFee * 10_000m:0.##} bps, {ahead:0.####} ahead in the queue")));
            left -= qty;
            if (left <= 0m)
            {
                break;
            }
        }
        var lost = request.Venues.Where(v => legs.TrueForAll(l => l.Venue != v.Listing.Venue)).Select(v => new RouteAlternative(v.Listing.Venue, null,
            v.ExcludedBecause ?? (v.Curve is not null ? "a pool takes no resting orders" : v.Book is null ? "it has no book" : v.MaxQty < v.Listing.MinQty ? "no balance there"
                : Text($"waiting there scores worse: maker fee {v.Listing.MakerFee * 10_000m:0.##} bps, {Ahead(request, v):0.####} ahead{Record(v)}")))).ToList();
        return new(legs, lost, left, left > 0m ? Text($"{left} fits no venue's balance, lot or minimum") : null);
    }

    /// <summary>The limit on the venue's grid, never better for the other side; a post-only price steps back behind the opposite touch.</summary>
    private static decimal PxAt(RouteRequest request, RouteVenue v)
    {
        var tick = v.Listing.TickSize;
        var px = Steps.RoundPassive(request.LimitPx, tick, request.Side);
        var touch = v.Book!.Opposite(request.Side) is { Count: > 0 } opposite ? opposite[0].Px : (decimal?)null;
        return request.PostOnly && touch is { } t && request.Side.IsWithin(t, px) ? t - (request.Side.Sign() * tick) : px;
    }

    private static decimal Ahead(RouteRequest request, RouteVenue v)
    {
        var px = PxAt(request, v);
        var ahead = 0m;
        foreach (var level in v.Book!.Own(request.Side))
        {
            if (!request.Side.Opposite().IsWithin(level.Px, px))
            {
                break;
            }
            ahead += level.Qty;
        }
        return ahead;
    }

    private static string Record(RouteVenue v) => v.PenaltyBps > 0m ? Text($", {v.PenaltyBps:0.##} bps for {v.PenaltyBecause ?? "delay"}") : "";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

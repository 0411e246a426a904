using System.Globalization;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Routing;

/// <summary>Legs with their reasons and losing bids with theirs, for the journal and the trader.</summary>
internal static class RouteText
{
    public static List<RouteLeg> Legs(RouteRequest request, IReadOnlyList<VenueTake> takes)
    {
        var legs = new List<RouteLeg>(takes.Count);
        foreach (var t in takes)
        {
            var (listing, fee) = (t.Venue.Listing, t.Notional * t.Venue.Listing.TakerFee);
            var (qty, allIn) = (Steps.Normal(t.Qty), t.AllIn / t.Qty);
            var where = t.Venue.Curve is { } pool
                ? Text($"pool, gas {t.Gas:0.####}, about {pool.Confirmation.TotalSeconds:0.#} s to confirm")
                : Text($"{t.Levels} {(t.Levels == 1 ? "level" : "levels")} deep");
            var penalty = t.Venue.PenaltyBps > 0m ? Text($", {t.Venue.PenaltyBps:0.##} bps for {t.Venue.PenaltyBecause ?? "delay"}") : "";
            legs.Add(new(listing.Venue, qty, t.ChildPx(request.LimitPx), request.TimeInForce == TimeInForce.Fok ? TimeInForce.Fok : TimeInForce.Ioc, false, t.Notional / t.Qty, fee, allIn,
                Text($"{qty} at {listing.Venue}: expected {t.Notional / t.Qty:0.######}, all-in {allIn:0.####} with {listing.TakerFee * 10_000m:0.##} bps fee{penalty}, {where}"),
                t.Gas, t.Venue.PenaltyBps));
        }
        return legs;
    }

    public static List<RouteAlternative> Losers(RouteRequest request, IReadOnlyList<VenueTake> takes)
    {
        var lost = new List<RouteAlternative>();
        foreach (var v in request.Venues)
        {
            if (takes.Any(t => ReferenceEquals(t.Venue, v)))
            {
                continue;
            }
            var best = BestPx(request, v);
            var share = v.Listing.TakerFee + (v.PenaltyBps / 10_000m);
            var gas = request.Qty > 0m ? v.FixedCost / request.Qty : 0m;
            var allIn = (best * (1m + (request.Side.Sign() * share))) + (request.Side.Sign() * gas);
            lost.Add(new(v.Listing.Venue, allIn, v.ExcludedBecause
                ?? (best is not { } px ? "its book is empty on that side"
                : v.MaxQty < v.Listing.MinQty ? "no balance there"
                : v.OwnLevels?.Any(o => request.Side.IsWithin(o.Px, px)) == true ? Text($"our own order rests at or before its best price {px}")
                : !request.Side.IsWithin(px, request.LimitPx) ? Text($"its best price {px} is beyond {request.LimitPx}")
                : Dearer(v, allIn!.Value))));
        }
        return lost;
    }

    public static string Unrouted(RouteRequest request, List<RouteVenue> venues, decimal unrouted) =>
        venues.Count == 0 ? "no venue is usable: " + string.Join(", ", request.Venues.Select(v => $"{v.Listing.Venue} {v.ExcludedBecause ?? "has no book"}"))
        : Text($"{unrouted} found no liquidity within {request.LimitPx}, or is below what balances, lots and minimums allow");

    private static string Dearer(RouteVenue v, decimal allIn)
    {
        var gas = v.FixedCost > 0m ? Text($" with gas of {v.FixedCost:0.####}") : "";
        var penalty = v.PenaltyBps > 0m ? Text($"; of it {v.PenaltyBps:0.##} bps for {v.PenaltyBecause ?? "delay"}") : "";
        return Text($"all-in {allIn:0.####}{gas} is dearer, or its part was below its minimum{penalty}");
    }

    private static decimal? BestPx(RouteRequest request, RouteVenue v)
    {
        if (v.Curve is { } pool)
        {
            var px = pool.Curve.BestPx;
            return px > 0.0 ? (decimal)(request.Side == Side.Buy ? 1.0 / px : px) : null;
        }
        return v.Book?.Opposite(request.Side) is { Count: > 0 } levels ? levels[0].Px : null;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

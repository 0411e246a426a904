using System.Globalization;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Routing;

/// <summary>Legs with their reasons and losing bids with theirs, for the journal and the trader.</summary>
internal static class RouteText
{
    public static RouteLeg[] Legs(RouteRequest request, IReadOnlyList<VenueTake> takes)
    {
        var legs = new RouteLeg[takes.Count];
        var tif = request.TimeInForce == TimeInForce.Fok ? TimeInForce.Fok : TimeInForce.Ioc;
        for (var i = 0; i < legs.Length; i++)
        {
            var t = takes[i];
            var listing = t.Venue.Listing;
            legs[i] = new(listing.Venue, Steps.Normal(t.Qty), t.ChildPx(request.LimitPx), tif, false, t.Notional / t.Qty, t.Notional * listing.TakerFee, t.AllIn / t.Qty, "", t.Gas, t.Venue.PenaltyBps) { Take = t };
        }
        return legs;
    }

    public static string Reason(RouteLeg leg, VenueTake t)
    {
        var listing = t.Venue.Listing;
        var where = t.Venue.Curve is { } pool
            ? Text($"pool, gas {t.Gas:0.####}{(pool.GasText is { } of ? $" ({of})" : "")}, about {pool.Confirmation.TotalSeconds:0.#} s to confirm")
            : Text($"{t.Levels} {(t.Levels == 1 ? "level" : "levels")} deep");
        var penalty = t.Venue.PenaltyBps > 0m ? Text($", {t.Venue.PenaltyBps:0.##} bps for {t.Venue.PenaltyBecause ?? "delay"}") : "";
        return Text($"{leg.Qty} at {listing.Venue}: expected {leg.ExpectedAvgPx:0.######}, all-in {leg.AllInPx:0.####} with {listing.TakerFee * 10_000m:0.##} bps fee{penalty}, {where}");
    }

    /// <summary>The losing bids of a plan, written when they are first read.</summary>
    public static IReadOnlyList<RouteAlternative> Losers(RouteRequest request, IReadOnlyList<VenueTake> takes) =>
        request.Venues.Count == takes.Count ? [] : new LosingBids(request, takes);

    /// <summary>Why one venue got nothing.</summary>
    public static RouteAlternative Loser(RouteRequest request, RouteVenue v)
    {
        var best = BestPx(request, v);
        var share = v.Listing.TakerFee + (v.PenaltyBps / 10_000m);
        var gas = request.Qty > 0m ? v.FixedCost / request.Qty : 0m;
        var allIn = (best * (1m + (request.Side.Sign() * share))) + (request.Side.Sign() * gas);
        return new(v.Listing.Venue, allIn, v.ExcludedBecause
            ?? (best is not { } px ? "its book is empty on that side"
            : v.MaxQty < v.Listing.MinQty ? "no balance there"
            : v.OwnLevels?.Any(o => request.Side.IsWithin(o.Px, px)) == true ? Text($"our own order rests at or before its best price {px}")
            : !request.Side.IsWithin(px, request.LimitPx) ? Text($"its best price {px} is beyond {request.LimitPx}")
            : Dearer(v, allIn!.Value)));
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

/// <summary>The venues of a request that got nothing. It lets go of the request once its texts are written.</summary>
internal sealed class LosingBids(RouteRequest asked, IReadOnlyList<VenueTake> taken) : IReadOnlyList<RouteAlternative>
{
    private (RouteRequest Request, IReadOnlyList<VenueTake> Takes)? from = (asked, taken);
    private RouteAlternative[] written = [];

    public int Count => from is var (request, takes) ? request.Venues.Count - takes.Count : written.Length;

    public RouteAlternative this[int index] => Written[index];

    public IEnumerator<RouteAlternative> GetEnumerator() => ((IEnumerable<RouteAlternative>)Written).GetEnumerator();

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => Written.GetEnumerator();

    private RouteAlternative[] Written
    {
        get
        {
            if (from is var (request, takes))
            {
                var used = new HashSet<RouteVenue>(takes.Select(t => t.Venue), ReferenceEqualityComparer.Instance);
                (written, from) = ([.. request.Venues.Where(v => !used.Contains(v)).Select(v => RouteText.Loser(request, v))], null);
            }
            return written;
        }
    }
}

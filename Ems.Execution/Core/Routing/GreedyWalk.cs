using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Routing;

/// <summary>
/// The cheapest lots of all books, one after the other, in decimals: exact where no lot, minimum or gas is in the way, and a floor for
/// every other way of splitting.
/// </summary>
internal static class GreedyWalk
{
    private const int DropsMax = 32;

    /// <summary>A leg that its venue would refuse goes to the others; the smallest first, then all is walked again.</summary>
    public static Booked Split(RouteRequest request, List<RouteVenue> venues)
    {
        var remaining = venues.Where(v => v.Book is not null).ToList();
        for (var drops = 0; ; drops++)
        {
            var walk = Walk(request, remaining);
            if (walk.Refused(request) is not { } refused)
            {
                return walk;
            }
            if (drops == DropsMax)
            {
                return new([], request.Qty);
            }
            remaining.Remove(refused.Venue);
        }
    }

    private static Booked Walk(RouteRequest request, List<RouteVenue> venues)
    {
        var takes = venues.ConvertAll(v => new VenueTake(request, v));
        var offers = new List<(decimal AllIn, decimal Qty, int Venue, decimal Before)>();
        for (var v = 0; v < takes.Count; v++)
        {
            var (levels, before) = (venues[v].Book!.Opposite(request.Side), 0m);
            for (var i = 0; i < takes[v].UsableLevels; i++)
            {
                offers.Add((takes[v].AllInAt(levels[i].Px), levels[i].Qty, v, before));
                before += levels[i].Qty;
            }
        }
        var sign = request.Side.Sign();
        offers.Sort((a, b) => a.AllIn != b.AllIn ? (a.AllIn * sign).CompareTo(b.AllIn * sign)
            : a.Venue != b.Venue ? a.Venue.CompareTo(b.Venue) : a.Before.CompareTo(b.Before));
        var (taken, left) = (new decimal[takes.Count], request.Qty);
        foreach (var (_, qty, v, _) in offers)
        {
            var take = Math.Min(Math.Min(qty, left), takes[v].MaxQty - taken[v]);
            if (take > 0m)
            {
                (taken[v], left) = (taken[v] + take, left - take);
            }
        }
        // Each venue takes whole lots; what rounding gives back goes to the cheapest venue whose lot it fits.
        for (var v = 0; v < takes.Count; v++)
        {
            var whole = Steps.RoundDown(taken[v], takes[v].Lot);
            (left, taken[v]) = (left + taken[v] - whole, whole);
        }
        foreach (var (_, qty, v, before) in offers)
        {
            var at = Math.Clamp(taken[v] - before, 0m, qty);
            var room = Steps.RoundDown(Math.Max(0m, Math.Min(Math.Min(left, qty - at), takes[v].MaxQty - taken[v])), takes[v].Lot);
            (taken[v], left) = (taken[v] + room, left - room);
        }
        for (var v = 0; v < takes.Count; v++)
        {
            takes[v].Set(taken[v]);
        }
        return new([.. takes.Where(t => t.Qty > 0m)], left);
    }

    /// <summary>
    /// Venues with coarse lots leave a rest that is too small to send anywhere. It becomes sendable when some whole lots of the biggest
    /// leg move with it to the venue of the finest lot; a few units dearer on a few units, and the order can finish.
    /// </summary>
    public static Booked Absorb(RouteRequest request, List<RouteVenue> venues, Booked walk)
    {
        var donor = walk.Takes.MaxBy(t => t.Qty);
        if (walk.Unrouted <= 0m || donor is null || walk.Unrouted >= donor.Lot)
        {
            return walk;
        }
        foreach (var finer in venues.Where(v => v.Book is not null && v.Listing.LotSize < donor.Lot && walk.Takes.All(t => t.Venue != v)).OrderBy(v => v.Listing.LotSize))
        {
            var listing = finer.Listing;
            if (finer.Book!.Opposite(request.Side) is not { Count: > 0 } levels || !request.Side.IsWithin(levels[0].Px, request.LimitPx))
            {
                continue;
            }
            var least = Math.Max(listing.MinQty, Steps.RoundUp(listing.MinNotional / levels[0].Px, listing.LotSize));
            var moved = Steps.RoundUp(Math.Max(0m, least - walk.Unrouted), donor.Lot);
            var want = Steps.RoundDown(walk.Unrouted + moved, listing.LotSize);
            var single = new VenueTake(request, finer).Set(want);
            var smaller = new VenueTake(request, donor.Venue).Set(donor.Qty - moved);
            if (want > 0m && want <= single.MaxQty && smaller.Qty > 0m && single.Refusal(request.LimitPx) is null && smaller.Refusal(request.LimitPx) is null)
            {
                return new([.. walk.Takes.Select(t => t == donor ? smaller : t), single], walk.Unrouted + moved - want);
            }
        }
        return walk;
    }
}

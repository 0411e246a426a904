using System.Globalization;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Routing;

namespace Ems.Execution.Tests.Routing;

/// <summary>The floor: books only, cheapest lots first, legs below a minimum given to the others. The router must never be worse.</summary>
internal static class ReferenceGreedy
{
    /// <summary>The plan. Legs and UnroutedQty always sum to the request.</summary>
    public static RoutePlan Plan(RouteRequest request) => Take(request);

    private static RoutePlan Take(RouteRequest request)
    {
        var venues = request.Venues.Where(v => v.ExcludedBecause is null && v.Book is not null).ToList();
        if (request.TimeInForce == TimeInForce.Fok)
        {
            // All or nothing cannot be promised over two venues: the cheapest one that holds all of it.
            var whole = venues.Select(v => Walk(request, [v])).Where(w => w.Unrouted == 0m && w.Refused() is null).OrderBy(w => w.Cost(request.Side)).FirstOrDefault();
            return whole is null
                ? new([], Losers(request, []), request.Qty, "no single venue holds all of it within the limit (FOK)")
                : new(Legs(request, whole), Losers(request, whole.Takes), 0m, null);
        }
        var best = AbsorbDust(request, venues, Split(request, venues));
        if (venues.Count > 1)
        {
            // Rounding to lots and giving refused legs to the others can end behind one venue that takes all of it.
            foreach (var alone in venues.Select(v => Walk(request, [v])).Where(w => w.Refused() is null))
            {
                best = alone.Unrouted < best.Unrouted || (alone.Unrouted == best.Unrouted && alone.Cost(request.Side) < best.Cost(request.Side)) ? alone : best;
            }
        }
        return new(Legs(request, best), Losers(request, best.Takes), best.Unrouted, best.Unrouted > 0m ? Why(request, venues, best.Unrouted) : null);
    }

    /// <summary>The cheapest lots of all venues. A leg that its venue would refuse goes to the others; the smallest first, then all is walked again.</summary>
    private static Walked Split(RouteRequest request, List<RouteVenue> venues)
    {
        var remaining = new List<RouteVenue>(venues);
        while (true)
        {
            var walk = Walk(request, remaining);
            if (walk.Refused() is not { } refused)
            {
                return walk;
            }
            remaining.Remove(refused.Venue);
        }
    }

    private static Walked Walk(RouteRequest request, List<RouteVenue> venues)
    {
        var offers = new List<(decimal AllIn, decimal Px, decimal Qty, int Venue)>();
        for (var v = 0; v < venues.Count; v++)
        {
            var fee = 1m + (request.Side.Sign() * venues[v].Listing.TakerFee);
            foreach (var level in venues[v].Book!.Opposite(request.Side))
            {
                if (!request.Side.IsWithin(level.Px, request.LimitPx))
                {
                    break;
                }
                if (venues[v].OwnLevels?.Any(o => request.Side.IsWithin(o.Px, level.Px)) == true)
                {
                    break; // a child priced here could trade with our own order, and is denied
                }
                offers.Add((level.Px * fee, level.Px, level.Qty, v));
            }
        }
        var sign = request.Side.Sign();
        offers.Sort((a, b) => a.AllIn != b.AllIn ? (a.AllIn * sign).CompareTo(b.AllIn * sign) : a.Venue.CompareTo(b.Venue));
        var takes = venues.Select(v => new Taken(v)).ToArray();
        var left = request.Qty;
        foreach (var (_, px, qty, v) in offers)
        {
            if (left <= 0m)
            {
                break;
            }
            var take = Math.Min(Math.Min(qty, left), takes[v].MaxQty - takes[v].Qty);
            if (take > 0m)
            {
                takes[v].Add(px, take);
                left -= take;
            }
        }
        // Each venue takes whole lots; what rounding gives back goes to the cheapest venue whose lot it fits.
        foreach (var t in takes)
        {
            left += t.RoundDownToLot();
        }
        foreach (var (_, px, qty, v) in offers)
        {
            var room = Math.Min(Steps.RoundDown(left, takes[v].Venue.Listing.LotSize), qty - takes[v].At(px));
            room = Math.Min(Steps.RoundDown(Math.Max(0m, room), takes[v].Venue.Listing.LotSize), Steps.RoundDown(Math.Max(0m, takes[v].MaxQty - takes[v].Qty), takes[v].Venue.Listing.LotSize));
            if (room > 0m)
            {
                takes[v].Add(px, room);
                left -= room;
            }
        }
        return new([.. takes.Where(t => t.Qty > 0m)], left);
    }

    /// <summary>
    /// Venues with coarse lots leave a rest that is too small to send anywhere. It becomes sendable when some whole lots of the biggest
    /// leg move with it to the venue of the finest lot; a few units dearer on a few units, and the order can finish.
    /// </summary>
    private static Walked AbsorbDust(RouteRequest request, List<RouteVenue> venues, Walked walk)
    {
        var donor = walk.Takes.MaxBy(t => t.Qty);
        if (walk.Unrouted <= 0m || donor is null || walk.Unrouted >= donor.Venue.Listing.LotSize)
        {
            return walk;
        }
        foreach (var finer in venues.Where(v => v.Listing.LotSize < donor.Venue.Listing.LotSize && walk.Takes.All(t => t.Venue != v)).OrderBy(v => v.Listing.LotSize))
        {
            var listing = finer.Listing;
            if (finer.Book!.Opposite(request.Side) is not { Count: > 0 } levels || !request.Side.IsWithin(levels[0].Px, request.LimitPx))
            {
                continue;
            }
            var least = Math.Max(listing.MinQty, Steps.RoundUp(listing.MinNotional / levels[0].Px, listing.LotSize));
            var moved = Steps.RoundUp(Math.Max(0m, least - walk.Unrouted), donor.Venue.Listing.LotSize);
            var want = Steps.RoundDown(walk.Unrouted + moved, listing.LotSize);
            var single = Walk(request with { Qty = want }, [finer]);
            if (single.Unrouted == 0m && listing.Refusal(single.Takes[0].WorstPx, want) is null
                && donor.Venue.Listing.Refusal(donor.WorstPx, donor.Qty - moved) is null)
            {
                donor.GiveBack(moved);
                return new([.. walk.Takes, single.Takes[0]], walk.Unrouted + moved - want);
            }
        }
        return walk;
    }

    private static List<RouteLeg> Legs(RouteRequest request, Walked walk)
    {
        var legs = new List<RouteLeg>(walk.Takes.Count);
        foreach (var t in walk.Takes)
        {
            var (listing, fee) = (t.Venue.Listing, t.Notional * t.Venue.Listing.TakerFee);
            var allIn = (t.Notional + (request.Side.Sign() * fee)) / t.Qty;
            var qty = Steps.Normal(t.Qty);
            legs.Add(new(listing.Venue, qty, t.WorstPx, request.TimeInForce == TimeInForce.Fok ? TimeInForce.Fok : TimeInForce.Ioc, false, t.Notional / t.Qty, fee, allIn,
                Text($"{qty} at {listing.Venue}: expected {t.Notional / t.Qty:0.######}, all-in {allIn:0.####} with {listing.TakerFee * 10_000m:0.##} bps fee, {t.Levels} {(t.Levels == 1 ? "level" : "levels")} deep")));
        }
        return legs;
    }

    private static List<RouteAlternative> Losers(RouteRequest request, IReadOnlyList<Taken> takes)
    {
        var lost = new List<RouteAlternative>();
        foreach (var v in request.Venues.Where(v => takes.All(t => t.Venue != v)))
        {
            var best = v.Book?.Opposite(request.Side) is { Count: > 0 } levels ? levels[0].Px : (decimal?)null;
            var allIn = best * (1m + (request.Side.Sign() * v.Listing.TakerFee));
            lost.Add(new(v.Listing.Venue, allIn, v.ExcludedBecause
                ?? (best is not { } px ? "its book is empty on that side"
                : v.MaxQty < v.Listing.MinQty ? "no balance there"
                : v.OwnLevels?.Any(o => request.Side.IsWithin(o.Px, px)) == true ? Text($"our own order rests at or before its best price {px}")
                : !request.Side.IsWithin(px, request.LimitPx) ? Text($"its best price {px} is beyond {request.LimitPx}")
                : Text($"all-in {allIn:0.####} is dearer, or its part was below its minimum"))));
        }
        return lost;
    }

    private static string Why(RouteRequest request, List<RouteVenue> venues, decimal unrouted) =>
        venues.Count == 0 ? "no venue is usable: " + string.Join(", ", request.Venues.Select(v => $"{v.Listing.Venue} {v.ExcludedBecause ?? "has no book"}"))
        : Text($"{unrouted} found no liquidity within {request.LimitPx}, or is below what balances, lots and minimums allow");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Walked(IReadOnlyList<Taken> Takes, decimal Unrouted)
    {
        /// <summary>The smallest leg that its venue would refuse, or null when all are fit to send.</summary>
        public Taken? Refused() => Takes.Where(t => t.Venue.Listing.Refusal(t.WorstPx, t.Qty) is not null).MinBy(t => t.Qty);

        public decimal Cost(Side side) => Takes.Sum(t => t.Notional * (1m + (side.Sign() * t.Venue.Listing.TakerFee))) * side.Sign();
    }

    /// <summary>What one venue gives, by level, worst last.</summary>
    private sealed class Taken(RouteVenue venue)
    {
        private readonly List<(decimal Px, decimal Qty)> levels = [];

        public RouteVenue Venue { get; } = venue;
        /// <summary>What balances and the venue's own largest order allow.</summary>
        public decimal MaxQty { get; } = Math.Min(venue.MaxQty, venue.Listing.MaxQty);
        public decimal Qty { get; private set; }
        public decimal Notional { get; private set; }
        public int Levels => levels.Count;
        public decimal WorstPx => levels[^1].Px;

        public decimal At(decimal px) => levels.Where(l => l.Px == px).Sum(l => l.Qty);

        public void Add(decimal px, decimal qty)
        {
            var i = levels.FindIndex(l => l.Px == px);
            if (i >= 0)
            {
                levels[i] = (px, levels[i].Qty + qty);
            }
            else
            {
                levels.Add((px, qty));
            }
            Qty += qty;
            Notional += px * qty;
        }

        /// <summary>Gives back the worst part that is no whole lot; returns how much.</summary>
        public decimal RoundDownToLot()
        {
            var back = Qty - Steps.RoundDown(Qty, Venue.Listing.LotSize);
            GiveBack(back);
            return back;
        }

        /// <summary>Gives back this much, worst prices first.</summary>
        public void GiveBack(decimal rest)
        {
            while (rest > 0m)
            {
                var (px, qty) = levels[^1];
                var cut = Math.Min(rest, qty);
                if (cut == qty)
                {
                    levels.RemoveAt(levels.Count - 1);
                }
                else
                {
                    levels[^1] = (px, qty - cut);
                }
                Qty -= cut;
                Notional -= px * cut;
                rest -= cut;
            }
        }
    }
}

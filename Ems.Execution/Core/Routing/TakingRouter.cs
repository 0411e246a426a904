using System.Runtime.InteropServices;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Routing;

/// <summary>
/// Splits a slice that takes liquidity over books and pools at the least all-in cost: walk of the book or curve + fee + gas + expected
/// cost of delay and refusal. Doubles choose, decimals book: the split without fixed costs is an exact optimum and a bound; a plan that
/// reaches it after rounding to lots is the best there is. Where minimums, gas or lots are in the way, the search over sets of venues, the
/// greedy walk by price and every single venue compete, and the cheapest that sends most wins.
/// </summary>
internal static class TakingRouter
{
    /// <summary>Sets of venues the search may examine: a fraction of a millisecond for a few venues.</summary>
    private const int NodesMax = 60;
    private const int DropsMax = 16;
    /// <summary>Up to this many venues every way of splitting competes, to the last digit; beyond, a certified gap is good enough.</summary>
    private const int FewVenues = 8;
    /// <summary>Gap to the bound that is good enough among many venues, lots and gas included: a hundredth of a basis point.</summary>
    private const double GapGoodEnough = 1e-6;
    /// <summary>Gap that is only the rounding of doubles.</summary>
    private const double GapOfDoubles = 1e-12;

    public static RoutePlan Plan(RouteRequest request)
    {
        if (request.TimeInForce != TimeInForce.Fok && request.Qty > 0m && request.LimitPx > 0m && Certified(request) is { } certified)
        {
            return new(RouteText.Legs(request, certified.Takes), RouteText.Losers(request, certified.Takes), 0m, null);
        }
        var venues = request.Venues.Where(v => v.ExcludedBecause is null && (v.Book is not null || v.Curve is not null)).ToList();
        if (request.TimeInForce == TimeInForce.Fok)
        {
            // All or nothing cannot be promised over two venues: the cheapest one that holds all of it.
            var whole = venues.Select(v => Alone(request, v)).Where(w => w.Unrouted == 0m && w.Refused(request) is null).OrderBy(w => w.Cost(request.Side)).FirstOrDefault();
            return whole is null
                ? new([], RouteText.Losers(request, []), request.Qty, "no single venue holds all of it within the limit (FOK)")
                : new(RouteText.Legs(request, whole.Takes), RouteText.Losers(request, whole.Takes), 0m, null);
        }
        var best = Best(request, venues);
        return Told(request, venues, best);
    }

    private static RoutePlan Told(RouteRequest request, List<RouteVenue> venues, Booked best) => new(RouteText.Legs(request, best.Takes),
        RouteText.Losers(request, best.Takes), best.Unrouted, best.Unrouted > 0m ? RouteText.Unrouted(request, venues, best.Unrouted) : null);

    /// <summary>
    /// The certified optimum over the few venues that matter, booked; null when it cannot be sent as it is (a minimum, a coarse lot, too
    /// little depth) or is not proven good enough.
    /// </summary>
    private static Booked? Certified(RouteRequest request)
    {
        var bench = RouteBench.Mine;
        try
        {
            var result = bench.Solve(request, request.Venues.Count > FewVenues ? GapGoodEnough : GapOfDoubles);
            var takes = new List<VenueTake>(8);
            var parts = new List<double>(8);
            for (var i = 0; i < bench.Entered && result.Fills; i++)
            {
                var (venue, part) = bench[i];
                if (part > 0.0)
                {
                    takes.Add(new(request, venue));
                    parts.Add(part);
                }
            }
            if (takes.Count == 0)
            {
                return null;
            }
            var booked = Booked.Of(request, takes, CollectionsMarshal.AsSpan(parts));
            var bound = request.Side == Side.Sell ? result.Bound : -result.Bound;
            var gap = ((double)booked.AllIn - bound) * request.Side.Sign() / Math.Abs(bound);
            return booked.Unrouted == 0m && gap <= (request.Venues.Count > FewVenues ? GapGoodEnough : GapOfDoubles) && booked.Refused(request) is null ? booked : null;
        }
        finally
        {
            bench.Clear();
        }
    }

    private static Booked Best(RouteRequest request, List<RouteVenue> venues)
    {
        var takes = venues.ConvertAll(v => new VenueTake(request, v));
        var choice = new SplitChoice(request, takes);
        var bound = choice.Relax();
        var best = Booked.Of(request, takes, choice.Parts);
        var fit = best.Refused(request) is null;
        if (fit && !choice.HasCosts && (double)(request.Qty - best.Unrouted) >= bound.Qty * (1.0 - 1e-13)
            && Math.Abs((double)best.AllIn - bound.AllIn) <= Math.Abs(bound.AllIn) * 1e-13)
        {
            return best;
        }
        best = fit ? best : new([], request.Qty);
        if (!fit || choice.HasCosts)
        {
            choice.WithCosts(NodesMax);
            best = Better(request, best, Fit(request, [.. venues], choice.Parts));
            best = Better(request, best, Fit(request, [.. venues], null));
        }
        best = Better(request, best, GreedyWalk.Absorb(request, venues, GreedyWalk.Split(request, venues)));
        if (venues.Count > 1)
        {
            foreach (var v in venues)
            {
                best = Alone(request, v) is var alone && alone.Refused(request) is null ? Better(request, best, alone) : best;
            }
        }
        return best.Unrouted > 0m ? Better(request, best, GreedyWalk.Absorb(request, venues, best.Copy(request))) : best;
    }

    /// <summary>Books the parts; a venue that would refuse its own is left out and the rest split again.</summary>
    private static Booked Fit(RouteRequest request, List<RouteVenue> venues, double[]? parts)
    {
        for (var drops = 0; ; drops++)
        {
            var takes = venues.ConvertAll(v => new VenueTake(request, v));
            if (parts is null)
            {
                var choice = new SplitChoice(request, takes);
                choice.Relax();
                parts = choice.Parts;
            }
            var booked = Booked.Of(request, takes, parts);
            if (booked.Refused(request) is not { } refused)
            {
                return booked;
            }
            if (drops == DropsMax)
            {
                return new([], request.Qty);
            }
            venues.Remove(refused.Venue);
            parts = null;
        }
    }

    private static Booked Alone(RouteRequest request, RouteVenue venue)
    {
        var take = new VenueTake(request, venue);
        take.Set(Math.Min(Steps.RoundDown(request.Qty, take.Lot), take.MaxQty));
        return new(take.Qty > 0m ? [take] : [], request.Qty - take.Qty);
    }

    private static Booked Better(RouteRequest request, Booked a, Booked b) =>
        b.Unrouted < a.Unrouted || (b.Unrouted == a.Unrouted && b.Cost(request.Side) < a.Cost(request.Side)) ? b : a;
}

/// <summary>Takes that are booked together, and what found no venue.</summary>
internal sealed record Booked(IReadOnlyList<VenueTake> Takes, decimal Unrouted)
{
    private const decimal Dust = 0.00000000001m;

    /// <summary>What all takes pay or receive.</summary>
    public decimal AllIn => Takes.Sum(t => t.AllIn);

    /// <summary>The smallest take that its venue would refuse, or null when all are fit to send.</summary>
    public VenueTake? Refused(RouteRequest request) => Takes.Where(t => t.Refusal(request.LimitPx) is not null).MinBy(t => t.Qty);

    /// <summary>Less is better on both sides.</summary>
    public decimal Cost(Side side) => AllIn * side.Sign();

    /// <summary>The same takes, free to be changed.</summary>
    public Booked Copy(RouteRequest request) => new([.. Takes.Select(t => new VenueTake(request, t.Venue).Set(t.Qty))], Unrouted);

    /// <summary>The parts in whole lots; what rounding leaves goes lot by lot to whoever is cheapest then.</summary>
    public static Booked Of(RouteRequest request, List<VenueTake> takes, ReadOnlySpan<double> parts)
    {
        // A part that is a whole number of lots but for the last digits of a double is that number.
        const double hair = 1e-12;
        var left = request.Qty;
        for (var v = 0; v < takes.Count; v++)
        {
            var t = takes[v];
            var part = parts[v] > 0.0 ? Math.Min((decimal)(parts[v] * (1.0 + hair)), Math.Min(left, t.MaxQty)) : 0m;
            left -= t.Set(Steps.RoundDown(part, t.Lot)).Qty;
        }
        // Dust goes where it is least felt: whose lot is cheapest is no question worth asking for one part in 10^11.
        if (left > 0m && left <= request.Qty * Dust && Largest(takes) is { } largest)
        {
            var before = largest.Qty;
            left -= largest.Set(Math.Min(before + Steps.RoundDown(left, largest.Lot), largest.MaxQty)).Qty - before;
        }
        while (Cheapest(takes, parts, left) is { } t)
        {
            var more = Math.Max(t.Lot, Steps.RoundDown(Math.Min(left, t.RoomAtPx), t.Lot));
            var before = t.Qty;
            left -= t.Set(Math.Min(t.Qty + more, t.MaxQty)).Qty - before;
        }
        return new(takes.TrueForAll(t => t.Qty > 0m) ? takes : [.. takes.Where(t => t.Qty > 0m)], left);
    }

    private static VenueTake? Largest(List<VenueTake> takes)
    {
        VenueTake? largest = null;
        foreach (var t in takes)
        {
            largest = largest is null || t.Qty > largest.Qty ? t : largest;
        }
        return largest;
    }

    private static VenueTake? Cheapest(List<VenueTake> takes, ReadOnlySpan<double> parts, decimal left)
    {
        var (best, bestPx) = ((VenueTake?)null, 0m);
        for (var v = 0; v < takes.Count; v++)
        {
            // Only venues that were chosen: a lot alone elsewhere would be below the minimum or cost its own gas.
            if (left > 0m && parts[v] > 0.0 && takes[v].Lot <= left && takes[v].NextLotPx() is { } px && (best is null || px * Sign(best) < bestPx * Sign(best)))
            {
                (best, bestPx) = (takes[v], px);
            }
        }
        return best;
    }

    private static int Sign(VenueTake t) => t.Side.Sign();
}

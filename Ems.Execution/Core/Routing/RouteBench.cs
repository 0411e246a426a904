using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Routing.Curves;

namespace Ems.Execution.Core.Routing;

/// <summary>
/// The venues of a request as curves that are kept from plan to plan. Venues enter by their best price and only as long as that is better
/// than the marginal price reached: of hundreds, most never need a curve. A model in doubles; one instance per thread.
/// </summary>
internal sealed class RouteBench
{
    /// <summary>Venues that enter at first; each further round trebles them.</summary>
    private const int FirstBatch = 6;
    [ThreadStatic]
    private static RouteBench? mine;

    private RouteVenue[] venues = [];
    private double[] keys = [];
    private int[] order = [];
    private LiquidityCurve[] curves = [];
    private double[] parts = [];
    private int count;

    private RouteBench()
    {
    }

    /// <summary>This thread's instance.</summary>
    public static RouteBench Mine => mine ??= new();

    /// <summary>Venues that entered.</summary>
    public int Entered { get; private set; }

    /// <summary>Best split found and its bound, over all usable venues of the request.</summary>
    /// <param name="gapWanted">Relative gap that is good enough.</param>
    public CostedResult Solve(RouteRequest request, double gapWanted)
    {
        Load(request);
        var (qty, byOutput, entered) = ((double)request.Qty, request.Side == Side.Buy, 0);
        for (var want = FirstBatch; ; want *= 3)
        {
            for (; entered < Math.Min(want, count); entered++)
            {
                Fill(curves[entered], request, venues[order[entered]], qty);
            }
            Entered = entered;
            var result = CostedSplit.Mine.Solve(curves.AsSpan(0, entered), qty, byOutput, parts.AsSpan(0, entered), gapWanted);
            if (entered == count || (result.Fills && -keys[entered] <= result.Px))
            {
                return result;
            }
        }
    }

    /// <summary>A venue that entered, and its part in base units as last solved.</summary>
    public (RouteVenue Venue, double Part) this[int i] => (venues[order[i]], parts[i]);

    /// <summary>Lets go of the venues, not of the room.</summary>
    public void Clear() => Array.Clear(venues, 0, count);

    private void Load(RouteRequest request)
    {
        var all = request.Venues;
        Room(all.Count);
        (count, Entered) = (0, 0);
        for (var v = 0; v < all.Count; v++)
        {
            var venue = all[v];
            var best = venue.ExcludedBecause is null && venue.MaxQty > 0m ? BestPx(request, venue) : 0.0;
            if (best > 0.0)
            {
                (venues[count], keys[count], order[count]) = (venue, -best, count);
                count++;
            }
        }
        Array.Sort(keys, order, 0, count);
    }

    /// <summary>Output per input of the first unit, fee and penalty included; 0 when there is none within the limit.</summary>
    private static double BestPx(RouteRequest request, RouteVenue venue)
    {
        var (side, share) = (request.Side, Share(venue));
        if (venue.Curve is { } pool)
        {
            return side == Side.Sell ? pool.Curve.BestPx * (1.0 - share) : pool.Curve.BestPx / (1.0 + share);
        }
        if (venue.Book?.Opposite(side) is not { Count: > 0 } levels || !side.IsWithin(levels[0].Px, request.LimitPx))
        {
            return 0.0;
        }
        var px = (double)levels[0].Px;
        return side == Side.Sell ? px * (1.0 - share) : 1.0 / (px * (1.0 + share));
    }

    private static double Share(RouteVenue venue) => venue.Listing.TakerFee == 0m && venue.PenaltyBps == 0m ? 0.0 : (double)(venue.Listing.TakerFee + (venue.PenaltyBps / 10_000m));

    private static void Fill(LiquidityCurve curve, RouteRequest request, RouteVenue venue, double qty)
    {
        var (side, listing) = (request.Side, venue.Listing);
        var max = Math.Min(qty, (double)Math.Min(venue.MaxQty, listing.MaxQty));
        var share = Share(venue);
        if (venue.Curve is { } pool)
        {
            if (side == Side.Sell)
            {
                pool.Curve.CutInto(curve, (double)request.LimitPx, max, outputWorth: 1.0 - share);
            }
            else
            {
                pool.Curve.CutInto(curve, 1.0 / (double)request.LimitPx, max >= pool.Curve.OutputCapacity ? double.PositiveInfinity : pool.Curve.Input(max), inputCost: 1.0 + share);
            }
        }
        else
        {
            curve.Clear();
            Levels(curve, request, venue, max, share);
        }
        curve.Costs((double)venue.FixedCost, LeastInput(curve, venue, side));
    }

    private static void Levels(LiquidityCurve curve, RouteRequest request, RouteVenue venue, double max, double share)
    {
        var (side, left, levels) = (request.Side, max, venue.Book!.Opposite(request.Side));
        for (var i = 0; i < levels.Count && left > 0.0; i++)
        {
            var level = levels[i];
            if (!VenueTake.Usable(request, venue, level.Px))
            {
                break;
            }
            var offered = Math.Min((double)level.Qty, left);
            left -= offered;
            var px = (double)level.Px;
            if (side == Side.Sell)
            {
                curve.Append(px * (1.0 - share), 0.0, offered);
            }
            else
            {
                px *= 1.0 + share;
                curve.Append(1.0 / px, 0.0, offered * px);
            }
        }
    }

    private static double LeastInput(LiquidityCurve curve, RouteVenue venue, Side side)
    {
        var (minQty, notional) = (venue.Listing.MinQty, venue.Listing.MinNotional);
        if (curve.BestPx <= 0.0 || (minQty <= venue.Listing.LotSize && notional == 0m))
        {
            return 0.0;
        }
        var px = side == Side.Sell ? curve.BestPx : 1.0 / curve.BestPx;
        var least = Math.Max((double)minQty, (double)notional / px);
        return side == Side.Sell ? least : curve.Input(Math.Min(least, curve.OutputCapacity));
    }

    private void Room(int n)
    {
        if (venues.Length >= n)
        {
            return;
        }
        n = Math.Max(16, 2 * n);
        (venues, keys, order, parts) = (new RouteVenue[n], new double[n], new int[n], new double[n]);
        var more = new LiquidityCurve[n];
        curves.CopyTo(more, 0);
        for (var i = curves.Length; i < n; i++)
        {
            more[i] = LiquidityCurve.Reusable();
        }
        curves = more;
    }
}

using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Routing.Curves;

namespace Ems.Execution.Core.Routing;

/// <summary>
/// Chooses how much goes to which venue: books and pools as one convex problem in base units, every price with its fee and penalty. A
/// model in doubles; what is chosen is booked in decimals by <see cref="VenueTake"/>.
/// </summary>
internal sealed class SplitChoice
{
    private readonly LiquidityCurve[] curves;
    private readonly Side side;
    private readonly double qty;

    public SplitChoice(RouteRequest request, IReadOnlyList<VenueTake> venues)
    {
        (side, qty) = (request.Side, (double)request.Qty);
        curves = new LiquidityCurve[venues.Count];
        for (var v = 0; v < curves.Length; v++)
        {
            curves[v] = CurveOf(request, venues[v]);
            HasCosts |= curves[v].FixedCost > 0.0;
        }
        Parts = new double[curves.Length];
    }

    /// <summary>Whether some venue costs something to use at all.</summary>
    public bool HasCosts { get; }
    /// <summary>Base quantity by venue, as last solved.</summary>
    public double[] Parts { get; }

    /// <summary>The optimum without fixed costs and minimums: a bound on every plan. Returns the quantity placed and what it costs or earns, all-in.</summary>
    public (double Qty, double AllIn) Relax()
    {
        if (side == Side.Sell)
        {
            var sold = OptimalSplit.Solve(curves, qty, Parts);
            return (sold.FilledIn, sold.Output);
        }
        var bought = OptimalSplit.SolveForOutput(curves, qty, Parts);
        return (bought.Output, bought.FilledIn);
    }

    /// <summary>The optimum with gas and minimums.</summary>
    public void WithCosts(int nodesMax)
    {
        _ = side == Side.Sell ? FixedCostSplit.Solve(curves, qty, Parts, nodesMax).FilledIn : FixedCostSplit.SolveForOutput(curves, qty, Parts, nodesMax).FilledOut;
    }

    private static LiquidityCurve CurveOf(RouteRequest request, VenueTake take)
    {
        var (side, venue) = (request.Side, take.Venue);
        var share = (double)venue.Listing.TakerFee + (double)(venue.PenaltyBps / 10_000m);
        LiquidityCurve curve;
        var max = (double)take.MaxQty;
        if (venue.Curve is { } pool)
        {
            curve = side == Side.Sell
                ? pool.Curve.Cut((double)request.LimitPx, max, outputWorth: 1.0 - share)
                : pool.Curve.Cut(1.0 / (double)request.LimitPx, pool.Curve.Input(max), inputCost: 1.0 + share);
        }
        else
        {
            var book = venue.Book!.Opposite(side);
            var levels = new (double, double)[take.UsableLevels];
            var (n, left) = (0, max);
            for (; n < levels.Length && left > 0.0; n++)
            {
                var offered = Math.Min((double)book[n].Qty, left);
                levels[n] = ((double)book[n].Px * (1.0 + (side.Sign() * share)), offered);
                left -= offered;
            }
            curve = LiquidityCurve.OrderBook(side, levels.AsSpan(0, n), 0.0);
        }
        return curve.With((double)venue.FixedCost, LeastInput(curve, venue, side));
    }

    private static double LeastInput(LiquidityCurve curve, RouteVenue venue, Side side)
    {
        if (curve.BestPx <= 0.0)
        {
            return 0.0;
        }
        var notional = (double)venue.Listing.MinNotional;
        var px = side == Side.Sell ? curve.BestPx : 1.0 / curve.BestPx;
        var least = Math.Max((double)venue.Listing.MinQty, notional / px);
        return side == Side.Sell ? least : curve.Input(Math.Min(least, curve.OutputCapacity));
    }
}

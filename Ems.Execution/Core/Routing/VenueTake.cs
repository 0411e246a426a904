using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Routing;

/// <summary>What one venue is asked for, booked exactly: the best levels of its book, or a swap with its pool, in decimals.</summary>
internal sealed class VenueTake
{
    private readonly Side side;
    private readonly IReadOnlyList<BookLevel> levels;
    private readonly int usable;
    private decimal usedOfLast;

    public VenueTake(RouteRequest request, RouteVenue venue)
    {
        (side, Venue, Lot) = (request.Side, venue, venue.Listing.LotSize);
        levels = venue.Book?.Opposite(side) ?? [];
        var depth = 0m;
        if (venue.Curve is { } pool)
        {
            depth = PoolDepth(pool, request.LimitPx);
        }
        else
        {
            // What lies beyond the quantity asked for is of no use to anybody.
            while (usable < levels.Count && depth < request.Qty && Usable(request, venue, levels[usable].Px))
            {
                depth += levels[usable++].Qty;
            }
        }
        MaxQty = Steps.RoundDown(Math.Max(0m, Math.Min(depth, Math.Min(venue.MaxQty, venue.Listing.MaxQty))), Lot);
    }

    public Side Side => side;
    public RouteVenue Venue { get; }
    public decimal Lot { get; }
    /// <summary>Most it may take, in whole lots: depth as far as the request reaches, balances and the venue's own largest order.</summary>
    public decimal MaxQty { get; }
    public decimal Qty { get; private set; }
    public decimal Notional { get; private set; }
    public decimal WorstPx { get; private set; }
    public int Levels { get; private set; }

    /// <summary>Whether a level may be taken: within the limit, and no order of our own rests at or before it, which it could meet.</summary>
    public static bool Usable(RouteRequest request, RouteVenue venue, decimal px)
    {
        if (!request.Side.IsWithin(px, request.LimitPx))
        {
            return false;
        }
        if (venue.OwnLevels is { Count: > 0 } own)
        {
            foreach (var o in own)
            {
                if (request.Side.IsWithin(o.Px, px))
                {
                    return false;
                }
            }
        }
        return true;
    }

    /// <summary>Levels within the limit, as many as the request can need.</summary>
    public int UsableLevels => usable;

    public decimal Gas => Qty > 0m ? Venue.FixedCost : 0m;

    /// <summary>Notional with fee, penalty and gas: paid by a buy, received by a sell.</summary>
    public decimal AllIn => (Notional * (1m + (side.Sign() * CostShare))) + (side.Sign() * Gas);

    private decimal CostShare => Venue.Listing.TakerFee + (Venue.PenaltyBps / 10_000m);

    /// <summary>The all-in price of this level.</summary>
    public decimal AllInAt(decimal px) => px * (1m + (side.Sign() * CostShare));

    /// <summary>Books this much from the best price on; at most what the venue has.</summary>
    public VenueTake Set(decimal qty)
    {
        (Qty, Notional, WorstPx, Levels, usedOfLast) = (0m, 0m, 0m, 0, 0m);
        if (qty <= 0m)
        {
            return this;
        }
        if (Venue.Curve is { } pool)
        {
            Qty = Math.Min(qty, MaxQty);
            Notional = Quote(pool, Qty);
            WorstPx = PoolPx(pool, Qty);
            return this;
        }
        for (var i = 0; i < usable && Qty < qty; i++)
        {
            usedOfLast = Math.Min(levels[i].Qty, qty - Qty);
            (Qty, Notional, WorstPx, Levels) = (Qty + usedOfLast, Notional + (usedOfLast * levels[i].Px), levels[i].Px, i + 1);
        }
        return this;
    }

    /// <summary>What one lot more would cost all-in per unit, or null when there is none to be had.</summary>
    public decimal? NextLotPx()
    {
        if (Qty + Lot > MaxQty)
        {
            return null;
        }
        if (Venue.Curve is null && Levels > 0 && usedOfLast + Lot <= levels[Levels - 1].Qty)
        {
            return AllInAt(levels[Levels - 1].Px);
        }
        var (before, qty) = (AllIn, Qty);
        var next = (Set(qty + Lot).AllIn - before) / Lot;
        Set(qty);
        return next;
    }

    /// <summary>What is left at the price reached; everything for a pool.</summary>
    public decimal RoomAtPx => Venue.Curve is not null || Levels == 0 ? MaxQty - Qty : levels[Levels - 1].Qty - usedOfLast;

    /// <summary>Why its venue, or its gas, forbids this take; null when it may be sent.</summary>
    public string? Refusal(decimal limitPx)
    {
        var px = ChildPx(limitPx);
        if (Venue.Listing.Refusal(px, Qty) is { } no)
        {
            return no;
        }
        return Gas > 0m && !side.IsWithin((Notional + (side.Sign() * Gas)) / Qty, limitPx) ? "its gas puts the price beyond the limit" : null;
    }

    /// <summary>The price of the child: the worst level, or the pool's price after the swap, a tick worse but never beyond the limit.</summary>
    public decimal ChildPx(decimal limitPx)
    {
        if (Venue.Curve is null)
        {
            return WorstPx;
        }
        var tick = Venue.Listing.TickSize;
        var px = side == Side.Buy ? Steps.RoundUp(WorstPx, tick) : Steps.RoundDown(WorstPx, tick);
        return side.IsWithin(px, limitPx) && px > 0m ? px : Steps.RoundPassive(limitPx, tick, side);
    }

    private decimal Quote(CurveLiquidity pool, decimal qty)
    {
        if (pool.ExactQuote is { } exact)
        {
            return exact(qty);
        }
        // The model's value, a hair against us: its fifteen digits are rounded to the nearest.
        const decimal hair = 0.00000000000001m;
        return side == Side.Buy ? Exact(pool.Curve.Input((double)qty)) * (1m + hair) : Exact(pool.Curve.Output((double)qty)) * (1m - hair);
    }

    private decimal PoolPx(CurveLiquidity pool, decimal qty)
    {
        // Just before the end of the curve, where it still has a price.
        var x = (side == Side.Buy ? pool.Curve.Input((double)qty) : (double)qty) * (1.0 - 1e-12);
        var px = pool.Curve.PxAfter(x);
        return px <= 0.0 ? 0m : Exact(side == Side.Buy ? 1.0 / px : px);
    }

    private decimal PoolDepth(CurveLiquidity pool, decimal limitPx)
    {
        if (limitPx <= 0m)
        {
            return 0m;
        }
        var (input, output) = pool.Curve.DepthTo(side == Side.Buy ? 1.0 / (double)limitPx : (double)limitPx);
        return Exact(side == Side.Buy ? output : input);
    }

    private static decimal Exact(double value) => value >= 1e27 ? 1e27m : value > 0.0 ? (decimal)value : 0m;
}

using System.Globalization;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Routing;

/// <summary>One trade of a way over another asset: this much of the instrument's base, routed.</summary>
public sealed record Hop(InstrumentId Instrument, Side Side, decimal Qty, RoutePlan Plan);

/// <summary>A way from one asset to another over a third. The first hop comes first in time: the second one trades what it filled.</summary>
/// <param name="Via">The asset in between.</param>
/// <param name="AllInPx">Price of the wanted base in the wanted quote with everything that every hop costs.</param>
/// <param name="DirectAllInPx">The same of the direct way, or null when that cannot fill all.</param>
/// <param name="SavingBps">How much cheaper than the direct way, basis points; null when there is no direct way.</param>
public sealed record HopPlan(Asset Via, IReadOnlyList<Hop> Hops, decimal AllInPx, decimal? DirectAllInPx, decimal? SavingBps)
{
    /// <summary>One sentence for the trader.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"via {Via}: {string.Join(", then ", Hops.Select(h => $"{h.Side} {Steps.Normal(h.Qty)} {h.Instrument}"))}; all-in {AllInPx:0.####}{(SavingBps is { } s ? $", {s:0.##} bps cheaper than direct" : "")}");
}

/// <summary>Looks for a way over one asset in between that is cheaper, all-in, than the direct market (BTC to USDC over USDT). Pure.</summary>
public static class HopPlanner
{
    /// <summary>Rounds in which a quantity is fitted to a wanted amount of the other asset.</summary>
    private const int FitRounds = 4;

    /// <summary>The cheapest way over one asset that fills all, or null when there is none or the direct way is at least as cheap.</summary>
    /// <param name="venuesOf">The venues of an instrument for a side, and the worst price there; null when it has none.</param>
    public static HopPlan? Best(
        InstrumentCatalog catalog, Instrument wanted, Side side, decimal qty, Func<InstrumentId, Side, (IReadOnlyList<RouteVenue> Venues, decimal LimitPx)?> venuesOf)
    {
        var direct = Plan(venuesOf, wanted.Id, side, qty) is { UnroutedQty: 0m } d ? AllIn(d) / qty : (decimal?)null;
        HopPlan? best = null;
        foreach (var near in catalog.Instruments)
        {
            // The instrument that trades the wanted base against something else.
            if (near.Id == wanted.Id || near.Base != wanted.Base || near.Quote == wanted.Quote)
            {
                continue;
            }
            foreach (var far in catalog.Instruments)
            {
                if (((far.Base == near.Quote && far.Quote == wanted.Quote) || (far.Base == wanted.Quote && far.Quote == near.Quote))
                    && Over(near, far, side, qty, venuesOf) is var (hops, amount))
                {
                    var px = amount / qty;
                    if ((direct is null || px * side.Sign() < direct * side.Sign()) && (best is null || px * side.Sign() < best.AllInPx * side.Sign()))
                    {
                        var saving = direct is { } x && x > 0m ? Math.Round((x - px) * side.Sign() / x * 10_000m, 2) : (decimal?)null;
                        best = new(near.Quote, hops, px, direct, saving);
                    }
                }
            }
        }
        return best;
    }

    /// <summary>Both hops, and what they cost or bring in the wanted quote; null when one of them cannot be filled.</summary>
    private static (IReadOnlyList<Hop> Hops, decimal Amount)? Over(
        Instrument near, Instrument far, Side side, decimal qty, Func<InstrumentId, Side, (IReadOnlyList<RouteVenue>, decimal)?> venuesOf)
    {
        if (Plan(venuesOf, near.Id, side, qty) is not { UnroutedQty: 0m } first)
        {
            return null;
        }
        var middle = AllIn(first);
        var nearHop = new Hop(near.Id, side, qty, first);
        // far.Base is the asset in between: the same side in it. Otherwise it is the wanted quote: the other side, in its units.
        var same = far.Base == near.Quote;
        var farSide = same ? side : side.Opposite();
        if ((same ? Exactly(venuesOf, far.Id, farSide, middle) : Amounting(venuesOf, far.Id, farSide, middle)) is not { } farHop)
        {
            return null;
        }
        var amount = same ? AllIn(farHop.Plan) : farHop.Qty;
        // A buy first gets the asset in between, a sell first gives the base away for it.
        return (side == Side.Buy ? [farHop, nearHop] : [nearHop, farHop], amount);
    }

    /// <summary>A hop of this much base; lots may make a buy a little more and a sell a little less.</summary>
    private static Hop? Exactly(Func<InstrumentId, Side, (IReadOnlyList<RouteVenue> Venues, decimal)?> venuesOf, InstrumentId instrument, Side side, decimal qty)
    {
        if (venuesOf(instrument, side) is not var (venues, _) || venues.Count == 0)
        {
            return null;
        }
        var lot = venues.Min(v => v.Listing.LotSize);
        var whole = side == Side.Buy ? Steps.RoundUp(qty, lot) : Steps.RoundDown(qty, lot);
        return whole > 0m && Plan(venuesOf, instrument, side, whole) is { UnroutedQty: 0m } plan ? new(instrument, side, whole, plan) : null;
    }

    /// <summary>A hop whose other side comes to this amount of quote: a sell brings at least it, a buy costs at most it.</summary>
    private static Hop? Amounting(Func<InstrumentId, Side, (IReadOnlyList<RouteVenue> Venues, decimal LimitPx)?> venuesOf, InstrumentId instrument, Side side, decimal amount)
    {
        if (venuesOf(instrument, side) is not var (venues, limit) || venues.Count == 0 || limit <= 0m)
        {
            return null;
        }
        var lot = venues.Min(v => v.Listing.LotSize);
        var (qty, found) = (amount / limit, (Hop?)null);
        for (var round = 0; round < FitRounds; round++)
        {
            var whole = side == Side.Sell ? Steps.RoundUp(qty, lot) : Steps.RoundDown(qty, lot);
            if (whole <= 0m || Plan(venuesOf, instrument, side, whole) is not { } plan || plan.Legs.Count == 0)
            {
                return found;
            }
            var (routed, value) = (whole - plan.UnroutedQty, AllIn(plan));
            if (plan.UnroutedQty == 0m && (side == Side.Sell ? value >= amount : value <= amount) && (found is null || (whole - found.Qty) * side.Sign() > 0m))
            {
                found = new(instrument, side, whole, plan);
            }
            var next = amount * routed / value;
            if (next == qty)
            {
                break;
            }
            // The price of the next unit is a little worse than the average: a lot more keeps a sell from ending just short.
            qty = side == Side.Sell ? next + lot : Math.Max(0m, next - lot);
        }
        return found;
    }

    private static RoutePlan? Plan(Func<InstrumentId, Side, (IReadOnlyList<RouteVenue> Venues, decimal LimitPx)?> venuesOf, InstrumentId instrument, Side side, decimal qty) =>
        venuesOf(instrument, side) is var (venues, limit) && venues.Count > 0 && limit > 0m
            ? OrderRouter.Plan(new(side, qty, limit, TimeInForce.Ioc, false, false, venues)) : null;

    private static decimal AllIn(RoutePlan plan) => plan.Legs.Sum(l => l.AllInPx!.Value * l.Qty);
}

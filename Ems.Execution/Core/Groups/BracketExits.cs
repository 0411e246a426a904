using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Groups;

/// <summary>
/// The orders by which a bracket leaves. An exit is a price, or a distance from the entry's average: then its price is set when it starts
/// and stays, as the one of an order that a person placed would.
/// </summary>
internal static class BracketExits
{
    private const decimal WholeInBps = 10_000m;

    /// <summary>Rules of the distances.</summary>
    public static IEnumerable<FieldError> Check(ParentSpec entry, ParamReader r)
    {
        foreach (var (offset, price, below) in new[] { ("takeProfitOffset", "takeProfitPx", entry.Side == Side.Sell), ("stopOffset", "stopPx", entry.Side == Side.Buy) })
        {
            if (r.Number(offset) is not { } distance)
            {
                continue;
            }
            if (r.IsGiven(price))
            {
                yield return new("parameters." + offset, "contradiction", r.Text(offset), $"It is {price} or {offset}, not both.");
            }
            if (below && r.Text("offsetIn") == "BPS" ? distance >= WholeInBps : below && distance >= entry.LimitPx)
            {
                yield return new("parameters." + offset, "max", r.Text(offset), "The exit would be at or below 0.");
            }
        }
        if (r.IsGiven("offsetIn") && !r.IsGiven("takeProfitOffset") && !r.IsGiven("stopOffset"))
        {
            yield return new("parameters.offsetIn", "contradiction", r.Text("offsetIn"), "It needs takeProfitOffset or stopOffset.");
        }
    }

    /// <summary>The take profit, or null without one. While its price is not known it stands as a market order, which costs at most as much.</summary>
    public static ParentSpec? TakeProfit(GroupSpec spec, ParamReader r, decimal? average, IReadOnlyList<Listing> listings) =>
        !r.IsGiven("takeProfitPx") && !r.IsGiven("takeProfitOffset") ? null
        : (r.Number("takeProfitPx") ?? Away(spec, r, "takeProfitOffset", average, 1, listings)) is { } px ? Exit(spec, r, "LIMIT", px, []) : Market(spec, r);

    /// <summary>The way out at market.</summary>
    public static ParentSpec Market(GroupSpec spec, ParamReader r) => Exit(spec, r, "MARKET", null, new() { ["maxTries"] = "20" });

    /// <summary>The stop, fixed or trailing, or null without one.</summary>
    public static ParentSpec? StopLoss(GroupSpec spec, ParamReader r, decimal? average, IReadOnlyList<Listing> listings)
    {
        if (r.Text("trailOffset") is { } trail)
        {
            var trailing = new Dictionary<string, string> { ["offset"] = trail, ["offsetType"] = r.Text("trailIn")!, ["triggerBy"] = r.Text("triggerBy")! };
            if (r.Text("trailFromPx") is { } from)
            {
                trailing["activationPx"] = from;
            }
            return Exit(spec, r, "TRAILING_STOP", null, trailing);
        }
        if (!r.IsGiven("stopPx") && !r.IsGiven("stopOffset"))
        {
            return null;
        }
        if ((r.Text("stopPx") ?? (Away(spec, r, "stopOffset", average, -1, listings) is { } px ? Fitting.Text(px) : null)) is not { } stop)
        {
            return Market(spec, r);
        }
        var limit = r.Number("stopLimitPx");
        return Exit(spec, r, limit is null ? "STOP" : "STOP_LIMIT", limit, new() { ["triggerPx"] = stop, ["triggerBy"] = r.Text("triggerBy")! });
    }

    /// <summary>A price at a distance from the entry's average, on the finest tick and never further into a loss than asked; null without an average.</summary>
    private static decimal? Away(GroupSpec spec, ParamReader r, string offset, decimal? average, int towardsProfit, IReadOnlyList<Listing> listings)
    {
        if (average is not { } from || r.Number(offset) is not { } distance)
        {
            return null;
        }
        var side = spec.Leg("entry").Side;
        var px = from + (towardsProfit * side.Sign() * (r.Text("offsetIn") == "PRICE" ? distance : from * distance / WholeInBps));
        var tick = listings.Count > 0 ? listings.Min(l => l.TickSize) : 0.00000001m;
        // An average may have fallen so far that the distance is more than all of it.
        return Steps.Normal(Math.Max(tick, Steps.RoundPassive(px, tick, side.Opposite())));
    }

    private static ParentSpec Exit(GroupSpec spec, ParamReader r, string strategy, decimal? limit, Dictionary<string, string> parameters)
    {
        var entry = spec.Leg("entry");
        return new ParentSpec(new ClOrdId($"{spec.ClOrdId}-exit"), entry.Instrument, entry.Side.Opposite(), entry.OrderQty, limit, strategy, parameters, ReduceOnly: r.Flag("reduceOnly"), Venues: entry.Venues, Tags: entry.Tags);
    }
}

using System.Text.Json;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Routing;
using Ems.Execution.Core.Routing.Curves;

namespace Ems.Execution.Tests.Routing;

/// <summary>One certified problem: the curves, the amount, and what the reference optimum gives.</summary>
public sealed record RoutingInstance(string Id, Side Side, double AmountIn, LiquidityCurve[] Curves, double OptimalOut, double FilledIn, double NetUpperBound)
{
    /// <summary>The same venues as exact numbers: levels for a book, none for a pool.</summary>
    public IReadOnlyList<ExactVenue> Venues { get; init; } = [];
}

/// <summary>A venue of an instance as the router is given it. Fixed costs are in quote and, as the other objective counts them, in base units.</summary>
public sealed record ExactVenue((decimal Px, decimal Qty)[]? Levels, decimal Fee, decimal FixedQuote, double FixedBase);

/// <summary>The certified instances of the shared folder, where there is one.</summary>
public static class RoutingInstances
{
    /// <summary>The folder that holds <c>instances</c> and <c>optimal</c>, or null.</summary>
    public static string? Folder { get; } = Find();

    /// <summary>All of them in name order.</summary>
    public static IEnumerable<RoutingInstance> All() =>
        Directory.EnumerateFiles(Path.Combine(Folder!, "instances"), "*.json").Order(StringComparer.Ordinal).Select(Read);

    /// <summary>The instance as a request. Its books take their fee off the output, a listing off the quote: a buy's fee and depth are restated.</summary>
    public static RouteRequest Request(RoutingInstance i, decimal qty, bool costs)
    {
        const decimal Lot = 0.000000000001m;
        var venues = new List<RouteVenue>();
        for (var v = 0; v < i.Venues.Count; v++)
        {
            var (x, id) = (i.Venues[v], new VenueId($"V{v}"));
            var fee = x.Levels is null ? 0m : i.Side == Side.Sell ? x.Fee : (1m / (1m - x.Fee)) - 1m;
            var listing = new Listing(id, new("A-B"), 0.000000000001m, Lot, Lot, 0m, 1_000_000_000_000m, 0m, fee);
            BookLevel[] levels = [.. (x.Levels ?? []).Select(l => new BookLevel(l.Px, i.Side == Side.Sell ? l.Qty : l.Qty * (1m - x.Fee)))];
            venues.Add(new(listing, x.Levels is null ? null : new(id, listing.Instrument, 1, DateTimeOffset.UnixEpoch, i.Side == Side.Sell ? levels : [], i.Side == Side.Buy ? levels : []), 1_000_000_000_000m,
                Curve: x.Levels is null ? new(i.Curves[v].With(0.0, 0.0), TimeSpan.Zero) : null, FixedCost: costs ? x.FixedQuote : 0m));
        }
        return new(i.Side, Steps.RoundDown(qty, Lot), i.Side == Side.Sell ? 0.000000000001m : 1_000_000_000_000m, TimeInForce.Ioc, false, false, venues);
    }

    private static RoutingInstance Read(string file)
    {
        using var instance = JsonDocument.Parse(File.ReadAllBytes(file));
        using var optimal = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder!, "optimal", Path.GetFileName(file))));
        var (i, o) = (instance.RootElement, optimal.RootElement);
        var side = i.GetProperty("side").GetString() == "sell" ? Side.Sell : Side.Buy;
        return new(i.GetProperty("id").GetString()!, side, Number(i, "amount_in"), [.. i.GetProperty("venues").EnumerateArray().Select(v => Curve(side, v))],
            Number(o, "optimal_out"), Number(o, "filled_in"), Number(o.GetProperty("fixed_cost"), "upper_bound"))
        { Venues = [.. i.GetProperty("venues").EnumerateArray().Select(v => Exact(side, v))] };
    }

    private static ExactVenue Exact(Side side, JsonElement v) => new(
        v.GetProperty("type").GetString() != "book" ? null : [.. v.GetProperty(side == Side.Sell ? "bids" : "asks").EnumerateArray().Select(l => (l[0].GetDecimal(), l[1].GetDecimal()))],
        v.GetProperty("fee").GetDecimal(), v.GetProperty("fixed_cost_quote").GetDecimal(), Number(v, "fixed_cost_base"));

    private static LiquidityCurve Curve(Side side, JsonElement v)
    {
        var (fee, gas) = (Number(v, "fee"), Number(v, side == Side.Sell ? "fixed_cost_quote" : "fixed_cost_base"));
        switch (v.GetProperty("type").GetString())
        {
            case "cpmm":
                var (b, q) = (Number(v, "reserve_base"), Number(v, "reserve_quote"));
                return side == Side.Sell ? LiquidityCurve.ConstantProduct(b, q, fee, gas) : LiquidityCurve.ConstantProduct(q, b, fee, gas);
            case "book":
                (double, double)[] levels = [.. v.GetProperty(side == Side.Sell ? "bids" : "asks").EnumerateArray().Select(l => (l[0].GetDouble(), l[1].GetDouble()))];
                return LiquidityCurve.OrderBook(side, levels, fee, gas);
            case "cl":
                LiquidityRange[] ranges = [.. v.GetProperty("ranges").EnumerateArray().Select(r => new LiquidityRange(Number(r, "sqrt_lower"), Number(r, "sqrt_upper"), Number(r, "liquidity"))).OrderBy(r => r.SqrtLower)];
                return LiquidityCurve.Concentrated(side, Number(v, "sqrt_price"), ranges, fee, gas);
            case var other:
                throw new InvalidDataException($"There is no curve of type {other}.");
        }
    }

    private static double Number(JsonElement e, string name) => e.GetProperty(name).GetDouble();

    private static string? Find()
    {
        for (var d = new DirectoryInfo(AppContext.BaseDirectory); d is not null; d = d.Parent)
        {
            var folder = Path.Combine(d.FullName, "shared", "data", "routing");
            if (Directory.Exists(Path.Combine(folder, "instances")))
            {
                return folder;
            }
        }
        return null;
    }
}

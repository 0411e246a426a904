using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Backtesting;
using Ems.Web.Client.Contracts;

namespace Ems.Web.Client.Features.Orders;

/// <summary>One replay's outcome as a row. Cost: paid against the mid at the order's start, fees included, in basis points of the filled notional; less is better.</summary>
public sealed record WhatIfRow(string Name, OrdStatus OrdStatus, decimal FilledPct, decimal? AvgPx, decimal? CostBps, decimal? FeeBps, TimeSpan? Took, int Fills, int Makers, IReadOnlyList<string> Errors);

/// <summary>Replays a finished order in this browser, with the engine's own code.</summary>
public sealed class WhatIf(ReplayPackage package)
{
    private readonly MarketWindow window = MarketWindowBytes.Read(package.Window, package.WindowName, package.Listings);

    /// <summary>The order as it was sent.</summary>
    public ParentSpec AsItWas => package.Input.Orders[0].Spec;

    /// <summary>Where it could have gone.</summary>
    public IReadOnlyList<VenueId> Venues => [.. package.Input.Venues.Select(v => v.Venue)];

    /// <summary>Minutes of market at hand after the order came.</summary>
    public double MinutesAtHand => (package.Input.To - package.Input.Orders[0].SubmitAt).TotalMinutes;

    /// <summary>Whether this browser's replay of the order as it was did exactly what the server's did.</summary>
    public bool SameAsServer { get; private set; }

    /// <summary>Replays it as it was.</summary>
    public WhatIfRow Base()
    {
        var result = Replayer.Run(package.Input, window);
        SameAsServer = result.Digest == package.Digest;
        return Row("as it was", result.Parents[0]);
    }

    /// <summary>Replays it with other settings.</summary>
    public WhatIfRow Run(string name, ParentSpec spec)
    {
        var order = package.Input.Orders[0];
        return Row(name, Replayer.Run(package.Input with { Orders = [order with { Spec = spec }] }, window).Parents[0]);
    }

    /// <summary>The row of a replay.</summary>
    public static WhatIfRow Row(string name, ReplayParent replayed)
    {
        if (replayed.Order is not { } o)
        {
            return new(name, OrdStatus.Rejected, 0m, null, null, null, null, 0, 0, [.. replayed.Errors.Select(e => e.Text)]);
        }
        var qty = replayed.Fills.Sum(f => f.Qty);
        var (notional, fees) = (replayed.Fills.Sum(f => f.Qty * f.Px), replayed.Fills.Sum(f => f.Commission));
        decimal? cost = null, fee = null;
        if (o.ArrivalPx is { } arrival && qty > 0m)
        {
            cost = (((notional - (arrival * qty)) * o.Spec.Side.Sign()) + fees) / (arrival * qty) * 10_000m;
            fee = fees / (arrival * qty) * 10_000m;
        }
        return new(name, o.OrdStatus, o.Spec.OrderQty > 0m ? qty / o.Spec.OrderQty * 100m : 0m, qty > 0m ? notional / qty : null, cost, fee,
            replayed.Fills.Count > 0 ? replayed.Fills.Max(f => f.Time) - (o.StartedAt ?? replayed.Input.SubmitAt) : null, replayed.Fills.Count,
            replayed.Fills.Count(f => f.Liquidity == LastLiquidityInd.Added), []);
    }
}

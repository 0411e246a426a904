using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Backtesting;
using Ems.Web.Client.Contracts;

namespace Ems.Web.Client.Features.Orders;

/// <summary>One replay: its settings in words, what it came to, and how fast the market was replayed.</summary>
/// <param name="Events">Market events that passed.</param>
/// <param name="Elapsed">How long this browser took for them.</param>
public sealed record WhatIfRow(string Name, ReplayOutcome Outcome, long Events, TimeSpan Elapsed);

/// <summary>Replays a finished order in this browser, with the engine's own code.</summary>
public sealed class WhatIf(ReplayPackage package, TimeProvider time)
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
        var (result, row) = Run("as it was", package.Input);
        SameAsServer = result.Digest == package.Digest;
        return row;
    }

    /// <summary>Replays it with other settings.</summary>
    public WhatIfRow Run(string name, ParentSpec spec) => Run(name, package.Input with { Orders = [package.Input.Orders[0] with { Spec = spec }] }).Row;

    private (ReplayResult Result, WhatIfRow Row) Run(string name, ReplayInput input)
    {
        var start = time.GetTimestamp();
        var result = Replayer.Run(input, window);
        return (result, new(name, ReplayOutcome.Of(result.Parents[0]), result.MarketEvents, time.GetElapsedTime(start)));
    }
}

using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;

namespace Ems.Execution.Core.Simulation.Backtesting;

/// <summary>An order to replay: what the trader asked for, the seed of its own draws, and when it comes.</summary>
public sealed record ReplayOrder(ParentSpec Spec, ulong Seed, DateTimeOffset SubmitAt);

/// <summary>A venue of a replay: its distance, and what it lists (fees, tick and lot are the listing's).</summary>
public sealed record ReplayVenue(VenueId Venue, LatencyModel Latency, IReadOnlyList<Listing> Listings);

/// <summary>Money at a venue when the replay starts.</summary>
public readonly record struct ReplayBalance(VenueId Venue, Asset Asset, decimal Amount);

/// <summary>
/// All that a replay depends on beside the market itself: the same input on the same window gives the same result, bit for bit, on any
/// machine.
/// </summary>
/// <param name="Seed">Seed of the venues' latencies.</param>
/// <param name="From">When the replay starts; earlier events of the window are left out. Start some minutes before the first order, so that volume and volatility of the last minutes are known.</param>
/// <param name="To">When it ends at the latest.</param>
public sealed record ReplayInput(
    IReadOnlyList<ReplayOrder> Orders, IReadOnlyList<Instrument> Instruments, IReadOnlyList<ReplayVenue> Venues, ulong Seed,
    DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>The account's limits.</summary>
    public RiskLimits Limits { get; init; } = new();
    /// <summary>Money at the start; empty gives every venue more than any order needs.</summary>
    public IReadOnlyList<ReplayBalance> Balances { get; init; } = [];
    /// <summary>Volume known from before <see cref="From"/>, for the algos that forecast it; instruments not named begin with none.</summary>
    public IReadOnlyDictionary<InstrumentId, IReadOnlyList<(DateTimeOffset Minute, double Qty)>> VolumeBefore { get; init; } =
        new Dictionary<InstrumentId, IReadOnlyList<(DateTimeOffset Minute, double Qty)>>();
    /// <summary>Whether to keep what every parent said it was doing.</summary>
    public bool KeepsTimeline { get; init; } = true;
}

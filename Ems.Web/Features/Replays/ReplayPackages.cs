using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation;
using Ems.Execution.Core.Simulation.Backtesting;
using Ems.Execution.Core.Simulation.Market;
using Ems.Execution.Engine.Accounts;
using Ems.Execution.Engine.MarketData;
using Ems.Execution.Venues.Paper;
using Ems.Web.Client.Contracts;

namespace Ems.Web.Features.Replays;

/// <summary>
/// Makes what a finished order's replay needs. A market source is a function of time, so the market of then is asked of it again; nothing
/// has to be kept for it.
/// </summary>
public sealed class ReplayPackages(MarketDataHub market, IMarketSource source, IServiceProvider services, TimeProvider time)
{
    /// <summary>Market before the order, for the volume and volatility of the last minutes.</summary>
    private static readonly TimeSpan Before = TimeSpan.FromMinutes(2);
    /// <summary>Market after the order's end, for settings that take longer; at least this, otherwise as long as it took.</summary>
    private static readonly TimeSpan After = TimeSpan.FromMinutes(2);
    /// <summary>Longest piece of market that is sent to a page.</summary>
    public static readonly TimeSpan LengthMax = TimeSpan.FromMinutes(45);
    private readonly SemaphoreSlim working = new(2, 2);

    /// <summary>The package, or why there is none: a stable code and a sentence.</summary>
    public async Task<(ReplayPackage? Package, string? Code, string? Why)> MakeAsync(ParentOrder order, AccountView account, CancellationToken ct)
    {
        if (order.StartedAt is not { } started || order.EndedAt is not { } ended)
        {
            return (null, "OrderNotOver", "An order can be replayed when it is over.");
        }
        var length = ended - started;
        var now = time.GetUtcNow();
        var (from, to) = (order.CreatedAt - Before, ended + (length > After ? length : After));
        to = to < now ? to : now;
        if (to - from > LengthMax)
        {
            to = from + LengthMax;
        }
        if (ended > to)
        {
            return (null, "ReplayTooLong", $"An order of more than {LengthMax.TotalMinutes:0} minutes is not replayed in the page; use the verb backtest.");
        }
        var all = Replayable(order.Spec.Instrument);
        if (!all.Any(l => order.Spec.Allows(l.Venue)))
        {
            return (null, "OrderNotReplayable", "It traded at pools only, whose past is not kept; books can be replayed.");
        }
        var input = new ReplayInput([new(order.Spec, order.Seed, order.CreatedAt)], [market.Catalog.Find(order.Spec.Instrument)!],
            Venues(all), order.Seed, from, to) { Limits = account.Limits, KeepsTimeline = false };
        await working.WaitAsync(ct);
        try
        {
            var window = await Task.Run(() => MarketWindow.Record(source, all, from, to), ct);
            var digest = await Task.Run(() => Replayer.Run(input, window).Digest, ct);
            return (new(input, all, window.Name, MarketWindowBytes.Write(window), digest), null, null);
        }
        finally
        {
            working.Release();
        }
    }

    /// <summary>The listings whose market of then can be asked for again: those of the paper books. A pool's past is on its chain, which may be gone.</summary>
    internal IReadOnlyList<Listing> Replayable(InstrumentId instrument) => [.. market.Catalog.Listings(instrument).Where(l => services.GetKeyedService<PaperVenue>(l.Venue) is not null)];

    /// <summary>The venues of some listings as a replay takes them.</summary>
    internal IReadOnlyList<ReplayVenue> Venues(IEnumerable<Listing> listings) => [.. listings.GroupBy(l => l.Venue).Select(g => new ReplayVenue(g.Key, Latency(g.Key.Value), [.. g]))];

    private LatencyModel Latency(string venue) =>
        services.GetKeyedService<PaperVenue>(new VenueId(venue)) is { } paper ? new(paper.Spec.LatencyMs, paper.Spec.JitterMs) : LatencyModel.None;
}

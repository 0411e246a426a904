using System.Collections.Concurrent;
using System.Globalization;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Core.Simulation.Backtesting;
using Ems.Execution.Core.Simulation.Market;
using Ems.Execution.Engine.MarketData;
using Ems.Web.Client.Contracts;

namespace Ems.Web.Features.Replays;

/// <summary>
/// Simulates a ticket on the last minutes of market, from starts spread over them, beside a market order and a plain TWAP. Bounded in
/// time: what does not fit is fewer simulations, never a slow ticket.
/// </summary>
public sealed class CostPreviews(MarketDataHub market, IMarketSource source, ReplayPackages packages, TimeProvider time)
{
    private static readonly TimeSpan Market = TimeSpan.FromMinutes(15), MarketKept = TimeSpan.FromMinutes(3), WarmUp = TimeSpan.FromMinutes(1), Longest = TimeSpan.FromMinutes(4), Budget = TimeSpan.FromMilliseconds(800);
    private static readonly TimeSpan Tail = TimeSpan.FromSeconds(15);
    private const int StartsMax = 9;
    private readonly ConcurrentDictionary<InstrumentId, (DateTimeOffset Made, Task<MarketWindow> Window)> windows = new();
    private readonly SemaphoreSlim one = new(1, 1);

    /// <summary>The simulated costs of a valid ticket.</summary>
    public async Task<CostPreview> MakeAsync(ParentSpec spec, RiskLimits limits, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var listings = packages.Replayable(spec.Instrument);
        var window = await WindowAsync(spec.Instrument, listings, now).WaitAsync(ct);
        var (part, length) = Shortened(spec, now);
        var candidates = Candidates(part, length);
        var venues = packages.Venues(listings);
        var instrument = market.Catalog.Find(spec.Instrument)!;
        var costs = candidates.Select(_ => new List<decimal>()).ToArray();
        var filled = new decimal[candidates.Count];
        var runs = new int[candidates.Count];
        await one.WaitAsync(ct);
        try
        {
            await Task.Run(() =>
            {
                var started = time.GetTimestamp();
                var (first, last) = (window.From + WarmUp, window.To - length - Tail);
                for (var s = 0; s < StartsMax && !ct.IsCancellationRequested; s++)
                {
                    // Spread widely first, so that few simulations still see different markets.
                    var at = first + ((last - first) * (((s * 5) % StartsMax) / (double)(StartsMax - 1)));
                    for (var c = 0; c < candidates.Count; c++)
                    {
                        if (s > 0 && time.GetElapsedTime(started) > Budget)
                        {
                            return;
                        }
                        var order = new ReplayOrder(candidates[c].Spec, SeededRandom.Hash(spec.ClOrdId.Value) + (ulong)s, at);
                        var input = new ReplayInput([order], [instrument], venues, (ulong)s, at - WarmUp, at + length + Tail) { Limits = limits, KeepsTimeline = false };
                        var row = ReplayOutcome.Of(Replayer.Run(input, window).Parents[0]);
                        runs[c]++;
                        filled[c] += row.FilledPct;
                        if (row.CostBps is { } cost)
                        {
                            costs[c].Add(Math.Round(cost, 2));
                        }
                    }
                }
            }, ct);
        }
        finally
        {
            one.Release();
        }
        return new([.. candidates.Select((x, c) => new CostPreviewRow(x.Name, c == 0, runs[c] > 0 ? Math.Round(filled[c] / runs[c], 1) : 0m, [.. costs[c].Order()]))],
            length.TotalSeconds, part.OrderQty, Market.TotalMinutes);
    }

    private Task<MarketWindow> WindowAsync(InstrumentId instrument, IReadOnlyList<Listing> listings, DateTimeOffset now)
    {
        if (windows.TryGetValue(instrument, out var kept) && now - kept.Made < MarketKept && !kept.Window.IsFaulted)
        {
            return kept.Window;
        }
        var made = Task.Run(() => MarketWindow.Record(source, listings, now - Market, now));
        windows[instrument] = (now, made);
        return made;
    }

    /// <summary>The order, or that part of it that its pace does in the longest time simulated.</summary>
    private static (ParentSpec Spec, TimeSpan Length) Shortened(ParentSpec spec, DateTimeOffset now)
    {
        spec = spec with { StartTime = null, ExpireTime = null };
        var length = AlgoWindow.End(spec, now) is { } end ? end - now : TimeSpan.FromMinutes(1);
        if (length <= Longest || AlgoCatalog.Find(spec.Strategy)?.Descriptor.Find("durationSeconds") is null)
        {
            return (spec, length < Longest ? length : Longest);
        }
        var share = (decimal)(Longest / length);
        var parameters = new Dictionary<string, string>(spec.Parameters) { ["durationSeconds"] = Longest.TotalSeconds.ToString(CultureInfo.InvariantCulture) };
        parameters.Remove("end");
        if (parameters.TryGetValue("slices", out var text) && decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var slices))
        {
            parameters["slices"] = Math.Max(2m, Math.Round(slices * share)).ToString(CultureInfo.InvariantCulture);
        }
        return (spec with { OrderQty = Math.Round(spec.OrderQty * share, 8), Parameters = parameters }, Longest);
    }

    /// <summary>The ticket's own, and the two that everybody knows.</summary>
    private static IReadOnlyList<(string Name, ParentSpec Spec)> Candidates(ParentSpec spec, TimeSpan length)
    {
        var list = new List<(string, ParentSpec)> { (spec.Strategy, spec) };
        if (spec.Strategy != "MARKET")
        {
            list.Add(("MARKET", spec with { Strategy = "MARKET", Parameters = new Dictionary<string, string>(), PostOnly = false }));
        }
        if (spec.Strategy != "TWAP")
        {
            list.Add(("TWAP", spec with { Strategy = "TWAP", PostOnly = false, Parameters = new Dictionary<string, string>
            {
                ["durationSeconds"] = Math.Max(30, Math.Round(length.TotalSeconds)).ToString(CultureInfo.InvariantCulture), ["endAction"] = "FINISH_AGGRESSIVE",
            } }));
        }
        return list;
    }
}

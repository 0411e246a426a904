using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Analytics;

/// <summary>Prices an execution is compared with, null where not known. Close is the mid at the order's end: a market that never shuts has no other.</summary>
/// <param name="Arrival">Mid when the algo started.</param>
/// <param name="IntervalVwap">Volume-weighted price of all prints while the order lived, own ones included.</param>
/// <param name="IntervalTwap">Mean of the mids at the ends of the seconds it lived through.</param>
/// <param name="CoveredShare">Share of those seconds of which a quote is known, 0 to 1.</param>
public sealed record BenchmarkPrices(decimal? Arrival, decimal? IntervalVwap, decimal? IntervalTwap, decimal? Close, decimal CoveredShare);

/// <summary>Slippage against each benchmark in basis points; positive is worse than the benchmark.</summary>
public sealed record Slippage(decimal? ArrivalBps, decimal? VwapBps, decimal? TwapBps, decimal? CloseBps);

/// <summary>Benchmarks of an interval.</summary>
public static class Benchmarks
{
    /// <summary>The benchmarks of an order that lived through <paramref name="seconds"/>.</summary>
    public static BenchmarkPrices Of(decimal? arrival, decimal? close, IReadOnlyList<MarketSecond> seconds)
    {
        var (qty, notional, mids, known) = (0m, 0m, 0m, 0);
        foreach (var second in seconds)
        {
            qty += second.Qty;
            notional += second.Notional;
            if (second.Quote is { } quote)
            {
                mids += quote.Mid;
                known++;
            }
        }
        return new(arrival, qty > 0m ? notional / qty : null, known > 0 ? mids / known : null, close, seconds.Count > 0 ? (decimal)known / seconds.Count : 0m);
    }

    /// <summary>How much worse than the benchmark, basis points of it; null when either is not known.</summary>
    public static decimal? SlippageBps(Side side, decimal? avgPx, decimal? benchmark) =>
        avgPx is { } px && benchmark is { } b and > 0m ? side.Sign() * (px - b) / b * 10_000m : null;

    /// <summary>Against all of them.</summary>
    public static Slippage SlippageOf(Side side, decimal? avgPx, BenchmarkPrices b) => new(
        SlippageBps(side, avgPx, b.Arrival), SlippageBps(side, avgPx, b.IntervalVwap), SlippageBps(side, avgPx, b.IntervalTwap), SlippageBps(side, avgPx, b.Close));
}

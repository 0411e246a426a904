using Ems.Execution.Core.Analytics;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Matching;

namespace Ems.Execution.Core.Simulation.Backtesting;

/// <summary>
/// The best bid and ask of one instrument over all listings of a window, at every moment, without anything of ours in them: what costs of
/// a replay are measured against.
/// </summary>
public sealed class WindowQuotes
{
    private readonly List<long> at = [];
    private readonly List<Quote> quotes = [];
    private readonly List<(long At, decimal Qty, decimal Notional)> prints = [];

    /// <summary>Reads the window once.</summary>
    public WindowQuotes(MarketWindow window, InstrumentId instrument)
    {
        var best = new (decimal Bid, decimal Ask)?[window.Listings.Count];
        foreach (var row in window.Rows)
        {
            var listing = window.Listings[row.Stream];
            if (listing.Instrument != instrument)
            {
                continue;
            }
            if (row.IsTrade)
            {
                var (px, qty) = (window.Bids(row)[0].PxTicks * listing.TickSize, window.Bids(row)[0].Lots * listing.LotSize);
                prints.Add((row.Ticks, qty, px * qty));
                continue;
            }
            best[row.Stream] = Touch(window.Bids(row), window.Asks(row), listing.TickSize);
            Add(row.Ticks, best);
        }
    }

    /// <summary>The quote at a moment, or null before the first.</summary>
    public Quote? At(DateTimeOffset time)
    {
        var i = at.BinarySearch(time.UtcTicks);
        i = i >= 0 ? i : ~i - 1;
        return i >= 0 ? quotes[i] : null;
    }

    /// <summary>The seconds from <paramref name="from"/> (rounded down) until <paramref name="to"/>, each with its last quote and its prints.</summary>
    public IReadOnlyList<MarketSecond> Seconds(DateTimeOffset from, DateTimeOffset to)
    {
        var seconds = new List<MarketSecond>();
        var start = from.UtcTicks - (from.UtcTicks % TimeSpan.TicksPerSecond);
        var p = prints.FindIndex(x => x.At >= start);
        for (; start < to.UtcTicks; start += TimeSpan.TicksPerSecond)
        {
            var (qty, notional, end) = (0m, 0m, start + TimeSpan.TicksPerSecond);
            for (; p >= 0 && p < prints.Count && prints[p].At < end; p++)
            {
                (qty, notional) = (qty + prints[p].Qty, notional + prints[p].Notional);
            }
            seconds.Add(new(MarketWindow.At(start), At(MarketWindow.At(end - 1)), qty, notional));
        }
        return seconds;
    }

    private static (decimal Bid, decimal Ask)? Touch(ReadOnlySpan<SourceLevel> bids, ReadOnlySpan<SourceLevel> asks, decimal tick) =>
        bids.Length > 0 && asks.Length > 0 ? (bids[0].PxTicks * tick, asks[0].PxTicks * tick) : null;

    private void Add(long ticks, (decimal Bid, decimal Ask)?[] best)
    {
        decimal? bid = null, ask = null;
        foreach (var b in best)
        {
            if (b is { } touch)
            {
                bid = bid is { } x ? Math.Max(x, touch.Bid) : touch.Bid;
                ask = ask is { } y ? Math.Min(y, touch.Ask) : touch.Ask;
            }
        }
        if (bid is { } highest && ask is { } lowest && (quotes.Count == 0 || quotes[^1] != new Quote(highest, lowest)))
        {
            at.Add(ticks);
            quotes.Add(new(highest, lowest));
        }
    }
}

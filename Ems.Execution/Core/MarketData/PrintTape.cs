using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.MarketData;

/// <summary>Last, high, low and quantity of some prints, the highest since the low and the lowest since the high; nulls when there were none.</summary>
public readonly record struct TapeSlice(decimal? LastPx, decimal? High, decimal? Low, decimal Qty, decimal? HighAfterLow, decimal? LowAfterHigh);

/// <summary>The newest prints of one instrument over all venues, with what algos ask of them. Not thread-safe.</summary>
public sealed class PrintTape
{
    private const int Kept = 8192;
    private readonly (decimal Px, decimal Qty, DateTimeOffset Time)[] ring = new (decimal, decimal, DateTimeOffset)[Kept];
    /// <summary>Memory of the quick volatility, seconds: a spike shows within one return of ten seconds and is gone in a minute or two.</summary>
    private const double QuickMemorySeconds = 40;
    private const int QuickSamplesMin = 4;
    private readonly Dictionary<VenueId, (RealisedVolatility Slow, RealisedVolatility Quick)> volatility = [];
    private DateTimeOffset minuteAt;
    private decimal minuteQty;

    /// <summary>The volume of every minute, for forecasts.</summary>
    public VolumeLog Volumes { get; } = new();

    /// <summary>Prints ever seen: the cursor of somebody who has read everything.</summary>
    public long Count { get; private set; }

    /// <summary>What happened since <paramref name="cursor"/>, which is moved to now. Prints older than the ring are lost to it.</summary>
    public TapeSlice Since(ref long cursor)
    {
        var from = Math.Max(cursor, Count - Kept);
        cursor = Count;
        decimal? high = null, low = null, highAfterLow = null, lowAfterHigh = null;
        var qty = 0m;
        for (var i = from; i < Count; i++)
        {
            var print = ring[i % Kept];
            lowAfterHigh = high is null || print.Px >= high || print.Px < lowAfterHigh ? print.Px : lowAfterHigh;
            highAfterLow = low is null || print.Px <= low || print.Px > highAfterLow ? print.Px : highAfterLow;
            high = high is { } h ? Math.Max(h, print.Px) : print.Px;
            low = low is { } l ? Math.Min(l, print.Px) : print.Px;
            qty += print.Qty;
        }
        return new(Count > 0 ? ring[(Count - 1) % Kept].Px : null, high, low, qty, highAfterLow, lowAfterHigh);
    }

    /// <summary>Quantity printed in the last 60 s, counted anew at most four times a second.</summary>
    public decimal QtyLastMinute(DateTimeOffset now)
    {
        if (now - minuteAt >= TimeSpan.FromMilliseconds(250) || now < minuteAt)
        {
            (minuteAt, minuteQty) = (now, QtySince(now - TimeSpan.FromMinutes(1)));
        }
        return minuteQty;
    }

    /// <summary>
    /// Mean of the venues' volatilities, basis points per square root of an hour; null before two minutes of prints. Apart by venue,
    /// since the basis between venues is no volatility.
    /// </summary>
    public decimal? VolatilityBps => Mean(v => v.Slow.Bps);

    /// <summary>The same with a memory of <see cref="QuickMemorySeconds"/>: what the market does right now.</summary>
    public decimal? QuickVolatilityBps => Mean(v => v.Quick.Bps);

    /// <summary>Moments and quantities of the prints at or after <paramref name="from"/> and before <paramref name="to"/>, oldest first; null when the ring no longer reaches back that far.</summary>
    public IReadOnlyList<(DateTimeOffset Time, decimal Px, decimal Qty)>? Between(DateTimeOffset from, DateTimeOffset to)
    {
        var first = Math.Max(0, Count - Kept);
        if (first > 0 && ring[first % Kept].Time > from)
        {
            return null;
        }
        var prints = new List<(DateTimeOffset, decimal, decimal)>();
        for (var i = first; i < Count; i++)
        {
            var (px, qty, time) = ring[i % Kept];
            if (time >= from && time < to)
            {
                prints.Add((time, px, qty));
            }
        }
        return prints;
    }

    private decimal? Mean(Func<(RealisedVolatility Slow, RealisedVolatility Quick), decimal?> of)
    {
        var (sum, n) = (0m, 0);
        foreach (var v in volatility.Values)
        {
            (sum, n) = of(v) is { } bps ? (sum + bps, n + 1) : (sum, n);
        }
        return n > 0 ? Math.Round(sum / n, 2) : null;
    }

    /// <summary>Quantity printed since a moment, as far back as the ring reaches.</summary>
    public decimal QtySince(DateTimeOffset since)
    {
        var qty = 0m;
        for (var i = Count - 1; i >= Math.Max(0, Count - Kept) && ring[i % Kept].Time >= since; i--)
        {
            qty += ring[i % Kept].Qty;
        }
        return qty;
    }

    /// <summary>Quantity printed in the last 60 s by prints of at most <paramref name="mostPerPrint"/>; a larger one counts as none.</summary>
    public decimal QtyLastMinute(DateTimeOffset now, decimal mostPerPrint)
    {
        var (qty, since) = (0m, now - TimeSpan.FromMinutes(1));
        for (var i = Count - 1; i >= Math.Max(0, Count - Kept) && ring[i % Kept].Time >= since; i--)
        {
            qty += ring[i % Kept].Qty <= mostPerPrint ? ring[i % Kept].Qty : 0m;
        }
        return qty;
    }

    /// <summary>Takes the next print.</summary>
    public void Add(MarketTrade t)
    {
        ring[Count++ % Kept] = (t.Px, t.Qty, t.Time);
        Volumes.Add(t.Time, t.Qty);
        if (!volatility.TryGetValue(t.Venue, out var v))
        {
            volatility.Add(t.Venue, v = (new(), new(QuickMemorySeconds, QuickSamplesMin)));
        }
        v.Slow.Add(t.Px, t.Time);
        v.Quick.Add(t.Px, t.Time);
    }
}

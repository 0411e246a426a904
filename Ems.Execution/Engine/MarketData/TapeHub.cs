using System.Collections.Concurrent;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Engine.MarketData;

/// <summary>The consolidated tape of every instrument, from the first time somebody asks for it.</summary>
public sealed class TapeHub(MarketDataHub market) : IDisposable
{
    private readonly ConcurrentDictionary<InstrumentId, Lazy<Tape>> tapes = new();

    /// <summary>The instrument's tape; subscribes to its venues at the first call.</summary>
    public Tape Of(InstrumentId instrument) => tapes.GetOrAdd(instrument, id => new Lazy<Tape>(() => new Tape(market.Clients(id), id))).Value;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tape in tapes.Values.Where(t => t.IsValueCreated))
        {
            tape.Value.Dispose();
        }
    }
}

/// <summary>The newest prints of one instrument over all venues. Thread-safe.</summary>
public sealed class Tape : IDisposable
{
    private const int Kept = 8192;
    private readonly Lock gate = new();
    private readonly (decimal Px, decimal Qty, DateTimeOffset Time)[] ring = new (decimal, decimal, DateTimeOffset)[Kept];
    private readonly List<IDisposable> subscriptions;
    private long count;
    private DateTimeOffset minuteAt;
    private decimal minuteQty;
    private readonly Dictionary<VenueId, RealisedVolatility> volatility = [];

    internal Tape(IEnumerable<Venues.IMarketDataClient> clients, InstrumentId instrument) =>
        subscriptions = [.. clients.Select(c => c.Subscribe(instrument, null, Add))];

    /// <summary>Prints ever seen: the cursor of somebody who has read everything.</summary>
    public long Count
    {
        get
        {
            lock (gate)
            {
                return count;
            }
        }
    }

    /// <summary>What happened since <paramref name="cursor"/>, which is moved to now. Prints older than the ring are lost to it.</summary>
    public TapeSlice Since(ref long cursor)
    {
        lock (gate)
        {
            var from = Math.Max(cursor, count - Kept);
            cursor = count;
            decimal? high = null, low = null, highAfterLow = null, lowAfterHigh = null;
            var qty = 0m;
            for (var i = from; i < count; i++)
            {
                var print = ring[i % Kept];
                lowAfterHigh = high is null || print.Px >= high || print.Px < lowAfterHigh ? print.Px : lowAfterHigh;
                highAfterLow = low is null || print.Px <= low || print.Px > highAfterLow ? print.Px : highAfterLow;
                high = high is { } h ? Math.Max(h, print.Px) : print.Px;
                low = low is { } l ? Math.Min(l, print.Px) : print.Px;
                qty += print.Qty;
            }
            return new(count > 0 ? ring[(count - 1) % Kept].Px : null, high, low, qty, highAfterLow, lowAfterHigh);
        }
    }

    /// <summary>Quantity printed in the last 60 s, counted anew at most four times a second.</summary>
    public decimal QtyLastMinute(DateTimeOffset now)
    {
        lock (gate)
        {
            if (now - minuteAt >= TimeSpan.FromMilliseconds(250) || now < minuteAt)
            {
                (minuteAt, minuteQty) = (now, QtySince(now - TimeSpan.FromMinutes(1)));
            }
            return minuteQty;
        }
    }

    /// <summary>
    /// Mean of the venues' volatilities, basis points per square root of an hour; null before two minutes of prints. Apart by venue,
    /// since the basis between venues is no volatility.
    /// </summary>
    public decimal? VolatilityBps
    {
        get
        {
            lock (gate)
            {
                var (sum, n) = (0m, 0);
                foreach (var v in volatility.Values)
                {
                    (sum, n) = v.Bps is { } bps ? (sum + bps, n + 1) : (sum, n);
                }
                return n > 0 ? Math.Round(sum / n, 2) : null;
            }
        }
    }

    /// <summary>Quantity printed since a moment, as far back as the ring reaches.</summary>
    public decimal QtySince(DateTimeOffset since)
    {
        lock (gate)
        {
            var qty = 0m;
            for (var i = count - 1; i >= Math.Max(0, count - Kept) && ring[i % Kept].Time >= since; i--)
            {
                qty += ring[i % Kept].Qty;
            }
            return qty;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => subscriptions.ForEach(s => s.Dispose());

    private void Add(MarketTrade t)
    {
        lock (gate)
        {
            ring[count++ % Kept] = (t.Px, t.Qty, t.Time);
            if (!volatility.TryGetValue(t.Venue, out var v))
            {
                volatility.Add(t.Venue, v = new());
            }
            v.Add(t.Px, t.Time);
        }
    }
}

/// <summary>Last, high, low and quantity of some prints, the highest since the low and the lowest since the high; nulls when there were none.</summary>
public readonly record struct TapeSlice(decimal? LastPx, decimal? High, decimal? Low, decimal Qty, decimal? HighAfterLow, decimal? LowAfterHigh);

using System.Collections.Concurrent;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Engine.MarketData;

/// <summary>The consolidated tape of every instrument, from the first time somebody asks for it.</summary>
public sealed class TapeHub(MarketDataHub market, TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<InstrumentId, Lazy<Tape>> tapes = new();

    /// <summary>The instrument's tape; subscribes to its venues at the first call.</summary>
    public Tape Of(InstrumentId instrument) => tapes.GetOrAdd(instrument, id => new Lazy<Tape>(() => new Tape([.. market.Clients(id)], id, time.GetUtcNow()))).Value;

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
    private readonly Lock gate = new();
    private readonly PrintTape prints = new();
    private readonly List<IDisposable> subscriptions;

    internal Tape(IReadOnlyList<Venues.IMarketDataClient> clients, InstrumentId instrument, DateTimeOffset now)
    {
        prints.Volumes.Load(VolumeBefore(clients, instrument), now);
        subscriptions = [.. clients.Select(c => c.Subscribe(instrument, null, Add))];
    }

    /// <summary>The volume of every minute that is known: the venues' candles from before, the prints since.</summary>
    public VolumeHistory Volume(DateTimeOffset now)
    {
        lock (gate)
        {
            return prints.Volumes.At(now);
        }
    }

    /// <summary>Minutes of all venues together, from where the shortest history begins, so that the level does not jump where a venue joins.</summary>
    private static IEnumerable<(DateTimeOffset Minute, double Qty)> VolumeBefore(IEnumerable<Venues.IMarketDataClient> clients, InstrumentId instrument)
    {
        var histories = clients.Select(c => c.Candles(instrument, VolumeLog.DaysKept * 1_440)).Where(h => h.Count > 0).ToList();
        return histories.Count == 0 ? [] : histories.SelectMany(h => h).Where(c => c.OpenTime >= histories.Max(h => h[0].OpenTime))
            .GroupBy(c => c.OpenTime, (at, all) => (at, all.Sum(c => (double)c.Volume)));
    }

    /// <summary>Prints ever seen: the cursor of somebody who has read everything.</summary>
    public long Count
    {
        get
        {
            lock (gate)
            {
                return prints.Count;
            }
        }
    }

    /// <summary>What happened since <paramref name="cursor"/>, which is moved to now. Prints older than the ring are lost to it.</summary>
    public TapeSlice Since(ref long cursor)
    {
        lock (gate)
        {
            return prints.Since(ref cursor);
        }
    }

    /// <summary>Quantity printed in the last 60 s, counted anew at most four times a second.</summary>
    /// <param name="mostPerPrint">Larger prints count as none; null counts all.</param>
    public decimal QtyLastMinute(DateTimeOffset now, decimal? mostPerPrint = null)
    {
        lock (gate)
        {
            return mostPerPrint is { } most ? prints.QtyLastMinute(now, most) : prints.QtyLastMinute(now);
        }
    }

    /// <summary>Mean of the venues' volatilities, basis points per square root of an hour; null before two minutes of prints.</summary>
    public decimal? VolatilityBps
    {
        get
        {
            lock (gate)
            {
                return prints.VolatilityBps;
            }
        }
    }

    /// <summary>The same over the last half minute or so.</summary>
    public decimal? QuickVolatilityBps
    {
        get
        {
            lock (gate)
            {
                return prints.QuickVolatilityBps;
            }
        }
    }

    /// <summary>The prints of a span, oldest first; null when the tape no longer reaches back that far.</summary>
    public IReadOnlyList<(DateTimeOffset Time, decimal Px, decimal Qty)>? Between(DateTimeOffset from, DateTimeOffset to)
    {
        lock (gate)
        {
            return prints.Between(from, to);
        }
    }

    /// <summary>Quantity printed since a moment, as far back as the ring reaches.</summary>
    public decimal QtySince(DateTimeOffset since)
    {
        lock (gate)
        {
            return prints.QtySince(since);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => subscriptions.ForEach(s => s.Dispose());

    private void Add(MarketTrade t)
    {
        lock (gate)
        {
            prints.Add(t);
        }
    }
}

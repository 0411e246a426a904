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
    private readonly Lock gate = new();
    private readonly PrintTape prints = new();
    private readonly List<IDisposable> subscriptions;

    internal Tape(IEnumerable<Venues.IMarketDataClient> clients, InstrumentId instrument) =>
        subscriptions = [.. clients.Select(c => c.Subscribe(instrument, null, Add))];

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

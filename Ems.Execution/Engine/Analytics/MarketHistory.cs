using System.Collections.Concurrent;
using Ems.Execution.Core.Analytics;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Engine.MarketData;

namespace Ems.Execution.Engine.Analytics;

/// <summary>One second of one venue as it is kept.</summary>
internal readonly record struct VenueSecond(InstrumentId Instrument, VenueId Venue, long Second, Quote? Quote, decimal Qty, decimal Notional);

/// <summary>The recent past of every instrument over its venues, in memory.</summary>
public sealed class MarketHistory(MarketDataHub market, TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<InstrumentId, Lazy<QuoteHistory[]>> histories = new();

    /// <summary>Begins to remember an instrument; a repeat is a no-op.</summary>
    public void Watch(InstrumentId instrument) => Of(instrument);

    /// <summary>Best prices over the venues allowed, at a moment; null when no side was known there.</summary>
    public Quote? At(InstrumentId instrument, DateTimeOffset at, Func<VenueId, bool> allowed) =>
        Best(Of(instrument).Where(h => allowed(h.Venue)).Select(h => h.At(at)));

    /// <summary>One second of every venue that was known or printed in it.</summary>
    internal IEnumerable<VenueSecond> Second(InstrumentId instrument, long second)
    {
        foreach (var history in Of(instrument))
        {
            var (quote, qty, notional) = history.Second(second);
            if (quote is not null || qty > 0m)
            {
                yield return new(instrument, history.Venue, second, quote, qty, notional);
            }
        }
    }

    /// <summary>Highest bid and lowest ask of some quotes.</summary>
    internal static Quote? Best(IEnumerable<Quote?> quotes)
    {
        Quote? best = null;
        foreach (var quote in quotes)
        {
            best = quote is not { } q ? best : best is { } b ? new Quote(Math.Max(b.Bid, q.Bid), Math.Min(b.Ask, q.Ask)) : q;
        }
        return best;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var history in histories.Values.Where(h => h.IsValueCreated).SelectMany(h => h.Value))
        {
            history.Dispose();
        }
    }

    private QuoteHistory[] Of(InstrumentId instrument) => histories.GetOrAdd(instrument,
        id => new Lazy<QuoteHistory[]>(() => [.. market.Clients(id).Select(c => new QuoteHistory(c, id, time))])).Value;
}

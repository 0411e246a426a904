using System.Collections.Concurrent;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Engine.MarketData;
using Ems.Web.Client.Contracts;
using Ems.Web.Features.Push;
using Microsoft.Extensions.Options;

namespace Ems.Web.Features.Market;

/// <summary>Brings market data to the pages that watch an instrument.</summary>
public sealed class MarketPublisher(MarketDataHub market, TimeProvider time, IOptions<PushOptions> options, ILogger<MarketPublisher> logger)
{
    private readonly ConcurrentDictionary<InstrumentId, MarketStream> streams = new();

    /// <summary>Joins a connection to the instrument's stream; null when there is no such instrument.</summary>
    public (MarketBatch Snapshot, IDisposable Subscription)? Join(InstrumentId instrument, Outbox outbox) => Stream(instrument)?.Join(outbox);

    /// <summary>The market now; null when there is no such instrument.</summary>
    public MarketBatch? Peek(InstrumentId instrument) => Stream(instrument)?.Peek();

    private MarketStream? Stream(InstrumentId instrument) => market.Catalog.Find(instrument) is null
        ? null : streams.GetOrAdd(instrument, i => new MarketStream(i, market, time, options.Value, logger));
}

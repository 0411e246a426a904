using System.Collections.Concurrent;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Market;

namespace Ems.Venues.Tests.Paper;

/// <summary>A market that does what a test says: it repeats its book every 5 ms until something is pushed.</summary>
public sealed class ScriptedMarket : IMarketSource
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5);
    private readonly ConcurrentQueue<Func<VenueId, InstrumentId, DateTimeOffset, MarketEvent>> pushed = new();
    private (IReadOnlyList<BookLevel> Bids, IReadOnlyList<BookLevel> Asks) book = ([], []);
    private long given;

    public string Name => "scripted";

    public string Description => "What a test says.";

    /// <summary>How many events have been handed out.</summary>
    public long Given => Interlocked.Read(ref given);

    public bool IsEmpty => pushed.IsEmpty;

    public void Book((decimal Px, decimal Qty)[] bids, (decimal Px, decimal Qty)[] asks) => pushed.Enqueue((v, i, t) =>
    {
        book = ([.. bids.Select(l => new BookLevel(l.Px, l.Qty))], [.. asks.Select(l => new BookLevel(l.Px, l.Qty))]);
        return new BookEvent(v, i, t, book.Bids, book.Asks);
    });

    public void Trade(decimal px, decimal qty, Side aggressor) => pushed.Enqueue((v, i, t) => new TradeEvent(v, i, t, px, qty, aggressor));

    public IReadOnlyList<Candle> History(VenueId venue, InstrumentId instrument, DateTimeOffset now) =>
        [new(now.AddMinutes(-2), 990m, 1010m, 980m, 1000m, 5m), new(now.AddMinutes(-1), 1000m, 1005m, 995m, 1000m, 7m)];

    public IEnumerable<MarketEvent> Events(VenueId venue, InstrumentId instrument, DateTimeOffset start)
    {
        for (var at = start; ; at += Step)
        {
            Interlocked.Increment(ref given);
            yield return pushed.TryDequeue(out var next) ? next(venue, instrument, at) : new BookEvent(venue, instrument, at, book.Bids, book.Asks);
        }
    }
}

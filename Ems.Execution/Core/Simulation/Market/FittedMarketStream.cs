using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Simulation.Market;

/// <summary>One listing's simulated events, made minute by minute.</summary>
internal sealed class FittedMarketStream(FittedStream figures, Listing listing, MidProcess mid, ulong seed, long lagMs)
{
    /// <summary>Each further venue, in name order, follows the reference this much later, milliseconds.</summary>
    public const long LagStepMs = 10;

    private const uint UpdateStream = 30;
    private const long BlockMs = FittedOrderFlow.BlockMs;
    private const long CandleStepMs = 1_000;

    private readonly FittedBook book = new(figures, listing, mid, seed);
    private readonly FittedOrderFlow flow = new(figures.Tape, mid, seed);

    /// <summary>Events from <paramref name="start"/> on: first a book, then without end.</summary>
    public IEnumerable<MarketEvent> Events(DateTimeOffset start)
    {
        var startMs = start.ToUnixTimeMilliseconds();
        var touch = book.Touch(startMs, lagMs);
        yield return Show(startMs, touch);
        for (var block = startMs / BlockMs; ; block++)
        {
            using var orders = flow.Orders(block).GetEnumerator();
            var order = Next(orders);
            foreach (var (at, isUpdate) in BookMoments(block))
            {
                for (; order is { } o && o.UnixMs <= at; order = Next(orders))
                {
                    if (o.UnixMs >= startMs)
                    {
                        yield return Print(o, touch);
                    }
                }
                if (at <= startMs)
                {
                    continue;
                }
                var moved = book.Touch(at, lagMs);
                if (isUpdate || moved != touch)
                {
                    touch = moved;
                    yield return Show(at, touch);
                }
            }
            for (; order is { } o; order = Next(orders))
            {
                if (o.UnixMs >= startMs)
                {
                    yield return Print(o, touch);
                }
            }
        }
    }

    /// <summary>Candles up to <paramref name="now"/> from the same path and tape.</summary>
    public IReadOnlyList<Candle> History(DateTimeOffset now) =>
        PathCandles.UpTo(now, mid.At, flow.Volume, CandleStepMs, listing.TickSize, listing.LotSize);

    // The venue's own book updates, and between them the moments when it sees the reference move and may have to requote.
    private IEnumerable<(long At, bool IsUpdate)> BookMoments(long block)
    {
        var startMs = block * BlockMs;
        var end = startMs + BlockMs;
        var beat = startMs + lagMs;
        var update = startMs;
        for (long n = 0; ; n++)
        {
            var wait = Noise.Slice(figures.BookIntervalMs, SeededRandom.Unit(SeededRandom.Draw(seed, UpdateStream, block), UpdateStream, n));
            update += Math.Clamp((long)wait, 1, RecordedStream.RequoteMs);
            for (; beat < Math.Min(update, end); beat += PricePath.StepMs)
            {
                yield return (beat, false);
            }
            if (update >= end)
            {
                yield break;
            }
            yield return (update, true);
        }
    }

    private BookEvent Show(long at, (long Bid, long Ask) touch) => new(listing.Venue, listing.Instrument, DateTimeOffset.FromUnixTimeMilliseconds(at),
        book.Side(at, touch.Bid, Side.Buy), book.Side(at, touch.Ask, Side.Sell));

    private TradeEvent Print(FlowOrder order, (long Bid, long Ask) touch)
    {
        var px = (order.Side == Side.Buy ? touch.Ask : touch.Bid) * listing.TickSize;
        var lots = Math.Max(1, (long)(order.Qty / (double)listing.LotSize));
        return new TradeEvent(listing.Venue, listing.Instrument, DateTimeOffset.FromUnixTimeMilliseconds(order.UnixMs), px, lots * listing.LotSize, order.Side);
    }

    private static FlowOrder? Next(IEnumerator<FlowOrder> orders) => orders.MoveNext() ? orders.Current : null;
}

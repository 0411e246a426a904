using Ems.Execution.Core.Analytics;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Engine.MarketData;
using Ems.Execution.Venues;

namespace Ems.Execution.Engine.Analytics;

/// <summary>
/// The last minutes of one venue and instrument: every change of the best prices, so that "the quote when this happened" can be
/// looked up afterwards, off the order path; and the last quarter of an hour by the second. By our clock: what we could know. Thread-safe.
/// </summary>
internal sealed class QuoteHistory : IDisposable
{
    private const int TopsKept = 4096;
    private const int SecondsKept = 1024;
    private static readonly long StaleTicks = MarketDataHub.StaleAfter.Ticks;

    private readonly Lock gate = new();
    private readonly Top[] tops = new Top[TopsKept];
    private readonly Cell[] cells = new Cell[SecondsKept];
    private readonly TimeProvider time;
    private readonly IDisposable subscription;
    private long count;

    public QuoteHistory(IMarketDataClient client, InstrumentId instrument, TimeProvider time)
    {
        this.time = time;
        Venue = client.Venue;
        subscription = client.Subscribe(instrument, Add, Add);
        if (client.Book(instrument) is { } book)
        {
            Add(book);
        }
    }

    public VenueId Venue { get; }

    /// <summary>The quote as it was at a moment; null when one side was empty, the feed silent, or the moment is too long ago.</summary>
    public Quote? At(DateTimeOffset at)
    {
        var ticks = at.UtcTicks;
        lock (gate)
        {
            var (low, high) = (Math.Max(0, count - TopsKept), count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                (low, high) = tops[middle % TopsKept].Since <= ticks ? (middle + 1, high) : (low, middle);
            }
            if (low == Math.Max(0, count - TopsKept))
            {
                return null;
            }
            var top = tops[(low - 1) % TopsKept];
            return top.TwoSided && ticks - top.Seen <= StaleTicks ? new Quote(top.Bid, top.Ask) : null;
        }
    }

    /// <summary>One whole second by its Unix number; a quote not older than three seconds is carried into it.</summary>
    public (Quote? Quote, decimal Qty, decimal Notional) Second(long second)
    {
        lock (gate)
        {
            Quote? quote = null;
            for (var back = 0; back <= 3 && quote is null; back++)
            {
                var earlier = cells[(second - back) % SecondsKept];
                quote = earlier.Second == second - back ? earlier.Quote : null;
            }
            var cell = cells[second % SecondsKept];
            return cell.Second == second ? (quote, cell.Qty, cell.Notional) : (quote, 0m, 0m);
        }
    }

    public void Dispose() => subscription.Dispose();

    private void Add(BookSnapshot book)
    {
        var now = time.GetUtcNow();
        var (bid, ask) = (book.BestBid, book.BestAsk);
        lock (gate)
        {
            var top = new Top(now.UtcTicks, now.UtcTicks, bid ?? 0m, ask ?? 0m, bid is not null && ask is not null);
            ref var last = ref tops[(count - 1 + TopsKept) % TopsKept];
            if (count > 0 && last.Bid == top.Bid && last.Ask == top.Ask && last.TwoSided == top.TwoSided)
            {
                last = last with { Seen = top.Seen };
            }
            else
            {
                tops[count++ % TopsKept] = top;
            }
            CellOf(now).Quote = top.TwoSided ? new Quote(top.Bid, top.Ask) : null;
        }
    }

    private void Add(MarketTrade trade)
    {
        lock (gate)
        {
            ref var cell = ref CellOf(time.GetUtcNow());
            cell.Qty += trade.Qty;
            cell.Notional += trade.Qty * trade.Px;
        }
    }

    private ref Cell CellOf(DateTimeOffset now)
    {
        var second = now.ToUnixTimeSeconds();
        ref var cell = ref cells[second % SecondsKept];
        if (cell.Second != second)
        {
            cell = new Cell { Second = second };
        }
        return ref cell;
    }

    private readonly record struct Top(long Since, long Seen, decimal Bid, decimal Ask, bool TwoSided);

    private struct Cell
    {
        public long Second;
        public Quote? Quote;
        public decimal Qty, Notional;
    }
}

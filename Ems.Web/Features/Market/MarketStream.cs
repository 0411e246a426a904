using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Engine.MarketData;
using Ems.Web.Client.Contracts;
using Ems.Web.Features.Push;

namespace Ems.Web.Features.Market;

/// <summary>One instrument's numbered stream: works from its first watcher to its last.</summary>
internal sealed class MarketStream(InstrumentId instrument, MarketDataHub market, TimeProvider time, PushOptions options, ILogger logger)
{
    private static readonly TimeSpan AtLeastEvery = TimeSpan.FromSeconds(1);
    private readonly Lock gate = new();
    private readonly Lock tradesGate = new();
    private readonly HashSet<Outbox> outboxes = [];
    private readonly Queue<MarketTrade> recent = [];
    private readonly Queue<MarketTrade> fresh = [];
    private readonly Dictionary<DateTimeOffset, Candle> sentCandles = [];
    private List<IDisposable> tapes = [];
    private string epoch = "";
    private long seq;
    private long sentBooks;
    private DateTimeOffset sentAt;
    private CancellationTokenSource? running;

    /// <summary>Joins; dispose the subscription to leave.</summary>
    public (MarketBatch Snapshot, IDisposable Subscription) Join(Outbox outbox)
    {
        lock (gate)
        {
            if (outboxes.Count == 0)
            {
                Start();
            }
            // What is waiting goes to those who are here already; the snapshot has it.
            Emit();
            outboxes.Add(outbox);
            return (Snapshot(), new Subscription(this, outbox));
        }
    }

    /// <summary>The market now, without joining; numbered only while somebody watches.</summary>
    public MarketBatch Peek()
    {
        lock (gate)
        {
            return Snapshot();
        }
    }

    private void Start()
    {
        (epoch, seq, sentBooks) = (Guid.NewGuid().ToString("N"), 0, 0);
        sentCandles.Clear();
        foreach (var candle in Candles(2))
        {
            sentCandles[candle.OpenTime] = candle;
        }
        tapes = [.. market.Clients(instrument).Select(c => c.Subscribe(instrument, null, Print))];
        running = new CancellationTokenSource();
        _ = Task.Run(() => RunAsync(running.Token));
    }

    private void Leave(Outbox outbox)
    {
        lock (gate)
        {
            if (!outboxes.Remove(outbox) || outboxes.Count > 0)
            {
                return;
            }
            tapes.ForEach(t => t.Dispose());
            running?.Cancel();
        }
        lock (tradesGate)
        {
            recent.Clear();
            fresh.Clear();
        }
    }

    private async Task RunAsync(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(options.MarketIntervalMs), time);
        try
        {
            while (await timer.WaitForNextTickAsync(ct))
            {
                lock (gate)
                {
                    if (!ct.IsCancellationRequested)
                    {
                        Emit();
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The last watcher has left.
        }
    }

    private void Emit()
    {
        try
        {
            var now = time.GetUtcNow();
            var books = Sequences();
            var trades = TakeFresh();
            var candles = ChangedCandles();
            if (outboxes.Count == 0 || (books == sentBooks && trades.Count == 0 && candles.Count == 0 && now - sentAt < AtLeastEvery))
            {
                return;
            }
            (sentBooks, sentAt) = (books, now);
            var batch = Batch(++seq, trades, candles, now);
            foreach (var outbox in outboxes)
            {
                outbox.Post(batch);
            }
        }
        catch (Exception e)
        {
            PushLog.MarketFailed(logger, instrument, e);
        }
    }

    private MarketBatch Snapshot()
    {
        List<MarketTrade> trades;
        lock (tradesGate)
        {
            trades = [.. recent];
        }
        return Batch(seq, trades, Candles(options.CandlesMax), time.GetUtcNow());
    }

    private MarketBatch Batch(long number, IReadOnlyList<MarketTrade> trades, IReadOnlyList<Candle> candles, DateTimeOffset now)
    {
        var books = market.FreshBooks(instrument);
        decimal? last = trades.Count > 0 ? trades[^1].Px : candles.Count > 0 ? candles[^1].Close : null;
        return new(instrument.Value, epoch, number, MarketRows.Ladder(books, Side.Buy, options.LadderLevelsMax), MarketRows.Ladder(books, Side.Sell, options.LadderLevelsMax),
            [.. trades.Select(MarketRows.Row)], candles, MarketRows.Venues(market, instrument, now), last, now);
    }

    private IReadOnlyList<Candle> Candles(int max) => CandleMerge.Merge(market.Clients(instrument).Select(c => c.Candles(instrument, max)), max);

    private IReadOnlyList<Candle> ChangedCandles()
    {
        var changed = Candles(2).Where(c => !sentCandles.TryGetValue(c.OpenTime, out var sent) || sent != c).ToList();
        foreach (var candle in changed)
        {
            sentCandles[candle.OpenTime] = candle;
        }
        while (sentCandles.Count > 2)
        {
            sentCandles.Remove(sentCandles.Keys.Min());
        }
        return changed;
    }

    /// <summary>Grows with every change of any venue's book: nothing to say while it stays.</summary>
    private long Sequences() => market.Catalog.Listings(instrument).Sum(l => market.Book(l.Venue, instrument)?.Sequence ?? 0);

    private List<MarketTrade> TakeFresh()
    {
        lock (tradesGate)
        {
            var taken = fresh.ToList();
            fresh.Clear();
            return taken;
        }
    }

    /// <summary>Called on the venue's thread.</summary>
    private void Print(MarketTrade trade)
    {
        lock (tradesGate)
        {
            Bounded(recent, trade);
            Bounded(fresh, trade);
        }
    }

    private void Bounded(Queue<MarketTrade> queue, MarketTrade trade)
    {
        queue.Enqueue(trade);
        if (queue.Count > options.TradesMax)
        {
            queue.Dequeue();
        }
    }

    private sealed class Subscription(MarketStream stream, Outbox outbox) : IDisposable
    {
        public void Dispose() => stream.Leave(outbox);
    }
}

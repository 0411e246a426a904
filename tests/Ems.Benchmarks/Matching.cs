using System.Diagnostics;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Matching;

namespace Ems.Benchmarks;

/// <summary>Commands of the paper exchange's matching engine on one thread, against a plain book without any market source.</summary>
internal static class Matching
{
    private const int Commands = 2_000_000, Touch = 100_000, Spread = 4, Depth = 50, RestingMax = 1_000, SourceLots = 200, BookEvery = 1_000;

    public static Task RunAsync()
    {
        var draws = Draws();
        Engine(draws.AsSpan(0, Commands / 10));
        Peer(draws.AsSpan(0, Commands / 10));
        var (engine, fills) = Engine(draws);
        var peer = Peer(draws);
        new Table($"Matching: {Commands:#,0} commands on one thread (85 % new resting orders and cancels in turn around {RestingMax:#,0} resting, 15 % taking)", "", "commands per second", "ratio")
            .Row("peer: a plain price-level book without market source, queue positions or post-only", Sample.Whole(peer), "1×")
            .Row($"MatchingEngine over a source book of {Depth} levels a side, fresh every {BookEvery:#,0} commands; {fills:#,0} fills", Sample.Whole(engine), Sample.Ratio(engine, peer))
            .Print();
        return Task.CompletedTask;
    }

    private readonly record struct Draw(bool Taking, Side Side, int Offset, int Lots);

    private static Draw[] Draws()
    {
        var draws = new Draw[Commands];
        for (var i = 0; i < draws.Length; i++)
        {
            draws[i] = new(SeededRandom.Unit(7, 1, i) < 0.15, SeededRandom.Unit(7, 2, i) < 0.5 ? Side.Buy : Side.Sell,
                (int)(SeededRandom.Unit(7, 3, i) * Depth), 1 + (int)(SeededRandom.Unit(7, 4, i) * 20));
        }
        return draws;
    }

    private static (double PerSecond, long Fills) Engine(ReadOnlySpan<Draw> draws)
    {
        var sink = new Sink();
        var engine = new MatchingEngine(sink);
        Span<SourceLevel> bids = stackalloc SourceLevel[Depth], asks = stackalloc SourceLevel[Depth];
        for (var i = 0; i < Depth; i++)
        {
            (bids[i], asks[i]) = (new(Touch - Spread - i, SourceLots), new(Touch + Spread + i, SourceLots));
        }
        var resting = new Queue<MatchOrder>();
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < draws.Length; i++)
        {
            var d = draws[i];
            if (i % BookEvery == 0)
            {
                engine.ApplyBook(bids, asks);
            }
            if (!d.Taking && resting.Count >= RestingMax && resting.TryDequeue(out var old))
            {
                engine.Cancel(old);
                continue;
            }
            var taking = d.Taking;
            var px = d.Side == Side.Buy ? (taking ? Touch + Spread + d.Offset : Touch - Spread - d.Offset) : taking ? Touch - Spread - d.Offset : Touch + Spread + d.Offset;
            // Every order has an owner of its own, so that they trade with each other.
            var order = new MatchOrder { Id = i, Owner = i, Side = d.Side, PxTicks = px, Lots = d.Lots, Leaves = d.Lots, TimeInForce = taking ? TimeInForce.Ioc : TimeInForce.Gtc };
            if (engine.Submit(order) == MatchResult.Rested)
            {
                resting.Enqueue(order);
            }
        }
        return (draws.Length / Stopwatch.GetElapsedTime(start).TotalSeconds, sink.Fills);
    }

    private static double Peer(ReadOnlySpan<Draw> draws)
    {
        var book = new PlainBook();
        var resting = new Queue<PlainOrder>();
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < draws.Length; i++)
        {
            var d = draws[i];
            if (!d.Taking && resting.Count >= RestingMax && resting.TryDequeue(out var old))
            {
                book.Cancel(old);
                continue;
            }
            var taking = d.Taking;
            var px = d.Side == Side.Buy ? (taking ? Touch + Spread + d.Offset : Touch - Spread - d.Offset) : taking ? Touch - Spread - d.Offset : Touch + Spread + d.Offset;
            var order = new PlainOrder { Side = d.Side, Px = px, Leaves = d.Lots };
            book.Match(order);
            if (order.Leaves > 0 && !taking)
            {
                book.Rest(order);
                resting.Enqueue(order);
            }
        }
        return draws.Length / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private sealed class Sink : IMatchSink
    {
        public long Fills { get; private set; }

        public void OnFill(MatchOrder order, long pxTicks, long lots, bool maker) => Fills++;
    }

    private sealed class PlainOrder
    {
        public Side Side;
        public int Px, Leaves;
        public PlainOrder? Next, Previous;
        public bool Rests;
    }

    /// <summary>Arrays of linked lists, one per price; nothing else.</summary>
    private sealed class PlainBook
    {
        private readonly (PlainOrder? First, PlainOrder? Last)[] bids = new (PlainOrder?, PlainOrder?)[Touch * 2], asks = new (PlainOrder?, PlainOrder?)[Touch * 2];
        private int bestBid, bestAsk = (Touch * 2) - 1;

        public void Match(PlainOrder o)
        {
            var other = o.Side == Side.Buy ? asks : bids;
            ref var best = ref o.Side == Side.Buy ? ref bestAsk : ref bestBid;
            while (o.Leaves > 0 && best > 0 && best < other.Length - 1 && (o.Side == Side.Buy ? best <= o.Px : best >= o.Px))
            {
                if (other[best].First is not { } maker)
                {
                    best += o.Side == Side.Buy ? 1 : -1;
                    continue;
                }
                var lots = Math.Min(o.Leaves, maker.Leaves);
                o.Leaves -= lots;
                maker.Leaves -= lots;
                if (maker.Leaves == 0)
                {
                    Cancel(maker);
                }
            }
        }

        public void Rest(PlainOrder o)
        {
            ref var level = ref (o.Side == Side.Buy ? bids : asks)[o.Px];
            (o.Previous, o.Rests) = (level.Last, true);
            level = (level.First ?? o, o);
            if (o.Previous is { } previous)
            {
                previous.Next = o;
            }
            if (o.Side == Side.Buy)
            {
                bestBid = Math.Max(bestBid, o.Px);
            }
            else
            {
                bestAsk = Math.Min(bestAsk, o.Px);
            }
        }

        public void Cancel(PlainOrder o)
        {
            if (!o.Rests)
            {
                return;
            }
            ref var level = ref (o.Side == Side.Buy ? bids : asks)[o.Px];
            level = (o.Previous is null ? o.Next : level.First, o.Next is null ? o.Previous : level.Last);
            if (o.Previous is { } previous)
            {
                previous.Next = o.Next;
            }
            if (o.Next is { } next)
            {
                next.Previous = o.Previous;
            }
            (o.Next, o.Previous, o.Rests) = (null, null, false);
        }
    }
}

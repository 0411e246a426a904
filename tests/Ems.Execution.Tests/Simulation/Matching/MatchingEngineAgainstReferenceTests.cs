using CsCheck;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Matching;

namespace Ems.Execution.Tests.Simulation.Matching;

/// <summary>Random days at the exchange, told to the engine and to the slow reference: both must report the same in every step.</summary>
public sealed class MatchingEngineAgainstReferenceTests
{
    private abstract record Command;
    private sealed record SubmitOne(int Owner, Side Side, long Px, long Lots, TimeInForce TimeInForce, bool PostOnly) : Command;
    private sealed record CancelOne(int Which) : Command;
    private sealed record ReplaceOne(int Which, long Px, long Lots) : Command;
    private sealed record Book(SourceLevel[] Bids, SourceLevel[] Asks) : Command;
    private sealed record Trade(long Px, long Lots, Side Aggressor) : Command;

    private static readonly Gen<Side> Sides = Gen.Bool.Select(buy => buy ? Side.Buy : Side.Sell);
    private static readonly Gen<long> Pxs = Gen.Long[95, 105];
    private static readonly Gen<Command> Commands = Gen.Frequency(
        (6, Gen.Select(Gen.Int[1, 3], Sides, Pxs, Gen.Long[1, 12],
            Gen.Frequency((5, Gen.Const(TimeInForce.Gtc)), (1, Gen.Const(TimeInForce.Ioc)), (1, Gen.Const(TimeInForce.Fok))), Gen.Frequency((4, Gen.Const(false)), (1, Gen.Const(true))))
            .Select(x => (Command)new SubmitOne(x.Item1, x.Item2, x.Item3, x.Item4, x.Item5, x.Item6))),
        (2, Gen.Int[0, 50].Select(i => (Command)new CancelOne(i))),
        (2, Gen.Select(Gen.Int[0, 50], Pxs, Gen.Long[1, 12]).Select((i, px, lots) => (Command)new ReplaceOne(i, px, lots))),
        (4, Books()),
        (4, Gen.Select(Pxs, Gen.Long[1, 15], Sides).Select((px, lots, side) => (Command)new Trade(px, lots, side))));

    [Fact]
    public void The_engine_and_the_slow_reference_agree_in_every_step() =>
        Commands.Array[1, 60].Sample(Agree, iter: 5_000, print: day => string.Join('\n', day.Select(Tell)));

    [Fact]
    public void Every_lot_an_order_had_is_filled_or_left_and_own_trades_have_two_sides() => Commands.Array[1, 80].Sample(day =>
    {
        var run = new Run();
        foreach (var command in day)
        {
            run.Do(command);
        }
        foreach (var order in run.Engine.Orders)
        {
            run.Engine.Filled(order.Id).ShouldBe(order.Lots - order.Leaves);
            order.Leaves.ShouldBeGreaterThanOrEqualTo(0);
        }
    }, iter: 1_000);

    private static bool Agree(Command[] day)
    {
        var run = new Run();
        foreach (var command in day)
        {
            run.Do(command);
            run.Compare();
        }
        return true;
    }

    /// <summary>A book of up to five levels a side; often locked or crossed with our orders, never with itself; gaps and empty sides happen.</summary>
    private static Gen<Command> Books() => Gen.Select(Gen.Long[96, 104], Gen.Int[0, 31], Gen.Int[0, 31], Gen.Long[1, 6].Array[5], Gen.Long[1, 6].Array[5])
        .Select((mid, bidMask, askMask, bids, asks) => (Command)new Book(
            [.. Enumerable.Range(0, 5).Where(i => (bidMask & (1 << i)) != 0).Select(i => new SourceLevel(mid - 1 - i, bids[i]))],
            [.. Enumerable.Range(0, 5).Where(i => (askMask & (1 << i)) != 0).Select(i => new SourceLevel(mid + i, asks[i]))]));

    private static string Tell(Command c) => c is Book b ? $"Book bids [{string.Join(' ', b.Bids)}] asks [{string.Join(' ', b.Asks)}]" : c.ToString();

    /// <summary>The engine with its fills collected.</summary>
    private sealed class EngineRun : IMatchSink
    {
        public EngineRun() => Engine = new MatchingEngine(this);

        public MatchingEngine Engine { get; }
        public List<ReferenceFill> Fills { get; } = [];
        public List<MatchOrder> Orders { get; } = [];

        public void OnFill(MatchOrder order, long pxTicks, long lots, bool maker) => Fills.Add(new(order.Id, pxTicks, lots, maker));

        public long Filled(long id) => Fills.Where(f => f.Id == id).Sum(f => f.Lots);
    }

    private sealed class Run
    {
        private readonly ReferenceExchange reference = new();
        private readonly List<ReferenceOrder> orders = [];
        private readonly HashSet<int> open = [];

        public EngineRun Engine { get; } = new();

        public void Do(Command command)
        {
            switch (command)
            {
                case SubmitOne s:
                    var order = new MatchOrder { Id = orders.Count, Owner = s.Owner, Side = s.Side, PxTicks = s.Px, Lots = s.Lots, Leaves = s.Lots, TimeInForce = s.TimeInForce, PostOnly = s.PostOnly };
                    var twin = new ReferenceOrder { Id = orders.Count, Owner = s.Owner, Side = s.Side, PxTicks = s.Px, Lots = s.Lots, Leaves = s.Lots, TimeInForce = s.TimeInForce, PostOnly = s.PostOnly };
                    Engine.Orders.Add(order);
                    orders.Add(twin);
                    Same(Engine.Engine.Submit(order), reference.Submit(twin), orders.Count - 1);
                    break;
                case CancelOne c when Pick(c.Which) is { } i:
                    Engine.Engine.Cancel(Engine.Orders[i]).ShouldBe(reference.Cancel(orders[i]));
                    open.Remove(i);
                    break;
                case ReplaceOne r when Pick(r.Which) is { } i && r.Lots > orders[i].Lots - orders[i].Leaves:
                    var (result, wanted) = (Engine.Engine.Replace(Engine.Orders[i], r.Px, r.Lots), reference.Replace(orders[i], r.Px, r.Lots));
                    result.ShouldBe(wanted);
                    if (result is not MatchResult.PostOnlyWouldTake)
                    {
                        Same(result, wanted, i);
                    }
                    break;
                case Book b:
                    Engine.Engine.ApplyBook(b.Bids, b.Asks);
                    reference.ApplyBook(b.Bids, b.Asks);
                    break;
                case Trade t:
                    Engine.Engine.ApplyTrade(t.Px, t.Lots, t.Aggressor);
                    reference.ApplyTrade(t.Px, t.Lots, t.Aggressor);
                    break;
                default:
                    break;
            }
            open.RemoveWhere(i => orders[i].Leaves == 0);
        }

        public void Compare()
        {
            Merged(Engine.Fills).ShouldBe(Merged(reference.Fills));
            for (var i = 0; i < orders.Count; i++)
            {
                (Engine.Orders[i].PxTicks, Engine.Orders[i].Leaves).ShouldBe((orders[i].PxTicks, orders[i].Leaves));
            }
            foreach (var side in new[] { Side.Buy, Side.Sell })
            {
                var levels = new SourceLevel[64];
                var told = levels[..Engine.Engine.Levels(side, levels)];
                told.ShouldBe(reference.Levels(side));
                Engine.Engine.Best(side).ShouldBe(told.Length > 0 ? told[0].PxTicks : null);
            }
        }

        private void Same(MatchResult got, MatchResult wanted, int order)
        {
            got.ShouldBe(wanted);
            _ = got == MatchResult.Rested ? open.Add(order) : open.Remove(order);
        }

        private int? Pick(int which) => open.Count == 0 ? null : open.Order().ElementAt(which % open.Count);

        /// <summary>One fill in two pieces at one price is one fill.</summary>
        private static List<ReferenceFill> Merged(List<ReferenceFill> fills)
        {
            var merged = new List<ReferenceFill>();
            foreach (var f in fills)
            {
                if (merged.Count > 0 && merged[^1] is var last && (last.Id, last.PxTicks, last.Maker) == (f.Id, f.PxTicks, f.Maker))
                {
                    merged[^1] = last with { Lots = last.Lots + f.Lots };
                }
                else
                {
                    merged.Add(f);
                }
            }
            return merged;
        }
    }
}

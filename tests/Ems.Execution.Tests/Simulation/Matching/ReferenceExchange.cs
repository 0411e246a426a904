using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Matching;

namespace Ems.Execution.Tests.Simulation.Matching;

/// <summary>An order of the reference: the same facts as the engine's, no pointers.</summary>
internal sealed class ReferenceOrder
{
    public required long Id { get; init; }
    public required int Owner { get; init; }
    public required Side Side { get; init; }
    public required long PxTicks { get; set; }
    public required long Lots { get; set; }
    public required long Leaves { get; set; }
    public required TimeInForce TimeInForce { get; init; }
    public bool PostOnly { get; init; }
    /// <summary>It joined where the source shows nothing: nobody knows who waits before it.</summary>
    public bool Unknown { get; set; }
}

/// <summary>One fill as both machines report it.</summary>
internal readonly record struct ReferenceFill(long Id, long PxTicks, long Lots, bool Maker);

/// <summary>
/// The paper exchange's rules, slow and plain: every price is one explicit queue of pieces, each either other people's lots or one
/// order of ours, front first. Whatever the engine keeps as a number "ahead" is here simply standing before the order.
/// </summary>
internal sealed class ReferenceExchange
{
    private sealed record Piece(ReferenceOrder? Order)
    {
        public long Others { get; set; }
        public long Lots => Order?.Leaves ?? Others;
    }

    private sealed class Queue
    {
        public List<Piece> Pieces { get; set; } = [];
        public bool Visible { get; set; }
        public long Shown { get; set; }
        public IEnumerable<ReferenceOrder> Orders => Pieces.Where(p => p.Order is not null).Select(p => p.Order!);
        public long Others => Pieces.Sum(p => p.Others);
        /// <summary>What a taker meets first: others count only where the source shows the price.</summary>
        public Piece? Front => Pieces.FirstOrDefault(p => p.Lots > 0 && (p.Order is not null || Visible));
    }

    private readonly Dictionary<Side, SortedDictionary<long, Queue>> books = new() { [Side.Buy] = [], [Side.Sell] = [] };
    private readonly Dictionary<Side, long?> worstShown = new() { [Side.Buy] = null, [Side.Sell] = null };

    public List<ReferenceFill> Fills { get; } = [];

    public MatchResult Submit(ReferenceOrder o)
    {
        if (o.PostOnly && WouldTake(o.Side, o.PxTicks))
        {
            return MatchResult.PostOnlyWouldTake;
        }
        if (o.TimeInForce == TimeInForce.Fok)
        {
            var rehearsal = Copy();
            var trial = new ReferenceOrder { Id = o.Id, Owner = o.Owner, Side = o.Side, PxTicks = o.PxTicks, Lots = o.Lots, Leaves = o.Leaves, TimeInForce = TimeInForce.Ioc };
            rehearsal.Take(trial);
            if (trial.Leaves > 0)
            {
                return MatchResult.FokUnfilled;
            }
        }
        var selfTrade = Take(o);
        if (o.Leaves == 0 || selfTrade || o.TimeInForce is TimeInForce.Ioc or TimeInForce.Fok)
        {
            return o.Leaves == 0 ? MatchResult.Filled : selfTrade ? MatchResult.SelfTrade : MatchResult.Canceled;
        }
        o.Unknown = !Covers(o.Side, o.PxTicks);
        At(o.Side, o.PxTicks).Pieces.Add(new Piece(o));
        return MatchResult.Rested;
    }

    public bool Cancel(ReferenceOrder o)
    {
        var found = books[o.Side].Values.Any(q => q.Pieces.RemoveAll(p => p.Order == o) > 0);
        Tidy();
        return found;
    }

    public MatchResult Replace(ReferenceOrder o, long pxTicks, long lots)
    {
        var filled = o.Lots - o.Leaves;
        if (pxTicks == o.PxTicks && lots <= o.Lots)
        {
            (o.Lots, o.Leaves) = (lots, lots - filled);
            return MatchResult.Rested;
        }
        if (o.PostOnly && WouldTake(o.Side, pxTicks))
        {
            return MatchResult.PostOnlyWouldTake;
        }
        Cancel(o);
        (o.PxTicks, o.Lots, o.Leaves) = (pxTicks, lots, lots - filled);
        return Submit(o);
    }

    public void ApplyBook(IReadOnlyList<SourceLevel> bids, IReadOnlyList<SourceLevel> asks)
    {
        Show(Side.Buy, bids);
        Show(Side.Sell, asks);
        Cross(Side.Buy);
        Cross(Side.Sell);
        Tidy();
    }

    public void ApplyTrade(long pxTicks, long lots, Side aggressor)
    {
        var side = aggressor.Opposite();
        while (lots > 0 && BestOwn(side) is { } px && Reaches(side, px, pxTicks))
        {
            var queue = At(side, px);
            if (px != pxTicks)
            {
                lots -= FillMaker(queue.Orders.First(), px, lots);
                Tidy();
                continue;
            }
            while (lots > 0 && queue.Orders.Any() && queue.Pieces[0].Order is not { Unknown: true })
            {
                var front = queue.Pieces[0];
                if (front.Order is { } order)
                {
                    lots -= FillMaker(order, px, lots);
                }
                else
                {
                    var used = Math.Min(front.Others, lots);
                    (front.Others, lots) = (front.Others - used, lots - used);
                    queue.Shown = Math.Max(0, queue.Shown - used);
                }
                Tidy();
            }
            return;
        }
    }

    /// <summary>Ours and the source's together, best first.</summary>
    public IReadOnlyList<SourceLevel> Levels(Side side)
    {
        var all = books[side].Select(e => new SourceLevel(e.Key, e.Value.Pieces.Where(p => p.Order is not null || e.Value.Visible).Sum(p => p.Lots))).Where(l => l.Lots > 0);
        return [.. side == Side.Buy ? all.Reverse() : all];
    }

    private bool Take(ReferenceOrder o)
    {
        var side = o.Side.Opposite();
        while (o.Leaves > 0 && Levels(side) is [var best, ..] && Reaches(o.Side, o.PxTicks, best.PxTicks))
        {
            var front = At(side, best.PxTicks).Front!;
            if (front.Order?.Owner == o.Owner)
            {
                return true;
            }
            var lots = Math.Min(o.Leaves, front.Lots);
            if (front.Order is { } maker)
            {
                FillMaker(maker, best.PxTicks, lots);
            }
            else
            {
                front.Others -= lots;
            }
            o.Leaves -= lots;
            Fills.Add(new(o.Id, best.PxTicks, lots, false));
            Tidy();
        }
        return false;
    }

    private void Show(Side side, IReadOnlyList<SourceLevel> levels)
    {
        worstShown[side] = levels.Count == 0 ? null : levels[^1].PxTicks;
        foreach (var px in books[side].Keys.Concat(levels.Select(l => l.PxTicks)).Distinct().ToList())
        {
            var queue = At(side, px);
            if (levels.Any(l => l.PxTicks == px))
            {
                var shown = levels.First(l => l.PxTicks == px).Lots;
                if (!queue.Visible || queue.Shown != shown)
                {
                    Resize(queue, shown);
                }
                (queue.Visible, queue.Shown) = (true, shown);
                continue;
            }
            queue.Visible = false;
            if (Covers(side, px))
            {
                Resize(queue, 0);
            }
            else
            {
                // Out of sight: those before our last order are remembered, those behind it are not.
                while (queue.Pieces.Count > 0 && queue.Pieces[^1].Order is null)
                {
                    queue.Pieces.RemoveAt(queue.Pieces.Count - 1);
                }
            }
        }
    }

    /// <summary>Newcomers stand at the back (or before whom nobody had seen join); who leaves, leaves from the back.</summary>
    private static void Resize(Queue queue, long others)
    {
        var more = others - queue.Others;
        if (more > 0)
        {
            var at = queue.Pieces.FindIndex(p => p.Order is { Unknown: true });
            queue.Pieces.Insert(at < 0 ? queue.Pieces.Count : at, new Piece(null as ReferenceOrder) { Others = more });
        }
        for (var i = queue.Pieces.Count - 1; i >= 0 && more < 0; i--)
        {
            var leaves = Math.Min(queue.Pieces[i].Others, -more);
            queue.Pieces[i].Others -= leaves;
            more += leaves;
        }
        foreach (var order in queue.Orders)
        {
            order.Unknown = false;
        }
    }

    /// <summary>The source's other side stands at or through our orders' prices: it trades with them.</summary>
    private void Cross(Side side)
    {
        foreach (var (px, queue) in (side == Side.Buy ? books[Side.Sell] : books[Side.Buy].Reverse()).ToList())
        {
            while (queue.Visible && queue.Others > 0 && BestOwn(side) is { } own && Reaches(side, own, px))
            {
                var filled = FillMaker(At(side, own).Orders.First(), own, queue.Others);
                for (var i = 0; filled > 0; i++)
                {
                    var part = Math.Min(queue.Pieces[i].Others, filled);
                    queue.Pieces[i].Others -= part;
                    filled -= part;
                }
                books[side][own].Pieces.RemoveAll(p => p.Lots == 0);
            }
        }
    }

    private long FillMaker(ReferenceOrder maker, long px, long most)
    {
        var lots = Math.Min(maker.Leaves, most);
        maker.Leaves -= lots;
        Fills.Add(new(maker.Id, px, lots, true));
        return lots;
    }

    private bool WouldTake(Side side, long px) => Levels(side.Opposite()) is [var best, ..] && Reaches(side, px, best.PxTicks);

    private static bool Reaches(Side side, long px, long other) => side == Side.Buy ? px >= other : px <= other;

    private bool Covers(Side side, long px) => worstShown[side] is { } worst && (side == Side.Buy ? px >= worst : px <= worst);

    private long? BestOwn(Side side)
    {
        var own = books[side].Where(e => e.Value.Orders.Any()).Select(e => (long?)e.Key);
        return side == Side.Buy ? own.LastOrDefault() : own.FirstOrDefault();
    }

    private Queue At(Side side, long px)
    {
        if (!books[side].TryGetValue(px, out var queue))
        {
            books[side][px] = queue = new Queue();
        }
        return queue;
    }

    /// <summary>Empty pieces go, neighbours of the same kind join.</summary>
    private void Tidy()
    {
        foreach (var queue in books.Values.SelectMany(b => b.Values))
        {
            queue.Pieces.RemoveAll(p => p.Lots == 0);
            for (var i = queue.Pieces.Count - 1; i > 0; i--)
            {
                if (queue.Pieces[i].Order is null && queue.Pieces[i - 1].Order is null)
                {
                    queue.Pieces[i - 1].Others += queue.Pieces[i].Others;
                    queue.Pieces.RemoveAt(i);
                }
            }
        }
    }

    private ReferenceExchange Copy()
    {
        var copy = new ReferenceExchange();
        foreach (var side in new[] { Side.Buy, Side.Sell })
        {
            foreach (var (px, queue) in books[side])
            {
                copy.books[side][px] = new Queue
                {
                    Visible = queue.Visible, Shown = queue.Shown,
                    Pieces = [.. queue.Pieces.Select(p => new Piece(p.Order is { } o
                        ? new ReferenceOrder { Id = o.Id, Owner = o.Owner, Side = o.Side, PxTicks = o.PxTicks, Lots = o.Lots, Leaves = o.Leaves, TimeInForce = o.TimeInForce }
                        : null) { Others = p.Others })],
                };
            }
        }
        return copy;
    }
}

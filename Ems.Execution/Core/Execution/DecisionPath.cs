using Ems.Execution.Core.Accounts;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Algos.Vwap;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Core.Routing;

namespace Ems.Execution.Core.Execution;

/// <summary>A child that risk denied.</summary>
public sealed record DeniedChild(ClOrdId ClOrdId, VenueId Venue, Denial Denial);

/// <summary>A decision ready to be journaled (null when nothing changes), the proofs that its children may be sent, and the children that may not.</summary>
public sealed record DecisionOutcome(AlgoDecided? Event, IReadOnlyList<RiskApproved<VenueOrder>> Orders, IReadOnlyList<DeniedChild> Denied);

/// <summary>
/// From a parent to a journal event: its algo is asked, slices get their worst price and are routed, every leg passes risk, children
/// get their names. Changes nothing of the account and sends nothing; the engine and the replay both decide through it.
/// </summary>
/// <param name="sources">Venues' records and pools; absent for books alone.</param>
public sealed class DecisionPath(AccountState state, InstrumentCatalog catalog, PreTradeRisk risk, RoutingSources? sources = null)
{
    /// <summary>A pool's state this old is not traded on: two and a half blocks of twelve seconds.</summary>
    private static readonly TimeSpan PoolStaleAfter = TimeSpan.FromSeconds(30);
    private readonly RoutingSources sources = sources ?? RoutingSources.None;

    /// <summary>Children shown to an algo beyond the live ones.</summary>
    private const int RecentChildrenShown = 64;
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RetryMax = TimeSpan.FromSeconds(10);
    /// <summary>Least time between two decisions of one parent that nothing new has caused.</summary>
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(10);

    private readonly Queue<long> messages = new();

    /// <summary>Decides for one parent, on the market as <see cref="Market"/> shows it; <paramref name="runtime"/> is updated.</summary>
    public DecisionOutcome Decide(ParentOrder p, ParentRuntime runtime, MarketView market, DateTimeOffset now, string actor)
    {
        if (now < runtime.NotBefore)
        {
            runtime.NextActionAt = runtime.NotBefore;
            return new(null, [], []);
        }
        var listings = Allowed(p.Spec);
        var input = new AlgoInput(p.Spec, p.Seed, p.Memory, p.Progress with { UnsentQty = Math.Max(0m, p.UnsentQty) }, ChildrenOf(p), market,
            listings, p.StartedAt ?? now, p.ArrivalPx, p.PostOnlyRejects, now);
        var decision = Algo(p.Spec.Strategy).Decide(input);
        (runtime.WhyIdle, runtime.WatchMarket) = (decision.WhyIdle, decision.WatchMarket);
        runtime.NextActionAt = decision.NextActionAt is { } at && at <= now ? now + Breath : decision.NextActionAt;

        var memory = decision.Memory == p.Memory ? null : decision.Memory;
        var slices = new List<RoutedSlice>();
        var orders = new List<RiskApproved<VenueOrder>>();
        var cancels = new List<ClOrdId>();
        var denied = new List<DeniedChild>();
        var number = p.ChildCount;
        var unsent = Math.Max(0m, p.UnsentQty);
        foreach (var action in decision.Actions)
        {
            if (action is CancelChild cancel)
            {
                cancels.Add(cancel.ClOrdId);
            }
            else if (action is SubmitSlice slice)
            {
                var routed = Route(p, slice with { Qty = Math.Min(slice.Qty, unsent) }, listings, market, now, ref number, orders, denied);
                unsent -= routed.Children.Sum(c => c.OrderQty);
                slices.Add(routed);
            }
        }
        BackOff(runtime, slices, now);
        var nothing = memory is null && cancels.Count == 0 && decision.End is null && slices.All(s => s.Children.Count == 0);
        return new(nothing ? null : new AlgoDecided(p.Spec.ClOrdId, memory, slices, cancels, decision.End, now, actor), orders, denied);
    }

    /// <summary>The market as this parent may see it: the fresh books of its venues, and the prints since it looked last.</summary>
    public MarketView Market(ParentSpec spec, IReadOnlyList<BookSnapshot> fresh, TapeSlice slice, decimal qtyLastMinute, decimal? volatilityBps, decimal? quickVolatilityBps = null,
        VolumeHistory? volume = null) =>
        new(spec.Instrument, Unrestricted(spec) ? fresh : [.. fresh.Where(b => MayUse(spec, b.Venue))], slice.LastPx, slice.High, slice.Low, qtyLastMinute,
            slice.HighAfterLow, slice.LowAfterHigh, volatilityBps, quickVolatilityBps, volume);

    /// <summary>The listings this parent may use.</summary>
    public IReadOnlyList<Listing> Allowed(ParentSpec spec) => [.. catalog.Listings(spec.Instrument).Where(l => MayUse(spec, l))];

    /// <summary>What risk looks at for a parent.</summary>
    public RiskView ViewFor(ParentSpec spec, decimal? reference, DateTimeOffset now)
    {
        var instrument = catalog.Find(spec.Instrument);
        var asset = spec.Side == Side.Buy ? instrument?.Quote : instrument?.Base;
        var free = asset is { } a ? state.Ledger.Total(a, v => spec.Allows(v) && (Names(spec, v) || catalog.Find(v, spec.Instrument)?.OnlyWhenNamed != true)) - state.HeldByParents(a) : 0m;
        return new(state.Limits, instrument, Allowed(spec), reference, state.KillFor(spec.Instrument), state.DayNotionalAt(now), state.LiveParents.Count,
            state.LiveChildren.Count, MessagesLastSecond(now), free, state.Positions.At(spec.Instrument).Qty, []);
    }

    /// <summary>Passes an order that is to be sent again through risk again; null when it is denied now.</summary>
    public RiskApproved<VenueOrder>? Recheck(ParentOrder p, VenueOrder order, decimal? mid, DateTimeOffset now)
    {
        var view = ViewFor(p, order, mid, now, []);
        // Its own hold is part of what is not free.
        var own = state.Children[order.ClOrdId];
        var listing = catalog.Find(order.Venue, order.Instrument);
        var held = order.Side == Side.Buy ? own.LeavesQty * own.Px * (1m + Math.Max(0m, listing?.TakerFee ?? 0m)) : own.LeavesQty;
        return risk.Check(order, view with { Free = view.Free + held, OpenChildren = view.OpenChildren - 1, OwnResting = [.. view.OwnResting.Where(r => r.ClOrdId != order.ClOrdId)] }).Approved;
    }

    /// <summary>One sentence on where an order of this size would go now, for the preview.</summary>
    public string? RouteText(ParentSpec spec, MarketView market, IReadOnlyList<Listing> listings, DateTimeOffset now)
    {
        if (market.Mid is not { } mid)
        {
            return null;
        }
        var worst = mid * (1m + (spec.Side.Sign() * state.Limits.PriceCollarBps / 10_000m));
        var plan = OrderRouter.Plan(new RouteRequest(spec.Side, spec.OrderQty, spec.LimitPx is { } limit && spec.Side.IsWithin(limit, worst) ? limit : worst,
            TimeInForce.Ioc, false, false, [.. listings.Select(l => Bid(spec.Side, l, spec.OrderQty, market, now))]));
        var text = plan.Legs.Count == 0 ? plan.UnroutedBecause : string.Join("; ", plan.Legs.Select(l => l.Reason));
        return Detour(spec, now) is { } way ? $"{text}. A way over another asset is cheaper ({way}); a group of type {Groups.HopGroup.Name} sends it as linked orders" : text;
    }

    /// <summary>A cheaper way over a third asset, on the venues this order may use; null when there is none or other books are not known.</summary>
    private HopPlan? Detour(ParentSpec spec, DateTimeOffset now)
    {
        if (sources.Books is not { } booksOf || catalog.Find(spec.Instrument) is not { } wanted)
        {
            return null;
        }
        return HopPlanner.Best(catalog, wanted, spec.Side, spec.OrderQty, (instrument, side) =>
        {
            var market = new MarketView(instrument, [.. booksOf(instrument).Where(b => MayUse(spec, b.Venue))], null, null, null);
            return market.Mid is not { } mid ? null
                : ([.. catalog.Listings(instrument).Where(l => MayUse(spec, l)).Select(l => Bid(side, l, decimal.MaxValue, market, now))],
                    mid * (1m + (side.Sign() * state.Limits.PriceCollarBps / 10_000m)));
        });
    }

    /// <summary>What one base unit of an order holds: its worst cost for a buy, itself for a sell.</summary>
    public decimal HoldRate(ParentSpec spec, decimal? mid) => spec.Side == Side.Sell ? 1m
        : BuyingPower.Required(spec.Side, 1m, spec.LimitPx ?? (mid ?? 0m) * (1m + (state.Limits.PriceCollarBps / 10_000m)), Allowed(spec));

    /// <summary>Counts a message to a venue against the rate limit.</summary>
    public void CountMessage(DateTimeOffset now) => messages.Enqueue(now.UtcTicks);

    /// <summary>End of a parent's window, or null when it has none.</summary>
    public static DateTimeOffset? EndOf(ParentOrder p) => p.StartedAt is { } start ? AlgoWindow.End(p.Spec, start) : null;

    /// <summary>What its plan says should be done by now, base units.</summary>
    public static decimal PlannedQty(ParentOrder p, DateTimeOffset now) => p.StartedAt is not { } start ? 0m
        : p.Memory is VwapMemory m ? VwapAlgo.PlannedQty(p.Spec, start, m, p.EndedAt ?? now)
        : AlgoWindow.PlannedQty(p.Spec, p.Seed, start, p.EndedAt ?? now);

    /// <summary>Its plan curve.</summary>
    public static IReadOnlyList<PlanPoint> PlanOf(ParentOrder p, DateTimeOffset start) => Algo(p.Spec.Strategy).Plan(p.Spec, p.Seed, start);

    /// <summary>The algo of that name.</summary>
    public static IExecutionAlgo Algo(string strategy) =>
        AlgoCatalog.Find(strategy) ?? throw new InvalidOperationException($"There is no algo {strategy}.");

    private bool MayUse(ParentSpec spec, VenueId venue) => spec.Allows(venue) && (state.Limits.Venues.Count == 0 || state.Limits.Venues.Contains(venue));

    private bool MayUse(ParentSpec spec, Listing listing) => MayUse(spec, listing.Venue) && (!listing.OnlyWhenNamed || Names(spec, listing.Venue));

    private static bool Names(ParentSpec spec, VenueId venue) => spec.Venues?.Contains(venue) == true;

    private bool Unrestricted(ParentSpec spec) => spec.Venues is null or { Count: 0 } && state.Limits.Venues.Count == 0;

    private IReadOnlyList<ChildView> ChildrenOf(ParentOrder p)
    {
        var ids = state.ChildrenOf(p.Spec.ClOrdId);
        var from = Math.Max(0, ids.Count - RecentChildrenShown);
        var views = new List<ChildView>(Math.Min(ids.Count, RecentChildrenShown));
        for (var i = Math.Min(from, state.OldestLive(p.Spec.ClOrdId)); i < ids.Count; i++)
        {
            var o = state.Children[ids[i]];
            if (i >= from || !o.OrdStatus.IsTerminal())
            {
                views.Add(new(o.ClOrdId, o.SliceNo, o.Venue, o.OrdStatus, o.InDoubt, o.OrderQty, o.CumQty, o.LeavesQty, o.Px, o.TimeInForce, o.CreatedAt, o.EndedAt, o.RejectCode));
            }
        }
        return views;
    }

    private RoutedSlice Route(
        ParentOrder p, SubmitSlice slice, IReadOnlyList<Listing> listings, MarketView market, DateTimeOffset now, ref int number,
        List<RiskApproved<VenueOrder>> approved, List<DeniedChild> denied)
    {
        if (WorstPx(p, slice, market) is not { } worst)
        {
            return new(slice.SliceNo, slice.Qty, slice.Reason, [], new RoutePlan([], [], slice.Qty, "no fresh price on any venue"), []);
        }
        var posts = slice.PostOnly || slice.TimeInForce is TimeInForce.Gtc or TimeInForce.Gtd;
        var plan = OrderRouter.Plan(new RouteRequest(p.Spec.Side, slice.Qty, worst, slice.TimeInForce, slice.PostOnly, posts,
            [.. listings.Select(l => Venue(p, l, worst, market, now))]));
        var children = new List<Order>(plan.Legs.Count);
        var denials = new List<Denial>();
        var (door, fallback) = state.Limits.DoorOf(p.Spec);
        foreach (var leg in plan.Legs)
        {
            var id = new ClOrdId($"{p.Spec.ClOrdId}-{++number}");
            var order = new VenueOrder(state.Account, id, leg.Venue, p.Spec.Instrument, p.Spec.Side, OrdType.Limit, leg.Qty, leg.Px, leg.TimeInForce,
                leg.PostOnly, p.Spec.ReduceOnly, leg.TimeInForce == TimeInForce.Gtd ? p.Spec.ExpireTime : null, door, fallback);
            var result = risk.Check(order, ViewFor(p, order, market.Mid, now, children));
            if (result.Denial is { } denial)
            {
                number--;
                denials.Add(denial);
                denied.Add(new(id, leg.Venue, denial));
                continue;
            }
            approved.Add(result.Approved!);
            children.Add(new Order(id, p.Spec.ClOrdId, slice.SliceNo, leg.Venue, p.Spec.Instrument, p.Spec.Side, OrdType.Limit, leg.Qty, leg.Px,
                leg.TimeInForce, leg.PostOnly, p.Spec.ReduceOnly, now, leg.Reason));
        }
        return new(slice.SliceNo, slice.Qty, slice.Reason, children, plan, denials);
    }

    /// <summary>The worst price a slice may trade at: the tightest of its own limit, the parent's, its slippage bound and the collar.</summary>
    private decimal? WorstPx(ParentOrder p, SubmitSlice slice, MarketView market)
    {
        var side = p.Spec.Side;
        decimal? worst = market.Mid is { } mid ? mid * (1m + (side.Sign() * state.Limits.PriceCollarBps / 10_000m)) : null;
        Tighten(slice.LimitPx);
        Tighten(p.Spec.LimitPx);
        if (p.Spec.MaxSlippageBps is { } bps && p.ArrivalPx is { } arrival)
        {
            Tighten(arrival * (1m + (side.Sign() * bps / 10_000m)));
        }
        return worst;

        void Tighten(decimal? px)
        {
            if (px is { } x && (worst is not { } w || side.IsWithin(x, w)))
            {
                worst = x;
            }
        }
    }

    private RouteVenue Venue(ParentOrder p, Listing l, decimal worst, MarketView market, DateTimeOffset now)
    {
        var instrument = catalog.Find(l.Instrument)!;
        var max = p.Spec.Side == Side.Buy
            ? state.Ledger.At(l.Venue, instrument.Quote).Free / (worst * (1m + Math.Max(0m, l.TakerFee)))
            : state.Ledger.At(l.Venue, instrument.Base).Free;
        max = Math.Min(max, worst > 0m ? state.Limits.MaxChildNotional / worst : 0m);
        return Bid(p.Spec.Side, l, Math.Max(0m, max), market, now);
    }

    /// <summary>What one venue offers now: its fresh book or its pool, and what its record makes of it.</summary>
    private RouteVenue Bid(Side side, Listing l, decimal max, MarketView market, DateTimeOffset now)
    {
        // A pool's book is only a picture of its curve, for those who know nothing but books.
        var pool = sources.Pool?.Invoke(l.Venue, l.Instrument, side);
        var book = pool is null ? market.Books.FirstOrDefault(b => b.Venue == l.Venue) : null;
        var excluded = pool is { } p && now - p.At > PoolStaleAfter ? "its pool is stale" : book is null && pool is null ? "no fresh book" : null;
        var (bps, because) = sources.Trust is not null || pool is not null
            ? (sources.Trust?.Invoke(l.Venue) ?? VenueTrust.Unknown).Penalty(market.VolatilityBps, now, pool?.Liquidity.Confirmation ?? TimeSpan.Zero) : (0m, null);
        return new(l, book, max, excluded, OwnLevels(l, side), pool?.Liquidity, pool?.Gas ?? 0m, bps, because);
    }

    /// <summary>Our own orders there that a taking order could meet: they are no liquidity, and meeting one is denied.</summary>
    private List<BookLevel>? OwnLevels(Listing l, Side side)
    {
        List<BookLevel>? own = null;
        foreach (var id in state.Resting(l.Instrument, side.Opposite()))
        {
            var o = state.Children[id];
            if (o.Venue == l.Venue)
            {
                (own ??= []).Add(new(o.Px, o.LeavesQty));
            }
        }
        return own;
    }

    private RiskView ViewFor(ParentOrder p, VenueOrder order, decimal? reference, DateTimeOffset now, List<Order> siblings)
    {
        var instrument = catalog.Find(order.Instrument)!;
        var buy = order.Side == Side.Buy;
        var free = state.Ledger.At(order.Venue, buy ? instrument.Quote : instrument.Base).Free;
        var listing = catalog.Find(order.Venue, order.Instrument);
        foreach (var s in siblings.Where(s => s.Venue == order.Venue))
        {
            free -= buy ? s.OrderQty * s.Px * (1m + (listing?.TakerFee ?? 0m)) : s.OrderQty;
        }
        return new(state.Limits, instrument, listing is null ? [] : [listing], reference, state.KillFor(order.Instrument), state.DayNotionalAt(now),
            state.LiveParents.Count, state.LiveChildren.Count + siblings.Count, MessagesLastSecond(now) + siblings.Count, free,
            state.Positions.At(order.Instrument).Qty, Opposing(order));
    }

    /// <summary>Own orders at the same venue that this one could meet.</summary>
    private List<RestingOrder> Opposing(VenueOrder order)
    {
        var opposing = new List<RestingOrder>();
        foreach (var id in state.Resting(order.Instrument, order.Side.Opposite()))
        {
            var o = state.Children[id];
            if (o.Venue == order.Venue)
            {
                opposing.Add(new(id, o.Venue, o.Side, o.Px, o.LeavesQty));
            }
        }
        return opposing;
    }

    private int MessagesLastSecond(DateTimeOffset now)
    {
        while (messages.TryPeek(out var oldest) && oldest <= now.UtcTicks - TimeSpan.TicksPerSecond)
        {
            messages.Dequeue();
        }
        return messages.Count;
    }

    /// <summary>A slice of which nothing could be sent is tried again later, each time later, and the trader is told why.</summary>
    private static void BackOff(ParentRuntime runtime, List<RoutedSlice> slices, DateTimeOffset now)
    {
        if (slices.Count == 0)
        {
            return;
        }
        if (slices.Exists(s => s.Children.Count > 0))
        {
            runtime.Unsendable = 0;
            return;
        }
        runtime.Unsendable++;
        var wait = TimeSpan.FromTicks(Math.Min(Retry.Ticks << Math.Min(runtime.Unsendable - 1, 6), RetryMax.Ticks));
        runtime.NotBefore = now + wait;
        runtime.NextActionAt = runtime.NotBefore;
        var last = slices[^1];
        runtime.WhyIdle = last.Denials.Count > 0
            ? new(last.Denials[0].Code.ToString(), $"Risk denied the slice: {last.Denials[0].Text}. Trying again.")
            : new("NothingRoutable", $"Nothing could be routed: {last.Plan.UnroutedBecause ?? "no venue takes it"}. Trying again.");
    }
}

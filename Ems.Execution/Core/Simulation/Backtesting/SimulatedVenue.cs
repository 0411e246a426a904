using System.Globalization;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Core.Simulation.Matching;

namespace Ems.Execution.Core.Simulation.Backtesting;

/// <summary>
/// An exchange of a replay: matches, and collects what it reports. Whoever runs it brings orders when they have travelled and delivers the
/// reports later. It trusts the account's own ledger for balances, as one account is all it has.
/// </summary>
internal sealed class SimulatedVenue : IMatchSink
{
    private const uint LatencyStream = 61;

    private readonly Dictionary<InstrumentId, SimulatedBook> books;
    private readonly Dictionary<ClOrdId, OpenOrder> orders = [];
    private readonly ReplayVenue spec;
    private readonly ulong seed;
    private long draws, number, lastIn, lastOut;
    private DateTimeOffset now;

    public SimulatedVenue(ReplayVenue spec, IReadOnlyDictionary<InstrumentId, Instrument> instruments, ulong seed)
    {
        (this.spec, this.seed) = (spec, SeededRandom.Draw(seed, LatencyStream, (long)SeededRandom.Hash(spec.Venue.Value)));
        var delay = TimeSpan.FromMilliseconds(spec.Latency.MedianMs);
        books = spec.Listings.ToDictionary(l => l.Instrument, l => new SimulatedBook(l, instruments[l.Instrument], this, delay));
    }

    public VenueId Venue => spec.Venue;

    /// <summary>How late its market data is.</summary>
    public TimeSpan PublicDelay => TimeSpan.FromMilliseconds(spec.Latency.MedianMs);

    /// <summary>What it has to say since it was emptied last, in order.</summary>
    public List<ExecutionReport> Outbox { get; } = [];

    /// <summary>Own takes since emptied last: they print on the tape like any other trade.</summary>
    public List<(Listing Listing, decimal Px, decimal Qty, Side Aggressor)> Prints { get; } = [];

    public SimulatedBook Book(InstrumentId instrument) => books[instrument];

    public SimulatedBook? Find(InstrumentId instrument) => books.GetValueOrDefault(instrument);

    /// <summary>When a message that leaves for the venue now arrives: one session keeps its order.</summary>
    public long ArrivesAt(long nowTicks) => lastIn = Math.Max(lastIn, nowTicks + OneWay());

    /// <summary>When a report that leaves the venue now arrives.</summary>
    public long AnswersAt(long nowTicks) => lastOut = Math.Max(lastOut, nowTicks + OneWay());

    /// <summary>Takes an event of the market.</summary>
    public void Apply(MarketWindow window, in WindowRow row, InstrumentId instrument)
    {
        now = MarketWindow.At(row.Ticks);
        books[instrument].Apply(window, row);
    }

    /// <summary>A new order has arrived.</summary>
    public void New(RiskApproved<VenueOrder> approved, DateTimeOffset at)
    {
        now = at;
        var r = approved.Value;
        var book = books[r.Instrument];
        var order = new OpenOrder(r, $"{Venue}-o{++number}");
        if (!orders.TryAdd(r.ClOrdId, order))
        {
            throw new InvalidOperationException($"{r.ClOrdId} came twice.");
        }
        if (book.Listing.Refusal(r.Px, r.OrderQty) is { } shape || !Steps.IsMultiple(r.Px, book.Listing.TickSize))
        {
            End(order, OrdStatus.Rejected, ExecType.Rejected, "FILTER_FAILURE", string.Create(CultureInfo.InvariantCulture, $"px={r.Px}, qty={r.OrderQty}"));
            return;
        }
        if (r.TimeInForce == TimeInForce.Gtd && (r.ExpireTime is not { } expiry || expiry <= now))
        {
            End(order, OrdStatus.Rejected, ExecType.Rejected, "EXPIRED", "its time was over on arrival");
            return;
        }
        order.Match = new MatchOrder
        {
            Id = number, Owner = 1, Side = r.Side, PxTicks = book.Ticks(r.Px), Lots = book.Lots(r.OrderQty), Leaves = book.Lots(r.OrderQty), PostOnly = r.PostOnly,
            Tag = order, TimeInForce = r is { OrdType: OrdType.Market, TimeInForce: not TimeInForce.Fok } ? TimeInForce.Ioc : r.TimeInForce,
        };
        var acknowledged = Outbox.Count;
        var result = book.Engine.Submit(order.Match);
        if (result is MatchResult.PostOnlyWouldTake or MatchResult.FokUnfilled)
        {
            End(order, OrdStatus.Rejected, ExecType.Rejected, result == MatchResult.PostOnlyWouldTake ? "POST_ONLY" : "FOK_UNFILLED", null);
            return;
        }
        // The acknowledgement leaves before the fills it led to.
        Outbox.Insert(acknowledged, Report(order, ExecType.New) with { OrdStatus = OrdStatus.New, CumQty = 0m, LeavesQty = r.OrderQty });
        if (result is MatchResult.Canceled or MatchResult.SelfTrade)
        {
            End(order, OrdStatus.Canceled, ExecType.Canceled, null, result == MatchResult.SelfTrade ? "self-trade prevented: the taker's rest is canceled" : null);
        }
    }

    /// <summary>A request to cancel has arrived.</summary>
    public void Cancel(ClOrdId id, DateTimeOffset at)
    {
        now = at;
        if (!orders.TryGetValue(id, out var order) || order.OrdStatus.IsTerminal())
        {
            if (order is not null)
            {
                Outbox.Add(Report(order, ExecType.CancelRejected) with { RejectCode = "UNKNOWN_ORDER", Text = "no open order of that name" });
            }
            return;
        }
        books[order.Request.Instrument].Engine.Cancel(order.Match!);
        End(order, OrdStatus.Canceled, ExecType.Canceled, null, null);
    }

    /// <summary>The time of an order has run out.</summary>
    public void Expire(ClOrdId id, DateTimeOffset at)
    {
        now = at;
        if (orders.TryGetValue(id, out var order) && !order.OrdStatus.IsTerminal())
        {
            books[order.Request.Instrument].Engine.Cancel(order.Match!);
            End(order, OrdStatus.Expired, ExecType.Expired, null, null);
        }
    }

    /// <inheritdoc/>
    public void OnFill(MatchOrder order, long pxTicks, long lots, bool maker)
    {
        var open = (OpenOrder)order.Tag!;
        var book = books[open.Request.Instrument];
        var (px, qty) = (book.Px(pxTicks), book.Qty(lots));
        open.CumQty += qty;
        open.OrdStatus = open.CumQty == open.Request.OrderQty ? OrdStatus.Filled : OrdStatus.PartiallyFilled;
        var commission = px * qty * (maker ? book.Listing.MakerFee : book.Listing.TakerFee);
        Outbox.Add(Report(open, ExecType.Trade) with
        {
            LastQty = qty, LastPx = px, Commission = commission, CommCurrency = book.Instrument.Quote,
            LastLiquidityInd = maker ? LastLiquidityInd.Added : LastLiquidityInd.Removed,
        });
        if (!maker)
        {
            Prints.Add((book.Listing, px, qty, open.Request.Side));
        }
    }

    private void End(OpenOrder order, OrdStatus status, ExecType type, string? code, string? text)
    {
        order.OrdStatus = status;
        Outbox.Add(Report(order, type) with { RejectCode = code, Text = text });
    }

    private ExecutionReport Report(OpenOrder o, ExecType type) => new(
        Venue, o.Request.Account, o.Request.ClOrdId, o.OrderId, $"{Venue}-{++number}", type, o.OrdStatus, o.Request.OrderQty, o.CumQty,
        o.OrdStatus.IsTerminal() ? 0m : o.Request.OrderQty - o.CumQty, 0m, 0m, LastLiquidityInd.None, 0m, default, now);

    private long OneWay() => spec.Latency.OneWay(SeededRandom.Unit(seed, LatencyStream, ++draws)).Ticks;

    private sealed class OpenOrder(VenueOrder request, string orderId)
    {
        public VenueOrder Request { get; } = request;
        public string OrderId { get; } = orderId;
        public MatchOrder? Match { get; set; }
        public OrdStatus OrdStatus { get; set; } = OrdStatus.New;
        public decimal CumQty { get; set; }
    }
}

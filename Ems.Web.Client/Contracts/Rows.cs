using Ems.Execution.Core.Algos;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Web.Client.Contracts;

/// <summary>A parent order as the blotter shows it. OrderQty = CumQty + WorkingQty + UnknownQty + UnsentQty, always.</summary>
public sealed record OrderRow(
    string ClOrdId, string Instrument, Side Side, string Strategy, decimal OrderQty, decimal CumQty, decimal WorkingQty, decimal UnknownQty,
    decimal UnsentQty, decimal? AvgPx, decimal? LimitPx, OrdStatus OrdStatus, string WhyIdleCode, string WhyIdle, DateTimeOffset? NextActionAt,
    DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? PlannedEnd, DateTimeOffset? EndedAt, decimal PlannedQtyNow,
    decimal? ArrivalPx, decimal? SlippageBps, decimal Fees, string FeeCurrency, string? EndCode, string? EndText, int Version, int Children,
    bool CancelRequested)
{
    /// <summary>The group it is a leg of, or null.</summary>
    public string? Group { get; init; }
    /// <summary>Its role there.</summary>
    public string? Role { get; init; }
}

/// <summary>A child order at one venue.</summary>
public sealed record ChildRow(
    string ClOrdId, string ParentClOrdId, int SliceNo, string Venue, Side Side, decimal OrderQty, decimal CumQty, decimal LeavesQty, decimal Px,
    decimal? AvgPx, TimeInForce TimeInForce, bool PostOnly, OrdStatus OrdStatus, bool InDoubt, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt,
    string Reason, string? Text);

/// <summary>One fill. Commission is negative for a rebate.</summary>
public sealed record FillRow(
    string ExecId, string ClOrdId, string ParentClOrdId, string Venue, string Instrument, Side Side, decimal LastQty, decimal LastPx,
    decimal Commission, string CommCurrency, LastLiquidityInd Liquidity, DateTimeOffset TransactTime);

/// <summary>One asset at one venue. Total = Free + Held.</summary>
public sealed record BalanceRow(string Venue, string Asset, decimal Total, decimal Held, decimal Free);

/// <summary>What is owned of one base asset through trading: quantity, average cost, and profit in the quote asset.</summary>
public sealed record PositionRow(string Instrument, decimal Qty, decimal? AvgCost, decimal? MarkPx, decimal RealizedPnl, decimal? UnrealizedPnl);

/// <summary>The account at one moment, the start of a push stream: batches that follow have Epoch equal and Seq growing by one.</summary>
public sealed record AccountSnapshot(
    string Account, string Epoch, long Seq, IReadOnlyList<OrderRow> Orders, IReadOnlyList<ChildRow> Children, IReadOnlyList<FillRow> Fills,
    IReadOnlyList<BalanceRow> Balances, IReadOnlyList<PositionRow> Positions, string KillLevel)
{
    /// <summary>Groups of linked orders.</summary>
    public IReadOnlyList<GroupRow> Groups { get; init; } = [];
}

/// <summary>What changed, conflated: each row is the newest of its key. A gap in Seq or a new Epoch means load the snapshot again.</summary>
public sealed record AccountBatch(
    string Account, string Epoch, long Seq, IReadOnlyList<OrderRow> Orders, IReadOnlyList<ChildRow> Children, IReadOnlyList<FillRow> Fills,
    IReadOnlyList<BalanceRow> Balances, IReadOnlyList<PositionRow> Positions, string KillLevel)
{
    /// <summary>Groups of linked orders.</summary>
    public IReadOnlyList<GroupRow> Groups { get; init; } = [];
}

/// <summary>A level of the consolidated ladder with the venues behind it.</summary>
public sealed record LadderLevel(decimal Px, decimal Qty, IReadOnlyList<VenueQty> Venues);

/// <summary>One venue's share of a level.</summary>
public sealed record VenueQty(string Venue, decimal Qty);

/// <summary>One venue's state for the page.</summary>
public sealed record VenueStatusRow(string Venue, decimal? BestBid, decimal? BestAsk, bool Stale, double AgeMs);

/// <summary>A print.</summary>
public sealed record TradeRow(string Venue, long TradeId, decimal Px, decimal Qty, Side Aggressor, DateTimeOffset Time);

/// <summary>Market data of one instrument. In a snapshot Candles holds the history; in a batch only the bars that changed.</summary>
public sealed record MarketBatch(
    string Instrument, string Epoch, long Seq, IReadOnlyList<LadderLevel> Bids, IReadOnlyList<LadderLevel> Asks, IReadOnlyList<TradeRow> Trades,
    IReadOnlyList<Candle> Candles, IReadOnlyList<VenueStatusRow> Venues, decimal? LastPx, DateTimeOffset Time);

/// <summary>Something in the life of a parent, for its page. Kind is the journal's event name.</summary>
public sealed record TimelineEvent(long Sequence, DateTimeOffset Time, string Kind, string Text, string? ClOrdId, string Actor);

/// <summary>Why a slice went where it went.</summary>
public sealed record RouteRow(int SliceNo, DateTimeOffset Time, string SliceReason, IReadOnlyList<RouteLegRow> Legs, IReadOnlyList<RouteLostRow> Lost, decimal UnroutedQty, string? UnroutedBecause);

/// <summary>A venue that got part of a slice.</summary>
public sealed record RouteLegRow(string ClOrdId, string Venue, decimal Qty, decimal Px, decimal? AllInPx, decimal ExpectedFee, string Reason);

/// <summary>A venue that lost.</summary>
public sealed record RouteLostRow(string Venue, decimal? AllInPx, string Because);

/// <summary>Everything about one parent: GET …/orders/{clOrdId}.</summary>
public sealed record OrderDetail(
    OrderRow Order, NewOrderRequest Request, IReadOnlyList<ChildRow> Children, IReadOnlyList<FillRow> Fills, IReadOnlyList<TimelineEvent> Timeline,
    IReadOnlyList<RouteRow> Routes, IReadOnlyList<PlanPointRow> Plan, IReadOnlyList<PlanPointRow> Done, IReadOnlyList<Adjustment> Adjustments);

/// <summary>
/// How well a simple detector tells an order's prints from the market's: GET …/orders/{clOrdId}/detectability. Auc 0.5 is guessing, 1 is
/// found; Score is 0 to 1; nulls where there is too little to judge, and Text says why.
/// </summary>
public sealed record DetectabilityRow(decimal? Score, decimal? Auc, decimal? StandardError, int Ours, int Others, bool Found, string Text);

/// <summary>GET /api/me: who is signed in, what they may see, and where the paper venues' market comes from (<c>recorded</c> or <c>fitted</c>, and a sentence).</summary>
public sealed record Me(string UserName, string Organisation, string Role, IReadOnlyList<AccountRef> Accounts, string MarketSource = "", string MarketText = "");

/// <summary>A trading account and what this user may do there.</summary>
public sealed record AccountRef(string Id, string Name, bool CanTrade, bool CanAdminister);

/// <summary>GET /api/instruments: what can be traded.</summary>
public sealed record InstrumentRow(string Id, string Base, string Quote, IReadOnlyList<ListingRow> Listings);

/// <summary>An instrument at one venue; fees as fractions of notional.</summary>
public sealed record ListingRow(string Venue, decimal TickSize, decimal LotSize, decimal MinQty, decimal MinNotional, decimal MakerFee, decimal TakerFee, bool IsPool = false);

/// <summary>GET /api/algos: the descriptors that make the ticket.</summary>
public sealed record AlgoRow(AlgoDescriptor Descriptor);

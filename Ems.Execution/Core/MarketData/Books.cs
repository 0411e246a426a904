using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.MarketData;

/// <summary>One price level: price in quote units, quantity in base units.</summary>
public readonly record struct BookLevel(decimal Px, decimal Qty);

/// <summary>
/// One venue's book at one moment: bids from the best down, asks from the best up. <see cref="Sequence"/> grows by one
/// with each change on that venue and instrument; <see cref="Time"/> is the venue's own time.
/// </summary>
public sealed record BookSnapshot(
    VenueId Venue, InstrumentId Instrument, long Sequence, DateTimeOffset Time,
    IReadOnlyList<BookLevel> Bids, IReadOnlyList<BookLevel> Asks)
{
    /// <summary>Best bid, or null when that side is empty.</summary>
    public decimal? BestBid => Bids.Count > 0 ? Bids[0].Px : null;
    /// <summary>Best ask, or null when that side is empty.</summary>
    public decimal? BestAsk => Asks.Count > 0 ? Asks[0].Px : null;
    /// <summary>Middle of the best prices, or null when a side is empty.</summary>
    public decimal? Mid => Bids.Count > 0 && Asks.Count > 0 ? (Bids[0].Px + Asks[0].Px) / 2m : null;
    /// <summary>The levels an order of <paramref name="side"/> would take, best first.</summary>
    public IReadOnlyList<BookLevel> Opposite(Side side) => side == Side.Buy ? Asks : Bids;
    /// <summary>The levels an order of <paramref name="side"/> would join, best first.</summary>
    public IReadOnlyList<BookLevel> Own(Side side) => side == Side.Buy ? Bids : Asks;
    /// <summary>Whether the book is too old to trade on (rule E8).</summary>
    public bool IsStale(DateTimeOffset now, TimeSpan bound) => now - Time > bound;
}

/// <summary>A print on a venue's tape. <see cref="Aggressor"/> is the taker's side.</summary>
public sealed record MarketTrade(VenueId Venue, InstrumentId Instrument, long TradeId, decimal Px, decimal Qty, Side Aggressor, DateTimeOffset Time);

/// <summary>Open, high, low, close and volume (base units) of one interval that starts at <see cref="OpenTime"/>.</summary>
public sealed record Candle(DateTimeOffset OpenTime, decimal Open, decimal High, decimal Low, decimal Close, decimal Volume);

/// <summary>
/// What an algo may see of one instrument: the fresh books of the venues it may use, and the tape's extremes since it
/// looked last, so that a print between two looks still triggers a stop.
/// </summary>
/// <param name="QtyLastMinute">Quantity printed on all venues in the last 60 s, own prints included; null when not known.</param>
/// <param name="HighAfterLow">Highest print at or after the newest lowest one since the last look; null when the order of prints is not known.</param>
/// <param name="LowAfterHigh">Lowest print at or after the newest highest one since the last look; null when the order of prints is not known.</param>
/// <param name="VolatilityBps">Volatility of the last minutes' prints, basis points per square root of an hour; null when not known.</param>
/// <param name="QuickVolatilityBps">The same over the last half minute or so.</param>
/// <param name="Volume">What is known of the volume minute by minute, all venues; null when nobody writes it down.</param>
public sealed record MarketView(
    InstrumentId Instrument, IReadOnlyList<BookSnapshot> Books,
    decimal? LastPx, decimal? HighSinceLast, decimal? LowSinceLast, decimal? QtyLastMinute = null,
    decimal? HighAfterLow = null, decimal? LowAfterHigh = null, decimal? VolatilityBps = null, decimal? QuickVolatilityBps = null,
    VolumeHistory? Volume = null)
{
    /// <summary>A market with nothing in it: every venue stale or out.</summary>
    public static MarketView Empty(InstrumentId instrument) => new(instrument, [], null, null, null);
    /// <summary>Highest bid over the fresh books.</summary>
    public decimal? BestBid => Books.Max(b => b.BestBid);
    /// <summary>Lowest ask over the fresh books.</summary>
    public decimal? BestAsk => Books.Min(b => b.BestAsk);
    /// <summary>Middle of the consolidated best prices: the mark of a paper instrument.</summary>
    public decimal? Mid => (BestBid + BestAsk) / 2m;
    /// <summary>Consolidated spread in basis points of the mid; can be negative when venues cross; null without a two-sided market.</summary>
    public decimal? SpreadBps => Mid is { } mid and > 0m ? (BestAsk - BestBid) / mid * 10_000m : null;
    /// <summary>The best price an order of <paramref name="side"/> could take.</summary>
    public decimal? BestOpposite(Side side) => side == Side.Buy ? BestAsk : BestBid;
    /// <summary>The best price an order of <paramref name="side"/> could join.</summary>
    public decimal? BestOwn(Side side) => side == Side.Buy ? BestBid : BestAsk;
}

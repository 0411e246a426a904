using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Engine.MarketData;
using Ems.Web.Client.Contracts;

namespace Ems.Web.Features.Market;

/// <summary>Market data to rows. Pure.</summary>
internal static class MarketRows
{
    /// <summary>The consolidated ladder of one side, best first: equal prices of several venues are one level with their shares.</summary>
    public static IReadOnlyList<LadderLevel> Ladder(IReadOnlyList<BookSnapshot> fresh, Side side, int max)
    {
        // No level beyond a venue's own first max can be among the consolidated first max.
        var levels = fresh.SelectMany(b => b.Own(side).Take(max).Select(l => (b.Venue, l.Px, l.Qty))).GroupBy(l => l.Px);
        var ordered = side == Side.Buy ? levels.OrderByDescending(g => g.Key) : levels.OrderBy(g => g.Key);
        return [.. ordered.Take(max).Select(g => new LadderLevel(g.Key, g.Sum(l => l.Qty), [.. g.Select(l => new VenueQty(l.Venue.Value, l.Qty))]))];
    }

    /// <summary>Every venue that lists the instrument, fresh or not.</summary>
    public static IReadOnlyList<VenueStatusRow> Venues(MarketDataHub market, InstrumentId instrument, DateTimeOffset now) =>
        [.. market.Catalog.Listings(instrument).Where(l => !l.OnlyWhenNamed).Select(l => market.Book(l.Venue, instrument) is { } book
            ? new VenueStatusRow(l.Venue.Value, book.BestBid, book.BestAsk, book.IsStale(now, MarketDataHub.StaleAfter), Math.Max(0, (now - book.Time).TotalMilliseconds))
            : new VenueStatusRow(l.Venue.Value, null, null, true, 0))];

    /// <summary>A print.</summary>
    public static TradeRow Row(MarketTrade t) => new(t.Venue.Value, t.TradeId, t.Px, t.Qty, t.Aggressor, t.Time);

    /// <summary>An instrument with its listings.</summary>
    public static InstrumentRow Row(Instrument i, InstrumentCatalog catalog) => new(i.Id.Value, i.Base.Code, i.Quote.Code, [.. catalog.Listings(i.Id).Where(l => !l.OnlyWhenNamed)
        .Select(l => new ListingRow(l.Venue.Value, l.TickSize, l.LotSize, l.MinQty, l.MinNotional, l.MakerFee, l.TakerFee, l.IsPool))]);
}

using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Simulation.Market;

/// <summary>
/// Moves a recorded book to another price level and onto a listing's tick and lot, keeping its shape: the touch is centred on
/// the wanted mid, the spread and the distances behind the touch are scaled with the price. The result is never locked or
/// crossed, and its touch always encloses the reference price, so that venues sharing a reference never cross each other
/// except while one of them lags.
/// </summary>
public sealed class BookShaper(Listing listing, double sizeScale)
{
    /// <summary>Levels shown per side.</summary>
    public const int Depth = 20;

    private readonly double tick = (double)listing.TickSize;
    private double scale = double.NaN;
    private double rawBid;
    private double rawAsk;

    /// <summary>Best bid in ticks after the last <see cref="Place"/>.</summary>
    public long BidTicks { get; private set; }
    /// <summary>Best ask in ticks after the last <see cref="Place"/>.</summary>
    public long AskTicks { get; private set; }

    /// <summary>
    /// Fixes the touch: a mid of <paramref name="reference"/> times (1 + <paramref name="deviation"/>), pulled in so far that the
    /// touch encloses the reference.
    /// </summary>
    public void Place(RecordedBook book, double reference, double deviation)
    {
        rawBid = book.Bids[0].Px;
        rawAsk = book.Asks[0].Px;
        scale = reference * (1 + deviation) / book.Mid;
        var spread = Math.Max(1, (long)Math.Round((rawAsk - rawBid) * scale / tick));
        BidTicks = Touch(reference * (1 + deviation) / tick, reference / tick, spread);
        AskTicks = BidTicks + spread;
    }

    /// <summary>The best bid, in ticks, of a touch of <paramref name="spread"/> ticks around <paramref name="mid"/> that encloses <paramref name="reference"/>.</summary>
    public static long Touch(double mid, double reference, long spread)
    {
        var bid = (long)Math.Round(mid - spread / 2.0);
        bid = Math.Min(bid, (long)Math.Floor(reference));
        return Math.Max(Math.Max(bid, (long)Math.Ceiling(reference) - spread), 1);
    }

    /// <summary>One side of the placed book, best first, levels that fall on one tick merged, sizes rounded down to the lot.</summary>
    public BookLevel[] Side(ReadOnlySpan<RecordedLevel> levels, Side side)
    {
        var shaped = new BookLevel[Math.Min(levels.Length, Depth)];
        var count = 0;
        for (var i = 0; i < levels.Length && count < Depth;)
        {
            var ticks = Ticks(levels[i].Px, side);
            double qty = 0;
            for (; i < levels.Length && Ticks(levels[i].Px, side) == ticks; i++)
            {
                qty += levels[i].Qty;
            }
            var lots = Lots(qty);
            if (ticks > 0 && (lots > 0 || count == 0))
            {
                // The touch is never dropped, however small: it is what the spread hangs on.
                shaped[count++] = new BookLevel(ticks * listing.TickSize, Math.Max(lots, 1) * listing.LotSize);
            }
        }
        return count == shaped.Length ? shaped : shaped[..count];
    }

    /// <summary>A print moved with the book; null when it rounds to no lot or is further than 2 % from the touch (a bad print).</summary>
    public (decimal Px, decimal Qty)? Trade(RecordedTrade trade)
    {
        var ticks = Ticks(trade.Px, trade.Aggressor.Opposite());
        var lots = Lots(trade.Qty);
        var off = Math.Abs(ticks - BidTicks) / (double)BidTicks;
        return lots > 0 && ticks > 0 && off < 0.02 ? (ticks * listing.TickSize, lots * listing.LotSize) : null;
    }

    private long Ticks(long px, Side side) => side == Primitives.Side.Buy
        ? BidTicks - (long)Math.Round((rawBid - px) * scale / tick)
        : AskTicks + (long)Math.Round((px - rawAsk) * scale / tick);

    private long Lots(double rawQty) => (long)Math.Floor(rawQty / RecordingCursor.Scale * sizeScale / (double)listing.LotSize + 1e-9);
}

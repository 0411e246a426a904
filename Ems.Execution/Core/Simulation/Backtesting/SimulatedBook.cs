using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Matching;

namespace Ems.Execution.Core.Simulation.Backtesting;

/// <summary>One listing of a replayed venue: its matching engine, and its book as others see it one latency later.</summary>
internal sealed class SimulatedBook(Listing listing, Instrument instrument, IMatchSink sink, TimeSpan delay)
{
    /// <summary>Changes that can be on their way at once; more than that and the oldest arrives early.</summary>
    private const int OnTheWayMax = 512;

    private readonly Picture?[] ring = new Picture?[OnTheWayMax];
    private long sent, arrived;
    private Picture? visible;
    private BookSnapshot? snapshot;
    private DateTimeOffset sourceTime;

    public Listing Listing { get; } = listing;
    public Instrument Instrument { get; } = instrument;
    public MatchingEngine Engine { get; } = new(sink);

    public long Ticks(decimal px) => (long)(px / Listing.TickSize);

    public long Lots(decimal qty) => (long)(qty / Listing.LotSize);

    public decimal Px(long ticks) => ticks * Listing.TickSize;

    public decimal Qty(long lots) => lots * Listing.LotSize;

    /// <summary>Takes an event of the market.</summary>
    public void Apply(MarketWindow window, in WindowRow row)
    {
        if (row.IsTrade)
        {
            var trade = window.Bids(row)[0];
            Engine.ApplyTrade(trade.PxTicks, trade.Lots, row.Aggressor);
            return;
        }
        sourceTime = MarketWindow.At(row.Ticks);
        Engine.ApplyBook(window.Bids(row), window.Asks(row));
    }

    /// <summary>Sends the book out as it is.</summary>
    public void Publish(long nowTicks)
    {
        if (sent - arrived == OnTheWayMax)
        {
            Arrive();
        }
        var picture = ring[sent % OnTheWayMax] ??= new Picture();
        if (ReferenceEquals(picture, visible))
        {
            ring[sent % OnTheWayMax] = picture = new Picture();
        }
        sent++;
        (picture.DueTicks, picture.Number, picture.SourceTime) = (nowTicks + delay.Ticks, sent, sourceTime);
        picture.BidCount = Engine.Levels(Side.Buy, picture.Bids);
        picture.AskCount = Engine.Levels(Side.Sell, picture.Asks);
    }

    /// <summary>The newest book that has arrived by now, or null before any.</summary>
    public BookSnapshot? Seen(long nowTicks)
    {
        while (arrived < sent && ring[arrived % OnTheWayMax]!.DueTicks <= nowTicks)
        {
            Arrive();
        }
        if (visible is { } picture && snapshot?.Sequence != picture.Number)
        {
            snapshot = new BookSnapshot(Listing.Venue, Listing.Instrument, picture.Number, picture.SourceTime,
                Read(picture.Bids.AsSpan(0, picture.BidCount)), Read(picture.Asks.AsSpan(0, picture.AskCount)));
        }
        return snapshot;
    }

    private void Arrive() => visible = ring[arrived++ % OnTheWayMax];

    private BookLevel[] Read(ReadOnlySpan<SourceLevel> levels)
    {
        var read = new BookLevel[levels.Length];
        for (var i = 0; i < levels.Length; i++)
        {
            read[i] = new(Px(levels[i].PxTicks), Qty(levels[i].Lots));
        }
        return read;
    }

    private sealed class Picture
    {
        public readonly SourceLevel[] Bids = new SourceLevel[MarketWindow.LevelsMax], Asks = new SourceLevel[MarketWindow.LevelsMax];
        public long DueTicks, Number;
        public DateTimeOffset SourceTime;
        public int BidCount, AskCount;
    }
}

using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Simulation.Market;

namespace Ems.Execution.Venues.Paper.Market;

/// <summary>Work for benchmarks to time: plain enumeration, nothing else.</summary>
public static class MarketReplaySpeed
{
    /// <summary>Enumerates <paramref name="span"/> of market time of every listing, one after the other; returns the number of events.</summary>
    public static long Events(IMarketSource source, IEnumerable<Listing> listings, DateTimeOffset start, TimeSpan span)
    {
        long events = 0;
        foreach (var listing in listings)
        {
            foreach (var e in source.Events(listing.Venue, listing.Instrument, start))
            {
                if (e.Time - start >= span)
                {
                    break;
                }
                events++;
            }
        }
        return events;
    }

    /// <summary>Decodes every frame of a raw Binance file and applies its diffs to a book; returns the number of frames.</summary>
    public static long BinanceFrames(string file)
    {
        using var lines = new GzipLineReader(file);
        var frame = new BinanceFrame();
        var book = new BinanceBook();
        long frames = 0;
        for (; lines.Read(); frames++)
        {
            frame.Decode(lines);
            if (frame.Kind == BinanceFrameKind.Snapshot)
            {
                book.Load(frame);
            }
            else if (frame.Kind == BinanceFrameKind.Depth && book.HasSnapshot)
            {
                book.Update(frame);
            }
        }
        return frames;
    }
}

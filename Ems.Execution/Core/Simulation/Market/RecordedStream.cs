using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Simulation.Market;

/// <summary>
/// How one listing is fed: which recording, how far into it the listing runs ahead of the others, the factor on its sizes, and
/// how late the venue follows the reference price.
/// </summary>
public sealed record RecordedStreamPlan(
    VenueId Venue, InstrumentId Instrument, IRecording Recording, RecordingSurvey Survey,
    PricePath Reference, long OffsetMs, double SizeScale, long LagMs);

/// <summary>
/// One listing's endless events. Which row of the recording plays is a function of absolute time (Unix time modulo the
/// recording's length), so every venue agrees on the price whenever it starts, and a restart finds the market where it would be.
/// </summary>
internal sealed class RecordedStream
{
    /// <summary>Silence, milliseconds, after which the next grid step shows the last shape again, so that a living book never looks stale.</summary>
    public const long RequoteMs = 500;

    private const long WarmUpMs = 5_000;

    private readonly RecordedStreamPlan plan;
    private readonly BookShaper shaper;
    private readonly RecordedBook book = new();
    private Ema mean = new(RecordingSurvey.EmaTauMs);
    private long lastEmitMs = long.MinValue / 2;
    private (long Bid, long Ask) lastTouch;

    public RecordedStream(RecordedStreamPlan plan, Listing listing)
    {
        this.plan = plan;
        shaper = new BookShaper(listing, plan.SizeScale);
    }

    /// <summary>Events from <paramref name="start"/> on. Enumerate an instance once.</summary>
    public IEnumerable<MarketEvent> Events(DateTimeOffset start)
    {
        var startMs = start.ToUnixTimeMilliseconds();
        var length = plan.Survey.LengthMs;
        var playMs = startMs + plan.OffsetMs - Mod(startMs + plan.OffsetMs, length) - plan.OffsetMs;
        var beatMs = startMs;
        for (; ; playMs += length)
        {
            mean.Reset();
            using var replay = new Replay(plan.Recording);
            while (replay.MoveNext())
            {
                var at = playMs + replay.AtMs;
                for (; beatMs < at; beatMs = NextBeat(beatMs))
                {
                    if (Requote(beatMs) is { } requote)
                    {
                        yield return requote;
                    }
                }
                if (replay.Kind == RecordedKind.Book && at >= startMs - WarmUpMs)
                {
                    replay.ReadBook(book);
                    if (!book.IsTwoSided)
                    {
                        continue;
                    }
                    mean.Update(at, book.Mid);
                    if (at >= startMs)
                    {
                        yield return Show(at);
                    }
                }
                else if (replay.Kind == RecordedKind.Trade && at >= startMs && Print(replay.ReadTrade(book), at) is { } print)
                {
                    yield return print;
                }
            }
        }
    }

    private BookEvent Show(long at)
    {
        shaper.Place(book, Reference(at), book.Mid / mean.Value - 1);
        lastTouch = (shaper.BidTicks, shaper.AskTicks);
        lastEmitMs = at;
        return new BookEvent(plan.Venue, plan.Instrument, DateTimeOffset.FromUnixTimeMilliseconds(at),
            shaper.Side(book.Bids, Side.Buy), shaper.Side(book.Asks, Side.Sell));
    }

    // The recorded makers follow the reference: they requote when it leaves their touch, and show the same book again when
    // the recording is silent for long.
    private BookEvent? Requote(long at)
    {
        if (!book.IsTwoSided)
        {
            return null;
        }
        shaper.Place(book, Reference(at), book.Mid / mean.Value - 1);
        return (shaper.BidTicks, shaper.AskTicks) != lastTouch || at - lastEmitMs >= RequoteMs ? Show(at) : null;
    }

    private TradeEvent? Print(RecordedTrade trade, long at) => lastEmitMs > 0 && shaper.Trade(trade) is var (px, qty)
        ? new TradeEvent(plan.Venue, plan.Instrument, DateTimeOffset.FromUnixTimeMilliseconds(at), px, qty, trade.Aggressor)
        : null;

    private double Reference(long at) => plan.Reference.At(at - plan.LagMs);

    private long NextBeat(long at) => at + PricePath.StepMs - Mod(at - plan.LagMs, PricePath.StepMs);

    private static long Mod(long a, long n) => (a % n + n) % n;
}

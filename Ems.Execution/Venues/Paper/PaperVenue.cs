using System.Threading.Channels;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Market;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ems.Execution.Venues.Paper;

/// <summary>
/// One simulated exchange: a single-threaded loop over what is due, be it a command that has travelled, a market event, or a report
/// that may leave. Everything one round changes is recorded in one commit before any of its reports leaves. When its record cannot
/// be written, or its own rules break, it closes: nothing more is taken and nothing is told that is not recorded.
/// </summary>
public sealed partial class PaperVenue : IAsyncDisposable
{
    private static readonly TimeSpan LongestNap = TimeSpan.FromSeconds(1);

    /// <summary>A feed further behind than this is opened anew instead of being read through.</summary>
    private static readonly TimeSpan ReopenAfter = TimeSpan.FromMinutes(1);
    private const int MarketEventsPerRoundMax = 2_000, SkippedPerRoundMax = 20_000;

    private readonly Channel<(long DueTicks, Action Run, bool Counted)> inbox;
    private readonly PriorityQueue<(Action Run, bool Counted), (long DueTicks, long Number)> later = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly PaperOptions options;
    private readonly PaperExchangeStore store;
    private readonly PaperExchangeReader record;
    private readonly PaperFaults faults;
    private readonly PaperDice dice;
    private readonly IMarketSource source;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Dictionary<InstrumentId, PaperInstrument> instruments = [];
    private readonly PriorityQueue<(PaperInstrument Instrument, IEnumerator<MarketEvent> Events), DateTimeOffset> feed = new();
    private long number, publicDue;
    private int waiting;
    private volatile Exception? closed;
    private Task? loop;

    /// <summary>Makes the venue and loads its record; <see cref="Start"/> opens it.</summary>
    public PaperVenue(PaperVenueSpec spec, PaperOptions options, PaperExchangeStore store, PaperFaults faults, IMarketSource source, TimeProvider time, ILogger<PaperVenue>? logger = null)
    {
        Spec = options.Venues.TryGetValue(spec.Venue.Value, out var changes) ? changes.ApplyTo(spec) : spec;
        (this.options, this.store, this.faults, this.source, this.time) = (options, store, faults, source, time);
        this.logger = logger ?? NullLogger<PaperVenue>.Instance;
        // Not a bounded channel: what the record says is durable must always find its way back; commands are counted instead.
        inbox = Channel.CreateUnbounded<(long, Action, bool)>();
        dice = new PaperDice(SeededRandom.Hash(spec.Venue.Value) ^ options.Seed);
        foreach (var listing in Spec.Listings)
        {
            instruments[listing.Instrument] = new PaperInstrument(listing, PaperVenueSpec.Instruments.First(i => i.Id == listing.Instrument), this);
        }
        opening = store.NextOpening(spec.Venue);
        record = store.OpenReader();
        Load();
    }

    /// <summary>What it lists and how far away it is.</summary>
    public PaperVenueSpec Spec { get; }

    /// <summary>Commands and questions that have not been worked on yet.</summary>
    public int QueueLength => Volatile.Read(ref waiting);

    /// <summary>Why the venue is closed, or null while it is open.</summary>
    public Exception? ClosedBy => closed;

    /// <summary>Opens the venue: history, then the live feed.</summary>
    public void Start()
    {
        var now = Now;
        foreach (var instrument in instruments.Values)
        {
            instrument.Candles.Load(source.History(Spec.Venue, instrument.Listing.Instrument, now));
            Feed(instrument, source.Events(Spec.Venue, instrument.Listing.Instrument, now).GetEnumerator());
        }
        PaperLog.Opened(logger, Spec.Venue, opening, orders.OpenCount, source.Name);
        // The first books are there when the venue opens, so that nobody meets an empty market.
        Round();
        foreach (var instrument in instruments.Values)
        {
            instrument.PublishNow();
        }
        loop = Task.Run(RunAsync);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (stopping.IsCancellationRequested)
        {
            return;
        }
        await stopping.CancelAsync();
        inbox.Writer.TryComplete();
        if (loop is not null)
        {
            await loop;
        }
        while (feed.TryDequeue(out var head, out _))
        {
            head.Events.Dispose();
        }
        record.Dispose();
        stopping.Dispose();
    }

    internal PaperFaultSettings Faults => faults.Of(Spec.Venue);

    internal ulong Seed => options.Seed;

    internal DateTimeOffset Now => time.GetUtcNow();

    internal PaperInstrument? Find(InstrumentId id) => instruments.GetValueOrDefault(id);

    /// <summary>Runs something on the loop after a delay.</summary>
    internal void Post(TimeSpan delay, Action run) => PostAt(Now.UtcTicks + delay.Ticks, run);

    /// <summary>Runs something on the loop at a moment; two of the same moment run in the order posted.</summary>
    /// <exception cref="IOException">The venue is closed, or too much waits already.</exception>
    internal void PostAt(long dueTicks, Action run)
    {
        if (closed is { } why)
        {
            throw new IOException($"{Spec.Venue} is closed: {why.Message}", why);
        }
        if (Interlocked.Increment(ref waiting) > options.QueueMax || !inbox.Writer.TryWrite((dueTicks, run, true)))
        {
            Interlocked.Decrement(ref waiting);
            throw new IOException($"{Spec.Venue} does not take more messages now.");
        }
    }

    /// <summary>One way, or nothing when latency is off.</summary>
    internal TimeSpan OneWay() => (options.Latency ? dice.Latency(Spec) : TimeSpan.Zero) + TimeSpan.FromMilliseconds(Faults.ExtraDelayMs);

    /// <summary>Market data leaves in order after the median latency. On the loop only.</summary>
    internal void Publish(Action tell)
    {
        var due = Now.UtcTicks + TimeSpan.FromMilliseconds((options.Latency ? Spec.LatencyMs : 0) + Faults.ExtraDelayMs).Ticks;
        publicDue = Math.Max(publicDue, due);
        if (publicDue <= Now.UtcTicks)
        {
            tell();
        }
        else
        {
            Enqueue(publicDue, tell);
        }
    }

    /// <summary>Runs something one way later. On the loop only.</summary>
    internal void AfterOneWay(Action run) => Enqueue(Now.UtcTicks + OneWay().Ticks, run);

    private void Enqueue(long dueTicks, Action run) => later.Enqueue((run, false), (dueTicks, ++number));

    private void Close(Exception why)
    {
        if (closed is null)
        {
            closed = why;
            PaperLog.Closed(logger, Spec.Venue, why);
        }
    }

    private async Task RunAsync()
    {
        var readable = inbox.Reader.WaitToReadAsync(stopping.Token).AsTask();
        try
        {
            while (!stopping.IsCancellationRequested && closed is null)
            {
                var nap = Round();
                if (nap <= TimeSpan.Zero)
                {
                    continue;
                }
                if (readable.IsCompleted)
                {
                    if (!await readable)
                    {
                        return;
                    }
                    if (inbox.Reader.Count > 0)
                    {
                        continue;
                    }
                    readable = inbox.Reader.WaitToReadAsync(stopping.Token).AsTask();
                }
                using var wake = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
                // Up to whole milliseconds: a shorter delay is none at all, and the loop would spin until the clock moves.
                var sleep = Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(nap.TotalMilliseconds)), time, wake.Token);
                await Task.WhenAny(readable, sleep);
                await wake.CancelAsync();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Closing down.
        }
        catch (Exception e)
        {
            Close(e);
        }
    }

    /// <summary>Does all that is due; returns how long nothing is.</summary>
    private TimeSpan Round()
    {
        while (inbox.Reader.TryRead(out var item))
        {
            later.Enqueue((item.Run, item.Counted), (item.DueTicks, ++number));
        }
        var now = Now;
        Pump(now);
        while (later.TryPeek(out var next, out var due) && due.DueTicks <= now.UtcTicks)
        {
            later.Dequeue();
            if (next.Counted)
            {
                Interlocked.Decrement(ref waiting);
            }
            next.Run();
            TrimReduceOnly();
        }
        Commit();
        foreach (var instrument in instruments.Values)
        {
            instrument.PublishIfChanged(now);
        }
        return inbox.Reader.Count > 0 ? TimeSpan.Zero : NextDue(now + LongestNap) - Now;
    }

    private DateTimeOffset NextDue(DateTimeOffset latest)
    {
        if (later.TryPeek(out _, out var first) && first.DueTicks < latest.UtcTicks)
        {
            latest = new DateTimeOffset(first.DueTicks, TimeSpan.Zero);
        }
        return feed.TryPeek(out _, out var at) && at < latest ? at : latest;
    }

    /// <summary>Applies the market events that are due. After a stall it skips to the present instead of replaying the past in a burst.</summary>
    private void Pump(DateTimeOffset now)
    {
        var oldest = now - TimeSpan.FromMilliseconds(options.CatchUpMsMax);
        var (applied, skipped, down) = (0, 0, Faults.Disconnected);
        while (applied < MarketEventsPerRoundMax && skipped < SkippedPerRoundMax && feed.TryPeek(out var head, out var at) && at <= now)
        {
            feed.Dequeue();
            if (now - at > ReopenAfter)
            {
                PaperLog.SkippedAhead(logger, Spec.Venue, head.Instrument.Listing.Instrument, (now - at).TotalMilliseconds);
                head.Events.Dispose();
                Feed(head.Instrument, source.Events(Spec.Venue, head.Instrument.Listing.Instrument, now).GetEnumerator());
                skipped++;
                continue;
            }
            if (at >= oldest && !down)
            {
                head.Instrument.Apply(head.Events.Current);
                TrimReduceOnly();
                applied++;
            }
            else
            {
                skipped++;
            }
            Feed(head.Instrument, head.Events);
        }
    }

    private void Feed(PaperInstrument instrument, IEnumerator<MarketEvent> events)
    {
        if (events.MoveNext())
        {
            feed.Enqueue((instrument, events), events.Current.Time);
        }
    }
}

using System.Threading.Channels;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Market;

namespace Ems.Execution.Venues.Paper;

/// <summary>
/// One simulated exchange: a single-threaded loop over what is due, be it a command that has travelled, a market event, or a report
/// that may leave. Everything one round changes is recorded in one commit before any of its reports leaves.
/// </summary>
public sealed partial class PaperVenue : IAsyncDisposable
{
    private static readonly TimeSpan LongestNap = TimeSpan.FromSeconds(1);
    private const int MarketEventsPerRoundMax = 2_000;

    private readonly Channel<(long DueTicks, Action Run)> inbox;
    private readonly PriorityQueue<Action, (long DueTicks, long Number)> later = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly PaperOptions options;
    private readonly PaperExchangeStore store;
    private readonly PaperFaults faults;
    private readonly PaperDice dice;
    private readonly IMarketSource source;
    private readonly TimeProvider time;
    private readonly Dictionary<InstrumentId, PaperInstrument> instruments = [];
    private readonly PriorityQueue<(PaperInstrument Instrument, IEnumerator<MarketEvent> Events), DateTimeOffset> feed = new();
    private long number;
    private Task? loop;

    /// <summary>Makes the venue and loads its record; <see cref="Start"/> opens it.</summary>
    public PaperVenue(PaperVenueSpec spec, PaperOptions options, PaperExchangeStore store, PaperFaults faults, IMarketSource source, TimeProvider time)
    {
        (Spec, this.options, this.store, this.faults, this.source, this.time) = (spec, options, store, faults, source, time);
        inbox = Channel.CreateBounded<(long, Action)>(new BoundedChannelOptions(options.QueueMax) { SingleReader = true });
        dice = new PaperDice(SeededRandom.Hash(spec.Venue.Value) ^ options.Seed);
        epoch = time.GetUtcNow().UtcTicks.ToString("x", System.Globalization.CultureInfo.InvariantCulture);
        foreach (var listing in spec.Listings)
        {
            instruments[listing.Instrument] = new PaperInstrument(listing, PaperVenueSpec.Instruments.First(i => i.Id == listing.Instrument), this);
        }
        Load();
    }

    /// <summary>What it lists and how far away it is.</summary>
    public PaperVenueSpec Spec { get; }

    /// <summary>Commands and reports waiting.</summary>
    public int QueueLength => inbox.Reader.Count;

    /// <summary>Opens the venue: history, then the live feed.</summary>
    public void Start()
    {
        var now = Now;
        foreach (var instrument in instruments.Values)
        {
            instrument.Candles.Load(source.History(Spec.Venue, instrument.Listing.Instrument, now));
            var events = source.Events(Spec.Venue, instrument.Listing.Instrument, now).GetEnumerator();
            if (events.MoveNext())
            {
                feed.Enqueue((instrument, events), events.Current.Time);
            }
        }
        // The first books are there when the venue opens, so that nobody meets an empty market.
        Round();
        loop = Task.Run(RunAsync);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        inbox.Writer.TryComplete();
        if (loop is not null)
        {
            await loop;
        }
        stopping.Dispose();
    }

    internal PaperFaultSettings Faults => faults.Of(Spec.Venue);

    internal DateTimeOffset Now => time.GetUtcNow();

    internal PaperInstrument? Find(InstrumentId id) => instruments.GetValueOrDefault(id);

    /// <summary>Runs something on the loop after a delay.</summary>
    internal void Post(TimeSpan delay, Action run) => PostAt(Now.UtcTicks + delay.Ticks, run);

    /// <summary>Runs something on the loop at a moment; two of the same moment run in the order posted.</summary>
    internal void PostAt(long dueTicks, Action run)
    {
        if (!inbox.Writer.TryWrite((dueTicks, run)))
        {
            throw new IOException($"{Spec.Venue} does not take more messages now.");
        }
    }

    /// <summary>One way, or nothing when latency is off.</summary>
    internal TimeSpan OneWay() => (options.Latency ? dice.Latency(Spec) : TimeSpan.Zero) + TimeSpan.FromMilliseconds(Faults.ExtraDelayMs);

    private async Task RunAsync()
    {
        var readable = inbox.Reader.WaitToReadAsync(stopping.Token).AsTask();
        try
        {
            while (!stopping.IsCancellationRequested)
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
                var sleep = Task.Delay(nap, time, wake.Token);
                await Task.WhenAny(readable, sleep);
                await wake.CancelAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // Closing.
        }
    }

    /// <summary>Does all that is due; returns how long nothing is.</summary>
    private TimeSpan Round()
    {
        while (inbox.Reader.TryRead(out var item))
        {
            later.Enqueue(item.Run, (item.DueTicks, ++number));
        }
        var now = Now;
        Pump(now);
        while (later.TryPeek(out var run, out var due) && due.DueTicks <= now.UtcTicks)
        {
            later.Dequeue();
            run();
        }
        Commit();
        foreach (var instrument in instruments.Values)
        {
            instrument.PublishIfChanged(now);
        }
        var next = now + LongestNap;
        if (later.TryPeek(out _, out var first) && first.DueTicks < next.UtcTicks)
        {
            next = new DateTimeOffset(first.DueTicks, TimeSpan.Zero);
        }
        if (feed.TryPeek(out _, out var at) && at < next)
        {
            next = at;
        }
        return inbox.Reader.Count > 0 ? TimeSpan.Zero : next - Now;
    }

    /// <summary>Applies the market events that are due. After a stall it skips to the present instead of replaying the past in a burst.</summary>
    private void Pump(DateTimeOffset now)
    {
        var oldest = now - TimeSpan.FromMilliseconds(options.CatchUpMsMax);
        var down = Faults.Disconnected;
        for (var n = 0; n < MarketEventsPerRoundMax && feed.TryPeek(out var head, out var at) && at <= now; n++)
        {
            feed.Dequeue();
            var (instrument, events) = head;
            if (at >= oldest && !down)
            {
                instrument.Apply(events.Current);
            }
            else
            {
                n--;
            }
            if (events.MoveNext())
            {
                feed.Enqueue(head, events.Current.Time);
            }
        }
    }
}

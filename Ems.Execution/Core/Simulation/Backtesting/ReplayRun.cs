using Ems.Execution.Core.Accounts;
using Ems.Execution.Core.Execution;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;

namespace Ems.Execution.Core.Simulation.Backtesting;

/// <summary>One replay: what is due next, be it a market event, a message that arrives, or an algo's own time.</summary>
internal sealed partial class ReplayRun
{
    private static readonly AccountId Account = new("REPLAY");
    /// <summary>How often watching algos see the market; the engine's default.</summary>
    private static readonly long PulseTicks = TimeSpan.FromMilliseconds(100).Ticks;
    /// <summary>More than any order needs, in any asset.</summary>
    private const decimal Ample = 1_000_000_000_000m;

    private readonly ReplayInput input;
    private readonly MarketWindow window;
    private readonly DecisionDigest digest;
    private readonly InstrumentCatalog catalog;
    private readonly AccountState state;
    private readonly PreTradeRisk risk = new();
    private readonly DecisionPath path;
    private readonly Dictionary<VenueId, SimulatedVenue> venues;
    private readonly SimulatedVenue?[] byStream;
    private readonly ReplayMarket market;
    private readonly PriorityQueue<Action, (long Ticks, long No)> queue = new();
    private long number, marketEvents, decisions;
    private DateTimeOffset now;
    private bool live, pulsing;

    public ReplayRun(ReplayInput input, MarketWindow window, DecisionDigest digest)
    {
        (this.input, this.window, this.digest) = (input, window, digest);
        catalog = new InstrumentCatalog(input.Instruments, input.Venues.SelectMany(v => v.Listings));
        var instruments = input.Instruments.ToDictionary(i => i.Id);
        venues = input.Venues.ToDictionary(v => v.Venue, v => new SimulatedVenue(v, instruments, input.Seed));
        byStream = [.. window.Listings.Select(l => venues.TryGetValue(l.Venue, out var v) && v.Find(l.Instrument) is not null ? v : null)];
        CheckSteps();
        market = new ReplayMarket(catalog, venues);
        foreach (var (instrument, minutes) in input.VolumeBefore)
        {
            market.Tape(instrument, 0).Volumes.Load(minutes, input.From);
        }
        state = new AccountState(catalog);
        path = new DecisionPath(state, catalog, risk);
    }

    public ReplayResult Run()
    {
        now = input.From;
        waiting = input.Orders.Count;
        Open();
        foreach (var order in input.Orders.OrderBy(o => o.SubmitAt))
        {
            At((order.SubmitAt > input.From ? order.SubmitAt : input.From).UtcTicks, () => Submit(order));
        }
        var rows = window.Rows;
        var next = window.IndexOf(input.From);
        while (true)
        {
            var marketAt = next < rows.Length ? rows[next].Ticks : long.MaxValue;
            var queuedAt = queue.TryPeek(out _, out var due) ? due.Ticks : long.MaxValue;
            if (Math.Min(marketAt, queuedAt) > input.To.UtcTicks || (waiting == 0 && state.LiveParents.Count == 0))
            {
                break;
            }
            if (marketAt <= queuedAt)
            {
                now = MarketWindow.At(marketAt);
                Apply(rows[next++]);
            }
            else
            {
                now = MarketWindow.At(Math.Max(queuedAt, now.UtcTicks));
                queue.Dequeue()();
            }
        }
        return new(Results(), digest.Text(), marketEvents, decisions, now);
    }

    /// <summary>The first books of the window count as there when the replay starts; the account is opened with its money.</summary>
    private void Open()
    {
        state.Apply(new AccountOpened(Account, "Replay", input.Limits, input.Seed, now, Engine));
        var balances = input.Balances.Count > 0 ? input.Balances
            : [.. input.Venues.SelectMany(v => v.Listings.SelectMany(l => new[] { catalog.Find(l.Instrument)!.Base, catalog.Find(l.Instrument)!.Quote }).Distinct()
                .Select(a => new ReplayBalance(v.Venue, a, Ample)))];
        foreach (var b in balances)
        {
            state.Apply(new Deposited(b.Venue, b.Asset, b.Amount, $"{b.Venue}/{b.Asset}", now, Engine));
        }
    }

    private void Apply(in WindowRow row)
    {
        marketEvents++;
        if (byStream[row.Stream] is not { } venue)
        {
            return;
        }
        var listing = window.Listings[row.Stream];
        venue.Apply(window, row, listing.Instrument);
        if (row.IsTrade)
        {
            var trade = window.Bids(row)[0];
            market.Print(listing.Venue, listing.Instrument, trade.PxTicks * listing.TickSize, trade.Lots * listing.LotSize, row.Aggressor, row.Ticks);
        }
        Spoke(venue, listing.Instrument);
    }

    /// <summary>Whatever the venue has just done is on its way: reports to the account, the book and its prints to everybody.</summary>
    private void Spoke(SimulatedVenue venue, InstrumentId instrument)
    {
        foreach (var (listing, px, qty, aggressor) in venue.Prints)
        {
            market.Print(venue.Venue, listing.Instrument, px, qty, aggressor, now.UtcTicks);
        }
        venue.Prints.Clear();
        if (venue.Outbox.Count > 0)
        {
            var reports = venue.Outbox.ToArray();
            venue.Outbox.Clear();
            At(venue.AnswersAt(now.UtcTicks), () => Hear(reports));
        }
        if (live)
        {
            venue.Book(instrument).Publish(now.UtcTicks);
        }
    }

    /// <summary>From the first order on somebody looks at the books.</summary>
    private void GoLive()
    {
        if (live)
        {
            return;
        }
        live = true;
        foreach (var listing in input.Venues.SelectMany(v => v.Listings))
        {
            // As if it had been sent one latency ago, so that nobody meets an empty market.
            venues[listing.Venue].Book(listing.Instrument).Publish(now.UtcTicks - venues[listing.Venue].PublicDelay.Ticks);
        }
    }

    private void At(long ticks, Action run) => queue.Enqueue(run, (ticks, ++number));

    private void CheckSteps()
    {
        for (var i = 0; i < byStream.Length; i++)
        {
            if (byStream[i]?.Book(window.Listings[i].Instrument).Listing is { } listing && (listing.TickSize != window.Listings[i].TickSize || listing.LotSize != window.Listings[i].LotSize))
            {
                throw new ArgumentException($"{listing.Venue} lists {listing.Instrument} with another tick or lot than the window was recorded with.", nameof(input));
            }
        }
    }
}

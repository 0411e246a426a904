using System.Threading.Channels;
using Ems.Execution.Core.Accounts;
using Ems.Execution.Core.Analytics;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Engine.Hosting;
using Ems.Execution.Engine.MarketData;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Ems.Execution.Engine.Analytics;

/// <summary>
/// Keeps what cost analysis needs, beside trading: accounts drop notes of what they journaled, and a few times a second the recorder
/// looks up the market as it was at each note's own moment and writes. So the order path pays for one enqueue.
/// </summary>
public sealed class CostRecorder(
    AnalyticsStore store, MarketHistory history, MarketDataHub market, CostReader reader, TimeProvider time, IOptions<AnalyticsOptions> options, EngineMetrics metrics, ILogger<CostRecorder> logger)
    : BackgroundService
{
    /// <summary>After an order's end until its last mark-out is in.</summary>
    internal static readonly TimeSpan Settling = MarkOuts.Horizons[^1] + TimeSpan.FromSeconds(10);
    private const int InstrumentsWatchedMax = 64;
    private const int FinishedPerBatchMax = 20;
    private const int BacklogMax = 200_000;
    private static readonly TimeSpan Before = TimeSpan.FromMinutes(10);

    private readonly Channel<Note> notes = Channel.CreateBounded<Note>(new BoundedChannelOptions(options.Value.NotesWaitingMax) { SingleReader = true });
    private readonly DateTimeOffset started = time.GetUtcNow();
    private readonly PriorityQueue<MarkRow, DateTimeOffset> due = new();
    private readonly HashSet<(AccountId, VenueId, string, int)> waiting = [];
    private readonly PriorityQueue<(AccountId Account, ClOrdId Parent), DateTimeOffset> finishing = new();
    private readonly Dictionary<InstrumentId, InstrumentWatch> watches = [];
    private readonly List<Action<AnalyticsStore>> writes = [];
    private DateTimeOffset prunedAt;
    private int stopped;

    /// <summary>Notes an event of an account, live or folded again; never waits. Spec is its parent's.</summary>
    public void See(AccountId account, AccountEvent e, ParentSpec? spec)
    {
        // A long journal is folded in one go: what is older than the longest mark-out can tell nothing new.
        if (spec is null || !IsOfUse(e) || e.Time < started - Settling)
        {
            return;
        }
        Drop(new(account, e, spec));
    }

    /// <summary>Notes an order that was alive when its account was folded.</summary>
    public void SeeLiving(AccountId account, ParentSpec spec) => Drop(new(account, null, spec));

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        // A host may stop twice, the second time when the file is closed already.
        if (Interlocked.Exchange(ref stopped, 1) == 0)
        {
            Turn(time.GetUtcNow());
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Not on the thread that starts the host.
        await Task.Yield();
        foreach (var instrument in market.Catalog.Instruments.Take(InstrumentsWatchedMax))
        {
            history.Watch(instrument.Id);
        }
        foreach (var mark in store.DueMarks())
        {
            Await(mark);
        }
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(options.Value.BatchMs), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                Turn(time.GetUtcNow());
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // StopAsync takes the last turn.
        }
    }

    private static bool IsOfUse(AccountEvent e) => e switch
    {
        ParentReceived or ParentActivated or ParentEnded or ParentDenied => true,
        AlgoDecided x => x.Slices.Count > 0,
        ChildReported x => x.Report.ExecType == ExecType.Trade,
        _ => false,
    };

    private void Drop(Note note)
    {
        if (!notes.Writer.TryWrite(note))
        {
            metrics.AnalyticsDropped.Add(1);
        }
    }

    /// <summary>One round: notes, due mark-outs, seconds, finished orders, then one transaction.</summary>
    internal void Turn(DateTimeOffset now)
    {
        try
        {
            while (writes.Count < BacklogMax && notes.Reader.TryRead(out var note))
            {
                Take(note);
            }
            TakeMarks(now);
            TakeSeconds(now);
            Finish(now);
            if (now - prunedAt > TimeSpan.FromHours(1))
            {
                prunedAt = now;
                foreach (var instrument in market.Catalog.Instruments)
                {
                    writes.Add(s => s.DropSecondsBefore(instrument.Id, now - TimeSpan.FromDays(options.Value.SecondsKeptDays)));
                }
            }
            if (writes.Count > 0)
            {
                store.Write(writes);
                writes.Clear();
            }
        }
        catch (Exception e)
        {
            // What was to be written is tried again with the next batch, up to the bound.
            EngineLog.AnalyticsFailed(logger, writes.Count, e);
        }
    }

    private void Take(Note note)
    {
        var (account, e, spec) = note;
        var watch = WatchOf(spec.Instrument);
        switch (e)
        {
            case null:
                watch.Living.Add((account, spec.ClOrdId));
                return;
            case ParentReceived:
                watch.Living.Add((account, spec.ClOrdId));
                Keep(account, spec, QuoteKind.Decision, "", e.Time);
                break;
            case ParentActivated { ArrivalPx: null }:
                // Else the journal has it.
                Keep(account, spec, QuoteKind.Arrival, "", e.Time);
                break;
            case AlgoDecided x:
                foreach (var child in x.Slices.SelectMany(s => s.Children))
                {
                    Keep(account, spec, QuoteKind.Send, child.ClOrdId.Value, e.Time);
                }
                break;
            case ChildReported x:
                TakeFill(account, spec, x.Report);
                break;
            case ParentEnded or ParentDenied:
                Keep(account, spec, QuoteKind.End, "", e.Time);
                watch.Living.Remove((account, spec.ClOrdId));
                finishing.Enqueue((account, spec.ClOrdId), e.Time + Settling);
                break;
        }
        // Also after the end, for the mark-outs and the leak meter's controls.
        watch.Until = Later(watch.Until, e.Time + Settling);
    }

    private void TakeFill(AccountId account, ParentSpec spec, ExecutionReport r)
    {
        Keep(account, spec, QuoteKind.Fill, $"{r.Venue}/{r.ExecId}", r.TransactTime);
        if (!WatchOf(spec.Instrument).Living.Contains((account, spec.ClOrdId)))
        {
            // A late fill changes a finished cost.
            writes.Add(s => s.DropCost(account, spec.ClOrdId));
            finishing.Enqueue((account, spec.ClOrdId), r.TransactTime + Settling);
        }
        for (var h = 0; h < MarkOuts.Horizons.Count; h++)
        {
            var mark = new MarkRow(account, spec.ClOrdId, r.Venue, r.ExecId, h, r.TransactTime + MarkOuts.Horizons[h], spec.Instrument,
                spec.Venues is null ? "" : string.Join(',', spec.Venues), false, null);
            writes.Add(s => s.Put(mark));
            Await(mark);
        }
    }

    private void Await(MarkRow mark)
    {
        if (waiting.Add((mark.Account, mark.Venue, mark.ExecId, mark.Horizon)))
        {
            due.Enqueue(mark, mark.Due);
            var watch = WatchOf(mark.Instrument);
            watch.Until = Later(watch.Until, mark.Due);
        }
    }

    /// <summary>A mark-out whose moment passed while nothing ran is taken from the kept seconds, or is missing for good.</summary>
    private void TakeMarks(DateTimeOffset now)
    {
        while (due.TryPeek(out var mark, out var at) && at <= now)
        {
            due.Dequeue();
            waiting.Remove((mark.Account, mark.Venue, mark.ExecId, mark.Horizon));
            var taken = mark with { Done = true, Quote = Lookup(mark.Instrument, mark.Due, v => mark.Venues.Length == 0 || mark.Venues.Split(',').Contains(v.Value)) };
            writes.Add(s => s.Put(taken));
        }
    }

    private void TakeSeconds(DateTimeOffset now)
    {
        var last = now.ToUnixTimeSeconds() - 1;
        foreach (var (instrument, watch) in watches)
        {
            if (watch.Living.Count == 0 && watch.Until < now)
            {
                continue;
            }
            // A market nobody traded begins with the minutes before: the leak meter's controls.
            var from = Math.Max(watch.Saved + 1, (now - Before).ToUnixTimeSeconds());
            for (var second = from; second <= last; second++)
            {
                foreach (var row in history.Second(instrument, second))
                {
                    writes.Add(s => s.Put(row));
                }
            }
            watch.Saved = Math.Max(watch.Saved, last);
        }
    }

    private void Finish(DateTimeOffset now)
    {
        for (var i = 0; i < FinishedPerBatchMax && finishing.TryPeek(out var order, out var at) && at <= now; i++)
        {
            finishing.Dequeue();
            _ = reader.Find(order.Account, order.Parent);
        }
        while (reader.TryTakeFinished(out var account, out var cost))
        {
            writes.Add(s => s.Put(account, cost));
        }
    }

    private void Keep(AccountId account, ParentSpec spec, QuoteKind kind, string reference, DateTimeOffset at)
    {
        var row = new QuoteRow(account, spec.ClOrdId, kind, reference, spec.Instrument, at, Lookup(spec.Instrument, at, spec.Allows));
        writes.Add(s => s.Put(row));
    }

    private Quote? Lookup(InstrumentId instrument, DateTimeOffset at, Func<VenueId, bool> allowed) =>
        history.At(instrument, at, allowed) is { } known ? known
        : at > started ? null
        : MarketHistory.Best(store.Seconds(instrument, at.ToUnixTimeSeconds(), at.ToUnixTimeSeconds()).Where(s => allowed(s.Venue)).Select(s => s.Quote));

    private InstrumentWatch WatchOf(InstrumentId instrument)
    {
        if (!watches.TryGetValue(instrument, out var watch))
        {
            watches[instrument] = watch = new();
        }
        return watch;
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private readonly record struct Note(AccountId Account, AccountEvent? Event, ParentSpec Spec);

    private sealed class InstrumentWatch
    {
        public HashSet<(AccountId, ClOrdId)> Living { get; } = [];
        public DateTimeOffset Until { get; set; }
        public long Saved { get; set; }
    }
}

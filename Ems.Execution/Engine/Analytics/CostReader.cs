using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Ems.Execution.Core.Accounts;
using Ems.Execution.Core.Analytics;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Engine.MarketData;
using Ems.Execution.Engine.Storage;
using Microsoft.Extensions.Options;

namespace Ems.Execution.Engine.Analytics;

/// <summary>A cost with what its page draws. Final: over, and every mark-out has been taken or is missing.</summary>
/// <param name="Facts">What it was computed from.</param>
public sealed record CostView(OrderCost Cost, OrderFacts Facts, OrdStatus OrdStatus, bool Final);

/// <summary>Reads the cost of orders out of their journal and what was recorded beside it; may run beside the engine.</summary>
public sealed class CostReader(JournalReader journal, AnalyticsStore store, MarketDataHub market, TimeProvider time, IOptions<AnalyticsOptions> options)
{
    /// <summary>Controls of the leak meter reach this far before and after an order.</summary>
    private static readonly TimeSpan Around = TimeSpan.FromMinutes(10);
    /// <summary>An order that lives longer is compared over its last days: bounds what one page reads.</summary>
    private static readonly TimeSpan IntervalMax = TimeSpan.FromDays(3);

    private const int FinishedWaitingMax = 10_000;
    private readonly ConcurrentQueue<(AccountId, OrderCost)> finished = new();

    /// <summary>Most orders in one report.</summary>
    public int OrdersMax => options.Value.OrdersMax;

    /// <summary>The cost of one order as of now; null when there is no such order or it was never accepted.</summary>
    public CostView? Find(AccountId account, ClOrdId clOrdId)
    {
        var life = Life.Of(journal.AllRowsOf(account, clOrdId).Select(r => AccountJson.Read(r.Payload)));
        if (life is null)
        {
            return null;
        }
        var now = time.GetUtcNow();
        var facts = FactsOf(account, life, now);
        var final = life.EndedAt is { } end && now >= life.Fills.Select(f => f.Report.TransactTime).Append(end).Max() + CostRecorder.Settling;
        var cost = OrderCost.Of(facts);
        if (final && finished.Count < FinishedWaitingMax)
        {
            finished.Enqueue((account, cost));
        }
        return new(cost, facts, life.OrdStatus, final);
    }

    /// <summary>A cost that came out final and is to be kept, so that the next report need not compute it again.</summary>
    internal bool TryTakeFinished(out AccountId account, [NotNullWhen(true)] out OrderCost? cost)
    {
        (account, cost) = finished.TryDequeue(out var next) ? next : default;
        return cost is not null;
    }

    /// <summary>The costs of all accepted orders received in a period, oldest first, and whether there are more than the bound.</summary>
    public (IReadOnlyList<OrderCost> Orders, bool TooMany) Between(AccountId account, DateTimeOffset from, DateTimeOffset to)
    {
        var ids = journal.ParentsBetween(account, from, to, OrdersMax + 1);
        if (ids.Count > OrdersMax)
        {
            return ([], true);
        }
        return ([.. ids.Zip(store.CostsOf(account, ids), (id, kept) => kept ?? Find(account, id)?.Cost).OfType<OrderCost>()], false);
    }

    private OrderFacts FactsOf(AccountId account, Life life, DateTimeOffset now)
    {
        var spec = life.Spec;
        var quotes = store.QuotesOf(account, spec.ClOrdId);
        var marks = store.MarksOf(account, spec.ClOrdId).ToDictionary(m => (m.Venue, m.ExecId, m.Horizon), m => m.Quote?.Mid);
        var end = life.EndedAt ?? now;
        var from = Later(life.StartedAt ?? life.ReceivedAt, end - IntervalMax);
        var seconds = Seconds(spec, from - Around, end + Around);
        var mids = seconds.Where(s => s.Quote is not null).ToDictionary(s => s.Start.ToUnixTimeSeconds(), s => s.Quote!.Value.Mid);
        var arrival = life.ArrivalPx ?? Mid(QuoteKind.Arrival);
        // What started in the turn that received it had one market for both.
        var decision = life.StartedAt == life.ReceivedAt ? arrival ?? Mid(QuoteKind.Decision) : Mid(QuoteKind.Decision) ?? MidAt(life.ReceivedAt);
        var close = life.EndedAt is null ? MarketHistory.Best(market.FreshBooks(spec.Instrument, spec.Venues).Where(b => spec.Allows(b.Venue))
            .Select(b => b.BestBid is { } bid && b.BestAsk is { } ask ? new Quote(bid, ask) : (Quote?)null))?.Mid : Mid(QuoteKind.End) ?? MidAt(end);
        var fills = life.Fills.Select(f => new CostFill(f.Report.ExecId, f.Report.Venue, f.Report.LastQty, f.Report.LastPx, f.Report.Commission - f.Report.Gas, f.Report.LastLiquidityInd,
            f.Report.TransactTime, quotes.GetValueOrDefault((QuoteKind.Send, f.Report.ClOrdId.Value)), quotes.GetValueOrDefault((QuoteKind.Fill, $"{f.Report.Venue}/{f.Report.ExecId}")),
            [.. Enumerable.Range(0, MarkOuts.Horizons.Count).Select(h => marks.GetValueOrDefault((f.Report.Venue, f.Report.ExecId, h)))], f.Report.Gas)).ToList();
        var sends = store.Sends(account, spec.Instrument, from - Around, end + Around).Select(s => new ChildSend(s.At, s.Parent == spec.ClOrdId)).ToList();
        var leak = LeakMeter.Take(spec.Side, sends, from - Around, Earlier(end + Around, now), MidAt);
        var (first, last) = (from.ToUnixTimeSeconds(), end.ToUnixTimeSeconds());
        return new(spec.ClOrdId, spec.Instrument, spec.Side, spec.Strategy, life.Trader, life.ReceivedAt, life.StartedAt, life.EndedAt, spec.OrderQty,
            decision, arrival, close, fills, WithGaps([.. seconds.Where(s => s.Start.ToUnixTimeSeconds() is var n && n >= first && n <= last)], first, last), leak);

        decimal? Mid(QuoteKind kind) => quotes.GetValueOrDefault((kind, ""))?.Mid;

        decimal? MidAt(DateTimeOffset at) => mids.TryGetValue(at.ToUnixTimeSeconds(), out var mid) ? mid : null;
    }

    private List<MarketSecond> Seconds(ParentSpec spec, DateTimeOffset from, DateTimeOffset to) =>
    [
        .. store.Seconds(spec.Instrument, from.ToUnixTimeSeconds(), to.ToUnixTimeSeconds()).Where(s => spec.Allows(s.Venue)).GroupBy(s => s.Second).OrderBy(g => g.Key)
            .Select(g => new MarketSecond(DateTimeOffset.FromUnixTimeSeconds(g.Key), MarketHistory.Best(g.Select(s => s.Quote)), g.Sum(s => s.Qty), g.Sum(s => s.Notional))),
    ];

    /// <summary>Seconds that were not seen are seconds too: they count against the covered share.</summary>
    private static List<MarketSecond> WithGaps(List<MarketSecond> seen, long first, long last)
    {
        var all = new List<MarketSecond>((int)(last - first + 1));
        var next = 0;
        for (var second = first; second <= last; second++)
        {
            var known = next < seen.Count && seen[next].Start.ToUnixTimeSeconds() == second;
            all.Add(known ? seen[next++] : new MarketSecond(DateTimeOffset.FromUnixTimeSeconds(second), null, 0m, 0m));
        }
        return all;
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    /// <summary>One order's life out of its journal.</summary>
    private sealed record Life(ParentSpec Spec, string Trader, DateTimeOffset ReceivedAt)
    {
        public DateTimeOffset? StartedAt { get; private set; }
        public DateTimeOffset? EndedAt { get; private set; }
        public decimal? ArrivalPx { get; private set; }
        public OrdStatus OrdStatus { get; private set; } = OrdStatus.New;
        public ParentSpec Spec { get; private set; } = Spec;
        public List<ChildReported> Fills { get; } = [];

        /// <summary>Null when the events are no accepted order.</summary>
        public static Life? Of(IEnumerable<AccountEvent> events)
        {
            Life? life = null;
            foreach (var e in events)
            {
                switch (e)
                {
                    case ParentReceived x:
                        life = new(x.Spec, x.Actor, x.Time);
                        break;
                    case ParentDenied:
                        return null;
                    case ParentActivated x:
                        (life!.StartedAt, life.ArrivalPx) = (x.Time, x.ArrivalPx);
                        break;
                    case ParentReplaced x:
                        life!.Spec = x.Spec;
                        break;
                    case ChildReported { Report.ExecType: ExecType.Trade } x:
                        life!.Fills.Add(x);
                        life.OrdStatus = life.EndedAt is null ? OrdStatus.PartiallyFilled : life.OrdStatus;
                        break;
                    case ParentEnded x:
                        (life!.EndedAt, life.OrdStatus) = (x.Time, x.OrdStatus);
                        break;
                }
            }
            return life;
        }
    }
}

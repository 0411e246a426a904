using Ems.Execution.Core.Accounts;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Analytics;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Engine.Analytics;
using Ems.Execution.Engine.Hosting;
using Ems.Execution.Engine.MarketData;
using Ems.Execution.Engine.Storage;
using Ems.Execution.Venues;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Ems.Execution.Tests.Engine;

/// <summary>The recorder under a clock of its own: five minutes pass in no time.</summary>
public sealed class CostRecorderTests : IAsyncDisposable
{
    private static readonly AccountId A1 = new("A1");
    private static readonly InstrumentId Btc = new("BTC-USDT");
    private static readonly VenueId Alpha = new("ALPHA"), Bravo = new("BRAVO");
    private readonly string folder = Directory.CreateTempSubdirectory("ems-recorder-").FullName;
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 3, 2, 10, 0, 0, TimeSpan.Zero));
    private readonly Feed alpha, bravo;
    private readonly JournalWriter journal;
    private readonly AnalyticsStore store;
    private readonly CostReader reader;
    private readonly CostRecorder recorder;
    private readonly List<JournalRow> rows = [];

    public CostRecorderTests()
    {
        (alpha, bravo) = (new(Alpha, time), new(Bravo, time));
        var market = new MarketDataHub([alpha, bravo], time);
        var options = Options.Create(new AnalyticsOptions());
        journal = new(Path.Combine(folder, "journal.db"));
        store = new(Path.Combine(folder, "analytics.db"));
        var history = new MarketHistory(market, time);
        history.Watch(Btc);
        reader = new(new JournalReader(Path.Combine(folder, "journal.db")), store, market, time, options);
        recorder = new(store, history, market, reader, time, options, new EngineMetrics(), NullLogger<CostRecorder>.Instance);
    }

    [Fact]
    public async Task Every_moment_gets_the_quote_of_its_own_time_and_the_cost_is_kept_when_the_last_mark_out_is_in()
    {
        Quotes(100m);
        Run(2);
        var spec = new ParentSpec(new("o"), Btc, Side.Buy, 2m, null, "TWAP", new Dictionary<string, string>());
        await SeeAsync(new ParentReceived(spec, "h", 1, [], Now, "ann"), spec);
        // The market moves before the recorder looks: the note keeps its own moment.
        time.Advance(TimeSpan.FromMilliseconds(10));
        Quotes(101m);
        await SeeAsync(new ParentActivated(spec.ClOrdId, 101m, NoMemory.Value, Now, "engine"), spec);
        var child = new Order(new("o-1"), spec.ClOrdId, 1, Alpha, Btc, Side.Buy, OrdType.Limit, 1m, 103m, TimeInForce.Ioc, false, false, Now, "");
        await SeeAsync(new AlgoDecided(spec.ClOrdId, null, [new(1, 1m, "", [child], new([], [], 0m, null), [])], [], null, Now, "engine"), spec);
        time.Advance(TimeSpan.FromMilliseconds(10));
        Quotes(102m);
        var fill = new ExecutionReport(Alpha, A1, child.ClOrdId, "1", "e1", ExecType.Trade, OrdStatus.Filled, 1m, 1m, 0m, 1m, 101.5m, LastLiquidityInd.Removed, 0.1m, new("USDT"), Now);
        await SeeAsync(new ChildReported(spec.ClOrdId, fill, Now, "ALPHA"), spec);
        await SeeAsync(new ParentEnded(spec.ClOrdId, OrdStatus.Canceled, "Canceled", "", Now, "engine"), spec);
        Run(1);
        Quotes(103m);
        Run(4);
        store.CostsOf(A1, [spec.ClOrdId]).Single().ShouldBeNull();
        Quotes(104m);
        Run(20);
        Quotes(106m);
        Run(300);

        var cost = store.CostsOf(A1, [spec.ClOrdId]).Single()!;
        cost.Trader.ShouldBe("ann");
        var s = cost.Split!.Value;
        // Decided at 100, arrived and sent on 101 (100.5/101.5), closed at 102; one of two filled at 101.5.
        (s.Delay, s.Timing, s.Spread, s.Impact, s.Opportunity, s.Fees).ShouldBe((2m, 0m, 0.5m, 0m, 1m, 0.1m));
        cost.MarkOuts.Select(m => Math.Round(m.Bps.Mean!.Value * 101.5m / 10_000m, 6)).ShouldBe([0.5m, 2.5m, 4.5m, 4.5m]);
        cost.Missing.ShouldBeEmpty();
        reader.Between(A1, Now.AddHours(-1), Now).Orders.ShouldBeEmpty("it is in no read model here");
    }

    [Fact]
    public async Task A_silent_feed_is_missing_and_an_order_sees_only_its_own_venues()
    {
        Quotes(100m);
        var spec = new ParentSpec(new("o"), Btc, Side.Buy, 2m, null, "TWAP", new Dictionary<string, string>(), Venues: [Bravo]);
        bravo.Quote(90m);
        await SeeAsync(new ParentReceived(spec, "h", 1, [], Now, "ann"), spec);
        time.Advance(TimeSpan.FromSeconds(10));
        await SeeAsync(new ParentActivated(spec.ClOrdId, null, NoMemory.Value, Now, "engine"), spec);
        recorder.Turn(Now);
        var quotes = store.QuotesOf(A1, spec.ClOrdId);
        quotes[(QuoteKind.Decision, "")]!.Value.Mid.ShouldBe(90m);
        quotes[(QuoteKind.Arrival, "")].ShouldBeNull();
    }

    [Fact]
    public async Task The_minutes_before_an_order_are_kept_for_the_leak_meter_and_a_quiet_market_is_not()
    {
        Run(30);
        store.Seconds(Btc, 0, long.MaxValue).ShouldBeEmpty();
        Quotes(100m);
        alpha.Print(2m, 100m);
        Run(5);
        var before = Now.ToUnixTimeSeconds();
        var spec = new ParentSpec(new("o"), Btc, Side.Buy, 2m, null, "TWAP", new Dictionary<string, string>());
        await SeeAsync(new ParentReceived(spec, "h", 1, [], Now, "ann"), spec);
        recorder.Turn(Now);
        var kept = store.Seconds(Btc, 0, before - 1);
        kept.Count(k => k.Venue == Alpha && k.Quote is not null).ShouldBeGreaterThanOrEqualTo(4);
        kept.Sum(k => k.Notional).ShouldBe(200m);
    }

    private DateTimeOffset Now => time.GetUtcNow();

    private void Quotes(decimal mid)
    {
        alpha.Quote(mid);
        bravo.Quote(mid);
    }

    /// <summary>Seconds go by with unchanged books.</summary>
    private void Run(int seconds)
    {
        for (var i = 0; i < seconds; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            alpha.Repeat();
            bravo.Repeat();
            recorder.Turn(Now);
        }
    }

    private async Task SeeAsync(AccountEvent e, ParentSpec spec)
    {
        var row = JournalRow.Chain(A1, rows.Count + 1, e.Parent, e.Time, AccountJson.Write(e), rows.Count > 0 ? rows[^1].Hash : JournalRow.Genesis);
        rows.Add(row);
        await journal.AppendAsync([row], ProjectionChange.None);
        recorder.See(A1, e, spec);
    }

    public async ValueTask DisposeAsync()
    {
        await journal.DisposeAsync();
        store.Dispose();
        Directory.Delete(folder, true);
    }

    private sealed class Feed(VenueId venue, TimeProvider time) : IMarketDataClient
    {
        private Action<BookSnapshot>? onBook;
        private Action<MarketTrade>? onTrade;
        private BookSnapshot? last;
        private long sequence;

        public VenueId Venue => venue;

        public IReadOnlyList<Listing> Listings => [new(venue, Btc, 0.1m, 0.001m, 0.001m, 1m, 100m, 0m, 0.001m)];

        public IReadOnlyList<Instrument> Instruments => [new(Btc, new("BTC"), new("USDT"))];

        public BookSnapshot? Book(InstrumentId instrument) => last;

        public IReadOnlyList<Candle> Candles(InstrumentId instrument, int max) => [];

        public IDisposable Subscribe(InstrumentId instrument, Action<BookSnapshot>? book, Action<MarketTrade>? trade)
        {
            (onBook, onTrade) = (book, trade);
            return new StringReader("");
        }

        public void Quote(decimal mid)
        {
            last = new(venue, Btc, ++sequence, time.GetUtcNow(), [new(mid - 0.5m, 1m)], [new(mid + 0.5m, 1m)]);
            onBook?.Invoke(last);
        }

        public void Repeat()
        {
            if (last is { } book)
            {
                last = book with { Sequence = ++sequence, Time = time.GetUtcNow() };
                onBook?.Invoke(last);
            }
        }

        public void Print(decimal qty, decimal px) => onTrade?.Invoke(new(venue, Btc, ++sequence, px, qty, Side.Buy, time.GetUtcNow()));
    }
}

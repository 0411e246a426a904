using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Ledger;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Engine.Accounts;
using Ems.Execution.Engine.MarketData;
using Ems.Web.Client.Contracts;
using Ems.Web.Client.Services;
using Ems.Web.Features.Push;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Ems.Web.Tests;

/// <summary>The account stream against an engine that keeps changing, read by the page's own store.</summary>
public sealed class AccountStreamTests
{
    private static readonly AccountId Account = new("a");
    private readonly PushOptions options = new() { AccountIntervalMs = 1, BatchesWaitingMax = 10_000, SnapshotWaitMs = 500, RowsWaitingMax = 1_000_000 };
    private readonly PushMetrics metrics = new();
    private readonly Engine engine = new();

    [Fact]
    public async Task Whoever_joins_while_the_engine_changes_sees_every_change_once_and_in_order()
    {
        var stream = Stream();
        using var stop = new CancellationTokenSource();
        var publishing = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                stream.Publish(engine.Change());
                if (engine.Seq % 7 == 0)
                {
                    await Task.Yield();
                }
            }
        });
        for (var round = 0; round < 40; round++)
        {
            var page = new Page();
            var (snapshot, subscription) = await stream.JoinAsync(page.Outbox(options, metrics), engine.ViewSlowly, default);
            page.Store.Load(snapshot);
            var shown = Balance(page.Store);
            await page.ReadAsync(5, batch =>
            {
                page.Store.Apply(batch).ShouldBeTrue($"batch {batch.Seq} does not follow");
                // A balance that only ever grows must never be seen going back.
                Balance(page.Store).ShouldBeGreaterThanOrEqualTo(shown);
                shown = Balance(page.Store);
            });
            subscription.Dispose();
        }
        await stop.CancelAsync();
        await publishing;
    }

    [Fact]
    public async Task After_the_last_change_the_page_shows_what_the_engine_has()
    {
        var stream = Stream();
        var page = new Page();
        var (snapshot, _) = await stream.JoinAsync(page.Outbox(options, metrics), engine.View, default);
        page.Store.Load(snapshot);
        for (var i = 0; i < 500; i++)
        {
            stream.Publish(engine.Change());
        }
        await page.UntilAsync(batch => page.Store.Apply(batch).ShouldBeTrue(), () => Balance(page.Store) == engine.Total);
    }

    [Fact]
    public async Task A_change_that_is_on_its_way_when_the_view_is_taken_is_neither_lost_nor_shown_after_newer_ones()
    {
        var stream = Stream();
        stream.Publish(engine.Change());
        var late = engine.Change();
        var viewed = engine.ViewNow();
        var page = new Page();
        var joining = stream.JoinAsync(page.Outbox(options, metrics), () => Task.FromResult(viewed), default);
        joining.IsCompleted.ShouldBeFalse("the snapshot holds a change that has not come yet");
        stream.Publish(late);
        var (snapshot, _) = await joining;
        page.Store.Load(snapshot);
        Balance(page.Store).ShouldBe(engine.Total);
        stream.Publish(engine.Change());
        await page.UntilAsync(batch => page.Store.Apply(batch).ShouldBeTrue(), () => Balance(page.Store) == engine.Total);
    }

    [Fact]
    public async Task A_lost_change_makes_every_page_load_again()
    {
        var stream = Stream();
        stream.Publish(engine.Change());
        var page = await JoinedAsync(stream);
        engine.Change();
        stream.Publish(engine.Change());
        await NeedsSnapshotAsync(page);
    }

    [Fact]
    public async Task A_new_owner_of_the_account_makes_every_page_load_again()
    {
        var stream = Stream();
        stream.Publish(engine.Change());
        var page = await JoinedAsync(stream);
        engine.Restart();
        stream.Publish(engine.Change());
        await NeedsSnapshotAsync(page);
    }

    [Fact]
    public async Task A_new_owner_seen_first_by_a_newcomer_makes_the_others_load_again()
    {
        var stream = Stream();
        stream.Publish(engine.Change());
        var first = await JoinedAsync(stream);
        engine.Restart();
        var second = await JoinedAsync(stream);
        await NeedsSnapshotAsync(first);
        stream.Publish(engine.Change());
        await second.UntilAsync(batch => second.Store.Apply(batch).ShouldBeTrue(), () => Balance(second.Store) == engine.Total);
    }

    [Fact]
    public async Task A_page_that_does_not_keep_up_loses_batches_sees_the_gap_and_holds_up_nobody()
    {
        var tight = new PushOptions { AccountIntervalMs = 1, BatchesWaitingMax = 2 };
        var stream = new AccountStream(Account, Market(), TimeProvider.System, tight, metrics, NullLogger.Instance);
        stream.Publish(engine.Change());
        var slow = new Page();
        var (start, _) = await stream.JoinAsync(slow.Outbox(tight, metrics), engine.View, default);
        slow.Store.Load(start);
        var quick = new Page();
        var (other, _) = await stream.JoinAsync(quick.Outbox(options, metrics), engine.View, default);
        quick.Store.Load(other);
        for (var i = 0; i < 20; i++)
        {
            stream.Publish(engine.Change());
            await quick.UntilAsync(batch => quick.Store.Apply(batch).ShouldBeTrue(), () => Balance(quick.Store) == engine.Total);
        }
        // One was in hand and two were waiting.
        await slow.ReadAsync(3, batch => slow.Store.Apply(batch).ShouldBeTrue());
        stream.Publish(engine.Change());
        await slow.ReadAsync(1, batch => slow.Store.Apply(batch).ShouldBeFalse("what was dropped must show as a gap"));
        var (again, _) = await stream.JoinAsync(slow.Last, engine.View, default);
        slow.Store.Load(again);
        Balance(slow.Store).ShouldBe(engine.Total);
    }

    [Fact]
    public async Task Changes_within_the_interval_are_one_batch_of_newest_rows()
    {
        var time = new FakeTimeProvider();
        var stream = new AccountStream(Account, Market(), time, new PushOptions { AccountIntervalMs = 100 }, metrics, NullLogger.Instance);
        stream.Publish(engine.Change());
        var page = await JoinedAsync(stream);
        stream.Publish(engine.Change());
        await page.ReadAsync(1, batch => page.Store.Apply(batch).ShouldBeTrue());
        for (var i = 0; i < 50; i++)
        {
            stream.Publish(engine.Change());
        }
        for (var i = 0; i < 100 && page.Waiting == 0; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(5);
        }
        await page.ReadAsync(1, batch =>
        {
            page.Store.Apply(batch).ShouldBeTrue();
            batch.Balances.Count.ShouldBe(1);
            batch.Fills.Count.ShouldBe(50);
        });
        Balance(page.Store).ShouldBe(engine.Total);
    }

    private async Task<Page> JoinedAsync(AccountStream stream)
    {
        var page = new Page();
        var (snapshot, _) = await stream.JoinAsync(page.Outbox(options, metrics), engine.View, default);
        page.Store.Load(snapshot);
        return page;
    }

    private static async Task NeedsSnapshotAsync(Page page) => await page.ReadAsync(1, batch => page.Store.Apply(batch).ShouldBeFalse());

    private AccountStream Stream() => new(Account, Market(), TimeProvider.System, options, metrics, NullLogger.Instance);

    private static MarketDataHub Market() => new([], TimeProvider.System);

    private static decimal Balance(BlotterStore store) => store.Balances.Single().Total;

    /// <summary>One balance that grows by one and one fill with every change.</summary>
    private sealed class Engine
    {
        private readonly Lock gate = new();
        private string epoch = "e1";

        public long Seq { get; private set; }

        public decimal Total { get; private set; }

        public AccountDelta Change()
        {
            lock (gate)
            {
                (Seq, Total) = (Seq + 1, Total + 1);
                return new(Account, epoch, Seq, [], [], [Fill(Total)], [Row(Total)], [], KillLevel.None);
            }
        }

        public void Restart()
        {
            lock (gate)
            {
                (epoch, Seq, Total) = (epoch + "'", 0, Total + 1);
            }
        }

        public Task<AccountView> View() => Task.FromResult(ViewNow());

        public async Task<AccountView> ViewSlowly()
        {
            await Task.Yield();
            var view = ViewNow();
            await Task.Delay(2);
            return view;
        }

        public AccountView ViewNow()
        {
            lock (gate)
            {
                return new(Account, "", epoch, Seq, [], [], [], [Row(Total)], [], KillLevel.None, new RiskLimits());
            }
        }

        private static VenueBalance Row(decimal total) => new(new VenueId("V"), new Asset("USDT"), total, 0m);

        private static FillView Fill(decimal n) => new(new ExecutionReport(new VenueId("V"), Account, new ClOrdId("c"), null, "x" + n, ExecType.Trade, OrdStatus.Filled,
            1m, 1m, 0m, 1m, 1m, LastLiquidityInd.Added, 0m, new Asset("USDT"), DateTimeOffset.UnixEpoch), new ClOrdId("p"), new InstrumentId("BTC-USDT"), Side.Buy);
    }

    /// <summary>A connection that reads when it is told to.</summary>
    private sealed class Page : ITradingHubClient
    {
        private readonly SemaphoreSlim wanted = new(0);
        private readonly System.Threading.Channels.Channel<AccountBatch> read = System.Threading.Channels.Channel.CreateUnbounded<AccountBatch>();
        private int handed;

        public BlotterStore Store { get; } = new();

        public Outbox Last { get; private set; } = null!;

        /// <summary>Batches handed to the connection and not asked for.</summary>
        public int Waiting => handed;

        public Outbox Outbox(PushOptions options, PushMetrics metrics)
        {
            Last = new Outbox("c", options.BatchesWaitingMax, metrics);
            _ = Last.PumpAsync(this);
            return Last;
        }

        public async Task OnAccount(AccountBatch batch)
        {
            Interlocked.Increment(ref handed);
            await wanted.WaitAsync();
            Interlocked.Decrement(ref handed);
            await read.Writer.WriteAsync(batch);
        }

        public Task OnMarket(MarketBatch batch) => Task.CompletedTask;

        public async Task ReadAsync(int count, Action<AccountBatch> then)
        {
            for (var i = 0; i < count; i++)
            {
                wanted.Release();
                then(await read.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10)));
            }
        }

        public async Task UntilAsync(Action<AccountBatch> then, Func<bool> holds)
        {
            for (var i = 0; !holds(); i++)
            {
                i.ShouldBeLessThan(1_000);
                await ReadAsync(1, then);
            }
        }
    }
}

using System.Threading.Channels;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.OnChain.Runtime;
using Microsoft.Extensions.Logging;

namespace Ems.Execution.Venues.OnChain.Pools;

/// <summary>
/// Order entry of a venue of pools. An order is one swap, all of it or nothing: it is New when its transaction was sent, and trades only when
/// that is final; what a block says before can still be undone and is not told. Gas, also of a swap that reverted, is charged in quote units
/// at the coin's price. One loop does everything in turn, so that messages never overtake each other and a question is answered after the
/// commands sent before it.
/// </summary>
public sealed partial class PoolExecutionClient : IExecutionClient, IPaperFunding, IAsyncDisposable
{
    private const int QueueMax = 10_000;
    private readonly PoolVenueSpec spec;
    private readonly ChainRuntime chain;
    private readonly PoolVenueStore store;
    private readonly PoolMarketDataClient market;
    private readonly IPoolDesk desk;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Channel<Func<CancellationToken, Task>> work = Channel.CreateBounded<Func<CancellationToken, Task>>(new BoundedChannelOptions(QueueMax) { SingleReader = true });
    private readonly Dictionary<(AccountId Account, ClOrdId Id), PoolOrder> open = [];
    private readonly Dictionary<AccountId, List<ChannelWriter<ExecutionReport>>> listeners = [];
    private readonly CancellationTokenSource stopping = new();
    private readonly IDisposable blocks;
    private readonly Task loop;
    private readonly long opening;
    private long execNo;
    private int ticks;

    /// <summary>Opens the venue on its record.</summary>
    public PoolExecutionClient(PoolVenueSpec spec, ChainRuntime chain, PoolVenueStore store, PoolMarketDataClient market, IPoolDesk desk, TimeProvider time, ILogger<PoolExecutionClient> logger)
    {
        (this.spec, this.chain, this.store, this.market, this.desk, this.time, this.logger) = (spec, chain, store, market, desk, time, logger);
        opening = store.NextOpening(spec.Venue);
        foreach (var order in store.Open(spec.Venue))
        {
            open[(order.Account, order.ClOrdId)] = order;
        }
        blocks = chain.OnBlock(_ =>
        {
            // One look waits at a time, however slow the last one was.
            if (Interlocked.Exchange(ref ticks, 1) == 0 && !work.Writer.TryWrite(TickAsync))
            {
                Volatile.Write(ref ticks, 0);
            }
            return Task.CompletedTask;
        });
        loop = Task.Run(RunAsync);
    }

    /// <inheritdoc/>
    public VenueId Venue => spec.Venue;

    /// <inheritdoc/>
    public VenueCapabilities Capabilities => new([TimeInForce.Ioc, TimeInForce.Fok], PostOnly: false, ReduceOnly: false, Replace: false, TimeSpan.FromSeconds(10),
        // Twice what it takes usually: a block can be late, and a node slow.
        FinalAfter: 2 * TimeSpan.FromMilliseconds(chain.Profile.FinalityMs));

    /// <inheritdoc/>
    public ValueTask SubmitAsync(RiskApproved<VenueOrder> order, CancellationToken ct) => work.Writer.WriteAsync(stop => NewAsync(order.Value, stop), ct);

    /// <inheritdoc/>
    public ValueTask CancelAsync(VenueCancel cancel, CancellationToken ct) => work.Writer.WriteAsync(stop => CancelAsync(cancel.Account, cancel.OrigClOrdId, stop), ct);

    /// <inheritdoc/>
    public ValueTask ReplaceAsync(RiskApproved<VenueReplace> replace, CancellationToken ct) => work.Writer.WriteAsync(_ =>
    {
        RefuseCancel(replace.Value.Account, replace.Value.OrigClOrdId, "NOT_SUPPORTED", "a swap cannot be changed");
        return Task.CompletedTask;
    }, ct);

    /// <inheritdoc/>
    public Task<ExecutionReport?> QueryOrderAsync(AccountId account, ClOrdId clOrdId, CancellationToken ct) => AskAsync(() => Find(account, clOrdId) is { } order ? Status(order) : null, ct);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ExecutionReport>> QueryOpenOrdersAsync(AccountId account, CancellationToken ct) =>
        AskAsync<IReadOnlyList<ExecutionReport>>(() => [.. open.Values.Where(o => o.Account == account).Select(Status)], ct);

    /// <inheritdoc/>
    public Task<IReadOnlyList<(long FillNo, ExecutionReport Fill)>> QueryFillsAsync(AccountId account, long afterFillNo, int max, CancellationToken ct) =>
        AskAsync(() => store.Fills(Venue, account, afterFillNo, max), ct);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Money>> QueryBalancesAsync(AccountId account, CancellationToken ct) => AskAsync(() => store.Balances(Venue, account), ct);

    /// <inheritdoc/>
    public IDisposable Subscribe(AccountId account, ChannelWriter<ExecutionReport> reports)
    {
        lock (listeners)
        {
            (listeners.TryGetValue(account, out var all) ? all : listeners[account] = []).Add(reports);
        }
        desk.Prepare(account);
        return new Unsubscriber(() =>
        {
            lock (listeners)
            {
                listeners.GetValueOrDefault(account)?.Remove(reports);
            }
        });
    }

    /// <inheritdoc/>
    public async Task DepositAsync(AccountId account, Money amount, string reference, CancellationToken ct)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reference);
        // The record is what counts; the wallet is filled up to it before its first swap.
        if (await AskAsync(() => store.Deposit(Venue, account, amount, reference), ct).ConfigureAwait(false))
        {
            desk.Prepare(account);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        blocks.Dispose();
        await stopping.CancelAsync().ConfigureAwait(false);
        work.Writer.TryComplete();
        await loop.ConfigureAwait(false);
        stopping.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (var next in work.Reader.ReadAllAsync(stopping.Token).ConfigureAwait(false))
            {
                try
                {
                    await next(stopping.Token).ConfigureAwait(false);
                }
                catch (Exception e) when (e is not OperationCanceledException || !stopping.IsCancellationRequested)
                {
                    // What was not told stays in doubt, and the engine asks.
                    WorkFailed(logger, Venue.Value, e);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The venue is closed.
        }
    }

    private Task<T> AskAsync<T>(Func<T> read, CancellationToken ct)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!work.Writer.TryWrite(_ =>
        {
            try
            {
                done.TrySetResult(read());
            }
            catch (Exception e)
            {
                done.TrySetException(e);
            }
            return Task.CompletedTask;
        }))
        {
            throw new IOException($"{Venue} is closed or too busy.");
        }
        return done.Task.WaitAsync(ct);
    }

    private PoolOrder? Find(AccountId account, ClOrdId id) => open.TryGetValue((account, id), out var order) ? order : store.Order(Venue, account, id);

    private ExecutionReport Status(PoolOrder order) => order.Report(Venue, $"status-{order.SwapId}", ExecType.OrderStatus, time.GetUtcNow()) with
    {
        Commission = order.CumQty == 0m ? order.Commission : 0m, CommCurrency = QuoteOf(order),
    };

    private static Asset QuoteOf(PoolOrder order) => PoolVenueSpec.Instruments.First(i => i.Id == order.Instrument).Quote;

    private string NextExecId() => $"{Venue}-{opening}-{++execNo}";

    private void Tell(ExecutionReport report)
    {
        lock (listeners)
        {
            foreach (var listener in listeners.GetValueOrDefault(report.Account) ?? [])
            {
                // Full means that its account is far behind: it will ask.
                _ = listener.TryWrite(report);
            }
        }
    }

    private void RefuseCancel(AccountId account, ClOrdId id, string code, string text)
    {
        var now = time.GetUtcNow();
        var word = Find(account, id)?.Report(Venue, NextExecId(), ExecType.CancelRejected, now) ?? new ExecutionReport(Venue, account, id, null, NextExecId(), ExecType.CancelRejected,
            OrdStatus.Rejected, 0m, 0m, 0m, 0m, 0m, LastLiquidityInd.None, 0m, default, now);
        Tell(word with { RejectCode = code, Text = text });
    }

    private sealed class Unsubscriber(Action undo) : IDisposable
    {
        public void Dispose() => undo();
    }

    [LoggerMessage(2611, LogLevel.Warning, "{Venue}: something could not be done and is in doubt")]
    private static partial void WorkFailed(ILogger logger, string venue, Exception e);
}

using System.Threading.Channels;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;

namespace Ems.Execution.Venues.Paper;

/// <summary>Order entry of a paper venue: messages travel, may be lost by a fault, and never answer by themselves.</summary>
public sealed class PaperExecutionClient(PaperVenue venue) : IExecutionClient, IPaperFunding
{
    private readonly PaperDice dice = new(SeededRandom.Hash(venue.Spec.Venue.Value + "/client"));
    private readonly Dictionary<AccountId, long> lastIn = [];

    /// <inheritdoc/>
    public VenueId Venue => venue.Spec.Venue;

    /// <inheritdoc/>
    public VenueCapabilities Capabilities { get; } = new([TimeInForce.Gtc, TimeInForce.Ioc, TimeInForce.Fok, TimeInForce.Gtd], PostOnly: true, ReduceOnly: true, Replace: true, TimeSpan.FromSeconds(5));

    /// <inheritdoc/>
    public ValueTask SubmitAsync(RiskApproved<VenueOrder> order, CancellationToken ct) => Send(order.Value.Account, () => venue.New(order.Value));

    /// <inheritdoc/>
    public ValueTask CancelAsync(VenueCancel cancel, CancellationToken ct) => Send(cancel.Account, () => venue.Cancel(cancel));

    /// <inheritdoc/>
    public ValueTask ReplaceAsync(RiskApproved<VenueReplace> replace, CancellationToken ct) => Send(replace.Value.Account, () => venue.Replace(replace.Value));

    /// <inheritdoc/>
    public Task<ExecutionReport?> QueryOrderAsync(AccountId account, ClOrdId clOrdId, CancellationToken ct) => Ask(() => venue.Status(account, clOrdId), ct);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ExecutionReport>> QueryOpenOrdersAsync(AccountId account, CancellationToken ct) => Ask(() => venue.Open(account), ct);

    /// <inheritdoc/>
    public Task<IReadOnlyList<(long FillNo, ExecutionReport Fill)>> QueryFillsAsync(AccountId account, long afterFillNo, int max, CancellationToken ct) =>
        // Read after the record is durable, so that a page never misses a fill whose report has left.
        AskLate(() => venue.Fills(account, afterFillNo, max), ct);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Money>> QueryBalancesAsync(AccountId account, CancellationToken ct) => Ask(() => venue.Balances(account), ct);

    /// <inheritdoc/>
    public IDisposable Subscribe(AccountId account, ChannelWriter<ExecutionReport> reports) => venue.Listen(account, reports);

    /// <inheritdoc/>
    public Task DepositAsync(AccountId account, Money amount, string reference, CancellationToken ct)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        venue.Post(TimeSpan.Zero, () => venue.Credit(account, amount, reference, _ => done.TrySetResult()));
        return done.Task.WaitAsync(ct);
    }

    private ValueTask Send(AccountId account, Action arrive)
    {
        ThrowIfDown();
        if (!dice.Hits(4, venue.Faults.DropCommand))
        {
            PostInOrder(account, arrive);
        }
        return ValueTask.CompletedTask;
    }

    /// <summary>One session: a message never overtakes the one before it.</summary>
    private void PostInOrder(AccountId account, Action arrive)
    {
        lock (lastIn)
        {
            var due = Math.Max(venue.Now.UtcTicks + venue.OneWay().Ticks, lastIn.GetValueOrDefault(account));
            lastIn[account] = due;
            venue.PostAt(due, arrive);
        }
    }

    private Task<T> Ask<T>(Func<T> read, CancellationToken ct)
    {
        ThrowIfDown();
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        venue.Post(venue.OneWay() + venue.OneWay(), () =>
        {
            var answer = read();
            venue.Answer(() => done.TrySetResult(answer));
        });
        return done.Task.WaitAsync(ct);
    }

    private Task<T> AskLate<T>(Func<T> read, CancellationToken ct)
    {
        ThrowIfDown();
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        venue.Post(venue.OneWay() + venue.OneWay(), () => venue.Answer(() => _ = Task.Run(() =>
        {
            try
            {
                done.TrySetResult(read());
            }
            catch (Exception e)
            {
                done.TrySetException(e);
            }
        }, CancellationToken.None)));
        return done.Task.WaitAsync(ct);
    }

    private void ThrowIfDown()
    {
        if (venue.Faults.Disconnected)
        {
            throw new IOException($"{Venue} is disconnected.");
        }
    }
}

using System.Threading.Channels;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;

namespace Ems.Execution.Venues.Paper;

/// <summary>Order entry of a paper venue: messages travel, may be lost by a fault, and never answer by themselves.</summary>
public sealed class PaperExecutionClient(PaperVenue venue) : IExecutionClient, IPaperFunding
{
    private readonly PaperDice dice = new(SeededRandom.Hash(venue.Spec.Venue.Value + "/client") ^ venue.Seed);
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
    public Task<ExecutionReport?> QueryOrderAsync(AccountId account, ClOrdId clOrdId, CancellationToken ct) => Ask(account, () => venue.Status(account, clOrdId), ct);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ExecutionReport>> QueryOpenOrdersAsync(AccountId account, CancellationToken ct) => Ask(account, () => venue.Open(account), ct);

    /// <inheritdoc/>
    public Task<IReadOnlyList<(long FillNo, ExecutionReport Fill)>> QueryFillsAsync(AccountId account, long afterFillNo, int max, CancellationToken ct) =>
        // Read after the record is durable, so that a page never misses a fill whose report has left.
        AskRecord(account, () => venue.Fills(account, afterFillNo, max), ct);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Money>> QueryBalancesAsync(AccountId account, CancellationToken ct) => Ask(account, () => venue.Balances(account), ct);

    /// <inheritdoc/>
    public IDisposable Subscribe(AccountId account, ChannelWriter<ExecutionReport> reports) => venue.Listen(account, reports);

    /// <inheritdoc/>
    public Task DepositAsync(AccountId account, Money amount, string reference, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(amount.Amount, 0m);
        ArgumentException.ThrowIfNullOrWhiteSpace(reference);
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        venue.Post(TimeSpan.Zero, () => venue.Credit(account, amount, reference, failure => Finish(done, true, failure)));
        return done.Task.WaitAsync(ct);
    }

    private ValueTask Send(AccountId account, Action arrive)
    {
        ThrowIfDown();
        if (!dice.Hits(PaperDraw.DropCommand, venue.Faults.DropCommand))
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

    /// <summary>
    /// A question travels behind the commands sent before it, so that "never heard of it" is no race with an order under way; it is
    /// answered with what is true when the answer leaves, once that is durable.
    /// </summary>
    private Task<T> Ask<T>(AccountId account, Func<T> read, CancellationToken ct) => Question<T>(account, done =>
    {
        var answer = read();
        venue.Answer(failure => Finish(done, answer, failure));
    }, ct);

    /// <summary>As <see cref="Ask"/>, but reads the record itself, after all that happened before is in it.</summary>
    private Task<T> AskRecord<T>(AccountId account, Func<T> read, CancellationToken ct) => Question<T>(account, done => venue.Answer(failure => _ = Task.Run(() =>
    {
        try
        {
            Finish(done, failure is null ? read() : default!, failure);
        }
        catch (Exception e)
        {
            done.TrySetException(e);
        }
    }, CancellationToken.None)), ct);

    private Task<T> Question<T>(AccountId account, Action<TaskCompletionSource<T>> answer, CancellationToken ct)
    {
        ThrowIfDown();
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        PostInOrder(account, () => venue.AfterOneWay(() =>
        {
            if (venue.Faults.Disconnected)
            {
                done.TrySetException(new IOException($"{Venue} is disconnected."));
                return;
            }
            answer(done);
        }));
        return done.Task.WaitAsync(ct);
    }

    private static void Finish<T>(TaskCompletionSource<T> done, T answer, Exception? failure)
    {
        if (failure is null)
        {
            done.TrySetResult(answer);
        }
        else
        {
            done.TrySetException(failure);
        }
    }

    private void ThrowIfDown()
    {
        if (venue.Faults.Disconnected)
        {
            throw new IOException($"{Venue} is disconnected.");
        }
    }
}

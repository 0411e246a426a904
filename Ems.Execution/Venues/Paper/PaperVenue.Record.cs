using System.Threading.Channels;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Venues.Paper;

/// <summary>The record and the way out: a report leaves only after what it says is durable.</summary>
public sealed partial class PaperVenue
{
    private static readonly TimeSpan HeldBack = TimeSpan.FromMilliseconds(250);

    private readonly List<PaperExchangeStore.Row> rows = [];
    private readonly List<(AccountId Account, ExecutionReport Report)> outbox = [];
    private readonly List<PaperOrder> endedNow = [];
    private readonly HashSet<AccountId> dirtyWallets = [];
    private readonly List<Action<Exception?>> answers = [];
    private readonly Dictionary<AccountId, long> lastOut = [];
    private readonly Dictionary<AccountId, ChannelWriter<ExecutionReport>[]> listeners = [];

    internal IDisposable Listen(AccountId account, ChannelWriter<ExecutionReport> reports)
    {
        lock (listeners)
        {
            listeners[account] = [.. listeners.GetValueOrDefault(account, []), reports];
        }
        return new Stop(() =>
        {
            lock (listeners)
            {
                listeners[account] = [.. listeners.GetValueOrDefault(account, []).Where(r => r != reports)];
            }
        });
    }

    /// <summary>Answers a question after everything it may depend on is durable; with the failure when it never will be.</summary>
    internal void Answer(Action<Exception?> answer) => answers.Add(answer);

    private void Emit(AccountId account, ExecutionReport report) => outbox.Add((account, report));

    /// <summary>Hands this round's changes to the record; its reports and answers follow when they are durable.</summary>
    private void Commit()
    {
        foreach (var account in dirtyWallets)
        {
            rows.AddRange(Wallet(account).Changes(Spec.Venue, account));
        }
        dirtyWallets.Clear();
        if (outbox.Count == 0 && answers.Count == 0)
        {
            return;
        }
        var (reports, replies, ended) = (outbox.ToArray(), answers.ToArray(), endedNow.ToArray());
        store.Append(rows.ToArray(), failure =>
        {
            if (failure is not null)
            {
                Close(failure);
            }
            Array.ForEach(replies, reply => reply(failure));
            if (failure is null)
            {
                inbox.Writer.TryWrite((0, () => Dispatch(reports, ended), false));
            }
        });
        rows.Clear();
        outbox.Clear();
        answers.Clear();
        endedNow.Clear();
    }

    private void Dispatch((AccountId Account, ExecutionReport Report)[] reports, PaperOrder[] ended)
    {
        Array.ForEach(ended, orders.Recorded);
        var now = Now.UtcTicks;
        foreach (var (account, report) in reports)
        {
            if (dice.Hits(PaperDraw.DropReport, Faults.DropReport))
            {
                continue;
            }
            // One session delivers in order, unless the fault says otherwise.
            var due = Math.Max(now + OneWay().Ticks, lastOut.GetValueOrDefault(account));
            if (dice.Hits(PaperDraw.Reorder, Faults.Reorder))
            {
                Enqueue(due + HeldBack.Ticks, () => Deliver(account, report));
                continue;
            }
            lastOut[account] = due;
            if (due <= now)
            {
                Deliver(account, report);
            }
            else
            {
                Enqueue(due, () => Deliver(account, report));
            }
        }
    }

    private void Deliver(AccountId account, ExecutionReport report)
    {
        if (Faults.Disconnected)
        {
            return;
        }
        ChannelWriter<ExecutionReport>[] writers;
        lock (listeners)
        {
            writers = listeners.GetValueOrDefault(account, []);
        }
        var times = dice.Hits(PaperDraw.Duplicate, Faults.Duplicate) ? 2 : 1;
        foreach (var writer in writers)
        {
            for (var i = 0; i < times; i++)
            {
                // A full channel loses the report, as a real slow consumer would; the reconciler finds it.
                writer.TryWrite(report);
            }
        }
    }

    private sealed class Stop(Action undo) : IDisposable
    {
        public void Dispose() => undo();
    }
}

using System.Diagnostics;
using System.Threading.Channels;
using Ems.Execution.Core.Accounts;
using Ems.Execution.Core.Execution;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Engine.Hosting;
using Ems.Execution.Engine.Reconciliation;
using Ems.Execution.Engine.Storage;
using Orleans.Concurrency;

namespace Ems.Execution.Engine.Accounts;

/// <summary>
/// One trading account's single writer. Turns interleave only at awaits; between two awaits state is read, events are staged
/// (applied and chained) and handed to the journal together, so commits of one account share a disk flush. Nothing is sent to a
/// venue, answered or published before the flush it depends on.
/// </summary>
[Reentrant]
public sealed partial class AccountGrain : Grain, IAccountGrain
{
    private const string Engine = "engine";

    private readonly EngineServices engine;
    private readonly AccountState state;
    private readonly AlgoRunner runner;
    private readonly Reconciler reconciler;
    private readonly Channel<ExecutionReport> reports;
    private readonly List<IDisposable> subscriptions = [];
    private readonly List<JournalRow> staged = [];
    private readonly Dictionary<ClOrdId, ParentRuntime> runtimes = [];
    private AccountId account;
    private long sequence;
    private byte[] lastHash = JournalRow.Genesis;
    private Task lastDurable = Task.CompletedTask;
    private Exception? failure;

    /// <summary>Made by Orleans.</summary>
    public AccountGrain(EngineServices engine)
    {
        this.engine = engine;
        state = new AccountState(engine.Market.Catalog);
        runner = new AlgoRunner(engine, state);
        reconciler = new Reconciler(engine);
        reports = Channel.CreateBounded<ExecutionReport>(new BoundedChannelOptions(engine.Options.ReportsWaitingMax) { SingleReader = true });
    }

    /// <summary>Recovery and start are one path: fold the journal, listen, ask the venues, go on.</summary>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        account = new AccountId(this.GetPrimaryKeyString());
        foreach (var row in engine.Reader.Rows(account))
        {
            var e = AccountJson.Read(row.Payload);
            state.Apply(e);
            Remember(e);
            (sequence, lastHash) = (row.Sequence, row.Hash);
        }
        EngineLog.AccountLive(engine.Logger, account, sequence, state.LiveParents.Count, state.LiveChildren.Count, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        if (state.IsOpen)
        {
            await GoLiveAsync();
        }
    }

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        subscriptions.ForEach(s => s.Dispose());
        reports.Writer.TryComplete();
        await lastDurable.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    /// <inheritdoc/>
    public Task EnsureLiveAsync()
    {
        Guard();
        QueueUnstarted();
        if (state.Unclosed.Count > 0 && state.Parents[state.Unclosed.First()].EndedAt < Now - CloseGrace)
        {
            closeQueued = false;
            QueueClose(state.Unclosed.First());
        }
        return Task.CompletedTask;
    }

    private DateTimeOffset Now => engine.Time.GetUtcNow();

    private async Task GoLiveAsync()
    {
        foreach (var client in engine.Clients.Values)
        {
            subscriptions.Add(client.Subscribe(account, reports.Writer));
        }
        foreach (var id in state.LiveParents)
        {
            runtimes[id] = new ParentRuntime { TapeCursor = engine.Tapes.Of(state.Parents[id].Spec.Instrument).Count };
            engine.Costs.SeeLiving(account, state.Parents[id].Spec);
        }
        foreach (var id in state.LiveGroups)
        {
            groupRuntimes[id] = NewRuntime(state.Groups[id].Spec);
        }
        foreach (var (id, r) in state.Recurring)
        {
            engine.Jobs.Recur(account, id, NameOf(r.Spec), r.Cron);
        }
        await RecoverAsync();
        StartPumps();
        if (state.Unclosed.Count > 0)
        {
            QueueClose(state.Unclosed.First());
        }
    }

    /// <summary>Applies an event in memory and chains it; it becomes durable with the next <see cref="FlushAsync"/>.</summary>
    private void Stage(AccountEvent e)
    {
        Guard();
        var payload = AccountJson.Write(e);
        state.Apply(e);
        var row = JournalRow.Chain(account, sequence + 1, e.Parent, e.Time, payload, lastHash);
        (sequence, lastHash) = (row.Sequence, row.Hash);
        staged.Add(row);
        Remember(e);
        Touch(e);
    }

    /// <summary>Hands what is staged to the journal. Completed means durable, this and everything before it.</summary>
    private async Task FlushAsync()
    {
        if (staged.Count > 0)
        {
            var rows = staged.ToArray();
            staged.Clear();
            lastDurable = engine.Journal.AppendAsync(rows, TakeProjection());
        }
        try
        {
            await lastDurable;
        }
        catch (Exception e)
        {
            Fail(e);
            throw;
        }
        QueueTouchedGroups();
        SchedulePublish();
    }

    /// <summary>What is in memory may not be what is on disk any more: this owner stops, the next call makes a new one from the journal.</summary>
    private void Fail(Exception e)
    {
        if (failure is null)
        {
            failure = e;
            EngineLog.CommitFailed(engine.Logger, account, e);
            DeactivateOnIdle();
        }
    }

    private void Guard()
    {
        if (failure is not null)
        {
            throw new InvalidOperationException($"Account {account} has stopped after a failed commit; call again.", failure);
        }
    }

    private static string NameOf(ParentSpec s) => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"{s.Strategy} {s.Side} {s.OrderQty} {s.Instrument} ({s.ClOrdId})");
}

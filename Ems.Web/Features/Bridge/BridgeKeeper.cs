using Ems.Execution.Engine.Accounts;
using Ems.Execution.Venues.OnChain.Bridge;

namespace Ems.Web.Features.Bridge;

/// <summary>What a transfer does to the account's books, each once: every change is named by its transfer.</summary>
internal static class BridgeBooks
{
    /// <summary>Takes the amount from the venue that it leaves.</summary>
    public static Task TakeAsync(IAccountGrain account, BridgeTransfer t, string actor) => account.CreditAsync(t.From, t.Asset, -t.Amount, $"bridge/{t.Id}/out", actor);

    /// <summary>Books the end: what arrived, or what was given back.</summary>
    public static Task EndAsync(IAccountGrain account, BridgeTransfer t) => t.State == BridgeState.Claimed
        ? account.CreditAsync(t.To, t.Asset, t.Receive, $"bridge/{t.Id}/in", "bridge") : account.CreditAsync(t.From, t.Asset, t.Amount, $"bridge/{t.Id}/back", "bridge");
}

/// <summary>Looks after transfers until their end is in the books; after a restart too.</summary>
public sealed partial class BridgeKeeper(BridgeStore store, IBridge bridge, IGrainFactory grains, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<BridgeKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Accounts take calls when the host has started, not before.
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(Pause, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var transfer in store.Open())
            {
                try
                {
                    await LookAsync(transfer, stoppingToken);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    LookFailed(logger, transfer.Id, e.Message);
                }
            }
        }
    }

    private async Task LookAsync(BridgeTransfer transfer, CancellationToken ct)
    {
        var account = grains.GetGrain<IAccountGrain>(transfer.Account.Value);
        // A crash between the record and the books: taken now, once.
        await BridgeBooks.TakeAsync(account, transfer, "bridge");
        var next = await bridge.StepAsync(transfer, ct);
        if (next != transfer)
        {
            store.Write(next);
        }
        if (next.IsOver)
        {
            await BridgeBooks.EndAsync(account, next);
            store.Write(next with { Booked = true });
        }
    }

    [LoggerMessage(3451, LogLevel.Warning, "Transfer {Id} could not be looked at and is tried again: {Why}")]
    private static partial void LookFailed(ILogger logger, string id, string why);
}

using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.OnChain.Mandates;
using Ems.Execution.Venues.OnChain.Runtime;

namespace Ems.Web.Features.Mandates;

/// <summary>
/// Looks after mandates that are not closed: reads what the contract counts, sees revocation, expiry and the end of a local chain, cancels the
/// orders of one that is over and settles what is left of it.
/// </summary>
public sealed partial class MandateKeeper(MandateBook book, MandateService service, ChainRuntime chain, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<MandateKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Accounts take calls when the host has started, not before.
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        _ = await chain.ReadyAsync(stoppingToken);
        using var timer = new PeriodicTimer(Pause, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var entry in book.Unclosed())
            {
                try
                {
                    await LookAsync(entry, stoppingToken);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    LookFailed(logger, entry.Hash, e.Message);
                }
            }
        }
    }

    private async Task LookAsync(MandateEntry entry, CancellationToken ct)
    {
        if (entry.Instance != chain.State.Instance)
        {
            // A local chain that was begun anew; a node that is away for a while is no reason to end anything.
            entry = chain.IsLocal ? book.End(entry.Hash, MandateState.Gone) : entry;
        }
        else if (chain.Eth is { } eth)
        {
            var seen = await MandateContract.ProgressAsync(eth, Address.Parse(entry.Contract), entry.Hash, entry.Mandate.Owner, ct);
            entry = book.Note(entry.Hash, seen.Sold, Math.Max(seen.LastAt, entry.LastAt));
            var end = seen.Revoked || entry.Mandate.Nonce < seen.Nonce ? MandateState.Revoked
                : seen.Sold >= entry.Mandate.SellTotal ? MandateState.Spent
                : entry.Mandate.ExpiresAt < time.GetUtcNow() ? MandateState.Expired : MandateState.Active;
            if (end != MandateState.Active && entry.State == MandateState.Active)
            {
                entry = book.End(entry.Hash, end);
                Ended(logger, entry.Hash, end.ToString());
            }
        }
        if (entry.State != MandateState.Active && await service.CancelOrdersAsync(entry, "mandates"))
        {
            await service.CloseAsync(entry);
        }
    }

    [LoggerMessage(3431, LogLevel.Information, "Mandate {Mandate} is {State}")]
    private static partial void Ended(ILogger logger, string mandate, string state);

    [LoggerMessage(3432, LogLevel.Warning, "Mandate {Mandate} could not be looked after: {Why}")]
    private static partial void LookFailed(ILogger logger, string mandate, string why);
}

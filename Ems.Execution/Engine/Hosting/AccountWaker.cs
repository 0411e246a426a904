using Ems.Execution.Engine.Accounts;
using Ems.Execution.Engine.Jobs;
using Ems.Execution.Engine.Storage;
using Hangfire;
using Microsoft.Extensions.Hosting;

namespace Ems.Execution.Engine.Hosting;

/// <summary>At start, wakes every account with working orders at once and sets up the sweep that keeps doing so.</summary>
internal sealed class AccountWaker(IGrainFactory grains, JournalReader journal, IRecurringJobManagerV2 recurring, EngineServices engine, IHostApplicationLifetime lifetime) : BackgroundService
{
    private const string EveryTenSeconds = "*/10 * * * * *";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The silo takes calls when the host has started, not before.
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        engine.Metrics.WatchQueue("ems.journal.queue", () => engine.Journal.QueueLength);
        recurring.AddOrUpdate<AccountJobs>("sweep", j => j.Sweep(), EveryTenSeconds, new RecurringJobOptions { TimeZone = TimeZoneInfo.Utc });
        foreach (var live in journal.LiveAccounts())
        {
            await grains.GetGrain<IAccountGrain>(live.Account.Value).EnsureLiveAsync().WaitAsync(stoppingToken);
        }
    }
}

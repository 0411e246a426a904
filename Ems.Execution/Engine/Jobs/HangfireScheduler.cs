using Ems.Execution.Core.Primitives;
using Hangfire;

namespace Ems.Execution.Engine.Jobs;

/// <summary>The schedule in Hangfire.</summary>
public sealed class HangfireScheduler(IBackgroundJobClientV2 jobs, IRecurringJobManagerV2 recurring) : IJobScheduler
{
    /// <inheritdoc/>
    public void Start(AccountId account, ClOrdId clOrdId, string name, DateTimeOffset? at) =>
        _ = at is { } time
            ? jobs.Schedule<AccountJobs>(j => j.StartParent(account.Value, clOrdId.Value, name), time)
            : jobs.Enqueue<AccountJobs>(j => j.StartParent(account.Value, clOrdId.Value, name));

    /// <inheritdoc/>
    public void Close(AccountId account, ClOrdId clOrdId, string name, DateTimeOffset? at) =>
        _ = at is { } time
            ? jobs.Schedule<AccountJobs>(j => j.CloseParent(account.Value, clOrdId.Value, name), time)
            : jobs.Enqueue<AccountJobs>(j => j.CloseParent(account.Value, clOrdId.Value, name));

    /// <inheritdoc/>
    public void Recur(AccountId account, ClOrdId clOrdId, string name, string cron) =>
        recurring.AddOrUpdate<AccountJobs>(Key(account, clOrdId), j => j.SubmitRecurring(account.Value, clOrdId.Value, name), cron, new RecurringJobOptions { TimeZone = TimeZoneInfo.Utc });

    /// <inheritdoc/>
    public void StopRecurring(AccountId account, ClOrdId clOrdId) => recurring.RemoveIfExists(Key(account, clOrdId));

    private static string Key(AccountId account, ClOrdId clOrdId) => $"{account}/{clOrdId}";
}

using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Engine.Jobs;

/// <summary>
/// The durable schedule: jobs that start and close parents. Jobs take ids only (the name is for the dashboard), may run twice or
/// late, and find the truth in the journal.
/// </summary>
public interface IJobScheduler
{
    /// <summary>A job that starts the parent, now or at <paramref name="at"/>.</summary>
    void Start(AccountId account, ClOrdId clOrdId, string name, DateTimeOffset? at);
    /// <summary>A job that closes the parent, now or at <paramref name="at"/>.</summary>
    void Close(AccountId account, ClOrdId clOrdId, string name, DateTimeOffset? at);
    /// <summary>A job that submits the recurring order at each time of the cron (UTC).</summary>
    void Recur(AccountId account, ClOrdId clOrdId, string name, string cron);
    /// <summary>Ends the recurrence.</summary>
    void StopRecurring(AccountId account, ClOrdId clOrdId);
}

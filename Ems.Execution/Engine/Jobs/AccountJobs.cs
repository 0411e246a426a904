using Ems.Execution.Core.Primitives;
using Ems.Execution.Engine.Accounts;
using Ems.Execution.Engine.Storage;
using Hangfire;

namespace Ems.Execution.Engine.Jobs;

/// <summary>The jobs Hangfire runs. Each is idempotent: it only tells the account to look at its journal.</summary>
public sealed class AccountJobs(IGrainFactory grains, JournalReader journal)
{
    /// <summary>Starts one parent.</summary>
    [JobDisplayName("Start {2}")]
    [AutomaticRetry(Attempts = 10, DelaysInSeconds = [1, 2, 5, 10, 30])]
    public Task StartParent(string account, string clOrdId, string name) => Grain(account).ActivateParentAsync(new ClOrdId(clOrdId));

    /// <summary>Closes one parent: end of window, reconciliation, report.</summary>
    [JobDisplayName("Close {2}")]
    [AutomaticRetry(Attempts = 10, DelaysInSeconds = [1, 2, 5, 10, 30])]
    public Task CloseParent(string account, string clOrdId, string name) => Grain(account).CloseParentAsync(new ClOrdId(clOrdId));

    /// <summary>Submits the next parent of a recurring order.</summary>
    [JobDisplayName("Repeat {2}")]
    [AutomaticRetry(Attempts = 3, DelaysInSeconds = [1, 5, 10])]
    public Task SubmitRecurring(string account, string clOrdId, string name) => Grain(account).SubmitRecurringAsync(new ClOrdId(clOrdId));

    /// <summary>Re-activates every account that has working orders.</summary>
    [JobDisplayName("Sweep accounts with working orders")]
    [AutomaticRetry(Attempts = 0)]
    [DisableConcurrentExecution(1)]
    public async Task Sweep()
    {
        foreach (var live in journal.LiveAccounts())
        {
            await Grain(live.Account.Value).EnsureLiveAsync();
        }
    }

    private IAccountGrain Grain(string account) => grains.GetGrain<IAccountGrain>(account);
}

using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Engine.Accounts;
using Ems.Execution.Venues.OnChain.Runtime;
using Ems.Web.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Ems.Web.Features.People;

/// <summary>Opens and funds accounts in the engine; repeated at start for those that a crash left unopened.</summary>
public sealed partial class AccountOpening(IDbContextFactory<EmsDbContext> databases, IGrainFactory grains, IOptions<ChainOptions> chain, TimeProvider time, ILogger<AccountOpening> logger) : BackgroundService
{
    /// <summary>A realistic desk over three venues: in all 2,000,000 USDT, 20 BTC, 300 ETH and 5,000 SOL.</summary>
    private static readonly IReadOnlyList<Deposit> Deposits =
    [
        D("ALPHA", "USDT", 1_000_000m), D("BRAVO", "USDT", 600_000m), D("CHARLIE", "USDT", 400_000m),
        D("ALPHA", "BTC", 10m), D("BRAVO", "BTC", 6m), D("CHARLIE", "BTC", 4m),
        D("ALPHA", "ETH", 150m), D("BRAVO", "ETH", 90m), D("CHARLIE", "ETH", 60m),
        D("ALPHA", "SOL", 2_500m), D("BRAVO", "SOL", 1_500m), D("CHARLIE", "SOL", 1_000m),
    ];

    /// <summary>Wallets on a chain that is ours; on another one the server holds none.</summary>
    private IReadOnlyList<Deposit> OnChain => !chain.Value.Venues || chain.Value.RpcUrl.Length > 0 ? [] :
    [
        D("UNISWAP-V2", "USDT", 100_000m), D("UNISWAP-V2", "ETH", 30m),
        D("UNISWAP-V3", "USDT", 300_000m), D("UNISWAP-V3", "ETH", 60m), D("UNISWAP-V3", "BTC", 3m),
        .. chain.Value.HasLayerTwo ? [D("UNISWAP-L2", "USDT", 200_000m), D("UNISWAP-L2", "ETH", 40m), D("UNISWAP-L2", "BTC", 2m)] : Array.Empty<Deposit>(),
    ];

    /// <summary>Opens one account and notes that it is open. Idempotent.</summary>
    public async Task OpenAsync(TradingAccount account, string actor, CancellationToken ct)
    {
        await grains.GetGrain<IAccountGrain>(account.Id).OpenAsync(new OpenAccount(account.AccountId, account.Name, new RiskLimits(), [.. Deposits, .. OnChain], actor)).WaitAsync(ct);
        await using var db = await databases.CreateDbContextAsync(ct);
        var now = time.GetUtcNow();
        await db.TradingAccounts.Where(a => a.Id == account.Id).ExecuteUpdateAsync(s => s.SetProperty(a => a.OpenedAt, now), ct);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var db = await databases.CreateDbContextAsync(stoppingToken);
        foreach (var account in await db.TradingAccounts.AsNoTracking().Where(a => a.OpenedAt == null).ToListAsync(stoppingToken))
        {
            try
            {
                await OpenAsync(account, "instance", stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                OpeningFailed(logger, account.Id, e);
            }
        }
    }

    private static Deposit D(string venue, string asset, decimal amount) => new(new VenueId(venue), new Asset(asset), amount);

    [LoggerMessage(3402, LogLevel.Error, "Account {Account} could not be opened and is tried again at the next start")]
    private static partial void OpeningFailed(ILogger logger, string account, Exception e);
}

using System.ComponentModel.DataAnnotations;
using System.Numerics;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.OnChain.Runtime;
using Microsoft.Extensions.Options;

namespace Ems.Execution.Venues.OnChain.Keys;

/// <summary>Bounds of an executor key; section <c>Chain:Executor</c>. Coin of the chain.</summary>
public sealed class ExecutorOptions
{
    /// <summary>Below this much coin a key sends nothing.</summary>
    [Range(0, 1_000_000)] public decimal BalanceFloor { get; set; } = 0.02m;
    /// <summary>Most coin a key spends for gas on one day (UTC).</summary>
    [Range(0, 1_000_000)] public decimal GasBudgetPerDay { get; set; } = 0.5m;
}

/// <summary>Whether an executor key may send now. A refusal has a stable code and names its rule and number.</summary>
public sealed class ExecutorPolicy(ChainRuntime chain, IServerKeys keys, IOptions<ExecutorOptions> options, TimeProvider time)
{
    private const decimal WeiPerCoin = 1_000_000_000_000_000_000m;

    /// <summary>Gas of a slice for the budget: more than one has needed.</summary>
    public const int SliceGas = 400_000;

    /// <summary>The bounds.</summary>
    public ExecutorOptions Bounds => options.Value;

    /// <summary>Why it may not send, or null.</summary>
    public async Task<(string Code, string Text)?> RefusalAsync(Address executor, CancellationToken ct = default)
    {
        var balance = Coins(await chain.BalanceAsync(Address.Zero, executor, ct).ConfigureAwait(false));
        if (balance < options.Value.BalanceFloor)
        {
            return ("EXECUTOR_BELOW_FLOOR", FormattableString.Invariant($"balance={balance}, balanceFloor={options.Value.BalanceFloor}"));
        }
        var (spent, next) = (SpentToday(executor), Coins(chain.Offer.MaxFeePerGas * SliceGas));
        return spent + next > options.Value.GasBudgetPerDay
            ? ("EXECUTOR_GAS_BUDGET", FormattableString.Invariant($"spentToday={Steps.Normal(spent)}, next={Steps.Normal(next)}, gasBudgetPerDay={options.Value.GasBudgetPerDay}")) : null;
    }

    /// <summary>Coin the key has spent for gas today.</summary>
    public decimal SpentToday(Address executor) => Coins(keys.GasSpent(executor, Today));

    /// <summary>Notes what a transaction cost.</summary>
    public void Spent(Address executor, string transaction, BigInteger wei) => keys.SpendGas(executor, Today, transaction, wei);

    private DateOnly Today => DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);

    private static decimal Coins(BigInteger wei) => (decimal)wei / WeiPerCoin;
}

using System.Numerics;
using Ems.Execution.Core.Amm;
using Ems.Execution.Venues.Ethereum;

namespace Ems.Execution.Venues.OnChain;

/// <summary>The venue without a node: pools and blocks of <see cref="SimulatedChain"/>.</summary>
public sealed class SimulatedOnChainVenue(SimulatedChain chain, Address wallet, int confirmations, TimeProvider time) : IOnChainVenue
{
    private static readonly BigInteger Tip = 1_000_000_000;
    private readonly Lock gate = new();
    private readonly Dictionary<string, OnChainSwapReport> swaps = new(StringComparer.Ordinal);
    private readonly HashSet<string> open = new(StringComparer.Ordinal), cancelled = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Name => "simulated chain";

    /// <inheritdoc/>
    public bool IsChain => false;

    /// <inheritdoc/>
    public ulong ChainId => 0;

    /// <inheritdoc/>
    public Address Wallet => wallet;

    /// <inheritdoc/>
    public IReadOnlyList<OnChainPool> Pools => chain.Pools;

    /// <inheritdoc/>
    public Task<IAmmPool> PoolAsync(Address pool, CancellationToken ct = default) => Task.FromResult(chain.Pool(pool));

    /// <inheritdoc/>
    public Task<BigInteger> BalanceAsync(Address token, Address owner, CancellationToken ct = default) => Task.FromResult(chain.Balance(token, owner));

    /// <inheritdoc/>
    public OnChainSwapReport? Find(string id)
    {
        lock (gate)
        {
            return swaps.GetValueOrDefault(id);
        }
    }

    /// <inheritdoc/>
    public Task<OnChainSwapResult> SwapAsync(OnChainSwap swap, CancellationToken ct = default)
    {
        lock (gate)
        {
            return Task.FromResult(Swap(swap));
        }
    }

    /// <inheritdoc/>
    public Task<bool> CancelAsync(string id, CancellationToken ct = default)
    {
        lock (gate)
        {
            if (!swaps.TryGetValue(id, out var known) || known.State != OnChainSwapState.Pending || !chain.TakeBack(wallet, id))
            {
                return Task.FromResult(false);
            }
            cancelled.Add(id);
            return Task.FromResult(true);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<OnChainSwapReport>> WatchAsync(CancellationToken ct = default)
    {
        lock (gate)
        {
            var changed = new List<OnChainSwapReport>();
            foreach (var report in open.Select(id => swaps[id]).ToArray())
            {
                if (cancelled.Remove(report.Id))
                {
                    open.Remove(report.Id);
                    changed.Add(swaps[report.Id] = report with { State = OnChainSwapState.Dropped });
                    continue;
                }
                if (chain.Mined(wallet, report.Id) is not { } mined)
                {
                    continue;
                }
                var state = chain.Head - mined.Block + 1 < confirmations ? OnChainSwapState.Included : mined.Succeeded ? OnChainSwapState.Final : OnChainSwapState.Reverted;
                var next = new OnChainSwapReport(report.Id, state, mined.AmountOut, mined.GasCost, mined.AmountIn);
                if (next != report)
                {
                    swaps[report.Id] = next;
                    changed.Add(next);
                    if (state is OnChainSwapState.Final or OnChainSwapState.Reverted)
                    {
                        open.Remove(report.Id);
                    }
                }
            }
            return Task.FromResult<IReadOnlyList<OnChainSwapReport>>(changed);
        }
    }

    private OnChainSwapResult Swap(OnChainSwap swap)
    {
        if (swaps.TryGetValue(swap.Id, out var known))
        {
            return new(known, null, null);
        }
        if (chain.Pools.FirstOrDefault(p => p.Address == swap.Pool) is not { } info)
        {
            return OnChainSwapResult.Denied(OnChainDenial.UnknownPool, $"There is no pool {swap.Pool}.");
        }
        if (swap.AmountIn.Sign <= 0 || swap.MinAmountOut.Sign < 0)
        {
            return OnChainSwapResult.Denied(OnChainDenial.InvalidAmount, "An amount is positive.");
        }
        if (swap.Deadline <= time.GetUtcNow())
        {
            return OnChainSwapResult.Denied(OnChainDenial.Expired, "The deadline is past.");
        }
        var result = swap.ExactOut ? AmmQuotes.SwapOut(chain.Pool(swap.Pool), swap.ZeroForOne, swap.MinAmountOut) : chain.Pool(swap.Pool).SwapIn(swap.ZeroForOne, swap.AmountIn);
        if (result is null || result.AmountIn > swap.AmountIn)
        {
            return OnChainSwapResult.Denied(OnChainDenial.BelowMinimum, $"The pool asks {result?.AmountIn.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "more than there is"}, at most {swap.AmountIn} is given.");
        }
        if (chain.Balance(swap.ZeroForOne ? info.Token0 : info.Token1, wallet) < (swap.ExactOut ? result.AmountIn : swap.AmountIn) || chain.Balance(Address.Zero, wallet) < SimulatedChain.SwapGas * (chain.BaseFee + Tip))
        {
            return OnChainSwapResult.Denied(OnChainDenial.InsufficientFunds, "The wallet has not enough of the token or for gas.");
        }
        if (result.AmountOut < swap.MinAmountOut)
        {
            return OnChainSwapResult.Denied(OnChainDenial.BelowMinimum, $"The pool gives {result.AmountOut}, at least {swap.MinAmountOut} is asked.");
        }
        if (!chain.Knows(wallet, swap.Id))
        {
            chain.Send(wallet, swap, Tip);
        }
        var report = new OnChainSwapReport(swap.Id, OnChainSwapState.Pending, null, 0);
        swaps[swap.Id] = report;
        open.Add(swap.Id);
        return new(report, null, null);
    }
}

using System.Numerics;
using Ems.Execution.Core.Amm;
using Ems.Execution.Core.Gas;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Sending;
using Ems.Execution.Venues.Ethereum.Signing;
using Ems.Execution.Venues.Ethereum.Uniswap;
using Ems.Execution.Venues.OnChain.Keys;
using Ems.Execution.Venues.OnChain.Runtime;

namespace Ems.Execution.Venues.OnChain.Mandates;

/// <summary>
/// The pools for a wallet whose owner is away: a swap is a slice of his signed mandate, filled by the executor's key through the mandate
/// contract, which holds every bound. What this side knows to be refused is not sent; what the contract refuses in simulation costs nothing.
/// </summary>
public sealed class MandateVenue(string hash, MandateBook book, ChainRuntime chain, NonceLane lane, ISigner executor, ExecutorPolicy policy, TimeProvider time) : IOnChainVenue
{
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly Dictionary<string, OnChainSwapReport> swaps = new(StringComparer.Ordinal);
    private readonly Address contract = chain.State.Contracts.Mandates ?? throw new InvalidOperationException("The chain has no mandate contract.");

    /// <inheritdoc/>
    public string Name => chain.State.Name;

    /// <inheritdoc/>
    public bool IsChain => true;

    /// <inheritdoc/>
    public ulong ChainId => chain.State.ChainId;

    /// <inheritdoc/>
    public Address Wallet => Entry.Mandate.Owner;

    /// <inheritdoc/>
    public IReadOnlyList<OnChainPool> Pools => chain.State.Contracts.Pools;

    private MandateEntry Entry => book.Find(hash)!;

    /// <inheritdoc/>
    public Task<IAmmPool> PoolAsync(Address pool, CancellationToken ct = default) => Task.FromResult(chain.Pool(pool)!.State);

    /// <inheritdoc/>
    public Task<BigInteger> BalanceAsync(Address token, Address owner, CancellationToken ct = default) => chain.BalanceAsync(token, owner, ct);

    /// <inheritdoc/>
    public OnChainSwapReport? Find(string id) => swaps.GetValueOrDefault(id);

    /// <inheritdoc/>
    public async Task<OnChainSwapResult> SwapAsync(OnChainSwap swap, CancellationToken ct = default)
    {
        await turn.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (lane.Find(swap.Id) is not null)
            {
                return new(await ReportAsync(swap.Id, ct).ConfigureAwait(false), null, null);
            }
            return await RefusalAsync(swap, ct).ConfigureAwait(false) ?? await SendAsync(swap, ct).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc/>
    public async Task<bool> CancelAsync(string id, CancellationToken ct = default) => lane.Find(id) is { IsOpen: true } && (await lane.CancelAsync(id, ct).ConfigureAwait(false)).Denial is null;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<OnChainSwapReport>> WatchAsync(CancellationToken ct = default)
    {
        await turn.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            _ = await lane.WatchAsync(ct).ConfigureAwait(false);
            var changed = new List<OnChainSwapReport>();
            foreach (var before in swaps.Values.Where(s => s.State is OnChainSwapState.Pending or OnChainSwapState.Included).ToArray())
            {
                if (await ReportAsync(before.Id, ct).ConfigureAwait(false) is var now && now != before)
                {
                    changed.Add(now);
                }
            }
            return changed;
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<OnChainSwapResult?> RefusalAsync(OnChainSwap swap, CancellationToken ct)
    {
        var entry = Entry;
        if (entry.State != MandateState.Active)
        {
            return OnChainSwapResult.Denied(OnChainDenial.Refused, $"The mandate is {entry.State}.", "MANDATE_" + entry.State.ToString().ToUpperInvariant());
        }
        if (pool(swap) is not { } p || (swap.ZeroForOne ? p.Token0 : p.Token1) != entry.Mandate.SellToken || (swap.ZeroForOne ? p.Token1 : p.Token0) != entry.Mandate.BuyToken)
        {
            return OnChainSwapResult.Denied(OnChainDenial.UnknownPool, "The mandate sells its own token for the one it names, and nothing else.", "MANDATE_OTHER_TOKENS");
        }
        if (entry.NextAllowedAt is { } next && next > time.GetUtcNow())
        {
            return OnChainSwapResult.Denied(OnChainDenial.Refused, FormattableString.Invariant($"nextAllowed={next:O}"), "MANDATE_TOO_SOON");
        }
        return await policy.RefusalAsync(executor.Address, ct).ConfigureAwait(false) is var (code, text) ? OnChainSwapResult.Denied(OnChainDenial.Refused, text, code) : null;

        OnChainPool? pool(OnChainSwap s) => Pools.FirstOrDefault(x => x.Address == s.Pool);
    }

    private async Task<OnChainSwapResult> SendAsync(OnChainSwap swap, CancellationToken ct)
    {
        var (entry, pool, contracts) = (Entry, Pools.First(p => p.Address == swap.Pool), chain.State.Contracts);
        var (mandate, router, runner) = (entry.Mandate, contracts.RouterOf(pool.Kind), contracts.Runner!.Value);
        BigInteger deadline = swap.Deadline.ToUnixTimeSeconds();
        // The least output is the contract's own check, which names what it refuses; the router's would only say that something failed.
        object[] path = [mandate.SellToken, mandate.BuyToken];
        var data = (pool.Kind, swap.ExactOut) switch
        {
            (PoolKind.ConstantProduct, false) => RouterAbi.V2Swap.Encode(swap.AmountIn, BigInteger.Zero, path, runner, deadline),
            (PoolKind.ConstantProduct, true) => RouterAbi.V2SwapOut.Encode(swap.MinAmountOut, swap.AmountIn, path, runner, deadline),
            (_, false) => RouterAbi.V3Swap.Encode((object)new object[] { mandate.SellToken, mandate.BuyToken, pool.FeePips, runner, deadline, swap.AmountIn, BigInteger.Zero, BigInteger.Zero }),
            (_, true) => RouterAbi.V3SwapOut.Encode((object)new object[] { mandate.SellToken, mandate.BuyToken, pool.FeePips, runner, deadline, swap.MinAmountOut, swap.AmountIn, BigInteger.Zero }),
        };
        var result = await lane.SubmitAsync(new(swap.Id, contract, MandateContract.Fill(mandate, Hex.Decode(entry.Signature), router, data, swap.AmountIn, swap.MinAmountOut),
            Speed: FeeSpeed.Normal, KnownErrors: MandateContract.Errors, Policy: swap.Policy), ct).ConfigureAwait(false);
        if (result.Denial is not { } denial)
        {
            // Until the contract says so itself: the next slice must not come before this one's pause is over.
            book.Note(hash, entry.SoldUnits, Math.Max(entry.LastAt, time.GetUtcNow().ToUnixTimeSeconds()));
            return new(await ReportAsync(swap.Id, ct).ConfigureAwait(false), null, null);
        }
        var code = denial == LaneDenial.WouldRevert ? MandateContract.CodeOf(result.Words) : denial switch { LaneDenial.InsufficientFunds => "EXECUTOR_BELOW_FLOOR", LaneDenial.NoRelay => "NO_RELAY", LaneDenial.PolicyRefused => "SUBMISSION_REFUSED", _ => "CHAIN_REFUSED" };
        switch (code)
        {
            case "MANDATE_REVOKED":
                book.End(hash, MandateState.Revoked);
                break;
            case "MANDATE_EXPIRED":
                book.End(hash, MandateState.Expired);
                break;
        }
        return OnChainSwapResult.Denied(code switch
        {
            "MANDATE_PRICE" => OnChainDenial.BelowMinimum,
            // A purchase of so much: the router's own bound is the order's worst price.
            "MANDATE_ROUTER_FAILED" when swap.ExactOut => OnChainDenial.BelowMinimum,
            "MANDATE_OWNER_FUNDS" => OnChainDenial.InsufficientFunds,
            _ => OnChainDenial.Refused,
        }, $"{code}: {result.Words}", code);
    }

    private async Task<OnChainSwapReport> ReportAsync(string id, CancellationToken ct)
    {
        var entry = lane.Find(id)!;
        var state = entry.State switch
        {
            TransactionState.Included => OnChainSwapState.Included,
            TransactionState.Final => OnChainSwapState.Final,
            TransactionState.Dropped => OnChainSwapState.Dropped,
            _ => OnChainSwapState.Pending,
        };
        var report = new OnChainSwapReport(id, state, null, entry.SettledGas, Via: SubmissionWords.Of(entry));
        if (state is OnChainSwapState.Included or OnChainSwapState.Final && entry.Inclusion is { } inclusion)
        {
            var receipt = await chain.Eth!.ReceiptAsync(inclusion.Hash, ct).ConfigureAwait(false);
            if (receipt is null || receipt.BlockHash != inclusion.BlockHash)
            {
                report = report with { State = OnChainSwapState.Pending, GasCost = 0 };
            }
            else if (MandateContract.FilledIn(receipt, contract) is var (qty, bought) && receipt.Succeeded)
            {
                report = report with { AmountIn = qty, AmountOut = bought, GasCost = receipt.GasCost };
            }
            else
            {
                report = report with { State = state == OnChainSwapState.Final ? OnChainSwapState.Reverted : state, AmountIn = 0, AmountOut = 0, GasCost = receipt.GasCost };
            }
        }
        if (report.State is OnChainSwapState.Final or OnChainSwapState.Reverted or OnChainSwapState.Dropped)
        {
            policy.Spent(executor.Address, id, report.GasCost);
        }
        return swaps[id] = report;
    }
}

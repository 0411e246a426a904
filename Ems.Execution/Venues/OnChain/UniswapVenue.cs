using System.Numerics;
using Ems.Execution.Core.Amm;
using Ems.Execution.Core.Gas;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Sending;
using Ems.Execution.Venues.Ethereum.Uniswap;

namespace Ems.Execution.Venues.OnChain;

/// <summary>Where Uniswap is on a chain.</summary>
public sealed record UniswapAddresses(Address V2Router, Address V3Router);

/// <summary>The venue of Uniswap's contracts on a node. Swaps leave by the wallet's lane; what came out is read from the token's logs.</summary>
public sealed class UniswapVenue(
    string name, ulong chainId, EthApi eth, NonceLane lane, Address wallet, UniswapAddresses addresses, IReadOnlyList<OnChainPool> pools, TimeProvider time,
    SubmissionPath path = SubmissionPath.Public, string publicDoor = "by the public pool") : IOnChainVenue
{
    private static readonly AbiEvent Transfer = AbiEvent.Parse("Transfer(address indexed from, address indexed to, uint256 value)");

    /// <summary>The routers' and pairs' words for a price that is not to be had.</summary>
    private static readonly string[] TooDear = ["INSUFFICIENT_OUTPUT_AMOUNT", "Too little received", "EXCESSIVE_INPUT_AMOUNT", "Too much requested", "INSUFFICIENT_LIQUIDITY"];
    /// <summary>Their words, and our test token's, for a token that cannot be taken.</summary>
    private static readonly string[] OutOfFunds = ["TRANSFER_FROM_FAILED", "TransferHelper", "STF", "InsufficientBalance", "InsufficientAllowance"];

    private readonly UniswapReader reader = new(eth);
    private readonly Dictionary<string, (Address TokenIn, Address TokenOut, OnChainSwapReport Report)> swaps = new(StringComparer.Ordinal);
    private readonly HashSet<string> open = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim turn = new(1, 1);

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public bool IsChain => true;

    /// <inheritdoc/>
    public ulong ChainId => chainId;

    /// <inheritdoc/>
    public Address Wallet => wallet;

    /// <inheritdoc/>
    public IReadOnlyList<OnChainPool> Pools => pools;

    /// <inheritdoc/>
    public OnChainSwapReport? Find(string id) => swaps.TryGetValue(id, out var swap) ? swap.Report : null;

    /// <inheritdoc/>
    public async Task<IAmmPool> PoolAsync(Address pool, CancellationToken ct = default)
    {
        var info = pools.First(p => p.Address == pool);
        return info.Kind == PoolKind.ConstantProduct
            ? await reader.V2Async(pool, ct: ct).ConfigureAwait(false)
            : await reader.V3Async(pool, await eth.BlockNumberAsync(ct).ConfigureAwait(false), ct).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<BigInteger> BalanceAsync(Address token, Address owner, CancellationToken ct = default) => token.IsZero
        ? await eth.BalanceAsync(owner, ct: ct).ConfigureAwait(false) : await NumberAsync(token, Erc20Abi.BalanceOf, [owner], ct).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<OnChainSwapResult> SwapAsync(OnChainSwap swap, CancellationToken ct = default)
    {
        await turn.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            return await SendAsync(swap, ct).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<OnChainSwapReport>> WatchAsync(CancellationToken ct = default)
    {
        await turn.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            _ = await lane.WatchAsync(ct).ConfigureAwait(false);
            var changed = new List<OnChainSwapReport>();
            foreach (var id in open.ToArray())
            {
                var (tokenIn, tokenOut, before) = swaps[id];
                if (await ReportAsync(id, tokenIn, tokenOut, ct).ConfigureAwait(false) is var now && now != before)
                {
                    Keep(tokenIn, tokenOut, now);
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

    /// <inheritdoc/>
    public async Task<bool> CancelAsync(string id, CancellationToken ct = default)
    {
        await turn.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            return lane.Find(id) is { IsOpen: true } && (await lane.CancelAsync(id, ct).ConfigureAwait(false)).Denial is null;
        }
        finally
        {
            turn.Release();
        }
    }

    private OnChainSwapReport Keep(Address tokenIn, Address tokenOut, OnChainSwapReport report)
    {
        swaps[report.Id] = (tokenIn, tokenOut, report);
        _ = report.State is OnChainSwapState.Pending or OnChainSwapState.Included ? open.Add(report.Id) : open.Remove(report.Id);
        return report;
    }

    private async Task<OnChainSwapResult> SendAsync(OnChainSwap swap, CancellationToken ct)
    {
        if (pools.FirstOrDefault(p => p.Address == swap.Pool) is not { } pool)
        {
            return OnChainSwapResult.Denied(OnChainDenial.UnknownPool, $"There is no pool {swap.Pool}.");
        }
        var (tokenIn, tokenOut) = swap.ZeroForOne ? (pool.Token0, pool.Token1) : (pool.Token1, pool.Token0);
        if (lane.Find(swap.Id) is not null)
        {
            return new(Keep(tokenIn, tokenOut, await ReportAsync(swap.Id, tokenIn, tokenOut, ct).ConfigureAwait(false)), null, null);
        }
        if (swap.AmountIn.Sign <= 0 || swap.MinAmountOut.Sign < 0)
        {
            return OnChainSwapResult.Denied(OnChainDenial.InvalidAmount, "An amount is positive.");
        }
        if (swap.Deadline <= time.GetUtcNow())
        {
            return OnChainSwapResult.Denied(OnChainDenial.Expired, "The deadline is past.");
        }
        var router = pool.Kind == PoolKind.ConstantProduct ? addresses.V2Router : addresses.V3Router;
        // With the output given, the pool may ask for less than the most: the simulation knows how much.
        if (!swap.ExactOut && (await NumberAsync(tokenIn, Erc20Abi.BalanceOf, [wallet], ct).ConfigureAwait(false) < swap.AmountIn || await NumberAsync(tokenIn, Erc20Abi.Allowance, [wallet, router], ct).ConfigureAwait(false) < swap.AmountIn))
        {
            return OnChainSwapResult.Denied(OnChainDenial.InsufficientFunds, "The wallet has not enough of the token, or the router may not take it.");
        }
        BigInteger deadline = swap.Deadline.ToUnixTimeSeconds();
        var data = swap.ExactOut ? pool.Kind == PoolKind.ConstantProduct
                ? RouterAbi.V2SwapOut.Encode(swap.MinAmountOut, swap.AmountIn, new object[] { tokenIn, tokenOut }, wallet, deadline)
                : RouterAbi.V3SwapOut.Encode((object)new object[] { tokenIn, tokenOut, pool.FeePips, wallet, deadline, swap.MinAmountOut, swap.AmountIn, 0 })
            : pool.Kind == PoolKind.ConstantProduct
            ? RouterAbi.V2Swap.Encode(swap.AmountIn, swap.MinAmountOut, new object[] { tokenIn, tokenOut }, wallet, deadline)
            : RouterAbi.V3Swap.Encode((object)new object[] { tokenIn, tokenOut, pool.FeePips, wallet, deadline, swap.AmountIn, swap.MinAmountOut, 0 });
        var result = await lane.SubmitAsync(new(swap.Id, router, data, Speed: FeeSpeed.Normal, Path: path, Policy: swap.Policy), ct).ConfigureAwait(false);
        if (result.Denial is { } denial)
        {
            return OnChainSwapResult.Denied(
                denial == LaneDenial.InsufficientFunds ? OnChainDenial.InsufficientFunds
                : denial != LaneDenial.WouldRevert ? OnChainDenial.Refused
                // The routers' own words: V2 and V3 for too little output, V2 and V3 for too late.
                : TooDear.Any(w => result.Words!.Contains(w, StringComparison.Ordinal)) ? OnChainDenial.BelowMinimum
                : OutOfFunds.Any(w => result.Words!.Contains(w, StringComparison.Ordinal)) ? OnChainDenial.InsufficientFunds
                : result.Words!.Contains("EXPIRED", StringComparison.Ordinal) || result.Words.Contains("too old", StringComparison.Ordinal) ? OnChainDenial.Expired : OnChainDenial.Refused,
                result.Words!, denial switch { LaneDenial.NoRelay => "NO_RELAY", LaneDenial.PolicyRefused => "SUBMISSION_REFUSED", _ => null });
        }
        return new(Keep(tokenIn, tokenOut, await ReportAsync(swap.Id, tokenIn, tokenOut, ct).ConfigureAwait(false)), null, null);
    }

    private async Task<OnChainSwapReport> ReportAsync(string id, Address tokenIn, Address tokenOut, CancellationToken ct)
    {
        var entry = lane.Find(id)!;
        var hash = entry.Inclusion?.Hash;
        if (entry.State is not (TransactionState.Included or TransactionState.Final) || hash is null)
        {
            return new(id, entry.State == TransactionState.Dropped ? OnChainSwapState.Dropped : OnChainSwapState.Pending, null, entry.SettledGas, Via: SubmissionWords.Of(entry, publicDoor));
        }
        var receipt = await eth.ReceiptAsync(hash, ct).ConfigureAwait(false);
        if (receipt is null || receipt.BlockHash != entry.Inclusion!.BlockHash)
        {
            return new(id, OnChainSwapState.Pending, null, 0);
        }
        return new(id, entry.State == TransactionState.Included ? OnChainSwapState.Included : receipt.Succeeded ? OnChainSwapState.Final : OnChainSwapState.Reverted,
            Moved(receipt, tokenOut, 1), receipt.GasCost, Moved(receipt, tokenIn, 0), SubmissionWords.Of(entry, publicDoor));
    }

    /// <summary>Units of a token that came to the wallet (1) or left it (0), by the token's own logs.</summary>
    private BigInteger Moved(EthReceipt receipt, Address token, int end) => receipt.Logs.Where(l => l.Address == token && Transfer.Matches(l.Topics) && l.Topics.Count == 3)
        .Select(l => Transfer.Decode(l.Topics, l.Data)).Where(t => (Address)t[end] == wallet).Aggregate(BigInteger.Zero, (sum, t) => sum + (BigInteger)t[2]);

    private async Task<BigInteger> NumberAsync(Address contract, AbiFunction function, object[] values, CancellationToken ct) =>
        (BigInteger)function.DecodeOutput(await eth.CallAsync(new(null, contract, function.Encode(values)), ct: ct).ConfigureAwait(false))[0];
}

using System.Numerics;
using Ems.Execution.Core.Amm;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.PrivateFlow;

namespace Ems.Execution.Venues.OnChain;

/// <summary>What kind of pool it is.</summary>
public enum PoolKind
{
    /// <summary>Constant product (Uniswap V2).</summary>
    ConstantProduct = 1,
    /// <summary>Concentrated liquidity (Uniswap V3).</summary>
    Concentrated,
}

/// <summary>A pool of a venue.</summary>
/// <param name="FeePips">Fee in millionths of the input.</param>
public sealed record OnChainPool(Address Address, PoolKind Kind, Address Token0, Address Token1, int FeePips);

/// <summary>A swap that somebody wants.</summary>
/// <param name="Id">Its name, once per venue and wallet: asking again under the same name does nothing twice.</param>
/// <param name="AmountIn">What goes in; with <paramref name="ExactOut"/> the most that may.</param>
/// <param name="MinAmountOut">Least output; below it the swap reverts and only gas is lost. With <paramref name="ExactOut"/> what comes out, to the unit.</param>
/// <param name="Deadline">After it the swap reverts.</param>
/// <param name="Policy">By what door it leaves; null is the venue's own.</param>
/// <param name="ExactOut">Whether the output is given and the input follows.</param>
public sealed record OnChainSwap(string Id, Address Pool, bool ZeroForOne, BigInteger AmountIn, BigInteger MinAmountOut, DateTimeOffset Deadline, bool ExactOut = false, SubmissionPolicy? Policy = null);

/// <summary>Where a swap stands; only Final counts.</summary>
public enum OnChainSwapState
{
    /// <summary>Signed or sent; it may still happen.</summary>
    Pending = 1,
    /// <summary>In a block that can still be undone.</summary>
    Included,
    /// <summary>Final.</summary>
    Final,
    /// <summary>Final, but reverted: gas is lost, nothing else moved.</summary>
    Reverted,
    /// <summary>Will never happen.</summary>
    Dropped,
}

/// <summary>Why a swap was not sent.</summary>
public enum OnChainDenial
{
    /// <summary>The venue has no such pool.</summary>
    UnknownPool = 1,
    /// <summary>The amount is not positive.</summary>
    InvalidAmount,
    /// <summary>The wallet has not enough of the token, has not allowed the router to take it, or has not enough for gas.</summary>
    InsufficientFunds,
    /// <summary>The simulation gives less than the least output.</summary>
    BelowMinimum,
    /// <summary>The deadline is past.</summary>
    Expired,
    /// <summary>Anything else that the simulation or the lane refuses; the words say it.</summary>
    Refused,
}

/// <summary>A swap as the venue knows it.</summary>
/// <param name="AmountOut">What came out, once it is in a block.</param>
/// <param name="GasCost">Wei paid for gas, once it is in a block.</param>
/// <param name="AmountIn">What went in, once it is in a block.</param>
/// <param name="Via">How it went, in words; null where there are no doors.</param>
public sealed record OnChainSwapReport(string Id, OnChainSwapState State, BigInteger? AmountOut, BigInteger GasCost, BigInteger? AmountIn = null, string? Via = null);

/// <summary>The answer to a swap: a report, or why not. Exactly one is there.</summary>
/// <param name="Code">A refusal's own stable code, where there is a finer one than the denial.</param>
public sealed record OnChainSwapResult(OnChainSwapReport? Report, OnChainDenial? Denial, string? Words, string? Code = null)
{
    internal static OnChainSwapResult Denied(OnChainDenial denial, string words, string? code = null) => new(null, denial, words, code);
}

/// <summary>
/// Pools of a chain as a venue for one wallet. The pool that <see cref="PoolAsync"/> gives quotes here to the unit what the chain would do;
/// a swap is final only after enough blocks. Two implementations behave alike: contracts on a node, and a simulation in this process.
/// </summary>
public interface IOnChainVenue
{
    /// <summary>Name for people; says whether it is a chain or a simulation.</summary>
    string Name { get; }

    /// <summary>Whether contracts on a node stand behind it.</summary>
    bool IsChain { get; }

    /// <summary>The chain's id.</summary>
    ulong ChainId { get; }

    /// <summary>The wallet that swaps.</summary>
    Address Wallet { get; }

    /// <summary>The pools.</summary>
    IReadOnlyList<OnChainPool> Pools { get; }

    /// <summary>A pool as it is at the newest block.</summary>
    Task<IAmmPool> PoolAsync(Address pool, CancellationToken ct = default);

    /// <summary>Units of a token that an address has.</summary>
    Task<BigInteger> BalanceAsync(Address token, Address owner, CancellationToken ct = default);

    /// <summary>Simulates and sends a swap. After a restart, asking again under a name that was sent before only takes it up again.</summary>
    Task<OnChainSwapResult> SwapAsync(OnChainSwap swap, CancellationToken ct = default);

    /// <summary>
    /// Asks for a waiting swap not to happen. True says that it was asked: the end comes by <see cref="WatchAsync"/>, and until then both are
    /// possible. False: it is in a block, at its end, or not known.
    /// </summary>
    Task<bool> CancelAsync(string id, CancellationToken ct = default);

    /// <summary>One round of looking what became of swaps; gives those whose state changed.</summary>
    Task<IReadOnlyList<OnChainSwapReport>> WatchAsync(CancellationToken ct = default);

    /// <summary>A swap as it was last seen, or null.</summary>
    OnChainSwapReport? Find(string id);
}

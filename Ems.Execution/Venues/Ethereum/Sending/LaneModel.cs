using System.ComponentModel.DataAnnotations;
using System.Numerics;
using Ems.Execution.Core.Gas;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.PrivateFlow;

namespace Ems.Execution.Venues.Ethereum.Sending;

/// <summary>Bounds of a lane.</summary>
public sealed record LaneOptions
{
    /// <summary>Blocks, the transaction's own included, after which it is final.</summary>
    [Range(1, 1000)] public int Confirmations { get; init; } = 3;
    /// <summary>Most wei per gas that is ever offered.</summary>
    public BigInteger MaxFeeCap { get; init; } = 500_000_000_000;
    /// <summary>Gas limit in per cent of the estimate.</summary>
    [Range(100, 300)] public int GasLimitPercent { get; init; } = 125;
    /// <summary>
    /// Least gas of a call above its estimate. The first swap of a block in a Uniswap V2 pair writes two price sums that an estimate at the
    /// block before does not see: 44,200 gas when they are fresh. What is not used is not paid.
    /// </summary>
    [Range(0, 1_000_000)] public int GasHeadroom { get; init; } = 60_000;
    /// <summary>Most gas of one transaction.</summary>
    public ulong GasLimitMax { get; init; } = 10_000_000;
    /// <summary>Blocks of history from which fees are judged.</summary>
    [Range(1, 100)] public int FeeBlocks { get; init; } = 10;
    /// <summary>Blocks after which a waiting transaction is replaced by one that offers more; 0 never.</summary>
    [Range(0, 1000)] public int StuckAfterBlocks { get; init; } = 6;
    /// <summary>Intents that may be under way at once.</summary>
    [Range(1, 256)] public int OpenMax { get; init; } = 16;
}

/// <summary>What somebody wants done.</summary>
/// <param name="Id">Its name, once per lane: asking again under the same name does nothing twice.</param>
/// <param name="Path">The door, where no policy says more.</param>
/// <param name="KnownErrors">Errors of the contract, to put a revert into words.</param>
/// <param name="Policy">By what door it leaves and what follows when that does not bring it into a block; overrules the path.</param>
public sealed record TransactionRequest(
    string Id, Address To, byte[] Data, BigInteger Value = default, FeeSpeed Speed = FeeSpeed.Normal, SubmissionPath Path = SubmissionPath.Public, IReadOnlyList<AbiError>? KnownErrors = null,
    SubmissionPolicy? Policy = null);

/// <summary>Why a transaction was not sent.</summary>
public enum LaneDenial
{
    /// <summary>The simulation reverts.</summary>
    WouldRevert = 1,
    /// <summary>The wallet has not enough for the value and the most gas.</summary>
    InsufficientFunds,
    /// <summary>It needs more gas than is allowed.</summary>
    GasAboveLimit,
    /// <summary>The chain's price of gas is above the cap.</summary>
    FeeAboveCap,
    /// <summary>Too many are under way.</summary>
    TooManyOpen,
    /// <summary>There is no such intent.</summary>
    UnknownId,
    /// <summary>It is in a block, final or dropped: nothing to replace.</summary>
    NotWaiting,
    /// <summary>No relay is configured; a private transaction never leaves by the public door.</summary>
    NoRelay,
    /// <summary>The policy contradicts itself, or asks for an intent, which is no transaction.</summary>
    PolicyRefused,
}

/// <summary>The answer to a request: the intent as it stands, or why not. Exactly one is there.</summary>
public sealed record LaneResult(LaneEntry? Entry, LaneDenial? Denial, string? Words)
{
    internal static LaneResult Denied(LaneDenial denial, string words) => new(null, denial, words);
}

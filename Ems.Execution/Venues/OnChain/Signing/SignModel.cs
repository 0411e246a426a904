using System.Numerics;
using Ems.Execution.Venues.Ethereum;

namespace Ems.Execution.Venues.OnChain.Signing;

/// <summary>A transaction that a wallet is going to be asked to sign.</summary>
/// <param name="Value">Wei of the chain's coin.</param>
public sealed record UnsignedCall(Address From, Address To, byte[] Data, BigInteger Value);

/// <summary>What the ticket promises its owner: base units of two tokens.</summary>
/// <param name="MostOut">Most that may leave.</param>
/// <param name="LeastIn">Least that must arrive.</param>
public sealed record SignPromise(Address Sells, BigInteger MostOut, Address Buys, BigInteger LeastIn);

/// <summary>Why a wallet is not asked. The names are the API's codes.</summary>
public enum SignRefusal
{
    /// <summary>The contract, or what is called on it, is not on the allow-list.</summary>
    TargetNotAllowed = 1,
    /// <summary>Somebody who is not on the allow-list would be allowed to take tokens.</summary>
    SpenderNotAllowed,
    /// <summary>An approval without an amount that ends it.</summary>
    ApprovalUnlimited,
    /// <summary>An approval of more than the ticket sells.</summary>
    ApprovalAboveTicket,
    /// <summary>What is bought would go to somebody else.</summary>
    RecipientDiffers,
    /// <summary>The simulation reverts.</summary>
    SimulationReverted,
    /// <summary>The simulated change of balances is not what the ticket promises.</summary>
    SimulationDiffers,
    /// <summary>The node cannot simulate, so nobody knows what would happen.</summary>
    SimulationUnavailable,
}

/// <summary>A refusal with its reason.</summary>
public sealed record SignProblem(SignRefusal Code, string Text);

/// <summary>A simulated change of one balance of the signer; negative leaves him. Token zero is the chain's coin, gas left out.</summary>
public sealed record BalanceChange(Address Token, BigInteger Change);

/// <summary>An approval that the call gives.</summary>
public sealed record GivenApproval(Address Token, Address Spender, BigInteger Amount);

/// <summary>What a call means, read from its data.</summary>
/// <param name="What">In plain words, for people.</param>
/// <param name="Target">The contract in words.</param>
/// <param name="Sells">Token that leaves, with its amount; null when none does.</param>
/// <param name="Buys">Token that comes, with the least amount; null when none does.</param>
public sealed record CallMeaning(string What, string Target, (Address Token, BigInteger Amount)? Sells, (Address Token, BigInteger Least)? Buys, GivenApproval? Approves, Address? Recipient);

/// <summary>All that a signer is shown before he signs. It may be asked only when <see cref="Problems"/> is empty.</summary>
/// <param name="Meaning">Null when the call could not be read.</param>
/// <param name="Changes">Balances that change in the simulation on the newest block.</param>
/// <param name="GasUsed">Gas in the simulation; 0 without one.</param>
public sealed record SignInspection(CallMeaning? Meaning, IReadOnlyList<BalanceChange> Changes, ulong GasUsed, IReadOnlyList<SignProblem> Problems);

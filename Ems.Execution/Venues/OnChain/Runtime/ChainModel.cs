using Ems.Execution.Venues.Ethereum;

namespace Ems.Execution.Venues.OnChain.Runtime;

/// <summary>What stands behind the on-chain venues.</summary>
public enum ChainMode
{
    /// <summary>Not known yet: a node is being started.</summary>
    Starting = 0,
    /// <summary>A local node of this instance, which dies with it.</summary>
    Anvil,
    /// <summary>A node somebody else runs.</summary>
    Rpc,
    /// <summary>Pools and blocks in this process.</summary>
    Simulator,
}

/// <summary>A token of the chain.</summary>
public sealed record ChainToken(string Symbol, int Decimals, Address Address);

/// <summary>Where everything is on the chain. What is absent is null.</summary>
/// <param name="Tokens">WETH is the wrapped coin.</param>
/// <param name="Runner">The mandate contract's trader, which must be the recipient of a slice's swap.</param>
public sealed record ChainContracts(
    IReadOnlyList<ChainToken> Tokens, IReadOnlyList<OnChainPool> Pools, Address V2Router, Address V3Router, Address? V3Quoter, Address? Mandates, Address? Runner)
{
    /// <summary>Nothing.</summary>
    public static ChainContracts None { get; } = new([], [], Address.Zero, Address.Zero, null, null, null);

    /// <summary>A token by its symbol, or null.</summary>
    public ChainToken? Token(string symbol) => Tokens.FirstOrDefault(t => t.Symbol.Equals(symbol, StringComparison.OrdinalIgnoreCase));

    /// <summary>A token by its address, or null.</summary>
    public ChainToken? Token(Address address) => Tokens.FirstOrDefault(t => t.Address == address);

    /// <summary>The router of a pool's kind.</summary>
    public Address RouterOf(PoolKind kind) => kind == PoolKind.ConstantProduct ? V2Router : V3Router;
}

/// <summary>The chain as it was set up.</summary>
/// <param name="Name">For people; says whether it is a chain or a simulation.</param>
/// <param name="Instance">Name of this very chain: the hash of its first block. A local chain is another one after every start.</param>
/// <param name="RpcUrl">Where wallets and programs reach the node; null without one.</param>
/// <param name="WhyNoNode">Why it is the simulation, or null.</param>
public sealed record ChainState(ChainMode Mode, string Name, ulong ChainId, string Instance, Uri? RpcUrl, ChainContracts Contracts, string? WhyNoNode)
{
    internal static ChainState Starting { get; } = new(ChainMode.Starting, "starting", 0, "", null, ChainContracts.None, null);
}

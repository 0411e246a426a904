namespace Ems.Web.Client.Contracts;

/// <summary>GET /api/chain: what stands behind the on-chain venues, and where everything is on it.</summary>
/// <param name="Mode">Starting, Anvil, Rpc or Simulator.</param>
/// <param name="Name">For people; says whether it is a chain or a simulation.</param>
/// <param name="RpcUrl">Where a wallet reaches the node; absent in a simulation.</param>
/// <param name="IsLocal">Whether this instance makes the chain: coin and tokens are worth nothing, and the faucet gives them away.</param>
/// <param name="GasPriceGwei">What a transaction pays per gas now, tip included.</param>
/// <param name="WhyNoNode">Why it is the simulation.</param>
/// <param name="Trouble">Why it does not move at the moment.</param>
/// <param name="Relay">Private relays by which orders may go; absent where there are none.</param>
/// <param name="SwapGas">Coin that a swap's gas costs now.</param>
/// <param name="SwapDataFee">Coin that layer one takes for a swap's data; absent on layer one itself.</param>
/// <param name="LayerTwo">The second chain; absent without one.</param>
/// <param name="Mandates">The mandate contract; absent where there is none.</param>
public sealed record ChainStatus(
    string Mode, string Name, ulong ChainId, long? Block, DateTimeOffset? BlockAt, int BlockTimeMs, int Confirmations, string? RpcUrl, bool IsLocal, decimal? BaseFeeGwei, decimal? GasPriceGwei,
    string? WhyNoNode, string? Trouble, IReadOnlyList<ChainTokenRow> Tokens, IReadOnlyList<ChainPoolRow> Pools, string? V2Router, string? V3Router, string? V3Quoter, string? Mandates, string? Runner, string? Relay,
    decimal? SwapGas, decimal? SwapDataFee, ChainStatus? LayerTwo = null);

/// <summary>A token of the chain.</summary>
public sealed record ChainTokenRow(string Symbol, int Decimals, string Address);

/// <summary>A pool. Px: quote tokens for one base token, fee left out.</summary>
/// <param name="Kind">ConstantProduct (Uniswap V2) or Concentrated (V3).</param>
public sealed record ChainPoolRow(string Address, string Kind, string Base, string Quote, string Token0, string Token1, int FeePips, decimal? Px);

/// <summary>POST /api/chain/faucet: tokens of the local chain for an address you have linked.</summary>
public sealed record FaucetRequest
{
    /// <summary>0x and 40 digits; one of your linked addresses.</summary>
    public string? Address { get; init; }
}

/// <summary>What the faucet gave.</summary>
public sealed record FaucetGift(string Address, IReadOnlyList<FaucetAmount> Amounts);

/// <summary>So many whole tokens; ETH is the coin that pays for gas.</summary>
public sealed record FaucetAmount(string Symbol, decimal Amount);

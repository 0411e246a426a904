using System.ComponentModel.DataAnnotations;

namespace Ems.Execution.Venues.OnChain.Runtime;

/// <summary>The chain this instance trades on; section <c>Chain</c>.</summary>
public sealed class ChainOptions : IValidatableObject
{
    /// <summary>
    /// <c>auto</c>: the node at <see cref="RpcUrl"/> where that is set, else a local node where its program is found, else the simulation.
    /// <c>anvil</c>, <c>rpc</c>: that or the simulation, which says why. <c>simulator</c>: the simulation.
    /// </summary>
    [RegularExpression("^(auto|anvil|rpc|simulator)$", ErrorMessage = "Chain:Mode is auto, anvil, rpc or simulator.")]
    public string Mode { get; set; } = "auto";
    /// <summary>JSON-RPC over HTTP of a node that runs already. A development node (chain 31337) gets the contracts deployed; any other must have them under <see cref="Contracts"/>.</summary>
    public string RpcUrl { get; set; } = "";
    /// <summary>EIP-155 number the node must have; a node of another chain is not used. 0 takes what it says.</summary>
    [Range(0, long.MaxValue)] public long ChainId { get; set; }
    /// <summary>Folder with the npm packages (the node, Uniswap) and our contracts' build. Empty: a folder <c>chain</c> in or above the content root.</summary>
    public string Folder { get; set; } = "";
    /// <summary>Whether the pools are venues of the engine.</summary>
    public bool Venues { get; set; } = true;
    /// <summary>Folder of the chain's own records.</summary>
    [Required] public string DataPath { get; set; } = "data";
    /// <summary>Time between blocks of the local node and of the simulation.</summary>
    [Range(50, 60_000)] public int BlockTimeMs { get; set; } = 1_000;
    /// <summary>Blocks, a transaction's own included, after which it settles.</summary>
    [Range(1, 1_000)] public int Confirmations { get; set; } = 2;
    /// <summary>Base fee per gas that the local node and the simulation are held at, so that empty blocks do not make gas free.</summary>
    [Range(0, 10_000)] public decimal BaseFeeGwei { get; set; } = 2m;
    /// <summary>Whether somebody of ours keeps the local pools near the paper books.</summary>
    public bool Arbitrage { get; set; } = true;
    /// <summary>Most that the arbitrage spends in one swap, quote units.</summary>
    [Range(1, 1_000_000_000)] public decimal ArbitrageNotionalMax { get; set; } = 2_000_000m;
    /// <summary>Whether a builder of ours with a private relay stands in front of the local node, so that wallets and orders meet the chain as it is outside.</summary>
    public bool Builder { get; set; } = true;
    /// <summary>Private relays of the chain at <see cref="RpcUrl"/>. Without one what is private is refused, never shown to everybody.</summary>
    public IList<RelayOptions> Relays { get; } = [];
    /// <summary>Whether a second local chain, a layer two of the OP stack's kind, stands beside a local node.</summary>
    public bool LayerTwo { get; set; } = true;
    /// <summary>Time between the layer two's blocks.</summary>
    [Range(50, 60_000)] public int LayerTwoBlockTimeMs { get; set; } = 500;
    /// <summary>How long the deployment waits for the paper books' prices before it takes built-in ones.</summary>
    [Range(0, 60_000)] public int PriceWaitMs { get; set; } = 5_000;
    /// <summary>Where things are on a chain that is not ours to deploy on.</summary>
    public ChainContractsOptions? Contracts { get; set; }

    /// <summary>Records of transactions that were signed.</summary>
    public string TransactionsFile => Path.Combine(DataPath, "transactions.db");
    /// <summary>Records of the on-chain venues: orders, fills, balances.</summary>
    public string VenueFile => Path.Combine(DataPath, "onchain-venues.db");
    /// <summary>Mandates that owners signed.</summary>
    public string MandatesFile => Path.Combine(DataPath, "mandates.db");
    /// <summary>Keys that the server holds, each encrypted.</summary>
    public string KeysFile => Path.Combine(DataPath, "server-keys.db");
    /// <summary>Transfers between the two chains.</summary>
    public string BridgeFile => Path.Combine(DataPath, "bridge.db");
    /// <summary>Where the contracts are on chains we deployed on, by genesis hash.</summary>
    public string ContractsFile => Path.Combine(DataPath, "chain-contracts.json");

    /// <summary>Whether there is a layer two: only beside a chain that is made here.</summary>
    public bool HasLayerTwo => LayerTwo && Venues && RpcUrl.Length == 0 && Mode is ("auto" or "anvil");

    /// <summary>Whether this is the layer two itself.</summary>
    internal bool IsLayerTwo { get; private init; }

    /// <summary>The layer two's own settings: quick blocks, cheap gas, and no public pool, since only its sequencer sees what waits.</summary>
    public ChainOptions ForLayerTwo() => new()
    {
        IsLayerTwo = true, Mode = Mode, Folder = Folder, DataPath = Path.Combine(DataPath, "layer-two"), BlockTimeMs = LayerTwoBlockTimeMs, Confirmations = Confirmations,
        BaseFeeGwei = 0.05m, Arbitrage = Arbitrage, ArbitrageNotionalMax = ArbitrageNotionalMax, PriceWaitMs = PriceWaitMs, Builder = false, LayerTwo = false,
    };

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (RpcUrl.Length > 0 && (!Uri.TryCreate(RpcUrl, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")))
        {
            yield return new("Chain:RpcUrl is an address like http://127.0.0.1:8545.");
        }
        if (Mode == "rpc" && RpcUrl.Length == 0)
        {
            yield return new("Chain:Mode rpc needs Chain:RpcUrl.");
        }
        foreach (var wrong in Relays.SelectMany(r => r.Wrong()))
        {
            yield return new(wrong);
        }
        foreach (var wrong in Contracts?.Wrong() ?? [])
        {
            yield return new(wrong);
        }
    }
}

/// <summary>A relay by the protocol of Flashbots; section <c>Chain:Relays</c>.</summary>
public sealed class RelayOptions
{
    /// <summary>Name for people.</summary>
    public string Name { get; set; } = "";
    /// <summary>Where it takes eth_sendPrivateTransaction and eth_sendBundle.</summary>
    public string Url { get; set; } = "";
    /// <summary>Where GET tx/{hash} answers; empty where nothing does.</summary>
    public string StatusUrl { get; set; } = "";
    /// <summary>How long an answer may take.</summary>
    public int TimeoutMs { get; set; } = 5_000;

    internal IEnumerable<string> Wrong()
    {
        if (Name.Length == 0)
        {
            yield return "Chain:Relays:Name is missing.";
        }
        if (!IsAddress(Url))
        {
            yield return $"Chain:Relays:Url of {Name} is an address like https://relay.example.org.";
        }
        if (StatusUrl.Length > 0 && !IsAddress(StatusUrl))
        {
            yield return $"Chain:Relays:StatusUrl of {Name} is an address like https://protect.example.org/.";
        }
        if (TimeoutMs is < 100 or > 60_000)
        {
            yield return $"Chain:Relays:TimeoutMs of {Name} is 100 to 60000.";
        }
    }

    private static bool IsAddress(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https";
}

/// <summary>Addresses on a chain that is not ours to deploy on; section <c>Chain:Contracts</c>.</summary>
public sealed class ChainContractsOptions
{
    /// <summary>Uniswap's V2 router.</summary>
    public string V2Router { get; set; } = "";
    /// <summary>Uniswap's V3 router (SwapRouter, with a deadline).</summary>
    public string V3Router { get; set; } = "";
    /// <summary>Uniswap's QuoterV2; may be absent.</summary>
    public string V3Quoter { get; set; } = "";
    /// <summary>Our mandate contract; without it there are no mandates.</summary>
    public string Mandates { get; set; } = "";
    /// <summary>Tokens by symbol; WETH is the wrapped coin.</summary>
    public Dictionary<string, TokenOptions> Tokens { get; } = new(StringComparer.OrdinalIgnoreCase);
    /// <summary>Pools.</summary>
    public IList<PoolOptions> Pools { get; } = [];

    internal IEnumerable<string> Wrong()
    {
        foreach (var (name, address, optional) in Addresses())
        {
            if (!(optional && address.Length == 0) && !Ethereum.Address.TryParse(address, out _))
            {
                yield return $"Chain:Contracts:{name} is no address.";
            }
        }
        foreach (var pool in Pools.Where(p => !Tokens.ContainsKey(p.Token0) || !Tokens.ContainsKey(p.Token1)))
        {
            yield return $"Chain:Contracts:Pools {pool.Address} names a token that Chain:Contracts:Tokens has not.";
        }
    }

    private IEnumerable<(string Name, string Address, bool Optional)> Addresses() =>
    [
        (nameof(V2Router), V2Router, false), (nameof(V3Router), V3Router, false), (nameof(V3Quoter), V3Quoter, true), (nameof(Mandates), Mandates, true),
        .. Tokens.Select(t => ("Tokens:" + t.Key, t.Value.Address, false)), .. Pools.Select(p => ("Pools", p.Address, false)),
    ];
}

/// <summary>A token of <see cref="ChainContractsOptions"/>.</summary>
public sealed class TokenOptions
{
    /// <summary>Where it is.</summary>
    [Required] public string Address { get; set; } = "";
    /// <summary>Its decimals.</summary>
    [Range(0, 36)] public int Decimals { get; set; } = 18;
}

/// <summary>A pool of <see cref="ChainContractsOptions"/>.</summary>
public sealed class PoolOptions
{
    /// <summary>Where it is.</summary>
    [Required] public string Address { get; set; } = "";
    /// <summary>Its kind.</summary>
    public PoolKind Kind { get; set; } = PoolKind.Concentrated;
    /// <summary>Symbol of token0.</summary>
    [Required] public string Token0 { get; set; } = "";
    /// <summary>Symbol of token1.</summary>
    [Required] public string Token1 { get; set; } = "";
    /// <summary>Fee in millionths.</summary>
    [Range(0, 999_999)] public int FeePips { get; set; } = 3_000;
}

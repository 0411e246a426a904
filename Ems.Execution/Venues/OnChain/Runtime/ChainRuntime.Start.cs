using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Ems.Execution.Core.Amm;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Local;
using Ems.Execution.Venues.Ethereum.Rpc;

namespace Ems.Execution.Venues.OnChain.Runtime;

public sealed partial class ChainRuntime
{
    private static readonly TimeSpan PriceLook = TimeSpan.FromMilliseconds(50);
    private static readonly BigInteger Gwei = 1_000_000_000;

    private BigInteger BaseFee => new(options.BaseFeeGwei * (decimal)Gwei);

    private async Task SetUpAsync(CancellationToken ct)
    {
        var started = time.GetTimestamp();
        var why = "Chain:Mode is simulator";
        if (options.Mode != "simulator")
        {
            try
            {
                state = options.RpcUrl.Length > 0 && options.Mode != "anvil" ? await JoinAsync(ct).ConfigureAwait(false) : await StartNodeAsync(ct).ConfigureAwait(false);
                why = null;
            }
            catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
            {
                // Whatever it was, the application runs on without a node and says so.
                why = e is ChainUnusableException ? e.Message : $"{e.GetType().Name}: {e.Message}";
                await (node?.DisposeAsync() ?? ValueTask.CompletedTask).ConfigureAwait(false);
                node = null;
            }
        }
        if (why is not null)
        {
            var chain = new SimulatedChain(time) { BaseFee = BaseFee };
            var contracts = LocalMarket.Simulate(chain, await PricesAsync(ct).ConfigureAwait(false));
            simulation = chain;
            state = new(ChainMode.Simulator, options.IsLayerTwo ? "simulated layer two" : "simulated chain", 0, "simulation-" + time.GetUtcNow().UtcTicks.ToString(CultureInfo.InvariantCulture), null, contracts, why);
        }
        ChainReady(logger, state.Name, state.ChainId, time.GetElapsedTime(started).TotalMilliseconds);
        await LookAsync(ct).ConfigureAwait(false);
        ready.TrySetResult(state);
    }

    private async Task<ChainState> StartNodeAsync(CancellationToken ct)
    {
        // The prices are looked for while the node starts.
        var prices = PricesAsync(ct);
        var folder = options.Folder.Length > 0 ? options.Folder : ChainFolder.Find(AppContext.BaseDirectory) ?? ChainFolder.Find(Environment.CurrentDirectory);
        (node, var packages) = await ChainNode.StartAsync(folder, options.IsLayerTwo ? ChainNode.LayerTwoChain : ChainNode.DevChain, time, ct).ConfigureAwait(false);
        var contracts = await LocalMarket.DeployAsync(node.Eth, packages, await prices.ConfigureAwait(false), ct).ConfigureAwait(false);
        await InstallOracleAsync(packages, ct).ConfigureAwait(false);
        await OpenDoorsAsync(ct).ConfigureAwait(false);
        return new(ChainMode.Anvil, options.IsLayerTwo ? "local layer two (anvil)" : "local chain (anvil)", node.ChainId,
            // Two nodes that start in the same second have the same first block.
            (options.IsLayerTwo ? "layer-two/" : "") + await InstanceAsync(node.Eth, ct).ConfigureAwait(false), doors?.Address ?? node.Address, contracts, null);
    }

    private async Task<ChainState> JoinAsync(CancellationToken ct)
    {
        node = await ChainNode.JoinAsync(new(options.RpcUrl), (ulong)options.ChainId, time, ct).ConfigureAwait(false);
        await FindRelaysAsync(ct).ConfigureAwait(false);
        var instance = await InstanceAsync(node.Eth, ct).ConfigureAwait(false);
        var name = $"chain {node.ChainId} at {node.Address.Host}:{node.Address.Port}";
        if (options.Contracts is { } given)
        {
            return new(ChainMode.Rpc, name, node.ChainId, instance, node.Address, await GivenAsync(node.Eth, given, ct).ConfigureAwait(false), null);
        }
        if (node.ChainId != ChainNode.DevChain)
        {
            throw new ChainUnusableException($"chain {node.ChainId} is no development chain, and Chain:Contracts does not say where Uniswap is on it");
        }
        var known = Deployed();
        if (!known.TryGetValue(instance, out var contracts) || (await node.Eth.CodeAsync(contracts.V2Router, ct).ConfigureAwait(false)).Length == 0)
        {
            var folder = options.Folder.Length > 0 ? options.Folder : ChainFolder.Find(AppContext.BaseDirectory);
            var packages = (folder is null ? null : ChainPackages.Find(folder)) ?? throw new ChainUnusableException("the contracts' packages are not installed (npm ci in chain)");
            // The pools need more coin than a development node gives its accounts by itself.
            await node.TellAsync("anvil_setBalance", ct, DevAccounts.Account(0).Address.ToString(), Hex.Quantity(LocalMarket.Units(100_000_000m, 18))).ConfigureAwait(false);
            contracts = await LocalMarket.DeployAsync(node.Eth, packages, await PricesAsync(ct).ConfigureAwait(false), ct).ConfigureAwait(false);
            known[instance] = contracts;
            Directory.CreateDirectory(options.DataPath);
            await File.WriteAllTextAsync(options.ContractsFile, JsonSerializer.Serialize(known), ct).ConfigureAwait(false);
        }
        return new(ChainMode.Rpc, name, node.ChainId, instance, node.Address, contracts, null);
    }

    private Dictionary<string, ChainContracts> Deployed()
    {
        try
        {
            return File.Exists(options.ContractsFile) ? JsonSerializer.Deserialize<Dictionary<string, ChainContracts>>(File.ReadAllText(options.ContractsFile)) ?? [] : [];
        }
        catch (JsonException)
        {
            // What cannot be read is deployed again.
            return [];
        }
    }

    private static async Task<ChainContracts> GivenAsync(EthApi eth, ChainContractsOptions given, CancellationToken ct)
    {
        var tokens = given.Tokens.Select(t => new ChainToken(t.Key, t.Value.Decimals, Address.Parse(t.Value.Address))).ToArray();
        var pools = given.Pools.Select(p => new OnChainPool(Address.Parse(p.Address), p.Kind, Of(p.Token0), Of(p.Token1), p.FeePips)).ToArray();
        Address? mandates = given.Mandates.Length > 0 ? Address.Parse(given.Mandates) : null;
        foreach (var address in pools.Select(p => p.Address).Append(Address.Parse(given.V2Router)).Append(Address.Parse(given.V3Router)).Concat(mandates is { } m ? [m] : []))
        {
            if ((await eth.CodeAsync(address, ct).ConfigureAwait(false)).Length == 0)
            {
                throw new ChainUnusableException($"there is no contract at {address}, which Chain:Contracts names");
            }
        }
        return new(tokens, pools, Address.Parse(given.V2Router), Address.Parse(given.V3Router), given.V3Quoter.Length > 0 ? Address.Parse(given.V3Quoter) : null,
            mandates, mandates is { } book ? Address.Create(book, 1) : null);

        Address Of(string symbol) => tokens.First(t => t.Symbol.Equals(symbol, StringComparison.OrdinalIgnoreCase)).Address;
    }

    private static async Task<string> InstanceAsync(EthApi eth, CancellationToken ct) =>
        (await eth.BlockAsync(0, ct).ConfigureAwait(false))?.Hash ?? throw new ChainUnusableException("the node does not give its first block");

    /// <summary>Prices of the paper books, as soon as they are there; built-in ones after a while.</summary>
    private async Task<Func<string, decimal>> PricesAsync(CancellationToken ct)
    {
        var (started, wait) = (time.GetTimestamp(), TimeSpan.FromMilliseconds(options.PriceWaitMs));
        while ((Mid("WETH") is null || Mid("WBTC") is null) && time.GetElapsedTime(started) < wait)
        {
            await Task.Delay(PriceLook, time, ct).ConfigureAwait(false);
        }
        var (eth, btc) = (Mid("WETH") ?? 3_000m, Mid("WBTC") ?? 60_000m);
        return symbol => symbol == "WBTC" ? btc : eth;
    }

    /// <summary>The books' price of a wrapped token: W and the asset's code.</summary>
    private decimal? Mid(string symbol) => mid(new InstrumentId(symbol[1..] + "-USDT"));
}

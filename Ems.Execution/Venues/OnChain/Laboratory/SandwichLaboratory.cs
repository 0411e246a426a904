using System.Numerics;
using System.Runtime.CompilerServices;
using Ems.Execution.Core.Amm;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Local;
using Ems.Execution.Venues.Ethereum.PrivateFlow;
using Ems.Execution.Venues.Ethereum.PrivateFlow.Loopback;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Sending;
using Ems.Execution.Venues.OnChain.Runtime;

namespace Ems.Execution.Venues.OnChain.Laboratory;

/// <summary>
/// The sandwich laboratory: a chain of its own with Uniswap's contracts, a builder in front of it, and a bot that attacks whatever it can see.
/// The same swaps are done by the public pool and by the relay, through the same lane and venue that orders use, one right after the other in
/// the same pool.
/// </summary>
public sealed class SandwichLaboratory : IAsyncDisposable
{
    private const int WethDecimals = 18, UsdcDecimals = 6;
    private static readonly HttpClient Http = new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30) }) { Timeout = Timeout.InfiniteTimeSpan };
    private static readonly int[] Tolerances = [10, 30, 50, 100, 200, 300];
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(10);
    private static readonly BigInteger Ether = BigInteger.Pow(10, WethDecimals), Dollar = BigInteger.Pow(10, UsdcDecimals);

    private readonly AnvilProcess anvil;
    private readonly BlockBuilder builder;
    private readonly BuilderServer server;
    private readonly SandwichOptions options;
    private readonly TimeProvider time;
    private readonly List<string> blocks = [];
    private SandwichBot? bot;
    private UniswapVenue[] doors = [];
    private Address weth, usdc;

    private SandwichLaboratory(AnvilProcess anvil, BlockBuilder builder, BuilderServer server, SandwichOptions options, TimeProvider time) =>
        (this.anvil, this.builder, this.server, this.options, this.time) = (anvil, builder, server, options, time);

    /// <summary>Swaps that the bot saw before their block.</summary>
    public int BotSeen => bot?.Seen ?? 0;

    /// <summary>Why a laboratory cannot be opened here, or null.</summary>
    public static string? WhyNot(string? folder) => folder is null || ChainPackages.Find(folder) is not { } packages ? "the npm packages of chain are not installed (npm ci)"
        : AnvilProcess.Find(packages.PackagesFolder) is null ? "anvil is neither in the npm packages nor on PATH" : null;

    /// <summary>Starts the chain, the builder and the bot. About a second.</summary>
    /// <param name="folder">The folder chain with its npm packages.</param>
    public static async Task<SandwichLaboratory> OpenAsync(string folder, SandwichOptions options, TimeProvider time, CancellationToken ct = default)
    {
        var packages = ChainPackages.Find(folder) ?? throw new InvalidOperationException("The npm packages of chain are not installed.");
        var program = AnvilProcess.Find(packages.PackagesFolder) ?? throw new InvalidOperationException("anvil is not there.");
        var anvil = await AnvilProcess.StartAsync(program, ["--order", "fifo", "--balance", "1000000"], ct).ConfigureAwait(false);
        try
        {
            var node = Api(anvil.Address, time);
            var builder = new BlockBuilder(node);
            var lab = new SandwichLaboratory(anvil, builder, await BuilderServer.StartAsync(builder, ct: ct).ConfigureAwait(false), options, time);
            await lab.SetUpAsync(node, packages, ct).ConfigureAwait(false);
            return lab;
        }
        catch
        {
            await anvil.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Does the swaps, each by both doors, and gives every one as it is done.</summary>
    public async IAsyncEnumerable<SandwichSwap> RunAsync([EnumeratorCancellation] CancellationToken ct = default)
    {
        for (var i = 0; i < options.Swaps; i++)
        {
            // Seven in ten in the constant product, since most of what bots take is taken there.
            var pool = doors[0].Pools[SeededRandom.Draw(options.Seed, 1, i) % 10 < 7 ? 0 : 1];
            var sellsBase = SeededRandom.Draw(options.Seed, 2, i) % 2 == 0;
            var ethers = 2 + (int)(SeededRandom.Draw(options.Seed, 3, i) % 49);
            var tolerance = Tolerances[SeededRandom.Draw(options.Seed, 4, i) % (ulong)Tolerances.Length];
            var px = Px(await doors[0].PoolAsync(pool.Address, ct).ConfigureAwait(false), pool);
            var amount = sellsBase ? ethers * Ether : new BigInteger(ethers * px) * Dollar;
            var open = await SwapAsync(0, $"{i}/public", pool, sellsBase, amount, tolerance, px, ct).ConfigureAwait(false);
            var hidden = await SwapAsync(1, $"{i}/private", pool, sellsBase, amount, tolerance, px, ct).ConfigureAwait(false);
            yield return new(i + 1, pool.Kind, sellsBase, Whole(amount, sellsBase), tolerance, open, hidden, ethers * px, Lost(open, sellsBase, px), Lost(hidden, sellsBase, px));
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (bot is not null)
        {
            await bot.DisposeAsync().ConfigureAwait(false);
        }
        await server.DisposeAsync().ConfigureAwait(false);
        await anvil.DisposeAsync().ConfigureAwait(false);
    }

    private async Task SetUpAsync(EthApi node, ChainPackages packages, CancellationToken ct)
    {
        var (owner, user, robber, identity) = (DevAccounts.Account(0), DevAccounts.Account(1), DevAccounts.Account(2), DevAccounts.Account(9));
        var d = await UniswapDeployment.DeployAsync(node, packages, owner, ct).ConfigureAwait(false);
        (weth, usdc) = (d.Weth, d.Usdc);
        d.Fund(weth, 400_000 * Ether);
        d.Fund(usdc, 10_000_000_000 * Dollar);
        var baseIs0 = weth.CompareTo(usdc) < 0;
        var sqrt = LocalMarket.SqrtAt(3_000m, WethDecimals, UsdcDecimals, baseIs0);
        var v2 = d.V2Pool(weth, 1_000 * Ether, usdc, 3_000_000 * Dollar);
        var v3 = d.V3Pool(weth, usdc, 3_000, sqrt, LocalMarket.Positions(new(PoolKind.Concentrated, "WETH", "USDC", 3_000, 3_000m, 6_000), sqrt, WethDecimals, baseIs0));
        foreach (var who in new[] { user.Address, robber.Address })
        {
            d.Lane.Call(weth, Erc20Abi.Transfer, who, 50_000 * Ether);
            d.Lane.Call(usdc, Erc20Abi.Transfer, who, 500_000_000 * Dollar);
        }
        await d.Lane.FlushAsync(ct: ct).ConfigureAwait(false);
        foreach (var who in new[] { user, robber })
        {
            var lane = await DeployLane.OpenAsync(node, who, ct).ConfigureAwait(false);
            foreach (var (token, router) in from t in new[] { weth, usdc } from r in new[] { d.V2Router, d.V3Router } select (t, r))
            {
                lane.Call(token, Erc20Abi.Approve, router, Hex.MaxUInt256);
            }
            await lane.FlushAsync(ct: ct).ConfigureAwait(false);
        }
        _ = await node.Client.SendAsync(new("evm_setAutomine", false), ct).ConfigureAwait(false);

        // From here on everybody, the user too, knows only the builder's doors.
        var eth = Api(server.Address, time);
        var relay = new RelayClient("loopback", Http, server.RelayAddress, identity, time, statusAddress: server.RelayStatusAddress);
        var nonces = await NonceLane.OpenAsync(eth, user, ChainNode.DevChain, new() { Confirmations = 1, StuckAfterBlocks = 0 }, new MemoryTransactionJournal(), time, relay, ct).ConfigureAwait(false);
        var (token0, token1) = baseIs0 ? (weth, usdc) : (usdc, weth);
        OnChainPool[] pools = [new(v2, PoolKind.ConstantProduct, token0, token1, 3_000), new(v3, PoolKind.Concentrated, token0, token1, 3_000)];
        var routers = new UniswapAddresses(d.V2Router, d.V3Router);
        doors = [.. new[] { SubmissionPath.Public, SubmissionPath.Relay }.Select(p => new UniswapVenue("laboratory", ChainNode.DevChain, eth, nonces, user.Address, routers, pools, time, p))];
        bot = await SandwichBot.StartAsync(eth, server.WebSocketAddress, new("bot", Http, server.RelayAddress, DevAccounts.Account(8), time), robber, routers, pools, weth, ChainNode.DevChain, time, ct).ConfigureAwait(false);
        builder.PendingPublic += hash =>
        {
            lock (blocks)
            {
                blocks.Add(hash);
            }
        };
    }

    private async Task<SandwichLeg> SwapAsync(int door, string id, OnChainPool pool, bool sellsBase, BigInteger amount, int tolerance, decimal px, CancellationToken ct)
    {
        var zeroForOne = (pool.Token0 == weth) == sellsBase;
        var promised = (await doors[door].PoolAsync(pool.Address, ct).ConfigureAwait(false)).SwapIn(zeroForOne, amount).AmountOut;
        var before = await WealthAsync(px, ct).ConfigureAwait(false);
        var sent = await doors[door].SwapAsync(new(id, pool.Address, zeroForOne, amount, promised * (10_000 - tolerance) / 10_000, time.GetUtcNow() + Deadline), ct).ConfigureAwait(false);
        if (sent.Denial is { } denial)
        {
            throw new InvalidOperationException($"{id}: {denial}: {sent.Words}");
        }
        // Both doors give the bot the same time; what it can see it gets to judge before the block.
        await Task.Delay(TimeSpan.FromMilliseconds(options.BlockMs), time, ct).ConfigureAwait(false);
        string[] visible;
        lock (blocks)
        {
            visible = [.. blocks];
            blocks.Clear();
        }
        foreach (var hash in visible)
        {
            _ = await bot!.JudgedAsync(hash, TimeSpan.FromMilliseconds(options.BotMsMax), time, ct).ConfigureAwait(false);
        }
        var block = await builder.BuildAsync(ct).ConfigureAwait(false);
        _ = await doors[door].WatchAsync(ct).ConfigureAwait(false);
        var report = doors[door].Find(id)!;
        if (report is not { State: OnChainSwapState.Final, AmountOut: { } received })
        {
            throw new InvalidOperationException($"{id} is {report.State}.");
        }
        return new(promised, received, visible.Length > 0, block.Hashes.Count == 3, await WealthAsync(px, ct).ConfigureAwait(false) - before);
    }

    /// <summary>What the bot has, coin for gas included, in quote tokens at one price.</summary>
    private async Task<decimal> WealthAsync(decimal px, CancellationToken ct)
    {
        var venue = doors[0];
        var ethers = await venue.BalanceAsync(weth, bot!.Address, ct).ConfigureAwait(false) + await venue.BalanceAsync(Address.Zero, bot.Address, ct).ConfigureAwait(false);
        return (Whole(ethers, true) * px) + Whole(await venue.BalanceAsync(usdc, bot.Address, ct).ConfigureAwait(false), false);
    }

    private decimal Px(IAmmPool state, OnChainPool pool) =>
        PoolPx.Of(state, new(pool.Token0 == weth, pool.Token0 == weth ? WethDecimals : UsdcDecimals, pool.Token0 == weth ? UsdcDecimals : WethDecimals)) ?? throw new InvalidOperationException("A pool without a price.");

    private static decimal Lost(SandwichLeg leg, bool sellsBase, decimal px) => Whole(leg.Promised - leg.Received, !sellsBase) * (sellsBase ? 1m : px);

    /// <summary>Units as whole tokens, to a millionth.</summary>
    private static decimal Whole(BigInteger units, bool isBase) => (decimal)(units * 1_000_000 / (isBase ? Ether : Dollar)) / 1_000_000m;

    private static EthApi Api(Uri address, TimeProvider time) => new(new RpcPool([new HttpRpcChannel(Http, address, time)], ChainNode.DevChain, new(), time));

}

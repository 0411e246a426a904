using System.Collections.Concurrent;
using System.Numerics;
using System.Text.Json;
using System.Threading.Channels;
using Ems.Execution.Core.Amm;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.PrivateFlow;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Signing;
using Ems.Execution.Venues.Ethereum.Transactions;
using Ems.Execution.Venues.Ethereum.Uniswap;

namespace Ems.Execution.Venues.OnChain.Laboratory;

/// <summary>
/// A sandwich bot as they are: it listens to the public pool, reads every swap in it, searches the largest front-run that leaves the victim
/// his least output, and sends front, victim and back as one bundle to the builders. It has no other way in than everybody: the public
/// endpoint and the relay.
/// </summary>
internal sealed class SandwichBot : IAsyncDisposable
{
    private const ulong GasLimit = 350_000;
    // What a sandwich costs at least is known from experience: two swaps.
    private const long GasOfTwoSwaps = 260_000;
    private static readonly BigInteger ExtraTip = 2_000_000_000;

    private readonly EthApi eth;
    private readonly WebSocketRpcChannel feed;
    private readonly RelayClient relay;
    private readonly PrivateKeySigner key;
    private readonly UniswapAddresses routers;
    private readonly IReadOnlyList<OnChainPool> pools;
    private readonly Address weth;
    private readonly ulong chainId;
    private readonly UniswapReader reader;
    private readonly CancellationTokenSource closing = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<bool>> judged = new(StringComparer.Ordinal);
    private Task listening = Task.CompletedTask;

    private SandwichBot(EthApi eth, WebSocketRpcChannel feed, RelayClient relay, PrivateKeySigner key, UniswapAddresses routers, IReadOnlyList<OnChainPool> pools, Address weth, ulong chainId) =>
        (this.eth, this.feed, this.relay, this.key, this.routers, this.pools, this.weth, this.chainId, reader) = (eth, feed, relay, key, routers, pools, weth, chainId, new(eth));

    public Address Address => key.Address;

    /// <summary>Swaps that it saw before their block.</summary>
    public int Seen { get; private set; }

    /// <summary>Why its last attack failed, or null.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Connects to the public feed and begins.</summary>
    public static async Task<SandwichBot> StartAsync(
        EthApi eth, Uri feedAddress, RelayClient relay, PrivateKeySigner key, UniswapAddresses routers, IReadOnlyList<OnChainPool> pools, Address weth, ulong chainId, TimeProvider time, CancellationToken ct)
    {
        var feed = await WebSocketRpcChannel.ConnectAsync(feedAddress, time, ct: ct).ConfigureAwait(false);
        var bot = new SandwichBot(eth, feed, relay, key, routers, pools, weth, chainId);
        var pending = await feed.SubscribeAsync("newPendingTransactions", ct).ConfigureAwait(false);
        bot.listening = Task.Run(() => bot.ListenAsync(pending), CancellationToken.None);
        return bot;
    }

    /// <summary>Waits until the bot made up its mind about a transaction it can see; whether it attacked.</summary>
    public async Task<bool> JudgedAsync(string hash, TimeSpan most, TimeProvider time, CancellationToken ct)
    {
        try
        {
            return await judged.GetOrAdd(hash, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task.WaitAsync(most, time, ct).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync().ConfigureAwait(false);
        await feed.DisposeAsync().ConfigureAwait(false);
        await listening.ConfigureAwait(false);
        closing.Dispose();
    }

    private async Task ListenAsync(ChannelReader<JsonElement> pending)
    {
        try
        {
            await foreach (var note in pending.ReadAllAsync(closing.Token).ConfigureAwait(false))
            {
                var hash = note.TextValue();
                var attacked = false;
                try
                {
                    attacked = await AttackAsync(hash).ConfigureAwait(false);
                }
                catch (Exception e) when (e is RpcException or EthereumFormatException)
                {
                    Trouble = e.Message;
                }
                judged.GetOrAdd(hash, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult(attacked);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or RpcTransportException)
        {
            // The feed is closed.
        }
    }

    private async Task<bool> AttackAsync(string hash)
    {
        var raw = await eth.Client.SendAsync(new("eth_getRawTransactionByHash", hash), closing.Token).ConfigureAwait(false);
        if (raw.ValueKind != JsonValueKind.String || SignedTransaction.Decode(Hex.Decode(raw.GetString())) is not { } victim || victim.From == key.Address
            || RouterCalls.Decode(victim.Transaction.Data) is not { } call || Pool(call) is not { } pool)
        {
            return false;
        }
        Seen++;
        var zeroForOne = call.TokenIn == pool.Token0;
        var head = await eth.BlockAsync(ct: closing.Token).ConfigureAwait(false) ?? throw new RpcTransportException("The node has no newest block.");
        IAmmPool state = pool.Kind == PoolKind.ConstantProduct ? await reader.V2Async(pool.Address, ct: closing.Token).ConfigureAwait(false) : await reader.V3Async(pool.Address, head.Number, closing.Token).ConfigureAwait(false);
        var funds = (BigInteger)Erc20Abi.BalanceOf.DecodeOutput(await eth.CallAsync(new(null, call.TokenIn, Erc20Abi.BalanceOf.Encode(key.Address)), ct: closing.Token).ConfigureAwait(false))[0];
        if (SandwichSearch.Largest(state, zeroForOne, call.AmountIn, call.MinOut, funds) is not { } sandwich)
        {
            return false;
        }
        var (baseFee, tip) = (head.BaseFeePerGas ?? 0, TipOf(victim.Transaction) + ExtraTip);
        if (sandwich.Profit <= GasIn(call.TokenIn, pool, state, GasOfTwoSwaps * (baseFee + tip)))
        {
            return false;
        }
        var nonce = await eth.TransactionCountAsync(key.Address, ct: closing.Token).ConfigureAwait(false);
        var router = pool.Kind == PoolKind.ConstantProduct ? routers.V2Router : routers.V3Router;
        SignedTransaction Own(ulong n, bool direction, BigInteger amount)
        {
            var tx = new Eip1559Transaction
            {
                ChainId = chainId, Nonce = n, GasLimit = GasLimit, To = router, Data = RouterCalls.Encode(pool, direction, amount, 1, key.Address), MaxFeePerGas = (baseFee * 2) + tip, MaxPriorityFeePerGas = tip,
            };
            return tx.Sign(key.SignHash(tx.SigningHash()));
        }
        SignedTransaction[] bundle = [Own(nonce, zeroForOne, sandwich.Front), victim, Own(nonce + 1, !zeroForOne, sandwich.Bought)];
        await relay.SendBundleAsync(new([.. bundle.Select(t => Hex.Encode(t.Raw))], head.Number + 1), closing.Token).ConfigureAwait(false);
        return true;
    }

    private OnChainPool? Pool(RouterCall call) => pools.FirstOrDefault(p =>
        (p.Token0, p.Token1) is var (a, b) && ((a, b) == (call.TokenIn, call.TokenOut) || (b, a) == (call.TokenIn, call.TokenOut))
        && (call.FeePips is { } fee ? p.Kind == PoolKind.Concentrated && p.FeePips == fee : p.Kind == PoolKind.ConstantProduct));

    private static BigInteger TipOf(EthTransaction tx) => tx is Eip1559Transaction dynamic ? dynamic.MaxPriorityFeePerGas : tx.MaxFee;

    /// <summary>Wei in units of the token that is sold, by the pool's own price.</summary>
    private BigInteger GasIn(Address token, OnChainPool pool, IAmmPool state, BigInteger wei) => token == weth ? wei
        : pool.Token0 == weth || pool.Token1 == weth ? state.SwapIn(pool.Token0 == weth, wei).AmountOut : 0;
}

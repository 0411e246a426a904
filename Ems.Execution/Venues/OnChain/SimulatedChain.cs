using System.Numerics;
using Ems.Execution.Core.Amm;
using Ems.Execution.Venues.Ethereum;

namespace Ems.Execution.Venues.OnChain;

/// <summary>
/// Blocks, pools and balances in this process, for use without a node. It runs no contracts: pools follow their formulas, blocks come when
/// told, transactions of a block run by tip and then by arrival, as builders order them.
/// </summary>
public sealed class SimulatedChain(TimeProvider time)
{
    /// <summary>Gas of a swap, about what Uniswap's routers use.</summary>
    public const ulong SwapGas = 130_000;

    private readonly Lock gate = new();
    private readonly Dictionary<Address, (OnChainPool Info, IAmmPool State)> pools = [];
    private readonly Dictionary<(Address Token, Address Owner), BigInteger> balances = [];
    private readonly List<PendingSwap> pending = [];
    private readonly Dictionary<(Address Wallet, string Id), MinedSwap> mined = [];
    private long arrivals;

    /// <summary>Base fee per gas, wei.</summary>
    public BigInteger BaseFee { get; set; } = 1_000_000_000;

    /// <summary>Number of the newest block.</summary>
    public long Head { get; private set; }

    /// <summary>The pools.</summary>
    public IReadOnlyList<OnChainPool> Pools
    {
        get
        {
            lock (gate)
            {
                return [.. pools.Values.Select(p => p.Info)];
            }
        }
    }

    /// <summary>Puts a pool on the chain.</summary>
    public void AddPool(OnChainPool info, IAmmPool state)
    {
        lock (gate)
        {
            pools.Add(info.Address, (info, state));
        }
    }

    /// <summary>Gives an address units of a token; the zero address stands for the chain's coin.</summary>
    public void Fund(Address token, Address owner, BigInteger units)
    {
        lock (gate)
        {
            Add(token, owner, units);
        }
    }

    /// <summary>Units of a token that an address has.</summary>
    public BigInteger Balance(Address token, Address owner)
    {
        lock (gate)
        {
            return balances.GetValueOrDefault((token, owner));
        }
    }

    /// <summary>A pool as it is at the newest block.</summary>
    public IAmmPool Pool(Address pool)
    {
        lock (gate)
        {
            return pools[pool].State;
        }
    }

    /// <summary>Makes the next block: whatever waits, dearest tip first.</summary>
    public void Mine()
    {
        lock (gate)
        {
            Head++;
            foreach (var swap in pending.OrderByDescending(p => p.Tip).ThenBy(p => p.Arrival).ToArray())
            {
                Run(swap);
            }
            pending.Clear();
        }
    }

    internal bool Knows(Address wallet, string id)
    {
        lock (gate)
        {
            return mined.ContainsKey((wallet, id)) || pending.Any(p => p.Wallet == wallet && p.Swap.Id == id);
        }
    }

    internal void Send(Address wallet, OnChainSwap swap, BigInteger tip)
    {
        lock (gate)
        {
            pending.Add(new(wallet, swap, tip, arrivals++));
        }
    }

    /// <summary>Takes a waiting swap back: nobody has seen it yet.</summary>
    internal bool TakeBack(Address wallet, string id)
    {
        lock (gate)
        {
            return pending.RemoveAll(p => p.Wallet == wallet && p.Swap.Id == id) > 0;
        }
    }

    internal MinedSwap? Mined(Address wallet, string id)
    {
        lock (gate)
        {
            return mined.GetValueOrDefault((wallet, id));
        }
    }

    private void Run(PendingSwap p)
    {
        var gas = SwapGas * (BaseFee + p.Tip);
        Add(Address.Zero, p.Wallet, -gas);
        var (info, pool) = pools[p.Swap.Pool];
        var (tokenIn, tokenOut) = p.Swap.ZeroForOne ? (info.Token0, info.Token1) : (info.Token1, info.Token0);
        var result = p.Swap.ExactOut ? AmmQuotes.SwapOut(pool, p.Swap.ZeroForOne, p.Swap.MinAmountOut) : pool.SwapIn(p.Swap.ZeroForOne, p.Swap.AmountIn);
        var reverts = time.GetUtcNow() > p.Swap.Deadline || result is null || result.AmountOut < p.Swap.MinAmountOut || result.AmountIn > p.Swap.AmountIn || balances.GetValueOrDefault((tokenIn, p.Wallet)) < result.AmountIn;
        if (!reverts)
        {
            pools[p.Swap.Pool] = (info, result!.After);
            Add(tokenIn, p.Wallet, -result.AmountIn);
            Add(tokenOut, p.Wallet, result.AmountOut);
        }
        mined[(p.Wallet, p.Swap.Id)] = new(Head, !reverts, reverts ? BigInteger.Zero : result!.AmountOut, gas, reverts ? BigInteger.Zero : result!.AmountIn);
    }

    private void Add(Address token, Address owner, BigInteger units) => balances[(token, owner)] = balances.GetValueOrDefault((token, owner)) + units;

    private sealed record PendingSwap(Address Wallet, OnChainSwap Swap, BigInteger Tip, long Arrival);
}

/// <summary>A swap in a block of the simulation.</summary>
internal sealed record MinedSwap(long Block, bool Succeeded, BigInteger AmountOut, BigInteger GasCost, BigInteger AmountIn);

using System.Numerics;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Rpc;

namespace Ems.Execution.Venues.Cow.Loopback;

/// <summary>A fill that the solver wants.</summary>
/// <param name="Name">Once per attempt.</param>
/// <param name="Qty">In the unit of the order's fixed amount.</param>
internal sealed record CowFill(string Name, BookedOrder Order, BigInteger Qty, BigInteger SellQty, Address Router, byte[] Data);

/// <summary>What became of a fill.</summary>
/// <param name="Final">Whether it cannot change any more.</param>
internal sealed record CowFillResult(bool Final, bool Succeeded, long Block, string? TxHash, BigInteger Sold, BigInteger Bought);

/// <summary>Brings fills to the chain.</summary>
public interface ICowSettler
{
    /// <summary>Address that the settlement contract's routers must pay.</summary>
    internal Address Settlement { get; }

    /// <summary>Sends a fill; false where the simulation refuses it.</summary>
    internal Task<bool> SendAsync(CowFill fill, CancellationToken ct);

    /// <summary>A fill that was sent, once it is in a block; null before. One that will never happen is final and has not succeeded.</summary>
    internal Task<CowFillResult?> LookAsync(string name, CancellationToken ct);

    /// <summary>One round of following what was sent.</summary>
    internal Task WatchAsync(CancellationToken ct);
}

/// <summary>The solver: fills what the pools can fill at the owner's price or better.</summary>
public sealed partial class CowOrderBook
{
    private const int SettledAtOnceMax = 8;
    private readonly SemaphoreSlim solving = new(1, 1);

    /// <summary>One round after a block: books what was settled, and settles what can be.</summary>
    public async Task SolveAsync(CancellationToken ct = default)
    {
        await solving.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            await settler.WatchAsync(ct).ConfigureAwait(false);
            BookedOrder[] all;
            lock (gate)
            {
                all = [.. orders.Values];
            }
            foreach (var order in all.Where(o => o.UnderWay is not null))
            {
                await BookAsync(order, ct).ConfigureAwait(false);
            }
            foreach (var order in all.Where(o => o.UnderWay is null && !Faults.NobodySolves && o.StatusAt(time.GetUtcNow()) == CowStatus.Open).OrderBy(o => o.CreatedAt).Take(SettledAtOnceMax))
            {
                if (await PlanAsync(order, ct).ConfigureAwait(false) is not { } fill)
                {
                    continue;
                }
                lock (gate)
                {
                    // The owner may have cancelled meanwhile.
                    if (order.StatusAt(time.GetUtcNow()) != CowStatus.Open)
                    {
                        continue;
                    }
                    order.UnderWay = fill.Name;
                }
                if (!await settler.SendAsync(fill, ct).ConfigureAwait(false))
                {
                    order.UnderWay = null;
                }
            }
        }
        finally
        {
            solving.Release();
        }
    }

    private async Task BookAsync(BookedOrder order, CancellationToken ct)
    {
        if (await settler.LookAsync(order.UnderWay!, ct).ConfigureAwait(false) is not { Final: true } result)
        {
            return;
        }
        lock (gate)
        {
            order.UnderWay = null;
            if (!result.Succeeded)
            {
                return;
            }
            order.ExecutedSell += result.Sold;
            order.ExecutedBuy += result.Bought;
            order.BoughtFixed += order.Order.Kind == CowKind.Buy ? BigInteger.Min(result.Bought, order.Order.BuyAmount - order.BoughtFixed) : 0;
            order.Trades.Add(new(order.Uid, result.Block, result.Sold, result.Bought, result.TxHash));
        }
    }

    private async Task<CowFill?> PlanAsync(BookedOrder order, CancellationToken ct)
    {
        var (o, left) = (order.Order, order.Order.FixedAmount - order.Filled);
        var routes = await market.RoutesAsync(o.SellToken, o.BuyToken, ct).ConfigureAwait(false);
        var funds = BigInteger.Min(await NumberAsync(o.SellToken, Erc20Abi.BalanceOf, [order.Uid.Owner], ct).ConfigureAwait(false),
            await NumberAsync(o.SellToken, Erc20Abi.Allowance, [order.Uid.Owner, domain.Relayer], ct).ConfigureAwait(false));
        (CowRoute Route, BigInteger Qty, BigInteger Sell, BigInteger Least)? best = null;
        foreach (var route in routes)
        {
            if (Fill(o, route, left, funds) is var (qty, sell, least) && (best is null || qty > best.Value.Qty || (qty == best.Value.Qty && route.Out(sell) > best.Value.Route.Out(best.Value.Sell))))
            {
                best = (route, qty, sell, least);
            }
        }
        if (best is not { } b)
        {
            return null;
        }
        var (router, data) = market.Call(b.Route, b.Sell, b.Least, settler.Settlement);
        return new($"{order.Uid}/{order.Attempts++}", order, b.Qty, b.Sell, router, data);
    }

    /// <summary>The most that a route can fill at the owner's price: all of it, or the part up to which the pool is good enough.</summary>
    private static (BigInteger Qty, BigInteger Sell, BigInteger Least)? Fill(CowOrder o, CowRoute route, BigInteger left, BigInteger funds)
    {
        if (Try(left) is { } whole)
        {
            return whole;
        }
        if (!o.PartiallyFillable)
        {
            return null;
        }
        // The price gets worse with the size, so the edge is found by halving; dust is not worth a transaction.
        var (low, high) = (BigInteger.Zero, left);
        for (var i = 0; i < 40 && high - low > 1; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = Try(middle) is null ? (low, middle) : (middle, high);
        }
        return low * 100 >= o.FixedAmount ? Try(low) : null;

        (BigInteger, BigInteger, BigInteger)? Try(BigInteger qty)
        {
            if (o.Kind == CowKind.Sell)
            {
                var least = ((qty * o.BuyAmount) + o.SellAmount - 1) / o.SellAmount;
                return qty <= funds && route.Out(qty) >= least ? (qty, qty, least) : null;
            }
            var most = BigInteger.Min(funds, qty * o.SellAmount / o.BuyAmount);
            return route.In(qty, most) is { } sell ? (qty, sell, qty) : null;
        }
    }
}

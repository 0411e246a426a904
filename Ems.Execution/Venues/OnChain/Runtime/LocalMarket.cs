using System.Numerics;
using Ems.Execution.Core.Amm;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Local;
using Ems.Execution.Venues.Ethereum.Rpc;

namespace Ems.Execution.Venues.OnChain.Runtime;

/// <summary>A pool of the local chain.</summary>
/// <param name="Depth">Base tokens: the reserve of a constant product; what one would need over the whole line for the same depth at the price else.</param>
/// <param name="HalfWidth">Ticks to either side that a concentrated position covers; about a basis point each.</param>
internal sealed record LocalPool(PoolKind Kind, string Base, string Quote, int FeePips, decimal Depth, int HalfWidth = 0)
{
    public int Spacing => FeePips switch { 500 => 10, 3_000 => 60, _ => 200 };
}

/// <summary>Tokens and pools of the local chain, by contracts on a node or in the simulation: the same ones at the same prices.</summary>
internal static class LocalMarket
{
    private const int PriceDigits = 12;
    private const decimal PriceParts = 1_000_000_000_000m;
    private static readonly BigInteger Q96 = BigInteger.One << 96;

    public static IReadOnlyList<(string Name, string Symbol, int Decimals, bool Silent)> Tokens { get; } =
    [
        ("Wrapped Ether", "WETH", 18, false), ("USD Coin", "USDC", 6, false), ("Wrapped BTC", "WBTC", 8, false),
        // Returns nothing from transfers, as the real one does.
        ("Tether USD", "USDT", 6, true),
    ];

    public static IReadOnlyList<LocalPool> Pools { get; } =
    [
        new(PoolKind.ConstantProduct, "WETH", "USDT", 3_000, 8_000m),
        new(PoolKind.Concentrated, "WETH", "USDT", 500, 120_000m, 1_500),
        new(PoolKind.Concentrated, "WBTC", "USDT", 500, 5_000m, 1_500),
        new(PoolKind.Concentrated, "WETH", "USDC", 500, 60_000m, 1_500),
    ];

    /// <summary>Root of token0's price at a price in quote tokens per base token.</summary>
    public static BigInteger SqrtAt(decimal px, int baseDecimals, int quoteDecimals, bool baseIs0)
    {
        var quote = new BigInteger(px * PriceParts) * BigInteger.Pow(10, quoteDecimals);
        var each = BigInteger.Pow(10, PriceDigits + baseDecimals);
        return baseIs0 ? TickMath.SqrtOf(quote, each) : TickMath.SqrtOf(each, quote);
    }

    /// <summary>The positions of a concentrated pool: a narrow one, and a tenth of it over the whole line.</summary>
    public static IReadOnlyList<PoolPosition> Positions(LocalPool pool, BigInteger sqrt, int baseDecimals, bool baseIs0)
    {
        var units = Units(pool.Depth, baseDecimals);
        var liquidity = baseIs0 ? units * sqrt / Q96 : units * Q96 / sqrt;
        var middle = TickMath.TickAt(sqrt) / pool.Spacing * pool.Spacing;
        var whole = TickMath.MaxTick / pool.Spacing * pool.Spacing;
        var half = (pool.HalfWidth / pool.Spacing + 1) * pool.Spacing;
        return [new(middle - half, middle + half, liquidity), new(-whole, whole, liquidity / 10)];
    }

    /// <summary>Units of a token.</summary>
    public static BigInteger Units(decimal tokens, int decimals) => new BigInteger(tokens * 1_000_000m) * BigInteger.Pow(10, decimals) / 1_000_000;

    /// <summary>Deploys everything on a node whose first development account has coin enough.</summary>
    /// <param name="px">Price of a base token in quote tokens.</param>
    public static async Task<ChainContracts> DeployAsync(EthApi eth, ChainPackages packages, Func<string, decimal> px, CancellationToken ct)
    {
        var d = await UniswapDeployment.DeployAsync(eth, packages, DevAccounts.Account(0), ct).ConfigureAwait(false);
        var tokens = Tokens.Select(t => new ChainToken(t.Symbol, t.Decimals, t.Symbol switch
        {
            "WETH" => d.Weth, "USDC" => d.Usdc, "WBTC" => d.Wbtc, _ => d.Token(t.Name, t.Symbol, t.Decimals, silent: t.Silent),
        })).ToArray();
        foreach (var token in tokens)
        {
            d.Fund(token.Address, token.Symbol == "WETH" ? Units(1_000_000m, 18) : Units(10_000_000_000m, token.Decimals));
        }
        var pools = new List<OnChainPool>();
        foreach (var pool in Pools)
        {
            var (b, q) = (tokens.First(t => t.Symbol == pool.Base), tokens.First(t => t.Symbol == pool.Quote));
            var baseIs0 = b.Address.CompareTo(q.Address) < 0;
            var price = px(pool.Base);
            Address address;
            if (pool.Kind == PoolKind.ConstantProduct)
            {
                address = d.V2Pool(b.Address, Units(pool.Depth, b.Decimals), q.Address, Units(pool.Depth * price, q.Decimals));
            }
            else
            {
                var sqrt = SqrtAt(price, b.Decimals, q.Decimals, baseIs0);
                address = d.V3Pool(b.Address, q.Address, pool.FeePips, sqrt, Positions(pool, sqrt, b.Decimals, baseIs0));
            }
            pools.Add(new(address, pool.Kind, baseIs0 ? b.Address : q.Address, baseIs0 ? q.Address : b.Address, pool.FeePips));
        }
        var mandates = d.Lane.Create(packages.Own("Mandates"));
        await d.Lane.FlushAsync(ct: ct).ConfigureAwait(false);
        // A contract's first creation has nonce 1 (EIP-161).
        return new(tokens, pools, d.V2Router, d.V3Router, d.V3Quoter, mandates, Address.Create(mandates, 1));
    }

    /// <summary>The same tokens and pools in the simulation, under addresses that mean nothing elsewhere.</summary>
    public static ChainContracts Simulate(SimulatedChain chain, Func<string, decimal> px)
    {
        var named = 0UL;
        var owner = DevAccounts.Account(0).Address;
        var tokens = Tokens.Select(t => new ChainToken(t.Symbol, t.Decimals, Address.Create(owner, named++))).ToArray();
        foreach (var pool in Pools)
        {
            var (b, q) = (tokens.First(t => t.Symbol == pool.Base), tokens.First(t => t.Symbol == pool.Quote));
            var baseIs0 = b.Address.CompareTo(q.Address) < 0;
            var price = px(pool.Base);
            IAmmPool state;
            if (pool.Kind == PoolKind.ConstantProduct)
            {
                var (reserveBase, reserveQuote) = (Units(pool.Depth, b.Decimals), Units(pool.Depth * price, q.Decimals));
                state = baseIs0 ? new ConstantProductPool(reserveBase, reserveQuote) : new ConstantProductPool(reserveQuote, reserveBase);
            }
            else
            {
                var sqrt = SqrtAt(price, b.Decimals, q.Decimals, baseIs0);
                state = Positions(pool, sqrt, b.Decimals, baseIs0).Aggregate(
                    new ConcentratedPool(pool.FeePips, pool.Spacing, sqrt, TickMath.TickAt(sqrt), 0, []), (p, at) => p.AddLiquidity(at.LowerTick, at.UpperTick, at.Liquidity));
            }
            chain.AddPool(new(Address.Create(owner, named++), pool.Kind, baseIs0 ? b.Address : q.Address, baseIs0 ? q.Address : b.Address, pool.FeePips), state);
        }
        return new(tokens, chain.Pools, Address.Create(owner, named++), Address.Create(owner, named++), null, null, null);
    }
}

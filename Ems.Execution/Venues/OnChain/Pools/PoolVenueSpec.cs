using Ems.Execution.Core.Amm;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.OnChain.Runtime;

namespace Ems.Execution.Venues.OnChain.Pools;

/// <summary>Pools of one kind as a venue of the engine. The asset of a wrapped token is what it wraps.</summary>
public sealed record PoolVenueSpec(VenueId Venue, PoolKind Kind, IReadOnlyList<Listing> Listings)
{
    /// <summary>Uniswap's pools of the local chain. The pool's fee is part of its curve, so the listings have none.</summary>
    public static IReadOnlyList<PoolVenueSpec> Defaults { get; } =
    [
        new(new("UNISWAP-V2"), PoolKind.ConstantProduct, [L("UNISWAP-V2", "ETH-USDT", 0.01m, 0.0001m, 2_000m)]),
        new(new("UNISWAP-V3"), PoolKind.Concentrated, [L("UNISWAP-V3", "ETH-USDT", 0.01m, 0.0001m, 20_000m), L("UNISWAP-V3", "BTC-USDT", 0.1m, 0.00001m, 1_000m)]),
    ];

    /// <summary>Uniswap's pools of the local layer two.</summary>
    public static PoolVenueSpec LayerTwo { get; } = new(new("UNISWAP-L2"), PoolKind.Concentrated, [L("UNISWAP-L2", "ETH-USDT", 0.01m, 0.0001m, 20_000m), L("UNISWAP-L2", "BTC-USDT", 0.1m, 0.00001m, 1_000m)]);

    /// <summary>The venue of orders that trade by a mandate, on the pools of concentrated liquidity; an order must name it. Its least order is a lot, so that what is left of a schedule can be sold to the last.</summary>
    public static PoolVenueSpec Mandate { get; } = new(new("MANDATE"), PoolKind.Concentrated,
        [.. Defaults[1].Listings.Select(l => l with { Venue = new("MANDATE"), MinQty = l.LotSize, MinNotional = 0.1m, OnlyWhenNamed = true })]);

    /// <summary>The instruments behind the listings.</summary>
    public static IReadOnlyList<Instrument> Instruments { get; } = [new(new("BTC-USDT"), new("BTC"), new("USDT")), new(new("ETH-USDT"), new("ETH"), new("USDT"))];

    /// <summary>Symbol of the token that stands for an asset.</summary>
    public static string SymbolOf(Asset asset) => asset.Code is "ETH" or "BTC" ? "W" + asset.Code : asset.Code;

    /// <summary>The pool of an instrument on a chain, or null where the chain has none: of several the one with the lowest fee.</summary>
    public PoolMarketOf? Find(ChainContracts contracts, InstrumentId instrument)
    {
        if (Instruments.FirstOrDefault(i => i.Id == instrument) is not { } i || contracts.Token(SymbolOf(i.Base)) is not { } b || contracts.Token(SymbolOf(i.Quote)) is not { } q)
        {
            return null;
        }
        var pool = contracts.Pools.Where(p => p.Kind == Kind && ((p.Token0 == b.Address && p.Token1 == q.Address) || (p.Token0 == q.Address && p.Token1 == b.Address))).MinBy(p => p.FeePips);
        return pool is null ? null : new(i, pool, b, q, new(pool.Token0 == b.Address, pool.Token0 == b.Address ? b.Decimals : q.Decimals, pool.Token0 == b.Address ? q.Decimals : b.Decimals));
    }

    private static Listing L(string venue, string instrument, decimal tick, decimal lot, decimal maxQty) => new(new(venue), new(instrument), tick, lot, lot * 10m, 5m, maxQty, 0m, 0m, IsPool: true);
}

/// <summary>A pool as the market of an instrument.</summary>
public sealed record PoolMarketOf(Instrument Instrument, OnChainPool Pool, ChainToken Base, ChainToken Quote, PoolMarket Market);

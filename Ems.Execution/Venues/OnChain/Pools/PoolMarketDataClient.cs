using Ems.Execution.Core.Amm;
using Ems.Execution.Core.Gas;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Routing;
using Ems.Execution.Venues.OnChain.Runtime;

namespace Ems.Execution.Venues.OnChain.Pools;

/// <summary>
/// Pools as market data: the curve for the router, and for everything that only knows books a ladder of what the next quantities would
/// cost, fee included.
/// </summary>
public sealed class PoolMarketDataClient(PoolVenueSpec spec, ChainRuntime chain) : IMarketDataClient, IPoolLiquidity
{
    /// <summary>Gas of a swap for the route's cost: what the routers use at most for one pool.</summary>
    public const int SwapGas = 150_000;

    /// <summary>Depths of the ladder, in basis points of the largest order.</summary>
    private static readonly int[] Depths = [1, 3, 10, 30, 100, 300, 1_000, 3_000];
    /// <summary>Stands for the price of what a pool has not got.</summary>
    private const decimal NotToBeHad = 1_000_000_000m;

    private readonly Lock gate = new();
    private readonly Dictionary<InstrumentId, (long Block, BookSnapshot Book)> ladders = [];

    /// <inheritdoc/>
    public VenueId Venue => spec.Venue;

    /// <inheritdoc/>
    public IReadOnlyList<Listing> Listings => spec.Listings;

    /// <inheritdoc/>
    public IReadOnlyList<Instrument> Instruments => PoolVenueSpec.Instruments;

    /// <inheritdoc/>
    public BookSnapshot? Book(InstrumentId instrument)
    {
        if (spec.Find(chain.State.Contracts, instrument) is not { } market || chain.Pool(market.Pool.Address) is not { } view)
        {
            return null;
        }
        lock (gate)
        {
            if (!ladders.TryGetValue(instrument, out var known) || known.Block != view.Block)
            {
                known = (view.Block, Ladder(market, view));
                ladders[instrument] = known;
            }
            return known.Book with { Time = chain.LookedAt };
        }
    }

    /// <summary>None: a pool has no tape, and prices that nobody paid would widen the bars of those that were.</summary>
    public IReadOnlyList<Candle> Candles(InstrumentId instrument, int max) => [];

    /// <inheritdoc/>
    public IDisposable Subscribe(InstrumentId instrument, Action<BookSnapshot>? onBook, Action<MarketTrade>? onTrade) => chain.OnBlock(_ =>
    {
        if (Book(instrument) is { } book)
        {
            onBook?.Invoke(book);
        }
        return Task.CompletedTask;
    });

    /// <inheritdoc/>
    public PoolQuote? Pool(InstrumentId instrument, Side side)
    {
        if (spec.Find(chain.State.Contracts, instrument) is not { } market || chain.Pool(market.Pool.Address) is not { } view || GasIn(market.Instrument.Quote) is not { } gas)
        {
            return null;
        }
        return new(new CurveLiquidity(AmmCurves.Of(view.State, market.Market, side), TimeSpan.FromMilliseconds(chain.Profile.ConfirmationMs),
            qty => PoolArithmetic.Quote(view.State, market, side, qty) ?? (side == Side.Buy ? qty * NotToBeHad : 0m), DataWords(market.Instrument.Quote)), gas, chain.LookedAt);
    }

    /// <summary>What a swap's gas costs now in an asset; null while there is no block or no price of the coin.</summary>
    public decimal? GasIn(Asset asset) => chain.SwapCost(SwapGas) is { } cost && CoinPx(asset) is { } px ? cost.InAsset(px) : null;

    /// <summary>Wei that layer one takes for the data of a swap; 0 on a chain that is one itself.</summary>
    public System.Numerics.BigInteger DataFee => chain.SwapCost(0)?.Data ?? 0;

    /// <summary>The part of the gas that layer one takes, in words for a route's reasons; null where there is none.</summary>
    private string? DataWords(Asset asset) => chain.LayerOnePrices is not null && chain.SwapCost(SwapGas) is { } cost && CoinPx(asset) is { } px
        ? FormattableString.Invariant($"{new GasCost(0, cost.Data).InAsset(px):0.######} of it for data on layer one") : null;

    /// <summary>Price of the chain's coin in an asset, by its pools.</summary>
    public decimal? CoinPx(Asset asset) => PoolVenueSpec.Defaults.Select(s => s.Find(chain.State.Contracts, new($"ETH-{asset.Code}"))).OfType<PoolMarketOf>()
        .Select(m => chain.Pool(m.Pool.Address) is { } view ? PoolPx.Of(view.State, m.Market) : null).LastOrDefault(px => px is not null);

    private BookSnapshot Ladder(PoolMarketOf market, PoolView view)
    {
        var listing = spec.Listings.First(l => l.Instrument == market.Instrument.Id);
        return new(Venue, market.Instrument.Id, view.Block + 1, view.At, Levels(Side.Sell), Levels(Side.Buy));

        BookLevel[] Levels(Side taker)
        {
            var levels = new List<BookLevel>(Depths.Length);
            var (qty, paid) = (0m, 0m);
            foreach (var step in Depths)
            {
                var to = Steps.RoundDown(listing.MaxQty * step / 10_000m, listing.LotSize);
                if (to <= qty || PoolArithmetic.Quote(view.State, market, taker, to) is not { } total)
                {
                    continue;
                }
                var px = (total - paid) / (to - qty);
                px = taker == Side.Buy ? Steps.RoundUp(px, listing.TickSize) : Steps.RoundDown(px, listing.TickSize);
                if (levels.Count > 0 && levels[^1].Px == px)
                {
                    levels[^1] = new(px, levels[^1].Qty + to - qty);
                }
                else if (px > 0m)
                {
                    levels.Add(new(px, to - qty));
                }
                (qty, paid) = (to, total);
            }
            return [.. levels];
        }
    }
}

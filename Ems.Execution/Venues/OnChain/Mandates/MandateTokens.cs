using System.Numerics;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Venues.OnChain.Pools;

namespace Ems.Execution.Venues.OnChain.Mandates;

/// <summary>
/// Between a trader's words (side, base quantity, worst price in quote per base) and a contract's (units sold, units bought per unit sold).
/// A purchase sells the quote: what it may spend buys at least its quantity, as its worst price says.
/// </summary>
public static class MandateTokens
{
    private const int PriceDigits = 8;

    /// <summary>The token that is sold, then the one that is bought.</summary>
    public static (Runtime.ChainToken Sell, Runtime.ChainToken Buy) Of(PoolMarketOf market, Side side) => side == Side.Sell ? (market.Base, market.Quote) : (market.Quote, market.Base);

    /// <summary>Units sold for a quantity of the base at the worst price; a purchase's are rounded up, so that they suffice.</summary>
    public static BigInteger SoldFor(PoolMarketOf market, Side side, decimal qty, decimal worstPx) => side == Side.Sell
        ? PoolArithmetic.UnitsDown(qty, market.Base.Decimals)
        : Up(PoolArithmetic.UnitsDown(qty, PriceDigits) * PoolArithmetic.UnitsDown(worstPx, PriceDigits) * BigInteger.Pow(10, market.Quote.Decimals), BigInteger.Pow(10, 2 * PriceDigits));

    /// <summary>The contract's worst price of one in quote per base, rounded up in the owner's favour.</summary>
    public static BigInteger MinPrice(PoolMarketOf market, Side side, decimal worstPx)
    {
        var (b, q, px) = (BigInteger.Pow(10, market.Base.Decimals), BigInteger.Pow(10, market.Quote.Decimals), PoolArithmetic.UnitsDown(worstPx, PriceDigits));
        var one = BigInteger.Pow(10, PriceDigits);
        return side == Side.Sell ? Up(px * q * Mandate.PriceOne, b * one) : Up(b * one * Mandate.PriceOne, px * q);
    }

    /// <summary>Worst price in quote per base, as the owner reads it; 0 for none.</summary>
    public static decimal WorstPx(Mandate m, Side side, int baseDecimals, int quoteDecimals)
    {
        var (b, q) = (BigInteger.Pow(10, baseDecimals), BigInteger.Pow(10, quoteDecimals));
        var scale = BigInteger.Pow(10, PriceDigits + 2);
        var scaled = side == Side.Sell ? m.MinPrice * b * scale / (q * Mandate.PriceOne) : m.MinPrice.IsZero ? BigInteger.Zero : b * Mandate.PriceOne * scale / (m.MinPrice * q);
        return Steps.Normal(decimal.Round(PoolArithmetic.Tokens(scaled, PriceDigits + 2), PriceDigits, MidpointRounding.ToEven));
    }

    /// <summary>How much of the base so many units of the sold token are good for: a sale's own, a purchase's at its worst price.</summary>
    public static decimal BaseQty(MandateEntry entry, BigInteger units, PoolMarketOf market) =>
        PoolArithmetic.Tokens(entry.Side == Side.Sell ? units : units * entry.Mandate.MinPrice / Mandate.PriceOne, market.Base.Decimals);

    private static BigInteger Up(BigInteger value, BigInteger by) => (value + by - BigInteger.One) / by;
}

using System.Numerics;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.OnChain.Mandates;
using Ems.Execution.Venues.OnChain.Pools;
using Ems.Execution.Venues.OnChain.Runtime;

namespace Ems.Venues.Tests.Pools;

/// <summary>A trader's words and a mandate contract's, both ways.</summary>
public sealed class MandateTokensTests
{
    [Theory]
    [InlineData(Side.Buy)]
    [InlineData(Side.Sell)]
    public void What_is_signed_is_never_worse_for_the_owner_than_what_he_wrote_and_reads_back_as_it(Side side)
    {
        const ulong seed = 41;
        for (var n = 0; n < 2_000; n++)
        {
            decimal Draw(uint stream) => ((SeededRandom.Draw(seed, stream, n) % 99_999_999UL) + 1UL) / (decimal)Math.Pow(10, SeededRandom.Draw(seed, stream + 10, n) % 9UL);
            var (px, qty) = (Draw(1), Draw(2));
            var market = Market(SeededRandom.Draw(seed, 3, n) % 2 == 0 ? 18 : 8, SeededRandom.Draw(seed, 4, n) % 2 == 0 ? 6 : 18);
            var (sold, price) = (MandateTokens.SoldFor(market, side, qty, px), MandateTokens.MinPrice(market, side, px));
            if (side == Side.Buy)
            {
                MandateTokens.BaseQty(Entry(market, sold, price), sold, market).ShouldBeGreaterThanOrEqualTo(qty, $"{n}: {qty} at {px}");
            }
            else
            {
                // The contract rounds its least up, in units of the quote.
                var least = ((sold * price) + Mandate.PriceOne - 1) / Mandate.PriceOne;
                (least * BigInteger.Pow(10, 16)).ShouldBeGreaterThanOrEqualTo((BigInteger)(qty * 100_000_000m) * (BigInteger)(px * 100_000_000m) * BigInteger.Pow(10, market.Quote.Decimals), $"{n}: {qty} at {px}");
            }
        }
    }

    [Theory]
    [InlineData(Side.Buy, "3300", 18, 6)]
    [InlineData(Side.Sell, "2700.01", 18, 6)]
    [InlineData(Side.Buy, "61234.5", 8, 6)]
    [InlineData(Side.Sell, "0.00012345", 18, 18)]
    public void The_worst_price_reads_as_it_was_written(Side side, string text, int baseDecimals, int quoteDecimals)
    {
        var px = decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
        var market = Market(baseDecimals, quoteDecimals);
        var m = Entry(market, 1, MandateTokens.MinPrice(market, side, px), side).Mandate;
        MandateTokens.WorstPx(m, side, baseDecimals, quoteDecimals).ShouldBe(px);
    }

    private static PoolMarketOf Market(int baseDecimals, int quoteDecimals) => new(PoolVenueSpec.Instruments[1], null!, new("B", baseDecimals, Address.Zero), new("Q", quoteDecimals, Address.Zero), default!);

    private static MandateEntry Entry(PoolMarketOf market, BigInteger sold, BigInteger price, Side side = Side.Buy) => new("0x", new("A"), "t", market.Instrument.Id, "i", 1, Address.Zero.ToString(),
        MandateText.Of(new(Address.Zero, Address.Zero, Address.Zero, sold, sold, 1, price, 1, [], Address.Zero, 0)), "0x", 1m, default, MandateState.Active, "0", 0, [], 0m, Side: side);
}

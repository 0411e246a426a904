using System.Numerics;
using CsCheck;
using Ems.Execution.Core.Analytics;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Tests.Analytics;

public sealed class ShortfallTests
{
    [Fact]
    public void The_worked_example_costs_660_11_dollars_or_11_00183_basis_points()
    {
        // Buy 10 at decision 60,000: 6 at 60,020, 2 at 60,050, 2 unfilled at close 60,100, fee 5 bps.
        var fills = new[] { Fill(6m, 60_020m, fee: 6m * 60_020m * 0.0005m), Fill(2m, 60_050m, fee: 2m * 60_050m * 0.0005m) };
        var cost = ImplementationShortfall.Of(Side.Buy, 10m, 60_000m, 60_000m, 60_100m, fills)!;
        cost.Total.Unattributed.ShouldBe(220m);
        cost.Total.Opportunity.ShouldBe(200m);
        cost.Total.Fees.ShouldBe(240.11m);
        cost.Total.Total.ShouldBe(660.11m);
        decimal.Round(cost.Bps.Total, 5).ShouldBe(11.00183m);
        cost.Notional.ShouldBe(600_000m);
    }

    [Fact]
    public void A_takers_price_is_split_at_the_quote_it_was_sent_on()
    {
        // Decided at 100, arrived at 101, sent on 102/104, filled at 105.
        var cost = ImplementationShortfall.Of(Side.Buy, 2m, 100m, 101m, null, [Fill(2m, 105m, 0.3m, send: new(102m, 104m))])!.Total;
        (cost.Delay, cost.Timing, cost.Spread, cost.Impact, cost.Fees, cost.Opportunity, cost.Unattributed).ShouldBe((2m, 4m, 2m, 2m, 0.3m, 0m, 0m));
        cost.Total.ShouldBe(10.3m);
    }

    [Fact]
    public void A_seller_pays_where_a_buyer_gains()
    {
        var cost = ImplementationShortfall.Of(Side.Sell, 2m, 100m, 99m, null, [Fill(2m, 95m, 0m, send: new(96m, 98m))])!.Total;
        (cost.Delay, cost.Timing, cost.Spread, cost.Impact).ShouldBe((2m, 4m, 2m, 2m));
    }

    [Fact]
    public void A_maker_earns_the_spread_at_its_fill_and_has_no_impact()
    {
        var fill = Fill(1m, 99m, -0.01m, send: new(98m, 100m), at: new(99m, 101m), liquidity: LastLiquidityInd.Added);
        var cost = ImplementationShortfall.Of(Side.Buy, 1m, 99m, 99m, null, [fill])!.Total;
        (cost.Spread, cost.Impact, cost.Timing, cost.Fees).ShouldBe((-1m, 0m, 1m, -0.01m));
    }

    [Fact]
    public void Delay_is_on_the_whole_quantity_and_opportunity_from_arrival_on()
    {
        var cost = ImplementationShortfall.Of(Side.Buy, 10m, 100m, 101m, 103m, [Fill(4m, 101m, 0m)])!;
        cost.Total.Delay.ShouldBe(10m);
        cost.Total.Opportunity.ShouldBe(12m);
        cost.NotFilled.ShouldBe(default(CostSplit) with { Delay = 6m, Opportunity = 12m });
    }

    [Fact]
    public void What_is_not_known_is_named_and_never_made_up()
    {
        ImplementationShortfall.Of(Side.Buy, 1m, null, null, 100m, []).ShouldBeNull();
        var cost = ImplementationShortfall.Of(Side.Buy, 10m, null, 100m, null, [Fill(4m, 101m, 0m)])!;
        cost.Total.Delay.ShouldBe(0m);
        cost.Total.Opportunity.ShouldBe(0m);
        cost.Total.Unattributed.ShouldBe(4m);
        cost.Missing.Count.ShouldBe(3);
    }

    [Fact]
    public void The_parts_sum_to_perolds_definition_to_the_last_digit()
    {
        var price = Gen.Long[1, 20_000_000].Select(x => x / 100m);
        var quote = Gen.Select(price, Gen.Int[-5, 500]).Select((bid, width) => (Quote?)new Quote(bid, Math.Max(0.01m, bid + (width / 100m))));
        var maybe = Gen.Select(quote, Gen.Int[0, 4]).Select((q, n) => n == 0 ? null : q);
        var fill = Gen.Select(Gen.Long[1, 100_000_000_000], price, Gen.Long[-1_000_000, 100_000_000], maybe, maybe, Gen.Bool, Gen.Int[0, 999])
            .Select((qty, px, fee, send, at, maker, gas) => Fill(qty / 100_000_000m, px, fee / 100_000_000m, send, at,
                maker ? LastLiquidityInd.Added : LastLiquidityInd.Removed, gas / 1000m));
        Gen.Select(fill.List[0, 12], price, price, price, Gen.Bool, Gen.Long[0, 100_000_000_000]).Sample((fills, d, a, c, buy, rest) =>
        {
            var side = buy ? Side.Buy : Side.Sell;
            var orderQty = fills.Sum(f => f.Qty) + (rest / 100_000_000m);
            if (ImplementationShortfall.Of(side, orderQty, d, a, c, fills) is not { } cost)
            {
                return orderQty == 0m;
            }
            // s (sum p q - D sum q + U (C - D)) + fees + gas, in whole units of 1e-20.
            var paper = side.Sign() * (fills.Aggregate(BigInteger.Zero, (sum, f) => sum + (Units(f.Qty) * (Units(f.Px) - Units(d)))) + (Units(orderQty - fills.Sum(f => f.Qty)) * (Units(c) - Units(d))))
                + fills.Aggregate(BigInteger.Zero, (sum, f) => sum + ((Units(f.Fee) + Units(f.Gas)) * Scale));
            var total = cost.Total;
            return Units(total.Total) * Scale == paper
                && total.Total == total.Delay + total.Spread + total.Impact + total.Timing + total.Opportunity + total.Fees + total.Gas + total.Unattributed
                && total == cost.Fills.Aggregate(cost.NotFilled, (sum, f) => sum + f);
        }, iter: 2_000);
    }

    private static readonly BigInteger Scale = BigInteger.Pow(10, 12);

    private static BigInteger Units(decimal value)
    {
        var bits = decimal.GetBits(value);
        var scale = (bits[3] >> 16) & 0xFF;
        var mantissa = ((BigInteger)(uint)bits[2] << 64) | ((BigInteger)(uint)bits[1] << 32) | (uint)bits[0];
        var units = mantissa * BigInteger.Pow(10, 24) / BigInteger.Pow(10, scale);
        (units % Scale).ShouldBe(BigInteger.Zero);
        return value < 0 ? -units / Scale : units / Scale;
    }

    internal static CostFill Fill(decimal qty, decimal px, decimal fee, Quote? send = null, Quote? at = null,
        LastLiquidityInd liquidity = LastLiquidityInd.Removed, decimal gas = 0m, string venue = "ALPHA", IReadOnlyList<decimal?>? after = null) =>
        new("x", new(venue), qty, px, fee, liquidity, DateTimeOffset.UnixEpoch, send, at, after ?? [], gas);
}

using System.Globalization;
using System.Numerics;
using CsCheck;
using Ems.Execution.Core.Amm;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.OnChain;
using Ems.Execution.Venues.OnChain.Pools;
using Ems.Venues.Tests.Conformance;

namespace Ems.Venues.Tests.Pools;

/// <summary>Simulated pools of concentrated liquidity are a venue like any other.</summary>
public sealed class SimulatedV3ConformanceTests : EveryVenueConformance
{
    protected override async Task<IVenueRig> OpenAsync() => await PoolRig.OpenAsync("simulator");
}

/// <summary>So are those of constant product.</summary>
public sealed class SimulatedV2ConformanceTests : EveryVenueConformance
{
    protected override async Task<IVenueRig> OpenAsync() => await PoolRig.OpenAsync("simulator", "UNISWAP-V2");
}

/// <summary>What only a venue of pools does.</summary>
public sealed class PoolVenueTests
{
    private static readonly Asset Eth = new("ETH"), Usdt = new("USDT");

    [Fact]
    public async Task A_swap_whose_price_is_gone_before_its_block_ends_the_order_and_costs_its_gas()
    {
        await using var rig = await PoolRig.OpenAsync("simulator", blockTimeMs: 700);
        using var session = await FundedAsync(rig);
        var spec = PoolVenueSpec.Defaults.First(s => s.Venue == rig.Client.Venue).Find(rig.Chain.State.Contracts, rig.Instrument.Id)!;
        var whale = Address.Parse("0x00000000000000000000000000000000000000ff");
        rig.Chain.Simulation!.Fund(spec.Quote.Address, whale, BigInteger.Pow(10, 20));
        rig.Chain.Simulation.Fund(Address.Zero, whale, BigInteger.Pow(10, 20));
        var ask = rig.MarketData.Book(rig.Instrument.Id)!.BestAsk!.Value;
        (await session.SubmitAsync("a", Side.Buy, 2m, Steps.RoundUp(ask * 1.0005m, rig.Listing.TickSize), TimeInForce.Ioc)).ExecType.ShouldBe(ExecType.New);
        // Dearer, so it stands before ours in the block.
        rig.Chain.Simulation.Send(whale, new("w", spec.Pool.Address, spec.Market.ZeroForOne(Side.Buy), BigInteger.Pow(10, 12), 0, DateTimeOffset.MaxValue), 50_000_000_000);
        var end = await session.EndAsync("a");
        (end.OrdStatus, end.CumQty, end.Commission == end.Gas, end.Gas > 0m).ShouldBe((OrdStatus.Canceled, 0m, true, true));
        end.Text!.ShouldContain("reverted");
        (await session.BalanceAsync(Usdt)).ShouldBe(50_000m - end.Gas);
        (await session.BalanceAsync(Eth)).ShouldBe(20m);
    }

    [Fact]
    public async Task An_order_under_way_when_its_local_chain_is_gone_ends_canceled_and_nothing_is_booked()
    {
        await using var rig = await PoolRig.OpenAsync("simulator", blockTimeMs: 2_000);
        using var session = await FundedAsync(rig);
        (await session.SubmitAsync("a", Side.Sell, 2m, 900m, TimeInForce.Ioc)).ExecType.ShouldBe(ExecType.New);
        await rig.RestartAsync(TimeSpan.Zero);
        session.Resubscribe();
        var end = await session.EndAsync("a");
        (end.OrdStatus, end.CumQty, end.Commission).ShouldBe((OrdStatus.Canceled, 0m, 0m));
        (await session.FillsAsync()).ShouldBeEmpty();
        (await session.BalanceAsync(Eth)).ShouldBe(20m);
    }

    [Fact]
    public async Task A_swap_that_was_just_sent_is_not_canceled_and_what_rests_is_refused()
    {
        await using var rig = await PoolRig.OpenAsync("simulator", blockTimeMs: 500);
        using var session = await FundedAsync(rig);
        await session.SubmitAsync("a", Side.Sell, 2m, 900m, TimeInForce.Ioc);
        await session.CancelAsync("a");
        (await session.HearAsync("a", ExecType.CancelRejected)).RejectCode.ShouldBe("IN_FLIGHT");
        (await session.EndAsync("a")).OrdStatus.ShouldBe(OrdStatus.Filled);
        (await session.SubmitAsync("b", Side.Sell, 2m, 1_100m, TimeInForce.Gtc)).RejectCode.ShouldBe("FILTER_FAILURE");
        (await session.SubmitAsync("c", Side.Sell, 2m, 900m, TimeInForce.Ioc, postOnly: true)).RejectCode.ShouldBe("FILTER_FAILURE");
    }

    [Theory]
    [InlineData("1234.567891", 6, "1234567891", "1234567891")]
    [InlineData("0.1234567891", 6, "123456", "123457")]
    [InlineData("0.00000001", 8, "1", "1")]
    [InlineData("79228162514.264337593543950335", 18, "79228162514264337593543950335", "79228162514264337593543950335")]
    public void Tokens_become_units_with_the_rounding_that_is_named(string tokens, int decimals, string down, string up)
    {
        var value = decimal.Parse(tokens, CultureInfo.InvariantCulture);
        PoolArithmetic.UnitsDown(value, decimals).ToString(CultureInfo.InvariantCulture).ShouldBe(down);
        PoolArithmetic.UnitsUp(value, decimals).ToString(CultureInfo.InvariantCulture).ShouldBe(up);
        Gen.Decimal[0m, 1_000_000_000m].Sample(x => PoolArithmetic.Tokens(PoolArithmetic.UnitsDown(x, decimals), decimals) <= x && PoolArithmetic.Tokens(PoolArithmetic.UnitsUp(x, decimals), decimals) >= Math.Round(x, decimals, MidpointRounding.ToZero));
    }

    [Fact]
    public void A_pools_ladder_is_never_better_than_what_the_pool_gives()
    {
        var pool = new ConcentratedPool(500, 10, TickMath.SqrtOf(3_000 * BigInteger.Pow(10, 6), BigInteger.Pow(10, 18)), TickMath.TickAt(TickMath.SqrtOf(3_000 * BigInteger.Pow(10, 6), BigInteger.Pow(10, 18))), 0, [])
            .AddLiquidity(-887_270, 887_270, BigInteger.Pow(10, 18));
        var market = new PoolMarketOf(PoolVenueSpec.Instruments[1], new(Address.Zero, PoolKind.Concentrated, Address.Zero, Address.Zero, 500), new("WETH", 18, Address.Zero), new("USDT", 6, Address.Zero), new(true, 18, 6));
        Gen.Decimal[0.001m, 50m].Sample(raw =>
        {
            var qty = Math.Round(raw, 4);
            var (buy, sell) = (PoolArithmetic.Quote(pool, market, Side.Buy, qty)!.Value, PoolArithmetic.Quote(pool, market, Side.Sell, qty)!.Value);
            // Fee on both ways: whoever buys and sells at once loses twice a twentieth of a per cent at least.
            return buy > sell && buy / qty > 3_000m && sell / qty < 3_000m;
        });
    }

    private static async Task<Session> FundedAsync(PoolRig rig)
    {
        var session = new Session(rig, "W");
        await rig.FundAsync(session.Account, Usdt, 50_000m);
        await rig.FundAsync(session.Account, Eth, 20m);
        await rig.UntilAsync(() => rig.MarketData.Book(rig.Instrument.Id)?.Mid is not null, "a market");
        return session;
    }
}

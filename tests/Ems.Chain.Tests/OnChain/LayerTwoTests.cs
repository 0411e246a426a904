using System.Numerics;
using Ems.Chain.Tests.Harness;
using Ems.Execution.Core.Gas;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Venues;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.OnChain.Pools;
using Ems.Execution.Venues.OnChain.Runtime;
using Ems.Venues.Tests.Conformance;
using Ems.Venues.Tests.Pools;

namespace Ems.Chain.Tests.OnChain;

/// <summary>The suite of every venue on the local layer two, and what is special about its gas.</summary>
public sealed class LayerTwoTests : EveryVenueConformance
{
    private static readonly AbiFunction GetL1Fee = AbiFunction.Parse("getL1Fee(bytes data) returns (uint256)");

    protected override async Task<IVenueRig> OpenAsync()
    {
        _ = await LocalChain.PackagesAsync();
        return await PoolRig.OpenAsync("anvil", "UNISWAP-L2");
    }

    [Fact]
    public async Task It_is_a_chain_of_its_own_whose_oracle_asks_for_data_what_our_formula_says()
    {
        await using var rig = (PoolRig)await OpenAsync();
        await rig.UntilAsync(() => rig.Chain.LayerOnePrices is not null, "the oracle's prices");
        var prices = rig.Chain.LayerOnePrices!;
        (rig.Chain.State.ChainId, rig.Chain.Profile.Model, prices.Upgrade).ShouldBe((31338UL, GasModelKind.OpStack, OpStackUpgrade.Ecotone));
        prices.L1BaseFee.ShouldBe(new BigInteger(2_000_000_000));
        for (var i = 0; i < 20; i++)
        {
            var bytes = Enumerable.Range(0, 20 * i).Select(b => SeededRandom.Draw(7, (uint)i, b) % 3 == 0 ? (byte)0 : (byte)SeededRandom.Draw(8, (uint)i, b)).ToArray();
            var answer = await rig.Chain.Eth!.CallAsync(new(null, ChainRuntime.GasPriceOracle, GetL1Fee.Encode((object)bytes)));
            ((BigInteger)GetL1Fee.DecodeOutput(answer)[0]).ShouldBe(RollupDataFee.OpStack(prices, bytes));
        }
    }

    [Fact]
    public async Task A_trade_pays_for_its_data_on_layer_one_and_says_by_whom_it_was_seen()
    {
        await using var rig = (PoolRig)await OpenAsync();
        using var session = new Session(rig, "W");
        await rig.FundAsync(session.Account, new("USDT"), 50_000m);
        await rig.UntilAsync(() => ((IPoolLiquidity)rig.MarketData).Pool(rig.Instrument.Id, Side.Buy) is not null, "a market");
        var quote = ((IPoolLiquidity)rig.MarketData).Pool(rig.Instrument.Id, Side.Buy)!;
        quote.Liquidity.GasText.ShouldNotBeNull().ShouldEndWith(" of it for data on layer one");
        var cost = rig.Chain.SwapCost(PoolMarketDataClient.SwapGas)!.Value;
        cost.Data.ShouldBeGreaterThan(BigInteger.Zero);
        quote.Gas.ShouldBe(cost.InAsset(((PoolMarketDataClient)rig.MarketData).CoinPx(new("USDT"))!.Value), 0.000001m);
        await session.SendAsync(session.Order("a", Side.Buy, 1m, 1_010m, TimeInForce.Ioc) with { Submission = OnChainSubmission.Private });
        var end = await session.EndAsync("a");
        end.OrdStatus.ShouldBe(OrdStatus.Filled);
        end.Text.ShouldNotBeNull().ShouldStartWith("by the sequencer");
        // Layer two's own gas alone would be less.
        end.Gas.ShouldBeGreaterThan((decimal)cost.Data / 1_000_000_000_000_000_000m * 900m);
    }
}

using System.Numerics;
using Ems.Chain.Tests.Harness;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Venues.OnChain.Pools;
using Ems.Venues.Tests.Conformance;
using Ems.Venues.Tests.Pools;

namespace Ems.Chain.Tests.OnChain;

/// <summary>The suite of every venue against Uniswap's contracts on a node.</summary>
public sealed class AnvilV3VenueTests : EveryVenueConformance
{
    protected override async Task<IVenueRig> OpenAsync()
    {
        _ = await LocalChain.PackagesAsync();
        return await PoolRig.OpenAsync("anvil");
    }

    [Fact]
    public async Task The_wallet_on_the_chain_has_what_the_record_says_and_the_gas_that_was_charged_instead()
    {
        _ = await LocalChain.PackagesAsync();
        await using var rig = await PoolRig.OpenAsync("anvil");
        using var session = new Session(rig, "W");
        await rig.FundAsync(session.Account, new("USDT"), 50_000m);
        await rig.FundAsync(session.Account, new("ETH"), 20m);
        await rig.UntilAsync(() => rig.MarketData.Book(rig.Instrument.Id)?.Mid is not null, "a market");
        foreach (var (id, side, qty) in new[] { ("a", Side.Buy, 3.0001m), ("b", Side.Sell, 7m) })
        {
            await session.SendAsync(session.Order(id, side, qty, side == Side.Buy ? 1_010m : 990m, TimeInForce.Ioc));
            (await session.EndAsync(id)).OrdStatus.ShouldBe(OrdStatus.Filled);
        }
        var wallet = (await rig.Keys.AccountWalletAsync(session.Account, rig.Client.Venue)).Address;
        var contracts = rig.Chain.State.Contracts;
        var gas = session.Heard.Sum(r => r.Gas);
        gas.ShouldBeGreaterThan(0m);
        (await rig.Chain.BalanceAsync(contracts.Token("WETH")!.Address, wallet)).ShouldBe(PoolArithmetic.UnitsDown(await session.BalanceAsync(new("ETH")), 18));
        PoolArithmetic.Tokens(await rig.Chain.BalanceAsync(contracts.Token("USDT")!.Address, wallet), 6).ShouldBe(Math.Round((await session.BalanceAsync(new("USDT"))) + gas, 6));
    }

    [Fact]
    public async Task A_pool_drained_between_the_order_and_its_block_ends_the_order_and_charges_only_gas()
    {
        _ = await LocalChain.PackagesAsync();
        await using var rig = await PoolRig.OpenAsync("anvil");
        using var session = new Session(rig, "W");
        await rig.FundAsync(session.Account, new("USDT"), 50_000m);
        await rig.UntilAsync(() => rig.MarketData.Book(rig.Instrument.Id)?.Mid is not null, "a market");
        // Made ready first, so that the order's own swap is what waits in the pool of transactions.
        await session.SendAsync(session.Order("warm", Side.Buy, 1m, 1_010m, TimeInForce.Ioc));
        await session.EndAsync("warm");
        var before = await session.BalanceAsync(new("USDT"));
        var drain = new Execution.Venues.Ethereum.Signing.PrivateKeySigner([.. Enumerable.Repeat((byte)9, 32)]);
        await rig.Chain.FundAsync(drain.Address, [("ETH", 100m), ("USDT", 40_000_000m)]);
        await rig.Chain.AllowRoutersAsync(drain);
        var other = await rig.Chain.VenueAsync(drain);
        var spec = PoolVenueSpec.Defaults.First(s => s.Venue == rig.Client.Venue).Find(rig.Chain.State.Contracts, rig.Instrument.Id)!;
        var zeroForOne = spec.Market.ZeroForOne(Side.Buy);
        for (var i = 0; i < 12 && session.Heard.All(r => r.Gas == 0m || r.ExecType == ExecType.Trade); i++)
        {
            var ask = rig.MarketData.Book(rig.Instrument.Id)!.BestAsk!.Value;
            var mine = session.Order($"x{i}", Side.Buy, 1m, Steps.RoundUp(ask * 1.0001m, rig.Listing.TickSize), TimeInForce.Ioc);
            // Both leave in the same moment; whoever pays more per gas is first, and the other may find the price gone.
            await Task.WhenAll(other.SwapAsync(new($"d{i}", spec.Pool.Address, zeroForOne, 2_000_000 * BigInteger.Pow(10, 6), 0, rig.Now.AddMinutes(1))), session.SendAsync(mine));
            await session.EndAsync(mine.ClOrdId.Value);
        }
        foreach (var end in session.Heard.Where(r => r.ExecType == ExecType.Canceled && r.Gas > 0m))
        {
            (end.CumQty, end.Commission).ShouldBe((0m, end.Gas));
        }
        var trades = session.Heard.Where(r => r.ExecType == ExecType.Trade && r.ClOrdId.Value != "warm").Sum(r => (r.LastQty * r.LastPx) + r.Commission);
        var ends = session.Heard.Where(r => r.ExecType == ExecType.Canceled).Sum(r => r.Commission);
        (await session.BalanceAsync(new("USDT"))).ShouldBe(Steps.Normal(before - trades - ends));
    }
}

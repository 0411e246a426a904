using System.Net;
using System.Numerics;
using Ems.Execution.Core.Orders;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Local;
using Ems.Execution.Venues.OnChain.Runtime;

namespace Ems.Web.Tests;

/// <summary>A node that outlives the application: what was signed and sent before a restart is taken up, once.</summary>
public sealed class MandateRestartTests
{

    [Fact]
    public async Task A_TWAP_by_a_mandate_goes_on_after_a_restart_and_sells_what_was_ordered_and_no_more()
    {
        var folder = ChainFolder.Find(AppContext.BaseDirectory);
        var program = folder is null || ChainPackages.Find(folder) is null ? null : AnvilProcess.Find(Path.Combine(folder, "node_modules"));
        Assert.SkipWhen(program is null, "needs anvil: npm has it for Linux x64, elsewhere put it on PATH");
        await using var node = await AnvilProcess.StartAsync(program!, ["--block-time", "1", "--balance", "1000000000"]);
        var data = Directory.CreateTempSubdirectory("ems-restart-").FullName;
        (string, string)[] settings = [("Chain:Mode", "rpc"), ("Chain:RpcUrl", node.Address.ToString()), ("Data:Path", data)];
        try
        {
            BigInteger had;
            string account;
            await using (var desk = await ChainDesk.StartAsync(settings))
            {
                desk.Chain.State.Mode.ShouldBe(ChainMode.Rpc);
                account = desk.Account;
                var dev = await DeployLane.OpenAsync(desk.Chain.Eth!, DevAccounts.Account(1));
                var weth = desk.Chain.State.Contracts.Token("WETH")!.Address;
                dev.Pay(weth, 10 * BigInteger.Pow(10, 18), Erc20Abi.Deposit);
                dev.Call(weth, Erc20Abi.Transfer, desk.Wallet.Address, 10 * BigInteger.Pow(10, 18));
                await dev.FlushAsync();
                await CoinAsync(desk, desk.Wallet.Address);
                var mandate = await desk.MandateAsync(total: 1.2m, slice: 0.2m);
                await CoinAsync(desk, Address.Parse(mandate.Executor));
                had = await desk.HasAsync("WETH");
                (await desk.OrderAsync(mandate.Hash, "t1", 1.2m)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
                await ChainDesk.UntilAsync(async () => (await desk.FindAsync("t1")).Order.CumQty > 0m, "the first slice");
            }
            await using var again = await ChainDesk.StartAgainAsync(account, settings);
            await ChainDesk.UntilAsync(async () => (await again.FindAsync("t1")).Order.OrdStatus.IsTerminal(), "the end of the TWAP");
            var order = await again.FindAsync("t1");
            (order.Order.OrdStatus, order.Order.CumQty).ShouldBe((OrdStatus.Filled, 1.2m));
            (had - await again.HasAsync("WETH")).ShouldBe(12 * BigInteger.Pow(10, 17));
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static Task CoinAsync(ChainDesk desk, Address address) => desk.Chain.Eth!.Client.SendAsync(new("anvil_setBalance", address.ToString(), Hex.Quantity(BigInteger.Pow(10, 20))));
}

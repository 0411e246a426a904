using System.Net;
using Ems.Web.Client.Contracts;

namespace Ems.Web.Tests;

/// <summary>Swaps for wallets: what is outside its rule is named, and without a node there is nothing to sign.</summary>
public sealed class SwapApiTests(EmsHost host)
{
    [Fact]
    public async Task Without_a_node_nothing_is_prepared_looked_at_or_followed_and_the_code_says_so()
    {
        var chain = await host.Owner.GetAsync<ChainStatus>("/api/chain");
        Assert.SkipWhen(chain.Mode is "Anvil" or "Rpc", "this host has a node");
        foreach (var answer in new[]
        {
            await host.Owner.PostAsync("/api/swaps/prepare", "{\"wallet\":\"0x0000000000000000000000000000000000000001\",\"sell\":\"WETH\",\"buy\":\"USDT\",\"amount\":\"1\"}"),
            await host.Owner.PostAsync("/api/swaps/inspect", "{\"transaction\":{}}"),
            await host.Owner.Api.GetAsync($"/api/swaps/transactions/0x{new string('1', 64)}?from=0x0000000000000000000000000000000000000001"),
        })
        {
            (answer.StatusCode, await answer.ProblemCodeAsync()).ShouldBe((HttpStatusCode.Conflict, "ChainHasNoNode"));
        }
    }
}

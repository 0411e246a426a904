using System.Net;
using System.Net.Http.Json;
using Ems.Web.Client.Contracts;

namespace Ems.Web.Tests;

/// <summary>What the application says about its chain.</summary>
public sealed class ChainApiTests(EmsHost host)
{
    [Fact]
    public async Task The_simulation_says_that_it_is_one_and_what_its_pools_cost()
    {
        ChainStatus chain;
        do
        {
            await Task.Delay(50);
            chain = (await host.Owner.Api.GetFromJsonAsync<ChainStatus>("/api/chain", Json.Options))!;
        }
        while (chain.Mode == "Starting");
        (chain.Mode, chain.IsLocal, chain.RpcUrl, chain.Mandates).ShouldBe(("Simulator", true, null, null));
        chain.WhyNoNode.ShouldNotBeNullOrEmpty();
        chain.Pools.Count.ShouldBe(4);
        chain.Pools.ShouldAllBe(p => p.Px > 0m);
    }

    [Fact]
    public async Task The_faucet_refuses_what_is_no_address_and_gives_nothing_where_no_wallet_can_reach()
    {
        (await Ask("0x12")).ShouldBe((HttpStatusCode.UnprocessableEntity, true));
        (await Ask("0x52908400098527886E0F7030069857D2E4169EE7")).ShouldBe((HttpStatusCode.Conflict, false));

        async Task<(HttpStatusCode, bool NamesField)> Ask(string address)
        {
            var answer = await host.Owner.Api.PostAsJsonAsync("/api/chain/faucet", new FaucetRequest { Address = address }, Json.Options);
            return (answer.StatusCode, (await answer.Content.ReadAsStringAsync()).Contains("\"address\"", StringComparison.Ordinal));
        }
    }
}

using System.Net;
using System.Net.Http.Json;
using System.Numerics;
using System.Text.Json;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Local;
using Ems.Execution.Venues.Ethereum.Signing;
using Ems.Execution.Venues.OnChain.Runtime;
using Ems.Web.Client.Contracts;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Ems.Web.Tests;

/// <summary>The production program on a local node of its own with quick blocks, a person at it, and his wallet with tokens.</summary>
public sealed class ChainDesk : WebApplicationFactory<Program>
{
    private readonly string folder = Directory.CreateTempSubdirectory("ems-chain-desk-").FullName;
    private readonly Dictionary<string, string> settings = [];

    public Person Owner { get; private set; } = null!;

    public string Account { get; private set; } = "";

    public PrivateKeySigner Wallet { get; } = new([.. Enumerable.Repeat((byte)0x21, 32)]);

    public ChainRuntime Chain => Services.GetRequiredService<ChainRuntime>();

    public string Mandates => $"/api/accounts/{Account}/mandates";

    /// <summary>Starts it; skipped by name where there is no local node.</summary>
    public static async Task<ChainDesk> StartAsync(params (string Key, string Value)[] settings)
    {
        var desk = new ChainDesk();
        foreach (var (key, value) in settings)
        {
            desk.settings[key] = value;
        }
        var state = await desk.Chain.ReadyAsync();
        if (state.Mode == ChainMode.Simulator)
        {
            await desk.DisposeAsync();
            Assert.Skip("needs anvil: " + state.WhyNoNode);
        }
        desk.Owner = await Person.RegisterAsync(desk, "trader@example.com");
        desk.Account = (await desk.Owner.MeAsync()).Accounts.Single().Id;
        var challenge = JsonDocument.Parse(await (await desk.Owner.PostAsync("/api/wallets/challenge", $$"""{"address":"{{desk.Wallet.Address}}","chainId":31337}""")).Content.ReadAsStringAsync())
            .RootElement.GetProperty("message").GetString()!;
        (await desk.Owner.Api.PostAsJsonAsync("/api/wallets", new WalletProof { Message = challenge, Signature = desk.Wallet.SignHash(PersonalMessage.Hash(challenge)).ToString() }, Json.Options)).StatusCode.ShouldBe(HttpStatusCode.OK);
        if (state.Mode == ChainMode.Rpc)
        {
            return desk;
        }
        (await desk.Owner.Api.PostAsJsonAsync("/api/chain/faucet", new FaucetRequest { Address = desk.Wallet.Address.ToString() }, Json.Options)).StatusCode.ShouldBe(HttpStatusCode.OK);
        return desk;
    }

    /// <summary>The same instance started again on its data.</summary>
    public static async Task<ChainDesk> StartAgainAsync(string account, params (string Key, string Value)[] settings)
    {
        var desk = new ChainDesk { Account = account };
        foreach (var (key, value) in settings)
        {
            desk.settings[key] = value;
        }
        await desk.Chain.ReadyAsync();
        desk.Owner = await Person.SignInAsync(desk, "trader@example.com");
        return desk;
    }

    /// <summary>Prepares a mandate of the wallet's, allows the contract its total, signs and hands it in.</summary>
    public async Task<MandateRow> MandateAsync(decimal total = 2m, decimal slice = 0.5m, int interval = 1, decimal worstPx = 2_000m, TimeSpan? life = null, string side = "Sell")
    {
        var prepared = await PrepareAsync(new() { Owner = Wallet.Address.ToString(), Instrument = "ETH-USDT", Side = side, TotalQty = total, MaxSliceQty = slice, MinIntervalSeconds = interval,
            WorstPx = worstPx, Expiry = TimeProvider.System.GetUtcNow().Add(life ?? TimeSpan.FromHours(1)).ToString("O") });
        await SendAsync(Address.Parse(prepared.Approval.Token), Hex.Decode(prepared.Approval.Data));
        var answer = await HandInAsync(prepared, Wallet);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<MandateRow>(Json.Options))!;
    }

    public async Task<MandatePrepared> PrepareAsync(MandateDraft draft)
    {
        var answer = await Owner.Api.PostAsJsonAsync(Mandates + "/prepare", draft, Json.Options);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<MandatePrepared>(Json.Options))!;
    }

    public Task<HttpResponseMessage> HandInAsync(MandatePrepared prepared, PrivateKeySigner by, Func<MandateTerms, MandateTerms>? change = null) => Owner.Api.PostAsJsonAsync(Mandates, new SignedMandateRequest
    {
        Terms = change is null ? prepared.Terms : change(prepared.Terms), Signature = by.SignHash(TypedData.Parse(prepared.TypedData).Hash()).ToString(),
    }, Json.Options);

    public Task<HttpResponseMessage> OrderAsync(string hash, string id, decimal qty) =>
        Owner.Api.PostAsJsonAsync($"{Mandates}/{hash}/orders", new MandateOrderRequest { ClOrdId = id, OrderQty = qty }, Json.Options);

    public Task<MandateDetail> DetailAsync(string hash) => Owner.GetAsync<MandateDetail>($"{Mandates}/{hash}");

    public Task<OrderDetail> FindAsync(string id) => Owner.GetAsync<OrderDetail>($"/api/accounts/{Account}/orders/{id}");

    public async Task<BigInteger> HasAsync(string symbol) => await Chain.BalanceAsync(Chain.State.Contracts.Token(symbol)!.Address, Wallet.Address);

    /// <summary>A transaction of the wallet's, and its block.</summary>
    public async Task SendAsync(Address to, byte[] data)
    {
        var lane = await Chain.LaneAsync(Wallet);
        var id = Guid.NewGuid().ToString("N");
        (await lane.SubmitAsync(new(id, to, data))).Denial.ShouldBeNull();
        await UntilAsync(async () => (await lane.WatchAsync()) is not null && lane.Find(id)!.Inclusion is not null, "the wallet's transaction");
    }

    public static async Task UntilAsync(Func<Task<bool>> reached, string what)
    {
        for (var i = 0; i < 600; i++)
        {
            if (await reached())
            {
                return;
            }
            await Task.Delay(100);
        }
        throw new TimeoutException("It never came: " + what);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSolutionRelativeContentRoot(".", "Ems.Web.sln");
        builder.UseEnvironment("Production");
        // Later ones win.
        foreach (var (key, value) in new Dictionary<string, string>
        {
            ["Data:Path"] = folder, ["Paper:Market"] = "fitted", ["Paper:Latency"] = "false", ["Chain:Mode"] = "anvil", ["Chain:BlockTimeMs"] = "150", ["Chain:Arbitrage"] = "false", ["Chain:LayerTwo"] = "false",
            ["Logging:LogLevel:Default"] = "Warning",
        }.Concat(settings))
        {
            builder.UseSetting(key, value);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}

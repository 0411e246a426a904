using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Venues;
using Ems.Execution.Venues.OnChain.Keys;
using Ems.Execution.Venues.OnChain.Pools;
using Ems.Execution.Venues.OnChain.Runtime;
using Ems.Venues.Tests.Conformance;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Ems.Venues.Tests.Pools;

/// <summary>A venue of pools near 1,000 on a chain of its own, with quick blocks; a restart begins the chain anew, as an instance does.</summary>
public sealed class PoolRig(string mode, string venue, int blockTimeMs) : IVenueRig
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10), Patience = TimeSpan.FromSeconds(30);
    private readonly string folder = Directory.CreateTempSubdirectory("ems-pools-").FullName;
    private readonly EphemeralDataProtectionProvider protection = new();
    private readonly PoolVenueSpec spec = PoolVenueSpec.Defaults.Append(PoolVenueSpec.LayerTwo).First(s => s.Venue.Value == venue);
    private PoolVenueStore store = null!;
    private ServerKeys keys = null!;

    public ChainRuntime Chain { get; private set; } = null!;

    public IExecutionClient Client { get; private set; } = null!;

    public IMarketDataClient MarketData { get; private set; } = null!;

    public Listing Listing => spec.Listings[0];

    public Instrument Instrument => PoolVenueSpec.Instruments.First(i => i.Id == Listing.Instrument);

    public DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public ServerKeys Keys => keys;

    public static async Task<PoolRig> OpenAsync(string mode, string venue = "UNISWAP-V3", int blockTimeMs = 60)
    {
        var rig = new PoolRig(mode, venue, blockTimeMs);
        await rig.StartAsync();
        return rig;
    }

    public Task FundAsync(AccountId account, Asset asset, decimal amount) =>
        ((IPaperFunding)Client).DepositAsync(account, new(amount, asset), $"{account}/{venue}/{asset}", CancellationToken.None);

    /// <summary>A pool has no book of others to set: it stands where it was put.</summary>
    public Task BookAsync((decimal Px, decimal Qty)[] bids, (decimal Px, decimal Qty)[] asks) => Task.CompletedTask;

    public Task TradeAsync(decimal px, decimal qty, Side aggressor) => throw new NotSupportedException("A pool prints no trades of others.");

    public async Task UntilAsync(Func<bool> reached, string what)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!reached())
        {
            TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(Patience, what);
            await Task.Delay(Look);
        }
    }

    public Task<T> WaitAsync<T>(Task<T> answer) => answer.WaitAsync(Patience);

    public Task PassAsync(TimeSpan time) => Task.Delay(time);

    public async Task RestartAsync(TimeSpan downtime)
    {
        await StopAsync();
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(folder, true);
    }

    private async Task StartAsync()
    {
        var options = new ChainOptions { Mode = mode, DataPath = folder, BlockTimeMs = blockTimeMs, LayerTwoBlockTimeMs = blockTimeMs, Arbitrage = false };
        options = spec == PoolVenueSpec.LayerTwo ? options.ForLayerTwo() : options;
        Chain = new(Options.Create(options), i => i.Value == "BTC-USDT" ? 20_000m : 1_000m, TimeProvider.System, NullLogger<ChainRuntime>.Instance);
        (store, keys) = (new(options.VenueFile), new(options.KeysFile, protection, TimeProvider.System));
        var market = new PoolMarketDataClient(spec, Chain);
        MarketData = market;
        Client = new PoolExecutionClient(spec, Chain, store, market, new ServerWalletDesk(spec.Venue, Chain, store, keys), TimeProvider.System, NullLogger<PoolExecutionClient>.Instance);
        await Chain.StartAsync(CancellationToken.None);
        var state = await Chain.ReadyAsync();
        Assert.SkipWhen(mode == "anvil" && state.Mode != ChainMode.Anvil, "needs anvil: " + state.WhyNoNode);
    }

    private async Task StopAsync()
    {
        await ((PoolExecutionClient)Client).DisposeAsync();
        await Chain.StopAsync(CancellationToken.None);
        await Chain.DisposeAsync();
        store.Dispose();
        keys.Dispose();
    }
}

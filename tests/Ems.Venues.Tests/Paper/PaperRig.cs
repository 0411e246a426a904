using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Venues;
using Ems.Execution.Venues.Paper;
using Ems.Venues.Tests.Conformance;
using Microsoft.Extensions.Time.Testing;

namespace Ems.Venues.Tests.Paper;

/// <summary>A hand-turned clock that knows how often it was read.</summary>
public sealed class CountingClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    private long reads;

    public long Reads => Interlocked.Read(ref reads);

    public override DateTimeOffset GetUtcNow()
    {
        Interlocked.Increment(ref reads);
        return base.GetUtcNow();
    }
}

/// <summary>A paper venue with one instrument, a scripted market, a hand-turned clock and a record in a folder of its own.</summary>
public sealed class PaperRig : IVenueRig
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5), Patience = TimeSpan.FromSeconds(20);
    private readonly string folder = Directory.CreateTempSubdirectory("ems-paper-").FullName;
    private readonly PaperOptions options;
    private readonly PaperVenueSpec spec;
    private PaperExchangeStore store = null!;

    private PaperRig(Action<PaperOptions>? change, string venue)
    {
        options = new PaperOptions { DataPath = folder, CatchUpMsMax = 5_000 };
        change?.Invoke(options);
        var whole = PaperVenueSpec.Defaults.First(v => v.Venue.Value == venue);
        spec = whole with { LatencyMs = 10, JitterMs = 4, Listings = [whole.Listings.First(l => l.Instrument == new InstrumentId("BTC-USDT"))] };
    }

    public CountingClock Clock { get; } = new(new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero));

    public ScriptedMarket Market { get; } = new();

    public PaperFaults Faults { get; private set; } = new();

    public PaperVenue Venue { get; private set; } = null!;

    public string File => options.File;

    public IExecutionClient Client { get; private set; } = null!;

    public IMarketDataClient MarketData { get; private set; } = null!;

    public Listing Listing => Venue.Spec.Listings[0];

    public Instrument Instrument => PaperVenueSpec.Instruments.First(i => i.Id == Listing.Instrument);

    public DateTimeOffset Now => Clock.GetUtcNow();

    public static Task<PaperRig> OpenAsync(Action<PaperOptions>? change = null, string venue = "ALPHA")
    {
        var rig = new PaperRig(change, venue);
        rig.Start();
        return Task.FromResult(rig);
    }

    public async Task FundAsync(AccountId account, Asset asset, decimal amount) =>
        await DepositAsync(account, new Money(amount, asset), $"{account}/{asset}");

    public Task DepositAsync(AccountId account, Money amount, string reference) => WaitAsync(Deposit(account, amount, reference));

    public async Task BookAsync((decimal Px, decimal Qty)[] bids, (decimal Px, decimal Qty)[] asks)
    {
        Market.Book(bids, asks);
        await AppliedAsync();
    }

    public async Task TradeAsync(decimal px, decimal qty, Side aggressor)
    {
        Market.Trade(px, qty, aggressor);
        await AppliedAsync();
    }

    public async Task UntilAsync(Func<bool> reached, string what)
    {
        var limit = TimeProvider.System.GetTimestamp();
        while (!reached())
        {
            TimeProvider.System.GetElapsedTime(limit).ShouldBeLessThan(Patience, what);
            Clock.Advance(Step);
            await Task.Delay(1);
        }
    }

    public async Task<T> WaitAsync<T>(Task<T> answer)
    {
        await UntilAsync(() => answer.IsCompleted, "an answer");
        return await answer;
    }

    public async Task PassAsync(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += Step)
        {
            Clock.Advance(Step);
            await Task.Delay(1);
        }
    }

    public async Task RestartAsync(TimeSpan downtime)
    {
        await StopAsync();
        Clock.Advance(downtime);
        Start();
    }

    public async Task StopAsync()
    {
        await Venue.DisposeAsync();
        await store.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(folder, true);
    }

    private void Start()
    {
        store = new PaperExchangeStore(options.File);
        Faults = new PaperFaults();
        Venue = new PaperVenue(spec, options, store, Faults, Market, Clock);
        (Client, MarketData) = (new PaperExecutionClient(Venue), new PaperMarketDataClient(Venue));
        Venue.Start();
    }

    private async Task<bool> Deposit(AccountId account, Money amount, string reference)
    {
        await ((IPaperFunding)Client).DepositAsync(account, amount, reference, CancellationToken.None);
        return true;
    }

    /// <summary>The pushed event was handed out, and the ones after it too, so that it has been applied.</summary>
    private async Task AppliedAsync()
    {
        await UntilAsync(() => Market.IsEmpty, "the market to move");
        var given = Market.Given;
        await UntilAsync(() => Market.Given > given + 1, "the move to be applied");
    }
}

using System.Threading.Channels;
using Ems.Execution.Core.Orders;
using Ems.Web.Client.Contracts;
using Ems.Web.Client.Services;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;

namespace Ems.Web.Tests;

/// <summary>The hub over a real connection, with the real engine behind it.</summary>
public sealed class HubTests(EmsHost host)
{
    [Fact]
    public async Task Batches_follow_the_snapshot_without_a_gap_and_end_in_what_the_api_says()
    {
        var trader = await Person.RegisterAsync(host, "hub-trader@example.com");
        var account = (await trader.MeAsync()).Accounts.Single().Id;
        await using var hub = trader.Hub();
        var batches = Channel.CreateUnbounded<AccountBatch>();
        hub.On<AccountBatch>(nameof(ITradingHubClient.OnAccount), b => batches.Writer.TryWrite(b));
        await hub.StartAsync();
        var orders = Task.WhenAll(Enumerable.Range(0, 30).Select(i => trader.PostAsync($"/api/accounts/{account}/orders",
            $$"""{"clOrdId":"hub-{{i}}","instrument":"BTC-USDT","side":"{{(i % 2 == 0 ? "Buy" : "Sell")}}","orderQty":"0.01","strategy":"MARKET"}""")));
        var store = new BlotterStore();
        store.Load(await hub.InvokeAsync<AccountSnapshot>(nameof(ITradingHub.SubscribeAccount), account));
        await orders;
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (store.Orders.Count(o => o.OrdStatus.IsTerminal()) < 30)
        {
            var batch = await batches.Reader.ReadAsync(bound.Token);
            store.Apply(batch).ShouldBeTrue($"batch {batch.Seq}");
        }
        await Task.Delay(200);
        while (batches.Reader.TryRead(out var batch))
        {
            store.Apply(batch).ShouldBeTrue($"batch {batch.Seq}");
        }
        var snapshot = await trader.GetAsync<AccountSnapshot>($"/api/accounts/{account}/snapshot");
        store.Orders.OrderBy(o => o.ClOrdId).ShouldBe(snapshot.Orders.OrderBy(o => o.ClOrdId));
        store.Fills.Select(f => f.ExecId).Order().ShouldBe(snapshot.Fills.Select(f => f.ExecId).Order());
        store.Balances.ShouldBe(snapshot.Balances.OrderBy(b => b.Asset, StringComparer.Ordinal).ThenBy(b => b.Venue, StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_kill_reaches_the_page()
    {
        var trader = await Person.RegisterAsync(host, "hub-killer@example.com");
        var account = (await trader.MeAsync()).Accounts.Single().Id;
        await using var hub = trader.Hub();
        var level = new TaskCompletionSource<string>();
        hub.On<AccountBatch>(nameof(ITradingHubClient.OnAccount), b => _ = b.KillLevel != "None" && level.TrySetResult(b.KillLevel));
        await hub.StartAsync();
        (await hub.InvokeAsync<AccountSnapshot>(nameof(ITradingHub.SubscribeAccount), account)).KillLevel.ShouldBe("None");
        await trader.PostAsync($"/api/accounts/{account}/kill", """{"level":"Pause","reason":"drill"}""");
        (await level.Task.WaitAsync(TimeSpan.FromSeconds(10))).ShouldBe("Pause");
    }

    [Fact]
    public async Task Market_batches_follow_the_snapshot_without_a_gap_and_stop_when_one_leaves()
    {
        await using var hub = host.Owner.Hub();
        var batches = Channel.CreateUnbounded<MarketBatch>();
        hub.On<MarketBatch>(nameof(ITradingHubClient.OnMarket), b => batches.Writer.TryWrite(b));
        await hub.StartAsync();
        var snapshot = await hub.InvokeAsync<MarketBatch>(nameof(ITradingHub.SubscribeMarket), "ETH-USDT");
        snapshot.Bids.Count.ShouldBeInRange(1, 25);
        snapshot.Candles.ShouldNotBeEmpty();
        snapshot.Candles.Select(c => c.OpenTime).ShouldBe(snapshot.Candles.Select(c => c.OpenTime).Order());
        var store = new MarketStore();
        store.Load(snapshot);
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        for (var i = 0; i < 30; i++)
        {
            var batch = await batches.Reader.ReadAsync(bound.Token);
            store.Apply(batch).ShouldBeTrue($"batch {batch.Seq} after {snapshot.Seq}");
            batch.Bids.Concat(batch.Asks).ShouldAllBe(l => l.Qty > 0m && l.Qty == l.Venues.Sum(v => v.Qty));
            batch.Candles.Count.ShouldBeLessThanOrEqualTo(2);
        }
        await hub.InvokeAsync(nameof(ITradingHub.UnsubscribeMarket), "ETH-USDT");
        await Task.Delay(300);
        while (batches.Reader.TryRead(out _))
        {
        }
        await Task.Delay(300);
        batches.Reader.TryRead(out _).ShouldBeFalse("it goes on after leaving");
    }

    [Fact]
    public async Task Joining_twice_is_a_fresh_start_and_not_two_streams()
    {
        await using var hub = host.Owner.Hub();
        var batches = Channel.CreateUnbounded<MarketBatch>();
        hub.On<MarketBatch>(nameof(ITradingHubClient.OnMarket), b => batches.Writer.TryWrite(b));
        await hub.StartAsync();
        await hub.InvokeAsync<MarketBatch>(nameof(ITradingHub.SubscribeMarket), "SOL-USDT");
        var again = await hub.InvokeAsync<MarketBatch>(nameof(ITradingHub.SubscribeMarket), "SOL-USDT");
        var store = new MarketStore();
        store.Load(again);
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        for (var i = 0; i < 10; i++)
        {
            var batch = await batches.Reader.ReadAsync(bound.Token);
            (batch.Epoch != again.Epoch || store.Apply(batch)).ShouldBeTrue();
        }
    }

    [Fact]
    public async Task An_unknown_instrument_and_too_many_subscriptions_are_refused_with_a_code()
    {
        await using var hub = host.Owner.Hub();
        await hub.StartAsync();
        (await Should.ThrowAsync<HubException>(() => hub.InvokeAsync<MarketBatch>(nameof(ITradingHub.SubscribeMarket), "NOPE"))).Message.ShouldContain("UnknownInstrument");
    }
}

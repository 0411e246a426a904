using Bunit;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;
using Ems.Web.Client.Contracts;
using Ems.Web.Client.Features.Trade;
using Ems.Web.Client.Services;
using Ems.Web.Client.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace Ems.Web.Client.Tests;

public sealed class MarketTests : PageTest
{
    private MarketStore Market => Services.GetRequiredService<MarketStore>();

    [Fact]
    public async Task A_click_in_the_ladder_gives_the_price_of_that_level()
    {
        await SignInAsync();
        decimal? chosen = null;
        var ladder = Render<Ladder>(p => p.Add(l => l.OnPx, px => chosen = px));
        await ladder.InvokeAsync(() => Market.Load(Batch(1)));
        ladder.Find("[data-px='100.1']").Click();
        chosen.ShouldBe(100.1m);
    }

    [Fact]
    public async Task The_ladder_marks_own_resting_orders_of_this_market_and_shows_which_venue_has_what()
    {
        await SignInAsync();
        Store.Load(Snapshot(0, Order("a")) with { Children = [Child("a-1", "a")] });
        var ladder = Render<Ladder>();
        await ladder.InvokeAsync(() => Market.Load(Batch(1)));
        ladder.Find("[data-px='100']").TextContent.ShouldContain("●");
        ladder.Find("[data-px='99.9']").TextContent.ShouldNotContain("●");
        ladder.Find("[data-px='100.1']").QuerySelectorAll(".shares i").Select(i => i.ClassName).ShouldBe(["v-ALPHA", "v-BRAVO"]);
    }

    [Fact]
    public async Task The_ladder_never_shows_the_book_of_another_market_than_the_one_selected()
    {
        await SignInAsync();
        var ladder = Render<Ladder>();
        await ladder.InvokeAsync(() => Market.Load(Batch(1) with { Instrument = "ETH-USDT" }));
        ladder.FindAll(By(TestIds.LadderRow)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_a_fresh_book_the_ladder_says_so()
    {
        await SignInAsync();
        var ladder = Render<Ladder>();
        await ladder.InvokeAsync(() => Market.Load(Batch(1) with { Bids = [], Asks = [] }));
        ladder.Markup.ShouldContain("No venue has a fresh book");
    }

    [Fact]
    public void Market_batches_obey_the_gap_rule_too()
    {
        var store = new MarketStore();
        store.Apply(Batch(1)).ShouldBeFalse();
        store.Load(Batch(5) with { Trades = [Trade(1)] });
        store.Apply(Batch(5) with { Trades = [Trade(1)] }).ShouldBeTrue();
        store.Tape.Count.ShouldBe(1);
        store.Apply(Batch(6) with { Trades = [Trade(2)] }).ShouldBeTrue();
        store.Tape.Select(t => t.TradeId).ShouldBe([2, 1]);
        store.Apply(Batch(8)).ShouldBeFalse();
        store.Apply(Batch(7) with { Epoch = "other" }).ShouldBeFalse();
        store.Apply(Batch(7) with { Instrument = "ETH-USDT" }).ShouldBeFalse();
        store.Load(Batch(1) with { Epoch = "other" });
        store.Tape.ShouldBeEmpty();
    }

    [Fact]
    public void A_changed_candle_takes_the_place_of_its_minute()
    {
        var (store, at) = (new MarketStore(), DateTimeOffset.UnixEpoch);
        store.Load(Batch(1) with { Candles = [new Candle(at, 1m, 2m, 1m, 2m, 5m)] });
        store.Apply(Batch(2) with { Candles = [new Candle(at, 1m, 3m, 1m, 3m, 6m), new Candle(at.AddMinutes(1), 3m, 3m, 3m, 3m, 1m)] });
        store.Candles.Select(c => c.Close).ShouldBe([3m, 3m]);
        store.Candles.First().Volume.ShouldBe(6m);
    }

    private static MarketBatch Batch(long seq) => new("BTC-USDT", "m1", seq,
        [new(100m, 2m, [new("ALPHA", 2m)]), new(99.9m, 1m, [new("BRAVO", 1m)])], [new(100.1m, 3m, [new("ALPHA", 1m), new("BRAVO", 2m)])],
        [], [], [new("ALPHA", 100m, 100.1m, false, 5)], 100m, DateTimeOffset.UnixEpoch);

    private static TradeRow Trade(long id) => new("ALPHA", id, 100m, 1m, Side.Buy, DateTimeOffset.UnixEpoch);

    private static string By(string id) => $"[data-testid={id}]";
}

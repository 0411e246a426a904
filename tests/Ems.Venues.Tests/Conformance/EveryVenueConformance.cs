using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Venues.Tests.Conformance;

/// <summary>
/// What every venue's execution client must do, be it a book or a pool: its orders are immediate or cancel, its market as it shows it. A venue
/// with a book derives from <see cref="VenueConformance"/> as well. A and B have 100,000 of quote and 50 of base each; the price is near 1,000.
/// </summary>
public abstract class EveryVenueConformance : IAsyncLifetime
{
    private IVenueRig rig = null!;
    private Session a = null!, b = null!;

    protected abstract Task<IVenueRig> OpenAsync();

    public async ValueTask InitializeAsync()
    {
        rig = await OpenAsync();
        (a, b) = (new Session(rig, "A"), new Session(rig, "B"));
        foreach (var session in new[] { a, b })
        {
            await rig.FundAsync(session.Account, rig.Instrument.Quote, 100_000m);
            await rig.FundAsync(session.Account, rig.Instrument.Base, 50m);
        }
        await rig.BookAsync([(999m, 20m), (998m, 20m)], [(1001m, 20m), (1002m, 20m)]);
        await rig.UntilAsync(() => rig.MarketData.Book(rig.Instrument.Id)?.Mid is not null, "a market");
    }

    public async ValueTask DisposeAsync()
    {
        a?.Dispose();
        b?.Dispose();
        if (rig is not null)
        {
            await rig.DisposeAsync();
        }
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task An_order_that_takes_is_acknowledged_then_filled_and_the_balances_are_what_the_fills_say()
    {
        foreach (var (id, side, qty) in new[] { ("a1", Side.Buy, 1.5m), ("a2", Side.Sell, 2m) })
        {
            var (quote, has) = (await a.BalanceAsync(rig.Instrument.Quote), await a.BalanceAsync(rig.Instrument.Base));
            await a.SendAsync(Take(a, id, side, qty));
            var end = await a.EndAsync(id);
            (end.OrdStatus, end.CumQty, end.LeavesQty).ShouldBe((OrdStatus.Filled, qty, 0m));
            a.Of(id).First().ExecType.ShouldBe(ExecType.New);
            var fills = a.Of(id, ExecType.Trade).ToList();
            fills.Sum(f => f.LastQty).ShouldBe(qty);
            fills.ShouldAllBe(f => f.LastLiquidityInd == LastLiquidityInd.Removed && f.CommCurrency == rig.Instrument.Quote);
            (await a.BalanceAsync(rig.Instrument.Base)).ShouldBe(has + (side.Sign() * qty));
            (await a.BalanceAsync(rig.Instrument.Quote)).ShouldBe(quote - fills.Sum(f => (side.Sign() * f.LastQty * f.LastPx) + f.Commission));
        }
    }

    [Fact]
    public async Task An_order_beyond_the_market_ends_without_a_fill_and_costs_nothing()
    {
        await a.SendAsync(a.Order("a1", Side.Buy, 1m, 900m, TimeInForce.Ioc));
        var end = await a.EndAsync("a1");
        (end.OrdStatus, end.CumQty).ShouldBe((OrdStatus.Canceled, 0m));
        (await a.BalanceAsync(rig.Instrument.Quote)).ShouldBe(100_000m);
        (await a.OpenAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task No_fill_is_ever_worse_than_the_orders_price()
    {
        var best = rig.MarketData.Book(rig.Instrument.Id)!.BestAsk!.Value;
        for (var i = 0; i < 4; i++)
        {
            var px = Steps.RoundUp(best * (1m + (i * 0.0005m)), rig.Listing.TickSize);
            await a.SendAsync(a.Order($"a{i}", Side.Buy, 1m, px, TimeInForce.Ioc));
            await a.EndAsync($"a{i}");
            a.Of($"a{i}", ExecType.Trade).ShouldAllBe(f => f.LastPx <= px);
        }
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused_by_code_and_changes_nothing()
    {
        var l = rig.Listing;
        foreach (var (id, qty, px) in new[] { ("off-tick", 1m, 1010m + (l.TickSize / 2m)), ("off-lot", 1m + (l.LotSize / 2m), 1010m), ("too-much", l.MaxQty + l.LotSize, 1010m), ("no-qty", 0m, 1010m), ("no-px", 1m, 0m) })
        {
            (await a.SubmitAsync(id, Side.Buy, qty, px, TimeInForce.Ioc)).RejectCode.ShouldBe("FILTER_FAILURE", id);
        }
        (await a.SubmitAsync(Take(a, "nowhere", Side.Buy, 1m) with { Instrument = new("NONE-USDT") })).RejectCode.ShouldBe("INSTRUMENT_UNKNOWN");
        (await a.SubmitAsync("rich", Side.Buy, 120m, 1010m, TimeInForce.Ioc)).RejectCode.ShouldBe("INSUFFICIENT_BALANCE");
        using var stranger = new Session(rig, "S");
        (await stranger.SubmitAsync(Take(stranger, "s1", Side.Buy, 1m))).RejectCode.ShouldBe("INSUFFICIENT_BALANCE");
        (await a.BalanceAsync(rig.Instrument.Quote)).ShouldBe(100_000m);
        (await a.OpenAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_ClOrdID_is_taken_once_per_account_also_after_a_restart()
    {
        await a.SendAsync(Take(a, "a1", Side.Buy, 1m));
        await a.SendAsync(Take(a, "a1", Side.Buy, 1m));
        (await a.HearAsync("a1", ExecType.Rejected)).RejectCode.ShouldBe("DUPLICATE_CLORDID");
        await a.HearAsync("a1", ExecType.Trade);
        await b.SendAsync(Take(b, "a1", Side.Buy, 1m));
        (await b.EndAsync("a1")).OrdStatus.ShouldBe(OrdStatus.Filled, "names are per account");
        await RestartAsync();
        await a.SendAsync(Take(a, "a1", Side.Buy, 1m));
        await a.HearAsync("a1", ExecType.Rejected, 2);
        (await a.BalanceAsync(rig.Instrument.Base)).ShouldBe(51m);
        (await a.StatusAsync("a1"))!.OrdStatus.ShouldBe(OrdStatus.Filled);
    }

    [Fact]
    public async Task A_question_travels_behind_the_order_and_accounts_do_not_see_each_other()
    {
        (await a.StatusAsync("never")).ShouldBeNull();
        for (var i = 0; i < 3; i++)
        {
            await a.SendAsync(Take(a, $"a{i}", Side.Buy, 0.5m));
            (await a.StatusAsync($"a{i}")).ShouldNotBeNull();
            (await b.StatusAsync($"a{i}")).ShouldBeNull();
        }
        for (var i = 0; i < 3; i++)
        {
            await a.EndAsync($"a{i}");
        }
    }

    [Fact]
    public async Task A_cancel_of_nothing_or_of_what_is_over_is_refused_and_says_what_became_of_it()
    {
        await a.CancelAsync("never");
        (await a.HearAsync("never", ExecType.CancelRejected)).RejectCode.ShouldBe("UNKNOWN_ORDER");
        await a.SendAsync(Take(a, "a1", Side.Sell, 1m));
        await a.EndAsync("a1");
        await a.CancelAsync("a1");
        var refused = await a.HearAsync("a1", ExecType.CancelRejected);
        (refused.OrdStatus, refused.CumQty).ShouldBe((OrdStatus.Filled, 1m));
    }

    [Fact]
    public async Task Fills_are_told_again_in_order_as_they_were_also_after_a_restart()
    {
        for (var i = 0; i < 3; i++)
        {
            await a.SendAsync(Take(a, $"a{i}", i % 2 == 0 ? Side.Buy : Side.Sell, 1m));
            await a.EndAsync($"a{i}");
        }
        var told = a.Heard.Where(r => r.ExecType == ExecType.Trade).ToList();
        var (quote, fills) = (await a.BalanceAsync(rig.Instrument.Quote), await a.FillsAsync());
        fills.Select(f => f.Fill).ShouldBe(told);
        fills.Select(f => f.FillNo).ShouldBeInOrder();
        (await a.FillsAsync(fills[0].FillNo)).Count.ShouldBe(fills.Count - 1);
        (await a.FillsAsync(0, 1)).ShouldHaveSingleItem();
        await RestartAsync();
        (await a.FillsAsync()).ShouldBe(fills);
        (await a.BalanceAsync(rig.Instrument.Quote)).ShouldBe(quote);
        await a.SendAsync(Take(a, "later", Side.Sell, 1m));
        await a.EndAsync("later");
        a.Heard.Select(r => r.ExecId).ShouldBeUnique("no ExecID comes again");
    }

    /// <summary>An order that takes what the venue shows.</summary>
    private VenueOrder Take(Session s, string id, Side side, decimal qty)
    {
        var book = rig.MarketData.Book(rig.Instrument.Id)!;
        var px = side == Side.Buy ? book.BestAsk!.Value * 1.01m : book.BestBid!.Value * 0.99m;
        return s.Order(id, side, qty, Steps.RoundDown(px, rig.Listing.TickSize), TimeInForce.Ioc);
    }

    private async Task RestartAsync()
    {
        await rig.RestartAsync(TimeSpan.Zero);
        a.Resubscribe();
        b.Resubscribe();
        await rig.UntilAsync(() => rig.MarketData.Book(rig.Instrument.Id)?.Mid is not null, "a market");
    }
}

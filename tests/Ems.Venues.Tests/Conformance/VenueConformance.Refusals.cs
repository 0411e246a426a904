using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Venues.Tests.Conformance;

public abstract partial class VenueConformance
{
    [Fact]
    public async Task A_shape_the_listing_cannot_take_is_refused_and_changes_nothing()
    {
        var l = Rig.Listing;
        var wrong = new (string Id, decimal Qty, decimal Px)[]
        {
            ("off-tick", 1m, 990m + (l.TickSize / 2m)), ("off-lot", 1m + (l.LotSize / 2m), 990m), ("too-much", l.MaxQty + l.LotSize, 990m),
            ("no-qty", 0m, 990m), ("no-px", 1m, 0m), ("minus-px", 1m, -990m), ("min-notional", Steps.RoundDown(l.MinNotional / 990m, l.LotSize), 990m),
        };
        foreach (var (id, qty, px) in wrong)
        {
            var report = await A.SubmitAsync(id, Side.Buy, qty, px);
            (report.ExecType, report.OrdStatus, report.RejectCode).ShouldBe((ExecType.Rejected, OrdStatus.Rejected, "FILTER_FAILURE"), id);
            report.Text.ShouldNotBeNullOrEmpty(id);
        }
        (await A.OpenAsync()).ShouldBeEmpty();
        (await A.BalanceAsync(Quote)).ShouldBe(100_000m);
    }

    [Fact]
    public async Task An_instrument_that_is_not_listed_is_refused()
    {
        var report = await A.SubmitAsync(A.Order("a1", Side.Buy, 1m, 990m) with { Instrument = new("NONE-USDT") });
        (report.ExecType, report.RejectCode).ShouldBe((ExecType.Rejected, "INSTRUMENT_UNKNOWN"));
    }

    [Fact]
    public async Task A_ClOrdID_is_taken_once_whatever_became_of_it()
    {
        await A.SubmitAsync("a1", Side.Buy, 0.5m, 990m);
        await A.SendAsync(A.Order("a1", Side.Buy, 0.5m, 990m));
        (await A.HearAsync("a1", ExecType.Rejected)).RejectCode.ShouldBe("DUPLICATE_CLORDID");
        (await A.OpenAsync()).ShouldHaveSingleItem().OrdStatus.ShouldBe(OrdStatus.New, "the first one works on");
        await A.SubmitAsync("a2", Side.Buy, 0.5m, 1001m);
        await A.EndAsync("a2");
        await A.SendAsync(A.Order("a2", Side.Buy, 0.5m, 1001m));
        (await A.HearAsync("a2", ExecType.Rejected)).RejectCode.ShouldBe("DUPLICATE_CLORDID");
        (await A.BalanceAsync(Base)).ShouldBe(50.5m);
        (await B.SubmitAsync("a1", Side.Buy, 0.5m, 990m)).ExecType.ShouldBe(ExecType.New, "names are per account");
    }

    [Fact]
    public async Task Open_orders_lock_what_they_may_cost_and_give_it_back()
    {
        (await A.SubmitAsync("a1", Side.Buy, 100m, 990m)).ExecType.ShouldBe(ExecType.New);
        (await A.SubmitAsync("a2", Side.Buy, 1m, 990m)).RejectCode.ShouldBe("INSUFFICIENT_BALANCE");
        (await A.BalanceAsync(Quote)).ShouldBe(100_000m, "a balance is the total, locks included");
        await A.CancelAsync("a1");
        await A.EndAsync("a1");
        (await A.SubmitAsync("a3", Side.Buy, 1m, 990m)).ExecType.ShouldBe(ExecType.New);
        (await A.SubmitAsync("a4", Side.Sell, 50.1m, 1100m)).RejectCode.ShouldBe("INSUFFICIENT_BALANCE");
        (await A.SubmitAsync("a5", Side.Sell, 50m, 1100m)).ExecType.ShouldBe(ExecType.New);
    }

    [Fact]
    public async Task A_fill_gives_back_what_it_did_not_cost()
    {
        await Rig.BookAsync(Bids, [(1001m, 95m)]);
        await A.SubmitAsync("a1", Side.Buy, 95m, 1002m);
        await A.EndAsync("a1");
        (await A.SubmitAsync("a2", Side.Buy, 4.7m, 1000m)).ExecType.ShouldBe(ExecType.New);
        (await A.SubmitAsync("a3", Side.Buy, 0.2m, 1000m)).RejectCode.ShouldBe("INSUFFICIENT_BALANCE");
    }

    [Fact]
    public async Task Whoever_was_never_funded_can_do_nothing()
    {
        using var stranger = new Session(Rig, "S");
        (await stranger.SubmitAsync("s1", Side.Buy, 1m, 990m)).RejectCode.ShouldBe("INSUFFICIENT_BALANCE");
        (await stranger.FillsAsync()).ShouldBeEmpty();
        (await stranger.OpenAsync()).ShouldBeEmpty();
    }
}

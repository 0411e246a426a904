using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Venues.Paper;
using Ems.Venues.Tests.Conformance;

namespace Ems.Venues.Tests.Paper;

/// <summary>Faults can be switched at any time, and lose messages, never truth.</summary>
public sealed class PaperFaultTests : IAsyncLifetime
{
    private PaperRig rig = null!;
    private Session a = null!;

    public async ValueTask InitializeAsync()
    {
        rig = await PaperRig.OpenAsync();
        a = new Session(rig, "A");
        await rig.FundAsync(a.Account, rig.Instrument.Quote, 100_000m);
        await rig.BookAsync([(999m, 1m)], [(1001m, 1m), (1002m, 5m)]);
    }

    public async ValueTask DisposeAsync()
    {
        a.Dispose();
        await rig.DisposeAsync();
    }

    [Fact]
    public async Task A_dropped_command_never_arrived_and_the_same_name_may_be_sent_again()
    {
        Set(new(DropCommand: 1));
        await a.SendAsync(a.Order("a1", Side.Buy, 0.5m, 990m));
        (await a.StatusAsync("a1")).ShouldBeNull();
        Set(PaperFaultSettings.None);
        (await a.SubmitAsync("a1", Side.Buy, 0.5m, 990m)).ExecType.ShouldBe(ExecType.New);
    }

    [Fact]
    public async Task A_dropped_report_is_found_by_asking()
    {
        Set(new(DropReport: 1));
        await a.SendAsync(a.Order("a1", Side.Buy, 0.5m, 1001m));
        var word = await a.StatusAsync("a1");
        (word!.OrdStatus, word.CumQty).ShouldBe((OrdStatus.Filled, 0.5m));
        (await a.FillsAsync()).ShouldHaveSingleItem().Fill.LastQty.ShouldBe(0.5m);
        a.Heard.ShouldBeEmpty();
    }

    [Fact]
    public async Task Something_due_between_two_milliseconds_is_slept_for_not_spun_for()
    {
        var done = false;
        rig.Venue.Post(TimeSpan.FromMicroseconds(400), () => done = true);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        var before = rig.Clock.Reads;
        await Task.Delay(100, TestContext.Current.CancellationToken);
        (rig.Clock.Reads - before).ShouldBeLessThan(1_000);
        await rig.UntilAsync(() => done, "what was due");
    }

    [Fact]
    public async Task A_duplicate_carries_the_same_ExecID()
    {
        Set(new(Duplicate: 1));
        await a.SubmitAsync("a1", Side.Buy, 0.5m, 1001m);
        await a.HearAsync("a1", ExecType.Trade, 2);
        a.Heard.GroupBy(r => r.ExecId).ShouldAllBe(g => g.Count() == 2 && g.Distinct().Count() == 1);
        (await a.FillsAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_held_back_report_comes_after_later_ones()
    {
        Set(new(Reorder: 1));
        await a.SendAsync(a.Order("a1", Side.Buy, 0.5m, 990m));
        (await a.StatusAsync("a1")).ShouldNotBeNull();
        Set(PaperFaultSettings.None);
        await a.SubmitAsync("a2", Side.Buy, 0.5m, 990m);
        await a.HearAsync("a1", ExecType.New);
        a.Heard.Select(r => r.ClOrdId.Value).ShouldBe(["a2", "a1"]);
    }

    [Fact]
    public async Task An_injected_reject_is_a_real_one()
    {
        Set(new(Reject: 1));
        (await a.SubmitAsync("a1", Side.Buy, 0.5m, 990m)).RejectCode.ShouldBe("INJECTED_REJECT");
        (await a.StatusAsync("a1"))!.OrdStatus.ShouldBe(OrdStatus.Rejected);
        Set(PaperFaultSettings.None);
        (await a.SubmitAsync("a2", Side.Buy, 100m, 990m)).ExecType.ShouldBe(ExecType.New, "a rejected order locks nothing");
    }

    [Fact]
    public async Task A_delay_holds_every_message_back()
    {
        Set(new(ExtraDelayMs: 1_000));
        var sent = rig.Now;
        await a.SubmitAsync("a1", Side.Buy, 0.5m, 990m);
        (rig.Now - sent).ShouldBeGreaterThan(TimeSpan.FromMilliseconds(2_000));
    }

    [Fact]
    public async Task Disconnected_means_broken_calls_no_reports_and_a_still_book_and_orders_live_on_there()
    {
        await a.SubmitAsync("a1", Side.Sell, 0.1m, 1000m);
        await a.SubmitAsync("a2", Side.Buy, 0.5m, 999.5m);
        Set(new(Disconnected: true));
        var book = rig.MarketData.Book(rig.Instrument.Id)!;
        await Should.ThrowAsync<IOException>(() => a.SendAsync(a.Order("a3", Side.Buy, 0.5m, 990m)));
        await Should.ThrowAsync<IOException>(() => a.CancelAsync("a2"));
        await Should.ThrowAsync<IOException>(() => a.StatusAsync("a2"));
        await rig.PassAsync(TimeSpan.FromSeconds(1));
        rig.MarketData.Book(rig.Instrument.Id).ShouldBe(book, "so that it goes stale");
        Set(PaperFaultSettings.None);
        (await a.OpenAsync()).ShouldHaveSingleItem().ClOrdId.Value.ShouldBe("a2");
        await rig.UntilAsync(() => rig.MarketData.Book(rig.Instrument.Id)!.Time > book.Time, "the market to go on");
    }

    [Fact]
    public async Task The_same_seed_draws_the_same_faults()
    {
        async Task<string> Day()
        {
            await using var one = await PaperRig.OpenAsync(o => o.Seed = 7);
            using var session = new Session(one, "A");
            await one.FundAsync(session.Account, one.Instrument.Quote, 100_000m);
            one.Faults.Set(one.Client.Venue, new(DropCommand: 0.3, Reject: 0.3));
            for (var i = 0; i < 30; i++)
            {
                await session.SendAsync(session.Order($"o{i}", Side.Buy, 0.1m, 900m));
            }
            await session.StatusAsync("o0");
            await one.UntilAsync(() => session.Heard.Count > 0, "a report");
            await one.PassAsync(TimeSpan.FromMilliseconds(200));
            return string.Join(',', session.Heard.Select(r => $"{r.ClOrdId} {r.ExecType}"));
        }

        var first = await Day();
        first.ShouldContain("Rejected");
        (await Day()).ShouldBe(first);
    }

    [Fact]
    public void Nonsense_is_no_fault()
    {
        foreach (var wrong in new PaperFaultSettings[] { new(DropCommand: 1.1), new(DropReport: -0.1), new(Duplicate: double.NaN), new(ExtraDelayMs: 1e9) })
        {
            Should.Throw<ArgumentOutOfRangeException>(() => rig.Faults.Set(rig.Client.Venue, wrong));
        }
        rig.Faults.Of(rig.Client.Venue).ShouldBe(PaperFaultSettings.None);
    }

    private void Set(PaperFaultSettings faults) => rig.Faults.Set(rig.Client.Venue, faults);
}

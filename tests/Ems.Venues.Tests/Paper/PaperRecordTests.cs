using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Venues.Tests.Conformance;
using Microsoft.Data.Sqlite;

namespace Ems.Venues.Tests.Paper;

/// <summary>The exchange's own record, and its limits.</summary>
public sealed class PaperRecordTests
{
    private static readonly Asset Usdt = new("USDT");

    [Fact]
    public async Task A_deposit_is_credited_once_per_reference_also_at_once_and_after_a_restart()
    {
        await using var rig = await PaperRig.OpenAsync();
        using var a = new Session(rig, "A");
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => rig.DepositAsync(a.Account, new Money(100m, Usdt), "r1")));
        await rig.DepositAsync(a.Account, new Money(7m, Usdt), "r2");
        (await a.BalanceAsync(Usdt)).ShouldBe(107m);
        await rig.RestartAsync(TimeSpan.Zero);
        await rig.DepositAsync(a.Account, new Money(100m, Usdt), "r1");
        (await a.BalanceAsync(Usdt)).ShouldBe(107m);
    }

    [Fact]
    public async Task A_deposit_of_nothing_is_refused()
    {
        await using var rig = await PaperRig.OpenAsync();
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => rig.DepositAsync(new("A"), new Money(0m, Usdt), "r1"));
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => rig.DepositAsync(new("A"), new Money(-1m, Usdt), "r2"));
    }

    [Fact]
    public async Task What_is_acknowledged_is_in_the_record()
    {
        await using var rig = await PaperRig.OpenAsync();
        using var a = new Session(rig, "A");
        await rig.FundAsync(a.Account, Usdt, 1_000m);
        await a.SubmitAsync("a1", Side.Buy, 0.5m, 990m);
        using var file = new SqliteConnection($"Data Source={rig.File};Mode=ReadOnly;Pooling=False");
        file.Open();
        using var read = file.CreateCommand();
        read.CommandText = "SELECT clordid, status FROM orders";
        using var row = read.ExecuteReader();
        row.Read().ShouldBeTrue();
        (row.GetString(0), row.GetString(1)).ShouldBe(("a1", "New"));
    }

    [Fact]
    public async Task A_record_that_cannot_be_written_closes_the_venue_and_nothing_is_acknowledged()
    {
        await using var rig = await PaperRig.OpenAsync();
        using var a = new Session(rig, "A");
        await rig.FundAsync(a.Account, Usdt, 1_000m);
        using (var file = new SqliteConnection($"Data Source={rig.File};Pooling=False"))
        {
            file.Open();
            using var spoil = file.CreateCommand();
            spoil.CommandText = "DROP TABLE orders";
            spoil.ExecuteNonQuery();
        }
        await a.SendAsync(a.Order("a1", Side.Buy, 0.5m, 990m));
        await rig.UntilAsync(() => rig.Venue.ClosedBy is not null, "the venue to close");
        await Should.ThrowAsync<IOException>(() => a.SendAsync(a.Order("a2", Side.Buy, 0.5m, 990m)));
        a.Heard.ShouldBeEmpty();
    }

    [Fact]
    public async Task Too_much_waiting_is_refused_at_the_door()
    {
        await using var rig = await PaperRig.OpenAsync(o => o.QueueMax = 100);
        using var a = new Session(rig, "A");
        await rig.FundAsync(a.Account, Usdt, 100_000m);
        for (var i = 0; i < 100; i++)
        {
            await a.SendAsync(a.Order($"o{i}", Side.Buy, 0.01m, 990m));
        }
        await Should.ThrowAsync<IOException>(() => a.SendAsync(a.Order("o100", Side.Buy, 0.01m, 990m)));
        await rig.UntilAsync(() => a.Heard.Count == 100, "all that were taken");
        (await a.SubmitAsync("o101", Side.Buy, 0.01m, 990m)).ExecType.ShouldBe(ExecType.New);
    }

    [Fact]
    public async Task After_a_long_stall_the_market_goes_on_from_now()
    {
        await using var rig = await PaperRig.OpenAsync();
        await rig.BookAsync([(999m, 1m)], [(1001m, 1m)]);
        var given = rig.Market.Given;
        rig.Clock.Advance(TimeSpan.FromHours(10));
        await rig.UntilAsync(() => rig.Now - rig.MarketData.Book(rig.Instrument.Id)!.Time < TimeSpan.FromSeconds(1), "a fresh book");
        (rig.Market.Given - given).ShouldBeLessThan(50_000, "ten hours would be millions");
    }

    [Fact]
    public async Task Fees_and_latency_of_a_venue_can_be_configured()
    {
        await using var rig = await PaperRig.OpenAsync(o => o.Venues["ALPHA"] = new() { TakerFee = 0.002m, LatencyMs = 500 });
        using var a = new Session(rig, "A");
        await rig.FundAsync(a.Account, Usdt, 100_000m);
        await rig.BookAsync([(999m, 1m)], [(1000m, 1m)]);
        var sent = rig.Now;
        await a.SubmitAsync("a1", Side.Buy, 1m, 1000m);
        (await a.HearAsync("a1", ExecType.Trade)).Commission.ShouldBe(2m);
        (rig.Now - sent).ShouldBeGreaterThan(TimeSpan.FromMilliseconds(900));
    }

    [Fact]
    public void A_venue_that_does_not_exist_cannot_be_configured()
    {
        var options = new Execution.Venues.Paper.PaperOptions();
        options.Venues["DELTA"] = new();
        options.Venues["BRAVO"] = new() { TakerFee = 2m };
        var errors = options.Validate(new(options)).Select(e => e.ErrorMessage).ToList();
        errors.Count.ShouldBe(2);
        errors[0]!.ShouldContain("DELTA");
        errors[1]!.ShouldContain("BRAVO");
    }
}

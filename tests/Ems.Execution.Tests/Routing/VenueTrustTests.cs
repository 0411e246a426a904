using Ems.Execution.Core.Routing;

namespace Ems.Execution.Tests.Routing;

public sealed class VenueTrustTests
{
    private static readonly DateTimeOffset T0 = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_venue_nothing_is_known_of_has_no_penalty() => VenueTrust.Unknown.Penalty(60m, T0).ShouldBe((0m, null));

    [Fact]
    public void A_slow_venue_costs_the_move_of_the_price_while_it_thinks_and_more_when_prices_move_more()
    {
        var slow = Orders(VenueTrust.Unknown, 50, 1_000, refused: _ => false);
        var fast = Orders(VenueTrust.Unknown, 50, 20, refused: _ => false);
        // 60 bps * sqrt(1 s / 1 h) * 0.4 is 0.4 bps.
        slow.Penalty(60m, T0.AddSeconds(50)).Bps.ShouldBeInRange(0.35m, 0.45m);
        slow.Penalty(600m, T0.AddSeconds(50)).Bps.ShouldBeInRange(3.5m, 4.5m);
        fast.Penalty(60m, T0.AddSeconds(50)).Bps.ShouldBeLessThan(0.1m);
        slow.Penalty(60m, T0.AddSeconds(50)).Because!.ShouldContain("ms to acknowledge");
    }

    [Fact]
    public void A_venue_that_refuses_is_penalised_and_recovers_with_time_and_with_good_answers()
    {
        var bad = Orders(VenueTrust.Unknown, 60, 20, refused: n => n % 2 == 0);
        var at = T0.AddSeconds(60);
        var (bps, because) = bad.Penalty(60m, at);
        bps.ShouldBeInRange(2.5m, 5.1m);
        because!.ShouldContain("refused");
        bad.Penalty(60m, at.AddMinutes(30)).Bps.ShouldBeLessThan(0.2m);
        var better = bad;
        for (var n = 0; n < 200; n++)
        {
            better = better.WithOrder(20, false, at.AddSeconds(n));
        }
        better.Penalty(60m, at.AddSeconds(200)).Bps.ShouldBeLessThan(bps / 3m);
    }

    [Fact]
    public void A_venue_whose_book_is_often_stale_is_penalised_and_looks_in_one_second_count_once()
    {
        var (stale, fresh) = (VenueTrust.Unknown, VenueTrust.Unknown);
        for (var n = 0; n < 300; n++)
        {
            stale = stale.WithLook(n % 3 == 0, T0.AddSeconds(n)).WithLook(true, T0.AddSeconds(n + 0.5));
            fresh = fresh.WithLook(false, T0.AddSeconds(n));
        }
        stale.Penalty(60m, T0.AddSeconds(300)).Bps.ShouldBeInRange(2m, 4m);
        stale.Penalty(60m, T0.AddSeconds(300)).Because!.ShouldContain("stale");
        fresh.Penalty(60m, T0.AddSeconds(300)).Bps.ShouldBe(0m);
    }

    [Fact]
    public void A_pool_costs_its_time_to_confirm() =>
        VenueTrust.Unknown.Penalty(60m, T0, TimeSpan.FromSeconds(12)).ShouldSatisfyAllConditions(p => p.Bps.ShouldBeInRange(1.2m, 1.5m), p => p.Because!.ShouldContain("confirm"));

    private static VenueTrust Orders(VenueTrust trust, int count, double ackMs, Func<int, bool> refused)
    {
        for (var n = 0; n < count; n++)
        {
            trust = trust.WithOrder(ackMs, refused(n), T0.AddSeconds(n));
        }
        return trust;
    }
}

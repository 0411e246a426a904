using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Tests.Algos;

public sealed class RealisedVolatilityTests
{
    private static readonly DateTimeOffset T0 = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_walk_of_known_volatility_is_measured()
    {
        // 1 bp up or down each second is 60 bps per root hour.
        var v = new RealisedVolatility();
        var px = 100_000m;
        for (var i = 0; i < 20_000; i++)
        {
            px *= SeededRandom.Unit(1, 1, i) < 0.5 ? 1.0001m : 0.9999m;
            v.Add(Math.Round(px, 2), T0.AddSeconds(i));
        }
        ((double)v.Bps!.Value).ShouldBe(60, 20);
    }

    [Fact]
    public void A_bounce_between_bid_and_ask_is_no_great_volatility()
    {
        var v = new RealisedVolatility();
        for (var i = 0; i < 5_000; i++)
        {
            v.Add(100_000m + (SeededRandom.Unit(2, 1, i) < 0.5 ? 1m : -1m), T0.AddSeconds(i));
        }
        ((double)v.Bps!.Value).ShouldBeLessThan(5);
    }

    [Fact]
    public void Before_two_minutes_it_is_not_known_and_prints_out_of_order_are_ignored()
    {
        var v = new RealisedVolatility();
        v.Bps.ShouldBeNull();
        for (var i = 0; i < 119; i++)
        {
            v.Add(100m + i, T0.AddSeconds(i));
            v.Add(50m, T0.AddSeconds(i - 60));
        }
        v.Bps.ShouldBeNull();
        v.Add(300m, T0.AddSeconds(125));
        v.Bps.ShouldNotBeNull();
    }

    [Fact]
    public void A_calm_after_a_storm_is_noticed()
    {
        var v = new RealisedVolatility();
        for (var i = 0; i < 2_000; i++)
        {
            if (i == 600)
            {
                v.Bps!.Value.ShouldBeGreaterThan(1_500m);
            }
            v.Add(i < 600 ? 100m + (i % 20 < 10 ? 1m : 0m) : 100m, T0.AddSeconds(i));
        }
        v.Bps!.Value.ShouldBeLessThan(200m);
    }
}

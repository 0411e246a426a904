using Ems.Execution.Core.Algos;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using static Ems.Execution.Tests.Algos.AlgoLoop;

namespace Ems.Execution.Tests.Algos;

/// <summary>The pace follows volatility, spread and depth by rule, and says so.</summary>
public sealed class AdaptivePaceTests
{
    private static readonly (string, string)[] Even = [("durationSeconds", "600"), ("slices", "20"), ("randomSize", "0"), ("randomTime", "0")];

    [Fact]
    public void A_spike_stops_it_the_trader_is_told_and_it_goes_on_below_three_quarters_of_the_bound()
    {
        // Usual 50; from 120 s to 160 s five times as much, then back to 2.5 times: below 3, where a stop at 4 ends.
        var loop = Run([.. Even, ("volSlowFactor", "100")], t => t is >= 120 and < 160 ? 250m : t is >= 160 and < 200 ? 125m : 50m);
        loop.Children.ShouldNotContain(c => Seconds(c) >= 120 && Seconds(c) < 160);
        loop.Children.ShouldContain(c => Seconds(c) >= 160 && Seconds(c) < 165);
        var told = loop.Decisions.Where(d => (d.At - T0).TotalSeconds is >= 120 and < 160).Select(d => d.Decision.WhyIdle).ToList();
        told.ShouldAllBe(w => w.Code == "VolatilityStop");
        told[^1].Text.ShouldContain("5.0 times its usual level, the bound is 4");
        loop.CumQty.ShouldBe(20m);
    }

    [Fact]
    public void A_stop_that_is_not_over_at_three_times_stays_one()
    {
        var loop = Run([.. Even, ("volSlowFactor", "100")], t => t is >= 120 and < 130 ? 250m : t is >= 130 and < 170 ? 160m : 50m);
        loop.Children.ShouldNotContain(c => Seconds(c) >= 120 && Seconds(c) < 170);
    }

    [Fact]
    public void A_spike_that_does_not_end_stops_it_for_the_longest_time_only_and_the_order_still_completes()
    {
        var loop = Run([.. Even, ("volStopSeconds", "45")], t => t >= 120 ? 500m : 50m);
        loop.Children.ShouldNotContain(c => Seconds(c) >= 120 && Seconds(c) < 165);
        loop.Children.ShouldContain(c => Seconds(c) >= 165 && Seconds(c) < 200);
        loop.CumQty.ShouldBe(20m);
    }

    [Fact]
    public void What_rests_is_canceled_when_it_stops()
    {
        var loop = Run([.. Even, ("style", "MAKER")], t => t is >= 125 and < 160 ? 250m : 50m, Fates.Always(Fate.None));
        loop.Decisions.Where(d => (d.At - T0).TotalSeconds is >= 125 and < 160).SelectMany(d => d.Decision.Actions).OfType<CancelChild>().ShouldNotBeEmpty();
        loop.Children.ShouldNotContain(c => Seconds(c) >= 125 && Seconds(c) < 160);
    }

    [Fact]
    public void More_than_usual_volatility_slows_it_within_the_discretion_and_no_further()
    {
        var loop = Run([.. Even, ("scheduleDiscretion", "0.12")], t => t >= 120 ? 130m : 50m);
        loop.Decisions.ShouldContain(d => d.Decision.WhyIdle.Code == "VolatilitySlow");
        // A slice is 5 %: it falls behind by two and a half of them and then keeps up from there.
        var behind = loop.Decisions.Where(d => (d.At - T0).TotalSeconds < 560).Max(d => Plan(d.At) - loop.Children.Where(c => c.EndedAt <= d.At).Sum(c => c.CumQty));
        behind.ShouldBeInRange(1.5m, 4.5m);
        loop.CumQty.ShouldBe(20m);

        static decimal Plan(DateTimeOffset at) => Math.Min(20m, (decimal)Math.Floor((at - T0).TotalSeconds / 30) + 1m);
    }

    [Fact]
    public void Without_a_measure_of_volatility_or_with_the_rule_off_nothing_stops_it()
    {
        Run(Even, _ => null).Children.Count.ShouldBe(20);
        Run([.. Even, ("adaptive", "false")], t => t >= 120 ? 500m : 50m).Children.Count.ShouldBe(20);
    }

    [Fact]
    public void The_implementation_shortfall_does_not_stop_for_a_spike_unless_told()
    {
        AlgoLoop Is(params (string, string)[] more) => Run([.. Even, ("kappaT", "0.5"), ("volatilityBps", "50"), .. more], t => t is >= 120 and < 160 ? 250m : 50m, strategy: "IS");
        Is().Children.ShouldContain(c => Seconds(c) >= 120 && Seconds(c) < 155);
        Is(("volStopFactor", "4")).Children.ShouldNotContain(c => Seconds(c) >= 120 && Seconds(c) < 155);
    }

    [Fact]
    public void Mixed_crosses_sooner_in_a_calm_narrow_market_and_later_in_a_wide_one()
    {
        double Patience(decimal halfSpread, decimal vol)
        {
            var loop = new AlgoLoop
            {
                Spec = Ticket("TWAP", 20m, Side.Buy, [.. Even, ("style", "MIXED"), ("maxDisplay", "1"), ("scheduleDiscretion", "0.2"), ("volSlowFactor", "100"), ("repriceTicks", "1000")]),
                Market = t => Book(100m, halfSpread: (t - T0).TotalSeconds >= 299 ? halfSpread : 0.2m) with { VolatilityBps = 50m, QuickVolatilityBps = (t - T0).TotalSeconds >= 299 ? vol : 50m },
                Fates = (_, tif) => tif == TimeInForce.Ioc ? Fate.Full : Fate.None,
            }.Run();
            var crossed = loop.Children.First(c => c.Slice.TimeInForce == TimeInForce.Ioc && Seconds(c) >= 300);
            return (Seconds(crossed) - 300) % 30;
        }
        var (calm, usual, wild) = (Patience(0.1m, 25m), Patience(0.2m, 50m), Patience(0.3m, 90m));
        calm.ShouldBeLessThan(usual);
        usual.ShouldBeLessThan(wild);
    }

    [Fact]
    public void Slowing_only_above_the_stop_is_refused() =>
        AlgoCatalog.Find("TWAP")!.CrossCheck(Ticket("TWAP", 1m, Side.Buy, ("volSlowFactor", "5"), ("volStopFactor", "3")), T0).ShouldHaveSingleItem().Rule.ShouldBe("order");

    private static double Seconds(SimChild c) => (c.CreatedAt - T0).TotalSeconds;

    private static AlgoLoop Run((string, string)[] parameters, Func<double, decimal?> quick, Func<int, TimeInForce, Fate>? fates = null, string strategy = "TWAP") => new AlgoLoop
    {
        Spec = Ticket(strategy, 20m, Side.Buy, parameters), Fates = fates ?? Fates.Always(Fate.Full),
        Market = t => Book(100m) with { VolatilityBps = quick(0) is null ? null : 50m, QuickVolatilityBps = quick((t - T0).TotalSeconds) },
    }.Run();
}

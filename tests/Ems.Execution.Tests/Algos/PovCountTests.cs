using Ems.Execution.Core.Algos.Pov;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;
using static Ems.Execution.Tests.Algos.AlgoLoop;

namespace Ems.Execution.Tests.Algos;

/// <summary>Participation where every print is written down.</summary>
public sealed class PovCountTests
{
    /// <summary>A market whose prints come at given seconds; own fills print a moment later.</summary>
    private static AlgoLoop Run(int seconds, Func<int, decimal> printAt, params (string, string)[] parameters)
    {
        var (log, counted, own, printed) = (new VolumeLog(), T0, 0m, 0m);
        log.Load([(T0.AddMinutes(-1), 0d)], T0);
        AlgoLoop? loop = null;
        loop = new AlgoLoop
        {
            Spec = Ticket("POV", 10_000m, Side.Buy, [("rate", "0.1"), ("durationSeconds", $"{seconds}"), .. parameters]),
            Market = t =>
            {
                for (; counted <= t; counted += TimeSpan.FromSeconds(1))
                {
                    own = loop?.CumQty ?? 0m;
                    log.Add(counted, printAt((int)(counted - T0).TotalSeconds) + own - printed);
                    printed = own;
                }
                return Book(100m, depth: 1_000_000m) with { Volume = log.At(t), QtyLastMinute = 1m };
            },
        };
        return loop.Run();
    }

    [Fact]
    public void A_burst_is_followed_within_one_count_and_not_for_a_minute()
    {
        var loop = Run(300, s => s == 125 ? 900m : 0m, ("randomTime", "0"));
        ((double)loop.CumQty).ShouldBe(100, 0.5);
        loop.Children.ShouldAllBe(c => c.CreatedAt >= T0.AddSeconds(125) && c.CreatedAt <= T0.AddSeconds(136));
    }

    [Fact]
    public void Own_part_of_all_that_prints_is_the_rate_and_in_no_ten_minutes_more_than_a_fifth_above()
    {
        for (var n = 0; n < 4; n++)
        {
            var seed = (ulong)n;
            decimal Print(int s) => SeededRandom.Unit(seed, 1, s) is var u && u < 0.7 ? 0m : Math.Round((decimal)-Math.Log(SeededRandom.Unit(seed, 2, s)) * (s / 300 % 2 == 0 ? 4m : 1m), 3);
            var loop = Run(3_600, Print);
            decimal Others(int from, int to) => Enumerable.Range(from, to - from).Sum(Print);
            decimal Own(int from, int to) => loop.Children.Where(c => c.CreatedAt >= T0.AddSeconds(from) && c.CreatedAt < T0.AddSeconds(to)).Sum(c => c.CumQty);
            ((double)(loop.CumQty / (loop.CumQty + Others(0, 3_600)))).ShouldBe(0.1, 0.001);
            for (var at = 0; at + 600 <= 3_600; at += 60)
            {
                (Own(at, at + 600) / (Own(at, at + 600) + Others(at, at + 600))).ShouldBeLessThan(0.12m, $"seed {n}, from second {at}");
            }
        }
    }

    [Fact]
    public void What_is_behind_after_a_blocked_stretch_is_made_up_no_faster_than_the_window_allows()
    {
        // The limit keeps it out for five minutes of 3,000 in all; what it is behind then is 333.
        decimal Most(params (string, string)[] window)
        {
            var (log, counted, own, printed) = (new VolumeLog(), T0, 0m, 0m);
            log.Load([(T0.AddMinutes(-1), 0d)], T0);
            AlgoLoop? loop = null;
            loop = new AlgoLoop
            {
                Spec = Ticket("POV", 10_000m, Side.Buy, [("rate", "0.1"), ("durationSeconds", "600"), ("randomTime", "0"), .. window]) with { LimitPx = 100.5m },
                Market = t =>
                {
                    for (; counted <= t; counted += TimeSpan.FromSeconds(1))
                    {
                        own = loop?.CumQty ?? 0m;
                        log.Add(counted, 10m + own - printed);
                        printed = own;
                    }
                    return Book(t < T0.AddSeconds(300) ? 102m : 100m, depth: 1_000_000m) with { Volume = log.At(t), QtyLastMinute = 600m };
                },
            };
            loop.Run();
            decimal Own(int from) => loop.Children.Where(c => c.CreatedAt >= T0.AddSeconds(from) && c.CreatedAt < T0.AddSeconds(from + 60)).Sum(c => c.CumQty);
            return Enumerable.Range(0, 540).Max(from => Own(from) / (Own(from) + 600m));
        }

        Most().ShouldBeGreaterThan(0.3m, "without a window all of it goes at once");
        Most(("windowSeconds", "60")).ShouldBeInRange(0.11m, 0.14m);
    }

    [Theory]
    [InlineData("HIGH", 100)]
    [InlineData("MEDIUM", 66.67)]
    [InlineData("LOW", 33.33)]
    public void Urgency_is_the_part_of_what_is_behind_that_goes_at_one_count_and_the_rest_follows(string urgency, double first)
    {
        var loop = Run(300, s => s == 125 ? 900m : 0m, ("randomTime", "0"), ("urgency", urgency));
        ((double)loop.Children[0].Qty).ShouldBe(first, 0.5);
        ((double)loop.CumQty).ShouldBe(100, 1);
    }

    [Fact]
    public void A_count_kept_from_before_a_long_absence_is_not_made_up_at_once()
    {
        var pov = new PovAlgo();
        var spec = Ticket("POV", 1_000m, Side.Buy, ("rate", "0.1"), ("randomTime", "0"));
        var log = new VolumeLog();
        log.Load(Enumerable.Range(1, 60).Select(i => (T0.AddMinutes(-i), 5_000d)), T0);
        var memory = new PovMemory(0, T0.AddMinutes(-20), 0m, 0m, DateTimeOffset.MinValue, false, 0, log.At(T0).Open - 20);
        var decision = pov.Decide(new(spec, 7, memory, new(1_000m, 0m, 0m, 0m, 1_000m, null), [], Book(100m, volume: 90m) with { Volume = log.At(T0) }, [Alpha], T0.AddHours(-1), 100m, 0, T0));
        ((PovMemory)decision.Memory).Target.ShouldBe(10m, 0.01m);
    }
}

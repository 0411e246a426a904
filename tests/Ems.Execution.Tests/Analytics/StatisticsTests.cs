using Ems.Execution.Core.Analytics;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Tests.Analytics;

public sealed class StatisticsTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1, 12.7062)]
    [InlineData(10, 2.2281)]
    [InlineData(11, 2.2010)]
    [InlineData(30, 2.0423)]
    [InlineData(100, 1.9840)]
    [InlineData(1e6, 1.9600)]
    public void Students_t_agrees_with_the_tables(double degrees, double quantile) => Math.Round(StudentT.Quantile975(degrees), 4).ShouldBe(quantile, 1e-4);

    [Fact]
    public void Equal_weights_give_the_textbook_interval()
    {
        var e = Estimate.Of([(1m, 7m), (2m, 7m), (3m, 7m)]);
        // 2 +- 4.30265 / sqrt(3)
        e.Mean.ShouldBe(2m);
        decimal.Round(e.High!.Value, 4).ShouldBe(4.4841m);
        decimal.Round(e.Low!.Value, 4).ShouldBe(-0.4841m);
    }

    [Fact]
    public void Weights_count_and_one_sample_has_no_interval()
    {
        Estimate.Of([(1m, 3m), (5m, 1m)]).Mean.ShouldBe(2m);
        Estimate.Of([(1m, 3m), (9m, 0m)]).ShouldBe(new Estimate(1m, null, null, 1));
        Estimate.Of([]).ShouldBe(Estimate.None);
    }

    [Fact]
    public void Mark_outs_are_signed_weighted_by_notional_and_count_what_is_missing()
    {
        var fills = new[]
        {
            ShortfallTests.Fill(1m, 100m, 0m, after: [101m, 99m, null, null]),
            ShortfallTests.Fill(3m, 100m, 0m, after: [100m, 99m, 102m, null]),
        };
        var buy = MarkOuts.Of(Side.Buy, fills);
        buy.Select(m => m.Bps.Mean).ShouldBe([25m, -100m, 200m, null]);
        buy.Select(m => m.Missing).ShouldBe([0, 0, 1, 2]);
        MarkOuts.Of(Side.Sell, fills)[1].Bps.Mean.ShouldBe(100m);
    }

    [Fact]
    public void Benchmarks_are_the_intervals_own()
    {
        MarketSecond[] seconds = [new(Start, new(99m, 101m), 2m, 200m), new(Start.AddSeconds(1), null, 1m, 106m), new(Start.AddSeconds(2), new(103m, 105m), 0m, 0m)];
        var b = Benchmarks.Of(100m, 104m, seconds);
        b.IntervalVwap.ShouldBe(102m);
        b.IntervalTwap.ShouldBe(102m);
        decimal.Round(b.CoveredShare, 4).ShouldBe(0.6667m);
        Benchmarks.SlippageOf(Side.Buy, 103m, b).ArrivalBps.ShouldBe(300m);
        decimal.Round(Benchmarks.SlippageOf(Side.Sell, 103m, b).CloseBps!.Value, 3).ShouldBe(96.154m);
        Benchmarks.Of(null, null, []).ShouldBe(new BenchmarkPrices(null, null, null, null, 0m));
    }

    [Fact]
    public void A_market_that_runs_after_our_children_is_found()
    {
        // Every child is followed by 5 bps within 10 s.
        var walk = Walk(1);
        decimal? Leaky(DateTimeOffset t) => walk(t) + (Sends.Count(s => t >= s.At + TimeSpan.FromSeconds(5)) * 0.05m);
        var leak = LeakMeter.Read(LeakMeter.Take(Side.Buy, Sends, Start, Start.AddMinutes(25), Leaky));
        leak.TooFew.ShouldBeFalse();
        leak.Low!.Value.ShouldBeGreaterThan(0m);
        leak.LeakBps!.Value.ShouldBeInRange(4m, 6m);
        leak.Text.ShouldContain("noticed");
        LeakMeter.Read(LeakMeter.Take(Side.Sell, Sends, Start, Start.AddMinutes(25), Leaky)).High!.Value.ShouldBeLessThan(0m);
    }

    [Fact]
    public void In_a_market_that_does_not_notice_us_the_interval_holds_zero_about_95_times_of_100()
    {
        var held = Enumerable.Range(1, 300).Count(seed =>
        {
            var none = LeakMeter.Read(LeakMeter.Take(Side.Buy, Sends, Start, Start.AddMinutes(25), Walk(seed)));
            return none.Low <= 0m && none.High >= 0m;
        });
        held.ShouldBeInRange(274, 296);
    }

    [Fact]
    public void Windows_do_not_overlap_and_controls_keep_away_from_every_child()
    {
        var sends = new[] { new ChildSend(Start.AddSeconds(20), true), new(Start.AddSeconds(22), true), new(Start.AddSeconds(60), false) };
        var asked = new List<double>();
        var samples = LeakMeter.Take(Side.Buy, sends, Start, Start.AddSeconds(100), t =>
        {
            asked.Add((t - Start).TotalSeconds);
            return 100m;
        });
        samples.Own.Count.ShouldBe(1);
        // Own 20-30; controls 0-10, then from 32 on, 42-52 ends before the child at 60, then from 70 on.
        asked.ShouldBe([20, 30, 0, 10, 10, 20, 32, 42, 42, 52, 70, 80, 80, 90, 90, 100]);
        samples.Control.Count.ShouldBe(7);
    }

    [Fact]
    public void Too_few_windows_say_so()
    {
        var reading = LeakMeter.Read(LeakMeter.Take(Side.Buy, [new(Start, true)], Start, Start.AddHours(1), _ => 100m));
        reading.TooFew.ShouldBeTrue();
        reading.LeakBps.ShouldBeNull();
        reading.Text.ShouldStartWith("Too few");
    }

    private static readonly List<ChildSend> Sends = [.. Enumerable.Range(0, 20).Select(i => new ChildSend(Start.AddSeconds(60 * (i + 1)), true))];

    /// <summary>A mid that steps up or down every second.</summary>
    private static Func<DateTimeOffset, decimal?> Walk(int seed)
    {
        var path = new decimal[1_600];
        path[0] = 100m;
        for (var i = 1; i < path.Length; i++)
        {
            path[i] = path[i - 1] + ((SeededRandom.UnitDecimal((ulong)seed, 1, i) - 0.5m) / 100m);
        }
        return t => path[(int)(t - Start).TotalSeconds];
    }
}

using Ems.Execution.Core.Algos.Scheduling;
using Ems.Execution.Core.Algos.Twap;
using Ems.Execution.Core.Analytics;
using Ems.Execution.Core.Primitives;
using static Ems.Execution.Tests.Algos.AlgoLoop;

namespace Ems.Execution.Tests.Analytics;

public sealed class DetectabilityTests
{
    private const int Slices = 60;
    private static readonly TimeSpan Window = TimeSpan.FromHours(1);

    [Fact]
    public void A_naive_twap_of_equal_slices_at_equal_times_is_found_with_its_period()
    {
        for (var seed = 1UL; seed <= 10; seed++)
        {
            var score = Detectability.Of(Tape(seed, [("randomSize", "0"), ("randomTime", "0")]));
            score.IsFound.ShouldBeTrue($"seed {seed}");
            score.Auc!.Value.ShouldBeGreaterThan(0.95);
            score.PeriodSeconds!.Value.ShouldBe(60, 1.5);
        }
    }

    [Fact]
    public void A_randomised_twap_with_the_default_settings_is_not_found_better_than_chance()
    {
        var scores = Enumerable.Range(1, 30).Select(seed => Detectability.Of(Tape((ulong)seed, []))).ToList();
        var mean = scores.Average(s => s.Auc!.Value);
        var error = Math.Sqrt(scores.Sum(s => Math.Pow(s.Auc!.Value - mean, 2)) / (scores.Count - 1) / scores.Count);
        (mean - 0.5).ShouldBeLessThan(2 * error + 0.02, $"mean AUC {mean:0.000} +- {error:0.000}");
        scores.Count(s => s.IsFound).ShouldBeLessThanOrEqualTo(4);
    }

    [Fact]
    public void Random_times_do_not_hide_sizes_that_are_equal_or_nearly_so()
    {
        Detectability.Of(Tape(3, [("randomSize", "0"), ("randomTime", "0.9")])).IsFound.ShouldBeTrue();
        Enumerable.Range(1, 10).Average(seed => Detectability.Of(Tape((ulong)seed, [("randomSize", "0.2"), ("randomTime", "0.9")])).Auc!.Value).ShouldBeGreaterThan(0.75);
    }

    [Fact]
    public void Marking_others_prints_at_random_as_ours_is_chance()
    {
        var scores = Enumerable.Range(1, 30).Select(n => Detectability.Of([.. Others((ulong)n).Select((p, i) => p with { IsOurs = SeededRandom.Unit((ulong)n, 8, i) < 0.06 })])).ToList();
        scores.Average(s => s.Auc!.Value).ShouldBe(0.5, 0.03);
    }

    [Fact]
    public void Our_fills_are_marked_once_each_and_only_near_their_time()
    {
        (DateTimeOffset, decimal, decimal)[] tape = [(T0, 100m, 1m), (T0.AddSeconds(1), 100m, 1m), (T0.AddSeconds(1), 100m, 2m), (T0.AddSeconds(30), 100m, 1m)];
        Detectability.Mark(tape, [(T0.AddSeconds(1), 100m, 1m), (T0.AddSeconds(1), 100m, 1m), (T0.AddSeconds(40), 100m, 1m)]).Select(p => p.IsOurs).ShouldBe([true, true, false, false]);
    }

    [Fact]
    public void Too_few_prints_have_no_score()
    {
        var score = Detectability.Of([.. Others(1).Take(100)]);
        (score.Auc, score.Score, score.IsFound, score.Ours).ShouldBe((null, null, false, 0));
    }

    /// <summary>An hour of others' prints, heavy-tailed in size with round lots among them, and our slices as the schedule draws them.</summary>
    private static List<SeenPrint> Tape(ulong seed, (string, string)[] parameters)
    {
        var spec = Ticket("TWAP", 60m, Side.Buy, [("durationSeconds", "3600"), ("slices", Slices.ToString(System.Globalization.CultureInfo.InvariantCulture)), .. parameters]);
        var x = new ScheduleSettings(new(TwapAlgo.Definition, spec));
        var s = TwapAlgo.ScheduleOf(spec, T0);
        var ours = Enumerable.Range(0, Slices).Select(i => new SeenPrint(s.DueAt(i, seed, x.RandomTime),
            Steps.RoundDown(s.TargetAfter(i, 60m, seed, x.RandomSize) - s.TargetAfter(i - 1, 60m, seed, x.RandomSize), 0.0001m), true)).Where(p => p.Qty > 0m);
        return [.. Others(seed).Concat(ours).OrderBy(p => p.Time)];
    }

    private static IEnumerable<SeenPrint> Others(ulong seed)
    {
        var at = 0.0;
        for (var n = 0; n < 1_500; n++)
        {
            at += -Math.Log(1 - SeededRandom.Unit(seed, 1, n)) * Window.TotalSeconds / 1_500;
            // Log-normal around 0.5 with a deviation of 1.5; one in eight is a round lot, as people type them.
            var normal = Math.Sqrt(-2 * Math.Log(1 - SeededRandom.Unit(seed, 2, n))) * Math.Cos(2 * Math.PI * SeededRandom.Unit(seed, 3, n));
            var size = Math.Round((decimal)(0.5 * Math.Exp(1.5 * normal)), 4);
            decimal[] round = [0.01m, 0.1m, 0.5m, 1m, 2m, 5m];
            size = SeededRandom.Unit(seed, 4, n) < 0.125 ? round[SeededRandom.Draw(seed, 5, n) % 6] : Math.Max(0.0001m, size);
            yield return new(T0.AddSeconds(at), size, false);
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Routing;
using Ems.Execution.Core.Routing.Curves;
using Ems.Execution.Tests.Routing;

namespace Ems.Benchmarks;

/// <summary>Loss and time of the router's split on the certified instances, by number of venues.</summary>
internal static class RoutingBenchmarks
{
    private const int WarmUpRounds = 2_000;
    private const int TimedRounds = 2_000;

    public static void Run(TextWriter output)
    {
        if (RoutingInstances.Folder is null)
        {
            output.WriteLine("routing: the certified instances are not here, nothing measured");
            return;
        }
        output.WriteLine("| venues | instances | worst loss, bp | median us | slowest us | bytes per solve | with gas: worst loss to bound, bp | its slowest ms |");
        output.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (var group in RoutingInstances.All().GroupBy(i => i.Curves.Length).OrderBy(g => g.Key))
        {
            var (times, loss, bytes, netLoss, netMs) = (new List<double>(), 0.0, 0L, 0.0, 0.0);
            foreach (var i in group)
            {
                var x = new double[i.Curves.Length];
                loss = Math.Max(loss, (i.OptimalOut - OptimalSplit.Solve(i.Curves, i.AmountIn, x).Output) / i.OptimalOut * 10_000.0);
                times.Add(MicrosecondsOf(i.Curves, i.AmountIn, x, out var allocated));
                bytes = Math.Max(bytes, allocated);
                _ = FixedCostSplit.Solve(i.Curves, i.AmountIn, x);
                var start = Stopwatch.GetTimestamp();
                var net = FixedCostSplit.Solve(i.Curves, i.AmountIn, x);
                netMs = Math.Max(netMs, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                netLoss = Math.Max(netLoss, (i.NetUpperBound - net.NetOutput) / i.NetUpperBound * 10_000.0);
            }
            times.Sort();
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {group.Key} | {times.Count} | {loss:E1} | {times[times.Count / 2]:0.0} | {times[^1]:0.0} | {bytes} | {netLoss:E1} | {netMs:0.0} |"));
        }
        Plans(output);
    }

    /// <summary>The whole router: decimals in, a plan with legs out; its reasons and losing bids are written when they are read, as the journal does.</summary>
    private static void Plans(TextWriter output)
    {
        foreach (var gas in new[] { false, true })
        {
            output.WriteLine();
            output.WriteLine($"| venues | plan {(gas ? "with" : "without")} gas: median us | slowest us | KiB per plan | all texts read: median us | slowest us |");
            output.WriteLine("|---|---|---|---|---|---|");
            foreach (var group in RoutingInstances.All().GroupBy(i => i.Curves.Length).OrderBy(g => g.Key))
            {
                var (plan, told, bytes) = (new List<double>(), new List<double>(), 0L);
                foreach (var i in group)
                {
                    var request = RoutingInstances.Request(i, (decimal)(i.Side == Side.Sell ? i.AmountIn : i.OptimalOut), gas);
                    plan.Add(MicrosecondsOf(request, false, out var allocated));
                    told.Add(MicrosecondsOf(request, true, out _));
                    bytes = Math.Max(bytes, allocated);
                }
                plan.Sort();
                told.Sort();
                output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {group.Key} | {plan[plan.Count / 2]:0.0} | {plan[^1]:0.0} | {bytes / 1024.0:0.0} | {told[told.Count / 2]:0.0} | {told[^1]:0.0} |"));
            }
        }
    }

    private static double MicrosecondsOf(RouteRequest request, bool read, out long bytesPerPlan)
    {
        var rounds = Math.Clamp(20_000 / request.Venues.Count, 100, 2_000);
        for (var i = 0; i < rounds; i++)
        {
            Plan(request, read);
        }
        var ticks = new long[rounds];
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < rounds; i++)
        {
            var start = Stopwatch.GetTimestamp();
            Plan(request, read);
            ticks[i] = Stopwatch.GetTimestamp() - start;
        }
        bytesPerPlan = (GC.GetAllocatedBytesForCurrentThread() - before) / rounds;
        Array.Sort(ticks);
        return ticks[rounds / 2] * 1_000_000.0 / Stopwatch.Frequency;
    }

    private static void Plan(RouteRequest request, bool read)
    {
        var plan = OrderRouter.Plan(request);
        if (read)
        {
            _ = plan.Alternatives.Sum(a => a.LostBecause.Length) + plan.Legs.Sum(l => l.Reason.Length);
        }
    }

    /// <summary>Median of the timed rounds, so that a pause of the machine does not count.</summary>
    private static double MicrosecondsOf(LiquidityCurve[] curves, double amountIn, double[] x, out long bytesPerSolve)
    {
        var rounds = Math.Max(200, TimedRounds / curves.Length * 10);
        for (var i = 0; i < Math.Min(WarmUpRounds, rounds); i++)
        {
            OptimalSplit.Solve(curves, amountIn, x);
        }
        var ticks = new long[rounds];
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < rounds; i++)
        {
            var start = Stopwatch.GetTimestamp();
            OptimalSplit.Solve(curves, amountIn, x);
            ticks[i] = Stopwatch.GetTimestamp() - start;
        }
        bytesPerSolve = (GC.GetAllocatedBytesForCurrentThread() - before) / rounds;
        Array.Sort(ticks);
        return ticks[rounds / 2] * 1_000_000.0 / Stopwatch.Frequency;
    }
}

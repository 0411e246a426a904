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

    /// <summary>The whole router: decimals in, a plan with legs, reasons and losing bids out.</summary>
    private static void Plans(TextWriter output)
    {
        output.WriteLine();
        output.WriteLine("| venues | plan without gas: median us | slowest us | KiB per plan | with gas: median us | slowest us |");
        output.WriteLine("|---|---|---|---|---|---|");
        foreach (var group in RoutingInstances.All().GroupBy(i => i.Curves.Length).OrderBy(g => g.Key))
        {
            var (free, gas, bytes) = (new List<double>(), new List<double>(), 0L);
            foreach (var i in group)
            {
                var qty = (decimal)(i.Side == Side.Sell ? i.AmountIn : i.OptimalOut);
                free.Add(MicrosecondsOf(RoutingInstances.Request(i, qty, false), out var allocated));
                gas.Add(MicrosecondsOf(RoutingInstances.Request(i, qty, true), out _));
                bytes = Math.Max(bytes, allocated);
            }
            free.Sort();
            gas.Sort();
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {group.Key} | {free[free.Count / 2]:0} | {free[^1]:0} | {bytes / 1024.0:0} | {gas[gas.Count / 2]:0} | {gas[^1]:0} |"));
        }
    }

    private static double MicrosecondsOf(RouteRequest request, out long bytesPerPlan)
    {
        const int rounds = 9;
        var ticks = new long[rounds];
        OrderRouter.Plan(request);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < rounds; i++)
        {
            var start = Stopwatch.GetTimestamp();
            OrderRouter.Plan(request);
            ticks[i] = Stopwatch.GetTimestamp() - start;
        }
        bytesPerPlan = (GC.GetAllocatedBytesForCurrentThread() - before) / rounds;
        Array.Sort(ticks);
        return ticks[rounds / 2] * 1_000_000.0 / Stopwatch.Frequency;
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

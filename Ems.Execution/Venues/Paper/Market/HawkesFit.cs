using Ems.Execution.Core.Simulation.Market;

namespace Ems.Execution.Venues.Paper.Market;

/// <summary>
/// Maximum likelihood of a Hawkes process with a fast and a slow exponential kernel, its mean rate held at the sample's. The
/// likelihood needs one pass per candidate by Ozaki's recursion (1979); candidates are searched on a grid.
/// </summary>
internal static class HawkesFit
{
    private const int MaxArrivals = 20_000;
    private const double MaxBranching = 0.9;

    private static readonly double[] Branchings = [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7];
    private static readonly double[] FastDecays = [20, 60, 200];
    private static readonly double[] SlowDecays = [0.03125, 0.0625, 0.125, 0.25, 0.5, 1, 2];

    /// <summary>The kernels of arrivals at <paramref name="seconds"/>, ascending; no excitation from fewer than 50.</summary>
    public static (Excitation Burst, Excitation Wave) Fit(IReadOnlyList<double> seconds)
    {
        if (seconds.Count < 50)
        {
            return (new(0, FastDecays[0]), new(0, SlowDecays[0]));
        }
        var sample = seconds.Take(MaxArrivals).ToArray();
        var candidates = from fast in FastDecays
                         from slow in SlowDecays
                         from n1 in Branchings
                         from n2 in Branchings
                         where n1 + n2 <= MaxBranching
                         select (Burst: new Excitation(n1, fast), Wave: new Excitation(n2, slow));
        return candidates.AsParallel().AsOrdered().Select(c => (c, Likelihood: LogLikelihood(sample, c.Burst, c.Wave))).ToList().MaxBy(x => x.Likelihood).c;
    }

    private static double LogLikelihood(double[] t, Excitation burst, Excitation wave)
    {
        var span = t[^1] - t[0];
        var baseRate = t.Length / span * (1 - burst.Branching - wave.Branching);
        double fast = 0, slow = 0, sum = Math.Log(baseRate), compensator = baseRate * span;
        for (var i = 1; i < t.Length; i++)
        {
            var gap = t[i] - t[i - 1];
            fast = (fast + 1) * Math.Exp(-burst.DecayPerSecond * gap);
            slow = (slow + 1) * Math.Exp(-wave.DecayPerSecond * gap);
            sum += Math.Log(baseRate + burst.Branching * burst.DecayPerSecond * fast + wave.Branching * wave.DecayPerSecond * slow);
        }
        foreach (var at in t)
        {
            compensator += burst.Branching * (1 - Math.Exp(-burst.DecayPerSecond * (t[^1] - at)))
                + wave.Branching * (1 - Math.Exp(-wave.DecayPerSecond * (t[^1] - at)));
        }
        return sum - compensator;
    }
}

using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Market;

namespace Ems.Execution.Venues.Paper.Market;

/// <summary>Figures of an instrument's reference price from the smoothed mids of the recordings that set it.</summary>
internal static class PathFit
{
    private const int StepsPerSecond = (int)(1000 / PricePath.StepMs), LongReturn = 10 * StepsPerSecond, Window = 60 * StepsPerSecond;

    /// <summary>Below this share of a basis point a smoothed mid counts as still.</summary>
    private const double StillBps = 0.005;

    /// <summary>Measures; each segment is one recording's path.</summary>
    public static FittedInstrument Fit(InstrumentId instrument, string fittedTo, IReadOnlyList<IReadOnlyList<double>> segments)
    {
        var logVols = new Moments();
        double squares = 0;
        long returns = 0, moved = 0, steps = 0;
        foreach (var mids in segments)
        {
            for (var i = LongReturn; i < mids.Count; i += StepsPerSecond)
            {
                squares += Math.Pow(Bps(mids, i, LongReturn), 2);
                returns++;
            }
            for (var i = 1; i < mids.Count; i++)
            {
                steps++;
                moved += Math.Abs(Bps(mids, i, 1)) > StillBps ? 1 : 0;
            }
            for (var start = StepsPerSecond; start + Window <= mids.Count; start += Window)
            {
                var variance = Enumerable.Range(start, Window).Average(i => Math.Pow(Bps(mids, i, StepsPerSecond), 2));
                if (variance > 0)
                {
                    logVols.Add(Math.Log(variance) / 2);
                }
            }
        }
        var correlation = Math.Clamp(logVols.NeighbourCorrelation, 0.1, 0.98);
        var px = segments.SelectMany(s => s).Average();
        return new FittedInstrument(instrument, fittedTo, Moments.Round(px), Moments.Round(Math.Sqrt(squares / returns / SmoothedSeconds)),
            Moments.Round(Math.Min(logVols.Sd, 1.0)), Moments.Round(-60 / Math.Log(correlation)), Moments.Round(moved / (double)steps));
    }

    // The variance of a smoothed Brownian motion over T seconds is that of T - tau (1 - exp(-T / tau)) seconds.
    private static double SmoothedSeconds
    {
        get
        {
            const double span = LongReturn / (double)StepsPerSecond, tau = RecordingSurvey.EmaTauMs / 1000;
            return span - tau * (1 - Math.Exp(-span / tau));
        }
    }

    private static double Bps(IReadOnlyList<double> mids, int i, int back) => Math.Log(mids[i] / mids[i - back]) * 1e4;
}

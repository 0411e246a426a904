using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Simulation.Market;

/// <summary>
/// An endless reference price as a pure function of seed and time. Blocks of 2^18 steps (18 hours) have normal end points
/// around the fitted level; inside, the path is Levy's midpoint construction of Brownian motion (Levy 1948), its displacements
/// scaled with a slowly changing volatility. Any moment is reached in 18 halvings, without the moments before it.
/// </summary>
public sealed class MidProcess
{
    private const int Depth = 18;
    private const uint PathStream = 1, SpellStream = 2, MoveStream = 3;
    private const int MaxStillSteps = 64;
    private const double VolBound = 2.5;

    private readonly FittedInstrument figures;
    private readonly ulong seed;
    private readonly double stepSd;
    private readonly double volNorm;

    /// <summary>The path of one instrument; other instruments of the same seed get other paths.</summary>
    public MidProcess(FittedInstrument figures, ulong seed)
    {
        this.figures = figures;
        this.seed = seed ^ SeededRandom.Hash(figures.Instrument.Value);
        stepSd = figures.VolBpsPerSqrtSecond * 1e-4 * Math.Sqrt(PricePath.StepMs / 1000.0);
        volNorm = RootMeanSquare(figures.LogVolSd);
    }

    /// <summary>The price at a Unix time in milliseconds; constant within a step of <see cref="PricePath.StepMs"/>, and over steps in which nothing moves.</summary>
    public double At(long unixMs)
    {
        var step = unixMs / PricePath.StepMs;
        for (var still = 0; still < MaxStillSteps && SeededRandom.Unit(seed, MoveStream, step) >= figures.MoveShare; still++)
        {
            step--;
        }
        return figures.Px * Math.Exp(LogPrice(step));
    }

    /// <summary>Factor on the volatility at a time; its square has mean one.</summary>
    public double VolFactor(long unixMs)
    {
        var z = Math.Clamp(Noise.Smooth(seed, SpellStream, unixMs, figures.VolSpellSeconds * 1000), -VolBound, VolBound);
        return Math.Exp(figures.LogVolSd * z) / volNorm;
    }

    // Root mean square of exp(sd z) for a normal z clamped to the bound, so that the factor's square has mean one.
    private static double RootMeanSquare(double sd)
    {
        double sum = 0, weights = 0;
        for (var z = -6.0; z <= 6; z += 0.01)
        {
            var weight = Math.Exp(-z * z / 2);
            sum += weight * Math.Exp(2 * sd * Math.Clamp(z, -VolBound, VolBound));
            weights += weight;
        }
        return Math.Sqrt(sum / weights);
    }

    private double LogPrice(long step)
    {
        const long blockSteps = 1L << Depth;
        var block = step >> Depth;
        var low = block << Depth;
        double left = BlockEnd(block), right = BlockEnd(block + 1);
        for (var half = blockSteps / 2; half > 0 && step > low; half /= 2)
        {
            var middle = low + half;
            var sd = stepSd * Math.Sqrt(2 * half) / 2;
            // Volatility changes slowly: it only scales displacements over less than a spell.
            if (2 * half * PricePath.StepMs < figures.VolSpellSeconds * 1000)
            {
                sd *= VolFactor(middle * PricePath.StepMs);
            }
            var value = (left + right) / 2 + sd * Noise.Normal(seed, PathStream, middle);
            if (step >= middle)
            {
                low = middle;
                left = value;
            }
            else
            {
                right = value;
            }
        }
        return left;
    }

    // Independent ends whose difference has the variance of the path over one block.
    private double BlockEnd(long block) =>
        stepSd * Math.Sqrt(1L << Depth) / Math.Sqrt(2) * Noise.Normal(seed, PathStream, block << Depth, 2.5);
}

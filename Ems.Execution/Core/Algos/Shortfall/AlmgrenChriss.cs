namespace Ems.Execution.Core.Algos.Shortfall;

/// <summary>
/// Optimal execution after Almgren and Chriss (2000), with linear permanent impact γ, linear temporary impact ε + η·rate and price
/// volatility σ: holdings x_j = X·sinh(κ(T − t_j)) / sinh(κT), with 2(cosh(κτ) − 1)/τ² = λσ²/η′ and η′ = η − γτ/2. A model: doubles.
/// </summary>
/// <param name="Quantity">X, units to trade.</param>
/// <param name="Horizon">T, in the time unit of <paramref name="Sigma"/> and <paramref name="Eta"/>.</param>
/// <param name="Slices">N; τ = T/N.</param>
/// <param name="Sigma">Price units per square root of time.</param>
/// <param name="Epsilon">Fixed cost per unit (half the spread and fees).</param>
/// <param name="Eta">Temporary impact, price per unit of rate.</param>
/// <param name="Gamma">Permanent impact, price per unit.</param>
/// <param name="Lambda">Risk aversion, one over money; 0 gives the even schedule.</param>
public sealed record AlmgrenChriss(double Quantity, double Horizon, int Slices, double Sigma, double Epsilon, double Eta, double Gamma, double Lambda)
{
    private double Tau => Horizon / Slices;
    private double EtaPrime => Eta - (Gamma * Tau / 2);

    /// <summary>κ: how fast the schedule front-loads; 1/κ is the time in which the unconstrained rest falls by e.</summary>
    public double Kappa => Math.Acosh(1 + (Lambda * Sigma * Sigma / EtaPrime * Tau * Tau / 2)) / Tau;

    /// <summary>What is left after j slices.</summary>
    public double Holding(int j) => Quantity * Remaining(Kappa * Horizon, (double)j / Slices);

    /// <summary>What slice j (from 1) trades.</summary>
    public double Trade(int j) => Holding(j - 1) - Holding(j);

    /// <summary>E = γX²/2 + εX + (η′/τ)·Σn².</summary>
    public double ExpectedCost => (Gamma * Quantity * Quantity / 2) + (Epsilon * Quantity)
        + (EtaPrime / Tau * Enumerable.Range(1, Slices).Sum(j => Trade(j) * Trade(j)));

    /// <summary>V = σ²τ·Σ_{j≥1} x_j².</summary>
    public double Variance => Sigma * Sigma * Tau * Enumerable.Range(1, Slices).Sum(j => Holding(j) * Holding(j));

    /// <summary>Fraction left at fraction f of the horizon for a given κT: sinh(κT(1 − f)) / sinh(κT), even when κT is 0.</summary>
    public static double Remaining(double kappaT, double f)
    {
        f = Math.Clamp(f, 0, 1);
        // The exponential form neither overflows for a large κT nor loses digits for a small one.
        return kappaT < 1e-6 ? 1 - f
            : Math.Exp(-kappaT * f) * (1 - Math.Exp(-2 * kappaT * (1 - f))) / (1 - Math.Exp(-2 * kappaT));
    }
}

namespace Ems.Execution.Core.Routing.Curves;

public sealed partial class LiquidityCurve
{
    private const int StablePieces = 256;
    private const int NewtonRoundsMax = 100;

    /// <summary>
    /// A pool of two stable assets on the StableSwap invariant (Egorov 2019): A n^n (x + y) + D = A D n^n + D^(n+1) / (n^n x y), n = 2.
    /// The invariant has no closed inverse, so the curve is 256 hyperbolic pieces through exact points up to
    /// <paramref name="inputMax"/>, a bound the caller names; between points the error is of fourth order in the step.
    /// </summary>
    /// <param name="reserveIn">Reserve of the input asset, scaled to the pool's common unit.</param>
    /// <param name="reserveOut">Reserve of the output asset, in the same unit.</param>
    /// <param name="amplification">A of the invariant.</param>
    /// <param name="fee">Fraction taken from the output, as those pools do.</param>
    public static LiquidityCurve StableSwap(double reserveIn, double reserveOut, double amplification, double fee, double inputMax, double fixedCost = 0.0, double minInput = 0.0)
    {
        RequireFee(fee);
        RequirePositive(reserveIn, nameof(reserveIn));
        RequirePositive(reserveOut, nameof(reserveOut));
        RequirePositive(amplification, nameof(amplification));
        RequirePositive(inputMax, nameof(inputMax));
        var d = StableInvariant(reserveIn, reserveOut, amplification);
        var pieces = new List<(double, double, double)>(StablePieces);
        var (x0, y0) = (0.0, StableReserveOut(reserveIn, d, amplification));
        for (var i = 1; i <= StablePieces; i++)
        {
            var x1 = inputMax * i / StablePieces;
            var y1 = StableReserveOut(reserveIn + x1, d, amplification);
            var (dx, dy) = (x1 - x0, y0 - y1);
            if (dy <= 0.0)
            {
                break;
            }
            // The hyperbola through both points with the exact slope at the first: dy = p dx / (1 + b dx).
            var px = StableSlope(reserveIn + x0, y0, d, amplification);
            var bend = Math.Max(0.0, ((px * dx / dy) - 1.0) / dx);
            pieces.Add((px * (1.0 - fee), bend, dx));
            (x0, y0) = (x1, y1);
        }
        return new(pieces, fixedCost, minInput);
    }

    /// <summary>D of the invariant by Newton's method, which converges from above because the residual is convex.</summary>
    internal static double StableInvariant(double x, double y, double a)
    {
        var (sum, d, ann) = (x + y, x + y, 4.0 * a);
        for (var i = 0; i < NewtonRoundsMax; i++)
        {
            var dp = d * d * d / (4.0 * x * y);
            var next = ((ann * sum) + (2.0 * dp)) * d / (((ann - 1.0) * d) + (3.0 * dp));
            if (Math.Abs(next - d) <= d * 1e-16)
            {
                return next;
            }
            d = next;
        }
        return d;
    }

    /// <summary>The other reserve at which the invariant holds: the positive root of y^2 + (x + D/Ann - D) y = D^3 / (4 Ann x).</summary>
    internal static double StableReserveOut(double x, double d, double a)
    {
        var ann = 4.0 * a;
        var b = x + (d / ann) - d;
        var c = d * d * d / (4.0 * ann * x);
        var root = Math.Sqrt((b * b) + (4.0 * c));
        return b > 0.0 ? 2.0 * c / (b + root) : (root - b) / 2.0;
    }

    private static double StableSlope(double x, double y, double d, double a)
    {
        var (ann, cube) = (4.0 * a, d * d * d / 4.0);
        return (ann + (cube / (x * x * y))) / (ann + (cube / (x * y * y)));
    }
}

namespace Ems.Execution.Core.Routing.Curves;

public sealed partial class LiquidityCurve
{
    private const int WeightedPieces = 256;

    /// <summary>
    /// A pool that keeps the product of its reserves raised to their weights (Balancer whitepaper): output = R_out (1 - (R_in / (R_in + g x))^w),
    /// w = weight in / weight out, g = 1 - fee. With unequal weights the curve is 256 hyperbolic pieces through exact points up to
    /// <paramref name="inputMax"/>, with the exact slope at the start of each; with equal weights it is the constant product.
    /// </summary>
    public static LiquidityCurve Weighted(double reserveIn, double reserveOut, double weightRatio, double fee, double inputMax, double fixedCost = 0.0, double minInput = 0.0)
    {
        RequireFee(fee);
        RequirePositive(reserveIn, nameof(reserveIn));
        RequirePositive(reserveOut, nameof(reserveOut));
        RequirePositive(weightRatio, nameof(weightRatio));
        RequirePositive(inputMax, nameof(inputMax));
        if (weightRatio == 1.0)
        {
            return ConstantProduct(reserveIn, reserveOut, fee, fixedCost, minInput);
        }
        var g = 1.0 - fee;
        var pieces = new List<(double, double, double)>(WeightedPieces);
        for (var i = 0; i < WeightedPieces; i++)
        {
            // Steps grow with the square, so that small orders see small pieces.
            var (x0, x1) = (inputMax * i * i / (WeightedPieces * (double)WeightedPieces), inputMax * (i + 1) * (i + 1) / (WeightedPieces * (double)WeightedPieces));
            var (dx, dy) = (x1 - x0, Left(x0) - Left(x1));
            var px = g * weightRatio * Left(x0) / (reserveIn + (g * x0));
            if (dy <= 0.0)
            {
                break;
            }
            pieces.Add((px, Math.Max(0.0, ((px * dx / dy) - 1.0) / dx), dx));
        }
        return new(pieces, fixedCost, minInput);

        double Left(double x) => reserveOut * Math.Pow(reserveIn / (reserveIn + (g * x)), weightRatio);
    }
}

using System.Buffers;
using Ems.Execution.Core.Routing.Curves;

namespace Ems.Execution.Core.Routing;

/// <summary>The best split without fixed costs.</summary>
/// <param name="Output">What it gives, output units.</param>
/// <param name="MarginalPx">Output that one more unit of input would earn; the same on every venue that is used in part.</param>
/// <param name="FilledIn">Input placed: all of it unless the venues hold less.</param>
public readonly record struct SplitResult(double Output, double MarginalPx, double FilledIn);

/// <summary>
/// The split of an amount over venues that gives the most output, or of an output that needs the least input. Outputs are concave, so the
/// optimum is where all venues in use have one marginal price; that price is found by halving the set of segment edges that may hold it
/// and solved in closed form once no edge is left in between: exact, with no step size, in about venues x log(segments) work and
/// without allocation.
/// </summary>
public static class OptimalSplit
{
    /// <summary>Most output for an input: writes the input of each venue to <paramref name="allocations"/> (same length as the curves).</summary>
    public static SplitResult Solve(ReadOnlySpan<LiquidityCurve> curves, double amountIn, Span<double> allocations)
    {
        Require(curves, amountIn, allocations);
        var capacity = 0.0;
        foreach (var c in curves)
        {
            capacity += c.Capacity;
        }
        if (capacity <= amountIn)
        {
            return TakeAll(curves, allocations, amountIn);
        }
        if (amountIn == 0.0)
        {
            return new(0.0, BestPx(curves), 0.0);
        }
        var rented = ArrayPool<int>.Shared.Rent(4 * curves.Length);
        try
        {
            var sweep = new MarginalPriceSweep(curves, rented);
            var px = sweep.Find(amountIn);
            return Fill(curves, sweep, amountIn, px, allocations);
        }
        finally
        {
            ArrayPool<int>.Shared.Return(rented);
        }
    }

    /// <summary>
    /// Least input for an output: writes the output of each venue to <paramref name="outputs"/>. Where the venues hold less, they give all
    /// they have; <see cref="SplitResult.Output"/> then is less than asked for.
    /// </summary>
    public static SplitResult SolveForOutput(ReadOnlySpan<LiquidityCurve> curves, double amountOut, Span<double> outputs)
    {
        Require(curves, amountOut, outputs);
        var capacity = 0.0;
        foreach (var c in curves)
        {
            capacity += c.OutputCapacity;
        }
        if (amountOut == 0.0)
        {
            return new(0.0, BestPx(curves), 0.0);
        }
        if (capacity <= amountOut)
        {
            for (var i = 0; i < curves.Length; i++)
            {
                outputs[i] = curves[i].OutputCapacity;
            }
            return Sum(curves, outputs, 0.0);
        }
        var rented = ArrayPool<int>.Shared.Rent(4 * curves.Length);
        try
        {
            var sweep = new MarginalPriceSweep(curves, rented, byOutput: true);
            return FillOutput(curves, sweep, amountOut, sweep.Find(amountOut), outputs);
        }
        finally
        {
            ArrayPool<int>.Shared.Return(rented);
        }
    }

    private static void Require(ReadOnlySpan<LiquidityCurve> curves, double amount, Span<double> allocations)
    {
        if (allocations.Length != curves.Length)
        {
            throw new ArgumentException("One allocation per curve.", nameof(allocations));
        }
        if (!(amount >= 0.0) || double.IsInfinity(amount))
        {
            throw new ArgumentOutOfRangeException(nameof(amount), amount, "The amount is finite and not negative.");
        }
        allocations.Clear();
    }

    private static double BestPx(ReadOnlySpan<LiquidityCurve> curves)
    {
        var best = 0.0;
        foreach (var c in curves)
        {
            best = Math.Max(best, c.BestPx);
        }
        return best;
    }

    private static SplitResult TakeAll(ReadOnlySpan<LiquidityCurve> curves, Span<double> allocations, double amountIn)
    {
        var (output, filled) = (0.0, 0.0);
        for (var i = 0; i < curves.Length; i++)
        {
            allocations[i] = Math.Min(curves[i].Capacity, amountIn - filled);
            filled += allocations[i];
            output += curves[i].Output(allocations[i]);
        }
        return new(output, 0.0, filled);
    }

    /// <summary>
    /// Gives each venue what it takes down to the price, then hands out what is left: first over levels exactly at the price, in venue
    /// order, then the last rounding of the sum to the venue with the largest part.
    /// </summary>
    private static SplitResult Fill(ReadOnlySpan<LiquidityCurve> curves, in MarginalPriceSweep sweep, double amountIn, double px, Span<double> allocations)
    {
        var (filled, largest) = (0.0, 0);
        for (var i = 0; i < curves.Length; i++)
        {
            allocations[i] = Math.Min(amountIn, curves[i].InputAt(px, sweep.Full(i, px)));
            filled += allocations[i];
            largest = allocations[i] > allocations[largest] ? i : largest;
        }
        var rest = amountIn - filled;
        for (var i = 0; i < curves.Length && rest > 0.0; i++)
        {
            var flat = Math.Min(rest, FlatAt(curves[i], px, sweep.Full(i, px)));
            allocations[i] += flat;
            rest -= flat;
        }
        allocations[largest] = Math.Clamp(allocations[largest] + rest, 0.0, curves[largest].Capacity);
        var (output, total) = (0.0, 0.0);
        for (var i = 0; i < curves.Length; i++)
        {
            if (allocations[i] > 0.0)
            {
                output += curves[i].Output(allocations[i]);
                total += allocations[i];
            }
        }
        return new(output, px, total);
    }

    /// <summary>As <see cref="Fill"/>, in units of output.</summary>
    private static SplitResult FillOutput(ReadOnlySpan<LiquidityCurve> curves, in MarginalPriceSweep sweep, double amountOut, double px, Span<double> outputs)
    {
        var (filled, largest) = (0.0, 0);
        for (var i = 0; i < curves.Length; i++)
        {
            outputs[i] = Math.Min(amountOut, curves[i].Output(curves[i].InputAt(px, sweep.Full(i, px))));
            filled += outputs[i];
            largest = outputs[i] > outputs[largest] ? i : largest;
        }
        var rest = amountOut - filled;
        for (var i = 0; i < curves.Length && rest > 0.0; i++)
        {
            var flat = Math.Min(rest, FlatAt(curves[i], px, sweep.Full(i, px)) * px);
            outputs[i] += flat;
            rest -= flat;
        }
        outputs[largest] = Math.Clamp(outputs[largest] + rest, 0.0, curves[largest].OutputCapacity);
        return Sum(curves, outputs, px);
    }

    private static SplitResult Sum(ReadOnlySpan<LiquidityCurve> curves, ReadOnlySpan<double> outputs, double px)
    {
        var (input, output) = (0.0, 0.0);
        for (var i = 0; i < curves.Length; i++)
        {
            input += curves[i].Input(outputs[i]);
            output += outputs[i];
        }
        return new(output, px, input);
    }

    private static double FlatAt(LiquidityCurve curve, double px, int full)
    {
        var flat = 0.0;
        for (var i = full - 1; i >= 0 && curve.Segments[i].IsFlat && curve.Segments[i].EndPx <= px; i--)
        {
            flat += curve.Segments[i].Capacity;
        }
        return flat;
    }
}

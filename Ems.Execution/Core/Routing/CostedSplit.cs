using Ems.Execution.Core.Routing.Curves;

namespace Ems.Execution.Core.Routing;

/// <summary>A split with fixed costs and least inputs, and what no other split can beat.</summary>
/// <param name="Net">Output less fixed costs; by output, the input needed and the fixed costs, negative.</param>
/// <param name="Bound">No split has a greater net (Lagrangian dual); infinite where none was found that fills all.</param>
/// <param name="Px">The price of the bound: a venue whose best price is no better adds nothing to it.</param>
internal readonly record struct CostedResult(double Net, double Bound, double Px)
{
    /// <summary>Whether the whole amount is placed.</summary>
    public bool Fills => double.IsFinite(Net) && double.IsFinite(Bound);

    /// <summary>What may be missing to the optimum at most, relative.</summary>
    public double Gap => Fills ? Math.Max(0.0, Bound - Net) / Math.Abs(Bound) : double.PositiveInfinity;
}

/// <summary>
/// Opens venues in the order in which a falling common price makes them worth their cost: each has one such price, found by Newton's method
/// on its own convex surplus, and the number to open is found by halving, one exact split a probe. At most one venue is then in dispute;
/// the sets around it compete, and the Lagrangian dual at its price certifies the gap. No search tree and no allocation once warm; one
/// instance per thread.
/// </summary>
internal sealed class CostedSplit
{
    private const int NewtonRoundsMax = 60;
    private const int SwapsMax = 4;
    /// <summary>A part short of a least input by no more than this is the least input.</summary>
    private const double Hair = 1.0 - 1e-12;
    [ThreadStatic]
    private static CostedSplit? mine;

    private double amount;
    private bool byOutput;
    private LiquidityCurve[] some = [];
    private int[] used = [];
    private int[] disputed = [];
    private double[] opensAt = [];
    private double[] parts = [];
    private double[] trial = [];
    private bool[] open = [];
    private double lastPx;

    private CostedSplit()
    {
    }

    /// <summary>This thread's instance.</summary>
    public static CostedSplit Mine => mine ??= new();

    /// <summary>Solves for an input, or for an output; <paramref name="best"/> gets each venue's input, or output.</summary>
    /// <param name="gapWanted">Relative gap at which no further set is tried.</param>
    public CostedResult Solve(ReadOnlySpan<LiquidityCurve> curves, double amount, bool byOutput, Span<double> best, double gapWanted)
    {
        (this.amount, this.byOutput) = (amount, byOutput);
        Room(curves.Length);
        var relaxed = byOutput ? OptimalSplit.SolveForOutput(curves, amount, best) : OptimalSplit.Solve(curves, amount, best);
        var value = byOutput ? -relaxed.FilledIn : relaxed.Output;
        if (relaxed.MarginalPx <= 0.0)
        {
            return new(double.NegativeInfinity, double.PositiveInfinity, 0.0);
        }
        var costly = false;
        for (var v = 0; v < curves.Length && !costly; v++)
        {
            costly = best[v] > 0.0 && (curves[v].FixedCost > 0.0 || best[v] < Least(curves[v]) * Hair);
        }
        return costly ? Open(curves, best, relaxed.MarginalPx, gapWanted) : new(value, value, relaxed.MarginalPx);
    }

    private CostedResult Open(ReadOnlySpan<LiquidityCurve> curves, Span<double> best, double px, double gapWanted)
    {
        // Worth its cost at the price of the split without costs: worth it at every lower one.
        for (var v = 0; v < curves.Length; v++)
        {
            open[v] = Free(curves[v]) || Worth(curves[v], px, out _) > 0.0;
        }
        var bestNet = double.NegativeInfinity;
        Try(curves, best, ref bestNet);
        var floor = lastPx;
        var count = 0;
        for (var v = 0; v < curves.Length; v++)
        {
            if (!open[v] && OpensAt(curves[v], floor) is var y && !double.IsNegativeInfinity(y))
            {
                // Sorted by falling price.
                (disputed[count], opensAt[count++]) = (v, -y);
            }
        }
        Array.Sort(opensAt, disputed, 0, count);
        var (low, high) = (0, count);
        while (low < high)
        {
            var mid = (low + high + 1) >> 1;
            Set(low, mid, true);
            Try(curves, best, ref bestNet);
            if (lastPx <= 0.0 || PerUnit(lastPx) < -opensAt[mid - 1])
            {
                low = mid;
            }
            else
            {
                Set(low, mid, false);
                high = mid - 1;
            }
        }
        Try(curves, best, ref bestNet);
        var at = lastPx > 0.0 ? PerUnit(lastPx) : double.NegativeInfinity;
        at = low < count ? Math.Max(at, -opensAt[low]) : at;
        var bound = double.IsNegativeInfinity(at) ? double.PositiveInfinity : Dual(curves, at);
        var last = Math.Min(count, low + SwapsMax);
        for (var next = low; next < last && Gap(bestNet, bound) > gapWanted; next++)
        {
            open[disputed[next]] = true;
            Try(curves, best, ref bestNet);
            for (var out1 = low - 1; out1 >= Math.Max(0, low - SwapsMax) && Gap(bestNet, bound) > gapWanted; out1--)
            {
                open[disputed[out1]] = false;
                Try(curves, best, ref bestNet);
                open[disputed[out1]] = true;
            }
            open[disputed[next]] = false;
        }
        return new(bestNet, Math.Max(bound, bestNet), double.IsNegativeInfinity(at) ? 0.0 : byOutput ? -1.0 / at : at);
    }

    private static double Gap(double net, double bound) => (bound - net) / Math.Abs(bound);

    private void Set(int from, int to, bool value)
    {
        for (var i = from; i < to; i++)
        {
            open[disputed[i]] = value;
        }
    }

    private static bool Free(LiquidityCurve curve) => curve.FixedCost == 0.0 && curve.MinInput == 0.0;

    private double Least(LiquidityCurve curve)
    {
        var least = curve.MinInput == 0.0 ? 0.0 : byOutput ? curve.Output(curve.MinInput) : curve.MinInput;
        // Only the rounding of doubles makes it more than the amount.
        return least > amount && least * Hair <= amount ? amount : least;
    }

    /// <summary>What one unit of the amount is charged at a price: rises with the price both ways.</summary>
    private double PerUnit(double px) => byOutput ? -1.0 / px : px;

    private double Value(LiquidityCurve curve, double x) => byOutput ? -curve.Input(x) : curve.Output(x);

    /// <summary>What using the venue earns at this price, its cost paid, and what it takes then.</summary>
    private double Worth(LiquidityCurve curve, double px, out double x)
    {
        var least = Least(curve);
        x = curve.InputAt(px);
        x = byOutput ? curve.Output(x) : x;
        // Nothing can take more than there is; the cap keeps the dual tight.
        x = Math.Min(Math.Max(x, least), amount);
        return least > amount ? double.NegativeInfinity : Value(curve, x) - (PerUnit(px) * x) - curve.FixedCost;
    }

    /// <summary>
    /// The charge per unit below which the venue is worth its cost; minus infinity when it is not even at <paramref name="floor"/>.
    /// The surplus is convex and falls with the charge at the rate of what is taken, so Newton's steps come from the left and never overshoot.
    /// </summary>
    private double OpensAt(LiquidityCurve curve, double floor)
    {
        double y;
        if (floor > 0.0)
        {
            var surplus = Worth(curve, floor, out var x);
            if (surplus <= 0.0 || x <= 0.0)
            {
                return double.NegativeInfinity;
            }
            y = PerUnit(floor) + (surplus / x);
        }
        else
        {
            var x = Math.Min(byOutput ? curve.OutputCapacity : curve.Capacity, amount);
            if (x <= 0.0 || x < Least(curve))
            {
                return double.NegativeInfinity;
            }
            // A pool's last unit costs infinitely much: half of it is on the right side too.
            x = double.IsFinite(Value(curve, x)) ? x : x / 2.0;
            y = (Value(curve, x) - curve.FixedCost) / x;
        }
        for (var i = 0; i < NewtonRoundsMax; i++)
        {
            if (byOutput ? y >= 0.0 : y <= 0.0)
            {
                return double.NegativeInfinity;
            }
            var surplus = Worth(curve, byOutput ? -1.0 / y : y, out var x);
            var next = x > 0.0 ? y + (surplus / x) : y;
            if (!(next > y) || next - y <= Math.Abs(y) * 1e-15)
            {
                break;
            }
            y = next;
        }
        return y;
    }

    private double Dual(ReadOnlySpan<LiquidityCurve> curves, double y)
    {
        var (px, value) = (byOutput ? -1.0 / y : y, y * amount);
        foreach (var c in curves)
        {
            if (c.BestPx > px || c.MinInput > 0.0)
            {
                value += Math.Max(0.0, Worth(c, px, out _));
            }
        }
        return value;
    }

    /// <summary>The exact split over the open venues; kept when it is the best so far. Its price is <see cref="lastPx"/>, 0 when it does not fill.</summary>
    private void Try(ReadOnlySpan<LiquidityCurve> curves, Span<double> best, ref double bestNet)
    {
        var net = Split(curves);
        if (net > bestNet)
        {
            bestNet = net;
            trial.AsSpan(0, curves.Length).CopyTo(best);
        }
    }

    private double Split(ReadOnlySpan<LiquidityCurve> curves)
    {
        var (count, left) = (0, amount);
        for (var v = 0; v < curves.Length; v++)
        {
            trial[v] = 0.0;
            if (open[v])
            {
                (some[count], used[count++]) = (curves[v], v);
            }
        }
        // A venue that would get less than its least input gets the least, which only makes the others' parts smaller.
        for (var held = true; held;)
        {
            held = false;
            var from = some.AsSpan(0, count);
            var to = parts.AsSpan(0, count);
            lastPx = 0.0;
            if (left < 0.0)
            {
                return double.NegativeInfinity;
            }
            var split = byOutput ? OptimalSplit.SolveForOutput(from, left, to) : OptimalSplit.Solve(from, left, to);
            lastPx = count > 0 ? split.MarginalPx : 0.0;
            if ((byOutput ? split.Output : split.FilledIn) < left * Hair)
            {
                return double.NegativeInfinity;
            }
            var kept = 0;
            for (var i = 0; i < count; i++)
            {
                var least = Least(some[i]);
                trial[used[i]] = parts[i];
                if (parts[i] > 0.0 && parts[i] < least * Hair)
                {
                    (trial[used[i]], left, held) = (least, left - least, true);
                    continue;
                }
                (some[kept], used[kept++]) = (some[i], used[i]);
            }
            count = kept;
        }
        var net = 0.0;
        for (var v = 0; v < curves.Length; v++)
        {
            net += trial[v] > 0.0 ? Value(curves[v], trial[v]) - curves[v].FixedCost : 0.0;
        }
        return net;
    }

    private void Room(int n)
    {
        if (open.Length < n)
        {
            n = Math.Max(16, 2 * n);
            (some, used, disputed, opensAt, parts, trial, open) = (new LiquidityCurve[n], new int[n], new int[n], new double[n], new double[n], new double[n], new bool[n]);
        }
    }
}

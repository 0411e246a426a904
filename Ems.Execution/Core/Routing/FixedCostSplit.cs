using Ems.Execution.Core.Routing.Curves;

namespace Ems.Execution.Core.Routing;

/// <summary>The best split found when using a venue costs something or needs a least size.</summary>
/// <param name="NetOutput">Output less the fixed costs of the venues used.</param>
/// <param name="UpperBound">No split gives more: from the Lagrangian dual over all that was not searched to the end.</param>
/// <param name="FilledIn">Input placed.</param>
/// <param name="Nodes">Sets of venues examined.</param>
public readonly record struct FixedCostResult(double NetOutput, double UpperBound, double FilledIn, int Nodes)
{
    /// <summary>What may be missing to the optimum at most, in basis points of the bound.</summary>
    public double GapBps => UpperBound > 0.0 ? Math.Max(0.0, UpperBound - NetOutput) / UpperBound * 10_000.0 : 0.0;
}

/// <summary>The cheapest way found to get an output when using a venue costs something or needs a least size.</summary>
/// <param name="Cost">Input needed and the fixed costs of the venues used, input units.</param>
/// <param name="LowerBound">No way costs less.</param>
/// <param name="FilledOut">Output found: less than asked for when the venues hold less or refuse so little.</param>
/// <param name="Nodes">Sets of venues examined.</param>
public readonly record struct FixedCostOutputResult(double Cost, double LowerBound, double FilledOut, int Nodes);

/// <summary>
/// Split with fixed costs (gas) and minimum sizes: branch and bound over which venues are used. A node's bound is its Lagrangian dual
/// (each venue alone decides at a common price whether it is worth its cost); its candidate is the exact split over the venues the dual
/// picked. It stops at the wanted gap or after a number of nodes and says what gap is left. Before it searches it asks
/// <see cref="CostedSplit"/>, whose answer mostly is proven good enough; the search itself is not for the hot path: it allocates.
/// </summary>
public static class FixedCostSplit
{
    /// <summary>Solves for <paramref name="amountIn"/>; fixed costs and minimums are the curves' own.</summary>
    /// <param name="nodesMax">Bound on the sets of venues examined, at least 1.</param>
    /// <param name="gapBpsWanted">The search ends once the certified gap is at most this.</param>
    public static FixedCostResult Solve(ReadOnlySpan<LiquidityCurve> curves, double amountIn, Span<double> allocations, int nodesMax = 400, double gapBpsWanted = 1e-6)
    {
        if (allocations.Length == curves.Length && amountIn > 0.0 && double.IsFinite(amountIn)
            && CostedSplit.Mine.Solve(curves, amountIn, false, allocations, gapBpsWanted / 10_000.0) is var quick && quick.Gap * 10_000.0 <= gapBpsWanted)
        {
            return new(quick.Net, quick.Bound, Sum(allocations), 1);
        }
        var search = new Search(curves.ToArray(), amountIn, false);
        var (bound, nodes) = Run(search, curves.Length, allocations, nodesMax, gapBpsWanted);
        return new(search.BestNet, bound, Sum(allocations), nodes);
    }

    /// <summary>
    /// Least input and fixed costs for <paramref name="amountOut"/>: the curves' fixed costs count as input here, their minimums stay
    /// least inputs. Output that no venue gives is bought from nobody, at a price so bad that it is the last choice.
    /// </summary>
    public static FixedCostOutputResult SolveForOutput(ReadOnlySpan<LiquidityCurve> curves, double amountOut, Span<double> outputs, int nodesMax = 400, double gapBpsWanted = 1e-6)
    {
        if (outputs.Length == curves.Length && amountOut > 0.0 && double.IsFinite(amountOut)
            && CostedSplit.Mine.Solve(curves, amountOut, true, outputs, gapBpsWanted / 10_000.0) is var quick && quick.Gap * 10_000.0 <= gapBpsWanted)
        {
            return new(-quick.Net, -quick.Bound, Sum(outputs), 1);
        }
        var relaxed = OptimalSplit.SolveForOutput(curves, amountOut, outputs);
        var px = relaxed.MarginalPx;
        foreach (var c in curves)
        {
            px = px > 0.0 ? px : c.BestPx;
        }
        LiquidityCurve[] all = [.. curves, Nobody(px > 0.0 ? px : 1.0, amountOut)];
        var search = new Search(all, amountOut, true);
        var parts = new double[all.Length];
        var (bound, nodes) = Run(search, all.Length, parts, nodesMax, gapBpsWanted);
        parts.AsSpan(0, outputs.Length).CopyTo(outputs);
        var unfilled = all[^1].Input(parts[^1]);
        return new(-search.BestNet - unfilled, -bound - unfilled, Sum(outputs), nodes);
    }

    /// <summary>Stands for what stays unfilled: sixteen times as dear as the last unit of the split without costs.</summary>
    private static LiquidityCurve Nobody(double marginalPx, double amountOut) =>
        LiquidityCurve.OrderBook(Primitives.Side.Sell, [(marginalPx / 16.0, 32.0 * amountOut / marginalPx)], 0.0);

    private static double Sum(ReadOnlySpan<double> parts)
    {
        var sum = 0.0;
        foreach (var x in parts)
        {
            sum += x;
        }
        return sum;
    }

    private static (double Bound, int Nodes) Run(Search search, int count, Span<double> allocations, int nodesMax, double gapBpsWanted)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(nodesMax, 1);
        if (allocations.Length != count)
        {
            throw new ArgumentException("One allocation per curve.", nameof(allocations));
        }
        var open = new PriorityQueue<Node, double>();
        var root = search.Expand(new Choice[count]);
        open.Enqueue(root, -root.Bound);
        var nodes = 1;
        while (open.TryPeek(out var node, out _) && node.Branch >= 0 && nodes < nodesMax && node.Bound > search.BestNet + (Math.Abs(node.Bound) * gapBpsWanted / 10_000.0))
        {
            open.Dequeue();
            foreach (var choice in new[] { Choice.In, Choice.Out })
            {
                var child = (Choice[])node.Choices.Clone();
                child[node.Branch] = choice;
                var expanded = search.Expand(child);
                open.Enqueue(expanded, -expanded.Bound);
                nodes++;
            }
        }
        var bound = open.TryPeek(out var top, out _) ? Math.Max(top.Bound, search.BestNet) : search.BestNet;
        search.Best.CopyTo(allocations);
        return (bound, nodes);
    }

    private enum Choice : byte { Free = 0, In, Out }

    /// <param name="Bound">No split that respects the choices gives more.</param>
    /// <param name="Branch">The free venue that is most nearly indifferent, or -1 when none is left.</param>
    private sealed record Node(Choice[] Choices, double Bound, int Branch);

    /// <summary>
    /// Amounts are input and values output; by output, amounts are output and values are what they cost, negative. A price is output per
    /// input in both, so demand falls as it rises: by output, what one unit is worth is 1 / px.
    /// </summary>
    private sealed class Search(LiquidityCurve[] curves, double amount, bool byOutput)
    {
        private const int HalvingsMax = 200;
        private readonly double[] trial = new double[curves.Length];

        public double BestNet { get; private set; } = byOutput ? double.NegativeInfinity : 0.0;
        public double[] Best { get; } = new double[curves.Length];

        public Node Expand(Choice[] choices)
        {
            // The dual is convex in the price; its slope is the input left over, so halving on the slope's sign finds its least value.
            var (low, high, forced) = (0.0, double.Epsilon, 0.0);
            for (var v = 0; v < curves.Length; v++)
            {
                high = curves[v].Segments.Length > 0 ? Math.Max(high, curves[v].Segments[0].StartPx) : high;
                forced += choices[v] == Choice.In ? Least(v) : 0.0;
            }
            if (forced > amount)
            {
                return new(choices, double.NegativeInfinity, -1);
            }
            // Minimums are bought above a venue's best price too; high enough, only the forced ones are left, and those fit.
            for (var i = 0; i < HalvingsMax; i++)
            {
                _ = Dual(choices, high, out var taken);
                if (taken <= amount)
                {
                    break;
                }
                high *= 2.0;
            }
            var bound = Dual(choices, high, out _);
            var all = double.PositiveInfinity;
            bound = byOutput ? bound : Math.Min(bound, Dual(choices, 0.0, out all));
            if (all > amount)
            {
                for (var i = 0; i < HalvingsMax; i++)
                {
                    var mid = low + ((high - low) / 2.0);
                    if (mid <= low || mid >= high)
                    {
                        break;
                    }
                    bound = Math.Min(bound, Dual(choices, mid, out var taken));
                    (low, high) = taken > amount ? (mid, high) : (low, mid);
                }
            }
            else
            {
                high = low;
            }
            Try(choices, high, false);
            Try(choices, low, false);
            Try(choices, low, true);
            return new(choices, bound, Indifferent(choices, high, low));
        }

        /// <summary>What one unit of the amount is worth at a price: its cost when amounts are inputs, its negative when they are outputs.</summary>
        private double PerUnit(double px) => byOutput ? -1.0 / px : px;

        private double Least(int v) => byOutput ? curves[v].Output(curves[v].MinInput) : curves[v].MinInput;

        private double Value(int v, double x) => byOutput ? -curves[v].Input(x) : curves[v].Output(x);

        private double Dual(Choice[] choices, double px, out double taken)
        {
            var value = PerUnit(px) * amount;
            taken = 0.0;
            for (var v = 0; v < curves.Length; v++)
            {
                if (choices[v] == Choice.Out)
                {
                    continue;
                }
                var worth = Worth(v, px, out var x);
                if (worth > 0.0 || choices[v] == Choice.In)
                {
                    value += worth;
                    taken += x;
                }
            }
            return value;
        }

        /// <summary>What using the venue earns at this price of input, its cost paid.</summary>
        private double Worth(int v, double px, out double x)
        {
            var (curve, least) = (curves[v], Least(v));
            x = px > 0.0 ? curve.InputAt(px) : curve.Capacity;
            x = byOutput ? curve.Output(x) : x;
            // Nothing can take more than there is; the same cap keeps the dual valid and finite.
            x = Math.Min(Math.Max(x, least), amount);
            return least > amount ? double.NegativeInfinity : Value(v, x) - (PerUnit(px) * x) - curve.FixedCost;
        }

        private int Indifferent(Choice[] choices, double high, double low)
        {
            var (least, branch) = (double.PositiveInfinity, -1);
            for (var v = 0; v < curves.Length; v++)
            {
                if (choices[v] == Choice.Free)
                {
                    // Zero when the venue's answer flips within the last bracket.
                    var (a, b) = (Worth(v, high, out _), Worth(v, low, out _));
                    var distance = a > 0.0 == b > 0.0 ? Math.Min(Math.Abs(a), Math.Abs(b)) : 0.0;
                    if (distance < least)
                    {
                        (least, branch) = (distance, v);
                    }
                }
            }
            return branch;
        }

        /// <summary>The exact split over the venues the dual wants at this price, and over it as it thins itself out.</summary>
        private void Try(Choice[] choices, double px, bool thin)
        {
            var used = new List<int>();
            for (var v = 0; v < curves.Length; v++)
            {
                if (choices[v] == Choice.In || (choices[v] == Choice.Free && Worth(v, px, out _) > 0.0))
                {
                    used.Add(v);
                }
            }
            while (used.Count > 0)
            {
                var net = Split(used);
                if (net is { } n && n > BestNet)
                {
                    BestNet = n;
                    trial.CopyTo(Best, 0);
                }
                if (!thin || Weakest(choices, used) is not { } weakest)
                {
                    return;
                }
                used.Remove(weakest);
            }
        }

        private double lastPx;

        /// <summary>The free venue that earns least over its cost at the split's price; null when all are forced in.</summary>
        private int? Weakest(Choice[] choices, List<int> used)
        {
            var (least, weakest) = (double.PositiveInfinity, (int?)null);
            foreach (var v in used)
            {
                var earns = Value(v, trial[v]) - (PerUnit(lastPx) * trial[v]) - curves[v].FixedCost;
                if (choices[v] == Choice.Free && earns < least)
                {
                    (least, weakest) = (earns, v);
                }
            }
            return weakest;
        }

        /// <summary>
        /// The split over exactly these venues into <see cref="trial"/>; null when their minimums do not fit. A venue that would get less
        /// than its minimum gets the minimum, which only makes the others' parts smaller, so repeating ends at the optimum.
        /// </summary>
        private double? Split(List<int> used)
        {
            Array.Clear(trial);
            var (free, left, net) = (new List<int>(used), amount, 0.0);
            while (true)
            {
                var some = free.Select(v => curves[v]).ToArray();
                var parts = new double[some.Length];
                lastPx = byOutput ? OptimalSplit.SolveForOutput(some, Math.Max(0.0, left), parts).MarginalPx : OptimalSplit.Solve(some, Math.Max(0.0, left), parts).MarginalPx;
                var held = false;
                for (var i = free.Count - 1; i >= 0; i--)
                {
                    var v = free[i];
                    trial[v] = parts[i];
                    if (parts[i] < Least(v))
                    {
                        trial[v] = Least(v);
                        left -= trial[v];
                        free.RemoveAt(i);
                        held = true;
                    }
                }
                if (left < 0.0)
                {
                    return null;
                }
                if (!held)
                {
                    break;
                }
            }
            foreach (var v in used)
            {
                // A venue that the split left empty is not used and costs nothing.
                net += trial[v] > 0.0 ? Value(v, trial[v]) - curves[v].FixedCost : 0.0;
            }
            return byOutput && Sum(trial) < amount * (1.0 - 1e-12) ? null : net;
        }
    }
}

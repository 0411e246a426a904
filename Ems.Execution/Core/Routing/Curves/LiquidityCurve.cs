using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Routing.Curves;

/// <summary>
/// What one venue gives for how much: output as a concave function of input, fees included, as segments of falling marginal price.
/// Exact for order books, constant product and concentrated liquidity. Units: a buy puts in quote and gets base, a sell puts in base
/// and gets quote. Doubles live inside this model only; what is sent is rounded to lots in decimals outside.
/// </summary>
public sealed partial class LiquidityCurve
{
    private CurveSegment[] segments;
    private double[] ends;
    private int count;

    private LiquidityCurve(IReadOnlyCollection<(double Px, double Bend, double Capacity)> pieces, double fixedCost, double minInput)
    {
        RequireCosts(fixedCost, minInput);
        (FixedCost, MinInput) = (fixedCost, minInput);
        segments = new CurveSegment[pieces.Count];
        ends = new double[pieces.Count];
        var (input, output, last, n) = (0.0, 0.0, double.PositiveInfinity, 0);
        foreach (var (px, bend, capacity) in pieces)
        {
            // Neighbouring ranges meet at one price; rounding may not make the later one the better one.
            segments[n] = new(Math.Min(px, last), bend, capacity, input, output);
            ends[n] = last = segments[n].EndPx;
            input += capacity;
            output += segments[n].OutCapacity;
            n++;
        }
        (Capacity, OutputCapacity, count) = (input, output, n);
    }

    private LiquidityCurve(LiquidityCurve same, double fixedCost, double minInput)
    {
        RequireCosts(fixedCost, minInput);
        (segments, ends, count, Capacity, OutputCapacity) = (same.segments, same.ends, same.count, same.Capacity, same.OutputCapacity);
        (FixedCost, MinInput) = (fixedCost, minInput);
    }

    /// <summary>Cost of using the venue at all (gas), in output units.</summary>
    public double FixedCost { get; private set; }
    /// <summary>Least input the venue takes, when it takes any.</summary>
    public double MinInput { get; private set; }
    /// <summary>Largest input that still gives something; infinite for a constant-product pool.</summary>
    public double Capacity { get; private set; }

    /// <summary>All it can give; finite for a constant-product pool, whose last unit costs infinitely much.</summary>
    public double OutputCapacity { get; private set; }
    /// <summary>Marginal output per input of the first unit, fees included; 0 for an empty curve.</summary>
    public double BestPx => count > 0 ? segments[0].StartPx : 0.0;

    internal ReadOnlySpan<CurveSegment> Segments => segments.AsSpan(0, count);

    /// <summary>Output for <paramref name="input"/>, fixed cost not deducted. Input beyond the capacity gives nothing more.</summary>
    public double Output(double input)
    {
        if (input <= 0.0 || count == 0)
        {
            return 0.0;
        }
        var (low, high) = (0, count - 1);
        while (low < high)
        {
            var mid = (low + high + 1) >> 1;
            (low, high) = segments[mid].InBefore <= input ? (mid, high) : (low, mid - 1);
        }
        ref readonly var s = ref segments[low];
        return s.OutBefore + s.Output(Math.Min(input - s.InBefore, s.Capacity));
    }

    /// <summary>Least input that gives <paramref name="output"/>: the inverse of <see cref="Output(double)"/>; the capacity when it cannot give as much.</summary>
    public double Input(double output)
    {
        if (output <= 0.0 || count == 0)
        {
            return 0.0;
        }
        var (low, high) = (0, count - 1);
        while (low < high)
        {
            var mid = (low + high + 1) >> 1;
            (low, high) = segments[mid].OutBefore < output ? (mid, high) : (low, mid - 1);
        }
        ref readonly var s = ref segments[low];
        return s.InBefore + s.Input(output - s.OutBefore);
    }

    /// <summary>Marginal output per input after <paramref name="input"/>; 0 at the capacity.</summary>
    public double PxAfter(double input)
    {
        foreach (ref readonly var s in segments.AsSpan(0, count))
        {
            if (input < s.InBefore + s.Capacity)
            {
                var bent = 1.0 + (s.Bend * Math.Max(0.0, input - s.InBefore));
                return s.StartPx / (bent * bent);
            }
        }
        return 0.0;
    }

    /// <summary>The same curve with other costs of use: a fixed cost in output units and a least input.</summary>
    public LiquidityCurve With(double fixedCost, double minInput) => new(this, fixedCost, minInput);

    /// <summary>
    /// The part of the curve whose marginal price is at least <paramref name="leastPx"/>, at most <paramref name="maxInput"/> deep, with every
    /// unit of input costing <paramref name="inputCost"/> times as much and every unit of output worth <paramref name="outputWorth"/> as much.
    /// </summary>
    public LiquidityCurve Cut(double leastPx, double maxInput, double inputCost = 1.0, double outputWorth = 1.0)
    {
        var pieces = new List<(double, double, double)>(count);
        foreach (ref readonly var s in segments.AsSpan(0, count))
        {
            var room = Room(s, leastPx, maxInput);
            if (!(room > 0.0))
            {
                break;
            }
            pieces.Add((s.StartPx * outputWorth / inputCost, s.Bend / inputCost, room * inputCost));
        }
        return new(pieces, FixedCost, MinInput);
    }

    /// <summary>Input at which the next unit would earn less than <paramref name="px"/> (> 0); levels exactly at it are not taken.</summary>
    public double InputAt(double px) => InputAt(px, FullyAbove(px, 0, count));

    internal double InputAt(double px, int full)
    {
        // Flat levels exactly at the price count as full in the index but are left for whoever fills ties.
        while (full > 0 && segments[full - 1].IsFlat && ends[full - 1] <= px)
        {
            full--;
        }
        if (full == count)
        {
            return Capacity;
        }
        ref readonly var s = ref segments[full];
        return s.StartPx > px ? s.InBefore + s.InputTo(px) : s.InBefore;
    }

    /// <summary>Number of segments whose last unit earns at least <paramref name="px"/>, searched between the given bounds.</summary>
    internal int FullyAbove(double px, int low, int high)
    {
        var e = ends;
        while (low < high)
        {
            var mid = (int)((uint)(low + high) >> 1);
            if (e[mid] >= px)
            {
                low = mid + 1;
            }
            else
            {
                high = mid;
            }
        }
        return low;
    }

    /// <summary>An order book as an order of <paramref name="side"/> takes it: levels best first, the taker fee off the output.</summary>
    public static LiquidityCurve OrderBook(Side side, ReadOnlySpan<(double Px, double Qty)> levels, double takerFee, double fixedCost = 0.0, double minInput = 0.0)
    {
        RequireFee(takerFee);
        var pieces = new List<(double, double, double)>(levels.Length);
        foreach (var (px, qty) in levels)
        {
            if (px > 0.0 && qty > 0.0)
            {
                pieces.Add(side == Side.Sell ? (px * (1.0 - takerFee), 0.0, qty) : ((1.0 - takerFee) / px, 0.0, px * qty));
            }
        }
        return new(pieces, fixedCost, minInput);
    }

    /// <summary>A constant-product pool (x * y = k); the fee is taken from the input.</summary>
    public static LiquidityCurve ConstantProduct(double reserveIn, double reserveOut, double fee, double fixedCost = 0.0, double minInput = 0.0)
    {
        RequireFee(fee);
        RequirePositive(reserveIn, nameof(reserveIn));
        RequirePositive(reserveOut, nameof(reserveOut));
        var g = 1.0 - fee;
        return new([(reserveOut * g / reserveIn, g / reserveIn, double.PositiveInfinity)], fixedCost, minInput);
    }

    private static void RequireCosts(double fixedCost, double minInput)
    {
        if (!(fixedCost >= 0.0) || !(minInput >= 0.0))
        {
            throw new ArgumentOutOfRangeException(nameof(fixedCost), "A fixed cost and a minimum are not negative.");
        }
    }

    private static void RequireFee(double fee)
    {
        if (!(fee is >= 0.0 and < 1.0))
        {
            throw new ArgumentOutOfRangeException(nameof(fee), fee, "A fee is a fraction from 0 up to, not including, 1.");
        }
    }

    private static void RequirePositive(double value, string name)
    {
        if (!(value > 0.0) || double.IsInfinity(value))
        {
            throw new ArgumentOutOfRangeException(name, value, "A reserve, price or liquidity is positive and finite.");
        }
    }
}

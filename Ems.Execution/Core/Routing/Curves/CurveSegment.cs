namespace Ems.Execution.Core.Routing.Curves;

/// <summary>
/// A stretch of a liquidity curve on which output(x) = StartPx * x / (1 + Bend * x), so that the marginal price is
/// StartPx / (1 + Bend * x)^2. Bend 0 is one book level; one constant-product pool or one range of concentrated liquidity has exactly
/// this form in its own reserves (Uniswap v2 and v3 whitepapers), fee on the input included.
/// </summary>
internal readonly struct CurveSegment
{
    /// <param name="startPx">Marginal output per input at the start, fees included.</param>
    /// <param name="bend">Growth of the price impact per unit of input; 0 for a flat level.</param>
    /// <param name="capacity">Input it takes; infinite for a constant-product pool.</param>
    /// <param name="inBefore">Input of all segments before it.</param>
    /// <param name="outBefore">Output of all segments before it.</param>
    public CurveSegment(double startPx, double bend, double capacity, double inBefore, double outBefore)
    {
        (StartPx, Bend, Capacity, InBefore, OutBefore) = (startPx, bend, capacity, inBefore, outBefore);
        (RootOverBend, OneOverBend) = bend > 0.0 ? (Math.Sqrt(startPx) / bend, 1.0 / bend) : (0.0, 0.0);
        OutCapacity = bend == 0.0 ? startPx * capacity : double.IsPositiveInfinity(capacity) ? startPx / bend : startPx * capacity / (1.0 + (bend * capacity));
        EndPx = bend == 0.0 ? startPx : double.IsPositiveInfinity(capacity) ? 0.0 : startPx / ((1.0 + (bend * capacity)) * (1.0 + (bend * capacity)));
    }

    public double StartPx { get; }
    public double EndPx { get; }
    public double Bend { get; }
    public double Capacity { get; }
    /// <summary>Output of the whole segment.</summary>
    public double OutCapacity { get; }
    public double InBefore { get; }
    public double OutBefore { get; }

    /// <summary>Input until the marginal price is p: RootOverBend / sqrt(p) - OneOverBend.</summary>
    public double RootOverBend { get; }
    public double OneOverBend { get; }

    public bool IsFlat => Bend == 0.0;

    /// <summary>Output for <paramref name="input"/> put into this segment alone.</summary>
    public double Output(double input) => StartPx * input / (1.0 + (Bend * input));

    /// <summary>Input of this segment alone that gives <paramref name="output"/>: the inverse of <see cref="Output"/>.</summary>
    public double Input(double output) => output >= OutCapacity ? Capacity : output / (StartPx - (Bend * output));

    /// <summary>Input that brings the marginal price down to <paramref name="px"/>, which lies within the segment.</summary>
    public double InputTo(double px) => Math.Clamp((RootOverBend / Math.Sqrt(px)) - OneOverBend, 0.0, Capacity);
}

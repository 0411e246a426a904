namespace Ems.Execution.Core.Routing.Curves;

/// <summary>
/// Curves that a router keeps and fills again for every plan, so that a plan allocates none. Only their keeper may hold them.
/// </summary>
public sealed partial class LiquidityCurve
{
    private const int RoomAtFirst = 32;

    private LiquidityCurve(int room) => (segments, ends) = (new CurveSegment[room], new double[room]);

    /// <summary>An empty curve to be filled.</summary>
    internal static LiquidityCurve Reusable() => new(RoomAtFirst);

    /// <summary>Forgets what it held.</summary>
    internal void Clear() => (count, Capacity, OutputCapacity, FixedCost, MinInput) = (0, 0.0, 0.0, 0.0, 0.0);

    /// <summary>Adds a segment of a falling marginal price; infinite capacity only as the last one.</summary>
    internal void Append(double px, double bend, double capacity)
    {
        if (!(px > 0.0) || !(capacity > 0.0))
        {
            return;
        }
        if (count == segments.Length)
        {
            Array.Resize(ref segments, 2 * count);
            Array.Resize(ref ends, 2 * count);
        }
        ref var s = ref segments[count];
        s = new(count > 0 ? Math.Min(px, ends[count - 1]) : px, bend, capacity, Capacity, OutputCapacity);
        ends[count++] = s.EndPx;
        (Capacity, OutputCapacity) = (Capacity + capacity, OutputCapacity + s.OutCapacity);
    }

    /// <summary>Sets what using it costs, output units (input units where an output is asked for), and its least input.</summary>
    internal void Costs(double fixedCost, double minInput)
    {
        RequireCosts(fixedCost, minInput);
        (FixedCost, MinInput) = (fixedCost, minInput);
    }

    /// <summary>As <see cref="Cut"/>, into a curve that is kept.</summary>
    internal void CutInto(LiquidityCurve kept, double leastPx, double maxInput, double inputCost = 1.0, double outputWorth = 1.0)
    {
        kept.Clear();
        foreach (ref readonly var s in Segments)
        {
            var room = Room(s, leastPx, maxInput);
            if (!(room > 0.0))
            {
                break;
            }
            kept.Append(s.StartPx * outputWorth / inputCost, s.Bend / inputCost, room * inputCost);
        }
    }

    /// <summary>Input until the marginal price falls below <paramref name="leastPx"/> (> 0), and the output it gives.</summary>
    internal (double Input, double Output) DepthTo(double leastPx)
    {
        var full = FullyAbove(leastPx, 0, count);
        if (full == count)
        {
            return (Capacity, OutputCapacity);
        }
        ref readonly var s = ref segments[full];
        var more = s.StartPx > leastPx && !s.IsFlat ? s.InputTo(leastPx) : 0.0;
        return (s.InBefore + more, s.OutBefore + s.Output(more));
    }

    /// <summary>Input of one segment that is above the price and within the most.</summary>
    private static double Room(in CurveSegment s, double leastPx, double maxInput)
    {
        var room = Math.Min(s.Capacity, maxInput - s.InBefore);
        return s.EndPx >= leastPx ? room : s.StartPx <= leastPx || s.IsFlat ? 0.0 : Math.Min(room, s.InputTo(leastPx));
    }
}

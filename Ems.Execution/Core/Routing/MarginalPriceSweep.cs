using Ems.Execution.Core.Routing.Curves;

namespace Ems.Execution.Core.Routing;

/// <summary>
/// Finds the marginal price at which venues together take a given input. Keeps a price bracket and, per venue, the segments whose edges
/// lie in it; each round probes one edge, so the bracket shrinks like a quick-select. A venue that holds still in the bracket (one constant,
/// or one hyperbola) leaves the rounds and lives on in three sums. By output it finds the price at which they together give an amount:
/// the same search, since on a hyperbola the output is StartPx / Bend - RootOverBend * sqrt(px).
/// </summary>
internal readonly ref struct MarginalPriceSweep
{
    private readonly ReadOnlySpan<LiquidityCurve> curves;
    private readonly Span<int> low;
    private readonly Span<int> high;
    private readonly Span<int> probe;
    private readonly Span<int> active;
    private readonly bool byOutput;

    /// <param name="scratch">At least four numbers per curve.</param>
    /// <param name="byOutput">Whether the amount to find is output instead of input.</param>
    public MarginalPriceSweep(ReadOnlySpan<LiquidityCurve> curves, Span<int> scratch, bool byOutput = false)
    {
        this.byOutput = byOutput;
        var n = curves.Length;
        this.curves = curves;
        low = scratch[..n];
        high = scratch.Slice(n, n);
        probe = scratch.Slice(2 * n, n);
        active = scratch.Slice(3 * n, n);
    }

    /// <summary>Segments of a venue that are full at <paramref name="px"/>, a price within the final bracket.</summary>
    public int Full(int venue, double px) => curves[venue].FullyAbove(px, low[venue], curves[venue].Segments.Length);

    /// <summary>The price. The venues hold more than <paramref name="amount"/> in all.</summary>
    public double Find(double amount)
    {
        var count = curves.Length;
        for (var v = 0; v < count; v++)
        {
            (low[v], high[v], active[v]) = (0, curves[v].Segments.Length, v);
        }
        var (floor, ceiling) = (0.0, double.PositiveInfinity);
        // Settled venues: input = still + roots / sqrt(px), output = still - roots * sqrt(px).
        var (still, roots) = (0.0, 0.0);
        var draw = 0x9E3779B97F4A7C15UL;
        while (true)
        {
            var kept = 0;
            for (var a = 0; a < count; a++)
            {
                var v = active[a];
                if (low[v] == high[v])
                {
                    still += low[v] > 0 ? Through(v, low[v]) : 0.0;
                }
                else if (high[v] - low[v] == 1 && curves[v].Segments[low[v]] is { IsFlat: false } s && s.StartPx >= ceiling && s.EndPx <= floor)
                {
                    still += byOutput ? s.OutBefore + (s.StartPx * s.OneOverBend) : s.InBefore - s.OneOverBend;
                    roots += s.RootOverBend;
                }
                else
                {
                    active[kept++] = v;
                }
            }
            count = kept;
            if (count == 0)
            {
                if (roots == 0.0)
                {
                    return double.IsPositiveInfinity(ceiling) ? floor : ceiling;
                }
                // The sum, still + roots / sqrt(px) or still - roots * sqrt(px), is to be amount.
                var root = byOutput ? (still - amount) / roots : roots / (amount - still);
                return Math.Clamp(root * root, floor, ceiling);
            }
            draw ^= draw << 13;
            draw ^= draw >> 7;
            draw ^= draw << 17;
            var px = Edge(active[(int)(draw % (ulong)count)], floor, ceiling);
            var (above, ties) = Probe(px, count);
            above += still + (byOutput ? -roots * Math.Sqrt(px) : roots / Math.Sqrt(px));
            if (above > amount)
            {
                floor = px;
                for (var a = 0; a < count; a++)
                {
                    var v = active[a];
                    high[v] = Untouched(v, px, probe[v], high[v]);
                }
            }
            else if (above + ties < amount)
            {
                ceiling = px;
                for (var a = 0; a < count; a++)
                {
                    low[active[a]] = probe[active[a]];
                }
            }
            else
            {
                return px;
            }
        }
    }

    private double Through(int v, int full)
    {
        ref readonly var s = ref curves[v].Segments[full - 1];
        return byOutput ? s.OutBefore + s.OutCapacity : s.InBefore + s.Capacity;
    }

    /// <summary>An edge of the venue's middle segment that lies strictly inside the bracket.</summary>
    private double Edge(int v, double floor, double ceiling)
    {
        var segments = curves[v].Segments;
        if (high[v] - low[v] > 1)
        {
            return segments[(low[v] + high[v]) >> 1].StartPx;
        }
        ref readonly var only = ref segments[low[v]];
        return only.StartPx < ceiling ? only.StartPx : Math.Max(only.EndPx, floor);
    }

    /// <summary>What the active venues take above the price, and what flat levels exactly at it would add.</summary>
    private (double Above, double Ties) Probe(double px, int count)
    {
        var (above, ties) = (0.0, 0.0);
        var root = Math.Sqrt(px);
        var perRoot = 1.0 / root;
        for (var a = 0; a < count; a++)
        {
            var v = active[a];
            var curve = curves[v];
            var full = curve.FullyAbove(px, low[v], high[v]);
            probe[v] = full;
            var segments = curve.Segments;
            if (full < segments.Length && segments[full].StartPx > px)
            {
                ref readonly var s = ref segments[full];
                above += byOutput
                    ? s.OutBefore + Math.Min(s.OutCapacity, (s.StartPx * s.OneOverBend) - (s.RootOverBend * root))
                    : s.InBefore + Math.Min(s.Capacity, (s.RootOverBend * perRoot) - s.OneOverBend);
                continue;
            }
            var total = full > 0 ? Through(v, full) : 0.0;
            for (var i = full - 1; i >= 0 && segments[i].IsFlat && segments[i].EndPx <= px; i--)
            {
                var tie = byOutput ? segments[i].OutCapacity : segments[i].Capacity;
                total -= tie;
                ties += tie;
            }
            above += total;
        }
        return (above, ties);
    }

    /// <summary>The first segment that starts at or below the price: it is not touched while the price stays above.</summary>
    private int Untouched(int v, double px, int full, int high)
    {
        var segments = curves[v].Segments;
        while (full > low[v] && segments[full - 1].StartPx <= px)
        {
            full--;
        }
        return full < high && segments[full].StartPx > px ? full + 1 : full;
    }
}

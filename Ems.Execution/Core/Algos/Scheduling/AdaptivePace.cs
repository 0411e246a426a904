using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Algos.Scheduling;

/// <summary>
/// How fast a scheduled order goes in the market of the moment. Volatility against its usual level slows it (crossings wait as long as the
/// discretion lasts) and, higher, stops it: nothing is sent, what rests is canceled, until the volatility is back at three quarters of the
/// bound or the longest stop is over. Between the extremes the aggression of MIXED follows volatility, spread and depth.
/// </summary>
internal static class AdaptivePace
{
    /// <summary>A stop ends at this fraction of the bound that began it, so that it does not flicker.</summary>
    private const decimal ResumeAt = 0.75m;
    /// <summary>Most steps of aggression the market adds or takes.</summary>
    private const int ShiftMax = 4;

    /// <summary>The volatility of the moment against its usual level; null when either is not known.</summary>
    public static decimal? Ratio(AlgoInput input, ScheduleMemory m) =>
        m.UsualVolBps > 0m && (input.Market.QuickVolatilityBps ?? input.Market.VolatilityBps) is { } live ? live / m.UsualVolBps : null;

    /// <summary>
    /// A new slice moves the usual spread and volatility a little towards what they are now. One sample counts at most twice the usual
    /// volatility, and none while it stands still: a spike must not become usual by being long.
    /// </summary>
    public static ScheduleMemory Sample(AlgoInput input, ScheduleMemory m, ScheduleSettings x)
    {
        var spread = input.Market.SpreadBps is { } s ? (m.UsualSpreadBps * 0.9m) + (Math.Max(0m, s) * 0.1m) : m.UsualSpreadBps;
        var vol = (m.StoppedAt is { } at && input.Now < at + x.VolStopMax) || (input.Market.VolatilityBps ?? input.Market.QuickVolatilityBps) is not { } v ? m.UsualVolBps
            : m.UsualVolBps > 0m ? (m.UsualVolBps * 0.9m) + (Math.Min(v, 2m * m.UsualVolBps) * 0.1m) : v;
        return m with { UsualSpreadBps = Math.Round(spread, 4), UsualVolBps = Math.Round(vol, 4) };
    }

    /// <summary>Begins or ends a stop. Without a measure a running stop waits for its longest time.</summary>
    public static ScheduleMemory Watch(AlgoInput input, ScheduleMemory m, ScheduleSettings x)
    {
        if (!x.Adaptive || x.VolStopFactor is not { } stop)
        {
            return m.StoppedAt is null ? m : m with { StoppedAt = null };
        }
        var ratio = Ratio(input, m);
        return m.StoppedAt is null ? ratio >= stop ? m with { StoppedAt = input.Now } : m
            : ratio < stop * ResumeAt ? m with { StoppedAt = null } : m;
    }

    /// <summary>
    /// Whether it stands still just now. A stop that has lasted its longest time lets the order go on, though the spike goes on too; so does
    /// the last slice, since after it there is no time left.
    /// </summary>
    public static bool Stops(AlgoInput input, ScheduleMemory m, ScheduleSettings x, Schedule s) =>
        m.StoppedAt is { } at && input.Now < at + x.VolStopMax && m.Slice < s.Slices - 1;

    /// <summary>What the trader is told while it stands still.</summary>
    public static WhyIdle StopText(AlgoInput input, ScheduleMemory m, ScheduleSettings x) => new("VolatilityStop", string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"The volatility is {Ratio(input, m) ?? 0m:0.0} times its usual level, the bound is {x.VolStopFactor:0.##}: nothing is sent until it is below {x.VolStopFactor * ResumeAt:0.##} times, at most until {m.StoppedAt!.Value + x.VolStopMax:HH:mm:ss} UTC."));

    /// <summary>Whether what is behind can still be made up within the catch-up cap of the slices to come.</summary>
    public static bool MayWait(AlgoInput input, ScheduleMemory m, ScheduleSettings x, Schedule s, decimal behind) =>
        behind <= (s.Slices - 1 - m.Slice) * (x.Cap - 1m - (0.5m * (decimal)x.RandomSize)) * input.Spec.OrderQty / s.Slices;

    /// <summary>Why a crossing waits within the discretion: the volatility is above the slow bound; null when it need not.</summary>
    public static WhyIdle? Slows(AlgoInput input, ScheduleMemory m, ScheduleSettings x) => x.Adaptive && Ratio(input, m) is { } ratio && ratio >= x.VolSlowFactor
        ? new("VolatilitySlow", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"The volatility is {ratio:0.0} times its usual level: slower, within the discretion."))
        : null;

    /// <summary>
    /// Steps of aggression the market adds (calm, narrow, deep) or takes away (volatile, wide, thin). None once the order is behind by its
    /// discretion, and none for 0 and 10, which are the trader's own extremes.
    /// </summary>
    /// <param name="due">What the newest slice still has to do.</param>
    /// <param name="lag">What the slices before it left undone.</param>
    public static int Shift(AlgoInput input, ScheduleMemory m, ScheduleSettings x, decimal due, decimal lag)
    {
        if (!x.Adaptive || x.Aggression is 0 or 10)
        {
            return 0;
        }
        var shift = 0m;
        if (Ratio(input, m) is { } ratio)
        {
            shift += Math.Clamp((1m - ratio) * 2m, -2m, 1m);
        }
        if (m.UsualSpreadBps > 0m && input.Market.SpreadBps is { } spread)
        {
            shift += Math.Clamp((1m - (spread / m.UsualSpreadBps)) * 2m, -2m, 2m);
        }
        if (input.Market.Mid is { } mid)
        {
            var depth = Depth(input, x.WorstPx(input.Spec, mid));
            shift += due <= 0m || depth >= 5m * due ? 1m : depth < 2m * due ? -1m : 0m;
        }
        var steps = (int)Math.Clamp(Math.Round(shift), -ShiftMax, ShiftMax);
        return steps < 0 && lag >= x.Discretion * input.Spec.OrderQty ? 0 : steps;
    }

    /// <summary>What the books hold within a price.</summary>
    public static decimal Depth(AlgoInput input, decimal worst)
    {
        var (side, depth) = (input.Spec.Side, 0m);
        foreach (var book in input.Market.Books)
        {
            foreach (var level in book.Opposite(side))
            {
                if (!side.IsWithin(level.Px, worst))
                {
                    break;
                }
                depth += level.Qty;
            }
        }
        return depth;
    }
}

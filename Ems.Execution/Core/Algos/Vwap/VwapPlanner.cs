using Ems.Execution.Core.Algos.Scheduling;
using Ems.Execution.Core.MarketData;

namespace Ems.Execution.Core.Algos.Vwap;

/// <summary>
/// Where a VWAP order should be: what has traded in its window, plus what is forecast until a moment, over what has traded plus what is
/// forecast until the end. A burst of volume so pulls the order ahead of the usual curve at once, and less the longer its window is.
/// </summary>
public static class VwapPlanner
{
    /// <summary>
    /// The plan around slice <paramref name="slice"/>. Along the curve alone when it shall not follow the volume, when the volume since the
    /// start is not known whole (the recording began later, or has a hole), and when no level is known.
    /// </summary>
    /// <param name="curve">The learned curve.</param>
    /// <param name="tilt">Runs ahead of the volume above 0, behind it below.</param>
    /// <param name="live">Whether to follow the volume.</param>
    public static VwapPlan Around(int slice, Schedule s, VolumeHistory volume, VolumeCurve curve, double tilt, bool live, DateTimeOffset now)
    {
        var forecast = live ? VolumeForecast.Of(volume, curve, now) : null;
        var traded = volume.Between(s.Start, now);
        var total = traded + forecast?.Mean(now, s.End);
        decimal Done(int i)
        {
            var at = s.Start + (s.Step * i);
            var f = i <= 0 ? 0 : i >= s.Slices ? 1 : total > 0 && forecast is not null
                ? (at <= now ? volume.Between(s.Start, at) ?? traded!.Value : traded!.Value + forecast.Mean(now, at)) / total.Value
                : curve.Share(s.Start, s.End, at);
            return Math.Round((decimal)Math.Clamp(f + (tilt * f * (1 - f)), 0, 1), 8);
        }
        return new(Math.Round((slice - 1m) / s.Slices, 10), Math.Round(1m / s.Slices, 10), Done(slice - 1), Done(slice), Done(slice + 1), Done(slice + 2));
    }
}

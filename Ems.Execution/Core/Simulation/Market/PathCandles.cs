using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Simulation.Market;

/// <summary>One-minute candles from a price that is a function of time.</summary>
public static class PathCandles
{
    /// <summary>Minutes of history a source gives.</summary>
    public const int Minutes = 240;

    private const long MinuteMs = 60_000;

    /// <summary>
    /// The last <see cref="Minutes"/> minutes before <paramref name="now"/> and the running one up to it. Prices are rounded to
    /// the nearest <paramref name="tick"/>, volumes down to the <paramref name="lot"/>; <paramref name="volume"/> gives base
    /// units traded between two Unix times in milliseconds.
    /// </summary>
    public static IReadOnlyList<Candle> UpTo(
        DateTimeOffset now, Func<long, double> px, Func<long, long, double> volume, long stepMs, decimal tick, decimal lot)
    {
        var nowMs = now.ToUnixTimeMilliseconds();
        var first = nowMs / MinuteMs * MinuteMs - Minutes * MinuteMs;
        var candles = new List<Candle>(Minutes + 1);
        for (var open = first; open < nowMs; open += MinuteMs)
        {
            var end = Math.Min(open + MinuteMs, nowMs);
            double o = px(open), high = o, low = o, close = o;
            for (var t = open + stepMs; t < end; t += stepMs)
            {
                close = px(t);
                high = Math.Max(high, close);
                low = Math.Min(low, close);
            }
            candles.Add(new Candle(DateTimeOffset.FromUnixTimeMilliseconds(open), Grid(o, tick), Grid(high, tick), Grid(low, tick),
                Grid(close, tick), Steps.RoundDown((decimal)volume(open, end), lot)));
        }
        return candles;
    }

    private static decimal Grid(double px, decimal tick) => Steps.Normal((long)Math.Round(px / (double)tick) * tick);
}

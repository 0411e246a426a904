using Ems.Execution.Core.MarketData;

namespace Ems.Execution.Venues.Paper;

/// <summary>One-minute candles, newest last, bounded. Thread-safe.</summary>
internal sealed class CandleSeries
{
    private const int Kept = 1_440;
    private readonly Lock gate = new();
    private readonly List<Candle> candles = [];

    public void Load(IReadOnlyList<Candle> history)
    {
        lock (gate)
        {
            candles.AddRange(history.TakeLast(Kept));
        }
    }

    /// <summary>A price seen; quantity 0 for a quote, which moves a candle but only opens one when there was no print.</summary>
    public void Add(DateTimeOffset at, decimal px, decimal qty)
    {
        var minute = new DateTimeOffset(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero);
        lock (gate)
        {
            if (candles.Count > 0 && candles[^1].OpenTime >= minute)
            {
                var c = candles[^1];
                candles[^1] = c with { High = Math.Max(c.High, px), Low = Math.Min(c.Low, px), Close = px, Volume = c.Volume + qty };
                return;
            }
            candles.Add(new(minute, px, px, px, px, qty));
            if (candles.Count > Kept * 2)
            {
                candles.RemoveRange(0, Kept);
            }
        }
    }

    public IReadOnlyList<Candle> Last(int max)
    {
        lock (gate)
        {
            return [.. candles.TakeLast(max)];
        }
    }
}

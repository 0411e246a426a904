namespace Ems.Execution.Core.MarketData;

/// <summary>
/// Learns an instrument's volume curve from its recorded minutes. Volume is wild and a fortnight has each hour of the week twice, so an
/// hour is drawn towards the same hour of all weekdays (or of the weekend), and that towards the curve to start from: with no history it
/// is that curve, with months of it the instrument's own.
/// </summary>
public static class VolumeLearning
{
    /// <summary>Hours the curves to lean on count for. Chosen among 4, 10 and 20 on Binance BTCUSDT, 2025-07-01 to 07-12; they hardly differ.</summary>
    private const double PriorHours = 10, PooledHours = 10;
    /// <summary>The level an hour is compared with: half a week to both sides.</summary>
    private const int LevelHours = 84;
    /// <summary>An hour counts from this many known minutes on.</summary>
    private const int KnownMin = 30;

    /// <summary>The curve of the last <paramref name="lookback"/>, leaning on <paramref name="prior"/>.</summary>
    public static VolumeCurve Learn(VolumeHistory history, TimeSpan lookback, VolumeCurve prior)
    {
        var hours = Hours(history, lookback);
        if (hours.Count == 0)
        {
            return prior;
        }
        var (pooled, own) = (new (double Sum, double N)[48], new (double Sum, double N)[VolumeCurve.Hours]);
        var (qty, usual) = (new double[hours.Count + 1], new double[hours.Count + 1]);
        for (var i = 0; i < hours.Count; i++)
        {
            qty[i + 1] = qty[i] + hours[i].Qty;
            usual[i + 1] = usual[i] + prior.HourWeight(hours[i].HourOfWeek);
        }
        for (var i = 0; i < hours.Count; i++)
        {
            var (a, b) = (Math.Max(0, i - LevelHours), Math.Min(hours.Count, i + LevelHours + 1));
            var level = (qty[b] - qty[a]) / (usual[b] - usual[a]);
            if (level > 0)
            {
                var (h, x) = (hours[i].HourOfWeek, hours[i].Qty / level);
                pooled[Pool(h)] = (pooled[Pool(h)].Sum + x, pooled[Pool(h)].N + 1);
                own[h] = (own[h].Sum + x, own[h].N + 1);
            }
        }
        var learned = new double[VolumeCurve.Hours];
        for (var h = 0; h < VolumeCurve.Hours; h++)
        {
            var (sum, n) = pooled[Pool(h)];
            var pool = (sum + (PriorHours * prior.HourWeight(h))) / (n + PriorHours);
            learned[h] = (own[h].Sum + (PooledHours * pool)) / (own[h].N + PooledHours);
        }
        return prior.WithHours(learned);
    }

    private static int Pool(int hourOfWeek) => (hourOfWeek % 24) + (hourOfWeek / 24 >= 5 ? 24 : 0);

    /// <summary>Whole hours with their volume, oldest first; minutes not known count as the hour's others.</summary>
    private static List<(int HourOfWeek, double Qty)> Hours(VolumeHistory history, TimeSpan lookback)
    {
        var list = new List<(int, double)>();
        var first = Math.Max(history.First, history.Open - (long)lookback.TotalMinutes);
        for (var hour = (first + 59) / 60 * 60; hour + 60 <= history.Open; hour += 60)
        {
            var (sum, known) = (0d, 0);
            for (var m = hour; m < hour + 60; m++)
            {
                if (history[m] is var v && !double.IsNaN(v))
                {
                    (sum, known) = (sum + v, known + 1);
                }
            }
            if (known >= KnownMin)
            {
                list.Add((VolumeCurve.HourOfWeek(hour), sum * 60 / known));
            }
        }
        return list;
    }
}

namespace Ems.Execution.Core.Simulation.Market;

/// <summary>
/// What one pass over a recording tells: its length on the replay clock, a smoothed mid on the grid of <see cref="PricePath"/>,
/// and the volume traded per second. The pass reads every row to its end, so a damaged file is found here, at start.
/// </summary>
public sealed class RecordingSurvey
{
    /// <summary>Time constant of the smoothed mid, milliseconds.</summary>
    public const double EmaTauMs = 1_000;

    private readonly double[] volumeTo;

    private RecordingSurvey(long lengthMs, long books, long trades, double[] mids, double[] volumeTo) =>
        (LengthMs, Books, Trades, Mids, this.volumeTo) = (lengthMs, books, trades, mids, volumeTo);

    /// <summary>Length of one play, milliseconds, a whole number of grid steps.</summary>
    public long LengthMs { get; }
    /// <summary>Books in one play.</summary>
    public long Books { get; }
    /// <summary>Trades in one play.</summary>
    public long Trades { get; }
    /// <summary>Smoothed mid in quote units per grid step.</summary>
    public IReadOnlyList<double> Mids { get; }

    /// <summary>Reads the recording once.</summary>
    public static RecordingSurvey Of(IRecording recording)
    {
        using var replay = new Replay(recording);
        var book = new RecordedBook();
        var ema = new Ema(EmaTauMs);
        var mids = new List<double>();
        var volumes = new List<double>();
        long last = 0, books = 0, trades = 0;
        while (replay.MoveNext())
        {
            last = replay.AtMs;
            if (replay.Kind == RecordedKind.Trade)
            {
                trades++;
                Grow(volumes, (int)(last / 1000));
                volumes[^1] += replay.ReadTrade(book).Qty / (double)RecordingCursor.Scale;
                continue;
            }
            replay.ReadBook(book);
            if (!book.IsTwoSided)
            {
                continue;
            }
            books++;
            Fill(mids, ema.Value, last);
            ema.Update(last, book.Mid / RecordingCursor.Scale);
        }
        if (books < 2)
        {
            throw new InvalidOperationException($"{recording.Name} has {books} two-sided books; a replay needs at least two.");
        }
        var length = (last / PricePath.StepMs + 1) * PricePath.StepMs;
        Fill(mids, ema.Value, length);
        Grow(volumes, (int)(length / 1000));
        return new RecordingSurvey(length, books, trades, [.. mids], Cumulate(volumes));
    }

    /// <summary>Base units traded between two moments of an endless replay, milliseconds on the replay clock of play zero.</summary>
    public double Volume(long fromMs, long toMs) => Math.Max(0, VolumeTo(toMs) - VolumeTo(fromMs));

    private double VolumeTo(long ms)
    {
        var cycle = Math.DivRem(ms, LengthMs, out var at);
        return cycle * volumeTo[^1] + volumeTo[Math.Min(at / 1000, volumeTo.Length - 1)];
    }

    // A grid point holds the mean as it stood at that moment, so later books do not leak into it.
    private static void Fill(List<double> mids, double value, long untilMs)
    {
        while (!double.IsNaN(value) && mids.Count * PricePath.StepMs < untilMs)
        {
            mids.Add(value);
        }
    }

    private static void Grow(List<double> volumes, int second)
    {
        while (volumes.Count <= second)
        {
            volumes.Add(0);
        }
    }

    private static double[] Cumulate(List<double> volumes)
    {
        var sums = new double[volumes.Count + 1];
        for (var i = 0; i < volumes.Count; i++)
        {
            sums[i + 1] = sums[i] + volumes[i];
        }
        return sums;
    }
}

using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Analytics;

/// <summary>Count, sum and sum of squares of drifts in basis points, so that orders can be added up.</summary>
public readonly record struct DriftSum(int Count, double Sum, double Squares)
{
    /// <summary>With one more.</summary>
    public DriftSum Add(double bps) => new(Count + 1, Sum + bps, Squares + (bps * bps));
    /// <summary>Of both.</summary>
    public static DriftSum operator +(DriftSum a, DriftSum b) => new(a.Count + b.Count, a.Sum + b.Sum, a.Squares + b.Squares);
    /// <summary>Mean, 0 when empty.</summary>
    public double Mean() => Count > 0 ? Sum / Count : 0;
    /// <summary>Unbiased variance, 0 below two.</summary>
    public double Variance() => Count > 1 ? Math.Max(0, (Squares - (Sum * Sum / Count)) / (Count - 1)) : 0;
}

/// <summary>Drifts after own children and in control windows.</summary>
public readonly record struct LeakSamples(DriftSum Own, DriftSum Control)
{
    /// <summary>Of both.</summary>
    public static LeakSamples operator +(LeakSamples a, LeakSamples b) => new(a.Own + b.Own, a.Control + b.Control);
}

/// <summary>When a child was sent, and whether it is one of the order's own.</summary>
public readonly record struct ChildSend(DateTimeOffset At, bool OfOrder);

/// <summary>What the meter says.</summary>
/// <param name="LeakBps">Mean drift in our direction after own children less that of the control windows; null when too few.</param>
/// <param name="Low">Lower end of its 95 % interval.</param>
/// <param name="High">Upper end of its 95 % interval.</param>
/// <param name="TooFew">Not enough windows of one kind to say anything.</param>
public sealed record LeakReading(decimal? LeakBps, decimal? Low, decimal? High, int OwnWindows, int ControlWindows, bool TooFew)
{
    /// <summary>One sentence.</summary>
    public string Text => TooFew
        ? $"Too few: {OwnWindows} windows after own children and {ControlWindows} control windows; {LeakMeter.WindowsMin} of each are needed."
        : Low > 0m ? "The market moves on after our children more than it does without them: they are noticed."
        : High < 0m ? "The market comes back after our children more than it moves without them."
        : "No difference from times without own children can be told.";
}

/// <summary>
/// Do others notice us? The mid's drift over a window after each own child, in the direction of the order, is compared with windows
/// of the same length in which nothing of ours was sent. Windows never overlap: of children closer together than a window only the
/// first counts. The interval is Welch's for a difference of two means (Welch, Biometrika 34, 1947).
/// </summary>
public static class LeakMeter
{
    /// <summary>Fewer windows of either kind say nothing.</summary>
    public const int WindowsMin = 10;
    /// <summary>Length of a window.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    /// <summary>Takes the samples between two moments.</summary>
    /// <param name="sends">When own children of this instrument were sent, oldest first, those of other orders too: these only keep controls away.</param>
    /// <param name="midAt">The mid at a moment, or null when not known; a window with an unknown end is left out.</param>
    public static LeakSamples Take(
        Side side, IReadOnlyList<ChildSend> sends, DateTimeOffset from, DateTimeOffset to, Func<DateTimeOffset, decimal?> midAt)
    {
        var (after, control) = (default(DriftSum), default(DriftSum));
        var free = DateTimeOffset.MinValue;
        foreach (var send in sends)
        {
            if (send.OfOrder && send.At >= free)
            {
                after = Add(after, send.At);
                free = send.At + Window;
            }
        }
        var next = 0;
        for (var start = from; start + Window <= to;)
        {
            // A window is a control when no child was sent in it nor in the window before, whose echo it would hold.
            while (next < sends.Count && sends[next].At <= start - Window)
            {
                next++;
            }
            if (next < sends.Count && sends[next].At < start + Window)
            {
                start = sends[next].At + Window;
                continue;
            }
            control = Add(control, start);
            start += Window;
        }
        return new(after, control);

        DriftSum Add(DriftSum sum, DateTimeOffset start) =>
            midAt(start) is { } a and > 0m && midAt(start + Window) is { } b ? sum.Add((double)(side.Sign() * (b - a) / a * 10_000m)) : sum;
    }

    /// <summary>Reads the meter.</summary>
    public static LeakReading Read(LeakSamples samples)
    {
        var (own, control) = (samples.Own, samples.Control);
        if (own.Count < WindowsMin || control.Count < WindowsMin)
        {
            return new(null, null, null, own.Count, control.Count, true);
        }
        var (a, b) = (own.Variance() / own.Count, control.Variance() / control.Count);
        var leak = own.Mean() - control.Mean();
        // Welch-Satterthwaite degrees of freedom; without any variance the difference is exact.
        var degrees = a + b > 0 ? (a + b) * (a + b) / ((a * a / (own.Count - 1)) + (b * b / (control.Count - 1))) : 1;
        var half = a + b > 0 ? StudentT.Quantile975(Math.Max(1, degrees)) * Math.Sqrt(a + b) : 0;
        return new((decimal)leak, (decimal)(leak - half), (decimal)(leak + half), own.Count, control.Count, false);
    }
}

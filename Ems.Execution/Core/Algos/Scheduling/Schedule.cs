using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Algos.Scheduling;

/// <summary>
/// When the slices of a scheduled order are due and how much should be done by then. Slice i owns [Start + i·Step, Start + (i+1)·Step);
/// the cumulative target follows <see cref="Curve"/>, never a fixed child size, so what one slice missed the next ones make up.
/// </summary>
/// <param name="Curve">Fraction of the quantity by fraction of the window: never decreasing, 0 at 0, 1 at 1.</param>
/// <param name="SkippedSlices">Whole slices a late start gave up (rule E4, SKIP).</param>
public sealed record Schedule(DateTimeOffset Start, DateTimeOffset End, int Slices, int SkippedSlices, Func<double, double> Curve)
{
    private const uint SizeStream = 11;
    private const uint TimeStream = 12;

    /// <summary>Length of a slice.</summary>
    public TimeSpan Step { get; } = (End - Start) / Slices;

    private double Skipped => SkippedSlices == 0 ? 0d : Curve((double)SkippedSlices / Slices);

    /// <summary>
    /// The schedule of a spec that was activated at <paramref name="startedAt"/>. Without an explicit end the whole window moves with
    /// activation; with one, what a late start missed is spread, skipped or caught up (rule E4).
    /// </summary>
    /// <param name="usualSlices">Slices of a window when the ticket says neither slices nor interval; 20 without it.</param>
    public static Schedule Of(ParentSpec spec, in ParamReader r, DateTimeOffset startedAt, Func<double, double> curve, Func<TimeSpan, int>? usualSlices = null)
    {
        var wanted = spec.StartTime is { } at && at < startedAt ? at : startedAt;
        var duration = r.Seconds("durationSeconds") ?? TimeSpan.FromMinutes(2);
        var (start, end, skip) = (startedAt, startedAt + duration, false);
        if (r.Time("endTime") is { } explicitEnd)
        {
            end = explicitEnd;
            var mode = r.Text("lateStart");
            start = mode == "SPREAD" ? startedAt : wanted;
            skip = mode == "SKIP";
        }
        if (end <= start)
        {
            end = start + TimeSpan.FromTicks(1);
        }
        var slices = r.Integer("slices") ?? (r.Seconds("intervalSeconds") is { } interval
            ? (int)Math.Clamp(Math.Floor((end - start) / interval), 1, 10_000) : usualSlices?.Invoke(end - start) ?? 20);
        slices = Math.Max(1, slices);
        var skipped = skip ? (int)Math.Clamp(Math.Floor((startedAt - start) / ((end - start) / slices)), 0, slices) : 0;
        return new(start, end, slices, skipped, curve);
    }

    /// <summary>
    /// When slice <paramref name="i"/> is sent: somewhere in the first part of its own time, drawn from the seed; the last one in its first
    /// half at the latest, so that there is time to fill it, and the first one early, so that the trader sees it go.
    /// </summary>
    public DateTimeOffset DueAt(int i, ulong seed, double randomTime) =>
        Start + (Step * (i + ((i == 0 ? Math.Min(randomTime, 0.3) : i == Slices - 1 ? Math.Min(randomTime, 0.5) : randomTime) * SeededRandom.Unit(seed, TimeStream, i))));

    /// <summary>The slice whose due time has come last, or -1 before the first; may pass the last one when <paramref name="overtime"/>.</summary>
    public int SliceAt(DateTimeOffset now, ulong seed, double randomTime, bool overtime = false)
    {
        var i = (int)Math.Clamp(Math.Floor((now - Start) / Step), -1, overtime ? 1_000_000 : Slices - 1);
        return i < 0 ? -1 : now >= DueAt(i, seed, randomTime) ? i : i - 1;
    }

    /// <summary>Cumulative target after slice i, its boundary moved by the seed so that sizes vary by up to ±randomSize.</summary>
    public decimal TargetAfter(int i, decimal qty, ulong seed, double randomSize)
    {
        if (i < 0)
        {
            return 0m;
        }
        var jitter = i >= Slices - 1 ? 0d : randomSize * 0.5 * ((2 * SeededRandom.Unit(seed, SizeStream, i)) - 1);
        return Part((i + 1 + jitter) / Slices, qty);
    }

    /// <summary>The plan without jitter at a moment, base units.</summary>
    public decimal PlannedQty(decimal qty, DateTimeOffset now) => Part((now - Start) / (End - Start), qty);

    /// <summary>The curve as points for a chart, jitter included: at most about 400.</summary>
    public IReadOnlyList<PlanPoint> Points(decimal qty, ulong seed, double randomSize, double randomTime)
    {
        var stride = Math.Max(1, (Slices + 399) / 400);
        var points = new List<PlanPoint>((Slices / stride) + 2) { new(Start, 0m) };
        for (var i = 0; i < Slices - 1; i += stride)
        {
            points.Add(new(DueAt(i, seed, randomTime), TargetAfter(i, qty, seed, randomSize)));
        }
        points.Add(new(DueAt(Slices - 1, seed, randomTime), TargetAfter(Slices - 1, qty, seed, randomSize)));
        points.Add(new(End, TargetAfter(Slices - 1, qty, seed, randomSize)));
        return points;
    }

    private decimal Part(double f, decimal qty)
    {
        var whole = f >= 1 ? 1m : (decimal)Curve(Math.Clamp(f, 0, 1));
        return Math.Clamp((whole - (decimal)Skipped) * qty, 0m, qty);
    }
}

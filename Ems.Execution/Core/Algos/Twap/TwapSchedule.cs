using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Algos.Twap;

/// <summary>
/// When the slices of a TWAP are due and how much should be done by then. Slice i owns [Start + i·Step, Start + (i+1)·Step);
/// the cumulative target is F(f) = f + a·f·(1 − f) of the quantity, a being the tilt (front-loaded when positive).
/// </summary>
/// <param name="Skipped">Fraction of the quantity that a late start gave up (rule E4, SKIP).</param>
public readonly record struct TwapSchedule(DateTimeOffset Start, DateTimeOffset End, int Slices, double Tilt, double Skipped)
{
    private const uint SizeStream = 11;
    private const uint TimeStream = 12;

    /// <summary>Length of a slice.</summary>
    public TimeSpan Step => (End - Start) / Slices;

    /// <summary>The schedule of a spec that was activated at <paramref name="startedAt"/>.</summary>
    public static TwapSchedule Of(ParentSpec spec, DateTimeOffset startedAt)
    {
        var r = new ParamReader(TwapAlgo.Definition, spec);
        var wanted = spec.StartTime ?? startedAt;
        var explicitEnd = r.Time("endTime");
        var duration = r.Seconds("durationSeconds") ?? TimeSpan.FromMinutes(2);
        var end = explicitEnd ?? wanted + duration;
        var late = startedAt > wanted;
        var mode = r.Text("lateStart");
        // Without an explicit end the whole window moves: the clock starts at activation.
        var start = late && (explicitEnd is null || mode == "SPREAD") ? startedAt : wanted;
        end = explicitEnd ?? start + duration;
        if (end <= start)
        {
            end = start + TimeSpan.FromTicks(1);
        }
        var slices = r.Integer("slices") ?? (r.Seconds("intervalSeconds") is { } interval
            ? (int)Math.Clamp(Math.Floor((end - start) / interval), 1, 10_000) : 20);
        var skipped = late && explicitEnd is not null && mode == "SKIP" ? Math.Clamp((startedAt - start) / (end - start), 0d, 1d) : 0d;
        return new(start, end, Math.Max(1, slices), (double)(r.Number("alphaTilt") ?? 0m), skipped);
    }

    /// <summary>When slice <paramref name="i"/> is sent: somewhere in the first part of its own time, drawn from the seed.</summary>
    public DateTimeOffset DueAt(int i, ulong seed, double randomTime) =>
        Start + (Step * (i + (randomTime * SeededRandom.Unit(seed, TimeStream, i))));

    /// <summary>The slice whose due time has come last, or -1 before the first.</summary>
    public int SliceAt(DateTimeOffset now, ulong seed, double randomTime)
    {
        var i = (int)Math.Clamp(Math.Floor((now - Start) / Step), -1, Slices - 1);
        return i < 0 ? -1 : now >= DueAt(i, seed, randomTime) ? i : i - 1;
    }

    /// <summary>Cumulative target after slice i, with the boundary moved by the seed so that sizes vary by up to ±randomSize.</summary>
    public decimal TargetAfter(int i, decimal qty, ulong seed, double randomSize)
    {
        if (i >= Slices - 1)
        {
            return Math.Max(0m, qty - ((decimal)Skipped * qty));
        }
        var jitter = randomSize * 0.5 * ((2 * SeededRandom.Unit(seed, SizeStream, i)) - 1);
        var f = Math.Clamp((i + 1 + jitter) / Slices, 0, 1);
        return Math.Max(0m, ((decimal)F(f) - (decimal)Skipped) * qty);
    }

    /// <summary>The plan without jitter at a moment.</summary>
    public decimal PlannedQty(decimal qty, DateTimeOffset now)
    {
        var f = Math.Clamp((now - Start) / (End - Start), 0, 1);
        return Math.Clamp(((decimal)F(f) - (decimal)Skipped) * qty, 0m, qty);
    }

    private double F(double f) => f + (Tilt * f * (1 - f));
}

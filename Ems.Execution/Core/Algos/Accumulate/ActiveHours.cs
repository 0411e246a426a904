using Ems.Execution.Core.Orders;

namespace Ems.Execution.Core.Algos.Accumulate;

/// <summary>The part of the day in which components come due, UTC; it may run over midnight.</summary>
internal static class ActiveHours
{
    public static readonly ParamSpec[] Parameters =
    [
        new("activeTimeStart", ParamType.Integer, "Active from", "UTC time of day as HHmm (930 is 09:30): components come due from here on; empty for all day.", "HHmm", Min: 0, Max: 2359, MaxDecimals: 0, Updatable: true, Group: "Schedule"),
        new("activeTimeEnd", ParamType.Integer, "Active to", "UTC time of day as HHmm until which components come due; what rests then is canceled.", "HHmm", Min: 0, Max: 2359, MaxDecimals: 0, Updatable: true, Group: "Schedule"),
    ];

    /// <summary>Rules of the two fields.</summary>
    public static IEnumerable<FieldError> Check(ParamReader r)
    {
        foreach (var p in Parameters.Where(p => r.Integer(p.Name) % 100 > 59))
        {
            yield return new("parameters." + p.Name, "time", r.Text(p.Name), $"{p.Label} has more than 59 minutes.");
        }
        if (r.IsGiven("activeTimeStart") && r.Integer("activeTimeStart") == r.Integer("activeTimeEnd"))
        {
            yield return new("parameters.activeTimeEnd", "after_start", r.Text("activeTimeEnd"), "It would end when it starts.");
        }
    }

    /// <summary>When the active part starts again, or null while it lasts.</summary>
    public static DateTimeOffset? ClosedUntil(ParamReader r, DateTimeOffset now)
    {
        var (start, end) = (Of(r.Integer("activeTimeStart")) ?? TimeSpan.Zero, Of(r.Integer("activeTimeEnd")) ?? TimeSpan.FromDays(1));
        var time = now.UtcDateTime.TimeOfDay;
        if (start < end ? time >= start && time < end : time >= start || time < end)
        {
            return null;
        }
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        return time < start ? today + start : today.AddDays(1) + start;
    }

    /// <summary>When the active part ends; null when it has no end, or while it is closed.</summary>
    public static DateTimeOffset? Closes(ParamReader r, DateTimeOffset now)
    {
        if (Of(r.Integer("activeTimeEnd")) is not { } end || ClosedUntil(r, now) is not null)
        {
            return null;
        }
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        return now.UtcDateTime.TimeOfDay < end ? today + end : today.AddDays(1) + end;
    }

    private static TimeSpan? Of(int? hhmm) => hhmm is { } t ? new TimeSpan(t / 100, t % 100, 0) : null;
}

namespace Ems.Execution.Core.MarketData;

/// <summary>
/// What is known of one instrument's volume minute by minute, as of one moment: base units over all venues. Immutable: closed minutes
/// never change, so a view stays true while its log goes on.
/// </summary>
public sealed class VolumeHistory
{
    internal const int DayMinutes = 1_440;
    private readonly double[][] days;
    private readonly long firstDay;

    internal VolumeHistory(double[][] days, long firstDay, long first, long open, double openQty)
    {
        (this.days, this.firstDay, First, Open, OpenQty) = (days, firstDay, first, open, openQty);
    }

    /// <summary>Nothing known.</summary>
    public static readonly VolumeHistory Empty = new([], 0, 0, 0, 0);

    /// <summary>First minute that may be known, counted from 1970-01-01 UTC.</summary>
    public long First { get; }

    /// <summary>The running minute; all before it are closed.</summary>
    public long Open { get; }

    /// <summary>What the running minute has traded so far.</summary>
    public double OpenQty { get; }

    /// <summary>Volume of a closed minute, or NaN when it is not known.</summary>
    public double this[long minute]
    {
        get
        {
            if (minute < First || minute >= Open)
            {
                return double.NaN;
            }
            var day = Math.DivRem(minute, DayMinutes, out var m);
            return days[day - firstDay] is { } values ? values[m] : double.NaN;
        }
    }

    /// <summary>Closed minutes that are known within <paramref name="lookback"/> before the running one.</summary>
    public int KnownMinutes(TimeSpan lookback)
    {
        var known = 0;
        for (var m = Math.Max(First, Open - (long)lookback.TotalMinutes); m < Open; m++)
        {
            known += double.IsNaN(this[m]) ? 0 : 1;
        }
        return known;
    }

    /// <summary>Volume from one moment to another or to the newest known, minutes cut in proportion; null when a minute of it is not known.</summary>
    public double? Between(DateTimeOffset from, DateTimeOffset to)
    {
        var (a, b) = (Minutes(from), Math.Min(Minutes(to), Open + 1));
        if (a >= b)
        {
            return 0;
        }
        var sum = 0d;
        for (var m = (long)Math.Floor(a); m < b; m++)
        {
            // The running minute counts whole: how it was spread so far is not known.
            var part = m == Open ? 1 : Math.Min(m + 1, b) - Math.Max(m, a);
            sum += part * (m == Open ? OpenQty : this[m]);
        }
        return double.IsNaN(sum) ? null : sum;
    }

    /// <summary>A moment in minutes from 1970-01-01 UTC.</summary>
    internal static double Minutes(DateTimeOffset t) => (t.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / (double)TimeSpan.TicksPerMinute;

    /// <summary>The minute a moment falls in.</summary>
    internal static long MinuteOf(DateTimeOffset t) => (long)Math.Floor(Minutes(t));
}

/// <summary>Writes an instrument's volume down minute by minute, some weeks of it. Not thread-safe; the views it gives out are.</summary>
public sealed class VolumeLog
{
    /// <summary>Days kept: more than any lookback.</summary>
    public const int DaysKept = 64;

    private double[][] days = [];
    private long firstDay, first, open = -1;
    private double openQty;
    private bool partial;

    /// <summary>
    /// Begins with what was recorded before, once, before anything is added. Minutes missing between its first and last count as unknown;
    /// the minute <paramref name="now"/> falls in goes on from there.
    /// </summary>
    public void Load(IEnumerable<(DateTimeOffset Minute, double Qty)> minutes, DateTimeOffset now)
    {
        if (open >= 0)
        {
            throw new InvalidOperationException("Volume has been counted already.");
        }
        var running = VolumeHistory.MinuteOf(now);
        foreach (var (at, qty) in minutes)
        {
            var m = VolumeHistory.MinuteOf(at);
            if (m < running && m >= running - (DaysKept * VolumeHistory.DayMinutes) && qty >= 0)
            {
                Put(m, qty);
            }
            else if (m == running)
            {
                openQty += qty;
            }
        }
        if (days.Length > 0)
        {
            open = running;
            EnsureDay(open / VolumeHistory.DayMinutes);
        }
    }

    /// <summary>A print. One that comes late counts for the running minute.</summary>
    public void Add(DateTimeOffset time, decimal qty)
    {
        MoveTo(VolumeHistory.MinuteOf(time));
        openQty += (double)qty;
    }

    /// <summary>What is known by now. Minutes without prints since the log began count as zero.</summary>
    public VolumeHistory At(DateTimeOffset now)
    {
        MoveTo(VolumeHistory.MinuteOf(now));
        return new(days, firstDay, days.Length == 0 ? open : first, open, openQty);
    }

    private void MoveTo(long minute)
    {
        if (open < 0 || minute - open > DaysKept * VolumeHistory.DayMinutes)
        {
            // The minute it begins in was not seen from its start.
            (days, open, openQty, partial) = ([], minute, 0, true);
        }
        for (; open < minute; open++)
        {
            Put(open, partial ? double.NaN : openQty);
            (openQty, partial) = (0, false);
        }
    }

    private void Put(long minute, double qty)
    {
        var day = Math.DivRem(minute, VolumeHistory.DayMinutes, out var m);
        first = days.Length == 0 ? minute : Math.Min(first, minute);
        EnsureDay(day);
        days[day - firstDay][m] = qty;
    }

    /// <summary>A view holds its own list of days, so days are only ever added to a new list.</summary>
    private void EnsureDay(long day)
    {
        if (days.Length == 0)
        {
            (days, firstDay) = ([Unknown()], day);
            return;
        }
        var (from, to) = (Math.Min(firstDay, day), Math.Max(firstDay + days.Length - 1, day));
        from = Math.Max(from, to - DaysKept);
        if (from == firstDay && to == firstDay + days.Length - 1)
        {
            return;
        }
        var old = (days, firstDay);
        days = [.. Enumerable.Range(0, (int)(to - from + 1)).Select(i => from + i).Select(d =>
            d >= old.firstDay && d < old.firstDay + old.days.Length ? old.days[d - old.firstDay] : Unknown())];
        firstDay = from;
        first = Math.Max(first, from * VolumeHistory.DayMinutes);
    }

    private static double[] Unknown()
    {
        var day = new double[VolumeHistory.DayMinutes];
        Array.Fill(day, double.NaN);
        return day;
    }
}

namespace Ems.Execution.Core.Algos.Scheduling;

/// <summary>The parameters every scheduled algo has (orders.md 2.1), defined once.</summary>
internal static class ScheduleParams
{
    /// <summary>Window and slices.</summary>
    public static IEnumerable<ParamSpec> Window(string duration, bool randomTime = true, string usualSlices = "20 slices")
    {
        yield return new("durationSeconds", ParamType.Seconds, "Duration", "Length of the window.", "s", Default: duration, Min: 10, Max: 86_400, MaxDecimals: 0, Updatable: true);
        yield return new("endTime", ParamType.Time, "End", "End of the window instead of a duration (ISO 8601, UTC).", "", Updatable: true);
        yield return new("intervalSeconds", ParamType.Seconds, "Interval", $"Time between slices. Leave empty to give the number of slices, or for {usualSlices}.", "s", Min: 1, Max: 3_600, MaxDecimals: 0);
        yield return new("slices", ParamType.Integer, "Slices", "Number of slices instead of an interval.", "", Min: 1, Max: 10_000, MaxDecimals: 0);
        yield return new("randomSize", ParamType.Percent, "Random size", "Slice sizes vary by up to this fraction, drawn from the order's seed. At 0.5 and below a simple detector finds slices by their size.", "", Default: "1", Min: 0, Max: 1, MaxDecimals: 4, Group: "Stealth");
        if (randomTime)
        {
            yield return new("randomTime", ParamType.Percent, "Random time", "Slices are delayed by up to this fraction of the interval, drawn from the order's seed.", "", Default: "0.9", Min: 0, Max: 0.9m, MaxDecimals: 4, Group: "Stealth");
        }
    }

    /// <summary>How a slice is executed, its limits, and what happens at the edges.</summary>
    public static readonly IReadOnlyList<ParamSpec> Execution =
    [
        new("style", ParamType.Choice, "Style", "TAKER crosses at each slice; MAKER only rests at the near touch; MIXED rests first, then crosses within the slice. AUTO rests patiently (MIXED, aggression 0) where that saves at least 2 bps of fees and the window has 5 minutes or more, and crosses otherwise.", "", Default: StyleChoice.Auto, Choices: [StyleChoice.Auto, "TAKER", "MAKER", "MIXED"], Updatable: true),
        new("aggression", ParamType.Integer, "Aggression", "MIXED: 10 crosses at once, 1 after half a slice; 0 goes on resting and crosses only for what leaves the tolerance band.", "", Default: "5", Min: 0, Max: 10, MaxDecimals: 0, Updatable: true),
        new("maxDisplay", ParamType.Percent, "Max display", "Most of the order to show at once when resting.", "", Default: "0.1", Min: 0.01m, Max: 1, MaxDecimals: 4, Updatable: true, Group: "Stealth"),
        new("maxParticipation", ParamType.Percent, "Max participation", "Most of the market's volume of the last minute to be; empty for no cap.", "", Min: 0.001m, Max: 1, MaxDecimals: 4, Updatable: true, Group: "Limits"),
        new("priceTolBps", ParamType.Decimal, "Price tolerance", "Worst distance of a crossing child from the mid.", "bps", Default: "100", Min: 1, Max: 1_000, MaxDecimals: 2, Updatable: true, Group: "Limits"),
        new("iWouldPrice", ParamType.Price, "I would", "At this price or better take all that is left at once.", "quote", Min: 0.00000001m, Max: 1_000_000_000m, Updatable: true, Group: "Limits"),
        new("pauseAboveVolBps", ParamType.Decimal, "Pause above volatility", "While the volatility of the last minutes is above this nothing is sent and what rests is canceled; the schedule goes on. Basis points per square root of an hour; empty for never.", "bps", Min: 1, Max: 100_000, MaxDecimals: 2, Updatable: true, Group: "Limits"),
        new("adaptive", ParamType.Bool, "Follow the market", "MIXED crosses sooner in a calm, narrow, deep market and later in a volatile, wide or thin one, within the discretion; the two rules below apply to every style.", "", Default: "true", Updatable: true, Group: "Adaptive"),
        new("volSlowFactor", ParamType.Decimal, "Slow down at", "While the volatility of the last half minute is this many times its usual level, crossings wait within the discretion; empty for never.", "x", Default: "2", Min: 1.1m, Max: 100, MaxDecimals: 2, Updatable: true, Group: "Adaptive"),
        new("volStopFactor", ParamType.Decimal, "Stop at", "At this many times the usual volatility nothing is sent and what rests is canceled; it goes on below three quarters of it. Empty for never.", "x", Default: "4", Min: 1.1m, Max: 100, MaxDecimals: 2, Updatable: true, Group: "Adaptive"),
        new("volStopSeconds", ParamType.Seconds, "Stop at most", "Longest time one spike may stop the order.", "s", Default: "60", Min: 1, Max: 86_400, MaxDecimals: 0, Updatable: true, Group: "Adaptive"),
        new("scheduleDiscretion", ParamType.Percent, "Discretion", "A crossing may wait while the spread is twice its usual width, the book is thinner than the slice or leans our way, as long as the order is behind its plan by less than this fraction.", "", Default: "0.05", Min: 0, Max: 0.5m, MaxDecimals: 4, Updatable: true, Group: "Advanced"),
        new("toleranceBand", ParamType.Percent, "Tolerance band", "MIXED: behind the plan by more than this fraction of the order, it crosses without resting first.", "", Default: "0.05", Min: 0.01m, Max: 1, MaxDecimals: 4, Updatable: true, Group: "Advanced"),
        new("catchUp", ParamType.Bool, "Catch up", "Whether a slice may make up what earlier ones missed.", "", Default: "true", Updatable: true, Group: "Advanced"),
        new("catchUpCap", ParamType.Decimal, "Catch-up cap", "Most a slice may be, in planned slices.", "x", Default: "3", Min: 1, Max: 10, MaxDecimals: 2, Updatable: true, Group: "Advanced"),
        new("spanSeconds", ParamType.Seconds, "Child life", "Longest time a resting child lives; empty for one slice.", "s", Min: 1, Max: 3_600, MaxDecimals: 0, Updatable: true, Group: "Advanced"),
        new("repriceTicks", ParamType.Integer, "Re-price after", "A resting child follows the touch when it is this many ticks away, after at least one second.", "ticks", Default: "3", Min: 1, Max: 1_000, MaxDecimals: 0, Updatable: true, Group: "Advanced"),
        new("minRestSeconds", ParamType.Seconds, "Last child rest", "A resting child must have at least this long before the end: with less, MIXED crosses and MAKER sends no more.", "s", Default: "2", Min: 0, Max: 600, MaxDecimals: 0, Updatable: true, Group: "Advanced"),
        new("endAction", ParamType.Choice, "At the end", "STOP ends with what is filled; CONTINUE goes on slice by slice until done; FINISH_AGGRESSIVE crosses for the rest within the limit.", "", Default: "STOP", Choices: ["STOP", "CONTINUE", "FINISH_AGGRESSIVE"], Updatable: true, Group: "Advanced"),
        new("leftover", ParamType.Choice, "Leftover", "A rest below the minimum: ADD_TO_LAST joins it to the slice before it, LEAVE leaves it, CROSS_IF_ALLOWED joins it and crosses.", "", Default: "ADD_TO_LAST", Choices: ["ADD_TO_LAST", "LEAVE", "CROSS_IF_ALLOWED"], Group: "Advanced"),
        new("lateStart", ParamType.Choice, "Late start", "When it starts after its time with a fixed end: SPREAD over what is left, SKIP the slices missed, or CATCH_UP within the cap.", "", Default: "SPREAD", Choices: ["SPREAD", "SKIP", "CATCH_UP"], Group: "Advanced"),
    ];

    /// <summary>Rules between these parameters.</summary>
    public static IEnumerable<Orders.FieldError> CrossCheck(AlgoDescriptor descriptor, Orders.ParentSpec spec, DateTimeOffset now)
    {
        var r = new ParamReader(descriptor, spec);
        if (r.IsGiven("slices") && r.IsGiven("intervalSeconds"))
        {
            yield return new("parameters.slices", "exactly_one", r.Text("slices"), "Give either slices or intervalSeconds.");
        }
        if (r.IsGiven("endTime") && r.IsGiven("durationSeconds"))
        {
            yield return new("parameters.endTime", "exactly_one", r.Text("endTime"), "Give either endTime or durationSeconds.");
        }
        var start = spec.StartTime is { } at && at > now ? at : now;
        if (r.Time("endTime") is { } end)
        {
            if (end <= start)
            {
                yield return new("parameters.endTime", "after_start", r.Text("endTime"), "The end is not after the start.");
            }
            else if (end - start > TimeSpan.FromDays(7))
            {
                yield return new("parameters.endTime", "max", r.Text("endTime"), "The window is longer than 7 days.");
            }
            else if (r.Seconds("intervalSeconds") is { } every && every > end - start)
            {
                yield return new("parameters.intervalSeconds", "within_duration", r.Text("intervalSeconds"), "The interval is longer than the window.");
            }
        }
        else if (r.Seconds("intervalSeconds") is { } interval && interval > r.Seconds("durationSeconds"))
        {
            yield return new("parameters.intervalSeconds", "within_duration", r.Text("intervalSeconds"), "The interval is longer than the window.");
        }
        var window = r.Time("endTime") is { } until ? until - start : r.Seconds("durationSeconds") ?? TimeSpan.Zero;
        if (r.Integer("slices") is { } slices && window > TimeSpan.Zero && window / slices < TimeSpan.FromSeconds(1))
        {
            yield return new("parameters.slices", "max", r.Text("slices"), $"Slices would be less than a second apart; at most {Math.Floor(window.TotalSeconds)} fit the window.");
        }
        if (spec.PostOnly && r.Text("style") != "MAKER")
        {
            yield return new("postOnly", "contradiction", "true", "Post-only needs style MAKER.");
        }
        if (spec.PostOnly && r.Text("endAction") == "FINISH_AGGRESSIVE")
        {
            yield return new("parameters.endAction", "contradiction", "FINISH_AGGRESSIVE", "Finishing crosses; a post-only order cannot.");
        }
        if (spec.TimeInForce is Primitives.TimeInForce.Ioc or Primitives.TimeInForce.Fok)
        {
            yield return new("timeInForce", "contradiction", spec.TimeInForce.ToString(), "A schedule cannot be immediate.");
        }
        if (r.Number("volStopFactor") is { } stop && r.Number("volSlowFactor") > stop)
        {
            yield return new("parameters.volSlowFactor", "order", r.Text("volSlowFactor"), "It would slow down only above the bound at which it stops.");
        }
        if (r.Number("iWouldPrice") is { } would && spec.LimitPx is { } limit && !Primitives.SideExtensions.IsWithin(spec.Side, would, limit))
        {
            yield return new("parameters.iWouldPrice", "within_limit", r.Text("iWouldPrice"), "The I-would price is beyond the limit price.");
        }
    }
}

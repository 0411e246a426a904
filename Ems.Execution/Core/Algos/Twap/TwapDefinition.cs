namespace Ems.Execution.Core.Algos.Twap;

public sealed partial class TwapAlgo
{
    /// <summary>Name on the wire.</summary>
    public const string Name = "TWAP";

    /// <summary>The parameters, once.</summary>
    public static readonly AlgoDescriptor Definition = new(Name, "TWAP", "Spreads the order evenly over time; follows a cumulative target, so what one slice missed the next ones make up within the cap.",
    [
        new("durationSeconds", ParamType.Seconds, "Duration", "Length of the window.", "s", Default: "120", Min: 10, Max: 86_400, MaxDecimals: 0, Updatable: true),
        new("endTime", ParamType.Time, "End", "End of the window instead of a duration (ISO 8601, UTC).", "", Updatable: true),
        new("intervalSeconds", ParamType.Seconds, "Interval", "Time between slices. Leave empty to give the number of slices, or for 20 slices.", "s", Min: 1, Max: 3_600, MaxDecimals: 0),
        new("slices", ParamType.Integer, "Slices", "Number of slices instead of an interval.", "", Min: 1, Max: 10_000, MaxDecimals: 0),
        new("style", ParamType.Choice, "Style", "TAKER crosses at each slice; MAKER only rests at the near touch; MIXED rests first, then crosses within the slice.", "", Default: "TAKER", Choices: ["TAKER", "MAKER", "MIXED"], Updatable: true),
        new("aggression", ParamType.Integer, "Aggression", "0 waits longest before crossing, 10 crosses at once (MIXED).", "", Default: "5", Min: 0, Max: 10, MaxDecimals: 0, Updatable: true),
        new("randomSize", ParamType.Percent, "Random size", "Slice sizes vary by up to this fraction, drawn from the order's seed.", "", Default: "0.2", Min: 0, Max: 0.5m, MaxDecimals: 4, Group: "Stealth"),
        new("randomTime", ParamType.Percent, "Random time", "Slices are delayed by up to this fraction of the interval.", "", Default: "0.3", Min: 0, Max: 0.9m, MaxDecimals: 4, Group: "Stealth"),
        new("maxDisplay", ParamType.Percent, "Max display", "Most of the order to show at once when resting.", "", Default: "0.1", Min: 0.01m, Max: 1, MaxDecimals: 4, Updatable: true, Group: "Stealth"),
        new("maxParticipation", ParamType.Percent, "Max participation", "Most of the market's volume to be; empty for no cap.", "", Min: 0.001m, Max: 1, MaxDecimals: 4, Updatable: true, Group: "Limits"),
        new("priceTolBps", ParamType.Decimal, "Price tolerance", "Worst distance of a child from the mid.", "bps", Default: "100", Min: 1, Max: 1_000, MaxDecimals: 2, Updatable: true, Group: "Limits"),
        new("iWouldPrice", ParamType.Price, "I would", "At this price or better take all that is left at once.", "", Min: 0.00000001m, Max: 1_000_000_000m, Updatable: true, Group: "Limits"),
        new("scheduleDiscretion", ParamType.Percent, "Discretion", "A slice may wait while the spread is twice its usual width, as long as the order is behind by less than this fraction.", "", Default: "0.05", Min: 0, Max: 0.5m, MaxDecimals: 4, Updatable: true, Group: "Advanced"),
        new("alphaTilt", ParamType.Decimal, "Tilt", "Above 0 front-loads, below 0 back-loads.", "", Default: "0", Min: -1, Max: 1, MaxDecimals: 4, Group: "Advanced"),
        new("catchUp", ParamType.Bool, "Catch up", "Whether a slice may make up what earlier ones missed.", "", Default: "true", Updatable: true, Group: "Advanced"),
        new("catchUpCap", ParamType.Decimal, "Catch-up cap", "Most a slice may be, in planned slices.", "x", Default: "3", Min: 1, Max: 10, MaxDecimals: 2, Updatable: true, Group: "Advanced"),
        new("spanSeconds", ParamType.Seconds, "Child life", "Longest time a resting child lives; empty for its slice.", "s", Min: 1, Max: 3_600, MaxDecimals: 0, Updatable: true, Group: "Advanced"),
        new("minRestSeconds", ParamType.Seconds, "Last child rest", "The last resting child must be live at least this long before the end, otherwise it crosses.", "s", Default: "2", Min: 0, Max: 600, MaxDecimals: 0, Updatable: true, Group: "Advanced"),
        new("endAction", ParamType.Choice, "At the end", "STOP ends with what is filled; CONTINUE goes on until done; FINISH_AGGRESSIVE crosses for the rest within the limit.", "", Default: "STOP", Choices: ["STOP", "CONTINUE", "FINISH_AGGRESSIVE"], Updatable: true, Group: "Advanced"),
        new("leftover", ParamType.Choice, "Leftover", "A rest below the minimum: ADD_TO_LAST makes the last slice bigger, LEAVE leaves it, CROSS_IF_ALLOWED crosses for it early.", "", Default: "ADD_TO_LAST", Choices: ["ADD_TO_LAST", "LEAVE", "CROSS_IF_ALLOWED"], Group: "Advanced"),
        new("lateStart", ParamType.Choice, "Late start", "When it starts after its time with a fixed end: SPREAD over what is left, SKIP the missed part, or CATCH_UP within the cap.", "", Default: "SPREAD", Choices: ["SPREAD", "SKIP", "CATCH_UP"], Group: "Advanced"),
    ]);

    /// <inheritdoc/>
    public AlgoDescriptor Descriptor => Definition;
}

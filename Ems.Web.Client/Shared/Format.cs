using System.Globalization;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Web.Client.Shared;

/// <summary>Numbers and times as a trader reads them; invariant, thousands separated, no exponent.</summary>
public static class Format
{
    private static readonly CultureInfo Inv = CultureInfo.InvariantCulture;

    /// <summary>A price with as many decimals as its tick has.</summary>
    public static string Px(decimal? px, decimal? tick = null) => px is { } v ? v.ToString("N" + Decimals(tick ?? 0.01m), Inv) : "–";

    /// <summary>A quantity without trailing zeros.</summary>
    public static string Qty(decimal qty) => Math.Round(qty, 8).ToString("#,0.########", Inv);

    /// <summary>An amount of any asset: cents of a large one, all decimals of a small one.</summary>
    public static string Amount(decimal amount) => Qty(Math.Abs(amount) >= 100m ? Math.Round(amount, 2) : amount);

    /// <summary>Money with two decimals.</summary>
    public static string Money(decimal? value) => value is { } v ? v.ToString("N2", Inv) : "–";

    /// <summary>Signed basis points.</summary>
    public static string Bps(decimal? bps) => bps is { } v ? v.ToString("+0.0;-0.0;0.0", Inv) : "–";

    /// <summary>Signed basis points, to the hundredth.</summary>
    public static string BpsFine(decimal? bps) => bps is { } v ? v.ToString("+0.00;-0.00;0.00", Inv) : "–";

    /// <summary>A number with two decimals and no sign of its own.</summary>
    public static string Plain(decimal? value) => value is { } v ? v.ToString("0.00", Inv) : "–";

    /// <summary>Time of day in the viewer's zone.</summary>
    public static string Time(DateTimeOffset t) => t.ToLocalTime().ToString("HH:mm:ss", Inv);

    /// <summary>Time of day with milliseconds.</summary>
    public static string TimeMs(DateTimeOffset t) => t.ToLocalTime().ToString("HH:mm:ss.fff", Inv);

    /// <summary>Date and time.</summary>
    public static string DateTime(DateTimeOffset t) => t.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", Inv);

    /// <summary>How long until a moment, or nothing when it has come.</summary>
    public static string In(DateTimeOffset? at, DateTimeOffset now) => at is not { } t || t <= now ? ""
        : (t - now) is var wait && wait.TotalMinutes >= 1 ? wait.ToString(@"h\:mm\:ss", Inv) : wait.TotalSeconds.ToString("0", Inv) + "s";

    /// <summary>Number of decimals of a step.</summary>
    public static int Decimals(decimal step)
    {
        var text = step.ToString(Inv);
        var point = text.IndexOf('.', StringComparison.Ordinal);
        return point < 0 ? 0 : text[(point + 1)..].TrimEnd('0').Length;
    }

    /// <summary>CSS class of a side.</summary>
    public static string Class(Side side) => side == Side.Buy ? "buy" : "sell";

    /// <summary>CSS class of a state.</summary>
    public static string Class(OrdStatus s) => s switch
    {
        OrdStatus.Filled => "st-filled",
        OrdStatus.Canceled or OrdStatus.Expired => "st-ended",
        OrdStatus.Rejected => "st-rejected",
        OrdStatus.Suspended => "st-paused",
        OrdStatus.PendingCancel or OrdStatus.PendingNew or OrdStatus.PendingReplace => "st-pending",
        _ => "st-live",
    };

    /// <summary>A state as one word.</summary>
    public static string Word(OrdStatus s) => s switch
    {
        OrdStatus.PartiallyFilled => "Partial",
        OrdStatus.PendingNew => "Pending",
        OrdStatus.PendingCancel => "Canceling",
        OrdStatus.PendingReplace => "Replacing",
        OrdStatus.Suspended => "Paused",
        _ => s.ToString(),
    };
}

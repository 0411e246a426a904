using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Algos.Scheduling;

/// <summary>Style of execution.</summary>
internal enum Style { Taker, Maker, Mixed }

/// <summary>What happens when the window is over.</summary>
internal enum EndAction { Stop, Continue, FinishAggressive }

/// <summary>What happens to a rest below the minimum.</summary>
internal enum Leftover { AddToLast, Leave, CrossIfAllowed }

/// <summary>The shared parameters of one scheduled order, read once per decision.</summary>
/// <param name="fixedStyle">Overrides the style parameter.</param>
/// <param name="fixedEnd">Overrides the endAction parameter.</param>
internal sealed class ScheduleSettings(ParamReader r, Style? fixedStyle = null, EndAction? fixedEnd = null)
{
    public double RandomSize { get; } = (double)(r.Number("randomSize") ?? 0m);
    public double RandomTime { get; } = (double)(r.Number("randomTime") ?? 0m);
    public Style Style { get; } = fixedStyle ?? (r.Text("style") switch { "MAKER" => Style.Maker, "MIXED" => Style.Mixed, _ => Style.Taker });
    public EndAction EndAction { get; } = fixedEnd ?? (r.Text("endAction") switch { "CONTINUE" => EndAction.Continue, "FINISH_AGGRESSIVE" => EndAction.FinishAggressive, _ => EndAction.Stop });
    public Leftover Leftover { get; } = r.Text("leftover") switch { "LEAVE" => Leftover.Leave, "CROSS_IF_ALLOWED" => Leftover.CrossIfAllowed, _ => Leftover.AddToLast };
    public decimal MaxDisplay { get; } = r.Required("maxDisplay");
    public decimal? MaxParticipation { get; } = r.Number("maxParticipation");
    public decimal PriceTolBps { get; } = r.Required("priceTolBps");
    public decimal? IWouldPrice { get; } = r.Number("iWouldPrice");
    public decimal? PauseAboveVolBps { get; } = r.Number("pauseAboveVolBps");
    public decimal Discretion { get; } = r.Required("scheduleDiscretion");
    public decimal ToleranceBand { get; } = r.Required("toleranceBand");
    public TimeSpan MinRest { get; } = r.Seconds("minRestSeconds") ?? TimeSpan.Zero;
    public int RepriceTicks { get; } = r.Integer("repriceTicks") ?? 3;
    /// <summary>Most of a slice, in planned slices.</summary>
    public decimal Cap { get; } = r.Flag("catchUp") ? r.Required("catchUpCap") : 1m + (r.Number("randomSize") ?? 0m);

    /// <summary>Whether the market moves more than the trader wants to trade in.</summary>
    public bool TooVolatile(MarketData.MarketView market) => PauseAboveVolBps is { } most && market.VolatilityBps > most;

    public bool Adaptive { get; } = r.Flag("adaptive");
    public decimal VolSlowFactor { get; } = r.Number("volSlowFactor") ?? decimal.MaxValue;
    public decimal? VolStopFactor { get; } = r.Number("volStopFactor");
    public TimeSpan VolStopMax { get; } = r.Seconds("volStopSeconds") ?? TimeSpan.Zero;
    public int Aggression { get; } = r.Integer("aggression") ?? 5;

    private readonly TimeSpan? span = r.Seconds("spanSeconds");
    /// <summary>MIXED at aggression 0: it rests on from slice to slice and crosses only for what leaves the tolerance band, or at the end.</summary>
    public bool Waits => Style == Style.Mixed && Aggression == 0;

    /// <summary>How long a MIXED slice rests before it crosses: nothing at aggression 10, 0.54 of the slice at 1. The market shifts the aggression.</summary>
    public TimeSpan Patience(Schedule s, int shift = 0) => Waits ? s.End - s.Start :
        Style == Style.Mixed ? s.Step * (0.6 * (1 - (Math.Clamp(Aggression + shift, 0, 10) / 10d))) : TimeSpan.Zero;

    /// <summary>Longest life of a resting child.</summary>
    public TimeSpan Life(Schedule s) => span is { } x && x < s.Step ? x : Style == Style.Maker && span is { } y ? y : s.Step;

    /// <summary>The worst price of a crossing child: the tolerance around the mid, within the limit.</summary>
    public decimal WorstPx(ParentSpec spec, decimal mid) => Within(spec, mid * (1m + (spec.Side.Sign() * PriceTolBps / 10_000m)));

    /// <summary>The price, or the limit where it is beyond it (rule E7).</summary>
    public static decimal Within(ParentSpec spec, decimal px) => spec.LimitPx is { } limit && !spec.Side.IsWithin(px, limit) ? limit : px;
}

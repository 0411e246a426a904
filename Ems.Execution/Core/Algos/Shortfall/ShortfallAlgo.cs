using Ems.Execution.Core.Algos.Scheduling;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Algos.Shortfall;

/// <summary>What an implementation-shortfall order remembers beside its schedule: the plan it follows since when.</summary>
/// <param name="KappaT">Front-loading of the plan over what was left of the window when it was made.</param>
/// <param name="FromTime">Fraction of the window at which the plan was made.</param>
/// <param name="FromDone">Fraction of the order done or working then.</param>
/// <param name="VolatilityBps">Volatility the plan was made for, bps per square root of an hour.</param>
/// <param name="UsualDepth">Slow average of the depth within 10 bps, one sample a slice, base units: one thin moment is no regime; 0 before any is known.</param>
/// <param name="PlanDepth">Depth the plan was made for; 0 when not known.</param>
public sealed record ShortfallMemory(
    ScheduleMemory Work, decimal KappaT, decimal FromTime, decimal FromDone, decimal VolatilityBps, decimal UsualDepth = 0m, decimal PlanDepth = 0m) : AlgoMemory;

/// <summary>
/// Implementation shortfall (arrival price): trades the risk of waiting against the cost of hurrying along the Almgren-Chriss
/// trajectory. κT is estimated from volatility and depth when the order is entered, written into its parameters so that preview, plan
/// and execution agree, and planned anew for the rest when volatility or depth changes regime.
/// </summary>
public sealed class ShortfallAlgo : IExecutionAlgo
{
    /// <summary>Name on the wire.</summary>
    public const string Name = "IS";
    private const decimal KappaMax = 20m;
    /// <summary>Volatility assumed when none is known: about 3 % a day.</summary>
    private const decimal UsualVolatilityBps = 60m;
    private const decimal DepthBandBps = 10m;
    /// <summary>Weight of a new look at the depth in its slow average.</summary>
    private const decimal DepthWeight = 0.2m;

    /// <summary>The parameters, once.</summary>
    public static readonly AlgoDescriptor Definition = new(Name, "Implementation shortfall",
        "Front-loads the order by its risk: more volatility, more haste; more impact, more patience. Benchmark: the mid when it started.",
    [
        .. ScheduleParams.Window("1800"),
        new("riskAversion", ParamType.Choice, "Risk aversion", "How dear the risk of waiting is against impact.", "", Default: "NEUTRAL", Choices: ["GET_DONE", "AGGRESSIVE", "NEUTRAL", "PASSIVE"]),
        new("kappaT", ParamType.Decimal, "Front-loading", "Almgren-Chriss κT: 0 is an even schedule, 3 does 95 % of the rest each window. Empty: estimated from volatility, depth and risk aversion at entry.", "", Min: 0, Max: KappaMax, MaxDecimals: 4, Group: "Advanced"),
        new("volatilityBps", ParamType.Decimal, "Volatility", "Basis points per square root of an hour, instead of the measured one.", "bps", Min: 1, Max: 5_000, MaxDecimals: 2, Group: "Advanced"),
        new("refillSeconds", ParamType.Decimal, "Book refill", "How long the books take to refill what was taken; longer means dearer haste.", "s", Default: "10", Min: 0.1m, Max: 600, MaxDecimals: 2, Group: "Advanced"),
        new("replanFactor", ParamType.Decimal, "Re-plan at", "The rest is planned anew when volatility, or the depth of the books on average, is this many times higher or lower than planned for.", "x", Default: "1.5", Min: 1.1m, Max: 10, MaxDecimals: 2, Updatable: true, Group: "Advanced"),
        new("forceCompletion", ParamType.Bool, "Force completion", "Crosses for the rest at the end of the window, whatever the end action says.", "", Default: "true", Updatable: true),
        // More volatility is more haste here, so a spike neither slows nor stops it unless the trader says so.
        .. ScheduleParams.Execution.Select(p => p.Name is "volSlowFactor" or "volStopFactor" ? p with { Default = null } : p),
    ]);

    /// <inheritdoc/>
    public AlgoDescriptor Descriptor => Definition;

    /// <summary>The schedule as first planned.</summary>
    public static Schedule ScheduleOf(ParentSpec spec, DateTimeOffset startedAt)
    {
        var r = new ParamReader(Definition, spec);
        var kappaT = (double)(r.Number("kappaT") ?? UsualKappaT(r));
        return Schedule.Of(spec, r, startedAt, f => 1 - AlmgrenChriss.Remaining(kappaT, f));
    }

    /// <inheritdoc/>
    public IEnumerable<FieldError> CrossCheck(ParentSpec spec, DateTimeOffset now) => ScheduleParams.CrossCheck(Definition, spec, now);

    /// <inheritdoc/>
    public (ParentSpec Spec, IReadOnlyList<Adjustment> Adjustments) Precheck(ParentSpec spec, MarketView market, IReadOnlyList<Listing> listings, DateTimeOffset now)
    {
        var start = spec.StartTime > now ? spec.StartTime.Value : now;
        var (fitted, adjustments) = Fitting.ToSchedule(Definition, spec, ScheduleOf(spec, start), market, listings);
        var r = new ParamReader(Definition, fitted);
        if (r.IsGiven("kappaT") || market.Mid is null)
        {
            return (fitted, adjustments);
        }
        var schedule = ScheduleOf(fitted, start);
        var vol = r.Number("volatilityBps") ?? market.VolatilityBps ?? UsualVolatilityBps;
        var kappaT = KappaT(r, fitted.Side, market, fitted.OrderQty, schedule.End - schedule.Start, vol);
        return (fitted with { Parameters = new Dictionary<string, string>(fitted.Parameters) { ["kappaT"] = Fitting.Text(kappaT) } },
        [
            .. adjustments,
            new("parameters.kappaT", "", Fitting.Text(kappaT), "estimated", $"Front-loading κT is {Fitting.Text(kappaT)}, from a volatility of {Fitting.Text(Math.Round(vol, 1))} bps per root hour, the books' depth and risk aversion {r.Text("riskAversion")}."),
        ]);
    }

    /// <inheritdoc/>
    public IReadOnlyList<PlanPoint> Plan(ParentSpec spec, ulong seed, DateTimeOffset start)
    {
        var x = new ScheduleSettings(new ParamReader(Definition, spec));
        return ScheduleOf(spec, start).Points(spec.OrderQty, seed, x.RandomSize, x.RandomTime);
    }

    /// <inheritdoc/>
    public AlgoMemory Start(ParentSpec spec, ulong seed, MarketView market, DateTimeOffset now)
    {
        var r = new ParamReader(Definition, spec);
        return new ShortfallMemory(ScheduleMemory.Fresh(market), r.Number("kappaT") ?? UsualKappaT(r), 0m, 0m,
            r.Number("volatilityBps") ?? market.VolatilityBps ?? UsualVolatilityBps, Depth(spec.Side, market), Depth(spec.Side, market));
    }

    /// <inheritdoc/>
    public AlgoDecision Decide(AlgoInput input)
    {
        var before = (ShortfallMemory)input.Memory;
        var m = before;
        var r = new ParamReader(Definition, input.Spec);
        var x = new ScheduleSettings(r, fixedEnd: r.Flag("forceCompletion") ? EndAction.FinishAggressive : null);
        var window = ScheduleOf(input.Spec, input.StartedAt);
        if (input.Now < window.End && window.SliceAt(input.Now, input.Seed, x.RandomTime) > m.Work.Slice)
        {
            m = Replan(input, m, r, window);
        }
        var (kappaT, from, done) = ((double)m.KappaT, (double)m.FromTime, (double)m.FromDone);
        var decision = SliceExecution.Decide(input, m.Work, x, window with
        {
            Curve = f => f <= from ? from == 0 ? 0 : done * f / from : done + ((1 - done) * (1 - AlmgrenChriss.Remaining(kappaT, (f - from) / (1 - from)))),
        });
        var work = (ScheduleMemory)decision.Memory;
        // A slice that waits looks many times: only the look that acts is a sample.
        var waits = work.Slice == before.Work.Slice && m with { UsualDepth = before.UsualDepth } == before;
        return decision with { Memory = (waits ? before : m) with { Work = work } };
    }

    /// <summary>A new plan for the rest when measured volatility or average depth has left the band of what was planned for.</summary>
    private static ShortfallMemory Replan(AlgoInput input, ShortfallMemory m, ParamReader r, Schedule window)
    {
        var factor = r.Required("replanFactor");
        var depth = Depth(input.Spec.Side, input.Market);
        if (depth > 0m)
        {
            var usual = m.UsualDepth > 0m ? m.UsualDepth + ((depth - m.UsualDepth) * DepthWeight) : depth;
            m = m with { UsualDepth = Math.Round(usual, 8), PlanDepth = m.PlanDepth > 0m ? m.PlanDepth : Math.Round(usual, 8) };
        }
        // A volatility that the trader has given stands.
        var vol = r.IsGiven("volatilityBps") ? m.VolatilityBps : input.Market.VolatilityBps ?? 0m;
        if (!(vol > 0m && Left(vol, m.VolatilityBps, factor)) && !Left(m.UsualDepth, m.PlanDepth, factor))
        {
            return m;
        }
        vol = vol > 0m ? vol : m.VolatilityBps;
        var p = input.Progress;
        var left = p.OrderQty - p.CumQty;
        var from = (decimal)Math.Clamp((input.Now - window.Start) / (window.End - window.Start), 0, 0.999);
        return m with
        {
            KappaT = KappaT(r, input.Spec.Side, input.Market, left, window.End - input.Now, vol, m.UsualDepth), FromTime = Math.Round(from, 6),
            FromDone = p.OrderQty > 0m ? Math.Round((p.CumQty + p.WorkingQty + p.UnknownQty) / p.OrderQty, 6) : 0m, VolatilityBps = vol, PlanDepth = m.UsualDepth,
        };

        static bool Left(decimal now, decimal planned, decimal factor) => now > 0m && planned > 0m && (now > planned * factor || now < planned / factor);
    }

    /// <summary>What an order of this side finds within 10 bps of the mid, base units.</summary>
    private static decimal Depth(Side side, MarketView market)
    {
        if (market.Mid is not { } mid)
        {
            return 0m;
        }
        var edge = mid * (1m + (side.Sign() * DepthBandBps / 10_000m));
        return market.Books.Sum(b => b.Opposite(side).TakeWhile(l => side.IsWithin(l.Px, edge)).Sum(l => l.Qty));
    }

    /// <summary>
    /// κT for trading <paramref name="qty"/> over <paramref name="window"/>. Temporary impact: taking at rate v finds the books short of
    /// v·refill, which moves the price by that over the depth within 10 bps, on average half. Risk aversion is per unit of notional.
    /// </summary>
    internal static decimal KappaT(ParamReader r, Side side, MarketView market, decimal qty, TimeSpan window, decimal volatilityBps, decimal usualDepth = 0m)
    {
        var (hours, x) = (window.TotalHours, (double)qty);
        if (hours <= 0 || x <= 0 || market.Mid is not { } mid)
        {
            return UsualKappaT(r);
        }
        var px = (double)mid;
        var depth = (double)(usualDepth > 0m ? usualDepth : Depth(side, market));
        // A book emptier than a hundredth of the order says little: impact stays bounded.
        var perRate = 0.5 * (double)DepthBandBps / 10_000 * px * ((double)r.Required("refillSeconds") / 3_600) / Math.Max(depth, x / 100);
        var model = new AlmgrenChriss(x, hours, 100, (double)volatilityBps / 10_000 * px, 0, perRate, 0, Aversion(r) / (x * px));
        return Math.Round((decimal)Math.Clamp(model.Kappa * hours, 0, (double)KappaMax), 4);
    }

    private static double Aversion(ParamReader r) => r.Text("riskAversion") switch { "GET_DONE" => 100, "AGGRESSIVE" => 10, "PASSIVE" => 0.1, _ => 1 };

    private static decimal UsualKappaT(ParamReader r) => r.Text("riskAversion") switch { "GET_DONE" => 10m, "AGGRESSIVE" => 4m, "PASSIVE" => 0.5m, _ => 1.5m };
}

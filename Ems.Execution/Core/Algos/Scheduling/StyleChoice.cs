using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Algos.Scheduling;

/// <summary>
/// What style AUTO means for one order, decided once, before it is accepted, and written into its parameters. Resting costs about 1 bp
/// of price (docs/execution-quality.md), so it pays where the fees leave more than that, and where the window is long enough to wait.
/// </summary>
internal static class StyleChoice
{
    public const string Auto = "AUTO";
    /// <summary>Least saving in fees at which resting pays, as a fraction of notional.</summary>
    private const decimal LeastSaving = 0.0002m;
    /// <summary>The shortest window that was measured; in a shorter one most of what rests would cross at the end.</summary>
    private static readonly TimeSpan LeastWindow = TimeSpan.FromMinutes(5);
    /// <summary>The settings that were measured with resting.</summary>
    private static readonly (string Name, string Value)[] Patient = [("aggression", "0"), ("toleranceBand", "0.2"), ("scheduleDiscretion", "0.1")];

    /// <summary>The ticket with a style, and what was chosen for the trader. What the trader gave himself stays.</summary>
    public static (ParentSpec Spec, IReadOnlyList<Adjustment> Adjustments) Resolve(AlgoDescriptor descriptor, ParentSpec spec, TimeSpan window, IReadOnlyList<Listing> listings)
    {
        var r = new ParamReader(descriptor, spec);
        if (r.Text("style") != Auto)
        {
            return (spec, []);
        }
        var parameters = new Dictionary<string, string>(spec.Parameters);
        var books = listings.Where(l => !l.IsPool).ToList();
        var saving = books.Count == 0 ? 0m : books.Min(l => l.TakerFee) - books.Min(l => l.MakerFee);
        if (saving < LeastSaving || window < LeastWindow)
        {
            parameters["style"] = "TAKER";
            return (spec with { Parameters = parameters }, []);
        }
        parameters["style"] = "MIXED";
        foreach (var (name, value) in Patient.Where(p => !r.IsGiven(p.Name)))
        {
            parameters[name] = value;
        }
        return (spec with { Parameters = parameters },
        [
            new("parameters.style", Auto, "MIXED", "patient", $"Resting is {Fitting.Text(Steps.Normal(Math.Round(saving * 10_000m, 2)))} bps cheaper than crossing here, so slices rest and cross only when the order falls behind its plan."),
        ]);
    }
}

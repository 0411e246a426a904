namespace Ems.Web.Client.Contracts;

/// <summary>
/// POST …/orders/preview/cost: what the order would have cost on recent market, and what plainer ways would have. Simulated with the
/// engine's own code; the future may differ.
/// </summary>
/// <param name="SimulatedSeconds">How long each simulated order may take; longer orders are simulated in part, at the same pace.</param>
/// <param name="SimulatedQty">What each simulated order trades, base units.</param>
/// <param name="MarketMinutes">Minutes of recent market the starts are spread over.</param>
public sealed record CostPreview(IReadOnlyList<CostPreviewRow> Rows, double SimulatedSeconds, decimal SimulatedQty, double MarketMinutes);

/// <summary>One strategy's simulated costs: fees and distance from the mid at the start, basis points of the filled notional; negative is a gain.</summary>
/// <param name="Chosen">Whether it is the ticket's own.</param>
/// <param name="FilledPct">Filled on average, percent.</param>
/// <param name="CostsBps">Every simulation's, ascending; those that filled nothing are left out.</param>
public sealed record CostPreviewRow(string Name, bool Chosen, decimal FilledPct, IReadOnlyList<decimal> CostsBps)
{
    /// <summary>The middle one, or null.</summary>
    public decimal? Median => CostsBps.Count > 0 ? CostsBps[CostsBps.Count / 2] : null;
}

using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Ledger;

/// <summary>One asset at one venue: a projection of the ledger. Held is locked by open children there; Free = Total - Held.</summary>
public sealed record VenueBalance(VenueId Venue, Asset Asset, decimal Total, decimal Held)
{
    /// <summary>What a new child may spend.</summary>
    public decimal Free => Total - Held;
}

/// <summary>
/// What trading made of one instrument: signed base quantity bought minus sold, its average cost and realised profit in quote
/// units after fees (average-cost method).
/// </summary>
public sealed record Position(InstrumentId Instrument, decimal Qty, decimal? AvgCost, decimal RealizedPnl);

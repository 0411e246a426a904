using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Routing;

namespace Ems.Execution.Core.Execution;

/// <summary>What routing knows of venues beside their books. Nulls: nothing is known of any venue, and none has a pool.</summary>
/// <param name="Trust">How a venue has behaved lately.</param>
/// <param name="Pool">The pool of a venue for an instrument and the side of an order, or null when it has none.</param>
/// <param name="Books">Fresh books of another instrument, for ways over a third asset.</param>
public sealed record RoutingSources(
    Func<VenueId, VenueTrust>? Trust = null, Func<VenueId, InstrumentId, Side, PoolQuote?>? Pool = null, Func<InstrumentId, IReadOnlyList<BookSnapshot>>? Books = null)
{
    /// <summary>Nothing beside books.</summary>
    public static readonly RoutingSources None = new();
}

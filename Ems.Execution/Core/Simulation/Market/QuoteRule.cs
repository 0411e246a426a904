using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Simulation.Market;

/// <summary>
/// Lee and Ready's quote rule (1991): a print above the middle of the book before it was bought, below it sold; at the middle
/// the side of the print before stands.
/// </summary>
public static class QuoteRule
{
    /// <summary>The taker's side of a print at <paramref name="px"/> against the book before it.</summary>
    public static Side Infer(long px, RecordedBook before, Side last)
    {
        if (!before.IsTwoSided || px == before.Mid)
        {
            return last == Side.None ? Side.Buy : last;
        }
        return px > before.Mid ? Side.Buy : Side.Sell;
    }
}

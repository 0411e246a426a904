using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Ledger;

/// <summary>
/// Positions from fills by the average-cost method: adding to a position averages its cost, reducing realises the difference.
/// Commission is realised at once, as a cost (a rebate as a gain).
/// </summary>
public sealed class PositionBook
{
    private readonly Dictionary<InstrumentId, Position> positions = [];

    /// <summary>All instruments ever traded.</summary>
    public IEnumerable<Position> All => positions.Values.OrderBy(p => p.Instrument.Value, StringComparer.Ordinal);

    /// <summary>One instrument's position; flat when never traded.</summary>
    public Position At(InstrumentId instrument) => positions.GetValueOrDefault(instrument) ?? new(instrument, 0m, null, 0m);

    /// <summary>Books a fee that came without a fill.</summary>
    public void Charge(InstrumentId instrument, decimal fee) => positions[instrument] = At(instrument) with { RealizedPnl = At(instrument).RealizedPnl - fee };

    /// <summary>Books one fill.</summary>
    public void Apply(InstrumentId instrument, Side side, decimal qty, decimal px, decimal commission)
    {
        var old = At(instrument);
        var signed = qty * side.Sign();
        var now = old.Qty + signed;
        var realized = old.RealizedPnl - commission;
        decimal? cost;
        if (old.Qty == 0m || Math.Sign(old.Qty) == Math.Sign(signed))
        {
            cost = ((Math.Abs(old.Qty) * (old.AvgCost ?? 0m)) + (qty * px)) / (Math.Abs(old.Qty) + qty);
        }
        else
        {
            var closed = Math.Min(qty, Math.Abs(old.Qty));
            realized += closed * (px - (old.AvgCost ?? px)) * Math.Sign(old.Qty);
            // Through zero: what is left over opens anew at this price.
            cost = now == 0m ? null : Math.Sign(now) == Math.Sign(old.Qty) ? old.AvgCost : px;
        }
        positions[instrument] = new(instrument, now, cost, realized);
    }
}

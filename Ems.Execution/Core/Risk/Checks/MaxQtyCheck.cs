using System.Globalization;

namespace Ems.Execution.Core.Risk;

/// <summary>Quantity per order, by instrument.</summary>
internal sealed class MaxQtyCheck : IPreTradeCheck
{
    public Denial? Check(in Candidate order, RiskView view) =>
        view.Limits.MaxOrderQty.TryGetValue(order.Instrument, out var max) && order.Qty > max
            ? new(DenyCode.QtyAboveLimit, "orderQty", string.Create(CultureInfo.InvariantCulture, $"orderQty={order.Qty}, max={max}")) : null;
}

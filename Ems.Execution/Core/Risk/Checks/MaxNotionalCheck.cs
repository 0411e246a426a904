using System.Globalization;

namespace Ems.Execution.Core.Risk;

/// <summary>Notional per order: parents and children have limits of their own.</summary>
internal sealed class MaxNotionalCheck : IPreTradeCheck
{
    public Denial? Check(in Candidate order, RiskView view)
    {
        var max = order.IsChild ? view.Limits.MaxChildNotional : view.Limits.MaxOrderNotional;
        return view.Instrument is { } instrument && (order.Px ?? view.ReferencePx) is { } px && instrument.Notional(px, order.Qty).Amount is var notional && notional > max
            ? new(DenyCode.NotionalAboveLimit, "orderQty", string.Create(CultureInfo.InvariantCulture, $"notional={Math.Round(notional, 2)}, max={max}")) : null;
    }
}

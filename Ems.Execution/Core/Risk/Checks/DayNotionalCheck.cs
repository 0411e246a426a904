using System.Globalization;

namespace Ems.Execution.Core.Risk;

/// <summary>Notional accepted per UTC day; children were counted with their parents.</summary>
internal sealed class DayNotionalCheck : IPreTradeCheck
{
    public Denial? Check(in Candidate order, RiskView view)
    {
        if (order.IsChild || view.Instrument is not { } instrument || (order.Px ?? view.ReferencePx) is not { } px)
        {
            return null;
        }
        var total = view.DayNotional + instrument.Notional(px, order.Qty).Amount;
        return total > view.Limits.MaxDayNotional
            ? new(DenyCode.DayNotionalAboveLimit, "orderQty", string.Create(CultureInfo.InvariantCulture, $"dayNotional={Math.Round(total, 2)}, max={view.Limits.MaxDayNotional}")) : null;
    }
}

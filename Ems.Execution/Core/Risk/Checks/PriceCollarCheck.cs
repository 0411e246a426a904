using System.Globalization;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Risk;

/// <summary>
/// A price may not be worse than the reference by more than the collar: a buyer may not pay too much, a seller not take too
/// little. A price far on the passive side cannot hurt and is allowed. Without a fresh reference nothing that could take is sent;
/// a parent may wait for one.
/// </summary>
internal sealed class PriceCollarCheck : IPreTradeCheck
{
    public Denial? Check(in Candidate order, RiskView view)
    {
        if (view.ReferencePx is not { } reference)
        {
            return order.IsChild && order.MayTake || order.Px is null
                ? new(DenyCode.NoReferencePrice, "instrument", $"instrument={order.Instrument}, no venue has a fresh book") : null;
        }
        if (order.Px is not { } px)
        {
            return null;
        }
        var worst = reference * (1m + (order.Side.Sign() * view.Limits.PriceCollarBps / 10_000m));
        return order.Side.IsWithin(px, worst) ? null
            : new(DenyCode.PriceOutsideCollar, "limitPx", string.Create(CultureInfo.InvariantCulture, $"px={px}, worst={Math.Round(worst, 8)}, reference={Math.Round(reference, 8)}, collarBps={view.Limits.PriceCollarBps}"));
    }
}

using System.Globalization;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Risk;

/// <summary>
/// A child may not be able to trade with an own resting order at the same venue (rule E13): it is not sent, and its slice is
/// tried again later. Parents are let through: where they will trade is not known yet.
/// </summary>
internal sealed class SelfCrossCheck : IPreTradeCheck
{
    public Denial? Check(in Candidate order, RiskView view)
    {
        if (!order.IsChild || order.Px is not { } px)
        {
            return null;
        }
        foreach (var own in view.OwnResting)
        {
            if (own.Venue == order.Venue && own.Side == order.Side.Opposite() && order.Side.IsWithin(own.Px, px))
            {
                return new(DenyCode.SelfCross, "clOrdId", string.Create(CultureInfo.InvariantCulture, $"px={px}, own={own.ClOrdId} {own.Side} at {own.Px} on {own.Venue}"));
            }
        }
        return null;
    }
}

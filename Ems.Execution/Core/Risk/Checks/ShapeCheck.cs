using System.Globalization;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Risk;

/// <summary>An order has a side, a positive quantity and, at a venue, a price and size that venue takes.</summary>
internal sealed class ShapeCheck : IPreTradeCheck
{
    public Denial? Check(in Candidate order, RiskView view)
    {
        if (order.Side is not (Side.Buy or Side.Sell))
        {
            return new(DenyCode.InvalidField, "side", $"side={order.Side}");
        }
        if (order.Qty <= 0m)
        {
            return new(DenyCode.InvalidField, "orderQty", string.Create(CultureInfo.InvariantCulture, $"orderQty={order.Qty}, min=0"));
        }
        if (order.Px is <= 0m)
        {
            return new(DenyCode.InvalidField, "limitPx", string.Create(CultureInfo.InvariantCulture, $"px={order.Px}, min=0"));
        }
        if (!order.IsChild || view.Listings.Count == 0)
        {
            return null;
        }
        var listing = view.Listings[0];
        if (order.Px is not { } px || !Steps.IsMultiple(px, listing.TickSize))
        {
            return new(DenyCode.InvalidField, "px", string.Create(CultureInfo.InvariantCulture, $"px={order.Px}, tickSize={listing.TickSize}"));
        }
        return listing.Refusal(px, order.Qty) is { } why ? new(DenyCode.BelowVenueMinimum, "orderQty", why) : null;
    }
}

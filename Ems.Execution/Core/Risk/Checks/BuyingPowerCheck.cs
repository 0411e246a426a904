using System.Globalization;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Risk;

/// <summary>The free balance covers the worst cost, fees included.</summary>
internal sealed class BuyingPowerCheck : IPreTradeCheck
{
    public Denial? Check(in Candidate order, RiskView view)
    {
        if (order.WorstPx(view) is not { } px)
        {
            return null;
        }
        var required = BuyingPower.Required(order.Side, order.Qty, px, view.Listings);
        var asset = order.Side == Side.Buy ? view.Instrument?.Quote : view.Instrument?.Base;
        return required > view.Free
            ? new(DenyCode.InsufficientBalance, "orderQty", string.Create(CultureInfo.InvariantCulture, $"required={Math.Round(required, 8)} {asset}, free={Math.Round(view.Free, 8)}")) : null;
    }
}

/// <summary>What an order may cost. The check and the ledger's hold use this one formula.</summary>
public static class BuyingPower
{
    /// <summary>A buy: quantity times price with the highest taker fee over the listings, in quote units. A sell: the quantity, in base units.</summary>
    public static decimal Required(Side side, decimal qty, decimal px, IReadOnlyList<Listing> listings) =>
        side == Side.Sell ? qty : qty * px * (1m + (listings.Count > 0 ? Math.Max(0m, listings.Max(l => l.TakerFee)) : 0m));
}

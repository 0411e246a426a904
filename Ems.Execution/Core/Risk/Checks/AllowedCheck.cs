namespace Ems.Execution.Core.Risk;

/// <summary>The instrument exists and is allowed, and at least one venue that lists it is.</summary>
internal sealed class AllowedCheck : IPreTradeCheck
{
    public Denial? Check(in Candidate order, RiskView view)
    {
        if (view.Instrument is null || (view.Limits.Instruments.Count > 0 && !view.Limits.Instruments.Contains(order.Instrument)))
        {
            return new(DenyCode.InstrumentNotAllowed, "instrument", $"instrument={order.Instrument}");
        }
        if (view.Listings.Count == 0 || (order.Venue is { } venue && view.Limits.Venues.Count > 0 && !view.Limits.Venues.Contains(venue)))
        {
            return new(DenyCode.VenueNotAllowed, "venues", $"venue={order.Venue?.Value ?? string.Join('+', order.Venues ?? [])}, instrument={order.Instrument}");
        }
        return null;
    }
}

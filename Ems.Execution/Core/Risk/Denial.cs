using System.Text.Json.Serialization;

namespace Ems.Execution.Core.Risk;

/// <summary>Why an order was refused before it reached a market. Names are stable: they are part of the API. Zero is never yes.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DenyCode>))]
public enum DenyCode
{
    /// <summary>No check ran.</summary>
    NotChecked = 0,
    /// <summary>A field is outside its rule.</summary>
    InvalidField,
    /// <summary>The instrument does not exist or is not allowed for the account.</summary>
    InstrumentNotAllowed,
    /// <summary>The venue does not exist, does not list the instrument, or is not allowed.</summary>
    VenueNotAllowed,
    /// <summary>Quantity above the limit per order.</summary>
    QtyAboveLimit,
    /// <summary>Notional above the limit per order.</summary>
    NotionalAboveLimit,
    /// <summary>The day's notional would pass its limit.</summary>
    DayNotionalAboveLimit,
    /// <summary>Price outside the collar around the reference.</summary>
    PriceOutsideCollar,
    /// <summary>No fresh price to check against.</summary>
    NoReferencePrice,
    /// <summary>Too many messages in the window.</summary>
    MessageRateAboveLimit,
    /// <summary>Not enough free balance.</summary>
    InsufficientBalance,
    /// <summary>Too many open orders.</summary>
    OpenOrdersAboveLimit,
    /// <summary>It could trade with an own resting order.</summary>
    SelfCross,
    /// <summary>A kill switch is on.</summary>
    TradingHalted,
    /// <summary>Reduce-only, but there is nothing to reduce.</summary>
    ReduceOnlyViolated,
    /// <summary>The ClOrdID was used before with another body.</summary>
    DuplicateClOrdId,
    /// <summary>No such order.</summary>
    UnknownOrder,
    /// <summary>The order is in a state that does not allow this.</summary>
    OrderStateForbids,
    /// <summary>Below what the venue takes.</summary>
    BelowVenueMinimum,
    /// <summary>The account may not show this to a chain's public pool.</summary>
    SubmissionNotAllowed,
}

/// <summary>A refusal as a value: stable code, the field it is about, and the numbers in the text (<c>notional=…, max=…</c>).</summary>
public sealed record Denial(DenyCode Code, string Field, string Text);

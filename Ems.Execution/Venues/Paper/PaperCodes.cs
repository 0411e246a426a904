namespace Ems.Execution.Venues.Paper;

/// <summary>The reject codes of the paper exchange: stable, FIX 58 carries the numbers.</summary>
public static class PaperCodes
{
    /// <summary>The ClOrdID was used before.</summary>
    public const string DuplicateClOrdId = "DUPLICATE_CLORDID";
    /// <summary>The venue does not list it.</summary>
    public const string InstrumentUnknown = "INSTRUMENT_UNKNOWN";
    /// <summary>Price off the tick, quantity off the lot, below or above a bound.</summary>
    public const string FilterFailure = "FILTER_FAILURE";
    /// <summary>Not enough free balance.</summary>
    public const string InsufficientBalance = "INSUFFICIENT_BALANCE";
    /// <summary>Post-only, and it would have taken.</summary>
    public const string PostOnly = "POST_ONLY_WOULD_TAKE";
    /// <summary>Fill-or-kill, and not all of it was there.</summary>
    public const string FokUnfilled = "FOK_UNFILLED";
    /// <summary>Reduce-only, and it would not reduce.</summary>
    public const string ReduceOnly = "REDUCE_ONLY";
    /// <summary>Its time was over when it arrived.</summary>
    public const string Expired = "EXPIRED";
    /// <summary>No open order of that name.</summary>
    public const string UnknownOrder = "UNKNOWN_ORDER";
    /// <summary>A fault that was switched on.</summary>
    public const string Injected = "INJECTED_REJECT";
}

namespace Ems.Execution.Core.Analytics;

/// <summary>Best bid and ask at one moment, quote units; over several venues it may be crossed.</summary>
public readonly record struct Quote(decimal Bid, decimal Ask)
{
    /// <summary>Half way between them.</summary>
    public decimal Mid => (Bid + Ask) / 2m;
}

/// <summary>One second of a market: the quote at its end, null when no fresh one was known, and what printed in it (base units, quote units).</summary>
public readonly record struct MarketSecond(DateTimeOffset Start, Quote? Quote, decimal Qty, decimal Notional);

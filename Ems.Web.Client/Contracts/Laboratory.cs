namespace Ems.Web.Client.Contracts;

/// <summary>GET /api/laboratory: the newest run of the sandwich laboratory.</summary>
/// <param name="State">Idle (never run), Running, Done or Failed.</param>
/// <param name="WhyNot">Why it cannot be run here; absent where it can.</param>
/// <param name="Problem">Why the run failed.</param>
/// <param name="Asked">Swaps of the run by each door.</param>
/// <param name="Totals">Sums of the swaps so far.</param>
/// <param name="Swaps">Swaps that are done, in order.</param>
public sealed record LaboratoryStatus(
    string State, string? WhyNot, string? Problem, int Asked, ulong Seed, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, LaboratoryTotals? Totals, IReadOnlyList<LaboratorySwap> Swaps);

/// <summary>Sums; amounts in USDC, averages weighed by notional.</summary>
public sealed record LaboratoryTotals(
    int Swaps, int AttackedPublic, int AttackedPrivate, decimal NotionalQuote, decimal PublicLostQuote, decimal PrivateLostQuote, decimal PublicLostBps, decimal PrivateLostBps, decimal BotQuote);

/// <summary>One swap, done by the public pool and by the private relay; amounts in USDC unless they say otherwise.</summary>
/// <param name="Pool">ConstantProduct (Uniswap V2) or Concentrated (V3).</param>
/// <param name="SellsEther">Whether it sells WETH for USDC, or the other way round.</param>
/// <param name="AmountIn">Whole tokens sold.</param>
/// <param name="ToleranceBps">How much less than the quote the user takes.</param>
/// <param name="BotQuote">What the bot gained after its gas.</param>
public sealed record LaboratorySwap(
    int Number, string Pool, bool SellsEther, decimal AmountIn, int ToleranceBps, decimal NotionalQuote, decimal PublicLostBps, decimal PrivateLostBps, decimal PublicLostQuote, decimal PrivateLostQuote,
    bool PublicAttacked, bool PrivateAttacked, bool PrivateSeen, decimal BotQuote);

/// <summary>POST /api/laboratory/runs.</summary>
public sealed record LaboratoryRunRequest
{
    /// <summary>Swaps by each door, 1 to 200; 100 unless given.</summary>
    public int? Swaps { get; init; }
    /// <summary>The same seed gives the same swaps; 1 unless given.</summary>
    public int? Seed { get; init; }
}

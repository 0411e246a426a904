using System.ComponentModel.DataAnnotations;
using System.Numerics;

namespace Ems.Execution.Venues.OnChain.Laboratory;

/// <summary>A run of the laboratory.</summary>
public sealed record SandwichOptions
{
    /// <summary>Swaps, each done once by the public pool and once by the relay.</summary>
    [Range(1, 500)] public int Swaps { get; init; } = 100;
    /// <summary>Seed of sizes, sides and tolerances: the same seed gives the same swaps.</summary>
    public ulong Seed { get; init; } = 1;
    /// <summary>Least time that the bot has between a swap's sending and its block.</summary>
    [Range(0, 10_000)] public int BlockMs { get; init; } = 30;
    /// <summary>Longest wait for the bot's own decision on a swap it has seen.</summary>
    [Range(1, 60_000)] public int BotMsMax { get; init; } = 3_000;
}

/// <summary>How a swap went by one door. Amounts in units of what is bought.</summary>
/// <param name="Promised">What the pool would have given at the block before, to the unit.</param>
/// <param name="Received">What came.</param>
/// <param name="WasAttacked">Whether the bot's transactions stand around it.</param>
/// <param name="WasSeen">Whether it was in the public pool before its block.</param>
/// <param name="BotQuote">What the bot gained after its gas, in quote tokens.</param>
public sealed record SandwichLeg(BigInteger Promised, BigInteger Received, bool WasSeen, bool WasAttacked, decimal BotQuote)
{
    private const int Bps = 10_000, Places = 1_000;

    /// <summary>What the user lost, in basis points of what was promised.</summary>
    public decimal LostBps => Promised.IsZero ? 0m : (decimal)((Promised - Received) * Bps * Places / Promised) / Places;
}

/// <summary>One swap by both doors.</summary>
/// <param name="Kind">Kind of the pool.</param>
/// <param name="SellsBase">Whether it sells the base token (WETH for USDC).</param>
/// <param name="AmountIn">Whole tokens sold.</param>
/// <param name="ToleranceBps">How much less than the quote the user takes.</param>
/// <param name="PublicLostQuote">What the user lost publicly, in quote tokens.</param>
/// <param name="PrivateLostQuote">What the user lost privately, in quote tokens.</param>
public sealed record SandwichSwap(
    int Number, PoolKind Kind, bool SellsBase, decimal AmountIn, int ToleranceBps, SandwichLeg Public, SandwichLeg Private, decimal NotionalQuote, decimal PublicLostQuote, decimal PrivateLostQuote);

/// <summary>Sums of a run. Averages weigh by notional.</summary>
public sealed record SandwichTotals(int Swaps, int AttackedPublic, int AttackedPrivate, decimal NotionalQuote, decimal PublicLostQuote, decimal PrivateLostQuote, decimal PublicLostBps, decimal PrivateLostBps, decimal BotQuote)
{
    private const decimal Bps = 10_000m;

    /// <summary>Adds swaps up.</summary>
    public static SandwichTotals Of(IReadOnlyCollection<SandwichSwap> swaps)
    {
        var notional = swaps.Sum(s => s.NotionalQuote);
        var (open, hidden) = (swaps.Sum(s => s.PublicLostQuote), swaps.Sum(s => s.PrivateLostQuote));
        return new(swaps.Count, swaps.Count(s => s.Public.WasAttacked), swaps.Count(s => s.Private.WasAttacked), notional, open, hidden,
            notional == 0m ? 0m : open / notional * Bps, notional == 0m ? 0m : hidden / notional * Bps, swaps.Sum(s => s.Public.BotQuote + s.Private.BotQuote));
    }
}

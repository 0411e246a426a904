using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Simulation.Matching;

/// <summary>An order inside a matching engine. Prices in ticks, quantities in lots: whole numbers, so that matching is exact and fast.</summary>
public sealed class MatchOrder
{
    /// <summary>The venue's number.</summary>
    public long Id { get; init; }
    /// <summary>Whose it is: two orders of one owner never trade with each other.</summary>
    public int Owner { get; init; }
    /// <summary>Buy or sell.</summary>
    public Side Side { get; init; }
    /// <summary>Limit, or the protective price of a market order.</summary>
    public long PxTicks { get; set; }
    /// <summary>Whole size.</summary>
    public long Lots { get; set; }
    /// <summary>Not filled yet.</summary>
    public long Leaves { get; set; }
    /// <summary>How long it lives.</summary>
    public TimeInForce TimeInForce { get; init; }
    /// <summary>Whether it may only add liquidity.</summary>
    public bool PostOnly { get; init; }
    /// <summary>What the venue hangs on it.</summary>
    public object? Tag { get; init; }

    /// <summary>Its place among other people's lots at its price: on the level's own count of lots gone by, so that a queue moves on in one step.</summary>
    internal long Place;
    /// <summary>Whether the price has been visible since it joined; until then the queue before it has no known end.</summary>
    internal bool AheadKnown;
    internal OwnLevel? Level;

    /// <summary>Lots of other people in the queue before it at its price.</summary>
    internal long Ahead => Math.Max(0, Place - Level!.GoneBy);

    internal MatchOrder? Next, Previous;
}

/// <summary>
/// How a submit ended. <see cref="SelfTrade"/>: the taker met a resting order of its own owner, and its rest is canceled (cancel-taker,
/// the default of most venues: the resting order keeps its place).
/// </summary>
public enum MatchResult { None = 0, Rested, Filled, Canceled, PostOnlyWouldTake, FokUnfilled, SelfTrade }

/// <summary>Who hears of fills, as they happen.</summary>
public interface IMatchSink
{
    /// <summary>A fill of one order. <paramref name="maker"/>: it was resting. A maker is done when Leaves is 0.</summary>
    void OnFill(MatchOrder order, long pxTicks, long lots, bool maker);
}

/// <summary>One price of a market source.</summary>
public readonly record struct SourceLevel(long PxTicks, long Lots);

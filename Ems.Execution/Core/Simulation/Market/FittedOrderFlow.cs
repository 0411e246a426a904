using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Simulation.Market;

/// <summary>A simulated taker order: when, how much, which way.</summary>
internal readonly record struct FlowOrder(long UnixMs, double Qty, Side Side);

/// <summary>
/// Taker orders of one minute as a pure function of the minute: a Hawkes process by Ogata's thinning (1981), started in each
/// minute from its mean excitement, so that any minute can be asked without the ones before it.
/// </summary>
internal sealed class FittedOrderFlow(FittedTape figures, MidProcess mid, ulong seed)
{
    /// <summary>Length of a block, milliseconds.</summary>
    public const long BlockMs = 60_000;

    private const uint WaitStream = 20, ThinStream = 21, QtyStream = 22, SideStream = 23;
    private const int MaxOrdersPerBlock = 60_000;
    private const double QtyBound = 4;

    /// <summary>The orders of block number <paramref name="block"/> (Unix milliseconds divided by <see cref="BlockMs"/>), in time order.</summary>
    public IEnumerable<FlowOrder> Orders(long block)
    {
        var last = Side.Buy;
        foreach (var (draw, at, qty) in Arrivals(block))
        {
            last = NextSide(SeededRandom.Draw(seed, SideStream, block), draw, at, last);
            yield return new FlowOrder(at, qty, last);
        }
    }

    /// <summary>Base units ordered between two Unix times in milliseconds within one block.</summary>
    public double Volume(long fromMs, long toMs) =>
        Arrivals(fromMs / BlockMs).Where(a => a.At >= fromMs && a.At < toMs).Sum(a => a.Qty);

    private IEnumerable<(long Draw, long At, double Qty)> Arrivals(long block)
    {
        if (figures.OrdersPerSecond <= 0)
        {
            yield break;
        }
        var blockSeed = SeededRandom.Draw(seed, WaitStream, block);
        var (burst, wave) = (figures.OrdersPerSecond * figures.Burst.Branching, figures.OrdersPerSecond * figures.Wave.Branching);
        var baseRate = figures.OrdersPerSecond - burst - wave;
        double seconds = 0;
        for (long draw = 0; draw < MaxOrdersPerBlock; draw++)
        {
            var bound = baseRate + burst + wave;
            var wait = -Math.Log(1 - SeededRandom.Unit(blockSeed, WaitStream, draw)) / bound;
            seconds += wait;
            if (seconds * 1000 >= BlockMs)
            {
                yield break;
            }
            burst *= Math.Exp(-figures.Burst.DecayPerSecond * wait);
            wave *= Math.Exp(-figures.Wave.DecayPerSecond * wait);
            if (SeededRandom.Unit(blockSeed, ThinStream, draw) * bound > baseRate + burst + wave)
            {
                continue;
            }
            burst += figures.Burst.Branching * figures.Burst.DecayPerSecond;
            wave += figures.Wave.Branching * figures.Wave.DecayPerSecond;
            var qty = Math.Exp(figures.Qty.LogMean + figures.Qty.LogSd * Noise.Normal(blockSeed, QtyStream, draw, QtyBound));
            yield return (draw, block * BlockMs + (long)(seconds * 1000), qty);
        }
    }

    // The two habits, repeating and following the price, are taken as independent evidence: their odds multiply.
    private Side NextSide(ulong blockSeed, long draw, long at, Side last)
    {
        var move = Math.Sign(mid.At(at + 500) - mid.At(at - 500));
        var odds = Odds(figures.SideRepeats, last.Sign()) * Odds(figures.SideFollowsPrice, move);
        return SeededRandom.Unit(blockSeed, SideStream, draw) < odds / (1 + odds) ? Side.Buy : Side.Sell;
    }

    private static double Odds(double probability, int sign) => Math.Pow(probability / (1 - probability), sign);
}

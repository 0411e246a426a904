using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Market;

namespace Ems.Execution.Venues.Paper.Market;

/// <summary>Figures of one recording's tape. Prints of one millisecond and side are one taker order.</summary>
internal sealed class TapeFit(RecordingSurvey survey)
{
    private readonly List<double> times = [];
    private readonly List<double> sizes = [];
    private Side lastSide;
    private Side orderSide;
    private long orderAt = -1;
    private double orderQty;
    private long repeats, followed, moves;

    /// <summary>Takes the next print, at a time on the replay clock.</summary>
    public void Add(long at, RecordedTrade trade)
    {
        if (at != orderAt || trade.Aggressor != orderSide)
        {
            Close();
            (orderAt, orderSide, orderQty) = (at, trade.Aggressor, 0);
        }
        orderQty += trade.Qty / (double)RecordingCursor.Scale;
    }

    /// <summary>The figures, sizes times <paramref name="sizeScale"/>; call once, at the end.</summary>
    public FittedTape ToTape(double sizeScale)
    {
        Close();
        orderAt = -1;
        var (burst, wave) = HawkesFit.Fit(times);
        return new FittedTape(Moments.Round(times.Count / (survey.LengthMs / 1000.0)), burst, wave,
            Moments.LogNormal(sizes, sizeScale), Share(repeats, times.Count), Share(followed, moves));
    }

    private void Close()
    {
        if (orderAt < 0)
        {
            return;
        }
        times.Add(orderAt / 1000.0);
        sizes.Add(orderQty);
        repeats += orderSide == lastSide ? 1 : 0;
        lastSide = orderSide;
        var move = Math.Sign(Mid(orderAt + 500) - Mid(orderAt - 500));
        moves += move != 0 ? 1 : 0;
        followed += move == orderSide.Sign() ? 1 : 0;
    }

    private double Mid(long at) => survey.Mids[(int)Math.Clamp(at / PricePath.StepMs, 0, survey.Mids.Count - 1)];

    private static double Share(long part, long all) => Moments.Round(all == 0 ? 0.5 : Math.Clamp(part / (double)all, 0.05, 0.95));
}

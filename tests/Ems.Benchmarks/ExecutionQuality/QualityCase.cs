using System.Globalization;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Core.Simulation;
using Ems.Execution.Core.Simulation.Backtesting;
using Ems.Execution.Venues.Paper.Market;

namespace Ems.Benchmarks.ExecutionQuality;

/// <summary>A recorded day ready to be traded on.</summary>
internal sealed record TradedDay(RecordedDay Day, Listing Listing, MarketWindow Window, WindowQuotes Quotes)
{
    /// <summary>Fees of a usual perpetual exchange; the recordings have none.</summary>
    private const decimal MakerFee = 0.0002m, TakerFee = 0.0005m;

    public static TradedDay Of(RecordedDay day)
    {
        var listing = day.ListingWith(MakerFee, TakerFee);
        var window = day.Window(listing);
        return new(day, listing, window, new WindowQuotes(window, listing.Instrument));
    }
}

/// <summary>One order to work: where, when, how much.</summary>
/// <param name="Group">Cases of one group share a window; they are not independent of each other.</param>
/// <param name="Share">Part of what prints in the window.</param>
internal sealed record QualityCase(TradedDay Day, int Group, DateTimeOffset Start, TimeSpan Length, Side Side, decimal Qty, double Share, ulong Seed)
{
    /// <summary>A market that has said nothing for this long is stale: no order would be taken.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromMinutes(2), Grace = TimeSpan.FromSeconds(30), Fresh = TimeSpan.FromSeconds(2), Hole = TimeSpan.FromSeconds(10);

    /// <summary>Windows of <paramref name="length"/> every <paramref name="step"/>, each with two sizes from 0.5 % to 10 % (log-uniform), bought and sold.</summary>
    public static IEnumerable<QualityCase> On(TradedDay day, TimeSpan length, TimeSpan step, ulong seed)
    {
        var group = 0;
        for (var start = day.Window.From + WarmUp; start + length + Grace < day.Window.To; start += step)
        {
            var volume = day.Window.Volume(day.Listing.Instrument, start, start + length);
            if (volume <= 0m || day.Quotes.At(start) is null || day.Window.IndexOf(start - Fresh) == day.Window.IndexOf(start) || !IsWhole(day, start, start + length))
            {
                continue;
            }
            group++;
            for (var k = 0; k < 2; k++)
            {
                var share = 0.005 * Math.Pow(20, (k + SeededRandom.Unit(seed, 1, (group * 2) + k)) / 2);
                var qty = Steps.RoundDown(volume * (decimal)share, day.Listing.LotSize);
                foreach (var side in new[] { Side.Buy, Side.Sell })
                {
                    if (qty > 0m)
                    {
                        yield return new(day, group, start, length, side, qty, share, SeededRandom.Draw(seed, 2, (group * 4) + (k * 2) + (side == Side.Buy ? 0 : 1)));
                    }
                }
            }
        }
    }

    /// <summary>One way to the venue, usually.</summary>
    public static readonly LatencyModel Usual = new(20, 8);

    public ReplayResult Replay(string strategy, IReadOnlyDictionary<string, string> parameters, LatencyModel? latency = null)
    {
        var listing = Day.Listing;
        var instrument = new Instrument(listing.Instrument, new(listing.Instrument.Value.Split('-')[0]), new(listing.Instrument.Value.Split('-')[1]));
        var spec = new ParentSpec(new("q"), listing.Instrument, Side, Qty, null, strategy, parameters);
        return Replayer.Run(new ReplayInput([new(spec, Seed, Start)], [instrument], [new(listing.Venue, latency ?? Usual, [listing])], Seed, Start - WarmUp, Start + Length + Grace)
        {
            KeepsTimeline = false,
            Limits = new RiskLimits(MaxOrderNotional: 1e12m, MaxChildNotional: 1e12m, MaxDayNotional: 1e15m),
        }, Day.Window);
    }

    public string Seconds => ((int)Length.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    /// <summary>A recording with a hole of ten seconds or more in this time shows no market one could have traded.</summary>
    private static bool IsWhole(TradedDay day, DateTimeOffset from, DateTimeOffset to)
    {
        for (var at = from; at < to; at += TimeSpan.FromSeconds(1))
        {
            if (day.Window.IndexOf(at) == day.Window.IndexOf(at + Hole))
            {
                return false;
            }
        }
        return true;
    }
}

/// <summary>How one case went.</summary>
/// <param name="PriceBps">Shortfall against the mid at the start without fees, what was not filled taken at the mid of the end; positive costs.</param>
/// <param name="FeesBps">Fees.</param>
/// <param name="Completion">Filled part at the end of the window (children on their way included).</param>
internal sealed record QualityOutcome(QualityCase Case, double PriceBps, double FeesBps, double Completion, double MakerShare, double? VwapBps, string End)
{
    public double AllInBps => PriceBps + FeesBps;

    public static QualityOutcome Of(QualityCase c, ReplayResult result)
    {
        var p = result.Parents[0].Order ?? throw new InvalidOperationException($"{c.Day.Day.Name}: {string.Join("; ", result.Parents[0].Errors.Select(e => e.Text))}");
        var arrival = c.Day.Quotes.At(c.Start)!.Value.Mid;
        var end = c.Day.Quotes.At(c.Start + c.Length)!.Value.Mid;
        var (sign, left) = (c.Side.Sign(), p.Spec.OrderQty - p.CumQty);
        var cost = sign * (p.CumNotional + (left * end) - (p.Spec.OrderQty * arrival));
        var (qty, notional) = c.Day.Quotes.Seconds(c.Start, c.Start + c.Length).Aggregate((Q: 0m, N: 0m), (a, s) => (a.Q + s.Qty, a.N + s.Notional));
        return new(c, Bps(cost), Bps(p.Commission), (double)(p.CumQty / p.Spec.OrderQty),
            p.CumQty > 0m ? (double)(result.Parents[0].Fills.Where(f => f.Liquidity == LastLiquidityInd.Added).Sum(f => f.Qty) / p.CumQty) : 0,
            p.AvgPx is { } px && qty > 0m ? (double)(sign * (px - (notional / qty)) / (notional / qty) * 10_000m) : null, p.EndCode ?? p.OrdStatus.ToString());

        double Bps(decimal amount) => (double)(amount / (p.Spec.OrderQty * arrival) * 10_000m);
    }
}

using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation;
using Ems.Execution.Core.Simulation.Backtesting;

namespace Ems.Execution.Tests.Simulation.Backtesting;

/// <summary>A small market of two venues that walks by a seed: a book every 200 ms, a print about every second.</summary>
internal static class WalkingWindow
{
    public static readonly DateTimeOffset T0 = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);
    public static readonly InstrumentId Btc = new("BTC-USDT");
    public static readonly Instrument Instrument = new(Btc, new("BTC"), new("USDT"));
    public static readonly Listing Near = new(new("NEAR"), Btc, 0.1m, 0.0001m, 0.0001m, 5m, 1_000m, 0.0002m, 0.0005m);
    public static readonly Listing Far = new(new("FAR"), Btc, 0.5m, 0.001m, 0.001m, 5m, 1_000m, 0m, 0.0004m);
    public static readonly IReadOnlyList<ReplayVenue> Venues = [new(Near.Venue, new(5, 2), [Near]), new(Far.Venue, new(40, 10), [Far])];

    public static MarketWindow Of(TimeSpan length, ulong seed = 3, double drift = 0)
    {
        var builder = new MarketWindowBuilder("walk", [Near, Far]);
        for (var s = 0; s < 2; s++)
        {
            var listing = s == 0 ? Near : Far;
            var mid = 60_000d;
            for (var i = 0L; i < length.TotalMilliseconds / 200; i++)
            {
                var at = T0.AddMilliseconds((i * 200) + (s * 7));
                mid += (4 * (SeededRandom.Unit(seed, 1, i) - 0.5)) + drift;
                var bid = Steps.RoundDown((decimal)mid - listing.TickSize, listing.TickSize);
                builder.AddBook(s, at, Side(bid, -1, listing, i), Side(bid + (2 * listing.TickSize), 1, listing, i + 1_000_000));
                if (i % 5 == 2)
                {
                    var buys = SeededRandom.Unit(seed, 3, i) < 0.5;
                    builder.AddTrade(s, at.AddMilliseconds(50), buys ? bid + (2 * listing.TickSize) : bid, 0.02m + (decimal)SeededRandom.Unit(seed, 4, i), buys ? Core.Primitives.Side.Buy : Core.Primitives.Side.Sell);
                }
            }
        }
        return builder.Build();

        BookLevel[] Side(decimal touch, int away, Listing listing, long i) =>
            [.. Enumerable.Range(0, 10).Select(k => new BookLevel(touch + (away * k * listing.TickSize), 0.05m + (decimal)SeededRandom.Unit(seed, (uint)(10 + k), i)))];
    }

    public static ReplayInput Input(TimeSpan length, params ReplayOrder[] orders) => new(orders, [Instrument], Venues, 11, T0, T0 + length);
}

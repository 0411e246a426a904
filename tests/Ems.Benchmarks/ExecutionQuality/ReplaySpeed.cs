using System.Diagnostics;
using System.Globalization;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Backtesting;
using Ems.Execution.Venues.Paper.Market;

namespace Ems.Benchmarks.ExecutionQuality;

/// <summary>Recorded market events per second of one thread: reading the file, passing them through the venue alone, and with orders at work.</summary>
internal static class ReplaySpeed
{
    private const string Day = "standx BTC-USD 2026-01-06";

    public static void Run(string root)
    {
        var day = RecordedDays.In(root).First(d => d.Name == Day);
        var read = Stopwatch.GetTimestamp();
        var traded = TradedDay.Of(day);
        var reading = Stopwatch.GetElapsedTime(read).TotalSeconds;
        var input = Input(traded, 0);
        Replayer.Run(input, traded.Window);
        var (idle, idleSeconds) = Timed(traded, input);
        var (busy, busySeconds) = Timed(traded, Input(traded, 20));
        new Table($"Replay: {Day}, {traded.Window.Count:#,0} books and prints of one day, one thread", "", "events per second", "the day in s")
            .Row("reading the file and its quotes", Sample.Whole(traded.Window.Count / reading), Text(reading))
            .Row("a day with one order that waits at its limit all day: books, queue, publication", Sample.Whole(idle.MarketEvents / idleSeconds), Text(idleSeconds))
            .Row($"a day with 20 TWAPs of 24 h, a slice every ten minutes each ({busy.Decisions:#,0} decisions, {busy.Parents.Sum(p => p.Fills.Count):#,0} fills)", Sample.Whole(busy.MarketEvents / busySeconds), Text(busySeconds))
            .Print();
    }

    private static (ReplayResult Result, double Seconds) Timed(TradedDay day, ReplayInput input)
    {
        var start = Stopwatch.GetTimestamp();
        var result = Replayer.Run(input, day.Window);
        return (result, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static ReplayInput Input(TradedDay day, int orders)
    {
        var (listing, at) = (day.Listing, day.Window.From.AddMinutes(2));
        ReplayOrder[] list = orders == 0
            ? [new(new ParentSpec(new("far"), listing.Instrument, Side.Buy, 1m, Steps.RoundDown(day.Quotes.At(at)!.Value.Bid * 0.98m, listing.TickSize), "LIMIT", new Dictionary<string, string>()), 1, at)]
            : [.. Enumerable.Range(0, orders).Select(i => new ReplayOrder(new ParentSpec(new($"t{i}"), listing.Instrument, i % 2 == 0 ? Side.Buy : Side.Sell, 5m, null, "TWAP",
                new Dictionary<string, string> { ["durationSeconds"] = "86000", ["intervalSeconds"] = "600" }), (ulong)i, at))];
        return new(list, [new(listing.Instrument, new("BTC"), new("USD"))], [new(listing.Venue, QualityCase.Usual, [listing])], 1, day.Window.From, day.Window.To) { KeepsTimeline = false };
    }

    private static string Text(double seconds) => seconds.ToString("0.00", CultureInfo.InvariantCulture);
}

using System.Globalization;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Market;

namespace Ems.Execution.Venues.Paper.Market;

/// <summary>The tool that measures the recordings and writes the figures of the fitted simulation.</summary>
public static class FittedMarketFitter
{
    /// <summary>
    /// Reads the recordings under <paramref name="recordingsPath"/>, writes the figures to <paramref name="outputFile"/> and a
    /// table of them to <paramref name="report"/>. Returns the exit code: 0, or 1 after one line that names the bad file.
    /// </summary>
    public static async Task<int> RunAsync(string recordingsPath, string outputFile, TextWriter report)
    {
        try
        {
            var figures = Fit(recordingsPath);
            await FittedMarketFile.SaveAsync(figures, outputFile, CancellationToken.None);
            Write(figures, report);
            await report.WriteLineAsync($"Written to {outputFile}.");
            return 0;
        }
        catch (Exception e) when (e is MarketDataFileException or IOException or UnauthorizedAccessException)
        {
            await report.WriteLineAsync($"fit-market: {e.Message}");
            return 1;
        }
    }

    internal static FittedParameters Fit(string recordingsPath)
    {
        var recordings = RecordedMarketLoader.Survey(recordingsPath);
        return new FittedParameters(
            [.. recordings.References.Select(r => PathFit.Fit(r.Instrument, r.Name, r.Segments))], [.. recordings.Plans.Select(FitStream)]);
    }

    internal static FittedStream FitStream(RecordedStreamPlan plan)
    {
        var bookFit = new BookFit();
        var tapeFit = new TapeFit(plan.Survey);
        var book = new RecordedBook();
        using var replay = new Replay(plan.Recording);
        while (replay.MoveNext())
        {
            if (replay.Kind == RecordedKind.Trade)
            {
                tapeFit.Add(replay.AtMs, replay.ReadTrade(book));
                continue;
            }
            replay.ReadBook(book);
            bookFit.Add(replay.AtMs, book);
        }
        return bookFit.ToStream(plan, tapeFit.ToTape(plan.SizeScale));
    }

    private static void Write(FittedParameters figures, TextWriter report)
    {
        foreach (var i in figures.Instruments)
        {
            report.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{i.Instrument,-9} from {i.FittedTo}: px {i.Px}, vol {i.VolBpsPerSqrtSecond} bps/sqrt(s), log-vol sd {i.LogVolSd}, spell {i.VolSpellSeconds} s, moves in {i.MoveShare:P0} of steps"));
        }
        foreach (var s in figures.Streams)
        {
            report.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{s.Venue,-8}{s.Instrument,-9} from {s.FittedTo}: spread median {s.SpreadBps[s.SpreadBps.Count / 2]} bps, book every {s.BookIntervalMs.Average():F0} ms, touch {Math.Exp(s.Levels[0].LogMean):G3}, {s.Levels.Count} levels {s.LevelGapBps:G3} bps apart, orders {s.Tape.OrdersPerSecond}/s (bursts {s.Tape.Burst.Branching:P0}, waves {s.Tape.Wave.Branching:P0} fading {s.Tape.Wave.DecayPerSecond}/s), size {Math.Exp(s.Tape.Qty.LogMean):G3} sd(log) {s.Tape.Qty.LogSd}, repeats {s.Tape.SideRepeats}, follows {s.Tape.SideFollowsPrice}, deviation {s.DeviationBps} bps over {s.DeviationSeconds} s"));
        }
    }
}
